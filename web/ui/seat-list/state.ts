// What the page knows of the house, and how each message changes it. Pure: no DOM, no clock, no network.

import type { Generation } from "../wire/Generation.ts";
import type { Order } from "../wire/Order.ts";
import type { ServerMessage } from "../wire/ServerMessage.ts";
import type { Standing } from "../wire/Standing.ts";

/** As the wire has it. */
export const FREE = 0;
export const HELD = 1;
export const SOLD = 2;
export const NOT_ON_SALE = 3;

export type Word = "free" | "held" | "sold" | "not on sale" | "yours";

export interface State {
  readonly generation: Generation | null;
  /** One state a seat. */
  readonly seats: Uint8Array;
  readonly standing: ReadonlyMap<string, Standing>;
  readonly order: Order | null;
  /** How the session's sale stands. */
  readonly status: string;
  readonly isLive: boolean;
}

export type Event =
  | { readonly kind: "connected" }
  | { readonly kind: "disconnected" }
  | { readonly kind: "heard"; readonly message: ServerMessage }
  | { readonly kind: "order"; readonly order: Order | null };

export interface Step {
  readonly state: State;
  /** The seats to draw again. */
  readonly seats: readonly number[] | "all";
  /** Whether the server has to be asked for a fresh snapshot. */
  readonly isLost: boolean;
}

/** A house of which nothing is known yet. */
export function initial(seatCount: number): State {
  return {
    generation: null,
    seats: new Uint8Array(seatCount),
    standing: new Map(),
    order: null,
    status: "on_sale",
    isLive: false,
  };
}

export function reduce(state: State, event: Event): Step {
  switch (event.kind) {
    case "connected":
      return unchanged({ ...state, isLive: true });
    case "disconnected":
      return unchanged({ ...state, isLive: false });
    case "order":
      return withOrder(state, event.order);
    case "heard":
      return hear(state, event.message);
  }
}

/** What is said of a seat. */
export function wordOf(state: State, index: number): Word {
  if (state.order !== null && isOpen(state.order) && state.order.seats.includes(index)) {
    return "yours";
  }
  switch (state.seats[index]) {
    case FREE:
      return "free";
    case HELD:
      return "held";
    case SOLD:
      return "sold";
    default:
      return "not on sale";
  }
}

/** How many standing places of a section are the buyer's own. */
export function ownStanding(state: State, sectionId: string): number {
  const places = state.order?.standing.find((place) => place.sectionId === sectionId);
  return places?.quantity ?? 0;
}

/** Whether an order can still take and give back places. */
export function isOpen(order: Order): boolean {
  return order.status === "PENDING";
}

/** Unpacks two bits a seat, lowest bits first. */
export function unpack(base64: string, seatCount: number): Uint8Array {
  const packed = atob(base64);
  const seats = new Uint8Array(seatCount);
  for (let index = 0; index < seatCount; index += 1) {
    const byte = packed.charCodeAt(index >> 2);
    // Beyond the end: nothing is known, so nothing is offered.
    seats[index] = Number.isNaN(byte) ? NOT_ON_SALE : (byte >> ((index & 3) * 2)) & 3;
  }
  return seats;
}

function hear(state: State, message: ServerMessage): Step {
  switch (message.type) {
    case "snapshot": {
      const { epoch, sequence } = message;
      const seats = unpack(message.seats, state.seats.length);
      const standing = new Map(message.standing.map((count) => [count.sectionId, count]));
      const fresh = { ...state, generation: { epoch, sequence }, seats, standing };
      return { state: fresh, seats: "all", isLost: false };
    }
    case "delta":
      return follow(state, message);
    case "order":
      return withOrder(state, message.order);
    case "session":
      return unchanged({ ...state, status: message.status });
    default:
      return unchanged(state);
  }
}

function follow(state: State, delta: Extract<ServerMessage, { type: "delta" }>): Step {
  const { generation } = state;
  if (generation?.epoch !== delta.epoch || generation.sequence !== delta.from) {
    return { state, seats: [], isLost: true };
  }
  const seats = state.seats.slice();
  for (const [index, code] of delta.changes) {
    seats[index] = code;
  }
  const standing = new Map(state.standing);
  for (const count of delta.standing) {
    standing.set(count.sectionId, count);
  }
  const next = { epoch: delta.epoch, sequence: delta.sequence };
  const changed = delta.changes.map(([index]) => index);
  return { state: { ...state, generation: next, seats, standing }, seats: changed, isLost: false };
}

function withOrder(state: State, order: Order | null): Step {
  const before = state.order?.seats ?? [];
  const after = order?.seats ?? [];
  const changed = [...new Set([...before, ...after])];
  return { state: { ...state, order }, seats: changed, isLost: false };
}

function unchanged(state: State): Step {
  return { state, seats: [], isLost: false };
}
