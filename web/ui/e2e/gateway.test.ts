// The gateway in a real browser, on a phone and on a desk: buying with a declined card in between, more time,
// time that runs out, reloads and second tabs, forms that are refused, a connection that goes and comes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { TEST_METHOD } from "./browser.ts";
import { ADDRESS, at, Buyer, DESK, focusedText, launch, newSession, PHONE, shifted, stepAddress, watchShifts } from "./support.ts";

let browser: Browser;
/** With a hold as long as usual. */
let session: string;

before(async () => {
  browser = await launch();
  session = await newSession("Gateway Journeys", 600);
});

after(async () => {
  await browser.close();
});

async function fillDetails(page: Page): Promise<void> {
  await page.getByLabel("Full name").fill(ADDRESS.name);
  await page.getByLabel("E-mail").fill(ADDRESS.email);
  await page.getByLabel("Street and number").fill(ADDRESS.line1);
  await page.getByLabel("Postcode (PLZ)").fill(ADDRESS.postcode);
  await page.getByLabel("City").fill(ADDRESS.city);
}

async function summaryText(page: Page): Promise<string> {
  return (await page.locator("#order-lines .lines").textContent()) ?? "";
}

function clock(page: Page) {
  return page.locator("order-countdown");
}

for (const device of [PHONE, DESK]) {
  test(`places are bought with a declined card in between, at ${device.name}`, async () => {
    const buyer = await Buyer.arrive(browser, device);
    const { page } = buyer;
    const order = await buyer.open(session);

    await buyer.goTo(order);
    await at(page, order, "amount");
    assert.equal(await focusedText(page), "How many places?");
    await page.getByRole("button", { name: "One more" }).click();
    await page.getByRole("button", { name: "Find places" }).click();

    await at(page, order, "details");
    assert.equal(await focusedText(page), "Your details");
    await fillDetails(page);
    const lines = await summaryText(page);
    assert.equal(lines.match(/seat/g)?.length, 3);
    assert.ok(await page.locator(".summary").isVisible(), "the summary is always in view");
    await page.getByRole("button", { name: "Continue to payment" }).click();

    await at(page, order, "method");
    await page.locator(TEST_METHOD).check();
    await page.getByRole("button", { name: "Continue" }).click();
    await at(page, order, "payment");
    await page.getByRole("button", { name: /^Pay €/ }).click();
    await page.getByRole("button", { name: "Decline the card" }).click();

    await at(page, order, "payment");
    await page.getByRole("alert").getByText("Nothing was charged").waitFor();
    assert.match(await focusedText(page), /^Nothing was charged, and your 3 places are still yours/);
    assert.equal(await summaryText(page), lines, "the same seats");
    await page.getByRole("button", { name: /^Pay €/ }).click();
    await page.getByRole("heading", { name: "Test payment" }).waitFor();
    await page.getByRole("button", { name: /^Pay €/ }).click();

    await at(page, order, "confirmation");
    for (const step of ["", "amount", "details", "method", "payment"]) {
      await buyer.goTo(order, step);
      await at(page, order, "confirmation");
    }
    await buyer.leave();
  });

  test(`a form that is refused keeps what was typed and says what to do, at ${device.name}`, async () => {
    const buyer = await Buyer.arrive(browser, device);
    const { page } = buyer;
    const order = await buyer.orderAt("details", session);
    await buyer.goTo(order);

    await page.getByLabel("E-mail").fill("ada");
    await page.getByLabel("Phone").focus();
    await page.getByText("Write it as name@example.org").waitFor();
    await page.getByLabel("Phone").fill("030 1234567");
    await page.getByLabel("Full name").fill("Łucja Nguyễn-山田");
    await page.getByText("We keep it as +49301234567").waitFor();

    await page.getByLabel("Country").selectOption("US");
    await page.getByLabel("ZIP code").fill("1");
    assert.equal(await page.getByLabel("Full name").inputValue(), "Łucja Nguyễn-山田");
    await page.getByLabel("City").focus();
    await page.getByText("Usually it looks like 95014").waitFor();
    await page.getByRole("button", { name: "Continue to payment" }).click();
    assert.equal(await page.evaluate(() => document.activeElement?.id), "email", "the first that is wrong has the focus");
    await page.getByText("Enter your state").waitFor();
    await page.getByText("Write the phone number as you dial it in").waitFor();

    await page.getByLabel("Phone").fill("+49 30 1234567");
    await page.getByLabel("E-mail").fill(ADDRESS.email);
    await page.getByLabel("Number and street").fill(ADDRESS.line1);
    await page.getByLabel("City").fill("Cupertino");
    await page.getByLabel("State").fill("CA");
    await page.getByRole("button", { name: "Continue to payment" }).click();
    await at(page, order, "method");
    await page.getByRole("link", { name: "Back" }).click();
    await at(page, order, "details");
    assert.equal(await page.getByLabel("State").inputValue(), "CA");
    await buyer.leave();
  });

  test(`nothing moves while the clock comes to life, at ${device.name}`, async () => {
    const buyer = await Buyer.arrive(browser, device);
    const { page } = buyer;
    const order = await buyer.orderAt("details", session);
    await watchShifts(page);
    await buyer.goTo(order, "details");
    await page.locator("order-countdown[data-stage]").waitFor();
    const sum = await shifted(page);
    assert.ok(sum < 0.005, `${sum} of the window moved`);
    await buyer.leave();
  });

  test(`a press on what a new error moves away is still heard, at ${device.name}`, async () => {
    const buyer = await Buyer.arrive(browser, device);
    const { page } = buyer;
    await buyer.goTo(await buyer.orderAt("details", session));
    await page.getByLabel("Full name").fill("");
    await page.getByLabel("E-mail").fill("none");
    await page.getByRole("button", { name: "Continue to payment" }).click();
    await page.getByText("Write it as name@example.org").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.id), "name", "the first that is wrong has the focus");
    await buyer.leave();
  });

  test(`more time is added in place and shows in another tab, at ${device.name}`, async () => {
    const short = await newSession(`Little Time ${device.name}`, 90);
    const buyer = await Buyer.arrive(browser, device);
    const { page } = buyer;
    const order = await buyer.orderAt("details", short);
    await buyer.goTo(order);
    const other = await buyer.newTab();
    await other.goto(stepAddress(order));
    await other.locator('order-countdown[data-stage="warning"]').waitFor();
    await page.locator('order-countdown[data-stage="warning"]').waitFor();
    await page.getByLabel("Full name").fill(ADDRESS.name);

    await clock(page).getByRole("button", { name: "Add time" }).click();
    await page.locator('order-countdown[data-stage="calm"]').waitFor();
    await other.locator('order-countdown[data-stage="calm"]').waitFor();
    assert.equal(await clock(page).getByRole("button", { name: "Add time" }).count(), 0, "once is all");
    assert.match((await clock(page).getByRole("status").textContent()) ?? "", /^You now have 2 minutes/);
    assert.equal(await page.getByLabel("Full name").inputValue(), ADDRESS.name, "nothing was loaded anew");
    await buyer.leave();
  });

  test(`a hold that runs out says so, and the next order knows what was typed, at ${device.name}`, async () => {
    const short = await newSession(`No Time ${device.name}`, 12);
    const buyer = await Buyer.arrive(browser, device);
    const { page } = buyer;
    const order = await buyer.orderAt("details", short);
    await buyer.goTo(order);
    await page.getByLabel("Full name").fill(ADDRESS.name);
    await page.getByLabel("City").fill(ADDRESS.city);

    const over = page.getByRole("dialog", { name: "Your time ran out" });
    await over.waitFor();
    assert.equal(await focusedText(page), "Your time ran out");
    assert.equal(await over.getByRole("link", { name: "Choose places again" }).getAttribute("href"), `/sessions/${short}`);
    await buyer.goTo(order, "details");
    await page.getByRole("heading", { name: "Your time ran out" }).waitFor();
    assert.equal(new URL(page.url()).pathname, stepAddress(order));

    const next = await buyer.orderAt("details", session);
    await buyer.goTo(next);
    assert.equal(await page.getByLabel("Full name").inputValue(), ADDRESS.name);
    assert.equal(await page.getByLabel("City").inputValue(), ADDRESS.city);
    await buyer.leave();
  });
}

