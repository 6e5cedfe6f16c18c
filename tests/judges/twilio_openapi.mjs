// Every request that the product sent to Twilio, held against Twilio's own OpenAPI description:
// path, method, required and unknown names, types. (Prism drops unknown form fields silently.)
import { check, equal, header, judge, recorded, require } from "./lib.mjs";

const description = require("@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json");

// Path templates of the description, the most literal one first.
const templates = Object.entries(description.paths)
  .map(([path, item]) => {
    const source = path
      .split(/(\{[^}]+\})/)
      .map((part) => {
        const name = part.match(/^\{(.+)\}$/)?.[1];
        return name ? `(?<${name}>[^/]+?)` : part.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
      })
      .join("");
    return { path, item, pattern: new RegExp(`^${source}$`) };
  })
  .sort((a, b) => a.path.split("{").length - b.path.split("{").length);

const resolve = (schema) =>
  schema?.$ref ? description.components.schemas[schema.$ref.split("/").at(-1)] : schema;

function checkValue(name, text, given) {
  const schema = resolve(given);
  if (schema.anyOf) {
    const errors = [];
    for (const choice of schema.anyOf) {
      try {
        return checkValue(name, text, choice);
      } catch (error) {
        errors.push(error.message);
      }
    }
    throw new Error(`${name}: ${errors.join("; ")}`);
  }
  const { type, enum: choices, pattern, minLength, maxLength, format } = schema;
  if (type === "array") return checkValue(name, text, schema.items);
  if (type === "integer") check(/^-?\d+$/.test(text), `${name}: "${text}" is no integer`);
  if (type === "number") check(/^-?\d+(\.\d+)?$/.test(text), `${name}: "${text}" is no number`);
  if (type === "boolean") check(/^(true|false)$/.test(text), `${name}: "${text}" is no boolean`);
  if (choices) check(choices.includes(text), `${name}: "${text}" is none of ${choices}`);
  if (pattern) check(new RegExp(pattern).test(text), `${name}: "${text}" does not fit ${pattern}`);
  if (minLength !== undefined) check([...text].length >= minLength, `${name}: too short`);
  if (maxLength !== undefined) check([...text].length <= maxLength, `${name}: too long`);
  if (format === "uri") check(URL.canParse(text), `${name}: "${text}" is no address`);
  if (format === "date-time")
    check(!Number.isNaN(Date.parse(text)), `${name}: "${text}" is no time`);
  if (format === "http-method") check(/^(GET|POST)$/.test(text), `${name}: "${text}" is no method`);
}

export function checkRequest(request) {
  const [path, query = ""] = request.path.split("?");
  const match = templates.find((t) => t.pattern.test(path));
  check(match, `Twilio has no ${path}`);
  const operation = match.item[request.method.toLowerCase()];
  check(operation, `Twilio has no ${request.method} on ${match.path}`);
  const parameters = [...(match.item.parameters ?? []), ...(operation.parameters ?? [])];
  const inPath = path.match(match.pattern).groups ?? {};
  for (const parameter of parameters.filter((p) => p.in === "path")) {
    checkValue(parameter.name, decodeURIComponent(inPath[parameter.name]), parameter.schema);
  }
  const sent = new URLSearchParams(query);
  for (const [name, value] of sent) {
    const parameter = parameters.find((p) => p.in === "query" && p.name === name);
    check(parameter, `${match.path} has no query parameter ${name}`);
    checkValue(name, value, parameter.schema);
  }
  for (const parameter of parameters.filter((p) => p.in === "query" && p.required)) {
    check(sent.has(parameter.name), `query parameter ${parameter.name} is missing`);
  }
  const form = resolve(
    operation.requestBody?.content?.["application/x-www-form-urlencoded"]?.schema,
  );
  if (!form) {
    equal(request.body ?? "", "", `body of ${request.method} ${match.path}`);
    return;
  }
  const type = header(request.headers, "content-type");
  check(type.startsWith("application/x-www-form-urlencoded"), `content type "${type}"`);
  const fields = new URLSearchParams(request.body);
  for (const [name, value] of fields) {
    check(name in form.properties, `${match.path} has no field ${name}`);
    checkValue(name, value, form.properties[name]);
  }
  for (const name of form.required ?? []) check(fields.has(name), `field ${name} is missing`);
}

function checkAccount(request) {
  const [user, password] = Buffer.from(
    header(request.headers, "authorization").replace(/^Basic /, ""),
    "base64",
  )
    .toString()
    .split(":");
  check(/^(AC|SK)[0-9a-f]{32}$/i.test(user) && password, "no Basic account and token were sent");
  if (user.startsWith("AC")) {
    check(request.path.includes(`/Accounts/${user}`), `account ${user} asks for ${request.path}`);
  }
}

// Twilio wants one of each pair; the description cannot say so.
function checkMessage(request) {
  const fields = new URLSearchParams(request.body);
  const one = (...names) => names.filter((name) => fields.has(name)).length;
  check(one("From", "MessagingServiceSid") >= 1, "neither From nor MessagingServiceSid");
  check(one("Body", "MediaUrl", "ContentSid") >= 1, "neither Body, MediaUrl nor ContentSid");
  check(fields.has("StatusCallback"), "no StatusCallback, so nothing would tell of the delivery");
}

const messages = "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json";
const sample = (body, path = messages, method = "POST") => ({
  method,
  path,
  body,
  headers: { "Content-Type": "application/x-www-form-urlencoded" },
});
const refused = (request, expected) => () => {
  try {
    checkRequest(request);
  } catch (error) {
    check(error.message.includes(expected), `noticed as: ${error.message}`);
    return;
  }
  check(false, "not noticed");
};
const cases = {
  "a good call passes": () => checkRequest(sample("To=%2B4917&Body=x&From=%2B1500")),
  "an unknown field is noticed": refused(sample("To=%2B4917&Text=x"), "no field Text"),
  "a missing field is noticed": refused(sample("Body=x"), "field To is missing"),
  "a wrong type is noticed": refused(sample("To=1&ValidityPeriod=soon"), "no integer"),
  "a wrong id is noticed": refused(sample("To=1&MessagingServiceSid=MG1"), "does not fit"),
  "an unknown path is noticed": refused(sample("To=1", `${messages}/x/y/z`), "Twilio has no"),
  "an unknown query parameter is noticed": refused(
    sample("", `${messages}?Since=1`, "GET"),
    "Since",
  ),
};
const requests = await recorded("twilio");
const creates = requests.filter((r) => r.method === "POST" && /\/Messages\.json$/.test(r.path));
cases[`messages.create: ${creates.length} recorded`] = () => {
  check(creates.length > 0, "the product sent no SMS");
  creates.forEach(checkMessage);
};
cases[`all ${requests.length} recorded calls fit the description`] = () => {
  for (const request of requests) {
    try {
      checkRequest(request);
      checkAccount(request);
    } catch (error) {
      error.message = `${request.seq} ${request.method} ${request.path}: ${error.message}`;
      throw error;
    }
  }
};
await judge("twilio-openapi", cases);
