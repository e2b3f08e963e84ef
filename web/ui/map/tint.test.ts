import assert from "node:assert/strict";
import { test } from "node:test";

import { tint } from "./tint.ts";

test("half of white on black is grey, all of it white, none of it black", () => {
  assert.equal(tint("#ffffff", "#000000", 0.5), "#808080");
  assert.equal(tint("#ffffff", "#000000", 1), "#ffffff");
  assert.equal(tint("#ffffff", "#000000", 0), "#000000");
  assert.equal(tint("#0a4000", "#0000c8", 0.25), "#031096");
});

test("what shines through is not mixed", () => {
  assert.equal(tint("rgba(0, 0, 0, 0.5)", "#000000", 0.5), null);
});
