// Visits beside the main road, each with a request of its own.
import { call, check, equal, until } from "../judges/lib.mjs";
import { payByCard, shows } from "./browser.mjs";
import { privatePage } from "./page_rules.mjs";
import { sessionOf } from "./merchant.mjs";

const quiet = { consent: { email: "denied", sms: "denied" } };

async function succeeded(merchant, id) {
  const { transactions } = await merchant.detail(id);
  return transactions.filter((one) => one.status === "succeeded");
}

export async function german(browser, merchant) {
  const { world } = merchant;
  const fields = { name: "Jörg Grün", email: "joerg@example.com", locale: "de-AT" };
  const client = await merchant.client({ ...fields, phone: "+43 664 123 45 67" });
  const description = "Größe & <Maße>";
  const channels = ["email", "sms"];
  const request = await merchant.request(client, { amount_minor: 123456, description, channels });
  await until("both messages", async () => {
    const counts = [await world.texts(client.phone), await world.mails(client.email)];
    return counts.every((one) => one.count === 1);
  });
  const page = await browser.tab();
  await page.goto(request.link);
  equal(await page.locator("html").getAttribute("lang"), "de", "the page's language");
  await shows(page, "bittet um Zahlung", /1\.234,56\s?€/, description);
  await browser.shot(page, "pay-german");
  await page.close();
  const [mail] = (await world.mails(client.email)).mails;
  check(/1\.234,56\s?€/.test(mail.text), `the mail's amount: ${mail.text.slice(0, 300)}`);
  check(mail.text.includes(description), "the mail's text holds the description as it is");
  check(!mail.html.includes("<Maße>"), "the mail's HTML holds the description escaped");
}

export async function declined(browser, merchant) {
  const client = await merchant.client({ name: "Cy Poor", email: "cy@example.com", ...quiet });
  const request = await merchant.request(client);
  const page = await browser.tab();
  await page.goto(request.link);
  await page.locator("form button").click();
  await page.waitForURL(/\/c\/pay\//);
  await payByCard(page, "4000 0000 0000 0002");
  await page.locator("#error").waitFor();
  equal((await merchant.detail(request.id)).status, "open", "status after a declined card");
  equal(await succeeded(merchant, request.id), [], "payments after a declined card");
  await payByCard(page, "4242 4242 4242 4242");
  await page.getByText("Paid. Thank you!").waitFor({ timeout: 20_000 });
  equal((await succeeded(merchant, request.id)).length, 1, "payments");
  await page.close();
}

export async function twoTabs(browser, merchant) {
  const { world } = merchant;
  const client = await merchant.client({ name: "Di Twice", email: "di@example.com", ...quiet });
  const request = await merchant.request(client, { description: "Pay me once" });
  const tabs = [await browser.tab(), await browser.tab()];
  for (const tab of tabs) await tab.goto(request.link);
  // Presses of impatient fingers and other devices, all at once.
  const press = () => call(request.link, { method: "POST", form: {} });
  const answers = await Promise.all(Array.from({ length: 8 }, press));
  equal([...new Set(answers.map((one) => one.status))], [303], "answers to eight presses");
  const sessions = new Set(answers.map((one) => sessionOf(one.headers.get("location"))));
  equal(sessions.size, 1, "checkout sessions of eight presses");
  await Promise.all(tabs.map((tab) => tab.locator("form button").click()));
  for (const tab of tabs) {
    await tab.waitForURL(/\/c\/pay\//);
    sessions.add(sessionOf(tab.url()));
  }
  equal(sessions.size, 1, "checkout sessions of all tabs");
  await Promise.all(tabs.map((tab) => payByCard(tab, "4242 4242 4242 4242")));
  for (const tab of tabs) await tab.getByText("Paid. Thank you!").waitFor({ timeout: 20_000 });
  equal((await succeeded(merchant, request.id)).length, 1, "payments");
  const detail = await merchant.detail(request.id);
  equal([detail.status, detail.flags.overpaid], ["paid", false], "status and overpayment");
  const created = await world.calls("stripe", "sessions.create", request.id);
  equal(new Set(created.map((one) => one.body)).size, 1, "different orders to the provider");
  // Whoever presses Pay on a stale page afterwards comes back to the receipt.
  const late = await press();
  equal([late.status, sessionOf(late.headers.get("location"))], [303, undefined], "a late press");
  for (const tab of tabs) await tab.close();
}

// Links that take no payment (any more) say so, in the payer's words and without a button.
export async function ends(browser, merchant) {
  const { world } = merchant;
  const client = await merchant.client({ name: "Eve Late", email: "eve@example.com", ...quiet });
  const cancelled = await merchant.request(client);
  await merchant.press(cancelled.link);
  await merchant.post(`/v1/payment-requests/${cancelled.id}/cancel`, undefined, 200);
  await merchant.status(cancelled.id, "cancelled");
  const expires_at = new Date(Date.now() + 1_500).toISOString();
  const expired = await merchant.request(client, { due_at: null, expires_at });
  await merchant.status(expired.id, "expired");
  const page = await browser.tab();
  const pages = [
    ["cancelled", cancelled.link, "This request was cancelled"],
    ["expired", expired.link, "This request has expired"],
    ["unknown", `${world.url}/p/${"1".repeat(22)}`, "We do not know this link"],
  ];
  for (const [name, link, words] of pages) {
    await page.goto(link);
    await shows(page, words);
    equal(await page.locator("form").count(), 0, `buttons on the ${name} page`);
    await browser.shot(page, name);
    privatePage(await call(link), name);
    if (name === "unknown") continue;
    const press = await call(link, { method: "POST", form: {} });
    equal([press.status, sessionOf(press.headers.get("location"))], [303, undefined], name);
  }
  await page.close();
}
