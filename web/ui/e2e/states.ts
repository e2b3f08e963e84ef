// Every state that a page can be in, each come to as people come to it, and those that do not happen by
// themselves made to happen. The checks of all pages go through them, and so do the screenshots.

import assert from "node:assert/strict";

import { request, type Page } from "playwright-core";

import { buy } from "./box-office.ts";
import { at, BASE_URL, Buyer, newSession, sql, stepAddress, type OpenOrder } from "./support.ts";

export interface State {
  readonly name: string;
  /** What the reader of its picture is told; none where the check needs it and the reader does not. */
  readonly caption?: string;
  /** Goes there; answers with the address whose source the validator reads, if a GET has it. */
  go(page: Page): Promise<string | null>;
  /** Makes good what was taken away. */
  leave?(page: Page): Promise<void>;
}

/** Sessions in which a state can be had. */
export interface Houses {
  readonly session: string;
  readonly soldOut: string;
  /** With holds as short as can be. */
  readonly hasty: string;
  /** Whose holds begin within the last two minutes. */
  readonly late: string;
  readonly closed: readonly (readonly [name: string, session: string])[];
}

/** The most that an order may be let have. */
const ORDER_MAX = 100;
const STATUSES = ["paused", "postponed", "cancelled"] as const;

interface Events {
  readonly items: readonly { readonly sessions: readonly { readonly sessionId: string; readonly onSale: boolean }[] }[];
}

/** Makes the sessions; once, for they serve every window. */
export async function prepareHouses(): Promise<Houses> {
  const session = await newSession("Pages to Look At", 3600);
  const soldOut = await newSession("Gone in a Minute", 3600, ["--max-per-order", String(ORDER_MAX)]);
  const [hasty, late] = [await newSession("In a Haste", 6), await newSession("Nearly Over", 100)];
  const closed: [string, string][] = [];
  for (const status of STATUSES) {
    const id = await newSession(`A Session ${status}`, 600);
    await sql(`update event_session set status = '${status}' where session_id = '${id}'`);
    closed.push([status, id]);
  }
  await sellOut(soldOut);
  return { session, soldOut, hasty, late, closed: [...closed, ...(await closedByTheClock())] };
}

async function closedByTheClock(): Promise<[string, string][]> {
  const events = (await (await fetch(`${BASE_URL}/api/public/events`)).json()) as Events;
  const closed = events.items.flatMap((event) => event.sessions).filter((it) => !it.onSale);
  const named: [string, string][] = [];
  for (const { sessionId } of closed) {
    const page = await (await fetch(`${BASE_URL}/sessions/${sessionId}`)).text();
    const phase = /data-phase="(before|ended)"/.exec(page)?.[1];
    if (phase !== undefined && !named.some(([name]) => name === phase)) {
      named.push([phase, sessionId]);
    }
  }
  assert.equal(named.length, 2, "the demo has sessions not yet and no longer on sale");
  return named;
}

async function sellOut(session: string): Promise<void> {
  const shop = await request.newContext({ baseURL: BASE_URL });
  const manifest = (await (await fetch(`${BASE_URL}/api/public/sessions/${session}/manifest`)).json()) as {
    sections: { sectionId: string; kind: string; capacity?: number; seats?: { index: number }[] }[];
  };
  const { seats: states } = (await (await fetch(`${BASE_URL}/api/public/sessions/${session}/availability`)).json()) as { seats: string };
  const bytes = Buffer.from(states, "base64");
  const isFree = (seat: number) => (((bytes[seat >> 2] ?? 0) >> ((seat & 3) * 2)) & 3) === 0;
  for (const section of manifest.sections) {
    const { sectionId, kind, capacity = 0 } = section;
    const seats = (section.seats ?? []).map(({ index }) => index).filter(isFree);
    const count = kind === "standing" ? capacity : seats.length;
    for (let from = 0; from < count; from += ORDER_MAX) {
      const quantity = Math.min(ORDER_MAX, count - from);
      const some = { seats: seats.slice(from, from + quantity) };
      await buy(shop, kind === "standing" ? { section: sectionId, quantity } : some, session);
    }
  }
  await shop.dispose();
}

