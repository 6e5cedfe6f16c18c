// The sandbox driven by Twilio's own SDK, so that it is known to speak Twilio's protocol.
import { check, control, env, equal, judge, rejects, require, until } from "./lib.mjs";
import { Listener } from "./listener.mjs";

const twilio = require("twilio");
const RequestClient = require("twilio/lib/base/RequestClient");
const digits = (n) => `${process.pid}${Date.now()}`.slice(-n).padStart(n, "0");
const account = `AC${digits(12).padStart(32, "0")}`;
const token = digits(12).padStart(32, "a");
const service = `MG${digits(12).padStart(32, "0")}`;
const from = `+1500${digits(7)}`;
let numbers = 0;
const mobile = () => `+49170${digits(5)}${String((numbers += 1)).padStart(2, "0")}`;

// The SDK knows one host only; everything else of the call stays as the SDK makes it.
class ToSandbox extends RequestClient {
  request(options) {
    const uri = options.uri.replace("https://api.twilio.com", env("SANDBOX_URL"));
    return super.request({ ...options, uri });
  }
}
const connect = (authToken) => twilio(account, authToken, { httpClient: new ToSandbox() });
const client = connect(token);
const hooks = await Listener.open();
const statusCallback = `${hooks.url}/status?attempt=1`;
const send = (more = {}) =>
  client.messages.create({ to: mobile(), from, body: "Pay here", statusCallback, ...more });
const fetched = (sid, done) =>
  until(`message ${sid}`, async () => {
    const message = await client.messages(sid).fetch();
    return done(message) && message;
  });
const fields = (request) => Object.fromEntries(new URLSearchParams(request.body.toString()));
const valid = (request, url = request.url) =>
  twilio.validateRequest(token, request.headers["x-twilio-signature"], url, fields(request));
const code = (number) => (error) => error.code === number;

const sending = {
  "an account with a price and a number": async () => {
    await control("twilio/accounts", {
      account_sid: account,
      auth_token: token,
      price_micros: 7900,
      price_unit: "USD",
      price_delay_ms: 300,
      status_delay_ms: 50,
    });
    await control("twilio/numbers", {
      phone: from,
      account_sid: account,
      sms_url: `${hooks.url}/inbound`,
      messaging_service_sid: service,
    });
    equal((await client.api.accounts(account).fetch()).sid, account, "account");
  },
  "create, then delivered, then priced": async () => {
    const to = mobile();
    const made = await send({ to });
    check(/^SM[0-9a-f]{32}$/.test(made.sid), `sid ${made.sid}`);
    equal([made.to, made.from, made.body], [to, from, "Pay here"], "message");
    check(["queued", "accepted"].includes(made.status), `status ${made.status}`);
    equal([made.numSegments, made.price, made.errorCode], ["1", null, null], "new message");
    equal(made.direction, "outbound-api", "direction");
    check(made.dateCreated instanceof Date, "dateCreated is no RFC 2822 date");
    const priced = await fetched(made.sid, (m) => m.status === "delivered" && m.price !== null);
    equal([Number(priced.price), priced.priceUnit], [-0.0079, "USD"], "price");
    check(/^-\d+\.\d+$/.test(priced.price), `price ${priced.price}`);
  },
  "a messaging service chooses the sender": async () => {
    const made = await client.messages.create({
      to: mobile(),
      messagingServiceSid: service,
      body: "x",
    });
    equal(made.messagingServiceSid, service, "messagingServiceSid");
    const sent = await fetched(made.sid, (m) => m.from);
    equal(sent.from, from, "from");
  },
  "segments: 160 of GSM, 70 of UCS-2, then 153 and 67": async () => {
    for (const [body, segments] of [
      ["a".repeat(160), "1"],
      ["a".repeat(161), "2"],
      ["a".repeat(159) + "€", "2"],
      ["ж".repeat(70), "1"],
      ["ж".repeat(71), "2"],
      ["ж".repeat(135), "3"],
    ]) {
      const made = await send({ body });
      equal(made.numSegments, segments, `segments of ${[...body].length} ${body[0]}`);
    }
  },
  "list by number, by time and over pages": async () => {
    const to = mobile();
    const sids = [];
    for (let i = 0; i < 5; i += 1) sids.push((await send({ to, body: `part ${i}` })).sid);
    const listed = await client.messages.list({ to, pageSize: 2 });
    equal(listed.map((m) => m.sid).sort(), sids.toSorted(), "all pages");
    equal((await client.messages.list({ to, limit: 3 })).length, 3, "limit");
    const offset_ms = (await control("clock")).offset_ms;
    const hour = (n) => new Date(Date.now() + offset_ms + n * 3_600_000);
    const count = async (filter) => (await client.messages.list({ to, ...filter })).length;
    equal(await count({ dateSentAfter: hour(-25) }), 5, "sent since yesterday");
    equal(await count({ dateSentBefore: hour(-49) }), 0, "sent before the day before");
    equal(await count({ from: "+15005550000" }), 0, "from another number");
  },
  "a message can be deleted": async () => {
    const made = await send();
    await fetched(made.sid, (m) => m.status === "delivered");
    equal(await client.messages(made.sid).remove(), true, "removed");
    await rejects(client.messages(made.sid).fetch(), code(20404), "fetch after that");
  },
};

