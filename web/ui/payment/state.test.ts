import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { speakAs } from "../words/testing.ts";
import { initial, reduce, type Event, type State } from "./state.ts";

beforeEach(() => speakAs("en"));

function after(...events: Event[]): State {
  return events.reduce(reduce, initial);
}

const READY: Event = { kind: "ready" };
const PRESSED: Event = { kind: "pressed" };

test("nothing is paid before the form is there, and once at a time", () => {
  assert.equal(after(PRESSED).stage, "loading");
  assert.equal(after(READY, PRESSED).stage, "paying");
  assert.deepEqual(after(READY, PRESSED, PRESSED), after(READY, PRESSED));
});

test("a wrong field is put right in the form", () => {
  const error = { type: "validation_error", message: "Your card number is incomplete." };
  const state = after(READY, PRESSED, { kind: "answered", error });
  assert.deepEqual(state, { stage: "ready", words: "Your card number is incomplete." });
});

test("a decline and a payment both lead to the page that asks the provider", () => {
  for (const error of [null, { type: "card_error", message: "Your card was declined." }]) {
    assert.equal(after(READY, PRESSED, { kind: "answered", error }).stage, "leaving");
  }
});

test("a form that does not come says so, and is used if it comes late", () => {
  const missing = after({ kind: "unreachable" });
  assert.equal(missing.stage, "unreachable");
  assert.match(missing.words, /did not load/);
  assert.equal(after({ kind: "unreachable" }, READY).stage, "ready");
  assert.equal(after(READY, { kind: "unreachable" }).stage, "ready");
});

test("what is answered when nothing was asked changes nothing", () => {
  assert.equal(after(READY, { kind: "answered", error: null }).stage, "ready");
});
