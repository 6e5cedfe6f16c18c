// The sandbox driven by Stripe's own SDK: payments, events, refunds, disputes, faults.
import { check, control, equal, judge, rejects, until } from "./lib.mjs";
import {
  about,
  client,
  complete,
  hooks,
  isType,
  key,
  open,
  order,
  parse,
  register,
  run,
  secrets,
  stripe,
} from "./stripe_sdk.mjs";

let paid;
await register(secrets.slice(0, 1));

const payments = {
  "pay: session, intent, charge and fee by one retrieve": async () => {
    const session = await open();
    paid = await complete(session);
    equal([paid.status, paid.payment_status], ["complete", "paid"], "status");
    const intent = paid.payment_intent;
    equal([intent.object, intent.status], ["payment_intent", "succeeded"], "intent");
    equal(intent.amount_received, 4200, "amount_received");
    const charge = intent.latest_charge;
    equal([charge.object, charge.paid, charge.amount], ["charge", true, 4200], "charge");
    const balance = charge.balance_transaction;
    equal([balance.object, balance.amount], ["balance_transaction", 4200], "balance transaction");
    check(balance.fee > 0 && balance.net === 4200 - balance.fee, `fee ${balance.fee}`);
    const bare = await stripe.checkout.sessions.retrieve(session.id);
    equal(bare.payment_intent, intent.id, "payment_intent without expand");
  },
  "its events arrive with good signatures": async () => {
    const told = await hooks.wait("paid", about("checkout.session.completed", paid.id));
    const event = parse(told);
    equal([event.object, event.livemode], ["event", false], "event");
    equal(event.data.object.payment_status, "paid", "payment_status");
    await hooks.wait("intent", about("payment_intent.succeeded", paid.payment_intent.id));
    for (const request of hooks.received) parse(request);
    const body = Buffer.from(told.body.toString().replace('"paid"', '"unpaid"'));
    await rejects(
      (async () => parse({ ...told, body }))(),
      isType("StripeSignatureVerificationError"),
      "changed event",
    );
  },
  "the same events can be listed and retrieved": async () => {
    const told = JSON.parse(hooks.received.at(-1).body);
    equal((await stripe.events.retrieve(told.id)).type, told.type, "type");
    const expired = await open();
    await stripe.checkout.sessions.expire(expired.id);
    const types = ["checkout.session.completed", "checkout.session.expired"];
    const created = { gte: told.created - 3600 };
    const all = [];
    for await (const event of stripe.events.list({ limit: 1, types, created })) all.push(event);
    equal([...new Set(all.map((event) => event.type))].sort(), types, "types");
    const times = all.map((event) => event.created);
    equal(
      times,
      times.toSorted((a, b) => b - a),
      "newest first",
    );
    const later = { gt: Math.max(...times) + 60 };
    equal((await stripe.events.list({ created: later })).data, [], "events of the future");
  },
  "a paid session cannot be expired": () =>
    rejects(stripe.checkout.sessions.expire(paid.id), (e) => e.statusCode === 400, "expire"),
  "a declined card leaves the session open": async () => {
    const session = await open();
    await control(`checkout/${session.id}/decline`, {});
    const after = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ["payment_intent"],
    });
    equal([after.status, after.payment_status], ["open", "unpaid"], "status");
    const failed = await hooks.wait("declined", (request) => {
      const event = JSON.parse(request.body);
      return event.type === "payment_intent.payment_failed";
    });
    check(parse(failed).data.object.last_payment_error.decline_code, "no decline_code");
    equal((await complete(session)).payment_status, "paid", "paid after all");
  },
  "a delayed method completes unpaid, then pays or fails": async () => {
    for (const [action, type, status] of [
      ["async_succeed", "checkout.session.async_payment_succeeded", "paid"],
      ["async_fail", "checkout.session.async_payment_failed", "unpaid"],
    ]) {
      const session = await open();
      await control(`checkout/${session.id}/bank_debit`, {});
      const waiting = await stripe.checkout.sessions.retrieve(session.id);
      equal([waiting.status, waiting.payment_status], ["complete", "unpaid"], "waiting");
      await control(`checkout/${session.id}/${action}`, {});
      await hooks.wait(type, about(type, session.id));
      const settled = await stripe.checkout.sessions.retrieve(session.id);
      equal(settled.payment_status, status, `after ${action}`);
    }
  },
};

