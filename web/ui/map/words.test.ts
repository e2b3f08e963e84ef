import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { speakAs } from "../words/testing.ts";
import { elsewhereWords, inWords, priceText, untilWords } from "./words.ts";

beforeEach(() => speakAs("en"));

const OPENS = new Date("2026-12-24T23:59:59.700Z");

test("whoever is in another time zone reads the beginning of the sale by their own clock", () => {
  assert.equal(elsewhereWords(OPENS, "Europe/Berlin", "America/New_York"), "Thu 24 December 2026, 19:00 EST");
});

test("days and months of one digit are written as such", () => {
  const soon = new Date("2027-01-05T12:00:00Z");
  assert.equal(elsewhereWords(soon, "Asia/Tokyo", "Europe/London"), "Tue 5 January 2027, 12:00 GMT");
});

test("whoever has the venue's clock reads it once", () => {
  assert.equal(elsewhereWords(OPENS, "Europe/Berlin", "Europe/Paris"), null);
});

test("the time until the sale is said in the two greatest units", () => {
  assert.deepEqual([93_600, 7_260, 65, 0].map(untilWords), ["1 d 2 h", "2 h 1 min", "1:05", "0:00"]);
});

test("a German reads the same in German", () => {
  speakAs("de");
  assert.equal(elsewhereWords(OPENS, "Europe/Berlin", "America/New_York"), "Do., 24. Dezember 2026, 19:00\u00a0Uhr EST");
  assert.equal(untilWords(93_600), "1 T. 2 Std.");
  assert.equal(inWords(["1", "2", "3"]), "1, 2 und 3");
});

test("a price has no decimals that say nothing, and none is free", () => {
  const prices = [8_000, 8_050, 0].map((amount) => priceText({ amount, currency: "EUR" }));
  assert.deepEqual(prices, ["€80", "€80.50", "Free"]);
  speakAs("de");
  assert.equal(priceText({ amount: 123_400, currency: "EUR" }), "1.234\u00a0€");
});
