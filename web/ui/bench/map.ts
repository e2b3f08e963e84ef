// The map beside its rival: the same plan, the same browser, the same path of pans and zooms, the processor
// slowed down four times. BASE_URL and SESSION say where ours is; SEATS how many there are; CHECK=true fails where
// an aim is missed.

import assert from "node:assert/strict";

import type { CDPSession, Page } from "playwright-core";

import { BASE_URL, launch } from "../e2e/browser.ts";
import { arena } from "./plan.ts";
import { serveRival } from "./rival.ts";
import { busyByFrame, CATEGORIES, percentile, type Busy, type TraceEvent } from "./trace.ts";

const SESSION = process.env["SESSION"] ?? "";
const SEATS = Number(process.env["SEATS"] ?? 20_000);
const SLOWDOWN = 4;
const STEPS = Number(process.env["STEPS"] ?? 60);
const STEP_MILLIS = 1000 / 60;
/** So long a new browser is busy with its own windows: that is neither map's doing. */
const BROWSER_MILLIS = 3_000;
const PAINTED_MAX_MILLIS = 300_000;
const LOOK_MILLIS = 50;
/** Two frames. */
const LATE_MILLIS = 2 * STEP_MILLIS;

interface Figures {
  readonly name: string;
  readonly p50: number;
  readonly p95: number;
  readonly cpu50: number;
  readonly cpu95: number;
  readonly frames: number;
  readonly busy: Busy;
  /** From asking for the manifest to the painted map. */
  readonly paintedMillis: number;
  /** From opening the page to the painted map. */
  readonly openedMillis: number;
  readonly gzipBytes: number;
}

interface Subject {
  readonly name: string;
  readonly address: string;
  /** Matches once all is painted. */
  readonly painted: string;
  readonly map: string;
}

async function measure(subject: Subject, knownBytes: number | null): Promise<Figures> {
  // A browser of its own, so that nothing of the other's is warm.
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const scripts: Promise<number>[] = [];
    page.on("response", (response) => {
      if (response.request().resourceType() === "script" || response.url().includes("worker")) {
        scripts.push(response.body().then(gzipLength, () => 0));
      }
    });
    const session = await page.context().newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
    await page.waitForTimeout(BROWSER_MILLIS);
    await page.goto(subject.address);
    await painted(session, subject.painted);
    const [manifestAt, paintedAt] = await page.evaluate(() => {
      const at = (name: string): number => performance.getEntriesByName(name)[0]?.startTime ?? NaN;
      return [at("map-manifest"), at("map-painted")] as const;
    });
    const paintedMillis = paintedAt - manifestAt;
    await page.waitForTimeout(1_500);
    const busy = await traced(page, subject.map);
    console.error(`${subject.name}: painted after ${Math.round(paintedMillis)} ms, ${Math.round(paintedAt)} ms after the page was opened, p95 ${percentile(busy.frames, 0.95).toFixed(1)} ms a frame, ${percentile(busy.cpuFrames, 0.95).toFixed(1)} ms by the thread's clock`);
    console.error(workerLines(busy).join("\n"));
    assert.ok(busy.frames.length > 0 && paintedMillis > 0, `${subject.name} was painted and moved`);
    const gzipBytes = knownBytes ?? (await Promise.all(scripts)).reduce((sum, bytes) => sum + bytes, 0);
    return {
      name: subject.name,
      p50: percentile(busy.frames, 0.5),
      p95: percentile(busy.frames, 0.95),
      cpu50: percentile(busy.cpuFrames, 0.5),
      cpu95: percentile(busy.cpuFrames, 0.95),
      frames: busy.frames.length,
      busy,
      paintedMillis,
      openedMillis: paintedAt,
      gzipBytes,
    };
  } finally {
    await browser.close();
  }
}

/** Asked by a word of its own: what Playwright brings along to look for a selector takes a slowed page longer than some pictures. */
async function painted(session: CDPSession, selector: string): Promise<void> {
  const expression = `document.querySelector(${JSON.stringify(selector)}) !== null`;
  for (const end = Date.now() + PAINTED_MAX_MILLIS; Date.now() < end; ) {
    const { result } = await session.send("Runtime.evaluate", { expression });
    if (result.value === true) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLIS));
  }
  assert.fail(`${selector} did not come`);
}

async function gzipLength(body: Buffer): Promise<number> {
  const { gzipSync } = await import("node:zlib");
  return gzipSync(body).length;
}

async function traced(page: Page, selector: string): Promise<Busy> {
  const browser = page.context().browser();
  const box = await page.locator(selector).boundingBox();
  assert.ok(browser !== null && box !== null);
  await browser.startTracing(page, { categories: CATEGORIES });
  await walk(page, { x: box.x + box.width * 0.42, y: box.y + box.height * 0.3 });
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  return busyByFrame(trace.traceEvents);
}

