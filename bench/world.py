"""Processes of the benchmark: started in order, stopped in reverse by their ids, and what they cost."""
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


def say(text):
    print(text, file=sys.stderr, flush=True)


def free_port(first):
    for port in range(first, first + 200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise SystemExit(f"bench: no free port from {first} on")


def cpu_seconds(pids):
    """User and system time of these processes so far, all their threads."""
    ticks = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def resident_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def machine_busy():
    """CPU seconds that the whole machine has spent working."""
    fields = [int(x) for x in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    return (sum(fields[:3]) + sum(fields[5:7])) / TICKS


def reaped_seconds():
    """CPU of ended children (wrk) and of this process."""
    t = os.times()
    return t.user + t.system + t.children_user + t.children_system


def answers(url, timeout=2):
    try:
        with urllib.request.urlopen(url, timeout=timeout) as response:
            return response.status == 200
    except OSError:
        return False


class World:
    """Owns every process that the benchmark starts."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "log").mkdir(parents=True, exist_ok=True)
        self.running = []

    def start(self, name, command, env=None, cwd=None):
        with open(self.folder / "log" / f"{name}.log", "ab") as log:
            process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=log, env={**os.environ, **(env or {})}, cwd=cwd,
                                       start_new_session=True)
        self.running.append((name, process))
        return process

    def wait_until(self, process, ready, what, seconds=60, pause=0.002):
        """Returns the seconds that it took since now."""
        began = time.monotonic()
        while not ready():
            if process.poll() is not None:
                raise SystemExit(f"bench: {what} ended by itself; see {self.folder}/log")
            if time.monotonic() - began > seconds:
                raise SystemExit(f"bench: {what} was not ready after {seconds} s; see {self.folder}/log")
            time.sleep(pause)
        return time.monotonic() - began

    def stop(self, process, seconds=30):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                say(f"bench: process {process.pid} did not end in time: killed")
                process.kill()
                process.wait()
        self.running = [each for each in self.running if each[1] is not process]

    def stop_all(self):
        for _, process in reversed(self.running[:]):
            self.stop(process)
