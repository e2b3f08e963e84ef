// Buying in a real browser, from the map to the tray: by touch and mouse, by cards, by keyboard; two who
// race for one seat; a second window; offline and back. BASE_URL and SESSION say where.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, BrowserContext, Page } from "playwright-core";

import { BASE_URL, launch } from "./browser.ts";
import { comeTo, painted, type SeatMapElement } from "./seat-map.ts";

const SESSION = process.env["SESSION"] ?? "";
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const DESK = { viewport: { width: 1280, height: 800 } };

interface Window {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: string[];
}

let browser: Browser;
/** Seats that no test has used yet. */
let unused: number[] = [];

before(async () => {
  assert.notEqual(SESSION, "", "SESSION must be the id of a session on sale");
  browser = await launch();
  unused = await freeSeats();
});

after(async () => {
  await browser.close();
});

async function freeSeats(): Promise<number[]> {
  const response = await fetch(`${BASE_URL}/api/public/sessions/${SESSION}/availability`);
  const { seats } = (await response.json()) as { seats: string };
  const bytes = Buffer.from(seats, "base64");
  const all = Array.from({ length: bytes.length * 4 }, (_, seat) => seat);
  return all.filter((seat) => (((bytes[seat >> 2] ?? 0xff) >> ((seat & 3) * 2)) & 3) === 0);
}

/** A free seat with free neighbours, far from the others that tests use. */
function someSeat(): number {
  const seat = unused[20];
  assert.ok(seat !== undefined, "the session has free seats");
  unused = unused.slice(60);
  return seat;
}

/** A window of somebody else: cookies and storage of its own. It notes whatever the page complains of. */
async function openWindow(size: typeof PHONE | typeof DESK, session = SESSION): Promise<Window> {
  const context = await browser.newContext({ baseURL: BASE_URL, ...size });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") {
      complaints.push(message.text());
    }
  });
  await page.goto(`/sessions/${session}`);
  await page.waitForSelector('seat-map[data-live="true"]');
  return { page, context, complaints };
}

async function hit(page: Page, seat: number): Promise<void> {
  const { x, y } = await comeTo(page, seat);
  const isTouch = await page.evaluate(() => matchMedia("(pointer: coarse)").matches);
  await (isTouch ? page.touchscreen.tap(x, y) : page.mouse.click(x, y));
}

/** The colour on the map's canvas a little beside a seat's number; none while the picture is one of another scale. */
async function pixel(page: Page, seat: number): Promise<string> {
  return page.evaluate((index) => {
    const map = document.querySelector<SeatMapElement>("seat-map");
    const canvas = map?.querySelector<HTMLCanvasElement>("canvas");
    const point = map?.pointOf(index);
    const box = canvas?.getBoundingClientRect();
    if (!canvas || !point || !box || map?.isSharp !== true) {
      return "";
    }
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [1, 1];
    const context = copy.getContext("2d");
    const ratio = canvas.width / box.width;
    const [x, y] = [(point.x - box.left - 9) * ratio, (point.y - box.top) * ratio];
    context?.drawImage(canvas, Math.round(x), Math.round(y), 1, 1, 0, 0, 1, 1);
    return [...(context?.getImageData(0, 0, 1, 1).data ?? [])].join();
  }, seat);
}

async function waitForPixel(page: Page, seat: number, isWanted: (color: string) => boolean): Promise<string> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const color = await pixel(page, seat);
    if (color !== "" && isWanted(color)) {
      return color;
    }
    assert.ok(Date.now() < deadline, `the pixel of seat ${seat} stayed ${color}`);
    await page.waitForTimeout(30);
  }
}

/** Opens the text of a seat's row, and finds the seat in it. */
async function textOf(page: Page, seat: number) {
  await page.evaluate((index) => {
    const map = document.querySelector<HTMLElement & { focusSeat(seat: number): void }>("seat-map");
    map?.focusSeat(index);
  }, seat);
  return page.locator(`.seat[data-seat="${seat}"]`);
}

function look(page: Page, seat: number, word: string) {
  return page.waitForSelector(`.seat[data-seat="${seat}"][data-look="${word}"]`);
}

async function waitForTray(page: Page, words: string): Promise<void> {
  await page.locator('[data-part="tray-count"]', { hasText: words }).waitFor();
}

for (const [name, size] of [["touch at 390 px", PHONE], ["mouse at 1280 px", DESK]] as const) {
  test(`by ${name}: a tap from afar zooms in, a tap on a seat takes it, another gives it back`, async () => {
    const { page, complaints } = await openWindow(size);
    await painted(page);
    const seat = someSeat();
    const far = await page.evaluate((index) => document.querySelector<SeatMapElement>("seat-map")?.pointOf(index), seat);
    assert.ok(far);
    await (size === PHONE ? page.touchscreen.tap(far.x, far.y) : page.mouse.click(far.x, far.y));
    await page.waitForSelector('[data-part="view"][data-fitted="false"]');
    assert.equal(await page.locator('[data-part="tray"]').isVisible(), false, "nothing was taken from afar");

    await page.waitForTimeout(400);
    await hit(page, seat);
    await waitForTray(page, "1 place");
    // Two taps at once would be one double tap.
    await page.waitForTimeout(400);
    await hit(page, seat);
    await page.locator('[data-part="tray"]').waitFor({ state: "hidden" });
    assert.deepEqual(complaints, []);
  });
}

