// Signatures of Stripe's webhooks, made and judged by the official package.
import { createRequire } from "node:module";

const require = createRequire(new URL("../package.json", import.meta.url));
const Stripe = require("stripe").default ?? require("stripe");
const stripe = new Stripe("sk_test_vectors");
const at_s = 1_800_000_000; // when the vectors were signed
const current = "whsec_vectors_current_0123456789";
const previous = "whsec_vectors_previous_9876543210";
const stranger = "whsec_vectors_stranger_5555555555";

const event = (data) =>
  JSON.stringify({
    id: "evt_vectors",
    object: "event",
    api_version: "2025-01-27.acacia",
    created: at_s,
    type: "checkout.session.completed",
    livemode: false,
    data: { object: data },
  });
const plain = event({ id: "cs_test_vectors", object: "checkout.session", amount_total: 4200 });

function sign(body, { secret = current, timestamp = at_s, scheme = "v1" } = {}) {
  return stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp, scheme });
}
const hex = (body, options) => sign(body, options).split("=").at(-1);

// What the package itself says, for any of the secrets.
function stripeValid({ header, body, secrets, now_s, tolerance_s }) {
  return secrets.some((secret) => {
    try {
      stripe.webhooks.constructEvent(body, header, secret, tolerance_s, undefined, now_s * 1000);
      return true;
    } catch {
      return false; // all bodies are JSON, so only the signature can be at fault
    }
  });
}

function stripeVector(name, valid, fields) {
  const vector = {
    name,
    valid,
    header: fields.header,
    body: fields.body ?? plain,
    secrets: fields.secrets ?? [current],
    now_s: fields.now_s ?? at_s + 2,
    tolerance_s: 300,
  };
  const judged = stripeValid(vector);
  if (judged !== valid)
    throw new Error(`stripe: ${name}: expected ${valid}, the package says ${judged}`);
  return vector;
}

const spaced = JSON.stringify(JSON.parse(plain), null, 2);
const unicode = event({ id: "cs_test_vectors", description: "Zürich – 東京 🧾 \u00a0 é e\u0301" });
const escaped = plain.replace("cs_test_vectors", "\\u0063s_test_vectors");
const crlf = spaced.replaceAll("\n", "\r\n");
const large = event({ id: "cs_test_vectors", metadata: { text: "x".repeat(20_000) } });
const other = event({ id: "cs_test_other" });
const good = hex(plain);
const flipped = (good[0] === "0" ? "1" : "0") + good.slice(1);

export const stripeVectors = [
  stripeVector("as sent", true, { header: sign(plain) }),
  stripeVector("received in the same second", true, { header: sign(plain), now_s: at_s }),
  stripeVector("spaces and newlines are part of the body", true, {
    header: sign(spaced),
    body: spaced,
  }),
  stripeVector("carriage returns are part of the body", true, { header: sign(crlf), body: crlf }),
  stripeVector("unicode body", true, { header: sign(unicode), body: unicode }),
  stripeVector("escapes are not decoded first", true, { header: sign(escaped), body: escaped }),
  stripeVector("20 kB body", true, { header: sign(large), body: large }),
  stripeVector("exactly 300 s old", true, { header: sign(plain), now_s: at_s + 300 }),
  stripeVector("301 s old", false, { header: sign(plain), now_s: at_s + 301 }),
  stripeVector("a day old", false, { header: sign(plain), now_s: at_s + 86_400 }),
  stripeVector("wrong secret", false, { header: sign(plain, { secret: stranger }) }),
  stripeVector("old secret while it is still accepted", true, {
    header: sign(plain, { secret: previous }),
    secrets: [current, previous],
  }),
  stripeVector("new secret while the old one is accepted", true, {
    header: sign(plain),
    secrets: [previous, current],
  }),
  stripeVector("neither of two secrets", false, {
    header: sign(plain, { secret: stranger }),
    secrets: [current, previous],
  }),
  stripeVector("two v1, the first fits", true, {
    header: `t=${at_s},v1=${good},v1=${hex(plain, { secret: stranger })}`,
  }),
  stripeVector("two v1, the second fits", true, {
    header: `t=${at_s},v1=${hex(plain, { secret: stranger })},v1=${good}`,
  }),
  stripeVector("five v1, the last fits", true, {
    header: `t=${at_s}${`,v1=${flipped}`.repeat(4)},v1=${good}`,
  }),
  stripeVector("two v1, none fits", false, {
    header: `t=${at_s},v1=${flipped},v1=${hex(other)}`,
  }),
  stripeVector("unknown schemes beside v1", true, {
    header: `t=${at_s},v1=${good},v0=${flipped},v9=anything`,
  }),
  stripeVector("v1 before t", true, { header: `v1=${good},t=${at_s}` }),
  stripeVector("v0 only", false, { header: sign(plain, { scheme: "v0" }) }),
  stripeVector("signature of another body", false, { header: sign(other) }),
  stripeVector("one byte more in the body", false, { header: sign(plain), body: `${plain}\n` }),
  stripeVector("body re-encoded", false, { header: sign(plain), body: spaced }),
  stripeVector("one digit of the signature changed", false, { header: `t=${at_s},v1=${flipped}` }),
  stripeVector("signature cut short", false, { header: `t=${at_s},v1=${good.slice(0, 63)}` }),
  stripeVector("signature with more behind it", false, { header: `t=${at_s},v1=${good}00` }),
  stripeVector("empty signature", false, { header: `t=${at_s},v1=` }),
  stripeVector("not hexadecimal", false, { header: `t=${at_s},v1=${"z".repeat(64)}` }),
  stripeVector("time moved forward", false, { header: `t=${at_s + 1},v1=${good}` }),
  stripeVector("time missing", false, { header: `v1=${good}` }),
  stripeVector("time is no number", false, { header: `t=soon,v1=${good}` }),
  stripeVector("no signature at all", false, { header: `t=${at_s}` }),
  stripeVector("empty header", false, { header: "" }),
  stripeVector("only commas", false, { header: ",,,," }),
];
