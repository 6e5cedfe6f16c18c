// signatures.mjs [--check]: writes signatures.json, vectors of webhook signatures made and judged
// by the official stripe and twilio packages; --check only compares. Secrets and times are fixed:
// the same bytes every run. README.md tells the file's shape; the adapters' tests read it.
import { readFileSync, writeFileSync } from "node:fs";
import { stripeVectors } from "./stripe_vectors.mjs";
import { bodyVectors, twilioVectors } from "./twilio_vectors.mjs";

const text = `${JSON.stringify(
  { stripe: stripeVectors, twilio: twilioVectors, twilio_body: bodyVectors },
  null,
  1,
)}\n`;
const file = new URL("signatures.json", import.meta.url);
if (process.argv.includes("--check")) {
  if (readFileSync(file, "utf8") !== text)
    throw new Error("signatures.json is not what the packages make: run this");
} else {
  writeFileSync(file, text);
}
console.log(
  `${stripeVectors.length} stripe, ${twilioVectors.length + bodyVectors.length} twilio vectors`,
);
