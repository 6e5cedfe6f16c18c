// check.mjs: what api/openapi.yaml promises everywhere must be written at every operation and
// field. Prints each finding and exits 1; schemathesis judges the running server by the same file.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../package.json", import.meta.url));
const YAML = require("yaml");
const file = process.argv[2] ?? new URL("../../api/openapi.yaml", import.meta.url);
const document = YAML.parse(readFileSync(file, "utf8"), { maxAliasCount: 1000 });
const findings = [];
const METHODS = ["get", "post", "put", "patch", "delete"];

// A reference's target; undefined (and a finding) when there is none.
function target(ref, from) {
  let node = document;
  for (const part of ref.replace(/^#\//, "").split("/")) {
    node = node?.[part.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  if (node === undefined) findings.push(`${from}: ${ref} does not exist`);
  return node;
}

const used = new Set();
function eachRef(node, from) {
  if (node === null || typeof node !== "object") return;
  if (typeof node.$ref === "string") {
    used.add(node.$ref);
    target(node.$ref, from);
  }
  for (const [key, value] of Object.entries(node)) eachRef(value, `${from}/${key}`);
}
eachRef(document.paths, "paths");
eachRef(document.components, "components");
for (const [kind, entries] of Object.entries(document.components)) {
  if (kind === "securitySchemes") continue;
  for (const name of Object.keys(entries)) {
    if (!used.has(`#/components/${kind}/${name}`)) findings.push(`${kind}.${name} is not used`);
  }
}

const resolve = (node) => (node?.$ref ? { ...target(node.$ref, "paths"), ...node } : node);

// Which refusals an operation must own up to.
function required(operation, pathItem) {
  const codes = ["500"];
  const secured = (operation.security ?? document.security).length > 0;
  if (secured) codes.push("400", "401", "403", "429", "503");
  const body = operation.requestBody?.content ?? {};
  if (secured && Object.keys(body).length > 0) codes.push("413", "415", "422");
  const parameters = [...(pathItem.parameters ?? []), ...(operation.parameters ?? [])].map(resolve);
  const names = parameters.map((p) => p.name);
  if (secured && parameters.some((p) => p.in === "path" && /_id$/.test(p.name))) codes.push("404");
  if (names.includes("If-Match")) codes.push("412", "428");
  if (names.includes("Idempotency-Key")) codes.push("409", "422");
  return codes;
}

const ids = new Set();
for (const [path, item] of Object.entries(document.paths)) {
  for (const method of METHODS.filter((m) => item[m])) {
    const operation = item[method];
    const where = `${method.toUpperCase()} ${path}`;
    for (const key of ["operationId", "summary", "tags"]) {
      if (!operation[key]) findings.push(`${where}: no ${key}`);
    }
    if (ids.has(operation.operationId)) findings.push(`${where}: ${operation.operationId} twice`);
    ids.add(operation.operationId);
    const answers = operation.responses;
    for (const code of required(operation, item)) {
      if (!answers[code]) findings.push(`${where}: ${code} is missing`);
    }
    const parameters = (operation.parameters ?? []).map(resolve);
    if (answers["201"] && operation.security?.length !== 0) {
      if (!parameters.some((p) => p.name === "Idempotency-Key")) {
        findings.push(`${where}: creates without Idempotency-Key`);
      }
    }
    for (const [code, answer] of Object.entries(answers)) {
      const full = resolve(answer);
      const types = Object.keys(full.content ?? {});
      const problem = path.startsWith("/v1/") && code >= "400";
      if (problem && types[0] !== "application/problem+json") {
        findings.push(`${where}: ${code} is no problem document`);
      }
    }
  }
}

// Fields: described, bounded when they come from outside, objects closed.
function described(schema) {
  if (schema.description) return true;
  if (schema.anyOf) return schema.anyOf.some(described);
  if (!schema.$ref) return false;
  const full = target(schema.$ref, "schemas");
  return Boolean(full.description) || full.type === "object" || Boolean(full.allOf);
}

const input = new Set();
function markInput(schema) {
  if (schema?.$ref) {
    if (input.has(schema.$ref)) return;
    input.add(schema.$ref);
    return markInput(target(schema.$ref, "schemas"));
  }
  const children = Object.values(schema?.properties ?? {});
  for (const child of [...children, schema?.items, ...(schema?.oneOf ?? [])]) {
    if (child) markInput(child);
  }
}
for (const item of Object.values(document.paths)) {
  for (const method of METHODS.filter((m) => item[m])) {
    const json = item[method].requestBody?.content?.["application/json"];
    if (json && method !== "get" && item[method].security?.length !== 0) markInput(json.schema);
  }
}

function bounded(schema, where) {
  const types = [schema.type].flat();
  if (types.includes("string") && !schema.enum && !schema.maxLength && !schema.pattern) {
    if (!schema.format) findings.push(`${where}: text without a bound`);
  }
  if (types.includes("integer") && (schema.minimum === undefined || schema.maximum === undefined)) {
    findings.push(`${where}: number without bounds`);
  }
  if (types.includes("array") && schema.maxItems === undefined) {
    findings.push(`${where}: list without a bound`);
  }
}
for (const [name, schema] of Object.entries(document.components.schemas)) {
  const isInput = input.has(`#/components/schemas/${name}`);
  if (isInput) bounded(schema, name);
  const closed =
    ![undefined, true].includes(schema.additionalProperties) ||
    schema.unevaluatedProperties === false;
  if (schema.properties && !closed && !name.endsWith("Fields"))
    findings.push(`${name}: open object`);
  for (const [field, property] of Object.entries(schema.properties ?? {})) {
    if (!described(property)) findings.push(`${name}.${field}: no description`);
    if (isInput && !property.$ref) bounded(property, `${name}.${field}`);
  }
  for (const field of schema.required ?? []) {
    if (schema.properties && !schema.properties[field] && !schema.allOf) {
      findings.push(`${name}: required ${field} does not exist`);
    }
  }
}

for (const finding of findings) console.log(`api/openapi.yaml: ${finding}`);
console.log(`${ids.size} operations, ${Object.keys(document.components.schemas).length} schemas`);
process.exit(findings.length ? 1 : 0);
