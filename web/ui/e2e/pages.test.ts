// Every state of every page, light and dark: axe finds nothing, and the Nu validator finds no error in what
// the server sent.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser } from "playwright-core";

import { prepareHouses, type Houses } from "./houses.ts";
import { errorsIn, Judges, sourceOf, tooWide } from "./judges.ts";
import { sessionStates } from "./session-states.ts";
import { statesOf } from "./states.ts";
import { Buyer, DESK, launch, PHONE } from "./support.ts";

let browser: Browser;
let houses: Houses;
let judges: Judges;
/** What the server sent, by the name of the page. */
const sources = new Map<string, string>();

before(async () => {
  // First, and known as soon as it runs: left open, it would keep the run from ending should the rest fail.
  browser = await launch();
  houses = await prepareHouses();
  judges = await Judges.prepare();
});

after(async () => {
  await browser.close();
});

for (const device of [PHONE, DESK]) {
  test(`axe finds nothing on any page, light and dark, and none is too wide, at ${device.name}`, async () => {
    const buyer = await Buyer.arrive(browser, device);
    const { page } = buyer;
    const findings: string[] = [];
    for (const state of [...(await statesOf(buyer, houses)), ...(await sessionStates(houses))]) {
      const address = await state.go(page);
      findings.push(...(await judges.findings(page, state.name)));
      const over = await tooWide(page);
      if (over > 0) {
        findings.push(`${state.name} is ${over} px too wide`);
      }
      if (!sources.has(state.name)) {
        sources.set(state.name, await sourceOf(page, address));
      }
      if (state.leave === undefined) {
        findings.push(...buyer.complaints.splice(0).map((complaint) => `${state.name}: ${complaint}`));
      } else {
        // What was taken away on purpose is missed, and made good.
        await state.leave(page);
        buyer.complaints.length = 0;
      }
    }
    assert.deepEqual(findings, []);
    await buyer.leave();
  });
}

test("the Nu validator finds no error in any page", async () => {
  for (const name of ["session", "session-taken", "session-lost-race", "session-offline", "confirmation"]) {
    assert.ok(sources.has(name), `${name} was visited before`);
  }
  assert.equal(await errorsIn(sources), "");
});
