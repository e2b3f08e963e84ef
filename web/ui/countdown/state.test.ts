import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { speakAs } from "../words/testing.ts";
import { canExtend, clockText, initial, labelOf, reduce, spokenTime, type Event, type OrderTime, type State } from "./state.ts";

beforeEach(() => speakAs("en"));

const START = 1_000_000;

function running(secondsLeft = 600): State {
  return initial({ secondsLeft, isExtended: false, isPaused: false, isEmpty: false }, START);
}

function pending(secondsLeft: number, more: Partial<OrderTime> = {}): OrderTime {
  return { status: "PENDING", secondsLeft, expiresAt: "2026-01-01T00:10:00Z", isPaying: false, hasPayment: false, isEmpty: false, ...more };
}

/** All that was said while the events happened. */
function run(state: State, events: readonly Event[]): { state: State; said: string[]; asked: number } {
  const said: string[] = [];
  let asked = 0;
  for (const event of events) {
    const step = reduce(state, event);
    state = step.state;
    asked += step.mustAsk ? 1 : 0;
    if (step.say !== null) {
      said.push(step.say);
    }
  }
  return { state, said, asked };
}

function secondBySecond(from: number, to: number): Event[] {
  return Array.from({ length: to - from + 1 }, (_, second) => ({ kind: "ticked", at: START + (from + second) * 1000 }));
}

test("a whole hold is told four times, and not at every second", () => {
  const { state, said, asked } = run(running(), secondBySecond(0, 600));
  assert.deepEqual(said, [
    "5 minutes left to finish your order.",
    "2 minutes left to finish your order. You can add time once.",
    "1 minute left to finish your order. You can add time once.",
    "30 seconds left to finish your order. You can add time once.",
  ]);
  assert.equal(asked, 1, "the server is asked once, at the end");
  assert.equal(clockText(state.secondsLeft), "0:00");
});

test("a page that slept tells the nearest mark only", () => {
  const { said } = run(running(), [{ kind: "ticked", at: START + 560_000 }]);
  assert.deepEqual(said, ["40 seconds left to finish your order. You can add time once."]);
});

test("two minutes before the end the stage warns", () => {
  assert.equal(run(running(), secondBySecond(479, 479)).state.stage, "calm");
  assert.equal(run(running(), secondBySecond(480, 480)).state.stage, "warning");
  assert.equal(run(running(), secondBySecond(570, 570)).state.stage, "last");
});

test("the server's seconds count, whatever this browser's clock says", () => {
  const { state } = run(running(600), [{ kind: "heard", time: pending(90), at: START }]);
  assert.equal(state.secondsLeft, 90);
  assert.equal(state.stage, "warning");
});

test("the clock does not hop when the same deadline is told again", () => {
  const first = run(running(600), [{ kind: "heard", time: pending(599), at: START + 100 }]);
  assert.equal(first.state.deadline, START + 600_000);
  const again = run(first.state, [{ kind: "heard", time: pending(597), at: START + 2_900 }]);
  assert.equal(again.state.deadline, START + 600_000);
});

test("an extension in another tab gives more time here, and says so", () => {
  const heard: Event[] = [
    { kind: "heard", time: pending(100), at: START },
    { kind: "heard", time: pending(700, { expiresAt: "2026-01-01T00:20:00Z" }), at: START + 1000 },
  ];
  const { state, said } = run(running(100), heard);
  assert.deepEqual(said, ["You now have 11 minutes 40 seconds."]);
  assert.equal(state.stage, "calm");
});

test("more time is offered from two minutes before the end, when it is warned of", () => {
  assert.ok(!canExtend(run(running(), secondBySecond(479, 479)).state));
  const warned = run(running(), secondBySecond(480, 480)).state;
  assert.ok(canExtend(warned));
  assert.equal(labelOf(warned), "Little time left");
});

test("nothing is said to be held while nothing is", () => {
  const empty = run(running(), [{ kind: "heard", time: pending(600, { isEmpty: true }), at: START }]).state;
  assert.equal(labelOf(empty), "Time left");
  const filled = run(empty, [{ kind: "heard", time: pending(599), at: START + 1000 }]).state;
  assert.equal(labelOf(filled), "Held for you");
});

