import assert from "node:assert/strict";
import { test } from "node:test";

import { countdown, isOpening, read, shown } from "./state.ts";

const WORDS = { on_sale: "On sale", few: "Few left", last: "Last #", sold_out: "Sold out" };

test("a badge speaks of the best of its sessions", () => {
  const says = (written: string) => shown(read(written).values(), WORDS, 0)?.text;
  assert.equal(says("a:nothing b:few"), "Few left");
  assert.equal(says("a:nothing b:last:2 c:last:7"), "Last 7");
  assert.equal(says("a:enough b:nothing"), "On sale");
  assert.equal(says("a:nothing"), "Sold out");
  assert.equal(says(""), undefined);
});

test("a session counts from the instant at which its sale begins", () => {
  const sessions = read("a:nothing b:few:0:100");
  const says = (now: number) => shown(sessions.values(), WORDS, now)?.text;
  assert.equal(says(99_999), "Sold out");
  assert.equal(says(100_000), "Few left");
  assert.equal(shown(read("b:few:0:100").values(), WORDS, 99_999), null);
  const isOne = (before: number, now: number) => isOpening(sessions.values(), before, now);
  assert.deepEqual([isOne(0, 99_999), isOne(99_999, 100_000), isOne(100_000, 200_000)], [false, true, false]);
});

test("what is no state is passed over", () => {
  assert.deepEqual([...read("a:odd b:last:3  ").keys()], ["b"]);
});

test("a countdown has days where it takes them and ends", () => {
  assert.equal(countdown(1, "# d"), "00:00:01");
  assert.equal(countdown(90_061_000, "# d"), "1 d 01:01:01");
  assert.equal(countdown(0, "# d"), null);
});
