import assert from "node:assert/strict";
import { test } from "node:test";

import type { Order } from "../wire/Order.ts";
import type { ServerMessage } from "../wire/ServerMessage.ts";
import { decodeDelta } from "./delta.ts";
import {
  generationToPresent,
  initialLive,
  isOpen,
  reduceLive,
  unpack,
  type LiveEvent,
  type LiveState,
} from "./state.ts";

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

function after(state: LiveState, ...events: LiveEvent[]): LiveState {
  return events.reduce((current, event) => reduceLive(current, event).state, state);
}

const OPENED: LiveEvent = { kind: "opened" };
const LOST: LiveEvent = { kind: "closed", isFinal: false, isOffline: false };
/** 0 free, 1 held, 2 sold, 3 not on sale, then one more free. */
const SNAPSHOT: LiveEvent = {
  kind: "heard",
  message: {
    type: "snapshot",
    epoch: 3,
    sequence: 7,
    seats: btoa(String.fromCharCode(0b11_10_01_00, 0)),
    standing: [{ sectionId: SECTION, free: 5, held: 0, sold: 0 }],
  },
};

function watching(): LiveState {
  return after(initialLive(), OPENED, SNAPSHOT);
}

function textDelta(from: number, sequence: number, changes: [number, number][], epoch = 3): LiveEvent {
  return { kind: "heard", message: { type: "delta", epoch, from, sequence, changes, standing: [] } };
}

/** Encodes by the protocol's words, on its own. */
function binaryDelta(epoch: number, from: number, sequence: number, changes: [number, number][]): ArrayBuffer {
  const bytes: number[] = [];
  let last = 0;
  for (const [index, state] of changes) {
    let value = (index - last) * 4 + state;
    last = index;
    while (value >= 128) {
      bytes.push((value % 128) | 128);
      value = Math.floor(value / 128);
    }
    bytes.push(value);
  }
  const buffer = new ArrayBuffer(20 + bytes.length);
  const view = new DataView(buffer);
  view.setUint32(0, epoch, true);
  view.setBigUint64(4, BigInt(from), true);
  view.setBigUint64(12, BigInt(sequence), true);
  new Uint8Array(buffer, 20).set(bytes);
  return buffer;
}

test("two bits a seat are read lowest first", () => {
  assert.deepEqual([...unpack(btoa(String.fromCharCode(0b11_10_01_00)))], [0, 1, 2, 3]);
});

test("a snapshot says how every seat stands, and that what is shown is true", () => {
  const { state, seats } = reduceLive(after(initialLive(), OPENED), SNAPSHOT);
  assert.deepEqual([...state.seats.subarray(0, 5)], [0, 1, 2, 3, 0]);
  assert.equal(state.connection, "live");
  assert.equal(seats, "all");
  assert.equal(state.standing.get(SECTION)?.free, 5);
});

test("a binary delta says the same as a text delta", () => {
  const changes: [number, number][] = [
    [0, 1],
    [33, 2],
    [4_097, 0],
    [19_999, 3],
  ];
  const delta = decodeDelta(binaryDelta(3, 7, 9, changes));
  assert.ok(delta !== null);
  assert.deepEqual([delta.epoch, delta.from, delta.sequence], [3, 7, 9]);
  const read = [...delta.indexes].map((index, position) => [index, delta.states[position]]);
  assert.deepEqual(read, changes);
});

test("the seat of index 0 and a delta without seats can be told in binary", () => {
  assert.deepEqual([...(decodeDelta(binaryDelta(1, 2, 3, [[0, 2]]))?.indexes ?? [])], [0]);
  assert.deepEqual([...(decodeDelta(binaryDelta(1, 2, 3, []))?.indexes ?? [1])], []);
});

test("bytes that are no delta are refused", () => {
  assert.equal(decodeDelta(new ArrayBuffer(19)), null);
  const cut = new Uint8Array(21);
  cut[20] = 0x80;
  assert.equal(decodeDelta(cut.buffer), null);
});

