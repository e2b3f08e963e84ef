// What the map offers beside a tap: the best within a price range, accessible seats, and what is left where a
// browser cannot paint. BASE_URL says where the demo is served, FRONTROW and DATA_DIR how to reach its database.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { fromColumns, type ManifestColumns } from "../map/columns.ts";
import { SHAPES } from "../map/house.ts";
import type { ManifestSection } from "../map/manifest.ts";
import { comeTo, painted, restOf, type SeatMapElement } from "./seat-map.ts";
import { BASE_URL, Buyer, DESK, launch, newSession, PHONE, shifted, watchShifts } from "./support.ts";

let browser: Browser;
let session = "";

before(async () => {
  browser = await launch();
  session = await newSession("Map", 600);
});

after(async () => {
  await browser.close();
});

async function arrive(device: typeof PHONE = DESK): Promise<Buyer> {
  const buyer = await Buyer.arrive(browser, device);
  await open(buyer.page);
  return buyer;
}

async function open(page: Page, of = session): Promise<void> {
  await page.goto(`/sessions/${of}`);
  await page.waitForSelector('seat-map[data-live="true"]');
}

/** What was taken, by the words of the tray. */
async function tray(page: Page, count: string): Promise<string[]> {
  await page.locator('[data-part="tray-count"]', { hasText: count }).waitFor();
  return page.locator(".tray-places li").allInnerTexts();
}

async function sharp(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector<SeatMapElement>("seat-map")?.isSharp === true);
}

/** How many colours the map's picture has: one where it is empty. */
function colors(page: Page): Promise<number> {
  return page.evaluate(() => {
    const map = document.querySelector<HTMLCanvasElement>("seat-map canvas");
    const [width, height] = [map?.width ?? 0, map?.height ?? 0];
    const context = new OffscreenCanvas(width, height).getContext("2d");
    if (map === null || context === null) {
      return 0;
    }
    context.drawImage(map, 0, 0);
    return new Set(new Uint32Array(context.getImageData(0, 0, width, height).data.buffer)).size;
  });
}

/** How wide the map is in device pixels, and in those of the page. */
function sizes(page: Page): Promise<readonly [number, number]> {
  return page.evaluate(() => {
    const map = document.querySelector<HTMLCanvasElement>("seat-map canvas");
    return [map?.width ?? 0, map?.getBoundingClientRect().width ?? 0] as const;
  });
}

for (const device of [PHONE, DESK]) {
  test(`nothing moves while the house comes to life, at ${device.name}`, async () => {
    const buyer = await Buyer.arrive(browser, device);
    const { page } = buyer;
    await watchShifts(page);
    await open(page);
    const sum = await shifted(page);
    assert.ok(sum < 0.005, `${sum} of the window moved`);
    await buyer.leave();
  });

  test(`the best are taken within the price range that was chosen, at ${device.name}`, async () => {
    const buyer = await arrive(device);
    const { page } = buyer;
    await page.getByText("Price and access").click();
    await page.getByLabel("Price from").selectOption({ label: "€55" });
    await page.getByLabel("Price to").selectOption({ label: "€65" });
    const chosen = await page.getByLabel("Where").locator("option:enabled").allInnerTexts();
    assert.ok(chosen.slice(1).every((text) => /€(55|65)$/.test(text)), chosen.join());
    await page.getByRole("button", { name: "Take", exact: true }).click();
    const places = await tray(page, "2 places");
    assert.ok(places.every((text) => /€(55|65)/.test(text)), places.join());
    await buyer.leave();
  });
}

test("of two ends of a price range that cross, the one that was not touched gives way", async () => {
  const buyer = await arrive();
  const { page } = buyer;
  await page.getByText("Price and access").click();
  await page.getByLabel("Price to").selectOption({ label: "€35" });
  await page.getByLabel("Price from").selectOption({ label: "€75" });
  assert.equal(await page.getByLabel("Price to").locator("option:checked").innerText(), "€75");
  await buyer.leave();
});

test("an accessible seat is among the best where it is asked for", async () => {
  const buyer = await arrive();
  const { page } = buyer;
  await page.getByText("Price and access").click();
  await page.getByLabel("One seat has to be accessible").check();
  await page.getByRole("button", { name: "Take", exact: true }).click();
  await tray(page, "2 places");
  const order = await page.locator('[data-part="continue"]').getAttribute("href");
  const { seats } = (await (await buyer.context.request.get(`/api${order ?? ""}`)).json()) as { seats: number[] };
  const answer = await buyer.context.request.get(`/api/public/sessions/${session}/manifest`);
  const { sections } = (await answer.json()) as { sections: { seats?: { index: number; accessible?: boolean }[] }[] };
  const taken = sections.flatMap((section) => section.seats ?? []).filter(({ index }) => seats.includes(index));
  assert.ok(taken.some(({ accessible }) => accessible === true), JSON.stringify(taken));
  await buyer.leave();
});

