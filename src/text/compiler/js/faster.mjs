// What is slow in QuickJS, rewritten while the compilers are bundled. What they make stays the same
// byte for byte, which tests/judges/templates holds them to. A rewrite knows the one text that it
// was thought out for and throws at any other: think again before you change its hash.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

function once(text, from, into) {
  if (text.split(from).length !== 2) throw new Error(`not exactly once: ${from}`);
  return text.replace(from, () => into);
}

// A text in quotes that says what stands there, as nearly every attribute has it. No parser is
// needed to see that it is an expression, a constant, and which.
const PLAIN = String.raw`/^(?:"[^"\\\r\n\u2028\u2029]*"|'[^'\\\r\n\u2028\u2029]*')$/`;

// QuickJS tries an expression that begins with ^ at every place of the text, a sticky one only at
// the first; the lexer asks dozens of them about each token, over all that is left of the source.
// Each is made anew for its one use, so no lastIndex outlives it, and none has a choice outside of
// brackets. The two that live longer begin with a line feed, which is looked for instead.
function lexer(text) {
  const anchored = /\/\^(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\n\\[])*\/i?(?=\.(?:exec|test)\(|[,)])/g;
  const indentation = "scanIndentation: function() {\n    var captures, re;\n";
  const call = "callLexerFunction: function(func) {\n";
  let out = text.replace(anchored, (literal) => `${literal}y`);
  out = once(out, indentation, `${indentation}if (this.input[0] !== "\\n") return null;\n`);
  return once(
    out,
    call,
    `${call}if (this.plugins.length === 0 && arguments.length < 3)
       return arguments.length === 1 ? this[func]() : this[func](arguments[1]);\n`,
  );
}

// Every expression of a source has a parser of its own, which makes the same five expressions.
function acorn(text) {
  const head = "function wordsRegexp(words) {\n";
  const known = `var wordsKnown = new Map();
    function wordsRegexp(words) {
      if (!wordsKnown.has(words)) wordsKnown.set(words, newWordsRegexp(words));
      return wordsKnown.get(words);
    }`;
  return once(text, head, `${known}\nfunction newWordsRegexp(words) {\n`);
}

function isExpression(text) {
  const head = "function isExpression(src, options) {\n";
  return once(text, head, `${head}if (${PLAIN}.test(src)) return true;\n`);
}

function constantinople(text) {
  const kept = "lastConstants = constants;\n";
  const plain = `if (${PLAIN}.test(src)) {
    lastResult = src.slice(1, -1);
    return (lastWasConstant = true);
  }\n`;
  return once(text, kept, kept + plain);
}

// Most texts hold none of what it replaces.
function stringify(text) {
  const whole = "return JSON.stringify(obj)\n";
  const shorter = `var json = JSON.stringify(obj);
  if (typeof json === "string" && !/[<>/\\u2028\\u2029]/.test(json)) return json;
  return json\n`;
  return once(text, whole, shorter);
}

// It parses what Pug made to find the names that the source's own JavaScript uses. Statements of
// Pug itself are left out where they follow a line that ends more than one statement, whatever
// surrounds it: they name nothing of the source, and leaving them out breaks and mends nothing.
// Where a "return" is, places count.
function scope(text) {
  const quoted = String.raw`"[^"\\\n]*(?:\\.[^"\\\n]*)*"`;
  const line = String.raw`;pug_debug_line = \d+;`;
  const file = `pug_debug_filename = ${quoted};`;
  const html = String.raw`pug_html = pug_html \+ ${quoted};`;
  const own = `(${line}${file}\\n)(?:(?:${line}(?:${file})?|${html})\\n)+`;
  const parse = "ast = parser_1.parse(src, parseOptions);";
  const shorter = `const short = src.replace(/^${own}/gm, '$1');
        ast = parser_1.parse(/return/.test(short) ? src : short, parseOptions);`;
  return once(text, parse, shorter);
}

const REWRITES = {
  "pug-lexer/index.js": [lexer, "6e99f591b8fb952ef3a97b6057c68e9a4106d96b2719116d676fae2b658d1f5b"],
  "acorn/dist/acorn.js": [
    acorn,
    "927b7d8a9d2bf55926da92b2937fab23d7ca49ff17539fcd36cccea9e3ff44ba",
  ],
  "is-expression/index.js": [
    isExpression,
    "a768f85630398a51bef2c0db6059fbbc02606308f88351ba290cf233b3d2e89a",
  ],
  "constantinople/lib/index.js": [
    constantinople,
    "2188c3acaff74ba3b238987df9fc71490d329206bd815c89c6e49d7948b458e2",
  ],
  "js-stringify/index.js": [
    stringify,
    "7307ab6be2ed6bd7881956dc1e25a4c880c81ca0137e848e7ecf48a706d5dcb1",
  ],
  "with/lib/index.js": [scope, "9e95881d6835c3adcb40421beef177abc7643472327b8f2b644fc4c2ab493c7f"],
};

// `used` gathers the names of what was rewritten.
export const faster = (used) => ({
  name: "faster",
  setup(work) {
    work.onLoad({ filter: /[/\\]node_modules[/\\].*\.m?js$/ }, ({ path }) => {
      const name = path.replaceAll("\\", "/").split("/node_modules/").at(-1);
      if (!(name in REWRITES)) return undefined;
      const [rewrite, hash] = REWRITES[name];
      const text = readFileSync(path, "utf8");
      if (createHash("sha256").update(text).digest("hex") !== hash)
        throw new Error(`${name} is not the text that faster.mjs rewrites`);
      used.add(name);
      return { contents: rewrite(text) };
    });
  },
});

export function refuseUnused(used) {
  const unused = Object.keys(REWRITES).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`nothing loads ${unused.join(", ")}: see faster.mjs`);
}
