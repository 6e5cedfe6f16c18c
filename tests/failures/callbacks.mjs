// What can happen to the provider's callbacks: none of it changes what is true about a payment.
import { call, check, equal, until } from "../judges/lib.mjs";
import { mark, Merchant } from "../journey/merchant.mjs";

const minutes = 60_000;

// What the product holds about a request and its money, without the times of bookkeeping.
async function books(merchant, id) {
  const { updated_at: _1, version: _2, ...request } = await merchant.detail(id);
  request.transactions = request.transactions.map(({ updated_at: _, ...rest }) => rest);
  const { totals, rows } = await merchant.dashboard();
  const messages = (await merchant.messages(id)).map((one) => [one.kind, one.channel]);
  return { request, totals, rows, messages: messages.sort() };
}

// As `equal` for two states of the books, but names only what differs.
function same(now, before, what) {
  const differences = (a, b, path) => {
    if (a === null || b === null || typeof a !== "object" || typeof b !== "object") {
      return a === b ? [] : [`${path}: ${JSON.stringify(b)} became ${JSON.stringify(a)}`];
    }
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].flatMap((key) => differences(a[key], b[key], `${path}.${key}`));
  };
  const found = differences(now, before, "books");
  check(found.length === 0, `${what}: ${found.slice(0, 5).join("; ")}`);
}

async function opened(world, name) {
  const merchant = await Merchant.fresh(world, name);
  const client = await merchant.quietClient();
  const request = await merchant.request(client);
  const session = await merchant.press(request.link);
  return { merchant, client, request, session };
}

const delivered = async (world, event) => {
  const { callbacks } = await world.control("callbacks?provider=stripe&limit=10000");
  return callbacks.filter((one) => one.status === 200 && one.id === event);
};

async function settledFees(merchant, id) {
  const detail = await merchant.status(id, "paid", 30_000);
  await until("the fee", async () => {
    const { transactions } = await merchant.detail(id);
    return transactions.every((one) => one.status !== "succeeded" || one.fee_micros !== null);
  });
  return detail;
}

export async function lost(world) {
  await world.control("callback-faults", {
    provider: "stripe",
    event: "*",
    mode: "drop",
    count: 0,
  });
  const { merchant, request, session } = await opened(world, "Lost");
  await world.control(`checkout/${session}/complete`, {});
  // The payer closes the window: neither a callback nor a return tells us.
  equal((await merchant.detail(request.id)).status, "open", "status without any sign");
  await world.advance(3 * minutes);
  const detail = await settledFees(merchant, request.id);
  equal(detail.transactions[0].status, "succeeded", "the transaction");

  const second = await merchant.request(await merchant.quietClient());
  await merchant.pay(second.link);
  // The payer comes back to the page: the provider is asked at once, by the clock on the wall.
  equal((await call(`${second.link}?from=checkout`)).status, 200, "the page after checkout");
  await merchant.status(second.id, "paid", 10_000);
  const { callbacks } = await world.control("callbacks?provider=stripe&limit=10000");
  const ours = new Set((await merchant.events()).map((event) => event.id));
  const arrived = callbacks.filter((one) => ours.has(one.id) && one.status !== 0);
  equal(arrived, [], "callbacks that arrived all the same");
}

export async function late(world) {
  const fault = { provider: "stripe", event: "*", mode: "delay", delay_ms: 4_000, count: 0 };
  await world.control("callback-faults", fault);
  const { merchant, request, session } = await opened(world, "Late");
  await world.control(`checkout/${session}/complete`, {});
  await call(`${request.link}?from=checkout`);
  await settledFees(merchant, request.id);
  const before = await books(merchant, request.id);
  const event = (await merchant.events("checkout.session.completed")).at(-1);
  equal(await delivered(world, event.id), [], "callbacks before their time");
  await until("the late callback", async () => (await delivered(world, event.id)).length > 0);
  await quiet(world);
  same(await books(merchant, request.id), before, "the books after a late callback");
}

// Until the product has dealt with every hint so far: a payment made after them went through the
// same queue and is known.
async function quiet(world) {
  const after = await Merchant.fresh(world, "After");
  const request = await after.request(await after.quietClient());
  await after.pay(request.link);
  await settledFees(after, request.id);
}

