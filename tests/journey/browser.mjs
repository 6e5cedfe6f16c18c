// The payer's and the merchant's browser: Chromium with a fresh profile and scripts switched off,
// so that whatever works here needs none.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { deflateSync, crc32 as crc } from "node:zlib";
import { check, require } from "../judges/lib.mjs";

const { chromium } = require("playwright-core");
const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
export const phone = { width: 390, height: 780 };

export class Browser {
  // `shots` is the folder for pictures; `hosts` are the only origins that pages may ask.
  static async open({ shots, hosts, locale = "en-GB" }) {
    const self = new Browser();
    self.shots = shots;
    self.profile = await mkdtemp(path.join(tmpdir(), "quittance-chromium-"));
    self.context = await chromium.launchPersistentContext(self.profile, {
      executablePath: process.env.QT_CHROMIUM || "/usr/bin/chromium",
      args,
      locale,
      viewport: phone,
      deviceScaleFactor: 2,
      javaScriptEnabled: false,
      timeout: 20_000,
    });
    self.context.setDefaultTimeout(10_000);
    self.strangers = [];
    self.context.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith("http") && !hosts.includes(origin))
        self.strangers.push(request.url());
    });
    self.refused = [];
    self.context.on("console", (message) => {
      if (/Content Security Policy/i.test(message.text())) self.refused.push(message.text());
    });
    return self;
  }

  async close() {
    await this.context.close();
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  tab() {
    return this.context.newPage();
  }

  // What was on the screen when something went wrong.
  async shotAll(name) {
    for (const [i, page] of this.context.pages().entries()) {
      await this.shot(page, `${name}-${i}`).catch(() => {});
    }
  }

  shot(page, name) {
    return page.screenshot({ path: path.join(this.shots, `${name}.png`), fullPage: true });
  }
}

export const text = async (page) => (await page.locator("body").innerText()).replace(/\s+/g, " ");

export async function shows(page, ...wanted) {
  const seen = await text(page);
  for (const one of wanted) {
    const found = one instanceof RegExp ? one.test(seen) : seen.includes(one);
    check(found, `${page.url()} does not show ${one}: ${seen.slice(0, 300)}`);
  }
}

// On the hosted checkout: types a card and presses its button.
export async function payByCard(page, number) {
  await page.locator("#card_number").fill(number);
  await page.locator("#card_expiry").fill("12 / 34");
  await page.locator("#card_cvc").fill("123");
  await page.locator("#pay").click();
}

// A small striped logo, so that the pay page has a picture to show.
export function logo(width = 160, height = 64) {
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    size.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([size, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const color = (x + y) % 32 < 16 ? [0x0f, 0x76, 0x6e] : [0xf5, 0x9e, 0x0b];
      rows.set(color, y * (1 + 3 * width) + 1 + 3 * x);
    }
  }
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
