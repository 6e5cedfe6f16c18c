// credentials.mjs key: prints a new API key of the administrator's own tenant.
// credentials.mjs tenant: prints, as shell variables, a session and a new tenant for schemathesis.
import { api, env } from "./lib.mjs";

const post = (path, body, token) => api(path, { method: "POST", body, token, expect: 201 });
const sign_in = { email: env("ADMIN_EMAIL"), password: env("ADMIN_PASSWORD") };
const session = await post("/v1/sessions", sign_in, null);

if (process.argv[2] === "key") {
  const key = { name: `Judges ${Date.now().toString(36)}`, livemode: false, role: "owner" };
  console.log((await post("/v1/api-keys", key, session.token)).secret);
} else {
  const tenant = await post(
    "/v1/tenants",
    {
      name: `Judged ${Date.now().toString(36)}`,
      currency: "EUR",
      country: "DE",
      time_zone: "Europe/Berlin",
      allowed_countries: ["DE", "AT"],
      daily_message_cap: 100_000,
    },
    session.token,
  );
  const variables = { ST_TOKEN: session.token, ST_USER: session.user.id, ST_TENANT: tenant.id };
  for (const [name, value] of Object.entries(variables)) console.log(`export ${name}='${value}'`);
}
