// What a page knows of a session, and how each thing that happens changes it. Pure: no DOM, no clock,
// no network.

import type { Generation } from "../wire/Generation.ts";
import type { Order } from "../wire/Order.ts";
import type { ServerMessage } from "../wire/ServerMessage.ts";
import type { Standing } from "../wire/Standing.ts";
import type { SeatDelta } from "./delta.ts";

/** As the wire has it. */
export const FREE = 0;
export const HELD = 1;
export const SOLD = 2;
export const NOT_ON_SALE = 3;

/**
 * `connecting`: for the first time. `live`: what is shown is true. `reconnecting`, `offline`: it may be out
 * of date. `closed`: there is no use in trying again.
 */
export type Connection = "connecting" | "live" | "reconnecting" | "offline" | "closed";

export interface LiveState {
  readonly connection: Connection;
  readonly generation: Generation | null;
  /** A gap was seen and a snapshot asked for: until it comes, deltas are passed over. */
  readonly isLost: boolean;
  /** One state a seat; possibly up to three more than the house has. Never changed in place. */
  readonly seats: Uint8Array;
  readonly standing: ReadonlyMap<string, Standing>;
  readonly order: Order | null;
  /** How the session's sale stands: on_sale, paused, sold_out, postponed, cancelled. */
  readonly status: string;
  /** Whether the status was told since the socket was opened: on_sale is told by silence. */
  readonly isStatusHeard: boolean;
}

export type LiveEvent =
  | { readonly kind: "opened" }
  /** The server was told what is known: it answers with nothing if that is still so, else with a snapshot. */
  | { readonly kind: "resumed" }
  | { readonly kind: "closed"; readonly isFinal: boolean; readonly isOffline: boolean }
  | { readonly kind: "heard"; readonly message: ServerMessage }
  | { readonly kind: "delta"; readonly delta: SeatDelta }
  | { readonly kind: "order"; readonly order: Order | null };

/** What an event changed, so that only that is drawn again. */
export interface LiveStep {
  readonly state: LiveState;
  /** Seats that stand otherwise, or are the buyer's now or no longer. */
  readonly seats: ArrayLike<number> | "all";
  /** Whether the server has to be asked for a fresh snapshot. */
  readonly mustResync: boolean;
}

const NO_SEATS: readonly number[] = [];

/** A session of which nothing is known yet. */
export function initialLive(status = "on_sale"): LiveState {
  return {
    connection: "connecting",
    generation: null,
    isLost: false,
    seats: new Uint8Array(0),
    standing: new Map(),
    order: null,
    status,
    isStatusHeard: false,
  };
}

export function reduceLive(state: LiveState, event: LiveEvent): LiveStep {
  switch (event.kind) {
    case "opened":
      return unchanged({ ...state, isStatusHeard: false });
    case "resumed":
      return unchanged({ ...state, connection: "live" });
    case "closed":
      return unchanged({ ...state, connection: afterClose(event), isLost: false });
    case "order":
      return withOrder(state, event.order);
    case "delta":
      return followDelta(state, event.delta);
    case "heard":
      return hear(state, event.message);
  }
}

/**
 * The generation to present when saying hello. None where a snapshot is wanted: nothing is known, or the
 * status was unusual, whose end is told by nothing else.
 */
export function generationToPresent(state: LiveState): Generation | null {
  return state.isLost || state.status !== "on_sale" ? null : state.generation;
}

export type OpenOrder = Order & { readonly status: "PENDING" };

/** Whether an order can still take and give back places. */
export function isOpen(order: Order | null): order is OpenOrder {
  return order?.status === "PENDING";
}

/** Unpacks two bits a seat, lowest bits first; up to three more than there are seats. */
export function unpack(base64: string): Uint8Array {
  const packed = atob(base64);
  const seats = new Uint8Array(packed.length * 4);
  for (let position = 0; position < packed.length; position += 1) {
    const byte = packed.charCodeAt(position);
    const first = position * 4;
    seats[first] = byte & 3;
    seats[first + 1] = (byte >> 2) & 3;
    seats[first + 2] = (byte >> 4) & 3;
    seats[first + 3] = byte >> 6;
  }
  return seats;
}

function afterClose({ isFinal, isOffline }: { isFinal: boolean; isOffline: boolean }): Connection {
  if (isFinal) {
    return "closed";
  }
  return isOffline ? "offline" : "reconnecting";
}

function hear(state: LiveState, message: ServerMessage): LiveStep {
  switch (message.type) {
    case "snapshot":
      return take(state, message);
    case "delta":
      return followDelta(
        state,
        {
          epoch: message.epoch,
          from: message.from,
          sequence: message.sequence,
          indexes: Uint32Array.from(message.changes, ([index]) => index),
          states: Uint8Array.from(message.changes, ([, code]) => code),
        },
        message.standing,
      );
    case "order":
      return withOrder(state, message.order);
    case "session":
      return unchanged({ ...state, status: message.status, isStatusHeard: true });
    default:
      return unchanged(state);
  }
}

function take(state: LiveState, snapshot: Extract<ServerMessage, { type: "snapshot" }>): LiveStep {
  const { epoch, sequence } = snapshot;
  return {
    state: {
      ...state,
      connection: "live",
      generation: { epoch, sequence },
      isLost: false,
      seats: unpack(snapshot.seats),
      standing: new Map(snapshot.standing.map((count) => [count.sectionId, count])),
      // An unusual status is told before the snapshot.
      status: state.isStatusHeard ? state.status : "on_sale",
      isStatusHeard: true,
    },
    seats: "all",
    mustResync: false,
  };
}

/** Applied only if it continues what is known, by the protocol. */
function followDelta(state: LiveState, delta: SeatDelta, standing: readonly Standing[] = []): LiveStep {
  const { generation } = state;
  if (state.isLost) {
    return unchanged(state);
  }
  if (generation?.epoch !== delta.epoch || generation.sequence !== delta.from) {
    return { state: { ...state, isLost: true }, seats: NO_SEATS, mustResync: true };
  }
  const next: LiveState = {
    ...state,
    connection: "live",
    generation: { epoch: delta.epoch, sequence: delta.sequence },
    seats: withChanges(state.seats, delta),
    standing: withCounts(state.standing, standing),
  };
  return { state: next, seats: delta.indexes, mustResync: false };
}

function withChanges(before: Uint8Array, { indexes, states }: SeatDelta): Uint8Array {
  if (indexes.length === 0) {
    return before;
  }
  const seats = before.slice();
  indexes.forEach((index, position) => {
    // Beyond the end nothing is written.
    seats[index] = states[position] ?? NOT_ON_SALE;
  });
  return seats;
}

function withCounts(
  before: ReadonlyMap<string, Standing>,
  counts: readonly Standing[],
): ReadonlyMap<string, Standing> {
  if (counts.length === 0) {
    return before;
  }
  const standing = new Map(before);
  for (const count of counts) {
    standing.set(count.sectionId, count);
  }
  return standing;
}

function withOrder(state: LiveState, order: Order | null): LiveStep {
  const before = isOpen(state.order) ? state.order.seats : NO_SEATS;
  const after = isOpen(order) ? order.seats : NO_SEATS;
  return { state: { ...state, order }, seats: differences(before, after), mustResync: false };
}

/** Seats of one list that are not in the other. */
function differences(before: readonly number[], after: readonly number[]): number[] {
  const [had, has] = [new Set(before), new Set(after)];
  return [...before.filter((seat) => !has.has(seat)), ...after.filter((seat) => !had.has(seat))];
}

function unchanged(state: LiveState): LiveStep {
  return { state, seats: NO_SEATS, mustResync: false };
}
