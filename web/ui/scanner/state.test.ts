import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import type { Validated } from "../wire/Validated.ts";
import { FORGET_MILLIS, initialDoor, reduceDoor, SHOWN_MIN_MILLIS, type DoorEvent, type DoorState, type Effect } from "./state.ts";
import { localTime, lookOf } from "./words.ts";
import { speakAs } from "../words/testing.ts";

beforeEach(() => speakAs("en"));

interface Run {
  readonly state: DoorState;
  readonly effects: readonly Effect[];
}

/** The state after these events, and all their effects in order. */
function run(state: DoorState, ...events: DoorEvent[]): Run {
  const effects: Effect[] = [];
  for (const event of events) {
    const step = reduceDoor(state, event);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

const asked = ({ effects }: Run) => effects.flatMap((effect) => (effect.kind === "ask" ? [effect.attempt] : []));
const live = run(initialDoor(), { kind: "opened" }).state;
const seen = (code: string, at: number, nonce = `n${at}`): DoorEvent => ({ kind: "seen", code, at, nonce });
const judged = (id: number, verdict: Validated["verdict"], at: number): DoorEvent => ({
  kind: "judged",
  id,
  answer: { verdict },
  at,
});

test("a code held before the camera is asked once, however long it is held", () => {
  const held = run(live, seen("A", 0), judged(1, "admitted", 100), ...[200, 2_000, 4_000, 6_500].map((at) => seen("A", at)));
  assert.deepEqual(asked(held).map(({ nonce }) => nonce), ["n0"]);
  assert.equal(held.state.shown?.kind, "verdict");
});

test("a code that was taken away and comes back is asked again, under another nonce", () => {
  const back = run(live, seen("A", 0), judged(1, "admitted", 100), seen("A", 200), seen("A", 200 + FORGET_MILLIS));
  assert.deepEqual(asked(back).map(({ nonce }) => nonce), ["n0", `n${200 + FORGET_MILLIS}`]);
});

test("another code waits until the verdict was seen, and is asked then if it is still there", () => {
  const next = run(live, seen("A", 0), judged(1, "admitted", 100), seen("B", 100 + SHOWN_MIN_MILLIS - 1), seen("B", 100 + SHOWN_MIN_MILLIS));
  assert.deepEqual(asked(next).map(({ subject }) => subject), [
    { kind: "code", code: "A" },
    { kind: "code", code: "B" },
  ]);
});

test("one question is open at a time, and an answer to another one changes nothing", () => {
  const open = run(live, seen("A", 0), seen("B", 50), { kind: "typed", text: "FR1.x.y", nonce: "t" }, judged(7, "admitted", 60));
  assert.equal(asked(open).length, 1);
  assert.equal(open.state.shown, null);
});

test("a question that the connection was lost over is repeated under its nonce, and the first answer counts", () => {
  const lost: DoorEvent = { kind: "closed", code: 1006, isFinal: false, isOffline: false };
  const again = run(live, seen("A", 0), lost, { kind: "opened" }, judged(1, "admitted", 900));
  assert.deepEqual(asked(again).map(({ id, nonce }) => [id, nonce]), [[1, "n0"], [1, "n0"]]);
  assert.deepEqual(again.state.shown, { kind: "verdict", id: 1, answer: { verdict: "admitted" } });
});

test("while there is no connection nothing is asked and nothing is guessed", () => {
  const offline: DoorEvent = { kind: "closed", code: 1006, isFinal: false, isOffline: true };
  const away = run(live, offline, seen("A", 0), { kind: "typed", text: "FR1.x.y", nonce: "t" }, { kind: "picked", ticketId: "t", nonce: "p" });
  assert.deepEqual(asked(away), []);
  assert.equal(away.state.shown, null);
  assert.equal(away.state.link, "offline");
  const back = run(away.state, { kind: "opened" }, seen("A", 500));
  assert.deepEqual(asked(back).map(({ nonce }) => nonce), ["n500"]);
});

test("what passes is asked again under the same nonce, and what does not is said", () => {
  const busy = run(live, seen("A", 0), { kind: "refused", id: 1, code: "busy", at: 10 });
  assert.deepEqual(asked(busy).map(({ nonce, tries }) => [nonce, tries]), [["n0", 1], ["n0", 2]]);
  const refusals = Array.from({ length: 6 }, (): DoorEvent => ({ kind: "refused", id: 1, code: "busy", at: 10 }));
  assert.deepEqual(run(live, seen("A", 0), ...refusals).state.shown, { kind: "failed", id: 1, code: "busy" });
  const foreign = run(live, seen("A", 0), { kind: "refused", id: 1, code: "forbidden", at: 10 });
  assert.deepEqual(foreign.state.shown, { kind: "failed", id: 1, code: "forbidden" });
});

test("an order's reference is told from a code, in small letters and with gaps as well", () => {
  for (const text of ["k7mx2p9q", " K7MX 2P9Q "]) {
    const [attempt] = asked(run(live, { kind: "typed", text, nonce: "t" }));
    assert.deepEqual(attempt?.subject, { kind: "pnr", pnr: "K7MX2P9Q" });
  }
  const [attempt] = asked(run(live, { kind: "typed", text: " FR1.x.y ", nonce: "t" }));
  assert.deepEqual(attempt?.subject, { kind: "code", code: "FR1.x.y" });
});

test("only an admission sounds good, and a login that ended says so", () => {
  const signals = (["admitted", "found", "already_used", "forged", "too_early"] as const).map(
    (verdict) => run(live, seen("A", 0), judged(1, verdict, 1)).effects.find(({ kind }) => kind === "signal"),
  );
  assert.deepEqual(signals.map((effect) => effect?.kind === "signal" && effect.signal), ["good", "told", "bad", "bad", "bad"]);
  assert.equal(lookOf("admitted").kind, "good");
  const ended = run(live, { kind: "closed", code: 4401, isFinal: false, isOffline: false });
  assert.equal(ended.state.link, "signed_out");
});

test("the first scan is told in the venue's time", () => {
  assert.match(localTime("2026-07-02T17:04:09Z", "Europe/Berlin"), /19:04:09/);
  assert.match(localTime("2026-07-02T17:04:09Z", "America/New_York"), /13:04:09/);
});