test("a map that was thrown glides on, until the wheel is turned", async () => {
  const buyer = await arrive();
  const { page } = buyer;
  const at = await comeTo(page, 0);
  const throwIt = async (): Promise<void> => {
    await page.mouse.move(at.x, at.y);
    await page.mouse.down();
    await page.mouse.move(at.x + 30, at.y, { steps: 6 });
    await page.mouse.move(at.x + 90, at.y, { steps: 6 });
    await page.mouse.up();
  };
  // How far the seat moves within a few frames.
  const glide = (): Promise<number> =>
    page.evaluate(async () => {
      const where = (): number => document.querySelector<SeatMapElement>("seat-map")?.pointOf(0)?.x ?? NaN;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const before = where();
      for (let frame = 0; frame < 4; frame += 1) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      return Math.abs(where() - before);
    });
  await throwIt();
  assert.ok((await glide()) > 1, "it glides");
  await comeTo(page, 0);
  await throwIt();
  await page.mouse.wheel(0, -4);
  assert.equal(await glide(), 0);
  await buyer.leave();
});

test("where no worker can paint, the page paints, and a tap takes a seat", async () => {
  const buyer = await Buyer.arrive(browser, PHONE);
  const { page } = buyer;
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, "OffscreenCanvas");
    Reflect.deleteProperty(CanvasRenderingContext2D.prototype, "roundRect");
  });
  await open(page);
  await painted(page);
  assert.equal(page.workers().length, 0);
  const point = await comeTo(page, 200);
  await page.touchscreen.tap(point.x, point.y);
  await tray(page, "1 place");
  await buyer.leave();
});

test("where a canvas cannot be handed to a worker, the page paints, even if a worker could paint", async () => {
  const buyer = await Buyer.arrive(browser, PHONE);
  const { page } = buyer;
  await page.addInitScript(() => Reflect.deleteProperty(HTMLCanvasElement.prototype, "transferControlToOffscreen"));
  await open(page);
  await painted(page);
  assert.equal(page.workers().length, 0);
  await buyer.leave();
});

for (const worker of ["worker", "projector-worker"]) {
  test(`where the ${worker} has no canvas, a sentence says so`, async () => {
    const buyer = await Buyer.arrive(browser);
    const { page } = buyer;
    await page.route(new RegExp(`/assets/${worker}-[^/]*\\.js$`), async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `OffscreenCanvas.prototype.getContext = () => null; ${await response.text()}` });
    });
    await open(page);
    await page.getByText("This browser cannot draw the map. The list has every seat, and stays true.").waitFor();
    await buyer.leave();
  });

  test(`where the ${worker} ends without a word, a sentence says so`, async () => {
    const buyer = await arrive();
    const { page } = buyer;
    await painted(page);
    const ended = page.workers().find((it) => it.url().includes(`/assets/${worker}-`));
    assert.ok(ended !== undefined);
    // Nobody answers the one who asks somebody to end.
    void ended.evaluate(() => self.close()).catch(() => undefined);
    await page.waitForTimeout(200);
    await page.evaluate(() => document.querySelector<SeatMapElement>("seat-map")?.reveal(300));
    await page.getByText("The map could not be loaded. The list has every seat.").waitFor();
    await buyer.leave();
  });
}

for (const where of ["worker", "page"]) {
  test(`when the graphics process ends, the map is there again, painted on the ${where}`, async () => {
    const own = await launch();
    const buyer = await Buyer.arrive(own);
    const { page } = buyer;
    if (where === "page") {
      await page.addInitScript(() => Reflect.deleteProperty(HTMLCanvasElement.prototype, "transferControlToOffscreen"));
    }
    await open(page);
    await comeTo(page, 300);
    await sharp(page);
    const before = await colors(page);
    const process = await own.newBrowserCDPSession();
    await process.send("Browser.crashGpuProcess");
    const deadline = Date.now() + 15_000;
    // Black at first; a little later as it was.
    await page.waitForTimeout(1_000);
    while ((await colors(page)) < before / 2) {
      assert.ok(Date.now() < deadline, "the map stays empty");
      await page.waitForTimeout(100);
    }
    await sharp(page);
    await buyer.leave();
    await own.close();
  });
}

