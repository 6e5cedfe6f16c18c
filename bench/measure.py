"""One endpoint under load: what wrk saw and what it cost the processes."""
import dataclasses
import os
import subprocess
import time

from world import cpu_seconds, machine_busy, reaped_seconds

DRAIN_SECONDS_MAX = 300
# Lines of the event file that the warm-up may have had in flight.
IN_FLIGHT = 1000


@dataclasses.dataclass
class Result:
    endpoint: str
    side: str
    requests: int
    rate: float
    p50: float
    p99: float
    http_errors: int
    socket_errors: int
    repeated: int
    server: float          # CPU seconds per 1,000 requests
    database: float
    sandbox: float
    other_percent: float   # of the machine, by processes that are not ours
    drain_seconds: float
    statements: float      # commands to the database, per request
    each: dict

    @property
    def total(self):
        return self.server + self.database


def pooled(parts):
    """Several short measurements of the same as if they were one."""
    requests = sum(part.requests for part in parts)

    def mean(value):
        return sum(value(part) * part.requests for part in parts) / requests

    means = {name: mean(lambda part, name=name: getattr(part, name)) for name in
             ("rate", "p50", "p99", "server", "database", "sandbox", "other_percent", "statements")}
    sums = {name: sum(getattr(part, name) for part in parts) for name in
            ("http_errors", "socket_errors", "repeated", "drain_seconds")}
    each = {name: mean(lambda part, name=name: part.each[name]) for name in parts[0].each}
    return Result(parts[0].endpoint, parts[0].side, requests, each=each, **means, **sums)


def load(side, endpoint, seconds, skip=0):
    folder, script = side.script_of(endpoint)
    command = ["wrk", "-t1", f"-c{os.environ.get('CONNECTIONS', '32')}", f"-d{seconds}s", "--timeout", "10s",
               "-s", script, side.url_of(endpoint), "--", str(skip)]
    done = subprocess.run(command, cwd=folder, env={**os.environ, "BENCH_DATA": str(side.data())}, check=True,
                          stdout=subprocess.PIPE, text=True)
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            return [float(field) for field in line.split()[1:]]
    raise SystemExit(f"bench: wrk printed no result for {side.name} {endpoint}:\n{done.stdout}")


def wait_drained(side):
    began = time.monotonic()
    while not side.drained():
        if time.monotonic() - began > DRAIN_SECONDS_MAX:
            raise SystemExit(f"bench: {side.name} did not finish its work in {DRAIN_SECONDS_MAX} s")
        time.sleep(0.2)
    return time.monotonic() - began


class Costs:
    """CPU between its making and read()."""

    def __init__(self, side, database, sandbox):
        self.side, self.database, self.sandbox = side, database, sandbox
        self.began, self.before = time.monotonic(), self._now()

    def _now(self):
        servers = {name: cpu_seconds([process.pid]) for name, process in self.side.processes}
        store = self.database.cpu() + cpu_seconds(self.side.aside())
        return servers, store, cpu_seconds([self.sandbox.pid]), machine_busy(), reaped_seconds()

    def read(self):
        servers, store, sandbox, busy, reaped = self._now()
        servers = {name: seconds - self.before[0][name] for name, seconds in servers.items()}
        store, sandbox = store - self.before[1], sandbox - self.before[2]
        known = sum(servers.values()) + store + sandbox + reaped - self.before[4]
        machine = (time.monotonic() - self.began) * os.cpu_count()
        return servers, store, sandbox, max(0.0, (busy - self.before[3] - known) / machine * 100)


def measure(side, database, sandbox, endpoint, seconds, warmup):
    side.prepare(endpoint)
    database.settle()
    warm = load(side, endpoint, warmup)
    wait_drained(side)
    skip = int(warm[0]) + IN_FLIGHT if endpoint == "callback" else 0
    statements = database.statements()
    costs = Costs(side, database, sandbox)
    perf = start_perf(side, endpoint)
    seen = load(side, endpoint, seconds, skip)
    drain = wait_drained(side)
    servers, store, outside, other = costs.read()
    statements = database.statements() - statements
    if perf:
        perf.wait()
    thousands = seen[0] / 1000
    if endpoint == "callback" and side.name == "ours":
        side.count_used(skip + int(seen[0]) + IN_FLIGHT)
    return Result(endpoint, side.name, int(seen[0]), seen[1], seen[2], seen[4], int(seen[6]), int(seen[7]),
                  int(seen[8]), sum(servers.values()) / thousands, store / thousands, outside / thousands, other,
                  drain, statements / seen[0], {name: value / thousands for name, value in servers.items()})


def start_perf(side, endpoint):
    """BENCH_PERF=1: a profile of each endpoint for `perf report -i`; its figures are not for the table."""
    if side.name != "ours" or not os.environ.get("BENCH_PERF"):
        return None
    pids = ",".join(str(process.pid) for _, process in side.processes)
    out = side.world.folder / f"perf-{endpoint}.data"
    seconds = os.environ.get("DURATION", "8")
    return subprocess.Popen(["perf", "record", "-q", "-F", "499", "--call-graph", "dwarf,16384", "-p", pids,
                             "-o", str(out), "--", "sleep", seconds], stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
