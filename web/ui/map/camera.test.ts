import assert from "node:assert/strict";
import { test } from "node:test";

import { between, clamp, fit, glide, limitsOf, panBy, reproject, seen, toPage, toPlan, zoomAt, type View } from "./camera.ts";

const BOUNDS = { left: 0, top: 0, right: 2_000, bottom: 1_000 };
const SIZE = { width: 800, height: 600 };
const VIEW: View = { x: 500, y: 400, scale: 2 };

function close(one: number, other: number, words = ""): void {
  assert.ok(Math.abs(one - other) < 1e-6, `${one} is not ${other} ${words}`);
}

test("fit shows all of it, in the middle, with air", () => {
  const view = fit(BOUNDS, SIZE);
  const area = seen(view, SIZE);
  assert.ok(area.left < 0 && area.right > 2_000 && area.top < 0 && area.bottom > 1_000);
  close(view.x, 1_000);
  close(view.scale * 2_000, 768);
});

test("plan to page and back is the same point", () => {
  const point = toPlan(VIEW, SIZE, toPage(VIEW, SIZE, { x: 123, y: 456 }));
  close(point.x, 123);
  close(point.y, 456);
});

test("zooming keeps the point under the finger", () => {
  const anchor = { x: 100, y: 500 };
  const before = toPlan(VIEW, SIZE, anchor);
  const after = toPlan(zoomAt(VIEW, SIZE, anchor, 5), SIZE, anchor);
  close(before.x, after.x);
  close(before.y, after.y);
});

test("dragging moves the plan with the finger", () => {
  const before = toPage(VIEW, SIZE, { x: 500, y: 400 });
  const after = toPage(panBy(VIEW, 30, -20), SIZE, { x: 500, y: 400 });
  close(after.x - before.x, 30);
  close(after.y - before.y, -20);
});

test("the house cannot be dragged away or zoomed to nothing", () => {
  const limits = limitsOf(BOUNDS, 25, SIZE);
  const far = clamp({ x: 1e6, y: -1e6, scale: 1e6 }, limits, SIZE);
  const area = seen(far, SIZE);
  assert.ok(area.left < BOUNDS.right && area.bottom > BOUNDS.top, "some of it is still seen");
  close(far.scale, limits.scaleMax);
  const small = clamp({ x: 0, y: 0, scale: 1e-9 }, limits, SIZE);
  close(small.scale, limits.scaleMin);
  close(small.x, 1_000, "all of it is in the middle");
});

test("a flight begins and ends where it should, and shares its fixed point", () => {
  const to = zoomAt(VIEW, SIZE, { x: 700, y: 100 }, 8);
  const [start, end, midway] = [between(VIEW, to, 0), between(VIEW, to, 1), between(VIEW, to, 0.4)];
  close(start.x, VIEW.x);
  close(end.x, to.x);
  close(end.scale, 8);
  const fixed = toPlan(VIEW, SIZE, { x: 700, y: 100 });
  const there = toPage(midway, SIZE, fixed);
  close(there.x, 700);
  close(there.y, 100);
});

test("a let-go map glides on and comes to a stop", () => {
  let [way, speed, rounds] = [0, { x: 2, y: 0 } as { x: number; y: number } | null, 0];
  while (speed !== null) {
    const step = glide(speed, 16);
    [way, speed, rounds] = [way + step.deltaX, step.speed, rounds + 1];
  }
  assert.ok(way > 400 && way < 560, `${way}`);
  assert.ok(rounds < 100);
});

test("a bitmap of one view is put where another view has it", () => {
  const painted = { width: 1_200, height: 900 };
  const view = zoomAt(panBy(VIEW, 40, 10), SIZE, { x: 10, y: 10 }, 3);
  const { scale, x, y } = reproject(VIEW, painted, view, SIZE);
  const onBitmap = toPage(VIEW, painted, { x: 640, y: 222 });
  const onPage = toPage(view, SIZE, { x: 640, y: 222 });
  close(onBitmap.x * scale + x, onPage.x);
  close(onBitmap.y * scale + y, onPage.y);
});