/** All states, in the order in which they are gone through. */
export async function statesOf(buyer: Buyer, houses: Houses): Promise<State[]> {
  return [
    ...publicStates(houses),
    ...(await gatewayStates(buyer, houses)),
    ...(await endings(buyer, houses)),
    ...(await errorStates(buyer, houses)),
    ...staffStates(houses),
  ];
}

/** The public front, which has checks of its own: for its pictures. */
export function frontStates(): State[] {
  return [
    plain("front", "/en", "What is on"),
    plain("front-listing", "/en/events", "All events"),
    plain("front-search", "/en/events?q=shakespere", "A slip of the pen"),
    plain("front-nothing", "/en/events?category=jazz&city=tokyo", "Nothing fits"),
    plain("front-event", "/en/events/boiler-night", "An event"),
    plain("front-calendar", "/de/events/late-at-harrow", "Many dates, in German"),
    plain("front-artist", "/en/artists/mira-falk", "An artist"),
    plain("front-venue", "/en/venues/lindenhof-theatre", "A venue"),
    plain("front-article", "/en/blog/five-mornings-for-small-people", "A story"),
  ];
}

const PHASES: Readonly<Record<string, string>> = {
  before: "Not yet on sale",
  ended: "The sale is over",
  paused: "The sale is paused",
  postponed: "Postponed",
  cancelled: "Cancelled",
};

function publicStates(houses: Houses): State[] {
  return [
    plain("home", "/"),
    plain("session", `/sessions/${houses.session}`, "The house, live"),
    {
      name: "session-at-a-price",
      async go(page) {
        await page.goto(`/sessions/${houses.session}`);
        await page.locator('seat-map[data-live="true"]').waitFor();
        await page.locator(".map-price[data-price]").nth(1).click();
        await page.locator('.map-price[aria-pressed="true"]').waitFor();
        return null;
      },
    },
    plain("sold-out", `/sessions/${houses.soldOut}`, "Nothing left"),
    ...houses.closed.map(([phase, session]) => plain(`session-${phase}`, `/sessions/${session}`, PHASES[phase])),
  ];
}

async function gatewayStates(buyer: Buyer, { session, late }: Houses): Promise<State[]> {
  const [empty, filled, ready] = [
    await buyer.orderAt("amount", session),
    await buyer.orderAt("method", session),
    await buyer.orderAt("payment", session),
  ];
  return [
    plain("amount", stepAddress(empty, "amount"), "How many places"),
    clicked("amount-refused", stepAddress(empty, "amount"), "A number that cannot be", async (page) => {
      await page.getByLabel("Places").fill("999");
      await page.getByRole("button", { name: "Find places" }).click();
      await page.getByText("Choose between 1 and").waitFor();
    }),
    plain("seats", stepAddress(empty, "seats"), "The seats’ step"),
    plain("amount-chosen", stepAddress(filled, "amount")),
    plain("details", stepAddress(filled, "details"), "Details"),
    clicked("details-refused", stepAddress(filled, "details"), "Details with something wrong", async (page) => {
      await page.getByLabel("Full name").fill("");
      await page.getByLabel("E-mail").fill("none");
      await page.getByRole("button", { name: "Continue to payment" }).click();
    }),
    clicked("details-elsewhere", stepAddress(filled, "details"), "The same for another country", async (page) => {
      await page.getByLabel("Country").selectOption("JP");
      await page.getByLabel("Prefecture").waitFor();
    }),
    plain("method", stepAddress(filled, "method"), "How to pay"),
    clicked("order-lines", stepAddress(filled, "method"), "What is in the order", async (page) => {
      const toggle = page.locator(".summary-toggle");
      if (await toggle.isVisible()) {
        await toggle.click();
      }
    }),
    clicked("cancel-asked", stepAddress(filled, "method"), "Cancel asks first", async (page) => {
      await page.getByRole("button", { name: "Cancel", exact: true }).click();
    }),
    clicked("time-short", `/sessions/${late}`, "Two minutes before the end", async (page) => {
      const order = await buyer.orderAt("details", late);
      await page.goto(stepAddress(order, "details"));
      await page.locator('order-countdown[data-stage="warning"]').waitFor();
    }),
    {
      ...clicked("offline", stepAddress(filled, "details"), "Offline", async (page) => {
        await page.locator("order-countdown[data-stage]").waitFor();
        await page.context().setOffline(true);
        await page.getByText("You are offline").waitFor();
      }),
      async leave(page) {
        await page.context().setOffline(false);
        await page.getByText("You are connected again").waitFor();
      },
    },
    ...(await outsideStates(buyer, session)),
    ...payingStates(ready),
    clicked("cancelled", stepAddress(filled, "method"), "Cancelled", async (page) => {
      await page.getByRole("button", { name: "Cancel", exact: true }).click();
      await page.getByRole("button", { name: "Cancel the order" }).click();
      await page.getByRole("heading", { name: "The order is cancelled" }).waitFor();
    }),
  ];
}

