import assert from "node:assert/strict";
import { test } from "node:test";

import { countdown, read, shown } from "./state.ts";

const WORDS = { on_sale: "On sale", few: "Few left", last: "Last #", sold_out: "Sold out" };

test("a badge speaks of the best of its sessions", () => {
  const says = (written: string) => shown(read(written).values(), WORDS)?.text;
  assert.equal(says("a:nothing b:few"), "Few left");
  assert.equal(says("a:nothing b:last:2 c:last:7"), "Last 7");
  assert.equal(says("a:enough b:nothing"), "On sale");
  assert.equal(says("a:nothing"), "Sold out");
  assert.equal(says(""), undefined);
});

test("what is no state is passed over", () => {
  assert.deepEqual([...read("a:odd b:last:3  ").keys()], ["b"]);
});

test("a countdown has days where it takes them and ends", () => {
  assert.equal(countdown(1, "# d"), "00:00:01");
  assert.equal(countdown(90_061_000, "# d"), "1 d 01:01:01");
  assert.equal(countdown(0, "# d"), null);
});