const refusals = {
  "a wrong token": () =>
    rejects(
      connect("f".repeat(32)).messages.list({ limit: 1 }),
      (e) => e.status === 401 && e.code === 20003,
      "wrong token",
    ),
  "a number that is none": () => rejects(send({ to: "nobody" }), code(21211), "To"),
  "the magic numbers": async () => {
    for (const [to, expected] of [
      ["+15005550001", 21211],
      ["+15005550002", 21612],
      ["+15005550003", 21408],
      ["+15005550004", 21610],
      ["+15005550009", 21614],
    ]) {
      await rejects(send({ to }), (e) => e.status === 400 && e.code === expected, to);
    }
  },
  "nothing to say, nobody to say it": async () => {
    await rejects(send({ body: undefined }), code(21602), "no body");
    await rejects(send({ from: undefined }), code(21603), "no sender");
    await rejects(send({ body: "x".repeat(1601) }), code(21617), "too long");
  },
  "an unknown message": () =>
    rejects(client.messages(`SM${"0".repeat(32)}`).fetch(), code(20404), "fetch"),
};

const callbacks = {
  "status callbacks come in order and are signed": async () => {
    const made = await send();
    const mine = (request) => fields(request).MessageSid === made.sid;
    const of = (status) => (request) => mine(request) && fields(request).MessageStatus === status;
    const last = await hooks.wait("delivered", of("delivered"));
    equal([last.method, last.url], ["POST", statusCallback], "call");
    const seen = hooks.received.filter(mine);
    const statuses = seen.map((request) => fields(request).MessageStatus);
    check(statuses.indexOf("sent") < statuses.indexOf("delivered"), `order ${statuses}`);
    equal(fields(last).AccountSid, account, "AccountSid");
    for (const request of seen) check(valid(request), "signature of a status callback");
    check(!valid(last, last.url.replace("attempt=1", "attempt=2")), "signed for another attempt");
  },
  "failures carry their code": async () => {
    const to = mobile();
    await control("twilio/outcomes", { to, status: "undelivered", error_code: 30003 });
    const made = await send({ to });
    const told = await hooks.wait("undelivered", (request) => {
      const { MessageSid, MessageStatus } = fields(request);
      return MessageSid === made.sid && MessageStatus === "undelivered";
    });
    equal(fields(told).ErrorCode, "30003", "ErrorCode");
    const message = await client.messages(made.sid).fetch();
    equal([message.status, message.errorCode], ["undelivered", 30003], "message");
  },
  "STOP arrives signed, stops messages, START allows them": async () => {
    const to = mobile();
    for (const [body, then] of [
      ["STOP", () => rejects(send({ to }), code(21610), "after STOP")],
      ["START", () => send({ to })],
    ]) {
      const { sid } = await control("twilio/inbound", { from: to, to: from, body });
      const told = await hooks.wait(body, (request) => fields(request).MessageSid === sid);
      equal([told.path, fields(told).Body], ["/inbound", body], "inbound");
      equal([fields(told).From, fields(told).OptOutType], [to, body], "fields");
      check(valid(told), "signature of an inbound message");
      await then();
    }
  },
};

try {
  await judge("sandbox-twilio", { ...sending, ...refusals, ...callbacks });
} finally {
  hooks.close();
}
