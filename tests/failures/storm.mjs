// 1,000 events, each delivered eight times at once, have 1,000 effects: on MariaDB with four
// processes, where rivals really run side by side.
import { check, equal, until } from "../judges/lib.mjs";
import { inParallel, Merchant } from "../journey/merchant.mjs";

const count = 1_000;
const copies = 8;

export async function storm(world) {
  const merchant = await Merchant.fresh(world, "Storm");
  const client = await merchant.quietClient();
  const numbers = Array.from({ length: count }, (_, i) => i);
  // Different amounts, so that a sum can't be right by two mistakes.
  const amounts = numbers.map((i) => 1_000 + i);
  const requests = await inParallel(numbers, 16, (i) =>
    merchant.request(client, { amount_minor: amounts[i], description: `Storm ${i}` }),
  );
  await world.control("callback-faults", {
    provider: "stripe",
    event: "*",
    mode: "drop",
    count: 0,
  });
  await inParallel(requests, 16, (request) => merchant.pay(request.link));
  const events = await merchant.events("checkout.session.completed");
  equal(events.length, count, "events");

  const answers = await inParallel(events, 8, (event) =>
    Promise.all(
      Array.from({ length: copies }, async () => {
        const answer = await merchant.deliver(event);
        return { status: answer.status, ...(await answer.json()) };
      }),
    ),
  );
  const flat = answers.flat();
  const refused = flat.filter((one) => one.status !== 200);
  // A conflict in the database may cost a delivery; the provider would try it again, and so do we.
  check(refused.length < count / 20, `${refused.length} of ${flat.length} deliveries were refused`);
  const stored = flat.filter((one) => one.duplicate === false).length;
  equal(stored, count, "deliveries that were the first of their event");

  const list = (path) => merchant.all(path);
  const paid = await until(
    "all requests are paid",
    async () => {
      const rows = await list("/v1/payment-requests?status=paid");
      return rows.length >= count ? rows : undefined;
    },
    120_000,
  );
  equal(paid.length, count, "paid requests");
  equal(paid.filter((one) => one.flags.overpaid).length, 0, "overpaid requests");
  const transactions = await until(
    "all fees are known",
    async () => {
      const rows = await list("/v1/transactions");
      return rows.every((one) => one.fee_micros !== null) ? rows : undefined;
    },
    60_000,
  );
  equal(transactions.length, count, "transactions");
  equal(new Set(transactions.map((one) => one.provider_ref)).size, count, "sessions paid");
  const sum = (rows, field) => rows.reduce((before, one) => before + one[field], 0);
  const expected = amounts.reduce((a, b) => a + b) * 10_000;
  await until("the totals add up", async () => {
    const total = (await merchant.dashboard()).totals.find((one) => one.currency === "EUR");
    check(total.charged_micros <= expected, `charged ${total.charged_micros} of ${expected}`);
    const fees = -sum(transactions, "fee_micros");
    return total.charged_micros === expected && total.provider_fee_micros === fees;
  });
  const receipts = await until(
    "every payment has its receipt",
    async () => {
      const rows = (await list("/v1/messages")).filter((one) => one.kind === "receipt");
      return rows.length >= count ? rows : undefined;
    },
    60_000,
  );
  equal(receipts.length, count, "receipts");
  equal(new Set(receipts.map((one) => one.request_id)).size, count, "requests with a receipt");
}
