// From the payment to the door: tickets on the screen and on paper, and the door that reads them.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { request, type Browser, type Page } from "playwright-core";

import { buy, codeOf, DESK, ownersWindow, paintPdf, PHONE, SESSION, staffWindow, type Paid } from "./box-office.ts";
import { BASE_URL, launch } from "./browser.ts";

let browser: Browser;
let paid: Paid;

before(async () => {
  assert.notEqual(SESSION, "", "SESSION must be the id of a session on sale");
  browser = await launch();
  const shop = await request.newContext({ baseURL: BASE_URL });
  paid = await buy(shop, { best: 5 });
  await shop.dispose();
});

after(async () => {
  await browser.close();
});

/** The codes that a page's tickets show, read from what is drawn. */
async function codesOn(page: Page): Promise<string[]> {
  const codes: string[] = [];
  for (const svg of await page.locator(".ticket-code svg").all()) {
    codes.push(await codeOf(await drawn(page, await svg.evaluate((it) => it.outerHTML))));
  }
  return codes;
}

/** Draws an SVG in a page of its own, where no policy forbids it, and gives its grey pixels. */
async function drawn(page: Page, svg: string): Promise<{ data: Uint8Array; width: number; height: number }> {
  const easel = await page.context().newPage();
  const side = 456;
  const base64 = await easel.evaluate(
    async ([markup, size]) => {
      const picture = new Image(size, size);
      picture.src = `data:image/svg+xml,${encodeURIComponent(markup)}`;
      await picture.decode();
      const drawing = new OffscreenCanvas(size, size).getContext("2d");
      drawing?.drawImage(picture, 0, 0, size, size);
      const pixels = drawing?.getImageData(0, 0, size, size).data ?? [];
      let text = "";
      for (let index = 0; index < pixels.length; index += 4) {
        text += String.fromCharCode(pixels[index] ?? 0);
      }
      return btoa(text);
    },
    [svg, side] as const,
  );
  await easel.close();
  return { data: Buffer.from(base64, "base64"), width: side, height: side };
}

async function openDoor(page: Page): Promise<void> {
  await page.goto(`/door/${SESSION}`);
  await page.waitForSelector('door-scanner[data-link="live"]');
}

async function type(page: Page, text: string, verdict: string): Promise<string> {
  await page.getByLabel("Code or order reference").fill(text);
  await page.getByRole("button", { name: "Check" }).click();
  return await verdictOf(page, verdict);
}

async function verdictOf(page: Page, verdict: string): Promise<string> {
  const shown = page.locator(`.verdict[data-verdict="${verdict}"]`);
  await shown.waitFor();
  return (await shown.textContent()) ?? "";
}

