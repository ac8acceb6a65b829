// Client
import AsyncHTTPClient
