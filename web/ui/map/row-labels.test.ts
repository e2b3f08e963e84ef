import assert from "node:assert/strict";
import { test } from "node:test";

import { SeatGrid } from "./grid.ts";
import type { House } from "./house.ts";
import type { Drawing } from "./manifest.ts";
import { holdsName } from "./outlines.ts";
import { rowLabelsOf, writings, type RowLabel } from "./row-labels.ts";
import { shapesOf } from "./shapes.ts";
import { houseOf } from "./testing.ts";

type Seat = readonly [row: string, x: number, y: number];

function drawing(positionX: number, positionY: number): Drawing {
  return { positionX, positionY, rotation: 0, shape: "ellipse", sizeX: 20, sizeY: 20 };
}

function house(...sections: readonly (readonly Seat[])[]): House {
  let index = 0;
  return houseOf(
    sections.map((seats, section) => ({
      sectionId: `s${section}`,
      name: `S${section}`,
      kind: "seated" as const,
      price: { amount: 1_000, currency: "EUR" },
      seats: seats.map(([row, x, y]) => ({ index: index++, row, number: String(index), ...drawing(x, y) })),
      ...drawing(0, 0),
    })),
  );
}

/** Seats of a row, 30 apart. */
function row(label: string, from: number, count: number, y = 0): Seat[] {
  return Array.from({ length: count }, (_, seat) => [label, from + seat * 30, y] as const);
}

/** Four around a table. */
function table(label: string, x: number, y: number): Seat[] {
  return [[label, x - 21, y], [label, x, y - 21], [label, x, y + 21], [label, x + 21, y]];
}

function labels(it: House): RowLabel[] {
  return rowLabelsOf(it, shapesOf(it), new SeatGrid(it))[0] ?? [];
}

test("a row is named at both ends, and once at an aisle, in its middle", () => {
  const it = labels(house([...row("12", 0, 6), ...row("12", 210, 6)]));
  assert.deepEqual(it.map(({ x }) => x).sort((one, other) => one - other), [-27, 180, 387]);
  assert.ok((it.find(({ x }) => x === 180)?.room ?? 0) >= 30, "with room between the seats");
});

test("where the same row of two sections meets at an aisle it is named once", () => {
  assert.equal(labels(house(row("12", 0, 6), row("12", 205, 6))).length, 3);
});

test("two rows keep their names apart", () => {
  assert.equal(labels(house([...row("A", 0, 6), ...row("B", 0, 6, 30)])).length, 4);
});

test("a table is named once, in its middle", () => {
  const it = labels(house([...table("Table 1", 100, 100), ...table("Table 2", 200, 100), ...table("Table 3", 300, 100)]));
  assert.deepEqual(it.map(({ x, y }) => [Math.round(x), Math.round(y)]), [[100, 100], [200, 100], [300, 100]]);
});

test("a box of four that stand close is named once, before its first seat", () => {
  const box: Seat[] = [["Box 3", 0, 0], ["Box 3", 26, 0], ["Box 3", 0, 26], ["Box 3", 26, 26]];
  const it = labels(house(box, row("A", 300, 6), row("A", 300, 6, 100)));
  assert.deepEqual(it.slice(0, 1).map(({ x, y, room }) => [x < 0, y, room]), [[true, 0, null]]);
  assert.equal(it.length, 5);
});

test("a short straight row is no table", () => {
  assert.deepEqual(labels(house([...row("A", 0, 3), ...row("B", 0, 6, 40)])).slice(0, 2).map(({ x }) => x), [-27, 87]);
});

test("where a table's name has no room, its number may stand", () => {
  assert.deepEqual(writings("Table 12"), ["Table 12", "12"]);
  assert.deepEqual(writings("A (block 2)"), ["A"]);
  assert.deepEqual(writings("7"), ["7"]);
});

test("a name stands only in an outline that is large enough for it, but the stage's anyhow", () => {
  const area = { label: "Bar", labelX: 0, labelY: 0, figure: { ...drawing(0, 0), shape: "rectangle" as const, sizeX: 420, sizeY: 50 }, polygon: null };
  const far = { areas: [area], focusX: 5_000, focusY: 5_000 };
  assert.ok(holdsName(area, far, 40, 90));
  assert.ok(!holdsName(area, far, 45, 90), "too high");
  assert.ok(!holdsName(area, far, 40, 430), "too wide");
  assert.ok(holdsName(area, { ...far, focusX: 0, focusY: 0 }, 45, 90), "the stage");
});