/** With a provider of payments, where those are played beside the demo. */
async function outsideStates(buyer: Buyer, session: string): Promise<State[]> {
  if (process.env["SANDBOX_URL"] === undefined) {
    return [];
  }
  const [card, paypal] = [await orderBy("stripe", buyer, session), await orderBy("paypal", buyer, session)];
  const pressPay = (page: Page) => page.getByRole("button", { name: /^Pay/ }).click();
  return [
    clicked("payment-card", stepAddress(card, "payment"), "A card, in Stripe’s form", async (page) => {
      await pressPay(page);
      await page.locator("card-payment iframe").first().contentFrame().getByLabel("Card number").waitFor();
    }),
    clicked("payment-paypal", stepAddress(paypal, "payment"), "PayPal’s page, played", async (page) => {
      await pressPay(page);
      await page.getByRole("button", { name: "Pay now" }).waitFor();
    }),
  ];
}

async function orderBy(method: "stripe" | "paypal", buyer: Buyer, session: string): Promise<OpenOrder> {
  const order = await buyer.orderAt("method", session);
  const answer = await buyer.context.request.post(stepAddress(order, "method"), { form: { method }, headers: { origin: BASE_URL } });
  assert.ok(answer.ok(), await answer.text());
  return order;
}

/** From the payment to the ticket: each begins where the one before has left the order. */
function payingStates(ready: OpenOrder): State[] {
  return [
    plain("payment", stepAddress(ready, "payment"), "The last look"),
    clicked("test-payment", stepAddress(ready, "payment"), "The demo’s bank", async (page) => {
      await page.getByRole("button", { name: /^Pay €/ }).click();
      await page.getByRole("heading", { name: "Test payment" }).waitFor();
    }),
    plain("payment-pending", stepAddress(ready, "payment"), "Waiting for the bank"),
    clicked("payment-declined", stepAddress(ready, "payment"), "Declined, and the places are still there", async (page) => {
      await page.getByRole("link", { name: "Go on paying" }).click();
      await page.getByRole("button", { name: "Decline the card" }).click();
      await page.getByRole("alert").waitFor();
    }),
    clicked("confirmation", stepAddress(ready, "payment"), "The tickets", async (page) => {
      await page.getByRole("button", { name: /^Pay €/ }).click();
      await page.getByRole("button", { name: /^Pay €/ }).and(page.locator("[name=outcome]")).click();
      await at(page, ready, "confirmation");
    }),
    clicked("ticket", stepAddress(ready), "A ticket for the door", async (page) => {
      await page.getByRole("link", { name: "Large, for the door" }).first().click();
      await page.waitForURL("**/tickets/*");
    }),
  ];
}

