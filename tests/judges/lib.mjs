// Shared by the judges: where the programs are, calls to them, and one line of verdict each.
import { createRequire } from "node:module";

export const require = createRequire(new URL("../package.json", import.meta.url));

export function env(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; tests/judges/run sets it`);
  return value.replace(/\/$/, "");
}

export class Finding extends Error {}
export function check(condition, message) {
  if (!condition) throw new Finding(message);
}
export function equal(actual, expected, what) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  check(a === b, `${what}: expected ${b}, got ${a}`);
}
export async function rejects(promise, matches, what) {
  let error;
  try {
    await promise;
  } catch (caught) {
    error = caught;
  }
  check(error, `${what}: was accepted`);
  check(matches(error), `${what}: refused with ${error.status} ${error.code}: ${error.message}`);
}

// Runs named cases in order, so that a later one may build on an earlier one; all are reported.
export async function judge(name, cases) {
  let failed = 0;
  for (const [title, run] of Object.entries(cases)) {
    try {
      await run();
      console.log(`  ok: ${title}`);
    } catch (error) {
      failed += 1;
      console.log(`  FAIL: ${title}: ${error instanceof Finding ? error.message : error.stack}`);
    }
  }
  if (Object.keys(cases).length === 0) failed = 1;
  console.log(`judge: ${name}: ${failed === 0 ? "ok" : "FAIL"}`);
  process.exitCode = failed === 0 ? 0 : 1;
}

// Asks again until `ask` returns something truthy; another program's progress has no event for us.
export async function until(what, ask, timeout_ms = 15_000) {
  const end = Date.now() + timeout_ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    check(Date.now() < end, `not within ${timeout_ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function call(url, { method = "GET", body, token, headers = {}, form } = {}) {
  const all = { ...headers };
  if (token) all.authorization = `Bearer ${token}`;
  if (body !== undefined) all["content-type"] = "application/json";
  const options = { method, headers: all, redirect: "manual" };
  if (body !== undefined) options.body = JSON.stringify(body);
  if (form !== undefined) options.body = new URLSearchParams(form);
  const answer = await fetch(url, options);
  const text = await answer.text();
  let json;
  try {
    json = text ? JSON.parse(text) : undefined;
  } catch {
    json = undefined;
  }
  return { status: answer.status, headers: answer.headers, text, json };
}

// The control API of the sandbox; anything but 2xx is a broken test.
export async function control(path, body, method = body === undefined ? "GET" : "POST") {
  const answer = await call(`${env("SANDBOX_URL")}/control/${path}`, { method, body });
  check(answer.status < 300, `control ${path}: ${answer.status} ${answer.text.slice(0, 300)}`);
  return answer.json;
}

// The product's API; `expect` is the status that must come.
export async function api(path, { expect = 200, ...options } = {}) {
  const token = options.token === undefined ? env("API_KEY") : options.token;
  const answer = await call(`${env("API_URL")}${path}`, { token, ...options });
  const what = `${options.method ?? "GET"} ${path}`;
  check(answer.status === expect, `${what}: ${answer.status} ${answer.text.slice(0, 500)}`);
  return answer.json;
}

// All requests that the sandbox received from the product for one provider, oldest first.
export async function recorded(provider) {
  const { requests } = await control(`requests?provider=${provider}&limit=10000`);
  return requests.toSorted((a, b) => a.seq - b.seq);
}

export const header = (headers, name) => {
  const pairs = Array.isArray(headers)
    ? headers.map((h) => (Array.isArray(h) ? h : [h.name, h.value]))
    : Object.entries(headers ?? {});
  return pairs.find(([key]) => key.toLowerCase() === name)?.[1] ?? "";
};
