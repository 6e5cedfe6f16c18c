// 1,000 events, each delivered eight times at once, have 1,000 effects: on MariaDB with four
// processes, where rivals really run side by side. Four tenants share the load, as the product
// keeps to the provider's limit of calls for each account.
import { check, equal, until } from "../judges/lib.mjs";
import { inParallel, Merchant } from "../journey/merchant.mjs";

const tenants = 4;
const per_tenant = 250;
const copies = 8;
const count = tenants * per_tenant;

// Different amounts, so that a sum can't be right by two mistakes.
const amount = (i) => 1_000 + i;
const sum = (rows, field) => rows.reduce((before, one) => before + one[field], 0);

async function openAndPay(merchant, paid = () => {}) {
  const client = await merchant.quietClient();
  const numbers = Array.from({ length: per_tenant }, (_, i) => i);
  await inParallel(numbers, 4, async (i) => {
    const fields = { amount_minor: amount(i), description: `Storm ${i}` };
    await merchant.pay((await merchant.request(client, fields)).link);
    await paid(i);
  });
  const events = await merchant.events("checkout.session.completed");
  equal(events.length, per_tenant, "events");
  return events.map((event) => ({ merchant, event }));
}

async function deliverAll(hints) {
  const answers = await inParallel(hints, 8, ({ merchant, event }) =>
    Promise.all(
      Array.from({ length: copies }, async () => {
        const answer = await merchant.deliver(event);
        return { status: answer.status, ...(await answer.json()) };
      }),
    ),
  );
  const flat = answers.flat();
  // A conflict in the database may cost a delivery; the provider would try it again.
  const refused = flat.filter((one) => one.status !== 200);
  check(refused.length < count / 20, `${refused.length} of ${flat.length} deliveries were refused`);
  const stored = flat.filter((one) => one.duplicate === false).length;
  equal(stored, count, "deliveries that were the first of their event");
}

async function everythingOnce(merchant) {
  const complete = (what, path, keep = () => true) =>
    until(
      what,
      async () => {
        const rows = (await merchant.all(path)).filter(keep);
        return rows.length >= per_tenant ? rows : undefined;
      },
      90_000,
    );
  const paid = await complete("all requests are paid", "/v1/payment-requests?status=paid");
  equal(paid.length, per_tenant, "paid requests");
  equal(paid.filter((one) => one.flags.overpaid).length, 0, "overpaid requests");
  const known = (row) => row.fee_micros !== null;
  const transactions = await complete("all fees are known", "/v1/transactions", known);
  equal((await merchant.all("/v1/transactions")).length, per_tenant, "transactions");
  equal(new Set(transactions.map((one) => one.provider_ref)).size, per_tenant, "sessions paid");

  const charged = Array.from({ length: per_tenant }, (_, i) => amount(i)).reduce((a, b) => a + b);
  equal(sum(transactions, "amount_minor"), charged, "the sum of the transactions");
  await until("the totals add up", async () => {
    const total = (await merchant.dashboard()).totals.find((one) => one.currency === "EUR");
    check(total.charged_micros <= charged * 10_000, `${total.charged_micros} charged`);
    const fees = -sum(transactions, "fee_micros");
    return total.charged_micros === charged * 10_000 && total.provider_fee_micros === fees;
  });
  const of_payment = (row) => row.kind === "receipt";
  const receipts = await complete("every payment has its receipt", "/v1/messages", of_payment);
  equal(receipts.length, per_tenant, "receipts");
  const requests = new Set(receipts.map((one) => one.request_id));
  equal(requests.size, per_tenant, "requests with a receipt");
}

export async function storm(world) {
  const merchants = [];
  for (let i = 0; i < tenants; i++) merchants.push(await Merchant.fresh(world, `Storm ${i}`));
  await world.control("callback-faults", {
    provider: "stripe",
    event: "*",
    mode: "drop",
    count: 0,
  });
  const hints = (await Promise.all(merchants.map((one) => openAndPay(one)))).flat();
  await deliverAll(hints);
  await Promise.all(merchants.map(everythingOnce));
}

// Tracking dies while it handles callbacks and asks the provider. What it had claimed comes back
// when the lease is over; what could not be delivered meanwhile is found all the same.
export async function trackingKilled(world) {
  const merchant = await Merchant.fresh(world, "Tracking killed");
  await openAndPay(merchant, async (i) => {
    if (i === 60) await world.program("tracking").kill();
  });
  const paid = (await merchant.all("/v1/payment-requests?status=paid")).length;
  check(paid > 0 && paid < per_tenant, `${paid} were paid when tracking died`);
  await world.restart("tracking");
  await world.advance(4 * 60_000);
  await everythingOnce(merchant);
}
