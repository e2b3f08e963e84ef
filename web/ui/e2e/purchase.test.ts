// From the map to the tickets in a real browser. BASE_URL and SESSION say where.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser } from "playwright-core";

import { BASE_URL, launch, TEST_METHOD } from "./browser.ts";

const SESSION = process.env["SESSION"] ?? "";

let browser: Browser;

before(async () => {
  assert.notEqual(SESSION, "", "SESSION must be the id of a session on sale");
  browser = await launch();
});

after(async () => {
  await browser.close();
});

test("the best two are paid with the test provider, and their tickets are shown", async () => {
  const context = await browser.newContext({ baseURL: BASE_URL });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`/sessions/${SESSION}`);
  await page.waitForSelector('seat-map[data-live="true"]');
  await page.getByRole("button", { name: "Take", exact: true }).click();
  await page.getByRole("link", { name: "Continue" }).click();
  await page.getByLabel("Full name").fill("Ada Lovelace");
  await page.getByLabel("E-mail").fill("ada@example.org");
  await page.getByLabel("Street and number").fill("Street 1");
  await page.getByLabel("Postcode").fill("10115");
  await page.getByLabel("City").fill("Berlin");
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await page.locator(TEST_METHOD).check();
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await page.getByRole("button", { name: /^Pay/ }).click();
  await page.getByRole("heading", { name: "Test payment" }).waitFor();
  await page.getByRole("button", { name: /^Pay/ }).click();
  await page.locator("[data-code^=FR1]").first().waitFor();
  assert.deepEqual(complaints, []);
});
