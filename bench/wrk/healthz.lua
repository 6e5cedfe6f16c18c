require "common"
function init() take_turns({ wrk.format("GET", "/healthz") }) end
