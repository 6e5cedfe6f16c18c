// The sandbox and the product as real processes, in one of three shapes: `sqlite` (one process),
// `mariadb` (one process) and `services` (four processes behind a gateway, on MariaDB).
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { check } from "../judges/lib.mjs";
import { gateway } from "./gateway.mjs";
import { binaries, freePort, logFolder, MariaDb, needBinaries, Program } from "./programs.mjs";

const targets = ["api", "payments", "messaging", "tracking"];
const password = "correct-horse-battery-staple";

export class World {
  // `logs` names the folder under build/; `settings` are further QUITTANCE_* variables.
  static async start({ shape = "sqlite", logs, settings = {} }) {
    needBinaries();
    const world = new World();
    world.shape = shape;
    world.logs = await logFolder(logs);
    world.folder = await mkdtemp(path.join(tmpdir(), "quittance-"));
    for (const name of ["sandbox", "all", ...targets])
      await rm(world.logFile(name), { force: true });
    try {
      await world.startAll(settings);
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  programs = {};
  offset_ms = 0;

  async startAll(settings) {
    const [sandbox_port, smtp_port, port] = [await freePort(), await freePort(), await freePort()];
    this.sandbox_url = `http://127.0.0.1:${sandbox_port}`;
    this.smtp_port = smtp_port;
    this.url = `http://127.0.0.1:${port}`;
    this.settings = {
      QUITTANCE_DATA: path.join(this.folder, "data"),
      QUITTANCE_PUBLIC_URL: this.url,
      QUITTANCE_SANDBOX: this.sandbox_url,
      QUITTANCE_SANDBOX_SMTP_PORT: String(smtp_port),
      ...settings,
    };
    const database = this.shape === "sqlite" ? undefined : MariaDb.start(`${this.folder}/mariadb`);
    this.sandbox = new Program(
      "sandbox",
      binaries.sandbox,
      ["--port", sandbox_port, "--smtp-port", smtp_port, "--public-url", this.sandbox_url].map(
        String,
      ),
      { log: this.logFile("sandbox") },
    );
    if (database) {
      this.database = await database;
      this.settings.QUITTANCE_DATABASE_URL = this.database.url;
    }
    await this.sandbox.ready(`${this.sandbox_url}/healthz`);
    if (this.shape === "services") await this.startServices(port);
    else await this.startTarget("all", port);
  }

  async startServices(port) {
    this.ports = {};
    for (const target of targets) this.ports[target] = await freePort();
    this.gateway = await gateway(port, this.ports);
    // The first brings the schema; the others find it, whoever is faster.
    await Promise.all(targets.map((target) => this.startTarget(target, this.ports[target])));
  }

  logFile(name) {
    return path.join(this.logs, `${this.shape}-${name}.log`);
  }

  // Also the way to start a killed one again: same port, same data.
  async startTarget(target, port = this.portOf(target)) {
    const env = { ...this.settings, QUITTANCE_PORT: String(port) };
    // People belong to the API; it alone makes the demo sign-in.
    if (target === "all" || target === "api") env.QUITTANCE_DEMO_PASSWORD = password;
    const log = this.logFile(target);
    this.programs[target] = new Program(target, binaries.quittance, [target], { env, log });
    await this.programs[target].ready(`http://127.0.0.1:${port}/readyz`);
  }

  portOf(target) {
    return this.ports?.[target] ?? Number(new URL(this.url).port);
  }

  // The process that does a target's work in this shape.
  program(target) {
    return this.programs[target] ?? this.programs.all;
  }

  async restart(target) {
    await this.startTarget(this.programs[target] ? target : "all");
  }

  async stop() {
    // The product first, so that it finishes its calls while the sandbox still answers.
    await Promise.all(Object.values(this.programs).map((program) => program.stop()));
    this.gateway?.closeAllConnections();
    this.gateway?.close();
    this.gateway?.agent.destroy();
    await this.sandbox?.stop();
    await this.database?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async control(what, body, method = body === undefined ? "GET" : "POST") {
    const answer = await fetch(`${this.sandbox_url}/control/${what}`, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    check(answer.ok, `control ${what}: ${answer.status} ${text.slice(0, 300)}`);
    return text ? JSON.parse(text) : undefined;
  }

  texts = (to) => this.control(`messages?to=${encodeURIComponent(to)}`);
  mails = (to) => this.control(`mails?to=${encodeURIComponent(to)}`);
  calls = async (provider, operation, contains = "") => {
    const query = `provider=${provider}&operation=${operation}&contains=${contains}&limit=10000`;
    return (await this.control(`requests?${query}`)).requests;
  };

  // Moves the sandbox's clock; in sandbox mode the product follows it.
  async advance(ms) {
    this.offset_ms = (await this.control("clock", { advance_ms: ms })).offset_ms;
  }

  now = () => Date.now() + this.offset_ms;

  // Whatever the last scenario broke works again.
  async heal() {
    await this.control("faults", undefined, "DELETE");
    await this.control("callback-faults", undefined, "DELETE");
  }

  // The demo account, a platform administrator.
  async signIn() {
    const body = JSON.stringify({ email: "demo@quittance.example", password });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${this.url}/v1/sessions`, { method: "POST", headers, body });
    check(answer.status === 201, `sign-in: ${answer.status} ${await answer.clone().text()}`);
    return answer.json();
  }
}

// Runs `work` with a world that is stopped however it ends, also by a signal.
export async function within(options, work) {
  const world = await World.start(options);
  const stop = async () => {
    await world.stop();
    process.exit(130);
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    return await work(world);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    await world.stop();
  }
}
