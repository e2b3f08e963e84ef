// A whole purchase without a mouse or a finger, from the session page to the tickets. BASE_URL says where the demo is
// served, FRONTROW and DATA_DIR how to reach its database.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { TEST_METHOD } from "./browser.ts";
import { ADDRESS, Buyer, launch, newSession } from "./support.ts";

/** What is typed into a field is not counted: it is the same for everybody. */
const PRESSES_MAX = 40;

let browser: Browser;
let session = "";

before(async () => {
  browser = await launch();
  session = await newSession("Keyboard", 600);
});

after(async () => {
  await browser.close();
});

/** Presses keys, and counts them. */
class Keyboard {
  presses = 0;

  constructor(private readonly page: Page) {}

  async press(key: string): Promise<void> {
    this.presses += 1;
    await this.page.keyboard.press(key);
  }

  /** Until the focus is there. */
  async tabTo(selector: string): Promise<void> {
    while (!(await this.isAt(selector))) {
      assert.ok(this.presses < PRESSES_MAX, `${selector} is too far away`);
      await this.press("Tab");
    }
  }

  /** A step's page has come, and has put the focus on its heading: keys before that would be lost. */
  async arrive(heading: string): Promise<void> {
    await this.page.locator("h1:focus", { hasText: heading }).waitFor();
  }

  /** From one choice to the next, with the arrows, until the focus is there. */
  async choose(selector: string): Promise<void> {
    while (!(await this.isAt(selector))) {
      assert.ok(this.presses < PRESSES_MAX, `${selector} cannot be chosen`);
      await this.press("ArrowDown");
    }
  }

  private isAt(selector: string): Promise<boolean> {
    return this.page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector);
  }
}

test("from the session page to the tickets with the keyboard alone, in at most 40 presses", async () => {
  const buyer = await Buyer.arrive(browser);
  const { page } = buyer;
  const keyboard = new Keyboard(page);
  await page.goto(`/sessions/${session}`);
  await page.waitForSelector('seat-map[data-live="true"]');

  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await keyboard.tabTo('[data-part="best-submit"]');
  await keyboard.press("Enter");
  await page.locator('[data-part="tray-count"]', { hasText: "2 places" }).waitFor();
  await keyboard.tabTo('[data-part="continue"]');
  await keyboard.press("Enter");

  await keyboard.arrive("Your details");
  for (const [field, text] of Object.entries(ADDRESS)) {
    if (field !== "country") {
      await keyboard.tabTo(`[name="${field}"]`);
      await page.keyboard.insertText(text);
    }
  }
  await keyboard.press("Enter");

  await keyboard.arrive("How do you want to pay?");
  await keyboard.tabTo('[name="method"]');
  // Where Stripe and PayPal are played beside the demo, they come first.
  await keyboard.choose(TEST_METHOD);
  await keyboard.press("Enter");
  await keyboard.arrive("Pay €");
  await keyboard.tabTo("main form button");
  await keyboard.press("Enter");
  await keyboard.arrive("Test payment");
  await keyboard.tabTo("main form button");
  await keyboard.press("Enter");

  await page.locator("[data-code^=FR1]").nth(1).waitFor();
  console.log(`${keyboard.presses} presses`);
  assert.ok(keyboard.presses <= PRESSES_MAX, `${keyboard.presses} presses`);
  await buyer.leave();
});