const refunds = {
  "refund a part, then the rest, then nothing more": async () => {
    const payment_intent = paid.payment_intent.id;
    const first = await stripe.refunds.create({
      payment_intent,
      amount: 1000,
      reason: "requested_by_customer",
      metadata: { refund_id: "rf_1" },
    });
    equal([first.object, first.amount, first.currency], ["refund", 1000, "eur"], "refund");
    equal(first.metadata.refund_id, "rf_1", "metadata");
    check(["succeeded", "pending"].includes(first.status), `status ${first.status}`);
    await hooks.wait("refund", about("charge.refunded", first.payment_intent));
    const over = stripe.refunds.create({ payment_intent, amount: 5000 });
    await rejects(over, (e) => e.statusCode === 400, "more than is left");
    const rest = await stripe.refunds.create({ payment_intent });
    equal(rest.amount, 3200, "the rest");
    const again = stripe.refunds.create({ payment_intent });
    await rejects(again, (e) => e.code === "charge_already_refunded", "nothing left");
    const intent = await stripe.paymentIntents.retrieve(payment_intent, {
      expand: ["latest_charge"],
    });
    equal(intent.latest_charge.amount_refunded, 4200, "amount_refunded");
    equal(intent.latest_charge.refunded, true, "refunded");
    const listed = await stripe.refunds.list({ payment_intent });
    equal(listed.data.map((r) => r.id).sort(), [first.id, rest.id].sort(), "list");
    equal((await stripe.refunds.retrieve(first.id)).id, first.id, "retrieve");
  },
  "an unpaid intent cannot be refunded": () =>
    rejects(
      stripe.refunds.create({ payment_intent: "pi_none" }),
      (e) => e.code === "resource_missing",
      "pi_none",
    ),
  "a dispute moves money and is told": async () => {
    const session = await complete(await open());
    const made = await control("disputes", { session: session.id });
    const dispute = await stripe.disputes.retrieve(made.id);
    equal([dispute.object, dispute.status], ["dispute", "needs_response"], "dispute");
    const told = await hooks.wait("dispute", about("charge.dispute.created", dispute.id));
    equal(parse(told).data.object.amount, 4200, "amount");
    await control(`disputes/${dispute.id}/won`, {});
    equal((await stripe.disputes.retrieve(dispute.id)).status, "won", "status");
    await hooks.wait("closed", about("charge.dispute.closed", dispute.id));
  },
};

const trouble = {
  "a 429 is a rate limit to the SDK": async () => {
    const fault = { provider: "stripe", operation: "sessions.create", mode: "status", match: key };
    await control("faults", { ...fault, status: 429 });
    await rejects(open(), isType("StripeRateLimitError"), "429");
  },
  "a call repeated after a lost reply makes no second session": async () => {
    const patient = client(key, { maxNetworkRetries: 2 });
    for (const mode of ["lose_reply_but_done", "close_mid_reply", "refuse"]) {
      const reference = `${mode}_${run}`;
      const fault = { provider: "stripe", operation: "sessions.create", match: reference };
      await control("faults", { ...fault, mode });
      const again = () =>
        patient.checkout.sessions.create(order({ client_reference_id: reference }), {
          idempotencyKey: reference,
        });
      // The SDK repeats by itself, except when the reply broke off in its middle.
      const broken = mode === "close_mid_reply";
      if (broken) await rejects(again(), isType("StripeConnectionError"), mode);
      const made = await again();
      const all = [];
      for await (const session of stripe.checkout.sessions.list({ limit: 100 })) all.push(session);
      const same = all.filter((session) => session.client_reference_id === reference);
      equal(
        same.map((session) => session.id),
        [made.id],
        `sessions after ${mode}`,
      );
    }
  },
  "a webhook that was refused comes again, both secrets signing": async () => {
    await register(secrets);
    let refusals = 0;
    hooks.answer = () => (refusals++ === 0 ? 500 : 200);
    const session = await open();
    await stripe.checkout.sessions.expire(session.id);
    const fits = about("checkout.session.expired", session.id);
    await until("two deliveries", () => hooks.received.filter(fits).length >= 2);
    const [first, second] = hooks.received.filter(fits);
    equal([first.status, second.status], [500, 200], "answers");
    equal(JSON.parse(first.body).id, JSON.parse(second.body).id, "event id");
    for (const secret of secrets) parse(second, secret);
  },
};

try {
  await judge("sandbox-stripe-payments", { ...payments, ...refunds, ...trouble });
} finally {
  hooks.close();
}
