require "common"
-- Every event is sent once: worker w of n takes the lines w, w + n, … that follow the first args[1].
-- When the file is used up it starts again, and the last field of RESULT counts those duplicates.
function init(args)
  local events = lines_of("events.tsv")
  local at = tonumber(args[1] or 0) + worker + 1 - worker_count
  request = function()
    at = at + worker_count
    if at > #events then
      at = (at - 1) % #events + 1
      repeated = repeated + 1
    end
    local event = events[at]
    local headers = { ["Content-Type"] = "application/json", ["Stripe-Signature"] = event[2] }
    return wrk.format("POST", event[1], headers, event[3])
  end
end
