// What every pay page promises, whatever it shows: small, private, without scripts, and safe to
// look at.
import { gzipSync } from "node:zlib";
import { call, check, equal } from "../judges/lib.mjs";

const page_bytes_max = 14 * 1024;
const logo_bytes_max = 20 * 1024;

export function privatePage(answer, what) {
  const header = (name) => answer.headers.get(name) ?? "";
  const policy = Object.fromEntries(
    header("content-security-policy")
      .split(";")
      .map((part) => part.trim().split(/\s+/))
      .map(([name, ...values]) => [name, values.join(" ")]),
  );
  equal(policy["default-src"], "'none'", `${what}: default-src`);
  check(!("script-src" in policy), `${what}: script-src ${policy["script-src"]}`);
  check(!/unsafe|\*/.test(header("content-security-policy")), `${what}: a wide policy`);
  equal(policy["base-uri"], "'none'", `${what}: base-uri`);
  equal(policy["frame-ancestors"], "'none'", `${what}: frame-ancestors`);
  equal(header("referrer-policy"), "no-referrer", `${what}: Referrer-Policy`);
  check(header("x-robots-tag").includes("noindex"), `${what}: X-Robots-Tag`);
  equal(header("x-content-type-options"), "nosniff", `${what}: X-Content-Type-Options`);
  equal(header("cache-control"), "no-store", `${what}: Cache-Control`);
  check(!header("set-cookie"), `${what}: sets a cookie`);
  check(!/<script|javascript:|\son\w+=/i.test(answer.text), `${what}: holds a script`);
}

export async function pageRules(world, link, request_link) {
  check(link !== request_link, "the message's link is its own");
  const answer = await call(link);
  equal(answer.status, 200, "the pay page");
  privatePage(answer, "pay page");
  // All of the style is in the page itself; another file would count too.
  check(!/<link\b/i.test(answer.text), "the page loads a style sheet");
  const size = gzipSync(answer.text).length;
  check(size <= page_bytes_max, `HTML and CSS are ${size} bytes compressed`);
  const picture = await fetch(`${link}/logo`);
  equal(picture.status, 200, "the logo");
  const bytes = (await picture.arrayBuffer()).byteLength;
  check(bytes > 0 && bytes <= logo_bytes_max, `the logo has ${bytes} bytes`);
  // A scanner may look as often as it likes.
  for (const method of ["GET", "HEAD"]) await fetch(link, { method });
  const calls = await world.calls("stripe", "sessions.create");
  equal(calls.length, 0, "checkout sessions made by looking");
  const unknown = await call(`${world.url}/p/0000000000000000000000`);
  equal(unknown.status, 404, "an unknown link");
  privatePage(unknown, "unknown link");
}
