"""The one MariaDB that both sides use, in a folder of its own."""
import os
import pathlib
import subprocess
import time

from world import cpu_seconds, free_port


class Database:
    def __init__(self, world):
        self.world = world
        self.folder = world.folder / "mariadb"
        self.port = free_port(33406)
        # A socket's path may have 107 bytes at most, so it does not live in a deep folder.
        self.socket = f"/tmp/quittance-bench-{self.port}.sock"
        self.process = None

    def start(self):
        user = ["--user=root"] if os.getuid() == 0 else []
        data = self.folder / "data"
        if not (data / "mysql").is_dir():
            self.folder.mkdir(parents=True, exist_ok=True)
            subprocess.run(["mariadb-install-db", "--no-defaults", *user, f"--datadir={data}", "--skip-test-db",
                            "--auth-root-authentication-method=normal"], check=True, stdout=subprocess.DEVNULL)
        config = pathlib.Path(__file__).with_name("mariadb.cnf")
        self.process = self.world.start("mariadb", [
            "mariadbd", f"--defaults-file={config}", *user, f"--datadir={data}", f"--port={self.port}",
            f"--socket={self.socket}", "--local-infile=1"])
        self.world.wait_until(self.process, self._answers, "MariaDB", 120, 0.1)

    def _client(self, database):
        return ["mariadb", "--no-defaults", "--local-infile=1", "-uroot", "-S", self.socket, "-N", "-B",
                "--default-character-set=utf8mb4", *([database] if database else [])]

    def _answers(self):
        return subprocess.run([*self._client(""), "-e", "SELECT 1"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0

    def run(self, text, database="", cwd=None):
        done = subprocess.run(self._client(database), input=text, text=True, stdout=subprocess.PIPE, cwd=cwd)
        if done.returncode != 0:
            raise SystemExit(f"bench: a statement failed on {database or 'the server'}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def number(self, text, database):
        return int(self.run(text, database)[0][0])

    def make(self, name, password, collation):
        """An empty database with a user of the same name."""
        self.run(f"DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE {collation};"
                 f"CREATE USER IF NOT EXISTS '{name}'@'127.0.0.1' IDENTIFIED BY '{password}';"
                 f"GRANT ALL ON {name}.* TO '{name}'@'127.0.0.1'; GRANT PROCESS ON *.* TO '{name}'@'127.0.0.1';")

    def cpu(self):
        return cpu_seconds([self.process.pid])

    def statements(self):
        """Commands that the server has been sent so far, by any side."""
        return int(self.run("SHOW GLOBAL STATUS LIKE 'Questions'")[0][1])

    def settle(self, seconds=60):
        """Waits until purging and flushing for the previous measurement is over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            before = self.cpu()
            time.sleep(1)
            if self.cpu() - before < 0.04:
                return