for (const [name, viewport] of [["phone", PHONE], ["desk", DESK]] as const) {
  test(`the confirmation shows all tickets at once on a ${name}, each with its code`, async () => {
    const { context, page, complaints } = await ownersWindow(browser, paid, viewport);
    await page.goto(`/gateway/orders/${paid.order.eventSessionOrderId}/confirmation`);
    assert.deepEqual(await codesOn(page), paid.codes);
    const first = page.locator(".ticket").first();
    const words = (await first.textContent()) ?? "";
    assert.ok(words.includes(paid.order.pnr) && words.includes("Zażółć Гоголь Nguyễn") && words.includes("Row"), words);
    const code = await page.locator(".ticket-code").first().boundingBox();
    assert.ok(code !== null && code.y + code.height <= viewport.height, "the first code is seen without scrolling");
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, "the page does not scroll sideways");

    await page.getByRole("link", { name: "Large, for the door" }).nth(1).click();
    assert.deepEqual(await codesOn(page), [paid.codes[1]]);
    const ground = await page.locator(".ticket").evaluate((it) => getComputedStyle(it).backgroundColor);
    await page.emulateMedia({ colorScheme: "dark" });
    assert.equal(await page.locator(".ticket").evaluate((it) => getComputedStyle(it).backgroundColor), ground);
    await page.getByRole("link", { name: "Ticket 3" }).click();
    await page.getByRole("heading", { name: /ticket 3 of 5/ }).waitFor();
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test("a code from the printed ticket is admitted, and refused as used with the first scan's time", async () => {
  const owner = await ownersWindow(browser, paid, DESK);
  const { eventSessionOrderId: order, tickets = [] } = paid.order;
  const all = await owner.context.request.get(`/api/gateway/orders/${order}/tickets.pdf`);
  const printed = await codeOf(paintPdf(await all.body(), 2));
  assert.equal(printed, paid.codes[1]);
  const alone = await owner.context.request.get(tickets[0]?.pdfUrl ?? "");
  assert.equal(await codeOf(paintPdf(await alone.body(), 1)), paid.codes[0]);
  const entry = await owner.context.request.get(`/api/gateway/orders/${order}/calendar.ics`);
  assert.match(await entry.text(), /^BEGIN:VCALENDAR[^]*DTSTART:\d{8}T\d{6}Z/);
  await owner.context.close();

  const { context, page, complaints } = await staffWindow(browser, PHONE);
  await openDoor(page);
  const admitted = await type(page, printed, "admitted");
  assert.ok(admitted.includes("Come in") && admitted.includes("Zażółć Гоголь Nguyễn"), admitted);
  const local = { timeZone: "Europe/Berlin", hour: "2-digit", minute: "2-digit" } as const;
  const now = new Intl.DateTimeFormat("en-GB", local);
  const [latest, earliest] = [now.format(new Date()), now.format(new Date(Date.now() - 30_000))];
  const used = await type(page, printed, "already_used");
  assert.ok(used.includes(latest) || used.includes(earliest), used);
  assert.match(used, /First scan: .* by Ada Admin, Scanner [0-9A-F]{4}/);
  assert.match(await type(page, `${printed.slice(0, -4)}AAAA`, "forged"), /Not our ticket/);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("an order's reference finds its tickets, and each is admitted by a press", async () => {
  const { context, page, complaints } = await staffWindow(browser, PHONE);
  await page.goto("/door");
  await page.locator(`a[href="/door/${SESSION}"]`).click();
  await page.waitForSelector('door-scanner[data-link="live"]');
  const inside = Number(await page.locator('[data-part="inside"]').textContent());
  await type(page, paid.order.pnr.toLowerCase(), "found");
  const row = page.locator(".verdict-tickets li").last();
  await row.getByRole("button", { name: "Admit" }).click();
  await verdictOf(page, "admitted");
  await page.locator('[data-part="inside"]', { hasText: String(inside + 1) }).waitFor();
  await type(page, paid.order.pnr, "found");
  assert.equal(await row.getByText("Inside").count(), 1);
  await page.getByLabel("Code or order reference").fill("22222222");
  await page.getByRole("button", { name: "Check" }).click();
  await verdictOf(page, "unknown");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("without a connection it is said, nothing is scanned, and it comes back by itself", async () => {
  const { context, page } = await staffWindow(browser, PHONE);
  await openDoor(page);
  await context.setOffline(true);
  await page.waitForSelector('door-scanner[data-link="offline"]');
  await page.getByText("This device is offline").waitFor();
  await page.getByLabel("Code or order reference").fill(paid.codes[2] ?? "");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(".verdict").count(), 0);
  await context.setOffline(false);
  await page.waitForSelector('door-scanner[data-link="live"]');
  // What was typed is still there.
  await page.keyboard.press("Enter");
  await verdictOf(page, "admitted");
  await context.close();
});

test("the door works as a form where no script runs", async () => {
  const { context } = await staffWindow(browser, PHONE);
  const state = await context.storageState();
  const plain = await browser.newContext({ baseURL: BASE_URL, viewport: PHONE, javaScriptEnabled: false, storageState: state });
  const page = await plain.newPage();
  await page.goto(`/door/${SESSION}`);
  await type(page, paid.codes[0] ?? "", "admitted");
  assert.match(await type(page, paid.codes[0] ?? "", "already_used"), /First scan: .* by Ada Admin/);
  await plain.close();
  await context.close();
});

test("the camera reads a ticket by itself, once, and only that page may use it", async () => {
  const code = paid.codes[3] ?? "";
  const owner = await ownersWindow(browser, paid, PHONE);
  const elsewhere = await owner.page.goto(`/gateway/orders/${paid.order.eventSessionOrderId}/confirmation`);
  const headers = elsewhere?.headers() ?? {};
  assert.match(headers["permissions-policy"] ?? "", /camera=\(\)/);
  assert.doesNotMatch(headers["content-security-policy"] ?? "", /unsafe/);
  const svg = await owner.page.locator(`[data-code="${code}"] svg`).evaluate((it) => it.outerHTML);
  const picture = await drawn(owner.page, svg);
  await owner.context.close();

  const folder = mkdtempSync(join(tmpdir(), "frontrow-camera-"));
  const film = join(folder, "ticket.y4m");
  writeFileSync(film, filmOf(picture));
  const flags = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${film}`];
  const scanner = await launch(flags);
  try {
    const { page, complaints } = await staffWindow(scanner, PHONE);
    const response = await page.goto(`/door/${SESSION}`);
    assert.match(response?.headers()["permissions-policy"] ?? "", /camera=\(self\)/);
    await page.waitForSelector('door-scanner[data-link="live"]');
    const refusals = await page.locator('[data-part="refusals"]').textContent();
    await page.getByRole("button", { name: "Start the camera" }).click();
    const words = await verdictOf(page, "admitted");
    assert.ok(words.includes(paid.order.pnr), words);
    // It is held there on, and nothing more is asked: the verdict stands, and nobody was refused.
    await page.waitForFunction(() => (document.querySelector("video")?.currentTime ?? 0) > 4);
    await verdictOf(page, "admitted");
    assert.equal(await page.locator('[data-part="refusals"]').textContent(), refusals);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Start the camera" }).waitFor();
    assert.deepEqual(complaints, []);
  } finally {
    await scanner.close();
    rmSync(folder, { recursive: true });
  }
});

/** A film for the browser's fake camera: the picture on grey, a little unsteady, as a hand holds it. */
function filmOf({ data, width: side }: { data: Uint8Array; width: number }): Buffer {
  const [width, height] = [640, 480];
  const colour = Buffer.alloc((width * height) / 2, 128);
  const frames = [0, 2, 4, 6, 4, 2].map((shift) => {
    const frame = Buffer.alloc(width * height, 96);
    for (let row = 0; row < side; row += 1) {
      frame.set(data.subarray(row * side, (row + 1) * side), (row + 8 + shift) * width + 90 + shift);
    }
    return Buffer.concat([Buffer.from("FRAME\n"), frame, colour]);
  });
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`), ...frames]);
}
