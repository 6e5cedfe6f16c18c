// failures.mjs [NAME…]: what goes wrong in the world, against the real programs. Each scenario
// has a tenant of its own and prints `failure: NAME: ok`; README.md lists them.
import { within } from "../journey/world.mjs";
import * as callbacks from "./callbacks.mjs";
import * as crashes from "./crashes.mjs";
import * as money from "./money.mjs";
import { storm, trackingKilled } from "./storm.mjs";

// By the shape of the world that a scenario needs; several share one world.
const scenarios = {
  sqlite: {
    "callback-lost": callbacks.lost,
    "callback-late": callbacks.late,
    "callback-twice": callbacks.twice,
    "callback-reordered": callbacks.reordered,
    "callback-forged": callbacks.forged,
    "provider-down": money.providerDown,
    "provider-reply-lost": money.replyLost,
    refund: money.refund,
    "stop-and-start": money.stopAndStart,
    "one-key": crashes.oneKey,
    "creates-killed": crashes.createsKilled,
  },
  services: {
    "one-key-mariadb": crashes.oneKey,
    "callback-storm": storm,
    "tracking-killed": trackingKilled,
    "messaging-killed": crashes.messagingKilled,
  },
};
const seconds_max = 300;
// The scenarios are one impatient caller; real limits would only slow them down.
const settings = {
  QUITTANCE_REQUESTS_PER_SECOND: "1000000",
  QUITTANCE_PAYERS_PER_SECOND: "1000000",
};

const wanted = process.argv.slice(2);
const failed = [];
let ran = 0;

async function run(world, name, scenario) {
  const begin = Date.now();
  let timer;
  const late = new Promise((_, reject) => {
    const error = new Error(`not done within ${seconds_max} s`);
    timer = setTimeout(reject, seconds_max * 1000, error);
  });
  ran += 1;
  try {
    await Promise.race([scenario(world), late]);
    console.log(`failure: ${name}: ok (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed.push(name);
    console.log(error.stack);
    console.log(`failure: ${name}: FAIL: ${error.message.split("\n")[0]}`);
  } finally {
    clearTimeout(timer);
  }
  await world.heal();
}

const known = Object.values(scenarios).flatMap((table) => Object.keys(table));
for (const name of wanted) {
  if (!known.includes(name)) throw new Error(`no scenario ${name}; there are ${known.join(" ")}`);
}
for (const [shape, table] of Object.entries(scenarios)) {
  const chosen = Object.entries(table).filter(([name]) => !wanted.length || wanted.includes(name));
  if (chosen.length === 0) continue;
  try {
    await within({ shape, logs: "failures", settings }, async (world) => {
      for (const [name, scenario] of chosen) await run(world, name, scenario);
    });
  } catch (error) {
    failed.push(shape);
    console.log(`failure: ${shape}: FAIL: ${error.stack}`);
  }
}
console.log(`failures: ${ran - failed.length} of ${ran} ok; logs are in build/failures`);
// A scenario that ran out of time may still be at work.
process.exit(failed.length === 0 && ran > 0 ? 0 : 1);
