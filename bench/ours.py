"""Our side: the release build, one process per target, with the sandbox as payment provider and mail server."""
import hashlib
import hmac
import json
import os
import pathlib
import subprocess
import time
import urllib.request

import secrets_of_bench as keys
from seed import Seeder
from world import ROOT, answers, free_port

# Seeded sessions are due for a look tomorrow; a hint makes them due at once and a claim for 90 s.
DRAINED = """SELECT NOT EXISTS (SELECT 1 FROM totals_delta)
  AND NOT EXISTS (SELECT 1 FROM payment_transaction WHERE verify_at <= {soon})"""
UNSENT = """SELECT (SELECT COUNT(*) FROM message WHERE work_at IS NOT NULL) + (SELECT COUNT(*) FROM delivery)"""


class Ours:
    name = "ours"
    targets = ("api", "payments", "tracking")
    owner = {"get": "api", "list": "api", "create": "api", "dashboard": "api", "healthz": "api",
             "paypage": "payments", "callback": "tracking"}

    def __init__(self, world, database):
        self.world, self.database = world, database
        build = pathlib.Path(os.environ.get("QT_BUILD", ROOT / "build" / "release"))
        self.program = build / "src" / "quittance" / "quittance"
        self.sandbox_program = build / "sandbox" / "quittance-sandbox"
        self.processes, self.urls, self.sandbox = [], {}, None
        self.used_file = world.folder / "events-used"

    def seeded(self):
        return (self.data() / "pending.tsv").is_file()

    def data(self):
        return self.world.folder / "data"

    def _settings(self):
        return {**keys.key_settings(), "QUITTANCE_DATA": str(self.world.folder / "var"),
                "QUITTANCE_DATABASE_URL": f"mysql://quittance:quittance@127.0.0.1:{self.database.port}/quittance",
                "QUITTANCE_REQUESTS_PER_SECOND": "10000000", "QUITTANCE_PAYERS_PER_SECOND": "10000000",
                "QUITTANCE_PUBLIC_URL": "https://pay.example.com",
                "QUITTANCE_PROVIDER_BASE_URLS": self.sandbox_url if self.sandbox else ""}

    def start_sandbox(self):
        port, self.smtp_port = free_port(32100), free_port(32400)
        self.sandbox_url = f"http://127.0.0.1:{port}"
        self.sandbox = self.world.start("sandbox", [
            self.sandbox_program, "--port", port, "--smtp-port", self.smtp_port, "--public-url", self.sandbox_url])
        self.world.wait_until(self.sandbox, lambda: answers(self.sandbox_url + "/healthz"), "the sandbox")

    def seed(self, shape):
        self.database.make("quittance", "quittance", "utf8mb4_bin")
        with open(self.world.folder / "log" / "migrate.log", "w") as log:
            subprocess.run([self.program, "migrate"], check=True, env={**os.environ, **self._settings()},
                           stdout=log, stderr=log)
        Seeder(self.database, "quittance", self.data(), shape, self.sandbox_url, self.smtp_port).run()
        self.used_file.write_text("0")

    def fill_sandbox(self):
        """The provider's side of the seeded open sessions: each was paid, and nobody told us."""
        # Its ports may differ from those of the run that seeded; what may be shown of a connection is not sealed.
        self.database.run(
            f"UPDATE connection SET config = JSON_SET(config, '$.base_url', '{self.sandbox_url}') WHERE kind = 'stripe';"
            f"UPDATE connection SET config = JSON_SET(config, '$.port', {self.smtp_port}) WHERE kind = 'smtp'",
            "quittance")
        sessions = (self.data() / "sessions.jsonl").read_text().splitlines()
        for first in range(0, len(sessions), 10_000):
            body = '{"sessions":[' + ",".join(sessions[first:first + 10_000]) + "]}"
            request = urllib.request.Request(self.sandbox_url + "/control/sessions/seed", body.encode(),
                                             {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=60) as response:
                seeded = json.load(response)
        if seeded["accounts"] < 20:
            raise SystemExit(f"bench: the sandbox has {seeded['accounts']} accounts only")

    def start_one(self, target):
        """Returns the process, its URL and the seconds until it is ready."""
        port = free_port(31400)
        url = f"http://127.0.0.1:{port}"
        process = self.world.start(f"quittance-{target}", [self.program, target, "--port", port], self._settings())
        took = self.world.wait_until(process, lambda: answers(url + "/readyz"), f"quittance {target}")
        return process, url, took

    def start(self):
        for target in self.targets:
            process, self.urls[target], _ = self.start_one(target)
            self.processes.append((target, process))

    def use_one_process(self):
        """From now on `quittance all` serves everything; returns the seconds that it took to be ready."""
        self.stop()
        process, url, took = self.start_one("all")
        self.processes, self.urls = [("all", process)], {target: url for target in self.targets}
        return took

    def stop(self):
        for _, process in self.processes:
            self.world.stop(process)
        self.processes = []

    def prepare(self, endpoint):
        """Signs an event for every session that no earlier run has told of."""
        if endpoint != "callback":
            return
        now, used = int(time.time()), int(self.used_file.read_text())
        lines = (self.data() / "pending.tsv").read_text().splitlines()[used:]
        with open(self.data() / "events.tsv", "w") as out:
            for line in lines:
                ref, amount, owner, connection, intent = line.split("\t")
                body = json.dumps(event_of(ref, int(amount), intent, now), separators=(",", ":"))
                secret = keys.webhook_secret(int(owner)).encode()
                signature = hmac.new(secret, f"{now}.{body}".encode(), hashlib.sha256).hexdigest()
                out.write(f"/callbacks/stripe/{connection}\tt={now},v1={signature}\t{body}\n")

    def count_used(self, events):
        self.used_file.write_text(str(int(self.used_file.read_text()) + events))

    def drained(self):
        soon = int(time.time() * 1e6) + 600_000_000
        return self.database.number(DRAINED.format(soon=soon), "quittance") == 1

    def unsent(self):
        return self.database.number(UNSENT, "quittance")

    def drop_unsent(self):
        """Forgets the messages that are still queued; those under way end by themselves."""
        while self.unsent() > 0:
            self.database.run("UPDATE message SET work_at = NULL, status = 'suppressed' WHERE work_at IS NOT NULL;"
                              "DELETE FROM delivery", "quittance")
            time.sleep(1)

    def paid_by_callback(self):
        return self.database.number("SELECT COUNT(*) FROM payment_transaction WHERE hinted_at IS NOT NULL "
                                    "AND status = 'succeeded'", "quittance")

    def callbacks_kept(self):
        return self.database.number("SELECT COUNT(*) FROM provider_event WHERE outcome = 'matched'", "quittance")

    def url_of(self, endpoint):
        return self.urls[self.owner[endpoint]]

    def script_of(self, endpoint):
        return pathlib.Path(__file__).parent / "wrk", endpoint + ".lua"

    def aside(self):
        return []


def event_of(ref, amount, intent, now):
    """A checkout.session.completed with what matters of its session and the weight of a real one."""
    return {
        "id": f"evt_{now:x}{ref[8:40]}", "object": "event", "api_version": "2026-08-26.dahlia", "created": now,
        "type": "checkout.session.completed", "livemode": True, "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "data": {"object": {
            "id": ref, "object": "checkout.session", "amount_subtotal": amount, "amount_total": amount,
            "automatic_tax": {"enabled": False, "liability": None, "status": None}, "cancel_url": None,
            "currency": "eur", "customer": None, "expires_at": now + 86400, "livemode": True, "metadata": {},
            "mode": "payment", "payment_intent": intent, "payment_method_types": ["card"],
            "payment_status": "paid", "status": "complete", "ui_mode": "hosted", "url": None}}}