test("in a second window the map's pixel and the text change, without navigation or request", async () => {
  const [buyer, watcher] = [await openWindow(DESK), await openWindow(DESK)];
  const seat = someSeat();
  await comeTo(watcher.page, seat);
  await textOf(watcher.page, seat);
  await look(watcher.page, seat, "free");
  const free = await waitForPixel(watcher.page, seat, () => true);

  const requests: string[] = [];
  watcher.page.on("request", (request) => requests.push(request.url()));
  let navigations = 0;
  watcher.page.on("framenavigated", () => (navigations += 1));

  await hit(buyer.page, seat);
  await waitForTray(buyer.page, "1 place");
  await look(watcher.page, seat, "held");
  await waitForPixel(watcher.page, seat, (color) => color !== free);

  // Of two clicks in quick succession the map takes the second for a double click, and leaves the seat alone.
  await buyer.page.waitForTimeout(500);
  await hit(buyer.page, seat);
  await look(watcher.page, seat, "free");
  await waitForPixel(watcher.page, seat, (color) => color === free);

  assert.deepEqual(requests, []);
  assert.equal(navigations, 0);
  assert.deepEqual([...buyer.complaints, ...watcher.complaints], []);
});

test("a seat that is paid is sold in everybody's window", async () => {
  const [buyer, watcher] = [await openWindow(DESK), await openWindow(PHONE)];
  const seat = someSeat();
  await textOf(watcher.page, seat);
  await hit(buyer.page, seat);
  await waitForTray(buyer.page, "1 place");
  const paid = await buyer.page.evaluate(payByApi);
  assert.equal(paid, "PAID");
  await look(watcher.page, seat, "sold");
  await buyer.page.locator('[data-part="notice"]', { hasText: "is paid" }).waitFor();
  assert.deepEqual([...buyer.complaints, ...watcher.complaints], []);
});

/** Runs in the page, with its cookies: how the gateway looks is not the matter here. */
async function payByApi(): Promise<string> {
  const href = document.querySelector('[data-part="continue"]')?.getAttribute("href") ?? "";
  const order = `/api${href}`;
  const send = async (method: string, path: string, body: object, key = ""): Promise<Record<string, unknown>> => {
    const headers = { "content-type": "application/json", ...(key === "" ? {} : { "idempotency-key": key }) };
    const response = await fetch(path, { method, headers, body: JSON.stringify(body) });
    return (await response.json()) as Record<string, unknown>;
  };
  const address = { name: "Ada", email: "ada@example.org", line1: "Street 1", postcode: "10115", city: "Berlin", country: "DE" };
  await send("PUT", `${order}/address`, address);
  const payment = await send("POST", `${order}/payments`, { provider: "test" }, "pay-once");
  const { confirmUrl } = payment["test"] as { confirmUrl: string };
  const done = await send("POST", new URL(confirmUrl, location.href).pathname, { outcome: "succeed" });
  return String(done["status"]);
}

test("of two who race for one seat, the loser is told in place and takes the alternative", async () => {
  const [winner, loser] = [await openWindow(DESK), await openWindow(PHONE)];
  const seat = someSeat();
  const { x, y } = await comeTo(loser.page, seat);
  // The loser's page does not hear of the winner in time.
  await loser.page.evaluate(() => {
    const live = document.querySelector("seat-map") as unknown as { live: { stop(): void } };
    live.live.stop();
  });
  await hit(winner.page, seat);
  await waitForTray(winner.page, "1 place");

  await loser.page.touchscreen.tap(x, y);
  const notice = loser.page.locator('[data-part="notice"]');
  await notice.getByText("was just taken").waitFor();
  await notice.getByRole("button", { name: /^Take .* instead$/ }).tap();
  await waitForTray(loser.page, "1 place");
  const place = await loser.page.locator(".tray-places li").textContent();
  const lost = await winner.page.locator(".tray-places li").textContent();
  assert.notEqual(place, lost);
  assert.deepEqual(winner.complaints, []);
});

test("standing places are taken and given back by their card", async () => {
  const { page, complaints } = await openWindow(PHONE);
  const card = page.locator("[data-standing]").first();
  const free = async (): Promise<number> => Number.parseInt((await card.locator('[data-part="free"]').textContent()) ?? "", 10);
  const before = await free();
  await card.getByRole("button", { name: /^One more/ }).tap();
  await card.getByRole("button", { name: /^One more/ }).tap();
  await waitForTray(page, "2 places");
  await page.waitForFunction(
    (wanted) => Number.parseInt(document.querySelector("[data-standing] [data-part=free]")?.textContent ?? "", 10) === wanted,
    before - 2,
  );
  await card.getByRole("button", { name: /^One less/ }).tap();
  await waitForTray(page, "1 place");
  assert.deepEqual(complaints, []);
});

