require "common"
-- Half first pages, half pages from anywhere; a quarter without a status, the rest by each of three.
local statuses = { "", "&status=open", "&status=expired", "&status=paid" }
function init()
  local prepared = {}
  spread(lines_of("requests.tsv"), 4000, function(line, i)
    local path = "/v1/payment-requests?limit=50" .. statuses[i % #statuses + 1]
    if i % 2 == 0 then path = path .. "&cursor=" .. line[2] end
    table.insert(prepared, wrk.format("GET", path, with_key(line[1])))
  end)
  take_turns(prepared)
end
