// Refunds, a payment provider that is down when the payer presses Pay, and opting out.
import { call, check, equal, until } from "../judges/lib.mjs";
import { Merchant } from "../journey/merchant.mjs";
import { privatePage } from "../journey/page_rules.mjs";

const press = (link) => call(link, { method: "POST", form: {} });
const sessionsOf = async (merchant) => {
  const url = `${merchant.world.sandbox_url}/v1/checkout/sessions?limit=100`;
  return (await call(url, { token: merchant.stripe_key })).json.data;
};

export async function providerDown(world) {
  const merchant = await Merchant.fresh(world, "Down");
  const request = await merchant.request(await merchant.quietClient());
  const modes = [{ mode: "refuse" }, { mode: "status", status: 503 }];
  for (const mode of modes) {
    const fault = { provider: "stripe", operation: "sessions.create", count: 0, ...mode };
    await world.control("faults", fault);
    const answer = await press(request.link);
    equal(answer.status, 503, `Pay while the provider is down (${mode.mode})`);
    check(answer.text.includes("cannot be reached"), `the page: ${answer.text.slice(-600)}`);
    check(answer.headers.get("retry-after"), "Retry-After");
    privatePage(answer, "503 page");
    equal((await call(request.link)).status, 200, "the pay page meanwhile");
    equal((await merchant.detail(request.id)).status, "open", "status meanwhile");
    await world.heal();
  }
  await merchant.pay(request.link);
  await merchant.status(request.id, "paid");
  equal((await sessionsOf(merchant)).length, 1, "checkout sessions at the provider");
}

// The provider made the session, but its answer never came: pressing again leads to the same one.
export async function replyLost(world) {
  const merchant = await Merchant.fresh(world, "Reply lost");
  const request = await merchant.request(await merchant.quietClient());
  const fault = { provider: "stripe", operation: "sessions.create", mode: "lose_reply_but_done" };
  await world.control("faults", { ...fault, count: 1 });
  const first = await press(request.link);
  check([303, 503].includes(first.status), `Pay: ${first.status} ${first.text.slice(0, 200)}`);
  await merchant.pay(request.link);
  await merchant.status(request.id, "paid");
  equal((await sessionsOf(merchant)).length, 1, "checkout sessions at the provider");
  const { faults } = await world.control("faults");
  check(
    faults.some((one) => one.hits > 0),
    "the fault was met",
  );
}

async function refunded(merchant, transaction, refund, status) {
  const path = `/v1/transactions/${transaction}/refunds`;
  await until(`refund ${status}`, async () => {
    const { data } = await merchant.api(path);
    return data.find((one) => one.id === refund.id)?.status === status;
  });
}

const euro = async (merchant) =>
  (await merchant.dashboard()).totals.find((one) => one.currency === "EUR");

export async function refund(world) {
  const merchant = await Merchant.fresh(world, "Refund");
  const request = await merchant.request(await merchant.quietClient());
  await merchant.pay(request.link);
  const [{ id }] = (await merchant.status(request.id, "paid")).transactions;
  const path = `/v1/transactions/${id}/refunds`;
  const left = async (minor) =>
    until(`${minor} refunded`, async () => {
      const transaction = await merchant.api(`/v1/transactions/${id}`);
      return transaction.refunded_minor === minor;
    });
  await merchant.post(path, { amount_minor: 4201 }, 422);
  const key = { "idempotency-key": `refund-${id}` };
  const body = { amount_minor: 1000, reason: "requested_by_customer" };
  const part = await merchant.api(path, { method: "POST", body, headers: key, expect: 201 });
  const again = await merchant.api(path, { method: "POST", body, headers: key, expect: 201 });
  equal(again.id, part.id, "the same order twice");
  await refunded(merchant, id, part, "succeeded");
  await left(1000);
  const rest = await merchant.post(path, {});
  await refunded(merchant, id, rest, "succeeded");
  await left(4200);
  await merchant.post(path, {}, 409);
  const total = await euro(merchant);
  equal([total.charged_micros, total.refunded_micros], [42e6, -42e6], "charged and refunded");
  const kinds = (await merchant.timeline(request.id)).map((one) => one.kind);
  equal(kinds.filter((kind) => kind === "refund_succeeded").length, 2, kinds.join(" "));

  // A refund that the bank sends back days later: the money is ours again, and both facts stay
  // visible.
  const second = await merchant.request(await merchant.quietClient());
  await merchant.pay(second.link);
  const [payment] = (await merchant.status(second.id, "paid")).transactions;
  await world.control("refunds/mode", { mode: "failed_later", delay_ms: 3_000 });
  const lost = await merchant.post(`/v1/transactions/${payment.id}/refunds`, {});
  await refunded(merchant, payment.id, lost, "failed");
  await world.control("refunds/mode", { mode: "succeeded" });
  await until("nothing is refunded any more", async () => {
    const now = await merchant.api(`/v1/transactions/${payment.id}`);
    const sums = await euro(merchant);
    const given = sums.refunded_micros + sums.adjusted_micros;
    return now.refunded_minor === 0 && given === -42e6 && sums.charged_micros === 84e6;
  });
}

export async function stopAndStart(world) {
  const merchant = await Merchant.fresh(world, "Stop");
  const phone = `+49170${String(Math.floor(1e6 + Math.random() * 8e6))}`;
  const client = await merchant.client({ phone });
  const text = async () => {
    const request = await merchant.request(client, { channels: ["sms"] });
    return until("the text is decided", async () => {
      const [message] = await merchant.messages(request.id);
      return ["delivered", "suppressed", "failed"].includes(message.status) && message;
    });
  };
  const say = async (body) => {
    const { sid } = await world.control("twilio/inbound", {
      from: phone,
      to: merchant.number,
      body,
    });
    await until(`${body} is taken`, async () => {
      const { callbacks } = await world.control("callbacks?provider=twilio&limit=10000");
      return callbacks.some((one) => one.id === sid && one.status === 200);
    });
  };
  equal((await text()).status, "delivered", "the first text");
  await say("STOP");
  const tries = (await world.calls("twilio", "messages.create")).length;
  const stopped = await text();
  equal([stopped.status, stopped.reason], ["suppressed", "opted_out"], "a text after STOP");
  equal((await world.calls("twilio", "messages.create")).length, tries, "tries to send it");
  await say("START");
  equal((await text()).status, "delivered", "a text after START");
}
