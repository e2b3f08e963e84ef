// Who judges every page: axe, for those who hear it or see it otherwise, and the Nu validator, for its source.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";

const run = promisify(execFile);
const packages = createRequire(import.meta.url);

/** What is fine is not told node by node, no rule needs the style sheets fetched again, and others' frames are theirs to judge. */
const BRIEFLY: RunOptions = { resultTypes: ["violations"], preload: false, iframes: false };

export class Judges {
  private constructor(private readonly axe: string) {}

  static async prepare(): Promise<Judges> {
    return new Judges(await readFile(packages.resolve("axe-core/axe.min.js"), "utf8"));
  }

  /** What axe finds on the page as it is, light and dark. In the dark nothing but the colours is another, so only they are judged again. */
  async findings(page: Page, name: string): Promise<string[]> {
    // By the debugger, for the pages' own policy lets no script in.
    await page.evaluate(this.axe);
    const light = await this.findingsIn(page, "light", name, {}, 10);
    const colours: RunOptions = { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } };
    const dark = await this.findingsIn(page, "dark", name, colours, 0);
    return [...light, ...dark];
  }

  private async findingsIn(page: Page, colorScheme: "light" | "dark", name: string, rules: RunOptions, passesAbove: number): Promise<string[]> {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await painted(page);
    const results = await page.evaluate(
      (options) => (window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(options),
      { ...BRIEFLY, ...rules },
    );
    assert.ok(results.passes.length > passesAbove, `axe looked at ${name}, ${colorScheme}`);
    return results.violations.map(({ id, help, nodes }) => `${name}, ${colorScheme}: ${id}: ${help}: ${nodes.map((node) => node.html).join(" | ")}`);
  }
}

/** By how many pixels a page is wider than its window, as it is and where it is read from right to left. */
export async function tooWide(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { documentElement: root } = document;
    const over = () => root.scrollWidth - innerWidth;
    const [dir, asIs] = [root.dir, over()];
    root.dir = "rtl";
    const turned = over();
    root.dir = dir;
    return Math.max(asIs, turned);
  });
}

/** What the Nu validator calls an error in pages, given by their names; nothing where there is none. */
export async function errorsIn(sources: ReadonlyMap<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "frontrow-sources."));
  try {
    const files = await Promise.all(
      [...sources].map(async ([name, source]) => {
        const file = join(folder, `${name}.html`);
        await writeFile(file, source);
        return file;
      }),
    );
    const jar = packages.resolve("vnu-jar/build/dist/vnu.jar");
    // It runs for seconds only: what the quick compiler makes is enough, and the thorough one would take the other core.
    const options = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss4m", "-jar", jar, "--errors-only", "--stdout", "--exit-zero-always", ...files];
    const { stdout } = await run("java", options, { maxBuffer: 2 ** 24 });
    return stdout.trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the server sent where a GET has it, else what is shown. */
export async function sourceOf(page: Page, address: string | null): Promise<string> {
  if (address === null) {
    return page.content();
  }
  const answer = await page.context().request.get(address, { headers: { accept: "text/html" } });
  return answer.text();
}

/** Colours change with the next frame, not with the word, and some of them slowly. */
async function painted(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null)));
    await frame();
  });
}
