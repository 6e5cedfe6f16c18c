// Processes that die in the middle: nothing acknowledged is lost, and nobody is written to twice.
import { call, check, equal, until } from "../judges/lib.mjs";
import { inParallel, mark, Merchant } from "../journey/merchant.mjs";

const minutes = 60_000;

export async function oneKey(world) {
  const merchant = await Merchant.fresh(world, "One key");
  const email = `once-${mark()}@example.com`;
  const client = await merchant.client({ email });
  const body = {
    client_id: client.id,
    amount_minor: 4200,
    currency: "EUR",
    description: "Once",
    channels: ["email"],
  };
  const post = (changed = {}) =>
    merchant.raw("/v1/payment-requests", {
      method: "POST",
      body: { ...body, ...changed },
      headers: { "idempotency-key": `key-${email}` },
    });
  const answers = await Promise.all(Array.from({ length: 100 }, () => post()));
  const made = answers.filter((one) => one.status === 201);
  const others = answers.filter((one) => one.status !== 201 && one.status !== 409);
  equal(others.map((one) => [one.status, one.text]).slice(0, 3), [], "answers but 201 and 409");
  check(made.length > 0, "no answer with the resource");
  equal(new Set(made.map((one) => one.json.id)).size, 1, "different resources");
  const fresh = made.filter((one) => !one.headers.get("idempotency-replayed"));
  equal(fresh.length, 1, "answers that are not replays");
  const again = await post();
  equal([again.status, again.text], [201, made[0].text], "the same again");
  equal((await post({ amount_minor: 4201 })).status, 422, "another body under this key");
  equal((await merchant.all("/v1/payment-requests")).length, 1, "requests");
  await until("the mail", async () => (await world.mails(email)).count > 0);
  equal((await world.mails(email)).count, 1, "mails");
}

// The process dies while it acknowledges creates. Whoever got an answer finds the request;
// whoever got none asks again with the same key and gets one.
export async function createsKilled(world) {
  const merchant = await Merchant.fresh(world, "Killed");
  const client = await merchant.quietClient();
  const keys = Array.from({ length: 1_500 }, (_, i) => `kill-${i}`);
  const acknowledged = new Map();
  const create = async (key) => {
    const answer = await merchant.raw("/v1/payment-requests", {
      method: "POST",
      body: {
        client_id: client.id,
        amount_minor: 4200,
        currency: "EUR",
        description: key,
        channels: ["email"],
      },
      headers: { "idempotency-key": key },
    });
    check(answer.status === 201, `create: ${answer.status} ${answer.text.slice(0, 200)}`);
    acknowledged.set(key, answer.json);
  };
  let killed;
  await inParallel(keys, 16, async (key) => {
    if (killed) return;
    try {
      await create(key);
    } catch (error) {
      if (!killed) throw error;
    }
    if (acknowledged.size >= 400 && !killed) killed = world.program("all").kill();
  });
  await killed;
  const before = new Map(acknowledged);
  check(before.size >= 400 && before.size < keys.length, `${before.size} were acknowledged`);
  await world.restart("all");
  await inParallel([...before.values()], 16, async (request) => {
    const { status, description } = await merchant.detail(request.id);
    equal([status, description], ["open", request.description], "an acknowledged request");
    equal((await merchant.messages(request.id)).length, 1, "its messages");
    equal((await call(request.link)).status, 200, "its pay page");
  });
  const started = keys.slice(0, before.size + 16);
  await inParallel(started, 16, create);
  for (const [key, request] of before) {
    equal(acknowledged.get(key).id, request.id, "the same key after the crash");
  }
  const rows = await merchant.all("/v1/payment-requests");
  equal(rows.length, started.length, "requests after asking again");
}

const waiting = (rows) => rows.filter((row) => ["queued", "sending"].includes(row.status));

// Until no message waits; each round the clock jumps over the next deadline (a dead owner's
// lease, then the looks at the provider's list after 1, 5 and 60 minutes). `copies` counts what
// arrived.
async function decided(world, merchant, copies) {
  for (const jump of [3, 2, 6, 61]) {
    await until("what can be sent is sent", async () => {
      const rows = await merchant.all("/v1/messages");
      return rows.every((row) => row.status !== "queued");
    });
    await world.advance(jump * minutes);
  }
  return until(
    "every message is decided",
    async () => {
      const rows = await merchant.all("/v1/messages");
      const arrived = await copies();
      const found = (row) => row.channel === "email" || row.status !== "unknown" || !arrived(row);
      return waiting(rows).length === 0 && rows.every(found) ? rows : undefined;
    },
    60_000,
  );
}

export async function messagingKilled(world) {
  const merchant = await Merchant.fresh(world, "Crash");
  const run = String(Date.now()).slice(-5);
  const clients = await inParallel(Array.from({ length: 100 }).fill(0), 8, (_, i) => {
    const n = String(i).padStart(2, "0");
    const email = `crash-${run}-${n}@example.com`;
    return merchant.client({ name: `Crash ${n}`, email, phone: `+49170${run}${n}` });
  });
  // Slow providers: at any moment many messages are under way, on both sides of the wire.
  const slow = { mode: "delay_ms", delay_ms: 300, count: 0 };
  await world.control("faults", { provider: "twilio", operation: "messages.create", ...slow });
  await world.control("faults", { provider: "smtp", operation: "body", ...slow });
  await inParallel(clients, 16, (client) =>
    merchant.request(client, { channels: ["email", "sms"] }),
  );
  const received = async () => {
    const { messages } = await world.control("messages?limit=10000");
    const { mails } = await world.control("mails?limit=10000");
    const texts = messages.filter((one) => one.from === merchant.number);
    return { texts, mails: mails.filter((one) => one.to.includes(`crash-${run}-`)) };
  };
  await until(
    "a part has been sent",
    async () => {
      const { texts, mails } = await received();
      return texts.length + mails.length >= 40;
    },
    60_000,
  );
  await world.program("messaging").kill();
  const cut = await merchant.all("/v1/messages");
  equal(cut.length, 200, "messages");
  const sending = cut.filter((row) => row.status === "sending").length;
  check(sending > 0 && waiting(cut).length > sending, `killed at ${JSON.stringify(tally(cut))}`);
  await world.heal();
  await world.restart("messaging");
  const counter = async () => {
    const { texts, mails } = await received();
    return (row) =>
      row.channel === "sms"
        ? texts.filter((one) => one.to === row.to).length
        : mails.filter((one) => one.to.includes(row.to)).length;
  };
  const rows = await decided(world, merchant, counter);
  equal(rows.length, 200, "messages in the end");
  const copies = await counter();
  for (const row of rows) {
    const n = copies(row);
    const what = `${row.channel} to ${row.to} is ${row.status} and arrived ${n} times`;
    check(n <= 1, what);
    if (n === 0) equal(row.status, "unknown", what);
    else if (row.channel === "sms") check(["sent", "delivered"].includes(row.status), what);
    else check(["sent", "unknown"].includes(row.status), what);
  }
  const after = tally(rows);
  console.log(`  killed at ${JSON.stringify(tally(cut))}, in the end ${JSON.stringify(after)}`);
  check((after.unknown ?? 0) <= sending, "no more are unknown than were under way");
}

function tally(rows) {
  const counts = {};
  for (const { status } of rows) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
