import assert from "node:assert/strict";
import { test } from "node:test";

import { panBy, type View } from "./camera.ts";
import { Wanted } from "./wanted.ts";

const WINDOW = { size: { width: 400, height: 300 }, density: 2 };
const VIEW: View = { x: 0, y: 0, scale: 1 };

/** With a picture of the view on the canvas. */
function shown(): Wanted {
  const wanted = new Wanted();
  const frame = wanted.ask(VIEW, WINDOW, 0);
  assert.ok(frame !== null && wanted.isWaiting);
  wanted.note(frame);
  return wanted;
}

test("a picture reaches beyond the window, is asked for once, and is sharp where it was painted for", () => {
  const wanted = new Wanted();
  const frame = wanted.ask(VIEW, WINDOW, 0);
  assert.deepEqual(frame?.size, { width: 560, height: 420 });
  assert.equal(frame.ratio, 2);
  assert.equal(wanted.ask(VIEW, WINDOW, 10), null, "the same is not asked for twice");
  assert.equal(wanted.isSharp(VIEW, WINDOW), false, "it is not there yet");
  wanted.note(frame);
  assert.ok(wanted.isSharp(VIEW, WINDOW) && !wanted.isWaiting);
  assert.ok(wanted.isSharp(panBy(VIEW, 60, 40), WINDOW), "a little aside it reaches, too");
  assert.equal(wanted.isSharp({ ...VIEW, scale: 1.1 }, WINDOW), false);
});

test("while it moves a new picture is due only where the old one is too coarse or ends, and not too often", () => {
  const wanted = shown();
  assert.equal(wanted.isDue({ ...VIEW, scale: 1.5 }, WINDOW, 1_000), false, "still sharp enough");
  assert.ok(wanted.isDue({ ...VIEW, scale: 2 }, WINDOW, 1_000));
  assert.ok(wanted.isDue(panBy(VIEW, 100, 0), WINDOW, 1_000), "it ends within the window");
  assert.equal(wanted.isDue({ ...VIEW, scale: 2 }, WINDOW, 300), false, "one was asked for just now");
  assert.ok(wanted.isDue(VIEW, { ...WINDOW, density: 1 }, 1_000), "the screen is another");
  wanted.ask({ ...VIEW, scale: 2 }, WINDOW, 1_000);
  assert.equal(wanted.isDue({ ...VIEW, scale: 3 }, WINDOW, 2_000), false, "one is still being painted");
});

test("what was lost is not taken for shown", () => {
  const wanted = shown();
  wanted.forget();
  assert.equal(wanted.isSharp(VIEW, WINDOW), false);
  assert.ok(wanted.ask(VIEW, WINDOW, 10) !== null, "it is asked for anew");
});
