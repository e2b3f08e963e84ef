// What the map's page knows beside the live session: what was asked for and is not answered yet, how the
// sale stands by the clock, what is filtered, what was last said. Pure.

import type { BestWish } from "../live/gateway.ts";
import { initialLive, isOpen, NOT_ON_SALE, type LiveState } from "../live/state.ts";
import { LOOK, lookOfWire } from "./look.ts";

export type Phase = "before" | "on_sale" | "ended" | "paused" | "postponed" | "cancelled" | "sold_out";

/** When the sale begins and ends, in milliseconds of the page's own clock. */
export interface Sale {
  readonly opensAt: number;
  /** Null: that is not settled. */
  readonly closesAt: number | null;
}

export interface Notice {
  readonly tone: "told" | "refused";
  readonly text: string;
  /** Seats that could be had instead. */
  readonly alternative: readonly number[];
  /** What it told of: once that is over, so is the notice. */
  readonly hindrance?: Hindrance;
}

export interface MapState {
  readonly live: LiveState;
  readonly phase: Phase;
  readonly taking: ReadonlySet<number>;
  readonly giving: ReadonlySet<number>;
  /** By standing section: how many more or fewer were asked for. */
  readonly standingAsked: ReadonlyMap<string, number>;
  /** How many best places were asked for. */
  readonly bestAsked: number;
  readonly filter: number | null;
  readonly level: number;
  readonly notice: Notice | null;
}

export type MapEvent =
  | { readonly kind: "live"; readonly live: LiveState; readonly seats: ArrayLike<number> | "all" }
  | { readonly kind: "clock"; readonly sale: Sale; readonly now: number }
  | { readonly kind: "asked"; readonly asked: Asked }
  /** It was answered; what it brought is told by the order itself. */
  | { readonly kind: "answered"; readonly asked: Asked; readonly notice: Notice | null }
  | { readonly kind: "said"; readonly notice: Notice | null }
  | { readonly kind: "filtered"; readonly filter: number | null }
  | { readonly kind: "levelled"; readonly level: number };

export type Asked =
  | { readonly verb: "take" | "give"; readonly seats: readonly number[] }
  | { readonly verb: "take" | "give"; readonly section: string; readonly quantity: number }
  | { readonly verb: "best"; readonly wish: BestWish };

export interface MapStep {
  readonly state: MapState;
  /** Seats that look otherwise now. */
  readonly seats: ArrayLike<number> | "all";
}

const NONE: readonly number[] = [];

export function initialMap(status: string, sale: Sale, now: number): MapState {
  const live = initialLive(status);
  return {
    live,
    phase: phaseOf(status, sale, now),
    taking: new Set(),
    giving: new Set(),
    standingAsked: new Map(),
    bestAsked: 0,
    filter: null,
    level: 0,
    notice: null,
  };
}

export function reduceMap(state: MapState, event: MapEvent): MapStep {
  switch (event.kind) {
    case "live":
      return { state: withoutOldNotice({ ...state, live: event.live }), seats: event.seats };
    case "clock": {
      const phase = phaseOf(state.live.status, event.sale, event.now);
      return { state: phase === state.phase ? state : withoutOldNotice({ ...state, phase }), seats: NONE };
    }
    case "asked":
      return withAsked({ ...state, notice: null }, event.asked, 1);
    case "answered":
      return withAsked({ ...state, notice: event.notice ?? state.notice }, event.asked, -1);
    case "said":
      return { state: { ...state, notice: event.notice }, seats: NONE };
    case "filtered":
      return { state: { ...state, filter: event.filter }, seats: NONE };
    case "levelled":
      return { state: { ...state, level: event.level }, seats: NONE };
  }
}

function withoutOldNotice(state: MapState): MapState {
  const told = state.notice?.hindrance;
  return told === undefined || told === hindrance(state) ? state : { ...state, notice: null };
}

/** What staff decided counts before the clock, and the clock before how much is left. */
export function phaseOf(status: string, { opensAt, closesAt }: Sale, now: number): Phase {
  if (status === "paused" || status === "postponed" || status === "cancelled") {
    return status;
  }
  if (now < opensAt) {
    return "before";
  }
  if (closesAt !== null && now >= closesAt) {
    return "ended";
  }
  return status === "sold_out" ? "sold_out" : "on_sale";
}

/** Why nothing can be taken now; null if it can. */
export type Hindrance = Exclude<Phase, "on_sale" | "sold_out"> | "offline" | "reconnecting" | "loading" | "paying";

export function hindrance({ phase, live }: MapState): Hindrance | null {
  if (phase !== "on_sale" && phase !== "sold_out") {
    return phase;
  }
  if (live.connection === "offline") {
    return "offline";
  }
  if (live.generation === null && live.connection === "connecting") {
    return "loading";
  }
  if (live.connection !== "live") {
    return "reconnecting";
  }
  return isOpen(live.order) && live.order.payment?.state === "pending" ? "paying" : null;
}

/** How a seat looks to this buyer. */
export function lookOf(state: MapState, seat: number): number {
  if (state.taking.has(seat)) {
    return LOOK.taking;
  }
  if (state.giving.has(seat)) {
    return LOOK.giving;
  }
  if (isOwn(state, seat)) {
    return LOOK.own;
  }
  return state.live.generation === null ? LOOK.unknown : lookOfWire(state.live.seats[seat] ?? NOT_ON_SALE);
}

export function looksOf(state: MapState, seatCount: number): Uint8Array {
  const looks = new Uint8Array(seatCount);
  if (state.live.generation === null) {
    looks.fill(LOOK.unknown);
  } else {
    // The wire's states are looks.
    looks.set(state.live.seats.subarray(0, seatCount));
  }
  for (const seat of [...(state.live.order?.seats ?? []), ...state.taking, ...state.giving]) {
    looks[seat] = lookOf(state, seat);
  }
  return looks;
}

export function isOwn({ live }: MapState, seat: number): boolean {
  return isOpen(live.order) && live.order.seats.includes(seat);
}

/** How many standing places of a section are the buyer's own. */
export function ownStanding({ live }: MapState, section: string): number {
  const places = isOpen(live.order) ? live.order.standing : [];
  return places.find(({ sectionId }) => sectionId === section)?.quantity ?? 0;
}

/** How many places the buyer has in all. */
export function ownCount({ live }: MapState): number {
  const { order } = live;
  return isOpen(order) ? order.seats.length + order.standing.reduce((sum, { quantity }) => sum + quantity, 0) : 0;
}

function withAsked(state: MapState, asked: Asked, step: 1 | -1): MapStep {
  if (asked.verb === "best") {
    return { state: { ...state, bestAsked: Math.max(0, state.bestAsked + step * asked.wish.best) }, seats: NONE };
  }
  if ("section" in asked) {
    const sign = asked.verb === "take" ? step : -step;
    const standingAsked = new Map(state.standingAsked);
    standingAsked.set(asked.section, (standingAsked.get(asked.section) ?? 0) + sign * asked.quantity);
    return { state: { ...state, standingAsked }, seats: NONE };
  }
  const name = asked.verb === "take" ? "taking" : "giving";
  const pending = new Set(state[name]);
  for (const seat of asked.seats) {
    if (step === 1) {
      pending.add(seat);
    } else {
      pending.delete(seat);
    }
  }
  return { state: { ...state, [name]: pending }, seats: asked.seats };
}