/** In, along, out, along again: each step one event at 60 a second, however slow the page is. */
async function walk(page: Page, at: { x: number; y: number }): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const sent: Promise<unknown>[] = [];
  const send = async (event: object): Promise<void> => {
    sent.push(session.send("Input.dispatchMouseEvent", event as Parameters<typeof session.send<"Input.dispatchMouseEvent">>[1]));
    await new Promise((resolve) => setTimeout(resolve, STEP_MILLIS));
  };
  const wheel = async (deltaY: number): Promise<void> => {
    for (let step = 0; step < STEPS; step += 1) {
      await send({ type: "mouseWheel", ...at, deltaX: 0, deltaY });
    }
  };
  const drag = async (stepX: number, stepY: number): Promise<void> => {
    await send({ type: "mousePressed", ...at, button: "left", clickCount: 1 });
    for (let step = 1; step <= STEPS; step += 1) {
      await send({ type: "mouseMoved", x: at.x + step * stepX, y: at.y + step * stepY, button: "left", buttons: 1 });
    }
    await send({ type: "mouseReleased", x: at.x + STEPS * stepX, y: at.y + STEPS * stepY, button: "left", clickCount: 1 });
  };
  await wheel(-24);
  await drag(4, 3);
  await wheel(-24);
  await drag(-5, 2);
  await wheel(48);
  await drag(3, -3);
  await Promise.all(sent);
  await page.waitForTimeout(400);
}

function table(ours: Figures, rival: Figures): string {
  const line = (name: string, value: (figures: Figures) => number, unit: string, digits: number): string => {
    const [one, other] = [value(ours), value(rival)];
    return `| ${name} | ${one.toFixed(digits)} ${unit} | ${other.toFixed(digits)} ${unit} | ${(one / other).toFixed(3)} |`;
  };
  return [
    `| ${SEATS} seats, processor slowed ${SLOWDOWN}x | ${ours.name} | ${rival.name} | ratio |`,
    "|---|---|---|---|",
    line("main thread a frame, p50", ({ p50 }) => p50, "ms", 1),
    line("main thread a frame, p95", ({ p95 }) => p95, "ms", 1),
    line("the same by the thread's clock, p50", ({ cpu50 }) => cpu50, "ms", 1),
    line("the same by the thread's clock, p95", ({ cpu95 }) => cpu95, "ms", 1),
    line("manifest to painted map", ({ paintedMillis }) => paintedMillis, "ms", 0),
    line("opening the page to painted map", ({ openedMillis }) => openedMillis, "ms", 0),
    line("JavaScript of the page, gzip", ({ gzipBytes }) => gzipBytes / 1024, "KiB", 1),
    `| frames while the path was walked | ${ours.frames} | ${rival.frames} | |`,
    ...workerLines(ours.busy),
  ].join("\n");
}

/** What the workers do, whom nobody slows down; the rival has none. A picture that is late would make the page look quick. */
function workerLines({ painterMillis, pictures, projectorMillis, drawn, lags }: Busy): string[] {
  const late = lags.filter((lag) => lag > LATE_MILLIS).length;
  const lag = `${percentile(lags, 0.5).toFixed(1)}, ${percentile(lags, 0.95).toFixed(1)} ms`;
  return [
    `| painter, all of the path; a picture | ${painterMillis.toFixed(0)} ms; ${(painterMillis / pictures).toFixed(0)} ms | | |`,
    `| projector, all of the path; a frame | ${projectorMillis.toFixed(0)} ms; ${(projectorMillis / drawn).toFixed(1)} ms | | |`,
    `| from a move to its drawing, p50, p95 | ${lag} | | |`,
    `| moves drawn later than the frame after the next | ${late} of ${lags.length} | | |`,
  ];
}

async function main(): Promise<void> {
  assert.notEqual(SESSION, "", "SESSION must be the id of the session in the arena");
  const rival = await serveRival(arena(SEATS));
  try {
    const ours = await measure(
      {
        name: "Frontrow",
        address: `${BASE_URL}/sessions/${SESSION}`,
        painted: 'seat-map[data-painted="true"]',
        map: '[data-part="view"]',
      },
      null,
    );
    if (process.env["ALONE"] === "true") {
      return;
    }
    const theirs = await measure(
      { name: "seatmap-canvas", address: rival.address, painted: 'body[data-painted="true"]', map: "#map" },
      rival.gzipBytes,
    );
    console.log(table(ours, theirs));
    if (process.env["CHECK"] === "true") {
      assert.ok(ours.cpu95 <= 16.7, `p95 is ${ours.cpu95} ms a frame`);
      assert.ok(ours.cpu95 <= theirs.cpu95 / 10, "p95 is more than a tenth of the rival's");
      assert.ok(ours.paintedMillis <= 1_000, `painted after ${ours.paintedMillis} ms`);
      assert.ok(ours.gzipBytes <= 60 * 1024, `${ours.gzipBytes} bytes of JavaScript`);
    }
  } finally {
    rival.close();
  }
}

await main();
