import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import { Patience } from "./patience.ts";

/** In small steps: a timer that is set by another one runs in a later step. */
function pass(context: TestContext, millis: number): void {
  for (let passed = 0; passed < millis; passed += 100) {
    context.mock.timers.tick(100);
  }
}

test("who never answers is given up after five seconds, once", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let lost = 0;
  const patience = new Patience(() => (lost += 1), () => true);
  patience.wait();
  pass(context, 4_500);
  // Asked again meanwhile: that does not make it begin anew.
  patience.wait();
  assert.equal(lost, 0);
  pass(context, 500);
  assert.equal(lost, 1);
  pass(context, 60_000);
  assert.equal(lost, 1);
});

test("an answer begins the time anew, and the last one ends it", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let lost = 0;
  const patience = new Patience(() => (lost += 1), () => true);
  patience.wait();
  pass(context, 4_500);
  patience.hear(false);
  pass(context, 4_500);
  assert.equal(lost, 0);
  patience.hear(true);
  pass(context, 60_000);
  assert.equal(lost, 0);
});

test("time in which the page is not seen does not count", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let [lost, isSeen] = [0, false];
  const patience = new Patience(() => (lost += 1), () => isSeen);
  patience.wait();
  pass(context, 60_000);
  assert.equal(lost, 0);
  isSeen = true;
  pass(context, 5_000);
  assert.equal(lost, 1);
});
