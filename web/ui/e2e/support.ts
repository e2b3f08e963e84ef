// What the journeys in a real browser share: the browser, buyers with a window and cookies of their own, and
// sessions made for one test each. BASE_URL says where the demo is served, FRONTROW and DATA_DIR how to reach
// its database.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

import type { Browser, BrowserContext, Page } from "playwright-core";

import { BASE_URL } from "./browser.ts";

export { BASE_URL, launch } from "./browser.ts";

export const PHONE = { name: "390 px", viewport: { width: 390, height: 844 }, hasTouch: true };
export const DESK = { name: "1280 px", viewport: { width: 1280, height: 800 }, hasTouch: false };

export const ADDRESS = {
  name: "Ada Lovelace",
  email: "ada@example.org",
  line1: "Street 1",
  postcode: "10115",
  city: "Berlin",
  country: "DE",
};

/** An order as the API answered it. */
export interface OpenOrder {
  readonly eventSessionOrderId: string;
  readonly sessionId: string;
}

/** A window of somebody else: cookies and storage of its own. */
export class Buyer {
  readonly complaints: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async arrive(browser: Browser, device: typeof PHONE = DESK, colorScheme: "light" | "dark" = "light"): Promise<Buyer> {
    const { viewport, hasTouch } = device;
    const context = await browser.newContext({ baseURL: BASE_URL, viewport, hasTouch, colorScheme });
    const buyer = new Buyer(context, await context.newPage());
    buyer.listen(buyer.page);
    return buyer;
  }

  /** Another tab of the same browser. */
  async newTab(): Promise<Page> {
    const page = await this.context.newPage();
    this.listen(page);
    return page;
  }

  async open(sessionId: string): Promise<OpenOrder> {
    return this.post(`/api/gateway/sessions/${sessionId}/orders`, {});
  }

  async claim(order: OpenOrder, wish: object): Promise<void> {
    const headers = { "idempotency-key": `key-${Math.random()}` };
    await this.post(`/api/gateway/orders/${order.eventSessionOrderId}/get-seat`, wish, headers);
  }

  async putAddress(order: OpenOrder): Promise<void> {
    const address = `/api/gateway/orders/${order.eventSessionOrderId}/address`;
    const answer = await this.context.request.put(address, { data: ADDRESS });
    assert.ok(answer.ok(), await answer.text());
  }

  /** An open order that has come as far as this step. */
  async orderAt(step: "amount" | "details" | "method" | "payment", sessionId: string): Promise<OpenOrder> {
    const order = await this.open(sessionId);
    if (step !== "amount") {
      await this.claim(order, { best: 2 });
    }
    if (step === "method" || step === "payment") {
      await this.putAddress(order);
    }
    if (step === "payment") {
      const address = `/gateway/orders/${order.eventSessionOrderId}/method`;
      const answer = await this.context.request.post(address, { form: { method: "test" }, headers: { origin: BASE_URL } });
      assert.ok(answer.ok(), await answer.text());
    }
    return order;
  }

  async goTo(order: OpenOrder, step = ""): Promise<void> {
    await this.page.goto(stepAddress(order, step));
  }

  async leave(): Promise<void> {
    await this.context.close();
    assert.deepEqual(this.complaints, [], "the pages complain of nothing");
  }

  private async post(address: string, data: object, headers: Record<string, string> = {}): Promise<OpenOrder> {
    const answer = await this.context.request.post(address, { data, headers });
    assert.ok(answer.ok(), `${address}: ${answer.status()} ${await answer.text()}`);
    return (await answer.json()) as OpenOrder;
  }

  private listen(page: Page): void {
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      // What a test takes away on purpose is missed aloud.
      if (message.type() === "error" && !/ERR_INTERNET_DISCONNECTED|status of [45]\d\d/.test(message.text())) {
        this.complaints.push(message.text());
      }
    });
  }
}

export function stepAddress(order: OpenOrder, step = ""): string {
  return `/gateway/orders/${order.eventSessionOrderId}${step === "" ? "" : `/${step}`}`;
}

/** A session of the demo's theatre that only this test sells from. */
export async function newSession(title: string, holdSecs: number, more: readonly string[] = []): Promise<string> {
  const executable = process.env["FRONTROW"];
  assert.ok(executable !== undefined, "FRONTROW must name the executable that serves the demo");
  const options = ["--venue", "lindenhof-theatre", "--title", title, "--starts-at", "2030-01-01T19:00:00Z"];
  const { stdout } = await promisify(execFile)(executable, ["put-on-sale", ...options, "--hold-secs", String(holdSecs), ...more]);
  const id = /session: (\S+)/.exec(stdout)?.[1];
  assert.ok(id !== undefined, stdout);
  return id;
}

/** Where the focus is: what a screen reader reads first. */
export function focusedText(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
}

export async function at(page: Page, order: OpenOrder, step: string): Promise<void> {
  // Not waitForURL: the order's news over the socket and the answer to a form may both lead there, and the
  // one that comes second cuts the first short.
  const wanted = stepAddress(order, step);
  const deadline = Date.now() + 30_000;
  while (new URL(page.url()).pathname !== wanted) {
    assert.ok(Date.now() < deadline, `${page.url()} did not become ${wanted}`);
    await page.waitForTimeout(50);
  }
  await page.waitForLoadState();
}

/** Says something to the demo's database. */
export async function sql(statement: string): Promise<void> {
  const executable = process.env["FRONTROW"];
  assert.ok(executable !== undefined, "FRONTROW must name the executable that serves the demo");
  await promisify(execFile)(executable, ["psql", "--", "-qc", statement]);
}

/** Before a page is opened: keeps what moves on it without anybody's doing. */
export async function watchShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) {
        shifts.push(entry.value);
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
}

/** How much has moved since the page was opened, as a part of the window. */
export async function shifted(page: Page): Promise<number> {
  // What moved is told with the frame behind the one that shows it.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
  return shifts.reduce((all, one) => all + one, 0);
}
