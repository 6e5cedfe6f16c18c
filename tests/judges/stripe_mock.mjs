// Every request that the product sent to Stripe, repeated against stripe-mock, which holds Stripe's
// own OpenAPI description: unknown or missing parameters and wrong types are its 400s. It has no
// state, so shapes are all it judges. Its HTTP address is STRIPE_MOCK_URL.
import { check, env, equal, header, judge, recorded } from "./lib.mjs";

// Without each of these the recording would prove too little.
const WANTED = {
  "sessions.create": /^POST \/v1\/checkout\/sessions$/,
  "sessions.retrieve": /^GET \/v1\/checkout\/sessions\/[^/]+$/,
  "sessions.expire": /^POST \/v1\/checkout\/sessions\/[^/]+\/expire$/,
  "refunds.create": /^POST \/v1\/refunds$/,
  "events.list": /^GET \/v1\/events$/,
};
// Same shape, same verdict: how many of each to repeat at most.
const REPEATS_MAX = 20;

const OBJECTS = {
  account: "account",
  balance_transactions: "balance_transaction",
  charges: "charge",
  "checkout/sessions": "checkout.session",
  disputes: "dispute",
  events: "event",
  payment_intents: "payment_intent",
  refunds: "refund",
};
// What `object` must say: /v1/<collection>[/<id>[/<action>]].
function objectOf(path, method) {
  const collection = Object.keys(OBJECTS).find((name) => `${path}/`.startsWith(`/v1/${name}/`));
  const whole = collection !== "account" && path === `/v1/${collection}`;
  return whole && method === "GET" ? "list" : OBJECTS[collection];
}

// stripe-mock ignores an unknown expansion, so every step must be a field of the answer.
function checkExpansions(path, answer) {
  for (const value of new URLSearchParams(path.split("?")[1] ?? "").entries()) {
    if (!/^expand(\[\d*\])?$/.test(value[0])) continue;
    let node = answer;
    for (const step of value[1].split(".")) {
      if (node === null || node === undefined) break;
      if (Array.isArray(node)) node = node[0];
      check(typeof node === "object" && step in node, `expand ${value[1]}: no ${step} there`);
      node = node[step];
    }
    check(typeof node !== "string", `expand ${value[1]}: not an expandable field`);
  }
}

async function repeat(request) {
  const headers = { authorization: header(request.headers, "authorization") };
  check(/^Bearer (sk|rk)_(test|live)_/.test(headers.authorization), "no Bearer key was sent");
  // stripe-mock takes test keys only; which key was sent is the sandbox's to judge.
  headers.authorization = "Bearer sk_test_judge";
  const type = header(request.headers, "content-type");
  if (request.method === "POST") {
    check(type.startsWith("application/x-www-form-urlencoded"), `content type "${type}"`);
    headers["content-type"] = type;
  }
  const version = header(request.headers, "stripe-version");
  check(/^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$/.test(version), `Stripe-Version "${version}"`);
  const key = header(request.headers, "idempotency-key");
  if (request.method === "POST") {
    check(/^[!-~]{1,255}$/.test(key), `POST without a usable Idempotency-Key: "${key}"`);
  }
  const answer = await fetch(env("STRIPE_MOCK_URL") + request.path, {
    method: request.method,
    headers,
    body: request.method === "POST" ? request.body : undefined,
  });
  const json = await answer.json();
  check(answer.ok, `stripe-mock: ${answer.status} ${json.error?.message}\n    ${request.body}`);
  const wanted = objectOf(request.path.split("?")[0], request.method);
  check(wanted, "this judge does not know the operation");
  equal(json.object, wanted, "object");
  checkExpansions(request.path, json);
}

const cases = {
  "a request that Stripe would refuse is noticed": async () => {
    const answer = await fetch(`${env("STRIPE_MOCK_URL")}/v1/refunds`, {
      method: "POST",
      headers: { authorization: "Bearer sk_test_judge" },
      body: new URLSearchParams({ payment_intent: "pi_1", amount_minor: "5" }),
    });
    equal(answer.status, 400, "status for an unknown parameter");
  },
};
const requests = await recorded("stripe");
const line = (request) => `${request.method} ${request.path.split("?")[0]}`;
for (const [name, pattern] of Object.entries(WANTED)) {
  const matching = requests.filter((request) => pattern.test(line(request)));
  cases[`${name}: ${matching.length} recorded`] = async () => {
    check(matching.length > 0, "the product made no such call");
    for (const request of matching.slice(-REPEATS_MAX)) await repeat(request);
  };
}
const others = requests.filter((r) => !Object.values(WANTED).some((p) => p.test(line(r))));
for (const request of others.slice(-REPEATS_MAX)) {
  cases[`${request.seq}: ${line(request)}`] = () => repeat(request);
}
await judge("stripe-mock", cases);
