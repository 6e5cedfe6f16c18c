// Signatures of Twilio's callbacks, made and judged by the official package.
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";

const require = createRequire(new URL("../package.json", import.meta.url));
const twilio = require("twilio");
const { getExpectedBodyHash, getExpectedTwilioSignature } = require("twilio/lib/webhooks/webhooks");

const token = "0123456789abcdef0123456789abcdef";
const statusParams = [
  ["AccountSid", "AC00000000000000000000000000000000"],
  ["ApiVersion", "2010-04-01"],
  ["From", "+15005550006"],
  ["MessageSid", "SM00000000000000000000000000000001"],
  ["MessageStatus", "delivered"],
  ["SmsSid", "SM00000000000000000000000000000001"],
  ["SmsStatus", "delivered"],
  ["To", "+491701234567"],
];

// The packages take an object; a name that occurs twice becomes an array there.
function toObject(params) {
  const out = {};
  for (const [name, value] of params) {
    out[name] = name in out ? [out[name], value].flat() : value;
  }
  return out;
}
const twilioSign = (url, params, authToken = token) =>
  getExpectedTwilioSignature(authToken, url, toObject(params));

function twilioVector(name, valid, fields) {
  const vector = {
    name,
    valid,
    url: fields.url,
    params: fields.params ?? statusParams,
    form: new URLSearchParams(fields.params ?? statusParams).toString(),
    signature: fields.signature,
    auth_token: fields.auth_token ?? token,
  };
  const judged = twilio.validateRequest(
    vector.auth_token,
    vector.signature,
    vector.url,
    toObject(vector.params),
  );
  if (judged !== valid)
    throw new Error(`twilio: ${name}: expected ${valid}, the package says ${judged}`);
  return vector;
}

const base = "https://pay.example.com/callbacks/twilio/status/endpoint1/at_1";
const withPort = base.replace(".com", ".com:443");
const odd = base.replace(".com", ".com:8443");
const http = "http://127.0.0.1:8080/callbacks/twilio/inbound/endpoint1";
const query = `${base}?a=1&b=two%20words&c=%C3%A9`;
const inbound = [
  ["Body", "Stop it, café ☕ & 100% + more"],
  ["From", "+491701234567"],
  ["NumMedia", "0"],
  ["OptOutType", "STOP"],
  ["To", "+15005550006"],
  ["FromCity", ""],
];
const repeated = [
  ["To", "+491701234567"],
  ["MediaUrl", "https://b.example"],
  ["MediaUrl", "https://a.example"],
  ["MediaUrl", "https://b.example"],
];
const changed = statusParams.map(([n, v]) => [n, n === "MessageStatus" ? "failed" : v]);
const signature = twilioSign(base, statusParams);

export const twilioVectors = [
  twilioVector("as sent", true, { url: base, signature }),
  twilioVector("order of the fields does not matter", true, {
    url: base,
    params: [...statusParams].reverse(),
    signature,
  }),
  twilioVector("signed with the port, received without", true, {
    url: base,
    signature: twilioSign(withPort, statusParams),
  }),
  twilioVector("signed without the port, received with it", true, { url: withPort, signature }),
  twilioVector("odd port, signed with it", true, {
    url: odd,
    signature: twilioSign(odd, statusParams),
  }),
  twilioVector("odd port, signed without it", true, { url: odd, signature }),
  twilioVector("http with port", true, {
    url: http,
    params: inbound,
    signature: twilioSign(http, inbound),
  }),
  twilioVector("http signed with port 80, received without", true, {
    url: "http://pay.example.com/in",
    signature: twilioSign("http://pay.example.com:80/in", statusParams),
  }),
  twilioVector("query is part of the address", true, {
    url: query,
    signature: twilioSign(query, statusParams),
  }),
  twilioVector("unicode, reserved characters and an empty field", true, {
    url: base,
    params: inbound,
    signature: twilioSign(base, inbound),
  }),
  twilioVector("capitals sort before small letters", true, {
    url: base,
    params: [
      ["b", "1"],
      ["B", "2"],
      ["a", "3"],
      ["Z", "4"],
    ],
    signature: twilioSign(base, [
      ["b", "1"],
      ["B", "2"],
      ["a", "3"],
      ["Z", "4"],
    ]),
  }),
  twilioVector("a repeated field counts once per value, sorted", true, {
    url: base,
    params: repeated,
    signature: twilioSign(base, repeated),
  }),
  twilioVector("no fields", true, { url: base, params: [], signature: twilioSign(base, []) }),
  twilioVector("wrong token", false, {
    url: base,
    signature: twilioSign(base, statusParams, "f".repeat(32)),
  }),
  twilioVector("changed field", false, { url: base, params: changed, signature }),
  twilioVector("added field", false, {
    url: base,
    params: [...statusParams, ["Extra", "1"]],
    signature,
  }),
  twilioVector("missing field", false, { url: base, params: statusParams.slice(1), signature }),
  twilioVector("another attempt", false, { url: base.replace("at_1", "at_2"), signature }),
  twilioVector("another host", false, { url: base.replace("pay.", "evil."), signature }),
  twilioVector("another scheme", false, { url: base.replace("https", "http"), signature }),
  twilioVector("slash at the end", false, { url: `${base}/`, signature }),
  twilioVector("changed query", false, {
    url: query.replace("a=1", "a=2"),
    signature: twilioSign(query, statusParams),
  }),
  twilioVector("signed with another port", false, {
    url: base,
    signature: twilioSign(odd, statusParams),
  }),
  twilioVector("cut short", false, { url: base, signature: signature.slice(0, -2) }),
  twilioVector("SHA-256 instead of SHA-1", false, {
    url: base,
    signature: createHmac("sha256", token).update(base).digest("base64"),
  }),
  twilioVector("empty", false, { url: base, signature: "" }),
];

function bodyVector(name, valid, { url, body, signature: given }) {
  const vector = { name, valid, url, body, signature: given, auth_token: token };
  const judged = twilio.validateRequestWithBody(token, given, url, body);
  if (judged !== valid)
    throw new Error(`twilio: ${name}: expected ${valid}, the package says ${judged}`);
  return vector;
}
const json = JSON.stringify({ events: ["é", 1] });
const hashed = `${base}?bodySHA256=${getExpectedBodyHash(json)}`;
export const bodyVectors = [
  bodyVector("JSON body", true, { url: hashed, body: json, signature: twilioSign(hashed, []) }),
  bodyVector("JSON body, port added", true, {
    url: hashed.replace(".com", ".com:443"),
    body: json,
    signature: twilioSign(hashed, []),
  }),
  bodyVector("changed body", false, {
    url: hashed,
    body: `${json} `,
    signature: twilioSign(hashed, []),
  }),
  bodyVector("hash of another body", false, {
    url: hashed.replace(/=..../, "=0000"),
    body: json,
    signature: twilioSign(hashed, []),
  }),
  bodyVector("hash changed after signing, body to match", false, {
    url: `${base}?bodySHA256=${getExpectedBodyHash("{}")}`,
    body: "{}",
    signature: twilioSign(hashed, []),
  }),
];
