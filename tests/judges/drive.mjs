// Makes the product do its main work against the sandbox, by its API only, so that the judges of
// outgoing calls have something to judge: both channels, a payment, a refund, a cancelled session,
// and lost callbacks, after which the events must be listed.
import { api, call, check, control, equal, judge, until } from "./lib.mjs";

const mark = `${process.pid}${Date.now()}`.slice(-7);
const address = `payer${mark}@example.com`;
const phone = `+49170${mark}`;
const create = (path, body, expect = 201) => api(path, { method: "POST", body, expect });
const request = (more = {}) =>
  create("/v1/payment-requests", {
    client_id: client.id,
    amount_minor: 4200,
    currency: "EUR",
    description: `Invoice ${mark}`,
    channels: ["email"],
    ...more,
  });
const status = async (id) => (await api(`/v1/payment-requests/${id}`)).status;
let client;

// Presses Pay and returns the provider's id of the session.
async function press(link) {
  equal((await call(link)).status, 200, "the pay page");
  const answer = await call(link, { method: "POST", form: {} });
  equal(answer.status, 303, `the Pay button: ${answer.text.slice(0, 200)}`);
  const session = answer.headers.get("location").match(/cs_(test|live)_\w+/)?.[0];
  check(session, `the Pay button leads to ${answer.headers.get("location")}`);
  return session;
}

async function pay(link) {
  const session = await press(link);
  await control(`checkout/${session}/complete`, {});
  return session;
}

await judge("drive", {
  "a client with an email address and a phone number": async () => {
    client = await create("/v1/clients", { name: "Ada Judge", email: address, phone });
    equal([client.email, client.phone], [address, phone], "client");
  },
  "a request by both channels is sent, paid and refunded": async () => {
    const made = await request({ channels: ["email", "sms"] });
    equal(made.status, "open", "status");
    await until(
      "the SMS",
      async () => (await control(`messages?to=${encodeURIComponent(phone)}`)).count,
    );
    await until("the email", async () => (await control(`mails?to=${address}`)).count);
    await pay(made.link);
    await until("paid", async () => (await status(made.id)) === "paid");
    const detail = await api(`/v1/payment-requests/${made.id}`);
    const transaction = detail.transactions.find((one) => one.status === "succeeded");
    check(transaction?.fee_micros > 0, `fee ${transaction?.fee_micros}`);
    const path = `/v1/transactions/${transaction.id}/refunds`;
    const refund = await create(path, { amount_minor: 1000, reason: "requested_by_customer" });
    await until("the refund", async () => {
      const { data } = await api(path);
      return data.find((one) => one.id === refund.id).status === "succeeded";
    });
    await until("refunded_minor", async () => {
      return (await api(`/v1/transactions/${transaction.id}`)).refunded_minor === 1000;
    });
  },
  "the price of the SMS arrives": () =>
    until(
      "a fee",
      async () => {
        const { data } = await api("/v1/messages?status=delivered");
        return data.find((one) => one.to === phone && one.fee_micros > 0);
      },
      60_000,
    ),
  "cancelling ends the open session at the provider": async () => {
    const made = await request();
    const session = await press(made.link);
    await create(`/v1/payment-requests/${made.id}/cancel`, undefined, 200);
    await until("cancelled", async () => (await status(made.id)) === "cancelled");
    const { requests } = await control("requests?provider=stripe&operation=sessions.expire");
    check(
      requests.some((one) => one.path.includes(session)),
      "the session was not expired",
    );
  },
  "a payment whose callback is lost is found": async () => {
    const made = await request();
    await control("callback-faults", { provider: "stripe", event: "*", mode: "drop", count: 50 });
    try {
      await pay(made.link);
      // The scheduler first looks at a session without any sign of the payer after two minutes.
      await control("clock", { advance_ms: 3 * 60_000 });
      await until("paid", async () => (await status(made.id)) === "paid", 60_000);
    } finally {
      await control("callback-faults", undefined, "DELETE");
    }
  },
  "the events of the account are listed": async () => {
    await control("clock", { advance_ms: 6 * 60_000 }); // they are every five minutes
    await until(
      "events.list",
      async () => {
        const found = await control("requests?provider=stripe&operation=events.list");
        return found.requests.length > 0;
      },
      60_000,
    );
  },
});
