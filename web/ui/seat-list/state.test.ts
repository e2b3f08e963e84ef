import assert from "node:assert/strict";
import { test } from "node:test";

import type { Order } from "../wire/Order.ts";
import type { ServerMessage } from "../wire/ServerMessage.ts";
import { initial, ownStanding, reduce, unpack, wordOf, type State } from "./state.ts";

const SECTION = "01990000-0000-7000-8000-00000000000a";

function order(seats: number[], status: Order["status"] = "PENDING"): Order {
  return {
    eventSessionOrderId: "01990000-0000-7000-8000-000000000001",
    sessionId: "01990000-0000-7000-8000-000000000002",
    status,
    pnr: "23456789",
    expireIfNotCompletedAt: "2026-01-01T00:00:00Z",
    secondsLeft: 600,
    seats,
    standing: [{ sectionId: SECTION, quantity: 2 }],
    total: { amount: 8000, currency: "EUR" },
    missing: [],
  };
}

function hear(state: State, message: ServerMessage) {
  return reduce(state, { kind: "heard", message });
}

function snapshot(): State {
  // 0 free, 1 held, 2 sold, 3 not on sale, then one more free.
  const seats = btoa(String.fromCharCode(0b11_10_01_00, 0));
  const standing = [{ sectionId: SECTION, free: 5, held: 0, sold: 0 }];
  return hear(initial(5), { type: "snapshot", epoch: 3, sequence: 7, seats, standing }).state;
}

test("two bits a seat are read lowest first, and what is missing is not offered", () => {
  assert.deepEqual([...unpack(btoa(String.fromCharCode(0b11_10_01_00)), 5)], [0, 1, 2, 3, 3]);
});

test("a snapshot says how every seat stands", () => {
  const words = [0, 1, 2, 3, 4].map((index) => wordOf(snapshot(), index));
  assert.deepEqual(words, ["free", "held", "sold", "not on sale", "free"]);
});

test("a delta that follows is applied, and names the seats to draw", () => {
  const changes: [number, number][] = [[0, 1]];
  const standing = [{ sectionId: SECTION, free: 4, held: 1, sold: 0 }];
  const delta = { type: "delta", epoch: 3, from: 7, sequence: 8, changes, standing } as const;
  const step = hear(snapshot(), { ...delta, changes, standing });
  assert.equal(wordOf(step.state, 0), "held");
  assert.deepEqual(step.seats, [0]);
  assert.equal(step.state.standing.get(SECTION)?.free, 4);
  assert.deepEqual(step.state.generation, { epoch: 3, sequence: 8 });
  assert.equal(step.isLost, false);
});

test("a gap, another epoch, or a delta before any snapshot is not applied and asks for a snapshot", () => {
  const cases: [State, number, number][] = [
    [snapshot(), 3, 8],
    [snapshot(), 4, 7],
    [initial(5), 3, 7],
  ];
  for (const [state, epoch, from] of cases) {
    const delta = { epoch, from, sequence: 9, changes: [[0, 2] as [number, number]], standing: [] };
    const step = hear(state, { type: "delta", ...delta });
    assert.equal(step.isLost, true);
    assert.equal(step.state, state);
  }
});

test("the state before a delta stays as it was", () => {
  const before = snapshot();
  const delta = { epoch: 3, from: 7, sequence: 8, changes: [[0, 2] as [number, number]], standing: [] };
  hear(before, { type: "delta", ...delta });
  assert.equal(wordOf(before, 0), "free");
});

test("the seats of one's own open order are yours, and given back when it ends", () => {
  const held = reduce(snapshot(), { kind: "order", order: order([1]) });
  assert.equal(wordOf(held.state, 1), "yours");
  assert.equal(ownStanding(held.state, SECTION), 2);
  const ended = hear(held.state, { type: "order", order: order([1], "CANCELLED") });
  assert.equal(wordOf(ended.state, 1), "held");
  assert.deepEqual(ended.seats, [1]);
});

test("an order that swaps seats draws both", () => {
  const first = reduce(snapshot(), { kind: "order", order: order([1]) });
  const second = reduce(first.state, { kind: "order", order: order([4]) });
  assert.deepEqual(second.seats, [1, 4]);
});

test("losing the connection keeps what is shown", () => {
  const live = reduce(snapshot(), { kind: "connected" }).state;
  const lost = reduce(live, { kind: "disconnected" }).state;
  assert.equal(lost.isLive, false);
  assert.equal(wordOf(lost, 2), "sold");
});
