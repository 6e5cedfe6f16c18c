require "common"
function init()
  local prepared = {}
  each_line("clients.tsv", function(line)
    local n = #prepared + 1
    local body = string.format('{"client_id":"%s","amount_minor":%d,"currency":"EUR",' ..
      '"description":"Invoice 2026-%05d","channels":["email"]}', line[2], 1000 + n, n)
    local headers = with_key(line[1], { ["Content-Type"] = "application/json" })
    prepared[n] = wrk.format("POST", "/v1/payment-requests", headers, body)
  end)
  take_turns(prepared)
end
