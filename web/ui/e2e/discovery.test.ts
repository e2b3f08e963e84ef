// Every way of finding a session, on a phone and on a desk, in a real browser; badges that move by themselves; and
// all public pages looked at by axe and the Nu validator in both languages, light and dark, and their links followed.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { LinkChecker } from "linkinator";
import type { Browser, Page, Request } from "playwright-core";

import { errorsIn, Judges, tooWide } from "./judges.ts";
import { BASE_URL, Buyer, DESK, launch, PHONE } from "./support.ts";

/** Each kind of page, in each of its states. */
const PLACES = {
  home: "/",
  events: "/events",
  "events-of-category": "/categories/classical",
  "events-of-city": "/cities/london",
  "events-found": "/events?q=falk",
  "events-nearly-found": "/events?q=shakespere",
  "events-none": "/events?category=jazz&city=tokyo",
  "events-beyond": "/events?page=99",
  "events-unknown": "/events?category=none&from=never",
  "events-second": "/events?page=2&sort=title",
  event: "/events/boiler-night",
  "event-calendar": "/events/late-at-harrow",
  "event-without-sessions": "/events/salon-of-questions",
  "event-postponed": "/events/fog-horn-symphony",
  "event-past": "/events/the-last-revolve",
  artists: "/artists",
  artist: "/artists/mira-falk",
  venues: "/venues",
  venue: "/venues/lindenhof-theatre",
  "venue-standing": "/venues/elbdock-open-air",
  blog: "/blog",
  "blog-category": "/blog?category=guides",
  article: "/blog/five-mornings-for-small-people",
  "article-foreign": "/blog/ein-abend-im-dunkeln",
  newsletter: "/newsletter",
} as const;

let browser: Browser;
let judges: Judges;

before(async () => {
  [browser, judges] = await Promise.all([launch(), Judges.prepare()]);
});

after(async () => {
  await browser.close();
});

/** A way from the front page to the page of The Tempest. */
const WAYS: Record<string, (page: Page) => Promise<void>> = {
  category: async (page) => {
    await page.getByRole("main").getByRole("link", { name: "Theatre", exact: true }).click();
  },
  city: async (page) => {
    await page.getByRole("main").getByRole("link", { name: /^Berlin/ }).click();
  },
  artist: async (page) => {
    await page.getByRole("link", { name: "Artists", exact: true }).click();
    await page.getByRole("link", { name: /^Lindenhof Ensemble/ }).click();
    await page.getByRole("heading", { name: "Lindenhof Ensemble" }).waitFor();
    // From there the performances are one tap away.
    await page.getByRole("link", { name: /The Tempest/ }).first().click();
  },
  venue: async (page) => {
    await page.getByRole("link", { name: "Venues", exact: true }).click();
    await page.getByRole("link", { name: /^Lindenhof Theatre/ }).click();
    await page.getByRole("heading", { name: "Lindenhof Theatre", level: 1 }).waitFor();
    await page.getByRole("link", { name: /The Tempest/ }).first().click();
  },
  "a slip of the pen": async (page) => {
    await page.getByRole("searchbox", { name: "Search events, artists, places" }).fill("tempset");
    await page.keyboard.press("Enter");
    await page.getByText("Here is what “tempest” finds").waitFor();
  },
  "date and category": async (page) => {
    await page.getByRole("link", { name: "Events", exact: true }).click();
    const fold = page.locator(".filter-fold");
    if (!(await page.getByLabel("Category", { exact: true }).isVisible())) {
      await fold.locator("summary").click();
    }
    await page.getByLabel("Category", { exact: true }).selectOption({ value: "theatre" });
    const day = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
    await page.getByLabel("From", { exact: true }).fill(day);
    await page.getByLabel("City", { exact: true }).selectOption({ value: "berlin" });
    await page.getByRole("button", { name: "Show events" }).click();
    await page.waitForURL((url) => url.searchParams.get("from") === day && url.searchParams.get("city") === "berlin");
  },
};

