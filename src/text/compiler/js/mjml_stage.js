// MJML markup -> HTML. `mjmlStage` resolves to JSON: {html, problems}; places are those of `source`
// when the markup carries Pug's marks, else of the markup itself.
const mjml2html = require('mjml-core').default;
const preset = require('mjml-preset-core');

const SEED = 0x5eed;

// Ids in navigation bars and carousels are random: the same source gives the same mail.
function seeded(seed) {
  let state = seed;
  return function random() {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// {markup, places}: the markup without its marks, and per line of it what was announced there.
function unmark(marked, mark) {
  const places = new Map();
  if (!mark) return { markup: marked, places };
  let markup = '';
  let line = 1;
  let from = 0;
  for (let at = marked.indexOf(mark); at >= 0; at = marked.indexOf(mark, from)) {
    const end = marked.indexOf(';', at);
    if (end < 0) break;
    const piece = marked.slice(from, at);
    for (const c of piece) if (c === '\n') line += 1;
    markup += piece;
    const [sourceLine, sourceColumn] = marked
      .slice(at + mark.length, end)
      .split(':')
      .map(Number);
    if (!places.has(line)) places.set(line, []);
    places
      .get(line)
      .push({
        line: sourceLine,
        column: sourceColumn,
        tag: /^<([\w-]+)/.exec(marked.slice(end + 1, end + 60))?.[1],
      });
    from = end + 1;
  }
  return { markup: markup + marked.slice(from), places };
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

// Where an attribute of the tag at (line, column) is written, looking a few lines on.
function attributeIn(lines, place, name) {
  const pattern = new RegExp(`(?<![\\w-])${escaped(name)}(?=\\s*!?=)`);
  for (let row = place.line - 1; row < Math.min(lines.length, place.line + 12); row += 1) {
    const start = row === place.line - 1 ? place.column - 1 : 0;
    const found = pattern.exec(lines[row].slice(start));
    if (found) return { line: row + 1, column: start + found.index + 1, length: name.length };
  }
  return null;
}

function placed(error, lines, places, marked) {
  let place = { line: error.line || 1, column: 1 };
  if (marked) {
    const known = places.get(place.line) || [];
    const attribute = /^Attribute ([\w:-]+)/.exec(error.message)?.[1];
    const same = known.filter((one) => one.tag === error.tagName);
    place = same.find((one) => attribute && attributeIn(lines, one, attribute)) ||
      same[0] ||
      known[0] || { line: 1, column: 1 };
  } else if (error.tagName) {
    const at = (lines[place.line - 1] || '').indexOf(`<${error.tagName}`);
    if (at >= 0) place = { line: place.line, column: at + 1 };
  }
  const attribute = /^Attribute ([\w:-]+)/.exec(error.message)?.[1];
  const exact = attribute && attributeIn(lines, place, attribute);
  return exact || { line: place.line, column: place.column, length: (error.tagName || ' ').length };
}

globalThis.mjmlStage = async function mjmlStage(marked, mark, source) {
  Math.random = seeded(SEED);
  const { markup, places } = unmark(marked, mark);
  const lines = (mark ? source : markup).split('\n');
  const problems = [];
  const include = markup.search(/<mj-include\b/);
  if (include >= 0) {
    const line = markup.slice(0, include).split('\n').length;
    const at = placed({ line, tagName: 'mj-include', message: '' }, lines, places, Boolean(mark));
    problems.push({
      stage: 'mjml',
      severity: 'error',
      code: 'include_refused',
      detail: 'mj-include is not available: a template is one file',
      ...at,
    });
    return JSON.stringify({ html: '', problems });
  }
  try {
    const result = await mjml2html(markup, {
      presets: [preset],
      validationLevel: 'soft',
      ignoreIncludes: true,
    });
    for (const error of result.errors || [])
      problems.push({
        stage: 'mjml',
        severity: 'error',
        code: 'invalid',
        detail: String(error.message),
        ...placed(error, lines, places, Boolean(mark)),
      });
    return JSON.stringify({ html: result.html, problems });
  } catch (error) {
    problems.push({
      stage: 'mjml',
      severity: 'error',
      code: 'invalid',
      detail: String(error.message),
      line: 1,
      column: 1,
      length: 1,
    });
    return JSON.stringify({ html: '', problems });
  }
};