async function endings(buyer: Buyer, { session, hasty }: Houses): Promise<State[]> {
  const refunded = await buyer.orderAt("details", session);
  let order: OpenOrder;
  return [
    clicked("time-over", "/", "The time runs out", async (page) => {
      // Where the page took longer than the hold lasts, it says so itself, and there is nothing to run out.
      do {
        order = await buyer.orderAt("details", hasty);
        await page.goto(stepAddress(order, "details"));
      } while ((await page.locator("order-countdown").count()) === 0);
      await page.getByRole("dialog", { name: "Your time ran out" }).waitFor();
    }),
    {
      name: "expired",
      caption: "An order that ran out",
      async go(page) {
        await page.goto(stepAddress(order, "details"));
        await page.getByRole("heading", { name: "Your time ran out" }).waitFor();
        return stepAddress(order);
      },
    },
    clicked("refunded", "/", "Refunded", async (page) => {
      await page.context().request.post(`/api/gateway/orders/${refunded.eventSessionOrderId}/cancel`, { data: {} });
      await sql(`update event_session_order set status = 'REFUNDED' where order_id = '${refunded.eventSessionOrderId}'`);
      await page.goto(stepAddress(refunded));
      await page.getByRole("heading", { name: "You have been refunded" }).waitFor();
    }),
  ];
}

async function errorStates(buyer: Buyer, { session }: Houses): Promise<State[]> {
  const order = await buyer.orderAt("details", session);
  return [
    plain("error-404", "/nothing/here", "Nothing there"),
    {
      name: "error-403",
      caption: "Somebody else’s order",
      async go(page) {
        // Without its cookie.
        const cookies = await page.context().cookies();
        await page.context().clearCookies({ name: `order_${order.eventSessionOrderId}` });
        await page.goto(stepAddress(order, "details"));
        await page.context().addCookies(cookies);
        return null;
      },
    },
    clicked("error-429", "/login", "Too quick", async (page) => {
      // More guesses at one password in a minute than anybody needs. They are counted when they come, and looked at
      // slowly: meanwhile another one may be let in, so that the form is sent until it is one too many.
      const form = { email: "nobody@example.org", password: "guess" };
      const guess = () => page.context().request.post("/login", { form, headers: { origin: BASE_URL } });
      const guesses = Promise.all(Array.from({ length: 15 }, guess));
      const refused = page.getByText("Error 429");
      for (let attempt = 0; attempt < 20 && !(await refused.isVisible()); attempt += 1) {
        await page.getByLabel("E-mail").fill(form.email);
        await page.getByLabel("Password").fill(form.password);
        const answer = page.waitForResponse((it) => it.request().method() === "POST");
        await page.getByRole("button", { name: "Sign in" }).click();
        await (await answer).finished();
        await page.waitForLoadState();
      }
      await refused.waitFor();
      await guesses;
    }),
    busy("error-503", "category", `/sessions/${session}`, "Too busy"),
    busy("error-503-order", "order_details", stepAddress(order, "details"), "Too busy, with an order open"),
    {
      name: "error-500",
      caption: "A defect of ours",
      async go(page) {
        await sql("alter table category rename to category_away");
        try {
          await page.goto(`/sessions/${session}`);
          await page.getByText("Error 500").waitFor();
        } finally {
          await sql("alter table category_away rename to category");
        }
        return null;
      },
    },
  ];
}

/** Somebody else has a table that the page reads, and the query is called off while it waits. */
function busy(name: string, table: string, address: string, caption: string): State {
  return clicked(name, "/", caption, async (page) => {
    const holding = sql(`do $$ begin
      lock table ${table} in access exclusive mode;
      for attempt in 1..400 loop
        perform pg_stat_clear_snapshot();
        perform pg_cancel_backend(pid) from pg_stat_activity where wait_event_type = 'Lock';
        exit when found;
        perform pg_sleep(0.05);
      end loop;
    end $$`);
    const isBusy = () => page.getByText("Error 503").isVisible();
    for (let attempt = 0; attempt < 50 && !(await isBusy()); attempt += 1) {
      await page.goto(address);
    }
    assert.ok(await isBusy());
    await holding;
  });
}