test("an order that has nothing yet shows its time on the seats' step, and what it takes there", async () => {
  const buyer = await Buyer.arrive(browser, PHONE);
  const { page } = buyer;
  await buyer.goTo(await buyer.orderAt("amount", session), "seats");
  await page.getByText("No places yet").waitFor();
  assert.match((await clock(page).textContent()) ?? "", /\d:\d\d/);
  await page.getByRole("button", { name: "Take", exact: true }).click();
  await page.getByRole("link", { name: "Continue" }).waitFor();
  await page.getByRole("heading", { name: "2 places" }).waitFor();
  await buyer.leave();
});

test("a reload and a second tab find the order where it is, and jumps ahead lead to what is missing", async () => {
  const buyer = await Buyer.arrive(browser);
  const { page } = buyer;
  const order = await buyer.orderAt("details", session);
  await buyer.goTo(order, "payment");
  await at(page, order, "details");
  await page.getByLabel("Full name").fill(ADDRESS.name);
  await page.waitForFunction(() => localStorage.getItem("frontrow:details")?.includes("Lovelace"));
  await page.reload();
  assert.equal(await page.getByLabel("Full name").inputValue(), ADDRESS.name, "typed, never sent, not lost");

  const other = await buyer.newTab();
  await other.goto(stepAddress(order));
  await fillDetails(other);
  await other.getByRole("button", { name: "Continue to payment" }).click();
  await other.locator(TEST_METHOD).check();
  await other.getByRole("button", { name: "Continue" }).click();
  await other.getByRole("button", { name: /^Pay €/ }).click();
  await other.getByRole("heading", { name: "Test payment" }).waitFor();
  await buyer.goTo(order, "details");
  await at(page, order, "payment");
  await page.getByRole("heading", { name: "Waiting for your payment" }).waitFor();

  await other.getByRole("button", { name: /^Pay €/ }).click();
  await at(other, order, "confirmation");
  await at(page, order, "confirmation");
  await buyer.leave();
});

