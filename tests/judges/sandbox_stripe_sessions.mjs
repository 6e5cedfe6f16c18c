// The sandbox driven by Stripe's own SDK, so that it is known to speak Stripe's protocol: sessions.
import { check, control, equal, judge, rejects } from "./lib.mjs";
import {
  about,
  client,
  hooks,
  isType,
  key,
  open,
  parse,
  register,
  run,
  secrets,
  stripe,
} from "./stripe_sdk.mjs";

const sessions = {
  "an account with a webhook": () => register(secrets.slice(0, 1)),
  "create a session": async () => {
    const session = await open();
    check(/^cs_test_\w{10,}$/.test(session.id), `id ${session.id}`);
    equal(session.object, "checkout.session", "object");
    equal([session.status, session.payment_status], ["open", "unpaid"], "status");
    equal([session.amount_total, session.currency], [4200, "eur"], "amount");
    equal(session.client_reference_id, `cs_${run}`, "client_reference_id");
    equal(session.metadata, { tenant_id: "tn_1", request_id: "pr_1" }, "metadata");
    equal(session.livemode, false, "livemode");
    const life_s = session.expires_at - session.created;
    equal(life_s, 86_400, "a session lives a day by default");
    equal((await fetch(session.url)).status, 200, "the checkout page");
    check(session.lastResponse.requestId.startsWith("req_"), "no Request-Id");
    const items = await stripe.checkout.sessions.listLineItems(session.id);
    equal([items.data.length, items.data[0].amount_total], [1, 4200], "line items");
  },
  "expires_at between 30 minutes and 24 hours": async () => {
    const now_s = Math.floor((await control("clock")).offset_ms / 1000 + Date.now() / 1000);
    const session = await open({ expires_at: now_s + 3600 });
    equal(session.expires_at, now_s + 3600, "expires_at");
    for (const off of [60, 90_000]) {
      await rejects(open({ expires_at: now_s + off }), isType("StripeInvalidRequestError"), off);
    }
  },
  "the same idempotency key gives the same session": async () => {
    const options = { idempotencyKey: `${run}-same` };
    const [first, second] = [await open({}, options), await open({}, options)];
    equal(second.id, first.id, "id");
    equal(second.lastResponse.headers["idempotent-replayed"], "true", "Idempotent-Replayed");
  },
  "the same key with other parameters is refused": async () => {
    const options = { idempotencyKey: `${run}-other` };
    await open({}, options);
    await rejects(open({ locale: "de" }, options), isType("StripeIdempotencyError"), "other body");
  },
  "an unknown parameter is refused by name": () =>
    rejects(
      open({ amount_minor: 1 }),
      (e) => e.code === "parameter_unknown" && e.param === "amount_minor" && e.statusCode === 400,
      "amount_minor",
    ),
  "a missing parameter is refused by name": () =>
    rejects(
      stripe.checkout.sessions.create({ mode: "payment" }),
      isType("StripeInvalidRequestError"),
      "no line items",
    ),
  "an unknown session is 404": () =>
    rejects(
      stripe.checkout.sessions.retrieve("cs_test_none"),
      (e) => e.statusCode === 404 && e.code === "resource_missing",
      "cs_test_none",
    ),
  "another account's session is unknown": async () => {
    const session = await open();
    const stranger = client(`sk_test_stranger_${run}`);
    await rejects(
      stranger.checkout.sessions.retrieve(session.id),
      (e) => e.statusCode === 404,
      "stranger",
    );
  },
  "a key that is none is refused": () =>
    rejects(
      client("nonsense").checkout.sessions.list(),
      isType("StripeAuthenticationError"),
      "key",
    ),
  "expire a session, once": async () => {
    const session = await open();
    const expired = await stripe.checkout.sessions.expire(session.id);
    equal([expired.status, expired.url], ["expired", null], "status");
    const told = await hooks.wait("expired", about("checkout.session.expired", session.id));
    equal(parse(told).data.object.status, "expired", "status in the event");
    await rejects(
      stripe.checkout.sessions.expire(session.id),
      (e) => e.statusCode === 400,
      "expire again",
    );
  },
};

try {
  await judge("sandbox-stripe-sessions", sessions);
} finally {
  hooks.close();
}
