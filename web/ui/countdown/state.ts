// An order's time: how much is left, what stage that is, and when to speak. Pure: instants come in.

import type { Order } from "../wire/Order.ts";
import { say } from "../words/index.ts";

/** What is known of an order from its page, an answer, or the socket. */
export interface OrderTime {
  readonly status: Order["status"];
  readonly secondsLeft: number;
  /** The deadline by the server's clock, where it was told: another one means more time, or less. */
  readonly expiresAt: string | null;
  /** A payment is under way: `secondsLeft` is how long that keeps the places at least. */
  readonly isPaying: boolean;
  /** There was a payment: its places may be pinned still, and then nothing expires either. */
  readonly hasPayment: boolean;
  /** No place is held yet: then it is not places that the clock speaks of. */
  readonly isEmpty: boolean;
}

/** `paused`: being paid; its time is the payment's then, and nobody is hurried. `over`: the time is up. `closed`: paid, cancelled or gone, which others have words for. */
export type Stage = "calm" | "warning" | "last" | "paused" | "over" | "closed";

export interface State {
  readonly stage: Stage;
  /** By this browser's clock, in milliseconds. */
  readonly deadline: number;
  readonly expiresAt: string | null;
  readonly secondsLeft: number;
  readonly isExtended: boolean;
  readonly isExtending: boolean;
  readonly isEmpty: boolean;
}

export type Event =
  | { readonly kind: "heard"; readonly time: OrderTime; readonly at: number }
  | { readonly kind: "ticked"; readonly at: number }
  | { readonly kind: "extending" }
  /** The server gave more time; `heard` says how much. */
  | { readonly kind: "extended" }
  | { readonly kind: "refused"; readonly isFinal: boolean }
  /** The time is up by our clock, and the server cannot be asked or agrees. */
  | { readonly kind: "expired" };

export interface Step {
  readonly state: State;
  /** What a screen reader is to say, if anything. */
  readonly say: string | null;
  /** The clock has run down: ask the server, whose word counts. */
  readonly mustAsk: boolean;
}

/** From then on it warns, and more time is offered: earlier it would be spent for nothing. */
export const WARNING_SECS = 120;
const LAST_SECS = 30;
/** When time is told, falling. */
const TOLD_AT_SECS = [300, 120, 60, 30] as const;
/** Whole seconds and a slow network make the same deadline look a little different each time. */
const SAME_DEADLINE_MILLIS = 2500;
/** An order that ends so near its deadline ran out; nobody would cancel it then. */
const AT_END_MILLIS = 5000;

/** What the page knows of an order when it comes. */
export interface Known {
  readonly secondsLeft: number;
  readonly isExtended: boolean;
  readonly isPaused: boolean;
  readonly isEmpty: boolean;
}

export function initial({ secondsLeft, isExtended, isPaused, isEmpty }: Known, at: number): State {
  const state: State = {
    stage: "calm",
    deadline: at + secondsLeft * 1000,
    expiresAt: null,
    secondsLeft,
    isExtended,
    isExtending: false,
    isEmpty,
  };
  return { ...state, stage: isPaused ? "paused" : stageOf(secondsLeft) };
}

export function reduce(state: State, event: Event): Step {
  switch (event.kind) {
    case "ticked":
      return tick(state, event.at);
    case "heard":
      return hear(state, event.time, event.at);
    case "extending":
      return quiet({ ...state, isExtending: true });
    case "extended":
      return quiet({ ...state, isExtending: false, isExtended: true });
    case "refused":
      return {
        state: { ...state, isExtending: false, isExtended: state.isExtended || event.isFinal },
        say: say(event.isFinal ? "clock-added-once" : "clock-not-added"),
        mustAsk: false,
      };
    case "expired":
      return quiet({ ...state, stage: "over", secondsLeft: 0 });
  }
}

/** Whether more time can be asked for now. */
export function canExtend(state: State): boolean {
  return !state.isExtended && !state.isExtending && ["warning", "last"].includes(state.stage);
}

/** What stands beside the clock. */
export function labelOf(state: State): string {
  switch (state.stage) {
    case "paused":
      return say("clock-paying");
    case "over":
      return say("clock-over");
    case "warning":
    case "last":
      return say("clock-short");
    case "calm":
    case "closed":
      return say(state.isEmpty ? "clock-left" : "clock-held");
  }
}