function staffStates({ session }: Houses): State[] {
  return [
    plain("login", "/login", "Signing in"),
    clicked("login-refused", "/login", "A password that does not match", async (page) => {
      await page.getByLabel("E-mail").fill("theatre@frontrow.example");
      await page.getByLabel("Password").fill("wrong");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").waitFor();
    }),
    clicked("login-done", "/login", "Signed in", async (page) => {
      await page.getByLabel("E-mail").fill("theatre@frontrow.example");
      await page.getByLabel("Password").fill("demo-theatre");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.waitForURL((url) => url.pathname !== "/login");
      await page.goto("/login");
    }),
    ...doorStates(session).map(asStaff),
    {
      name: "error-405",
      async go(page) {
        await page.goto(`/gateway/orders/${session}/cancel`);
        return null;
      },
    },
  ];
}

function doorStates(session: string): State[] {
  return [
    plain("doors", "/door", "Whose doors"),
    clicked("door", `/door/${session}`, "A door", async (page) => {
      await page.waitForSelector('door-scanner[data-link="live"]');
    }),
    clicked("door-found", `/door/${session}`, "An order’s reference", async (page) => {
      await type(page, (await buy(page.request, { best: 2 }, session)).order.pnr, "found");
    }),
    clicked("door-admitted", `/door/${session}`, "Come in", async (page) => {
      const { codes } = await buy(page.request, { best: 1 }, session);
      await type(page, codes[0] ?? "", "admitted");
    }),
    clicked("door-used", `/door/${session}`, "Already used", async (page) => {
      const { codes } = await buy(page.request, { best: 1 }, session);
      await type(page, codes[0] ?? "", "admitted");
      await type(page, codes[0] ?? "", "already_used");
    }),
    clicked("door-forged", `/door/${session}`, "Not ours", async (page) => {
      const { codes } = await buy(page.request, { best: 1 }, session);
      await type(page, `${(codes[0] ?? "").slice(0, -6)}AAAAAA`, "forged");
    }),
  ];
}

/** Come to by somebody who is signed in, whichever state was seen before. */
function asStaff(state: State): State {
  return {
    ...state,
    async go(page) {
      const address = "/api/account/login";
      // Once a window: whoever signs in at every turn is soon told that it is too often.
      if (!(await page.request.get(address)).ok()) {
        const data = { email: "theatre@frontrow.example", password: "demo-theatre" };
        const answer = await page.request.post(address, { data });
        assert.ok(answer.ok(), await answer.text());
      }
      return state.go(page);
    },
  };
}

async function type(page: Page, text: string, verdict: string): Promise<void> {
  await page.waitForSelector('door-scanner[data-link="live"]');
  await page.getByLabel("Code or order reference").fill(text);
  await page.getByRole("button", { name: "Check" }).click();
  await page.locator(`.verdict[data-verdict="${verdict}"]`).waitFor();
}

function plain(name: string, address: string, caption?: string): State {
  return {
    name,
    ...(caption === undefined ? {} : { caption }),
    async go(page) {
      await page.goto(address);
      if (await page.locator(".house").isVisible()) {
        // The map draws itself when the manifest has come.
        await page.locator('seat-map[data-live="true"]').waitFor();
      }
      return address;
    },
  };
}

/** A page that is come to by doing something on another. */
function clicked(name: string, address: string, caption: string, act: (page: Page) => Promise<void>): State {
  return {
    name,
    caption,
    async go(page) {
      await page.goto(address);
      await act(page);
      return null;
    },
  };
}
