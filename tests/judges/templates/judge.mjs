// judge.mjs PROGRAM: every template of corpus.txt, compiled by our helper and by the official
// packages under Node, must be the same byte for byte. Math.random is seeded alike in both.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";

const here = path.dirname(new URL(import.meta.url).pathname);
const require = createRequire(path.join(here, "../../../src/text/compiler/js/package.json"));
const pug = require("pug");
const mjml2html = require("mjml-core").default;
const preset = require("mjml-preset-core");

// "=== name" begins a template; a name that ends in .mjml is MJML, every other is Pug.
function corpus() {
  const text = readFileSync(path.join(here, "corpus.txt"), "utf8");
  return text
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf("\n");
      return { name: part.slice(0, end).trim(), source: part.slice(end + 1) };
    });
}

// The same as in src/text/compiler/js/mjml_stage.js, written anew.
function seeded() {
  let state = 0x5eed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

async function official({ name, source }) {
  const mjml = name.endsWith(".mjml");
  const markup = mjml ? source : pug.render(source, { doctype: "html" });
  const random = Math.random;
  Math.random = seeded();
  try {
    const options = { presets: [preset], validationLevel: "soft", ignoreIncludes: true };
    const result = await mjml2html(markup, options);
    return { html: result.html, errors: result.errors.map((error) => error.message) };
  } finally {
    Math.random = random;
  }
}

class Helper {
  constructor(program) {
    const stdio = ["ignore", "inherit", "inherit", "pipe"];
    this.process = spawn(program, ["compile-helper"], { stdio, env: {} });
    this.waiting = new Map();
    this.bytes = Buffer.alloc(0);
    this.socket = this.process.stdio[3];
    this.socket.on("data", (piece) => this.hear(piece));
    this.last = 0;
  }
  hear(piece) {
    this.bytes = Buffer.concat([this.bytes, piece]);
    while (this.bytes.length >= 12) {
      const size = this.bytes.readUInt32LE(0);
      if (this.bytes.length < 12 + size) return;
      const id = this.bytes.readUInt32LE(4);
      const answer = JSON.parse(this.bytes.subarray(12, 12 + size).toString("utf8"));
      this.bytes = this.bytes.subarray(12 + size);
      this.waiting.get(id)(answer);
      this.waiting.delete(id);
    }
  }
  compile({ name, source }) {
    const body = Buffer.from(source, "utf8");
    const head = Buffer.alloc(12);
    this.last += 1;
    head.writeUInt32LE(body.length, 0);
    head.writeUInt32LE(this.last, 4);
    head.writeUInt32LE(name.endsWith(".mjml") ? 1 : 0, 8);
    this.socket.write(Buffer.concat([head, body]));
    return new Promise((resolve) => this.waiting.set(this.last, resolve));
  }
}

// What the program's build made of the starter templates, by the official packages too.
function starters(program) {
  const built = path.join(path.dirname(program), "../../gen/templates/starters.json");
  return JSON.parse(readFileSync(built, "utf8"))
    .filter(({ channel }) => channel === "email")
    .map(({ kind, locale, source, html }) => ({ name: `${kind}.${locale}.pug`, source, html }));
}

const program = process.argv[2];
const templates = [...corpus(), ...starters(program)];
const helper = new Helper(program);
let different = 0;
for (const template of templates) {
  const [ours, theirs] = await Promise.all([helper.compile(template), official(template)]);
  const problems = ours.problems.map((problem) => problem.detail);
  const built = template.html ?? theirs.html;
  const same =
    ours.html === theirs.html && built === ours.html && problems.join() === theirs.errors.join();
  if (same) continue;
  different += 1;
  let at = 0;
  while (at < ours.html.length && ours.html[at] === theirs.html[at]) at += 1;
  console.error(
    `${template.name}: differs at ${at}: ours ${JSON.stringify(ours.html.slice(at, at + 60))},` +
      ` official ${JSON.stringify(theirs.html.slice(at, at + 60))}`,
    problems,
    theirs.errors,
  );
}
helper.socket.end();
console.log(`${templates.length} templates, ${different} different`);
process.exit(different === 0 && templates.length > 0 ? 0 : 1);
