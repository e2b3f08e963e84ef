// Every state of every page, light and dark: axe finds nothing, and the Nu validator finds no error in what
// the server sent.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";

import { prepareHouses, statesOf, type Houses } from "./states.ts";
import { Buyer, DESK, launch, PHONE } from "./support.ts";

const run = promisify(execFile);
const packages = createRequire(import.meta.url);

let browser: Browser;
let folder: string;
let houses: Houses;
let axe: string;
/** What the server sent, by the name of the page. */
const sources = new Map<string, string>();

before(async () => {
  // First, and known as soon as it runs: left open, it would keep the run from ending should the rest fail.
  browser = await launch();
  folder = await mkdtemp(join(tmpdir(), "frontrow-pages."));
  houses = await prepareHouses();
  axe = await readFile(packages.resolve("axe-core/axe.min.js"), "utf8");
});

after(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

for (const device of [PHONE, DESK]) {
  test(`axe finds nothing on any page, light and dark, at ${device.name}`, async () => {
    const buyer = await Buyer.arrive(browser, device);
    const { page } = buyer;
    const findings: string[] = [];
    for (const state of await statesOf(buyer, houses)) {
      const address = await state.go(page);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await painted(page);
        findings.push(...(await findingsOn(page, `${state.name}, ${colorScheme}`)));
      }
      if (!sources.has(state.name)) {
        sources.set(state.name, await sourceOf(page, address));
      }
      await state.leave?.(page);
    }
    assert.deepEqual(findings, []);
    await buyer.leave();
  });
}

test("the Nu validator finds no error in any page", async () => {
  assert.ok(sources.size > 10, "the pages were visited before");
  const files = await Promise.all(
    [...sources].map(async ([name, source]) => {
      const file = join(folder, `${name}.html`);
      await writeFile(file, source);
      return file;
    }),
  );
  const jar = packages.resolve("vnu-jar/build/dist/vnu.jar");
  const options = ["-jar", jar, "--errors-only", "--stdout", "--exit-zero-always", ...files];
  const { stdout } = await run("java", options, { maxBuffer: 2 ** 24 });
  assert.equal(stdout.trim(), "");
});

/** What the server sent where a GET has it, else what is shown. */
async function sourceOf(page: Page, address: string | null): Promise<string> {
  if (address === null) {
    return page.content();
  }
  const answer = await page.context().request.get(address, { headers: { accept: "text/html" } });
  return answer.text();
}

/** Colours change with the next frame, not with the word. */
async function painted(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null)));
  });
}

async function findingsOn(page: Page, name: string): Promise<string[]> {
  // By the debugger, for the pages' own policy lets no script in.
  await page.evaluate(axe);
  const results = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
  assert.ok(results.passes.length > 10, `axe looked at ${name}`);
  return results.violations.map(({ id, help, nodes }) => `${name}: ${id}: ${help}: ${nodes.map((node) => node.html).join(" | ")}`);
}
