-- What the endpoint scripts share: the seeded data, taking prepared requests in turn, and one line of results in
-- the peer's format, so that one reader understands both drivers.
local folder = assert(os.getenv("BENCH_DATA"), "BENCH_DATA names the folder of the seeded data")

-- Calls use(fields) for each line of a tab-separated file.
function each_line(name, use)
  for line in assert(io.open(folder .. "/" .. name)):lines() do
    local fields = {}
    for field in line:gmatch("[^\t]+") do table.insert(fields, field) end
    use(fields)
  end
end

function lines_of(name)
  local all = {}
  each_line(name, function(fields) table.insert(all, fields) end)
  return all
end

function with_key(key, more)
  local headers = more or {}
  headers["Authorization"] = "Bearer " .. key
  return headers
end

-- `count` lines spread over the whole file, in a fixed order that is not the file's.
function spread(all, count, use)
  for i = 1, count do use(all[(i * 7919) % #all + 1], i) end
end

-- From now on request() sends these again and again; each thread begins at another place.
function take_turns(prepared)
  local at = (worker * 4099) % #prepared
  request = function()
    at = at % #prepared + 1
    return prepared[at]
  end
end

repeated = 0
local workers = {}

function setup(thread)
  thread:set("worker", #workers)
  table.insert(workers, thread)
  for _, each in ipairs(workers) do each:set("worker_count", #workers) end
end

-- RESULT requests rate p50 p90 p99 max http_errors socket_errors repeated_events (times in ms)
function done(summary, latency)
  local errors, again = summary.errors, 0
  for _, each in ipairs(workers) do again = again + each:get("repeated") end
  local ms = function(percent) return latency:percentile(percent) / 1000 end
  print(string.format("RESULT %d %.0f %.2f %.2f %.2f %.2f %d %d %d", summary.requests,
    summary.requests * 1e6 / summary.duration, ms(50), ms(90), ms(99), latency.max / 1000, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, again))
end
