// Stripe's own SDK pointed at the sandbox, an account there, and its webhook endpoint.
import { control, env, require } from "./lib.mjs";
import { Listener } from "./listener.mjs";

const Stripe = require("stripe").default ?? require("stripe");
const sandbox = new URL(env("SANDBOX_URL"));
export const run = process.pid.toString(36) + Date.now().toString(36);
export const secrets = [`whsec_judge_${run}_one`, `whsec_judge_${run}_two`];
export const client = (key, options = {}) =>
  new Stripe(key, {
    host: sandbox.hostname,
    port: sandbox.port,
    protocol: "http",
    maxNetworkRetries: 0,
    telemetry: false,
    ...options,
  });
export const key = `sk_test_judge_${run}`;
export const stripe = client(key);
export const hooks = await Listener.open();
export const register = (webhook_secrets) =>
  control("accounts", { key, webhook_url: `${hooks.url}/hook`, webhook_secrets });

export const order = (more = {}) => ({
  mode: "payment",
  success_url: "https://pay.example.com/p/abc?paid",
  cancel_url: "https://pay.example.com/p/abc",
  client_reference_id: `cs_${run}`,
  metadata: { tenant_id: "tn_1", request_id: "pr_1" },
  line_items: [
    {
      quantity: 1,
      price_data: { currency: "eur", unit_amount: 4200, product_data: { name: "Invoice 1" } },
    },
  ],
  ...more,
});
export const open = (more, options) => stripe.checkout.sessions.create(order(more), options);
export const complete = async (session) => {
  await control(`checkout/${session.id}/complete`, {});
  return stripe.checkout.sessions.retrieve(session.id, {
    expand: ["payment_intent.latest_charge.balance_transaction"],
  });
};
export const parse = (request, secret = secrets[0]) =>
  stripe.webhooks.constructEvent(request.body, request.headers["stripe-signature"], secret);
export const about = (type, id) => (request) => {
  const event = JSON.parse(request.body);
  return event.type === type && JSON.stringify(event.data.object).includes(id);
};
export const isType = (name) => (error) => error.type === name;
