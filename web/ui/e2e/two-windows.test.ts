// Two windows on a session's page: a seat taken in one changes in the other's list, without navigation
// and without a request of its own. BASE_URL and SESSION say where.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { chromium, type Browser, type Page } from "playwright-core";

const BASE_URL = process.env["BASE_URL"] ?? "http://127.0.0.1:8080";
const SESSION = process.env["SESSION"] ?? "";
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];

let browser: Browser;

before(async () => {
  assert.notEqual(SESSION, "", "SESSION must be the id of a session on sale");
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});

after(async () => {
  await browser.close();
});

/** A window of somebody else: cookies and storage of its own. It fails on anything the page complains of. */
async function openWindow(): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ baseURL: BASE_URL });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") {
      complaints.push(message.text());
    }
  });
  await page.goto(`/sessions/${SESSION}`);
  await page.waitForSelector('seat-list[data-live="true"]');
  return { page, complaints };
}

function seat(page: Page, index: string) {
  return page.locator(`[data-seat="${index}"]`);
}

async function waitForWord(page: Page, index: string, word: string): Promise<void> {
  await page.waitForSelector(`[data-seat="${index}"][data-state="${word}"]`);
  assert.equal(await seat(page, index).locator('[data-part="state"]').textContent(), word);
}

test("a seat taken in one window changes in the other's list by itself", async () => {
  const [buyer, watcher] = [await openWindow(), await openWindow()];
  const index = await buyer.page.locator('[data-seat][data-state="free"]').first().getAttribute("data-seat");
  assert.ok(index !== null, "the session has a free seat");
  await waitForWord(watcher.page, index, "free");

  const requests: string[] = [];
  watcher.page.on("request", (request) => requests.push(request.url()));
  let navigations = 0;
  watcher.page.on("framenavigated", () => (navigations += 1));

  await seat(buyer.page, index).getByRole("button", { name: /^Take/ }).click();
  await waitForWord(buyer.page, index, "yours");
  await waitForWord(watcher.page, index, "held");
  assert.equal(await seat(watcher.page, index).getByRole("button").count(), 0);

  await seat(buyer.page, index).getByRole("button", { name: /^Give back/ }).click();
  await waitForWord(buyer.page, index, "free");
  await waitForWord(watcher.page, index, "free");

  assert.deepEqual(requests, []);
  assert.equal(navigations, 0);
  assert.deepEqual([...buyer.complaints, ...watcher.complaints], []);
});

test("a seat is paid with the test provider, and the other window sees it sold", async () => {
  const [buyer, watcher] = [await openWindow(), await openWindow()];
  const index = await buyer.page.locator('[data-seat][data-state="free"]').last().getAttribute("data-seat");
  assert.ok(index !== null, "the session has a free seat");

  const { page } = buyer;
  await seat(page, index).getByRole("button", { name: /^Take/ }).click();
  await waitForWord(page, index, "yours");
  await page.getByRole("link", { name: "Go to checkout" }).click();
  await page.getByLabel("Full name").fill("Ada Lovelace");
  await page.getByLabel("E-mail").fill("ada@example.org");
  await page.getByLabel("Street and number").fill("Street 1");
  await page.getByLabel("Postcode").fill("10115");
  await page.getByLabel("City").fill("Berlin");
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await page.getByRole("button", { name: /^Pay/ }).click();
  await page.getByRole("heading", { name: "Test payment" }).waitFor();
  await page.getByRole("button", { name: /^Pay/ }).click();
  await page.locator("[data-code^=FR1]").first().waitFor();

  await waitForWord(watcher.page, index, "sold");
  assert.deepEqual(watcher.complaints, []);
});