for (const device of [PHONE, DESK]) {
  for (const [way, go] of Object.entries(WAYS)) {
    test(`a session is found by ${way} at ${device.name}`, async () => {
      const buyer = await Buyer.arrive(browser, device);
      const { page } = buyer;
      await page.goto("/");
      await go(page);
      if (!new URL(page.url()).pathname.startsWith("/sessions/")) {
        await page.getByRole("main").getByRole("link", { name: "The Tempest", exact: true }).first().click();
        await page.getByRole("heading", { name: "The Tempest", level: 1 }).waitFor();
        await page.locator("a.performance-link").first().click();
      }
      await page.waitForURL("**/sessions/*");
      await page.getByRole("heading", { name: "The Tempest", level: 1 }).waitFor();
      await buyer.leave();
    });
  }

  test(`a day of a calendar leads to its session at ${device.name}`, async () => {
    const buyer = await Buyer.arrive(browser, device);
    const { page } = buyer;
    await page.goto("/de/events/late-at-harrow");
    await page.locator("table.calendar a.day").first().click();
    await page.waitForURL("**/sessions/*");
    await page.getByRole("heading", { name: "Late at Harrow", level: 1 }).waitFor();
    await buyer.leave();
  });
}

test("a badge says what is left the moment it changes, without asking for the page again", async () => {
  const [reader, other] = [await Buyer.arrive(browser), await Buyer.arrive(browser)];
  const { page } = reader;
  await page.goto("/en/events/brass-in-the-wrong-order");
  await page.locator("html[data-live=true]").waitFor();
  const badge = page.locator(".performance .badge", { hasText: "Last 11" });
  await badge.waitFor();
  let requests = 0;
  page.on("request", () => (requests += 1));
  const link = await page.locator(".performance", { has: page.getByText("Last 11") }).locator("a").getAttribute("href");
  const order = await other.orderAt("payment", link?.split("/").at(-1) ?? "");
  await pay(other, order.eventSessionOrderId);
  await page.locator(".performance .badge", { hasText: /^Last (9|10)$/ }).waitFor();
  assert.equal(requests, 0);
  await Promise.all([reader.leave(), other.leave()]);
});

test("a sale begins on the page that waits for it, by the server's clock, told in the reader's time, too", async () => {
  const context = await browser.newContext({ baseURL: BASE_URL, timezoneId: "America/New_York" });
  const page = await context.newPage();
  // A clock that is an hour late.
  await page.clock.install({ time: Date.now() - 3_600_000 });
  await page.goto("/en/events/boiler-night");
  await page.locator("html[data-live=true]").waitFor();
  const row = page.locator(".performance").filter({ has: page.locator("[data-opens-at]") });
  const clock = row.locator("[data-opens-at]");
  await page.clock.runFor(1_000);
  const opensAt = Date.parse((await clock.getAttribute("data-opens-at")) ?? "");
  const [hours = 0, minutes = 0, seconds = 0] = ((await clock.textContent()) ?? "").split(":").map(Number);
  const left = (hours * 3_600 + minutes * 60 + seconds) * 1_000;
  assert.ok(Math.abs(opensAt - Date.now() - left) < 30_000, `${left} ms are said to be left until ${opensAt}`);
  assert.match((await row.textContent()) ?? "", /Soon on sale.*from \w+ \d+ \w+, \d\d:\d\d \(\w+ \d\d:\d\d your time\)/s);
  await page.clock.fastForward(left);
  await page.clock.runFor(2_000);
  await row.getByText("On sale", { exact: true }).waitFor();
  assert.deepEqual([await clock.isVisible(), await row.locator(".price").isVisible()], [false, true]);
  await context.close();
});

test("the language changes on the same page", async () => {
  const buyer = await Buyer.arrive(browser);
  const { page } = buyer;
  await page.goto("/events?category=jazz");
  await page.getByRole("button", { name: "Deutsch" }).click();
  await page.waitForURL("**/de/events?category=jazz");
  await page.getByRole("heading", { name: "Programm", level: 1 }).waitFor();
  await page.getByRole("link", { name: "Häuser", exact: true }).click();
  await page.waitForURL("**/de/venues");
  await buyer.leave();
});

for (const device of [PHONE, DESK]) {
  // German words are the longest; both are asked of the same page, for to open it takes longer than to judge it.
  test(`axe finds nothing on any public page, in both languages, light and dark, and no German one is wider than the window, at ${device.name} and at 320 px`, async () => {
    const buyer = await Buyer.arrive(browser, device);
    const { page } = buyer;
    const findings: string[] = [];
    for (const language of ["en", "de"]) {
      for (const [name, place] of Object.entries(PLACES)) {
        await page.goto(`/${language}${place === "/" ? "" : place}`);
        findings.push(...(await judges.findings(page, `${language} ${name}`)));
        if (language === "de") {
          findings.push(...(await widthsOf(page, name, device.viewport)));
        }
      }
    }
    assert.deepEqual(findings, []);
    await buyer.leave();
  });
}

