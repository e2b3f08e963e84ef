import assert from "node:assert/strict";
import { test } from "node:test";

import { forget, keep, kept, type Keeper } from "./draft.ts";

function storage(): Keeper & { text: Map<string, string> } {
  const text = new Map<string, string>();
  return {
    text,
    getItem: (key) => text.get(key) ?? null,
    setItem: (key, value) => void text.set(key, value),
    removeItem: (key) => void text.delete(key),
  };
}

test("what was typed is kept for two hours and then forgotten", () => {
  const place = storage();
  keep(place, { name: "Ada" }, 1000);
  assert.deepEqual(kept(place, 2000), { name: "Ada" });
  assert.equal(kept(place, 1000 + 2 * 3_600_000), null);
  assert.equal(place.text.size, 0);
});

test("what cannot be read is forgotten", () => {
  for (const text of ["{", "null", "[]", '{"at": "x", "typed": {}}', '{"at": 1000, "typed": null}']) {
    const place = storage();
    place.setItem("frontrow:details", text);
    assert.equal(kept(place, 2000), null, text);
  }
});

test("a browser that forbids storage breaks nothing", () => {
  const forbid = (): never => {
    throw new Error("forbidden");
  };
  const place: Keeper = { getItem: forbid, setItem: forbid, removeItem: forbid };
  keep(place, { name: "Ada" }, 0);
  assert.equal(kept(place, 0), null);
  forget(place);
});
