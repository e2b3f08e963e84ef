import assert from "node:assert/strict";
import { test } from "node:test";

import { isWithin, wishOf } from "./best.ts";
import type { House } from "./house.ts";

const house = { prices: [9_500, 5_500, 0].map((amount) => ({ amount, currency: "EUR" })) } as unknown as House;
const anything = { quantity: 2, section: "", cheapest: null, dearest: null, isAccessible: false };

test("a wish for the best says only what was chosen", () => {
  assert.deepEqual(wishOf(house, anything), { best: 2 });
  assert.deepEqual(wishOf(house, { ...anything, section: "stalls", isAccessible: true }), { best: 2, section: "stalls", accessible: true });
});

test("a price range is told in minor units, both ends included, free of charge too", () => {
  assert.deepEqual(wishOf(house, { ...anything, cheapest: 1, dearest: 0 }), { best: 2, minPrice: 5_500, maxPrice: 9_500 });
  assert.deepEqual(wishOf(house, { ...anything, dearest: 2 }), { best: 2, maxPrice: 0 });
});

test("a price is within the range from the cheapest to the dearest that was chosen", () => {
  const within = (range: { cheapest: number | null; dearest: number | null }): number[] => [0, 1, 2].filter((price) => isWithin(price, range));
  assert.deepEqual(within({ cheapest: null, dearest: null }), [0, 1, 2]);
  assert.deepEqual(within({ cheapest: 1, dearest: null }), [0, 1]);
  assert.deepEqual(within({ cheapest: null, dearest: 1 }), [1, 2]);
  assert.deepEqual(within({ cheapest: 1, dearest: 1 }), [1]);
});
