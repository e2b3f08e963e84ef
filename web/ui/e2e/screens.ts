// Pictures of every state, and the page that shows them: docs/SCREENS.md. OUT says where they go, LOOKS how
// they look (a width, light or dark, perhaps rtl), ONLY which.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Browser, Page } from "playwright-core";

import { prepareHouses, type Houses } from "./houses.ts";
import { paperStates } from "./paper-states.ts";
import { sessionStates } from "./session-states.ts";
import type { State } from "./state.ts";
import { frontStates, statesOf } from "./states.ts";
import { Buyer, DESK, launch, PHONE } from "./support.ts";

interface Look {
  readonly width: number;
  readonly scheme: "light" | "dark";
  readonly isRtl: boolean;
}

const OUT = process.env["OUT"] ?? "../../docs";
const LOOKS = (process.env["LOOKS"] ?? "390-light 1280-dark").split(" ").map(look);
const ONLY = new RegExp(process.env["ONLY"] ?? "");

const GROUPS: readonly (readonly [title: string, isOf: (name: string) => boolean])[] = [
  ["The door", (name) => /^(door|login)/.test(name)],
  ["When something fails", (name) => /^error/.test(name)],
  ["When it goes otherwise", (name) => /^(session-|map-failed|sold-out|.*-refused|time-|offline|expired|refunded|cancel|payment-(pending|declined))/.test(name)],
  ["From the house to the ticket", (name) => !name.startsWith("front")],
  ["Finding something", () => true],
];

function look(text: string): Look {
  const [width, scheme, direction] = text.split("-");
  return { width: Number(width), scheme: scheme === "dark" ? "dark" : "light", isRtl: direction === "rtl" };
}

async function picture(page: Page, state: State, { width, scheme, isRtl }: Look): Promise<void> {
  if (isRtl) {
    await page.evaluate(() => (document.documentElement.dir = "rtl"));
  }
  // What is drawn by scripts has come, and what moves has come to rest.
  await page.waitForTimeout(350);
  // WebP is a fifth of PNG; the browser's debugger writes it, and every browser shows it.
  const debug = await page.context().newCDPSession(page);
  const { data } = await debug.send("Page.captureScreenshot", { format: "webp", quality: 60 });
  await debug.detach();
  const name = [state.name, width, scheme === "dark" && process.env["LOOKS"] !== undefined ? "dark" : "", isRtl ? "rtl" : ""];
  await writeFile(join(OUT, "screens", `${name.filter(Boolean).join("-")}.webp`), Buffer.from(data, "base64"));
}

async function take(browser: Browser, houses: Houses, it: Look): Promise<State[]> {
  const device = it.width < 600 ? PHONE : DESK;
  const sized = { ...device, viewport: { ...device.viewport, width: it.width } };
  const buyer = await Buyer.arrive(browser, sized, it.scheme);
  const { page } = buyer;
  await page.emulateMedia({ reducedMotion: "reduce" });
  const states = [...frontStates(), ...(await statesOf(buyer, houses)), ...paperStates(houses), ...(await sessionStates(houses))];
  const shown = states.filter(({ name, caption }) => caption !== undefined && ONLY.test(name));
  for (const state of shown) {
    await state.go(page);
    await picture(page, state, it);
    await state.leave?.(page);
  }
  await buyer.context.close();
  return shown;
}

function tableOf(states: readonly State[]): string {
  const groups = new Map<string, State[]>(GROUPS.map(([title]) => [title, []]));
  for (const state of states) {
    const group = GROUPS.find(([, isOf]) => isOf(state.name))?.[0] ?? "";
    groups.get(group)?.push(state);
  }
  const row = ({ name, caption = "" }: State) =>
    `| ${caption} | ![${caption}, on a phone](screens/${name}-390.webp) | ![${caption}, on a desk](screens/${name}-1280.webp) |`;
  const table = ([title, members]: [string, State[]]) => [`## ${title}`, "", "| | phone | desk |", "|---|---|---|", ...members.map(row), ""];
  return [...groups].reverse().flatMap(table).join("\n");
}

const browser = await launch();
try {
  await mkdir(join(OUT, "screens"), { recursive: true });
  const houses = await prepareHouses();
  let states: State[] = [];
  for (const it of LOOKS) {
    states = await take(browser, houses, it);
  }
  if (process.env["LOOKS"] === undefined && process.env["ONLY"] === undefined) {
    const head = `# How it looks\n\nEvery state on a phone (390 px, light) and on a desk (1280 px, dark), taken from the demo by \`scripts/screens\`.\n\n`;
    await writeFile(join(OUT, "SCREENS.md"), head + tableOf(states));
  }
} finally {
  await browser.close();
}
