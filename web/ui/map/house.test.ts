import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { SeatGrid } from "./grid.ts";
import { isDrawn, numberOf, rowLabel, type House } from "./house.ts";
import type { Drawing } from "./manifest.ts";
import { shapesOf } from "./shapes.ts";
import { houseOf, type PlainSeat, type PlainSection } from "./testing.ts";
import { placesName, seatWords } from "./words.ts";
import { say } from "../words/index.ts";
import { speakAs } from "../words/testing.ts";

beforeEach(() => speakAs("en"));

function drawing(x: number, y: number, sizeX = 20, sizeY = 20): Drawing {
  return { positionX: x, positionY: y, rotation: 0, shape: "ellipse", sizeX, sizeY };
}

/** Rows of so many seats, 25 apart and 40 deep, with an aisle of 60 after the fifth. */
function block(name: string, first: number, x: number, y: number, rows = 4, seats = 10, amount = 5_000): PlainSection {
  const all: PlainSeat[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let seat = 0; seat < seats; seat += 1) {
      const place = drawing(x + seat * 25 + (seat >= 5 ? 35 : 0), y + row * 40);
      all.push({ index: first + all.length, row: String(row + 1), number: String(seat + 1), ...place });
    }
  }
  return {
    sectionId: name,
    name,
    kind: "seated",
    price: { amount, currency: "EUR" },
    seats: all,
    ...drawing(x + 130, y + 60, 280, 140),
  };
}

function standing(name: string, x: number, y: number): PlainSection {
  const price = { amount: 1_500, currency: "EUR" };
  return { sectionId: name, name, kind: "standing", price, capacity: 300, ...drawing(x, y, 400, 100) };
}

function house(...sections: PlainSection[]): House {
  return houseOf(sections);
}

test("seats keep their index, place, row and number", () => {
  const built = house(block("A", 0, 0, 0), standing("Floor", 0, 500), block("B", 40, 1_000, 0, 2, 10, 9_000));
  assert.equal(built.seatCount, 60);
  assert.deepEqual([built.x[11], built.y[11], rowLabel(built, 11), numberOf(built, 11)], [25, 40, "2", "2"]);
  assert.deepEqual([built.section[41], built.sections[2]?.first, built.sections[2]?.rowCount], [2, 40, 2]);
  assert.equal(built.pitch, 25);
  assert.deepEqual(built.prices.map(({ amount }) => amount), [9_000, 5_000, 1_500], "the dearest first");
  assert.equal(built.sections[1]?.capacity, 300);
});

test("the grid finds what a search through all seats finds", () => {
  const built = house(block("A", 0, 0, 0, 20, 40), block("B", 800, -3_000, 700, 10, 30));
  const grid = new SeatGrid(built);
  let seed = 7;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  for (let round = 0; round < 300; round += 1) {
    const [x, y, reach] = [random() * 5_000 - 3_500, random() * 1_600 - 200, random() * 120];
    let [best, bestDistance] = [-1, reach];
    for (let seat = 0; seat < built.seatCount; seat += 1) {
      const distance = Math.hypot((built.x[seat] ?? 0) - x, (built.y[seat] ?? 0) - y);
      if (distance < bestDistance) {
        [best, bestDistance] = [seat, distance];
      }
    }
    const found = grid.nearest(x, y, reach);
    const distance = found < 0 ? reach : Math.hypot((built.x[found] ?? 0) - x, (built.y[found] ?? 0) - y);
    assert.ok(found === best || Math.abs(distance - bestDistance) < 1e-3, `${found} is not ${best}`);
  }
  const seen = new Set<number>();
  grid.visit({ left: -1e9, right: 1e9, top: -1e9, bottom: 1e9 }, (seat) => seen.add(seat));
  assert.equal(seen.size, built.seatCount, "every seat is in one cell");
});

test("sections drawn over others are on a floor of their own, and zones stay together", () => {
  const built = house(
    block("Ground, Category I", 0, 0, 0),
    block("Ground, Category II", 40, 1_000, 0),
    block("First, Category I", 80, 2, 2),
    block("First, Category II", 120, 3_000, 0),
  );
  assert.deepEqual(built.levels, ["Ground", "First"]);
  assert.deepEqual(built.sections.map(({ level }) => level), [0, 0, 1, 1]);
  assert.deepEqual(house(block("A", 0, 0, 0), block("B", 40, 1_000, 0)).levels, [""], "one floor has no name");
  const over = house(block("Stalls", 0, 0, 0), block("Circle", 40, 2, 2), block("Boxes", 80, 1_002, 2), block("Pit", 120, 1_000, 0));
  assert.deepEqual(over.levels, ["", ""], "a floor of several zones has none of their names");
  speakAs("de");
  assert.equal(say("map-level", { number: 2 }), "Ebene 2");
  speakAs("en");
});

test("a house whose seats have no places of their own is not drawn", () => {
  const flat = block("A", 0, 0, 0);
  const piled = { ...flat, seats: flat.seats?.map((seat) => ({ ...seat, ...drawing(0, 0, 0, 0) })) ?? [] };
  assert.equal(isDrawn(house({ ...piled, ...drawing(0, 0, 0, 0) })), false);
  assert.equal(isDrawn(house({ ...standing("Floor", 0, 0), ...drawing(0, 0, 0, 0) })), false, "cards alone");
  assert.equal(isDrawn(house(standing("Floor", 0, 0))), true);
});

test("a manifest without any section is a house without anything", () => {
  assert.equal(house().seatCount, 0);
  assert.equal(isDrawn(house()), false);
});

test("a row is a line that breaks at its aisle, and rows know how far apart they are", () => {
  const shapes = shapesOf(house(block("A", 0, 0, 0)));
  assert.deepEqual(shapes.lines[0]?.map(({ points }) => points.length / 2), [5, 5, 5, 5, 5, 5, 5, 5]);
  assert.equal(shapes.rowPitch, 40);
  assert.deepEqual(shapes.anchors.map(({ section }) => section), [0], "one block has one name");
});

test("a section in two places is named at both", () => {
  const left = block("A", 0, 0, 0);
  const right = block("A", 40, 2_000, 0);
  const both = { ...left, seats: [...(left.seats ?? []), ...(right.seats ?? [])] };
  assert.equal(shapesOf(house(both)).anchors.length, 2);
});

test("many places are said by section and row, neighbours as a run", () => {
  const boxes = block("Boxes", 40, 1_000, 0, 1);
  const named = { ...boxes, seats: (boxes.seats ?? []).map((seat) => ({ ...seat, row: "Box 1" })) };
  const it = house(block("Stalls", 0, 0, 0), named);
  assert.equal(placesName(it, [0]), "Stalls, row 1, seat 1");
  assert.equal(placesName(it, [1, 0]), "Stalls, row 1, seats 1 and 2");
  assert.equal(placesName(it, [0, 1, 2, 3, 5, 14, 15, 16]), "Stalls, row 1, seats 1–4 and 6, row 2, seats 5–7");
  assert.equal(placesName(it, [3, 41, 42]), "Stalls, row 1, seat 4; Boxes, Box 1, seats 2 and 3");
  assert.equal(seatWords(it, 41, 0), "Box 1, seat 2, €50, free");
  speakAs("de");
  assert.equal(placesName(it, [3, 41]), "Stalls, Reihe 1, Platz 4; Boxes, Box 1, Platz 2");
});
