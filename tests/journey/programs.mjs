// Starts and stops the real programs of a test: each is a child of this process, ends with it and
// is only ever stopped by its own pid.
import { execFile, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = fileURLToPath(new URL("../../", import.meta.url));
const build = path.resolve(root, process.env.QT_BUILD || "build/release");
export const binaries = {
  sandbox: path.join(build, "sandbox/quittance-sandbox"),
  quittance: path.join(build, "src/quittance/quittance"),
};

const running = new Set();
// The last resort when this process ends without having stopped them; nothing may outlive a test.
process.on("exit", () => {
  for (const program of running) program.child.kill("SIGKILL");
});

export class Program {
  // `log` is the file for the program's output, appended to, so that a restart keeps what was said.
  constructor(name, file, args, { env = {}, log }) {
    this.name = name;
    this.log = log;
    const out = openSync(log, "a");
    this.child = spawn(file, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", out, out],
    });
    closeSync(out);
    running.add(this);
    this.ended = new Promise((resolve) => {
      const end = (what) => {
        running.delete(this);
        this.end = what;
        resolve(what);
      };
      this.child.once("exit", (code, signal) => end(signal ?? `exit ${code}`));
      this.child.once("error", (error) => end(error.message));
    });
  }

  get pid() {
    return this.child.pid;
  }

  tail(lines = 25) {
    return readFileSync(this.log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  }

  // Until `url` answers 2xx; a program that ends or takes too long is an error that shows its log.
  async ready(url, timeout_ms = 30_000) {
    const end = Date.now() + timeout_ms;
    let last = "no answer";
    while (Date.now() < end) {
      if (this.end) throw new Error(`${this.name} ended (${this.end}):\n${this.tail()}`);
      try {
        const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
        if (answer.ok) return this;
        last = `${answer.status} ${(await answer.text()).slice(0, 300)}`;
      } catch (error) {
        last = error.cause?.code ?? error.message;
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    throw new Error(`${this.name} is not ready (${last}):\n${this.tail()}`);
  }

  async stop(timeout_ms = 10_000) {
    if (this.end) return;
    this.child.kill("SIGTERM");
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, timeout_ms, "late")));
    if ((await Promise.race([this.ended, late])) === "late") {
      console.error(`${this.name} (pid ${this.pid}) did not end in time: killed`);
      this.child.kill("SIGKILL");
      await this.ended;
    }
    clearTimeout(timer);
  }

  // What a crash or a power cut does to the process.
  async kill() {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

const taken = new Set();
// A loopback port that is free now and not given out before. Below the range that the system
// hands to outgoing connections, so that none of those takes it in between.
export async function freePort() {
  for (let tries = 0; tries < 200; tries++) {
    const port = 14_000 + Math.floor(Math.random() * 16_000);
    if (taken.has(port)) continue;
    const free = await new Promise((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (!free) continue;
    taken.add(port);
    return port;
  }
  throw new Error("no free port");
}

export function needBinaries() {
  for (const file of Object.values(binaries)) {
    if (!existsSync(file))
      throw new Error(`${path.relative(root, file)} is missing; build it first`);
  }
}

export async function logFolder(name) {
  const folder = path.join(root, "build", name);
  await mkdir(folder, { recursive: true });
  return folder;
}

// A private MariaDB, run by the same script as everywhere else.
export class MariaDb {
  static async start(folder) {
    const self = new MariaDb();
    self.folder = folder;
    self.port = await freePort();
    self.url = (await self.script("start")).trim();
    self.pid = Number(readFileSync(path.join(folder, "server.pid"), "utf8"));
    process.once("exit", () => self.pid && process.kill(self.pid, "SIGKILL"));
    return self;
  }

  async script(command) {
    const file = path.join(root, "scripts/mariadb");
    const args = [command, this.folder, String(this.port)];
    const options = { timeout: 90_000 };
    return (await promisify(execFile)(file, args, options)).stdout;
  }

  async stop() {
    await this.script("stop");
    this.pid = 0;
  }
}
