// make.mjs OUT: writes the starter templates as JSON (templates/starters.h): every email of the
// frame and its words, with the HTML that the official packages make of it, and every SMS.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";

const here = path.dirname(new URL(import.meta.url).pathname);
const packages = createRequire(path.join(here, "../../text/compiler/js/package.json"));
const pug = packages("pug");
const mjml2html = packages("mjml-core").default;
const preset = packages("mjml-preset-core");

const read = (name) => readFileSync(path.join(here, name), "utf8");
const frame = read("frame.pug");

// "?word rest" stays as "rest" when that word says something; else the line goes, and what is
// indented below it. No two empty lines follow each other.
function chosen(words) {
  const out = [];
  let gone = Infinity; // the indentation of the line whose inside goes too
  for (const line of frame.trimEnd().split("\n")) {
    const indent = line.search(/\S/);
    if (indent < 0) {
      if (out.length > 0 && out.at(-1) !== "") out.push("");
      continue;
    }
    if (indent > gone) continue;
    gone = Infinity;
    const [, before, word, rest] = /^( *)\?(\w+) (.*)$/.exec(line) ?? [];
    if (word && !(word in words)) throw new Error(`frame.pug: no word for ?${word}`);
    if (word && words[word] === "") gone = indent;
    else out.push(word ? before + rest : line);
  }
  return `${out.join("\n")}\n`;
}

function source(words) {
  let text = chosen(words);
  for (const [key, value] of Object.entries(words)) text = text.replaceAll(`@${key}`, () => value);
  return text;
}

async function compiled(text) {
  const markup = pug.render(text, { doctype: "html" });
  const { html, errors } = await mjml2html(markup, { presets: [preset], validationLevel: "soft" });
  if (errors.length > 0) throw new Error(errors[0].formattedMessage);
  return html;
}

const starters = [];
for (const locale of ["en", "de"]) {
  for (const words of JSON.parse(read(`${locale}.json`))) {
    const { kind, name, subject } = words;
    const text = source(words);
    starters.push({
      name,
      channel: "email",
      kind,
      locale,
      source_kind: "pug",
      subject,
      source: text,
      html: await compiled(text),
      text: "",
    });
    starters.push({
      name: words.sms_name,
      channel: "sms",
      kind,
      locale,
      source_kind: "text",
      subject: null,
      source: words.sms,
      html: null,
      text: "",
    });
  }
}
mkdirSync(path.dirname(process.argv[2]), { recursive: true });
writeFileSync(process.argv[2], JSON.stringify(starters));