/** Where a page is wider than its window, as wide as it is and at 320 px, from left to right and from right to left. */
async function widthsOf(page: Page, name: string, viewport: { width: number; height: number }): Promise<string[]> {
  const findings: string[] = [];
  for (const width of [320, viewport.width]) {
    await page.setViewportSize({ ...viewport, width });
    const over = await tooWide(page);
    if (over > 0) {
      findings.push(`${name} at ${width} px is ${over} px too wide`);
    }
  }
  return findings;
}

test("a first visit to any public page takes less than 100 KB", async () => {
  const theatre = `/sessions/${await unvisited("lindenhof-theatre")}`;
  const arena = `/sessions/${await unvisited("spreebogen-arena")}`;
  const heavy: string[] = [];
  for (const [name, place] of Object.entries({ ...PLACES, theatre, arena })) {
    const context = await browser.newContext(PHONE);
    const page = await context.newPage();
    const sizes: Promise<number>[] = [];
    page.on("requestfinished", (request) => {
      sizes.push(received(request));
    });
    await page.goto(`${BASE_URL}/en${place === "/" ? "" : place}`, { waitUntil: "networkidle" });
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    assert.ok(bytes > 20_000, `${name}: only ${bytes} bytes were counted`);
    if (bytes >= 100_000) {
      heavy.push(`${name}: ${bytes} bytes in ${sizes.length} answers`);
    }
    await context.close();
  }
  assert.deepEqual(heavy, []);
});

/** A session that no other test looks at, so that nothing of it was made before. */
async function unvisited(venue: string): Promise<string> {
  const answer = await fetch(`${BASE_URL}/api/public/events?venue=${venue}`);
  const { items } = (await answer.json()) as { items: { sessions: { sessionId: string; onSale: boolean }[] }[] };
  const last = items.flatMap(({ sessions }) => sessions).findLast(({ onSale }) => onSale);
  assert.ok(last !== undefined);
  return last.sessionId;
}

/** What came for a request. Of a worker's script the browser tells no size. */
async function received(request: Request): Promise<number> {
  const [{ responseBodySize, responseHeadersSize }, response] = await Promise.all([request.sizes(), request.response()]);
  return (responseBodySize || Number(response?.headers()["content-length"] ?? 0)) + responseHeadersSize;
}

test("the Nu validator finds no error in any public page", async () => {
  const sources = new Map<string, string>();
  for (const language of ["en", "de"]) {
    for (const [name, place] of Object.entries(PLACES)) {
      const answer = await fetch(`${BASE_URL}/${language}${place === "/" ? "" : place}`, { headers: { accept: "text/html" } });
      sources.set(`${language}-${name}`, await answer.text());
    }
  }
  assert.equal(await errorsIn(sources), "");
});

test("no link of the public front leads to nothing", async () => {
  const checker = new LinkChecker();
  const own = BASE_URL.replace(/[.]/g, "\\.");
  const { links } = await checker.check({
    path: `${BASE_URL}/de`,
    recurse: true,
    concurrency: 8,
    // Others' sites, and what browser tests of their own look at; English is the same with another prefix.
    linksToSkip: [`^(?!${own}/)`, "/sessions/[0-9a-f-]+$", "/en(/|$)", "[?&](from|to|when|q|page)="],
  });
  const checked = links.filter(({ state }) => state !== "SKIPPED");
  assert.ok(checked.length > 150, `${checked.length} links`);
  assert.deepEqual(checked.filter(({ state }) => state === "BROKEN").map(({ url, status, parent }) => `${url} ${status} on ${parent}`), []);
});

async function pay(buyer: Buyer, order: string): Promise<void> {
  const { request } = buyer.context;
  const headers = { "idempotency-key": "pay" };
  const started = await request.post(`/api/gateway/orders/${order}/payments`, { data: { provider: "test" }, headers });
  const { test: provider } = (await started.json()) as { test: { confirmUrl: string } };
  const paid = await request.post(provider.confirmUrl, { data: { outcome: "succeed" } });
  assert.equal(((await paid.json()) as { status: string }).status, "PAID");
}
