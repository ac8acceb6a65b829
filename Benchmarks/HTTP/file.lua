-- One file a request, as a form: BENCH_PATH says where to, BENCH_FILE which.
function init(args)
  local file = io.open(os.getenv("BENCH_FILE"), "rb")
  local bytes = file:read("*a")
  file:close()
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "multipart/form-data; boundary=bench"
  wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")
  wrk.body = '--bench\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' .. bytes .. "\r\n--bench--\r\n"
end

function request()
  return wrk.format(nil, os.getenv("BENCH_PATH"))
end

function done(summary, latency)
  io.write(string.format("RESULT %.1f %.3f %.3f %d\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.errors.status))
end