test("an order that is cancelled in one tab, after a question, is over in the other", async () => {
  const buyer = await Buyer.arrive(browser, PHONE);
  const { page } = buyer;
  const order = await buyer.orderAt("details", session);
  await buyer.goTo(order);
  const other = await buyer.newTab();
  await other.goto(stepAddress(order));
  await other.locator("order-countdown[data-stage]").waitFor();

  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByRole("button", { name: "Keep my order" }).click();
  assert.ok(await page.getByLabel("Full name").isVisible());
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByRole("button", { name: "Cancel the order" }).click();
  await page.getByRole("heading", { name: "The order is cancelled" }).waitFor();
  await other.getByRole("heading", { name: "The order is cancelled" }).waitFor();
  await buyer.leave();
});

test("a lost connection is told, takes nothing away, and is told to be back", async () => {
  const buyer = await Buyer.arrive(browser, PHONE);
  const { page } = buyer;
  const order = await buyer.orderAt("details", session);
  await buyer.goTo(order);
  await fillDetails(page);
  await page.locator("order-countdown[data-stage]").waitFor();
  await buyer.context.setOffline(true);
  await page.getByText("You are offline").waitFor();
  await page.getByRole("button", { name: "Continue to payment" }).click();
  assert.equal(await page.getByLabel("City").inputValue(), ADDRESS.city, "still here");
  await buyer.context.setOffline(false);
  await page.getByText("You are connected again").waitFor();
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await at(page, order, "method");
  await buyer.leave();
});

test("the steps after the seats are passed with the keyboard alone", async () => {
  const buyer = await Buyer.arrive(browser);
  const { page } = buyer;
  const order = await buyer.orderAt("details", session);
  await buyer.goTo(order);
  let presses = 0;
  const press = async (key: string): Promise<void> => {
    presses += 1;
    await page.keyboard.press(key);
  };
  // Nobody presses a key before the page is drawn, and it is then that the heading gets the focus.
  const drawn = (heading: string): Promise<void> => page.locator("h1:focus", { hasText: heading }).waitFor();
  await drawn("Your details");
  // What is typed into a field is not counted: it is the same for everybody.
  for (const text of [ADDRESS.name, ADDRESS.email, "", "", ADDRESS.line1, "", ADDRESS.postcode, ADDRESS.city]) {
    await press("Tab");
    await page.keyboard.insertText(text);
  }
  await press("Enter");
  await at(page, order, "method");
  await drawn("How do you want to pay?");
  await press("Tab");
  while (!(await page.locator(TEST_METHOD).evaluate((method) => method === document.activeElement))) {
    await press("ArrowDown");
  }
  await press("Enter");
  await at(page, order, "payment");
  await drawn("Pay €");
  // Past the two links that change what was said.
  for (const key of ["Tab", "Tab", "Tab", "Enter"]) {
    await press(key);
  }
  await drawn("Test payment");
  await press("Tab");
  await press("Enter");
  await at(page, order, "confirmation");
  assert.ok(presses <= 20, `${presses} presses`);
  await buyer.leave();
});
