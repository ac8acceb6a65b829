-- POST of one file as a form, the same each time: wrk … URL/v1/hash -- FILE
function init(args)
   local file = assert(io.open(args[1], "rb"))
   local bytes = file:read("*a")
   file:close()
   local boundary = "firebreak-benchmark"
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "multipart/form-data; boundary=" .. boundary
   wrk.headers["Authorization"] = "Bearer " .. os.getenv("FIREBREAK_KEY")
   wrk.body = "--" .. boundary .. '\r\nContent-Disposition: form-data; name="file"; filename="picture"\r\n\r\n'
      .. bytes .. "\r\n--" .. boundary .. "--\r\n"
end