export async function twice(world) {
  await world.control("callback-faults", {
    provider: "stripe",
    event: "*",
    mode: "double",
    count: 0,
  });
  const merchant = await Merchant.fresh(world, "Twice");
  const client = await merchant.client({ email: `twice-${mark()}@example.com` });
  const request = await merchant.request(client);
  await merchant.pay(request.link);
  await settledFees(merchant, request.id);
  const event = (await merchant.events("checkout.session.completed")).at(-1);
  await until("both deliveries", async () => (await delivered(world, event.id)).length >= 2);
  await until("the receipt", async () => (await world.mails(client.email)).count === 2);
  const before = await books(merchant, request.id);
  const answer = await merchant.deliver(event);
  equal([answer.status, (await answer.json()).duplicate], [200, true], "a third delivery");
  await quiet(world);
  same(await books(merchant, request.id), before, "the books after three deliveries");
  equal((await world.mails(client.email)).count, 2, "mails: the request and one receipt");
  const [total] = before.totals.filter((one) => one.currency === "EUR");
  equal(total.charged_micros, request.amount_minor * 10_000, "charged");
}

export async function reordered(world) {
  const fault = { provider: "stripe", event: "checkout.session.*", mode: "reorder", count: 0 };
  await world.control("callback-faults", fault);
  const { merchant, request, session } = await opened(world, "Reordered");
  await world.control(`checkout/${session}/bank_debit`, {});
  await world.control(`checkout/${session}/async_succeed`, {});
  await settledFees(merchant, request.id);
  await world.heal();
  const before = await books(merchant, request.id);
  equal(before.request.transactions.length, 1, "transactions");
  // Everything once more, newest first: nothing of it may turn the truth back.
  const events = await merchant.events();
  const types = events.map((event) => event.type);
  for (const type of ["completed", "async_payment_succeeded"]) {
    check(types.includes(`checkout.session.${type}`), `${type} is not in ${types.join(" ")}`);
  }
  for (const event of events.toReversed()) {
    equal((await merchant.deliver(event)).status, 200, `delivery of ${event.type}`);
  }
  await quiet(world);
  same(await books(merchant, request.id), before, "the books after all events backwards");
}

export async function forged(world) {
  const { merchant, request, session } = await opened(world, "Forged");
  const other = await Merchant.fresh(world, "Forger");
  // An event as the provider would write it: that of a real payment, made to name our session.
  const model = await other.request(await other.quietClient());
  await other.pay(model.link);
  await other.status(model.id, "paid");
  const real = (await other.events("checkout.session.completed")).at(-1);
  const forgery = (name) => {
    const event = structuredClone(real);
    event.id = `evt_forged_${name}_${mark()}`;
    const object = event.data.object;
    Object.assign(object, { id: session, payment_status: "paid", status: "complete" });
    object.amount_total = request.amount_minor;
    object.client_reference_id = request.id;
    object.metadata = { ...object.metadata, request_id: request.id, tenant_id: merchant.id };
    return event;
  };
  const before = await books(merchant, request.id);
  const refused = {
    "an unknown secret": { secret: "whsec_0123456789abcdef0123456789abcdef" },
    "another tenant's secret": { secret: other.webhook_secret },
    "an old signature": { at: Math.floor(world.now() / 1000) - 400 },
    "a signature from the future": { at: Math.floor(world.now() / 1000) + 400 },
  };
  for (const [what, options] of Object.entries(refused)) {
    equal((await merchant.deliver(forgery("refused"), options)).status, 400, what);
  }
  const event = JSON.stringify(forgery("plain"));
  const headers = { "content-type": "application/json" };
  const bare = await fetch(merchant.stripe_url, { method: "POST", headers, body: event });
  equal(bare.status, 400, "no signature");
  const unknown = await merchant.deliver(forgery("nowhere"), { url: `${merchant.stripe_url}x` });
  equal(unknown.status, 404, "an endpoint that nobody has");
  const asked = async () => (await world.calls("stripe", "sessions.retrieve", session)).length;
  const questions = await asked();

  // Correctly signed by another tenant for its own endpoint, naming our session: stored, without
  // effect.
  equal((await other.deliver(forgery("foreign"))).status, 200, "another tenant's event");
  await quiet(world);
  equal(await asked(), questions, "questions to the provider about our session");
  same(await books(merchant, request.id), before, "the books after forgeries");
  equal((await other.all("/v1/transactions")).length, 1, "transactions of the forger");

  // With our own secret, but not true: the provider is asked and says unpaid.
  equal((await merchant.deliver(forgery("lie"))).status, 200, "an event that lies");
  await until("the provider is asked", async () => (await asked()) > questions);
  await quiet(world);
  same(await books(merchant, request.id), before, "the books after a lie");

  await world.control(`checkout/${session}/complete`, {});
  await merchant.status(request.id, "paid");
}
