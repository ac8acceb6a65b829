-- One lookup of one hash a request; the hashes come from a file of known ones, a bit turned in each.
local hashes = {}
local index = 0

function setup(thread) end

function init(args)
  for line in io.lines(os.getenv("BENCH_HASHES")) do hashes[#hashes + 1] = line end
  index = math.random(#hashes)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")
end

function request()
  index = index % #hashes + 1
  return wrk.format(nil, "/v1/lookup", nil,
    '{"fingerprints":[{"algorithm":"pdq","value":"' .. hashes[index] .. '","quality":100}]}')
end

local failed = 0
function response(status)
  if status ~= 200 then failed = failed + 1 end
end

function done(summary, latency)
  io.write(string.format("RESULT %.1f %.3f %.3f %d\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.errors.status))
end
