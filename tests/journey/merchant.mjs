// What a merchant's program and a payer's browser do with the product, over HTTP only.
import { createHmac, randomBytes } from "node:crypto";
import { call, check, until } from "../judges/lib.mjs";

const hex = (bytes) => randomBytes(bytes).toString("hex");
// Tells one run's addresses from another's; too short to be taken for a card number.
export const mark = () => hex(4);

export class Merchant {
  constructor(world, token, tenant_id) {
    this.world = world;
    this.token = token;
    this.tenant_id = tenant_id;
  }

  // The demo tenant, connected to the sandbox by the product itself.
  static async demo(world) {
    const session = await world.signIn();
    check(session.token?.length >= 20, "signing in gives a token");
    check(session.tenant_id, "the demo user acts in a tenant");
    return new Merchant(world, session.token, session.tenant_id);
  }

  // A tenant of its own with its own accounts at the providers, whose secrets the test knows.
  static async fresh(world, name) {
    const admin = await world.signIn();
    const owner = new Merchant(world, admin.token);
    const tenant = await owner.post("/v1/tenants", {
      name,
      currency: "EUR",
      country: "DE",
      time_zone: "Europe/Berlin",
      allowed_countries: ["DE", "AT"],
      daily_message_cap: 100_000,
    });
    owner.tenant_id = tenant.id;
    await owner.connect();
    const key = await owner.post("/v1/api-keys", { name: "test", livemode: false, role: "owner" });
    owner.token = key.secret;
    owner.tenant_id = undefined;
    owner.id = tenant.id;
    return owner;
  }

  async connect() {
    const { world } = this;
    const put = (kind, body) => this.api(`/v1/connections/${kind}`, { method: "PUT", body });
    const base_url = world.sandbox_url;
    this.stripe_key = `sk_test_${hex(12)}`;
    this.webhook_secret = `whsec_${hex(16)}`;
    const { stripe_key: secret_key, webhook_secret } = this;
    const stripe = await put("stripe", { secret_key, webhook_secret, base_url });
    const url_of = (connection, purpose) =>
      connection.callback_urls.find((one) => one.purpose === purpose).url;
    this.stripe_url = url_of(stripe, "events");
    await world.control("accounts", {
      key: secret_key,
      webhook_url: this.stripe_url,
      webhook_secret,
    });

    const account_sid = `AC${hex(16)}`;
    const auth_token = hex(16);
    this.number = `+4930${String(Math.floor(1e7 + Math.random() * 8e7))}`;
    const from = this.number;
    const twilio = await put("twilio", { account_sid, auth_token, from, base_url });
    await world.control("twilio/accounts", { account_sid, auth_token });
    const sms_url = url_of(twilio, "inbound");
    await world.control("twilio/numbers", { phone: from, account_sid, sms_url });
    const { smtp_port: port } = world;
    const mail = {
      host: "127.0.0.1",
      port,
      security: "none",
      from_address: "pay@merchant.example",
    };
    await put("smtp", mail);
  }

  // Any call; `expect` is the status that must come.
  async raw(path, options = {}) {
    const headers = { ...options.headers };
    if (this.tenant_id) headers["quittance-tenant"] = this.tenant_id;
    return call(`${this.world.url}${path}`, { token: this.token, ...options, headers });
  }

  async api(path, { expect = 200, ...options } = {}) {
    const answer = await this.raw(path, options);
    const what = `${options.method ?? "GET"} ${path}`;
    check(answer.status === expect, `${what}: ${answer.status} ${answer.text.slice(0, 500)}`);
    return answer.json;
  }

  post(path, body, expect = 201) {
    return this.api(path, { method: "POST", body, expect });
  }

  client(fields = {}) {
    return this.post("/v1/clients", { name: "Ada Brook", ...fields });
  }

  request(client, fields = {}) {
    return this.post("/v1/payment-requests", {
      client_id: client.id,
      amount_minor: 4200,
      currency: "EUR",
      description: "Invoice 1042",
      channels: ["email"],
      ...fields,
    });
  }

  // A request whose messages are all suppressed: for scenarios about money only.
  async quietClient() {
    const consent = { email: "denied", sms: "denied" };
    return this.client({ name: "Quiet", email: `quiet-${mark()}@example.com`, consent });
  }

  detail = (id) => this.api(`/v1/payment-requests/${id}`);
  messages = async (id) => (await this.api(`/v1/messages?request_id=${id}&limit=100`)).data;
  timeline = async (id) => (await this.api(`/v1/payment-requests/${id}/timeline`)).data;
  dashboard = (days = 1) => this.api(`/v1/dashboard?days=${days}`);

  // All rows of a list, page by page; a page that comes twice would never end.
  async all(path) {
    const rows = [];
    for (let cursor = ""; cursor !== null;) {
      const joint = path.includes("?") ? "&" : "?";
      const from = cursor ? `&cursor=${cursor}` : "";
      const page = await this.api(`${path}${joint}limit=100${from}`);
      rows.push(...page.data);
      check(rows.length <= 1_000_000, `${path} does not end`);
      cursor = page.next_cursor;
    }
    return rows;
  }

  status(id, wanted, timeout_ms = 20_000) {
    return until(
      `request ${id} is ${wanted}`,
      async () => {
        const detail = await this.detail(id);
        return detail.status === wanted ? detail : undefined;
      },
      timeout_ms,
    );
  }

  // Presses Pay without a browser and returns the provider's id of the session.
  async press(link) {
    const answer = await call(link, { method: "POST", form: {} });
    check(answer.status === 303, `Pay: ${answer.status} ${answer.text.slice(0, 200)}`);
    const session = sessionOf(answer.headers.get("location"));
    check(session, `Pay leads to ${answer.headers.get("location")}`);
    return session;
  }

  async pay(link) {
    const session = await this.press(link);
    await this.world.control(`checkout/${session}/complete`, {});
    return session;
  }

  // All that the provider has to tell about this account, oldest first.
  async events(type) {
    const events = [];
    for (let after = ""; ; after = `&starting_after=${events.at(-1).id}`) {
      const query = `limit=100${type ? `&type=${type}` : ""}${after}`;
      const url = `${this.world.sandbox_url}/v1/events?${query}`;
      const page = (await call(url, { token: this.stripe_key })).json;
      events.push(...page.data);
      if (!page.has_more) return events.toReversed();
    }
  }

  // Delivers an event as the provider would; `secret` other than ours is a forgery.
  deliver(event, { secret = this.webhook_secret, url = this.stripe_url, at, body } = {}) {
    const text = body ?? JSON.stringify(event);
    const seconds = at ?? Math.floor(this.world.now() / 1000);
    const mac = createHmac("sha256", secret).update(`${seconds}.${text}`).digest("hex");
    const headers = {
      "content-type": "application/json",
      "stripe-signature": `t=${seconds},v1=${mac}`,
    };
    return fetch(url, { method: "POST", headers, body: text });
  }
}

export const sessionOf = (url) => url?.match(/cs_(test|live)_\w+/)?.[0];

// Runs `work` over `items`, `width` at a time, and returns the answers in order.
export async function inParallel(items, width, work) {
  const answers = new Array(items.length);
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next++;
      answers[index] = await work(items[index], index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return answers;
}
