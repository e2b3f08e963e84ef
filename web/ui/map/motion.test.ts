import assert from "node:assert/strict";
import { test } from "node:test";

import { fit, limitsOf } from "./camera.ts";
import { Motion } from "./motion.ts";

const BOUNDS = { left: 0, top: 0, right: 1_000, bottom: 1_000 };
const SIZE = { width: 500, height: 500 };
const LIMITS = limitsOf(BOUNDS, 25, SIZE);

test("a flight ends where it was to end, and then nothing moves", () => {
  const motion = new Motion();
  const [from, to] = [fit(BOUNDS, SIZE), { x: 400, y: 300, scale: 2 }];
  motion.fly(from, to, 1_000);
  assert.deepEqual(motion.target, to);
  const midway = motion.advance(from, 1_160, 16, LIMITS, SIZE);
  assert.ok(midway.scale > from.scale && midway.scale < to.scale, `${midway.scale}`);
  assert.ok(motion.isMoving);
  assert.deepEqual(motion.advance(midway, 1_400, 16, LIMITS, SIZE), to);
  assert.equal(motion.isMoving, false);
  assert.deepEqual(motion.advance(to, 1_416, 16, LIMITS, SIZE), to);
});

test("what was thrown glides to a standstill, and a finger stops it at once", () => {
  const motion = new Motion();
  let view = { x: 500, y: 500, scale: 4 };
  motion.glideOn({ x: -0.8, y: 0 });
  view = motion.advance(view, 0, 16, LIMITS, SIZE);
  assert.ok(view.x > 500, "the plan follows the finger");
  for (let frame = 0; motion.isMoving; frame += 1) {
    assert.ok(frame < 200, "it comes to rest");
    view = motion.advance(view, 0, 16, LIMITS, SIZE);
  }
  motion.glideOn({ x: -0.8, y: 0 });
  motion.stop();
  assert.deepEqual(motion.advance(view, 0, 16, LIMITS, SIZE), view);
});
