require "common"
function init()
  local prepared = {}
  spread(lines_of("requests.tsv"), 20000, function(line)
    table.insert(prepared, wrk.format("GET", "/p/" .. line[3]))
  end)
  take_turns(prepared)
end
