// Prints, as shell variables, a session of the platform administrator and a new tenant.
import { api, env } from "./lib.mjs";

const session = await api("/v1/sessions", {
  method: "POST",
  body: { email: env("ADMIN_EMAIL"), password: env("ADMIN_PASSWORD") },
  expect: 201,
});
const tenant = await api("/v1/tenants", {
  method: "POST",
  token: session.token,
  body: {
    name: `Judged ${Date.now()}`,
    currency: "EUR",
    country: "DE",
    time_zone: "Europe/Berlin",
    allowed_countries: ["DE", "AT"],
    daily_message_cap: 100_000,
  },
  expect: 201,
});
console.log(
  `export ST_TOKEN='${session.token}' ST_USER='${session.user.id}' ST_TENANT='${tenant.id}'`,
);
