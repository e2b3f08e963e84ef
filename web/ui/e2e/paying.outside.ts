// Paying in a real browser with both providers, played beside the demo: a card, a declined one, a bank that asks, a tab
// closed in mid-payment, a provider that is away. SANDBOX_URL says where they are played.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { Judges, tooWide } from "./judges.ts";
import { at, BASE_URL, Buyer, DESK, focusedText, launch, newSession, PHONE, type OpenOrder } from "./support.ts";

const SANDBOX_URL = process.env["SANDBOX_URL"] ?? "";

let browser: Browser;
let session: string;
let judges: Judges;

before(async () => {
  assert.notEqual(SANDBOX_URL, "", "SANDBOX_URL must say where the providers are played");
  [browser, judges] = await Promise.all([launch(), Judges.prepare()]);
  session = await newSession("Paid Outside", 600);
});

after(async () => {
  await browser.close();
});

async function control(path: string, body: object): Promise<void> {
  const answer = await fetch(`${SANDBOX_URL}/control/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
}

/** Axe finds nothing, and nothing is too wide. */
async function look(page: Page, name: string): Promise<void> {
  assert.deepEqual(await judges.findings(page, name), []);
  assert.ok((await tooWide(page)) <= 0, `${name} is too wide`);
}

/** An order that is to be paid so, on the page with the button. */
async function orderFor(buyer: Buyer, method: "stripe" | "paypal"): Promise<OpenOrder> {
  const order = await buyer.orderAt("method", session);
  const address = `/gateway/orders/${order.eventSessionOrderId}/method`;
  const answer = await buyer.context.request.post(address, { form: { method }, headers: { origin: BASE_URL } });
  assert.ok(answer.ok(), await answer.text());
  await buyer.goTo(order, "payment");
  return order;
}

/** Presses Pay, and waits for Stripe's form. */
async function cardForm(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Pay/ }).click();
  await page.locator("card-payment iframe").first().contentFrame().getByLabel("Card number").waitFor();
}

async function payWith(page: Page, number: string): Promise<void> {
  await cardForm(page);
  await enterCard(page, number);
}

async function enterCard(page: Page, number: string): Promise<void> {
  const form = page.locator("card-payment iframe").first().contentFrame();
  await form.getByLabel("Card number").fill(number);
  await form.getByLabel("Expiration date").fill("12 / 34");
  await form.getByLabel("Security code").fill("123");
  await page.locator("card-payment").getByRole("button", { name: /^Pay/ }).click();
}

async function tickets(page: Page): Promise<number> {
  await page.locator("[data-code^=FR1]").first().waitFor();
  return page.locator("[data-code^=FR1]").count();
}

for (const device of [PHONE, DESK]) {
  test(`a card pays for two, at ${device.name}`, async () => {
    const buyer = await Buyer.arrive(browser, device);
    const order = await orderFor(buyer, "stripe");
    await buyer.goTo(order, "method");
    await look(buyer.page, "how to pay, three ways");
    await buyer.goTo(order, "payment");
    await cardForm(buyer.page);
    await look(buyer.page, "the card's form");
    await enterCard(buyer.page, "4242 4242 4242 4242");
    await at(buyer.page, order, "confirmation");
    assert.equal(await tickets(buyer.page), 2);
    await buyer.leave();
  });
}

test("a card number that is not finished is put right in the form", async () => {
  const buyer = await Buyer.arrive(browser);
  const order = await orderFor(buyer, "stripe");
  await payWith(buyer.page, "4242 4242");
  await buyer.page.locator("card-payment [role=alert]").filter({ hasText: /\S/ }).waitFor();
  await at(buyer.page, order, "payment");
  await buyer.leave();
});

test("a declined card leads back with the places still held, and another one pays", async () => {
  const buyer = await Buyer.arrive(browser);
  const { page } = buyer;
  const order = await orderFor(buyer, "stripe");
  await payWith(page, "4000 0000 0000 0002");
  await page.getByText("The payment was declined").waitFor();
  await look(page, "a declined card");
  assert.match(await focusedText(page), /2 places are still yours/);
  await payWith(page, "4242 4242 4242 4242");
  await at(page, order, "confirmation");
  assert.equal(await tickets(page), 2);
  await buyer.leave();
});

test("a bank that asks is answered, and the tickets are there", async () => {
  const buyer = await Buyer.arrive(browser);
  const { page } = buyer;
  const order = await orderFor(buyer, "stripe");
  await payWith(page, "4000 0027 6000 3184");
  await answerBank(page, "Complete authentication");
  await at(page, order, "confirmation");
  assert.equal(await tickets(page), 2);
  await buyer.leave();
});

test("PayPal is agreed to, and the tickets are there", async () => {
  const buyer = await Buyer.arrive(browser, PHONE);
  const { page } = buyer;
  const order = await orderFor(buyer, "paypal");
  await look(page, "before PayPal");
  await page.getByRole("button", { name: /^Pay/ }).click();
  await page.getByRole("button", { name: "Pay now" }).click();
  await at(page, order, "confirmation");
  assert.equal(await tickets(page), 2);
  await buyer.leave();
});

test("whoever leaves PayPal chooses anew, and pays by card", async () => {
  const buyer = await Buyer.arrive(browser);
  const { page } = buyer;
  const order = await orderFor(buyer, "paypal");
  await page.getByRole("button", { name: /^Pay/ }).click();
  await page.getByRole("button", { name: /^Cancel and return/ }).click();
  await at(page, order, "method");
  await page.getByLabel("Card").first().check();
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await at(page, order, "payment");
  await payWith(page, "4242 4242 4242 4242");
  await at(page, order, "confirmation");
  await buyer.leave();
});

test("a tab closed in mid-payment changes nothing: the tickets are there when they come back", async () => {
  const buyer = await Buyer.arrive(browser);
  const order = await orderFor(buyer, "paypal");
  await buyer.page.getByRole("button", { name: /^Pay/ }).click();
  await buyer.page.getByRole("button", { name: "Pay now" }).waitFor();
  // The buyer agrees, and never comes back by PayPal's way.
  await buyer.page.route(`${BASE_URL}/**`, (route) => route.abort());
  await buyer.page.getByRole("button", { name: "Pay now" }).click({ noWaitAfter: true });
  const later = await buyer.newTab();
  await buyer.page.waitForTimeout(300);
  await buyer.page.close();
  await later.goto(`/gateway/orders/${order.eventSessionOrderId}`);
  await at(later, order, "confirmation");
  assert.equal(await tickets(later), 2);
  await buyer.context.close();
});

test("where one provider is away the other one is offered", async () => {
  const buyer = await Buyer.arrive(browser);
  const { page } = buyer;
  const order = await orderFor(buyer, "stripe");
  await control("stripe/away", { seconds: 120 });
  try {
    await page.getByRole("button", { name: /^Pay/ }).click();
    await page.getByText("That way to pay does not answer right now").waitFor({ timeout: 30_000 });
    await page.getByRole("button", { name: "Continue", exact: true }).click();
    await at(page, order, "payment");
    await page.getByRole("button", { name: /^Pay/ }).click();
    await page.getByRole("button", { name: "Pay now" }).click();
    await at(page, order, "confirmation");
    assert.equal(await tickets(page), 2);
  } finally {
    await control("stripe/away", { seconds: 0 });
  }
  await buyer.leave();
});

/** The bank's page may stand in a frame within a frame, or in place of ours. */
async function answerBank(page: Page, answer: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    for (const frame of page.frames()) {
      const button = frame.getByRole("button", { name: answer });
      if ((await button.count().catch(() => 0)) > 0) {
        await button.click();
        return;
      }
    }
    await page.waitForTimeout(100);
  }
  assert.fail("the bank did not ask");
}
