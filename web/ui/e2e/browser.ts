// The browser of the tests, the measurements and the screenshots: where it is, how it is started, where the
// house is served. CHROMIUM and BASE_URL say so.

import { chromium, type Browser } from "playwright-core";

export const BASE_URL = process.env["BASE_URL"] ?? "http://127.0.0.1:8080";

/** The demo's own way to pay. It is chosen by name: where Stripe and PayPal are played beside the demo, they come first. */
export const TEST_METHOD = '[name="method"][value="test"]';

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];

export function launch(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: [...FLAGS, ...more] });
}
