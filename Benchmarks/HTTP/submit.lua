-- POST /v1/content by fingerprint, every request another one: wrk … -- HASHES
local hashes, turn = {}, 0

function init(args)
   for line in io.lines(args[1]) do hashes[#hashes + 1] = line end
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/json"
   wrk.headers["Authorization"] = "Bearer " .. os.getenv("FIREBREAK_KEY")
end

function request()
   turn = turn + 1
   local body = '{"fingerprints":[{"algorithm":"pdq","value":"' .. hashes[(turn - 1) % #hashes + 1]
      .. '"}],"external_id":"bench-' .. turn .. '"}'
   return wrk.format(nil, nil, nil, body)
end
