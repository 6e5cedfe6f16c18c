"""The reference peer: copied, built, seeded and started by its own scripts."""
import os
import pathlib
import shutil
import subprocess

from world import ROOT, answers, free_port, say


class Peer:
    name = "peer"

    def __init__(self, world, database):
        self.world, self.database = world, database
        self.source = pathlib.Path(os.environ.get("PEER", ROOT.parent / "shared" / "peer-nest"))
        self.folder = world.folder / "peer"
        self.processes, self.redis, self.url = [], None, ""

    def available(self):
        return (self.source / "package.json").is_file()

    def build(self):
        if not (self.folder / "package.json").is_file():
            shutil.copytree(self.source, self.folder)
            subprocess.run(["chmod", "-R", "u+w", self.folder], check=True)
        if (self.folder / "dist" / "main.js").is_file():
            return
        say("bench: building the peer")
        log = open(self.world.folder / "log" / "peer-build.log", "wb")
        # Any existing file will do: generating the client does not use the schema engine.
        env = {**os.environ, "PRISMA_SCHEMA_ENGINE_BINARY": "/bin/true"}
        for command in (["npm", "ci", "--no-audit", "--no-fund"], ["npm", "run", "build"]):
            subprocess.run(command, cwd=self.folder, env=env, check=True, stdout=log, stderr=log)

    def _database_url(self):
        return f"mysql://peer:peer@127.0.0.1:{self.database.port}/peer"

    def _script(self, name, *arguments):
        subprocess.run([self.folder / "bench" / name, *arguments], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "DATABASE_URL": self._database_url()})

    def seeded(self):
        return (self.folder / "bench" / "data" / "pending.tsv").is_file()

    def seed(self, shape):
        self.database.make("peer", "peer", "utf8mb4_unicode_ci")
        self._script("seed.py", "--tenants", str(shape.tenants), "--clients", str(shape.clients),
                     "--requests", str(shape.requests), "--days", str(shape.days))

    def start(self):
        """Returns the seconds until it answers."""
        if not self.redis:
            self.redis_port = free_port(36479)
            self.redis = self.world.start("redis", ["redis-server", "--port", self.redis_port, "--bind", "127.0.0.1",
                                                    "--save", "", "--dir", self.world.folder])
        port = free_port(31000)
        self.url = f"http://127.0.0.1:{port}"
        process = self.world.start("peer", ["node", "dist/main.js"], cwd=self.folder, env={
            "NODE_ENV": "production", "HOST": "127.0.0.1", "PORT": str(port), "DATABASE_URL": self._database_url(),
            "REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(self.redis_port)})
        self.processes = [("peer", process)]
        return self.world.wait_until(process, lambda: answers(self.url + "/healthz"), "the peer")

    def prepare(self, endpoint):
        if endpoint == "callback":
            self._script("prepare.py")

    def drained(self):
        return True

    def url_of(self, endpoint):
        return self.url

    def script_of(self, endpoint):
        return self.folder / "bench" / "wrk", {"callback": "stripe"}.get(endpoint, endpoint) + ".lua"

    def data(self):
        return self.folder / "bench" / "data"

    def aside(self):
        return [self.redis.pid]