/** `9:59`, or `1:00:00`. */
export function clockText(secondsLeft: number): string {
  const hours = Math.floor(secondsLeft / 3600);
  const minutes = Math.floor(secondsLeft / 60) % 60;
  const seconds = String(secondsLeft % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** `2 minutes`, `1 minute 30 seconds`, `30 seconds`. */
export function spokenTime(secondsLeft: number): string {
  const minutes = Math.floor(secondsLeft / 60);
  const seconds = secondsLeft % 60;
  const parts = [];
  if (minutes > 0) {
    parts.push(say("clock-minutes", { count: minutes }));
  }
  if (seconds > 0 || minutes === 0) {
    parts.push(say("clock-seconds", { count: seconds }));
  }
  return parts.join(" ");
}

function tick(state: State, at: number): Step {
  if (!isRunning(state) && state.stage !== "paused") {
    return quiet(state);
  }
  const secondsLeft = Math.max(0, Math.ceil((state.deadline - at) / 1000));
  if (state.stage === "paused") {
    return quiet({ ...state, secondsLeft });
  }
  const next = { ...state, secondsLeft, stage: stageOf(secondsLeft) };
  return { state: next, say: told(state, secondsLeft), mustAsk: secondsLeft === 0 && state.secondsLeft > 0 };
}

function hear(before: State, time: OrderTime, at: number): Step {
  const state = { ...before, isEmpty: time.isEmpty };
  if (time.status !== "PENDING") {
    // The clock of one that ran down is over; all other ends have pages of their own.
    const isAtEnd = isRunning(state) && state.deadline - at < AT_END_MILLIS;
    const wasPinned = state.stage === "paused" && state.secondsLeft === 0;
    const ranDown = time.status === "CANCELLED" && (state.stage === "over" || isAtEnd || wasPinned);
    return quiet({ ...state, stage: ranDown ? "over" : "closed", isExtending: false });
  }
  const { expiresAt, secondsLeft } = time;
  if (time.isPaying || (secondsLeft === 0 && time.hasPayment)) {
    // Pending without time left: its places are pinned by a payment that was declined.
    return quiet({ ...state, stage: "paused", expiresAt, secondsLeft, deadline: at + secondsLeft * 1000 });
  }
  if (secondsLeft === 0) {
    // The server's timer is about to end it: asked once more, it will have.
    return { state: { ...state, stage: "last", expiresAt, secondsLeft, deadline: at }, say: null, mustAsk: true };
  }
  const deadline = settledDeadline(state, at + secondsLeft * 1000, expiresAt);
  const shown = Math.max(0, Math.ceil((deadline - at) / 1000));
  const next = { ...state, stage: stageOf(shown), deadline, expiresAt, secondsLeft: shown };
  const gained = isRunning(state) && deadline - state.deadline > SAME_DEADLINE_MILLIS && state.expiresAt !== null;
  return { state: next, say: gained ? say("clock-now", { time: spokenTime(shown) }) : null, mustAsk: false };
}

/** The deadline that is shown stays, unless it is really another one: a clock must not hop. */
function settledDeadline(state: State, told: number, expiresAt: string | null): number {
  const isSame = state.expiresAt === null || state.expiresAt === expiresAt;
  const isNear = Math.abs(told - state.deadline) < SAME_DEADLINE_MILLIS;
  return isSame && isNear ? Math.min(state.deadline, told + 1000) : told;
}

function stageOf(secondsLeft: number): Stage {
  if (secondsLeft <= LAST_SECS) {
    return "last";
  }
  return secondsLeft <= WARNING_SECS ? "warning" : "calm";
}

function told(before: State, secondsLeft: number): string | null {
  const passed = TOLD_AT_SECS.filter((mark) => before.secondsLeft > mark && secondsLeft <= mark).at(-1);
  if (passed === undefined) {
    return null;
  }
  const isOffered = passed <= WARNING_SECS && !before.isExtended;
  return say(isOffered ? "clock-told-offer" : "clock-told", { time: spokenTime(secondsLeft) });
}

function isRunning(state: State): boolean {
  return state.stage === "calm" || state.stage === "warning" || state.stage === "last";
}

function quiet(state: State): Step {
  return { state, say: null, mustAsk: false };
}
