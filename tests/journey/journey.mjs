// journey.mjs [--services]: a scripted visitor does the product's main job from a client's
// address to a paid request, in a real browser, and looks at every place where it must show.
// README.md says more.
import { check, equal, until } from "../judges/lib.mjs";
import { Browser, logo, payByCard, shows } from "./browser.mjs";
import { Merchant } from "./merchant.mjs";
import { declined, german, ends, twoTabs } from "./more_visits.mjs";
import { pageRules } from "./page_rules.mjs";
import { logFolder } from "./programs.mjs";
import { within } from "./world.mjs";

const seconds_max = 150;
const shape = process.argv.includes("--services") ? "services" : "sqlite";
const name = shape === "services" ? "journey-services" : "journey";

// What the sandbox charges: 1.5 % and 25 minor units of a payment, 0.0079 USD for a segment.
const amount_minor = 4200;
const fee_micros = (Math.round(amount_minor * 0.015) + 25) * 10_000;
const sms_fee_micros = 7_900;

const begin = Date.now();
async function step(title, work) {
  const start = Date.now();
  try {
    const result = await work();
    console.log(`  ok: ${title} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
    return result;
  } catch (error) {
    error.message = `${title}: ${error.message}`;
    throw error;
  }
}

async function prepare(merchant) {
  const before = await merchant.dashboard();
  const money = before.totals.filter((total) => total.charged_micros !== 0);
  equal(money, [], "no money before the first payment");
  const tenant = await merchant.api("/v1/tenant");
  const answer = await fetch(`${merchant.world.url}/v1/tenant/logo`, {
    method: "PUT",
    headers: { authorization: `Bearer ${merchant.token}`, "content-type": "image/png" },
    body: logo(),
  });
  equal(answer.status, 200, `the logo: ${await answer.text()}`);
  return tenant;
}

async function makeClient(merchant) {
  const client = await merchant.client({
    name: "Ada Brook",
    email: "ada@example.com",
    phone: "+49 170 555 01 23",
  });
  equal(
    [client.email, client.phone],
    ["ada@example.com", "+491705550123"],
    "the client's addresses",
  );
  return client;
}

async function bothMessages(merchant, request, client) {
  const { world } = merchant;
  const messages = await until("both messages are with the client", async () => {
    const rows = await merchant.messages(request.id);
    const sms = rows.find((row) => row.channel === "sms");
    const email = rows.find((row) => row.channel === "email");
    return sms?.status === "delivered" && email?.status === "sent" ? { sms, email } : undefined;
  });
  const [texts, mails] = [await world.texts(client.phone), await world.mails(client.email)];
  equal([texts.count, mails.count], [1, 1], "text messages and mails with the client");
  const link = texts.messages[0].body.match(/https?:\/\/\S+/)?.[0];
  check(link?.startsWith(`${world.url}/p/`), `the text's link: ${texts.messages[0].body}`);
  check(mails.mails[0].text.includes(`${world.url}/p/`), "the mail's text holds a link");
  check(mails.mails[0].html.includes(`${world.url}/p/`), "the mail's HTML holds a link");
  const detail = await merchant.api(`/v1/messages/${messages.sms.id}`);
  check(!detail.body.includes(link), "a stored text never holds the link");
  return { ...messages, link };
}

// From the phone's list of conversations to the pay page, as a thumb does it.
async function openFromPhone(browser, page, world, client) {
  await page.goto(`${world.sandbox_url}/phone`);
  await page.getByText(client.phone).click();
  await browser.shot(page, "phone");
  await page.locator(".bubble a").first().click();
  await page.waitForURL(`${world.url}/p/*`);
}

async function pay(browser, page, tenant) {
  await shows(page, tenant.name, "42.00", "Invoice 1042");
  equal(await page.locator("script").count(), 0, "scripts on the pay page");
  const picture = page.locator("header img");
  check((await picture.boundingBox())?.width > 20, "the logo is shown");
  await browser.shot(page, "pay");
  await page.locator("form button").click();
  await page.waitForURL(/\/c\/pay\//);
  await shows(page, "42.00");
  await browser.shot(page, "checkout");
  await payByCard(page, "4242 4242 4242 4242");
  // The page renews itself until the provider has confirmed.
  await page.getByText("Paid. Thank you!").waitFor({ timeout: 20_000 });
  await shows(page, "42.00", "Invoice 1042", "Receipt");
  equal(await page.locator("form").count(), 0, "buttons on the receipt");
  await browser.shot(page, "receipt");
}

async function paidEverywhere(merchant, request) {
  const detail = await merchant.status(request.id, "paid");
  check(detail.paid_at, "paid_at");
  equal(detail.transactions.length, 1, "transactions");
  const [transaction] = detail.transactions;
  equal(
    [transaction.status, transaction.amount_minor, transaction.currency],
    ["succeeded", amount_minor, "EUR"],
    "the transaction",
  );
  await until("the provider's fee is known", async () => {
    const { fee_micros: fee, fee_currency } = await merchant.api(
      `/v1/transactions/${transaction.id}`,
    );
    return fee === fee_micros && fee_currency === "EUR";
  });
  const kinds = (await merchant.timeline(request.id)).map((entry) => entry.kind);
  const wanted = ["created", "message_queued", "message_sent", "message_delivered"];
  wanted.push("checkout_opened", "paid", "fee_recorded");
  for (const kind of wanted) check(kinds.includes(kind), `${kind} is not in ${kinds.join(" ")}`);
}

async function receiptByMail(browser, page, world, client) {
  await until("the receipt's mail", async () => (await world.mails(client.email)).count >= 2);
  const { count, mails } = await world.mails(client.email);
  equal(count, 2, "mails: the request and its receipt");
  check(mails[0].subject !== mails[1].subject, `both mails are called ${mails[0].subject}`);
  await page.goto(`${world.sandbox_url}/inbox`);
  await shows(page, mails[0].subject, mails[1].subject);
  await browser.shot(page, "inbox");
  await page.getByText(mails[0].subject).first().click();
  await browser.shot(page, "inbox-receipt");
  await page.goto(`${world.sandbox_url}/inbox/${mails[1].n}`);
  await browser.shot(page, "inbox-request");
  await page.locator("#text a").first().click();
  await page.getByText("Paid. Thank you!").waitFor();
}

// The price of a text is known some time after it was sent, so this comes last.
async function dashboardAddsUp(merchant, request, sms) {
  const price = await until(
    "the price of the text is known",
    async () => {
      const row = await merchant.api(`/v1/messages/${sms.id}`);
      return row.fee_micros === null ? undefined : row;
    },
    30_000,
  );
  equal(
    [price.fee_micros, price.fee_currency],
    [sms_fee_micros * price.segments, "USD"],
    "the price of the text",
  );
  const entries = await merchant.timeline(request.id);
  check(
    entries.some((entry) => entry.message_id === sms.id && entry.amount_micros !== null),
    "the timeline shows what the text cost",
  );
  const board = await merchant.dashboard();
  const total = (currency) => board.totals.find((row) => row.currency === currency);
  const transactions = await merchant.all("/v1/transactions?status=succeeded");
  const sum = (rows, field) => rows.reduce((before, row) => before + row[field], 0);
  const [euro, dollar] = [total("EUR"), total("USD")];
  equal(euro.charged_micros, sum(transactions, "amount_minor") * 10_000, "charged");
  equal(euro.provider_fee_micros, -sum(transactions, "fee_micros"), "provider fees");
  const mails = (await merchant.all("/v1/messages?status=sent")).filter(
    (row) => row.channel === "email",
  );
  equal(euro.email_fee_micros, -sum(mails, "fee_micros"), "fees of mails");
  const fees = euro.provider_fee_micros + euro.email_fee_micros;
  equal(euro.net_micros, euro.charged_micros + fees, "net in EUR");
  check(dollar?.sms_fee_micros <= -price.fee_micros, `SMS fees: ${dollar?.sms_fee_micros}`);
  equal(dollar.net_micros, dollar.sms_fee_micros, "net in USD");
  const paid = board.rows.filter((row) => row.status === "paid");
  equal(sum(paid, "count"), transactions.length, "paid requests");
}

async function visit(world) {
  const browser = await Browser.open({
    shots: await logFolder(name),
    hosts: [world.url, world.sandbox_url],
  });
  try {
    const merchant = await step("sign in by API", () => Merchant.demo(world));
    const tenant = await step("a logo and an empty dashboard", () => prepare(merchant));
    const client = await step("a client from a phone number and an email address", () =>
      makeClient(merchant),
    );
    const channels = ["email", "sms"];
    const request = await step("a request by both channels", () =>
      merchant.request(client, { amount_minor, channels }),
    );
    equal(request.status, "open", "status");
    const { sms, link } = await step("both messages arrive", () =>
      bothMessages(merchant, request, client),
    );
    await step("the pay page keeps its rules", () => pageRules(world, link, request.link));
    const page = await browser.tab();
    await step("open the link on the phone", () => openFromPhone(browser, page, world, client));
    await step("pay by card, see the receipt", () => pay(browser, page, tenant));
    await step("the API and the timeline say paid", () => paidEverywhere(merchant, request));
    await step("request and receipt are in the inbox", () =>
      receiptByMail(browser, page, world, client),
    );
    await step("a German client reads German", () => german(browser, merchant));
    await step("a declined card, then a good one", () => declined(browser, merchant));
    await step("two tabs and double clicks, one payment", () => twoTabs(browser, merchant));
    await step("cancelled, expired and unknown links", () => ends(browser, merchant));
    await step("the dashboard adds up, with both fees", () =>
      dashboardAddsUp(merchant, request, sms),
    );
    equal(browser.strangers, [], "requests to other hosts");
    equal(browser.refused, [], "what the content security policy refused");
  } catch (error) {
    await browser.shotAll("failed");
    throw error;
  } finally {
    await browser.close();
  }
}

const watchdog = setTimeout(() => {
  console.error(`journey: FAIL: not done within ${seconds_max} s`);
  process.exit(1);
}, seconds_max * 1000);
try {
  await within({ shape, logs: name }, async (world) => {
    console.log(`  ${shape} is ready (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
    await visit(world);
  });
  clearTimeout(watchdog);
  console.log(`${name}: ${((Date.now() - begin) / 1000).toFixed(1)} s, pictures in build/${name}`);
  console.log("journey: ok");
} catch (error) {
  clearTimeout(watchdog);
  console.error(error.stack);
  console.error(`journey: FAIL: ${error.message.split("\n")[0]}; logs are in build/${name}`);
  process.exitCode = 1;
}
