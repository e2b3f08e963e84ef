import assert from "node:assert/strict";
import { test } from "node:test";

import { simplified } from "./simplified.ts";

test("a straight row is a line between its ends", () => {
  const row = Float32Array.from(Array.from({ length: 20 }, (_, seat) => [seat * 25, seat * 10]).flat());
  assert.deepEqual([...simplified(row, 1)], [0, 0, 475, 190]);
});

test("a bent row keeps what it needs to stay where its seats are", () => {
  const seats = Array.from({ length: 40 }, (_, seat) => ({ x: 600 * Math.cos(seat / 25), y: 600 * Math.sin(seat / 25) }));
  const line = simplified(Float32Array.from(seats.flatMap(({ x, y }) => [x, y])), 2);
  assert.ok(line.length / 2 < 14 && line.length / 2 > 4, `${line.length / 2} points`);
  for (const { x, y } of seats) {
    assert.ok(distanceTo(line, x, y) < 2.001);
  }
});

test("a table's round is not made shorter than it is", () => {
  const round = Float32Array.of(0, 0, 30, 0, 60, 0, 30, 0.5);
  assert.deepEqual([...simplified(round, 1)], [0, 0, 60, 0, 30, 0.5]);
  assert.deepEqual([...simplified(Float32Array.of(5, 6), 1)], [5, 6], "a seat alone stays one");
});

function distanceTo(line: Float32Array, x: number, y: number): number {
  let least = Infinity;
  for (let point = 0; point < line.length - 2; point += 2) {
    const [fromX = 0, fromY = 0, toX = 0, toY = 0] = line.subarray(point, point + 4);
    const [across, down] = [toX - fromX, toY - fromY];
    const along = Math.min(1, Math.max(0, ((x - fromX) * across + (y - fromY) * down) / (across ** 2 + down ** 2)));
    least = Math.min(least, Math.hypot(fromX + along * across - x, fromY + along * down - y));
  }
  return least;
}
