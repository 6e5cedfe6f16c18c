# Sourced by every script: the repository's root as working folder, our tools first on PATH.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PWD/.cache/bin:$PWD/.cache/venv/bin:$PATH"

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# port_free PORT: true when nothing listens on 127.0.0.1:PORT.
port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port FIRST: prints the first free port from FIRST on.
free_port() {
  local port=$1
  for ((; port < $1 + 200; port++)); do
    if port_free "$port"; then echo "$port"; return; fi
  done
  die "no free port between $1 and $port"
}

# stop_pid PID [SECONDS]: asks it to end, waits, then insists. Never by name.
stop_pid() {
  local pid=$1 tenths=$((${2:-10} * 10))
  kill -TERM "$pid" 2>/dev/null || return 0
  for ((; tenths > 0; tenths--)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  say "process $pid did not end in time: killed"
  kill -KILL "$pid" 2>/dev/null || true
}

# http_ok URL: one GET that must answer 2xx.
http_ok() { curl -fsS -o /dev/null --max-time 2 "$1" 2>/dev/null; }

# wait_http URL SECONDS PID: until URL answers 2xx; false when time is up or PID has ended.
wait_http() {
  local tenths=$(($2 * 20))
  for ((; tenths > 0; tenths--)); do
    if http_ok "$1"; then return 0; fi
    kill -0 "$3" 2>/dev/null || return 1
    sleep 0.05
  done
  return 1
}
