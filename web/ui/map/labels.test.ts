import assert from "node:assert/strict";
import { test } from "node:test";

import { arena } from "../bench/plan.ts";
import { fit, toPage, type Size, type View } from "./camera.ts";
import { SeatGrid } from "./grid.ts";
import type { House } from "./house.ts";
import { Labels } from "./labels.ts";
import { LOOK, type Palette } from "./look.ts";
import type { Drawing } from "./manifest.ts";
import type { Scene } from "./scene.ts";
import { shapesOf } from "./shapes.ts";
import type { Surface } from "./surface.ts";
import { houseOf } from "./testing.ts";

const PRICES: Readonly<Record<string, number>> = { "Lower tier": 9_000, "Club tier": 12_000, "Upper tier": 4_500 };
const PALETTE = { font: "sans-serif", prices: ["#000"] } as unknown as Palette;
const WORDS = { prices: ["€120", "€90", "€45"], soldOut: "Sold out", stage: "Stage" };

function drawing(positionX: number, positionY: number): Drawing {
  return { positionX, positionY, rotation: 0, shape: "ellipse", sizeX: 20, sizeY: 20 };
}

/** Three rings of numbered blocks. */
function rings(): House {
  let index = 0;
  const sections = arena(20_000).map(({ name, tier, rows }) => ({
    sectionId: name,
    name,
    kind: "seated" as const,
    price: { amount: PRICES[tier] ?? 0, currency: "EUR" },
    seats: rows.flatMap(({ label, seats }) => seats.map(({ x, y, number }) => ({ index: index++, row: label, number, ...drawing(x, y) }))),
    ...drawing(0, 0),
  }));
  return houseOf(sections);
}

interface Text {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** What is written where all of the house is seen, in the order of writing. Letters are as wide as those of common fonts. */
function texts(house: House, size: Size, look: number): Text[] {
  const written: Text[] = [];
  const context = {
    font: "",
    measureText: (text: string) => ({ width: text.length * 0.63 * Number(/([\d.]+)px/.exec(context.font)?.[1]) }),
    fillText: (text: string, x: number, y: number) => written.push({ text, x, y, ...context.measureText(text) }),
    ...Object.fromEntries(["beginPath", "moveTo", "arcTo", "closePath", "fill", "stroke"].map((name) => [name, () => undefined])),
  };
  const scene: Scene = { looks: new Uint8Array(house.seatCount).fill(look), standingFree: new Map(), standingOwn: new Map(), filter: null, level: 0 };
  const labels = new Labels(house, shapesOf(house), new SeatGrid(house), PALETTE, WORDS);
  labels.sections(context as unknown as Surface, scene, { view: viewOf(house, size), size, ratio: 1 });
  return written;
}

function viewOf(house: House, size: Size): View {
  assert.ok(house.bounds !== null);
  return fit(house.bounds, size);
}

function written(house: House, size: Size, look: number): string[] {
  return texts(house, size, look).map(({ text }) => text);
}

test("from afar on a desk every block has its number and its price", () => {
  const house = rings();
  const texts = written(house, { width: 822, height: 553 }, LOOK.free);
  assert.equal(texts.filter((text) => /^\d{3}$/.test(text)).length, house.sections.length);
  assert.equal(texts.filter((text) => /^€\d+$/.test(text)).length, house.sections.length);
});

test("from afar on a phone every block has its number once, most have their price, and each price is there", () => {
  const house = rings();
  const texts = written(house, { width: 356, height: 472 }, LOOK.free);
  const numbers = texts.filter((text) => /^\d{3}$/.test(text));
  assert.deepEqual([...numbers].sort(), house.sections.map(({ name }) => name.replace(/\D/g, "")).sort());
  const prices = texts.filter((text) => /^€(45|90|120)$/.test(text));
  assert.equal(numbers.length + prices.length, texts.length);
  assert.ok(prices.length > numbers.length / 2, `${prices.length} of ${numbers.length} have their price`);
  assert.equal(new Set(prices).size, 3);
});

test("a price lies on no other block's seats", () => {
  const house = rings();
  const size = { width: 356, height: 472 };
  const view = viewOf(house, size);
  const seats = Array.from({ length: house.seatCount }, (_, seat) => ({
    name: house.sections[house.section[seat] ?? 0]?.name ?? "",
    ...toPage(view, size, { x: house.x[seat] ?? 0, y: house.y[seat] ?? 0 }),
  }));
  let number = "";
  for (const { text, x, y, width } of texts(house, size, LOOK.free)) {
    // A block's price is written right after its number.
    number = /^\d/.test(text) ? text : number;
    if (text !== number) {
      const below = seats.filter((seat) => Math.abs(seat.x - x) < width / 2 - 0.5 && Math.abs(seat.y - y) < 2);
      assert.deepEqual([...new Set(below.map(({ name }) => name))].filter((name) => !name.endsWith(number)), [], `${number} ${text}`);
    }
  }
});

test("a block in which nothing is left has its number alone", () => {
  const texts = written(rings(), { width: 822, height: 553 }, LOOK.sold);
  assert.ok(texts.length > 50 && texts.every((text) => /^\d{3}$/.test(text)), texts.join());
});

test("on a phone on its side nearly every block has its number, in the smallest type that is read", () => {
  const house = rings();
  const texts = written(house, { width: 380, height: 216 }, LOOK.free);
  const numbers = new Set(texts.filter((text) => /^\d{3}$/.test(text)));
  assert.ok(numbers.size >= house.sections.length * 0.85, `${numbers.size} of ${house.sections.length}`);
});

test("a narrow place to stand has its name between rows that have theirs", () => {
  const row = (name: string, first: number, y: number) => ({
    sectionId: name,
    name,
    kind: "seated" as const,
    price: { amount: 9_000, currency: "EUR" },
    seats: Array.from({ length: 40 }, (_, seat) => ({ index: first + seat, row: "1", number: String(seat + 1), ...drawing(seat * 25, y) })),
    ...drawing(0, 0),
  });
  const standing = { sectionId: "p", name: "Parterre", kind: "standing" as const, capacity: 90, price: { amount: 4_500, currency: "EUR" } };
  const built = houseOf([row("Stalls", 0, 0), { ...standing, ...drawing(490, 50), shape: "rectangle", sizeX: 500, sizeY: 24 }, row("Circle", 40, 100)]);
  const texts = written(built, { width: 400, height: 300 }, LOOK.free);
  assert.ok(texts.includes("Parterre") && texts.includes("Stalls") && texts.includes("Circle"), texts.join());
});
