"""The table that `make bench` prints."""
TARGETS = {  # endpoint: times less server CPU, times less server and database CPU
    "get": (20, 10), "list": (12, 4), "paypage": (12, 6), "create": (12, 5), "callback": (8, 4),
    "dashboard": (20, 30)}
TITLES = {"get": "get", "list": "list of 50", "paypage": "pay page", "create": "create", "callback": "callback",
          "dashboard": "dashboard", "healthz": "healthz", "send": "send (mail)"}


def _verdict(value, target):
    return f"{value:6.1f} of {target:<3d} {'ok' if value >= target else 'MISS'}"


def costs_table(results):
    lines = ["CPU seconds per 1,000 requests (server + database)",
             f"{'endpoint':<12} {'peer':>15} {'ours':>15}   {'server, times less':<18} {'total, times less':<18}"]
    missed = []
    for endpoint, sides in results.items():
        ours, peer = sides.get("ours"), sides.get("peer")
        row = f"{TITLES[endpoint]:<12} "
        row += f"{f'{peer.server:.3f} + {peer.database:.3f}' if peer else '-':>15} "
        row += f"{f'{ours.server:.3f} + {ours.database:.3f}' if ours else '-':>15}   "
        if ours and peer and endpoint in TARGETS:
            times = peer.server / max(ours.server, 1e-6), peer.total / max(ours.total, 1e-6)
            row += "  ".join(f"{_verdict(value, target):<18}" for value, target in zip(times, TARGETS[endpoint]))
            missed += [endpoint] * any(value < target for value, target in zip(times, TARGETS[endpoint]))
        lines.append(row.rstrip())
    return lines, missed


def load_table(results):
    lines = [f"{'endpoint':<12} {'side':<5} {'requests':>9} {'rate/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'errors':>7} "
             f"{'repeated':>8} {'drain s':>8} {'SQL':>6} {'sandbox':>8} {'other %':>8}  server by process"]
    for endpoint, sides in results.items():
        for r in sides.values():
            each = " ".join(f"{name} {value:.3f}" for name, value in r.each.items() if value >= 0.0005)
            lines.append(f"{TITLES[endpoint]:<12} {r.side:<5} {r.requests:>9} {r.rate:>8.0f} {r.p50:>8.2f} "
                         f"{r.p99:>8.2f} {r.http_errors + r.socket_errors:>7} {r.repeated:>8} "
                         f"{r.drain_seconds:>8.1f} {r.statements:>6.1f} {r.sandbox:>8.3f} {r.other_percent:>8.1f}  {each}")
    return lines


def limit_line(name, value, unit, limit):
    return f"{name:<34} {value:8.2f} {unit:<5} under {limit:g}: {'ok' if value < limit else 'MISS'}"