test("the keyboard alone takes the best two, gives one back and goes on, in few presses", async () => {
  const { page, complaints } = await openWindow(DESK);
  let presses = 0;
  const press = async (key: string): Promise<void> => {
    presses += 1;
    await page.keyboard.press(key);
  };
  const tabTo = async (selector: string): Promise<void> => {
    for (let round = 0; round < 30; round += 1) {
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) {
        return;
      }
      await press("Tab");
    }
    assert.fail(`${selector} was not reached`);
  };
  await tabTo(".skip");
  await press("Enter");
  await tabTo('[data-part="best-submit"]');
  await press("Enter");
  await waitForTray(page, "2 places");
  await tabTo('[data-part="continue"]');
  await press("Enter");
  await page.waitForURL(/\/gateway\/orders\//);
  assert.ok(presses <= 17, `${presses} presses`);
  assert.deepEqual(complaints, []);
});

test("the keyboard alone takes and gives back one seat by section, row and number", async () => {
  const { page, complaints } = await openWindow(DESK);
  const section = page.locator(".section-toggle").first();
  await section.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  const seat = await page.evaluate(() => (document.activeElement as HTMLElement).dataset["seat"] ?? "");
  assert.notEqual(seat, "", "the focus is on a seat");
  await page.keyboard.press("Enter");
  await look(page, Number(seat), "yours");
  await waitForTray(page, "1 place");
  const [taken, tray] = [await page.locator(":focus").boundingBox(), await page.locator('[data-part="tray"]').boundingBox()];
  assert.ok(taken !== null && tray !== null && taken.y + taken.height <= tray.y, "the tray does not hide what has the focus");
  const panel = await page.locator('[data-part="panel"]').boundingBox();
  assert.ok(panel !== null && taken.y >= panel.y, "nor is it pushed out of view");
  assert.match((await page.locator(`.seat[data-seat="${seat}"]`).getAttribute("aria-label")) ?? "", /^Row .*, seat .*, €.*, yours$/);
  await page.keyboard.press("Enter");
  await look(page, Number(seat), "free");
  assert.deepEqual(complaints, []);
});

test("offline is shown, nothing can be taken, and back online the page is true again by itself", async () => {
  const { page, context } = await openWindow(DESK);
  const other = await openWindow(DESK);
  const [seat, meanwhile] = [someSeat(), someSeat()];
  await textOf(page, meanwhile);
  const place = () => page.locator('[data-part="map"]').boundingBox();
  const before = await place();
  await context.setOffline(true);
  await page.locator('[data-part="banner"]', { hasText: "You are offline" }).waitFor();
  assert.deepEqual(await place(), before, "the banner moves nothing");
  await hit(page, seat);
  await page.locator('[data-part="notice"]', { hasText: "You are offline" }).waitFor();
  assert.equal(await page.locator('[data-part="tray"]').isVisible(), false);

  await hit(other.page, meanwhile);
  await waitForTray(other.page, "1 place");
  const offline = await place();
  await context.setOffline(false);
  await page.locator('[data-part="banner"]', { hasText: "up to date" }).waitFor();
  await page.locator('[data-part="notice"]:empty').waitFor({ state: "attached" });
  assert.deepEqual(await place(), offline, "and goes without moving anything");
  await look(page, meanwhile, "held");
});

test("what was taken is still there after a reload", async () => {
  const { page } = await openWindow(DESK);
  await hit(page, someSeat());
  await waitForTray(page, "1 place");
  await page.reload();
  await waitForTray(page, "1 place");
});

test("a session whose sale has not begun or has ended offers nothing to take, and says so", async () => {
  const response = await fetch(`${BASE_URL}/api/public/events?venue=lindenhof-theatre`);
  const { items } = (await response.json()) as { items: { title: string; sessions: { sessionId: string; onSale: boolean }[] }[] };
  const events = items.filter(({ title }) => ["Jubilee Gala", "Open Rehearsal"].includes(title));
  const closed = events.flatMap(({ title, sessions }) => sessions.filter(({ onSale }) => !onSale).map((it) => ({ title, ...it })));
  assert.ok(closed.length >= 2, "the demo has sessions that are not on sale");
  for (const { sessionId } of closed) {
    const { page, complaints } = await openWindow(DESK, sessionId);
    const phase = await page.locator("seat-map").getAttribute("data-phase");
    assert.ok(phase === "before" || phase === "ended", phase ?? "");
    await page.getByRole("heading", { name: phase === "before" ? /^On sale from/ : "The sale has ended" }).waitFor();
    assert.equal(await page.locator(".phase-clock").count(), phase === "before" ? 1 : 0);
    assert.equal(await page.getByRole("button", { name: /^(Take|One more)/ }).count(), 0);
    await hit(page, 0);
    await page.locator('[data-part="notice"]', { hasText: phase === "before" ? "Not on sale yet" : "has ended" }).waitFor();
    assert.equal(await page.locator('[data-part="tray"]').isVisible(), false);
    assert.deepEqual(complaints, []);
  }
});
