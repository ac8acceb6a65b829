// Server
import Configuration
import ServiceLifecycle
