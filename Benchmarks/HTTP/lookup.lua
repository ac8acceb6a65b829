-- POST /v1/lookup with one hash a request, in turn from a file of one hash a line: wrk … -- HASHES
local requests, turn = {}, 0

function init(args)
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/json"
   wrk.headers["Authorization"] = "Bearer " .. os.getenv("FIREBREAK_KEY")
   for line in io.lines(args[1]) do
      local body = '{"fingerprints":[{"algorithm":"pdq","value":"' .. line .. '"}]}'
      requests[#requests + 1] = wrk.format(nil, nil, nil, body)
   end
end

function request()
   turn = turn % #requests + 1
   return requests[turn]
end
