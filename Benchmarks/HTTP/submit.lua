-- One durable submission by fingerprint a request, each of another hash.
local counter = 0
local seed = 0

function init(args)
  math.randomseed(os.time())
  seed = math.random(1, 2 ^ 30)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")
end

function request()
  counter = counter + 1
  local parts = {}
  local value = seed + counter
  for i = 1, 8 do
    value = (value * 1103515245 + 12345) % 2147483648
    parts[i] = string.format("%08x", value * 2 % 4294967296)
  end
  return wrk.format(nil, "/v1/content", nil,
    '{"kind":"image","fingerprints":[{"algorithm":"pdq","value":"' .. table.concat(parts) .. '","quality":90}]}')
end

function done(summary, latency)
  io.write(string.format("RESULT %.1f %.3f %.3f %d\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.errors.status))
end