test("time can be added once, and not while a payment is under way", () => {
  const state = running(100);
  assert.ok(canExtend(state));
  const asked = run(state, [{ kind: "extending" }]).state;
  assert.ok(!canExtend(asked));
  assert.ok(!canExtend(run(asked, [{ kind: "extended" }]).state));
  assert.ok(canExtend(run(asked, [{ kind: "refused", isFinal: false }]).state), "a lost connection may be tried again");
  assert.ok(!canExtend(run(asked, [{ kind: "refused", isFinal: true }]).state));
  const paying = run(state, [{ kind: "heard", time: pending(100, { isPaying: true }), at: START }]).state;
  assert.ok(!canExtend(paying));
});

test("nothing runs down while a payment is under way, nor while its places are pinned", () => {
  const paying = run(running(5), [{ kind: "heard", time: pending(5, { isPaying: true }), at: START }]).state;
  assert.equal(run(paying, secondBySecond(0, 20)).state.stage, "paused");
  const pinned = run(running(5), [{ kind: "heard", time: pending(0, { hasPayment: true }), at: START + 6000 }]).state;
  assert.equal(pinned.stage, "paused");
});

test("while it is being paid the clock says how long that may take, and hurries nobody", () => {
  const paying = run(running(5), [{ kind: "heard", time: pending(90, { isPaying: true }), at: START }]).state;
  const later = run(paying, secondBySecond(0, 70));
  assert.equal(later.state.secondsLeft, 20);
  assert.equal(labelOf(later.state), "Held while you pay");
  assert.deepEqual(later.said, []);
  assert.equal(run(paying, secondBySecond(0, 100)).state.secondsLeft, 0);
  const loaded = initial({ secondsLeft: 90, isExtended: false, isPaused: true, isEmpty: false }, START);
  assert.equal(run(loaded, secondBySecond(0, 30)).state.secondsLeft, 60);
});

test("an order that ran down is over; one that was paid or cancelled elsewhere is closed", () => {
  const atEnd = run(running(2), secondBySecond(0, 2)).state;
  const cancelled = pending(0, { status: "CANCELLED" });
  const heard: Event = { kind: "heard", time: cancelled, at: START + 2100 };
  assert.equal(run(atEnd, [heard]).state.stage, "over");
  assert.equal(run(atEnd, [heard, heard]).state.stage, "over", "by the socket, and by the answer to our question");
  assert.equal(run(running(500), [{ kind: "heard", time: cancelled, at: START }]).state.stage, "closed");
  assert.equal(run(running(500), [{ kind: "heard", time: pending(0, { status: "PAID" }), at: START }]).state.stage, "closed");
  assert.equal(run(atEnd, [{ kind: "expired" }]).state.stage, "over");
});

test("a server that is about to end the order is asked again, and then its word counts", () => {
  const asked = run(running(2), [...secondBySecond(0, 2), { kind: "heard", time: pending(0), at: START + 2700 }]);
  assert.equal(asked.asked, 2);
  const cancelled: Event = { kind: "heard", time: pending(0, { status: "CANCELLED" }), at: START + 3400 };
  assert.equal(run(asked.state, [cancelled]).state.stage, "over");
});

test("a clock that was too fast goes on with what the server says", () => {
  const atEnd = run(running(2), secondBySecond(0, 2)).state;
  assert.equal(run(atEnd, [{ kind: "heard", time: pending(8), at: START + 2000 }]).state.secondsLeft, 8);
});

test("times are written and spoken as people do", () => {
  assert.equal(clockText(599), "9:59");
  assert.equal(clockText(5), "0:05");
  assert.equal(clockText(3600), "1:00:00");
  assert.equal(spokenTime(61), "1 minute 1 second");
  assert.equal(spokenTime(0), "0 seconds");
  speakAs("de");
  assert.equal(spokenTime(121), "2 Minuten 1 Sekunde");
});
