import assert from "node:assert/strict";
import { test } from "node:test";

import { elsewhereWords, untilWords } from "./words.ts";

const OPENS = new Date("2026-12-24T23:59:59.700Z");

test("whoever is in another time zone reads the beginning of the sale by their own clock", () => {
  assert.equal(elsewhereWords(OPENS, "Europe/Berlin", "America/New_York"), "Thu 24 December 2026, 19:00 EST");
});

test("whoever has the venue's clock reads it once", () => {
  assert.equal(elsewhereWords(OPENS, "Europe/Berlin", "Europe/Paris"), null);
});

test("the time until the sale is said in the two greatest units", () => {
  assert.deepEqual([93_600, 7_260, 65, 0].map(untilWords), ["1 d 2 h", "2 h 1 min", "1:05", "0:00"]);
});
