require "common"
function init()
  local prepared = {}
  spread(lines_of("requests.tsv"), 20000, function(line)
    table.insert(prepared, wrk.format("GET", "/v1/payment-requests/" .. line[2], with_key(line[1])))
  end)
  take_turns(prepared)
end