test("a delta that follows is applied, and names the seats to draw", () => {
  const before = watching();
  const delta = decodeDelta(binaryDelta(3, 7, 8, [[0, 1]]));
  assert.ok(delta !== null);
  const { state, seats, mustResync } = reduceLive(before, { kind: "delta", delta });
  assert.equal(state.seats[0], 1);
  assert.deepEqual([...(seats as Uint32Array)], [0]);
  assert.deepEqual(state.generation, { epoch: 3, sequence: 8 });
  assert.equal(mustResync, false);
  assert.equal(before.seats[0], 0, "the state before it stays as it was");
});

test("standing places follow a binary delta from its own end", () => {
  const delta = decodeDelta(binaryDelta(3, 7, 8, [[0, 1]]));
  assert.ok(delta !== null);
  const standing = [{ sectionId: SECTION, free: 4, held: 1, sold: 0 }];
  const rest: ServerMessage = { type: "delta", epoch: 3, from: 8, sequence: 8, changes: [], standing };
  const state = after(watching(), { kind: "delta", delta }, { kind: "heard", message: rest });
  assert.equal(state.standing.get(SECTION)?.free, 4);
  assert.equal(state.isLost, false);
});

test("a gap, another epoch, or a delta before any snapshot asks for one snapshot and changes no seat", () => {
  const cases: [LiveState, LiveEvent][] = [
    [watching(), textDelta(8, 9, [[0, 2]])],
    [watching(), textDelta(7, 9, [[0, 2]], 4)],
    [after(initialLive(), OPENED), textDelta(7, 9, [[0, 2]])],
  ];
  for (const [state, delta] of cases) {
    const step = reduceLive(state, delta);
    assert.equal(step.mustResync, true);
    assert.equal(step.state.seats, state.seats);
    const again = reduceLive(step.state, textDelta(9, 10, [[0, 2]]));
    assert.equal(again.mustResync, false, "asked for once");
    assert.equal(after(again.state, SNAPSHOT).isLost, false);
  }
});

test("a lost connection keeps what is shown and says that it may be out of date", () => {
  const lost = after(watching(), LOST);
  assert.equal(lost.connection, "reconnecting");
  assert.equal(lost.seats[2], 2);
  const offline = after(watching(), { kind: "closed", isFinal: false, isOffline: true });
  assert.equal(offline.connection, "offline");
  const closed = after(watching(), { kind: "closed", isFinal: true, isOffline: false });
  assert.equal(closed.connection, "closed");
});

test("a connection is live again only with a snapshot, or when what is known was presented", () => {
  const reopened = after(watching(), LOST, OPENED);
  assert.equal(reopened.connection, "reconnecting");
  assert.equal(after(reopened, SNAPSHOT).connection, "live");
  assert.deepEqual(generationToPresent(reopened), { epoch: 3, sequence: 7 });
  assert.equal(after(reopened, { kind: "resumed" }).connection, "live");
});

test("an unusual status is told before the snapshot, and its end by silence", () => {
  const paused: LiveEvent = { kind: "heard", message: { type: "session", status: "paused" } };
  const state = after(initialLive(), OPENED, paused, SNAPSHOT);
  assert.equal(state.status, "paused");
  assert.equal(generationToPresent(state), null, "so that a snapshot comes");
  assert.equal(after(state, LOST, OPENED, SNAPSHOT).status, "on_sale");
});

test("the seats that an order gains or loses are drawn again, and no others", () => {
  const first = reduceLive(watching(), { kind: "order", order: order([1, 2]) });
  assert.deepEqual(first.seats, [1, 2]);
  const second = reduceLive(first.state, { kind: "order", order: order([2, 4]) });
  assert.deepEqual(second.seats, [1, 4]);
  const ended = reduceLive(second.state, { kind: "order", order: order([2, 4], "CANCELLED") });
  assert.deepEqual(ended.seats, [2, 4]);
  assert.equal(isOpen(ended.state.order), false);
});