test("on a screen with finer pixels the map is painted anew", async () => {
  const context = await browser.newContext({ baseURL: BASE_URL, viewport: { width: 1280, height: 1_500 }, deviceScaleFactor: 1 });
  const page = await context.newPage();
  await open(page);
  await comeTo(page, 300);
  await sharp(page);
  const [width, box] = await sizes(page);
  const screen = await context.newCDPSession(page);
  // One pixel higher, for only that makes this browser tell; the map stays as large as it was.
  await screen.send("Emulation.setDeviceMetricsOverride", { width: 1280, height: 1_501, deviceScaleFactor: 2, mobile: false });
  await page.waitForFunction(() => devicePixelRatio === 2);
  await page.waitForFunction((before) => (document.querySelector<HTMLCanvasElement>("seat-map canvas")?.width ?? 0) > before, width);
  await sharp(page);
  assert.equal((await sizes(page))[1], box);
  await context.close();
});

test("two quick taps on neighbours take both", async () => {
  const buyer = await Buyer.arrive(browser);
  const { page } = buyer;
  // The best of the other one are somebody's by now.
  await open(page, await newSession("Quick Taps", 600));
  const at = await comeTo(page, 0);
  await page.mouse.move(at.x, at.y);
  await page.mouse.wheel(0, 50);
  const one = await restOf(page, 0);
  const other = await page.evaluate(() => document.querySelector<SeatMapElement>("seat-map")?.pointOf(1));
  const apart = other ? Math.hypot(one.x - other.x, one.y - other.y) : 0;
  assert.ok(other && apart >= 24 && apart < 32, `they are ${apart} apart: large enough, and nearer than two taps may be`);
  // So quickly, as a rule, that they might be two taps on one place.
  await page.mouse.click(one.x, one.y);
  await page.mouse.click(other.x, other.y);
  await tray(page, "2 places");
  await buyer.leave();
});

test("where nothing can be painted, a sentence says so, and the list takes a seat", async () => {
  const buyer = await Buyer.arrive(browser);
  const { page } = buyer;
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, "OffscreenCanvas");
    Reflect.deleteProperty(globalThis, "createImageBitmap");
  });
  await open(page);
  await page.getByText("This browser cannot draw the map. The list has every seat, and stays true.").waitFor();
  await page.locator(".section-toggle").first().click();
  await page.locator(".row-toggle").first().click();
  await page.locator('.seat[data-look="free"]').first().click();
  await tray(page, "1 place");
  await buyer.leave();
});

test("columns say of a house what its manifest says", async () => {
  const venues = ["spreebogen-arena", "lindenhof-theatre", "meridian-hall", "teatr-pod-lipa", "hoshizora-hall", "kammersaal-am-ring"];
  const events = await Promise.all(venues.map((venue) => read<Events>(`/api/public/events?venue=${venue}`)));
  const houses = [session, ...events.map(({ items }) => items[0]?.sessions[0]?.sessionId ?? "")];
  let seats = 0;
  for (const house of houses) {
    const manifest = `/api/public/sessions/${house}/manifest`;
    const [whole, columns] = await Promise.all([read<object>(manifest), read<ManifestColumns>(`${manifest}/columns`)]);
    const decoded = fromColumns(columns);
    assert.deepEqual({ ...decoded, sections: decoded.sections.map(seatBySeat) }, whole);
    seats += decoded.sections.reduce((sum, section) => sum + (section.seats?.index.length ?? 0), 0);
  }
  assert.ok(seats > 20_000, `${seats} seats in ${houses.length} houses`);
});

/** As the manifest has it. */
function seatBySeat({ seats, ...section }: ManifestSection): object {
  const seat = (index: number, at: number): object => ({
    index,
    row: seats?.row[at],
    number: seats?.number[at],
    positionX: seats?.positionX[at],
    positionY: seats?.positionY[at],
    rotation: seats?.rotation[at],
    shape: SHAPES[seats?.shape[at] ?? -1],
    sizeX: seats?.sizeX[at],
    sizeY: seats?.sizeY[at],
    ...(seats?.accessible[at] === 1 ? { accessible: true } : {}),
  });
  return seats === undefined ? section : { ...section, seats: Array.from(seats.index, seat) };
}

interface Events {
  items: { sessions: { sessionId: string }[] }[];
}

async function read<T>(path: string): Promise<T> {
  return (await (await fetch(`${BASE_URL}${path}`)).json()) as T;
}

test("where the manifest cannot be had, a sentence says so, and the sections are still links", async () => {
  const buyer = await Buyer.arrive(browser);
  const { page } = buyer;
  await page.route("**/manifest/columns", (route) => route.abort());
  await page.goto(`/sessions/${session}`);
  await page.getByText("The map could not be loaded. The list has every seat.").waitFor();
  await page.locator("[data-section] a").first().click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  await buyer.context.close();
});
