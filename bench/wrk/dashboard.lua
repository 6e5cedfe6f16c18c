require "common"
function init()
  local prepared, known = {}, {}
  each_line("clients.tsv", function(line)
    if known[line[1]] then return end
    known[line[1]] = true
    table.insert(prepared, wrk.format("GET", "/v1/dashboard?days=30", with_key(line[1])))
  end)
  take_turns(prepared)
end
