// bundle.mjs OUT: writes pug.js and mjml.js, each one script without anything outside itself.
import { builtinModules } from "node:module";
import path from "node:path";
import process from "node:process";
import { build } from "esbuild";
import { faster, refuseUnused } from "./faster.mjs";

const out = process.argv[2];
// What the compilers load but never need here: files, networks, minifiers, filters' transformers.
const EMPTY = new Set([
  ...builtinModules,
  "cssnano",
  "cssnano-preset-lite",
  "htmlnano",
  "js-beautify",
  "jstransformer",
  "promise",
  "resolve",
  "undici",
  "web-resource-inliner",
]);
const SMALL = {
  assert: `
    function assert(ok, why) { if (!ok) throw new Error(why || 'assertion failed'); }
    assert.equal = assert.strictEqual = (a, b, why) => assert(a === b, why);
    assert.deepEqual = () => {};
    module.exports = assert;`,
  path: `
    module.exports = {
      basename: (p) => p, dirname: () => '.', extname: () => '', isAbsolute: () => false,
      join: (...all) => all.join('/'), resolve: (...all) => all.join('/'), relative: (a, b) => b,
    };`,
};
const PRELUDE = `
  var process = { env: {}, argv: [], platform: 'none', browser: true, cwd: () => '/' };
  var console = { log() {}, warn() {}, error() {} };
  var setTimeout = () => 0, clearTimeout = () => {};`;

const closed = {
  name: "closed",
  setup(work) {
    work.onResolve({ filter: /^[^./]/ }, ({ path: asked, kind }) => {
      const name = asked.replace(/^node:/, "");
      if (kind !== "entry-point" && (EMPTY.has(name) || SMALL[name]))
        return { path: name, namespace: "closed" };
      return undefined;
    });
    work.onLoad({ filter: /.*/, namespace: "closed" }, ({ path: name }) => ({
      contents: SMALL[name] ?? "module.exports = {};",
    }));
  },
};

const here = path.dirname(new URL(import.meta.url).pathname);
const rewritten = new Set();
for (const name of ["pug", "mjml"]) {
  await build({
    entryPoints: [path.join(here, `${name}_stage.js`)],
    outfile: path.join(out, `${name}.js`),
    bundle: true,
    platform: "browser",
    format: "iife",
    target: "es2022",
    keepNames: true,
    minifyWhitespace: true,
    legalComments: "none",
    define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
    banner: { js: PRELUDE },
    plugins: [closed, faster(rewritten)],
    logLevel: "warning",
  });
}
refuseUnused(rewritten);
