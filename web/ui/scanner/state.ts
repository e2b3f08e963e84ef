// The door as its page knows it, and how each thing that happens changes it. Pure: no DOM, no clock, no
// network.
//
//   idle ──seen, typed, picked──▶ asking ──verdict──▶ idle, the verdict shown
//
// One question is open at a time. It keeps its nonce until it is answered, through lost connections too:
// the server takes a repeated nonce for the same attempt, so nobody is refused for a broken line. While there is
// no connection nothing new is asked, and nothing is ever guessed.

import type { DoorBoard } from "../wire/DoorBoard.ts";
import type { Validated } from "../wire/Validated.ts";

export type Link = "connecting" | "live" | "reconnecting" | "offline" | "signed_out" | "closed";

export type Subject =
  | { readonly kind: "code"; readonly code: string }
  | { readonly kind: "pnr"; readonly pnr: string }
  | { readonly kind: "ticket"; readonly ticketId: string };

export interface Attempt {
  /** Names the question on the socket. */
  readonly id: number;
  readonly nonce: string;
  readonly subject: Subject;
  readonly tries: number;
}

export type Shown =
  | { readonly kind: "verdict"; readonly id: number; readonly answer: Validated }
  /** The server could not judge it: the code of the error. */
  | { readonly kind: "failed"; readonly id: number; readonly code: string };

export interface DoorState {
  readonly link: Link;
  readonly attempt: Attempt | null;
  readonly shown: Shown | null;
  /** What the camera saw last, and when it last saw it. */
  readonly sight: { readonly code: string; readonly at: number } | null;
  /** When the last answer came, in the clock of the events. */
  readonly answeredAt: number;
  readonly nextId: number;
  readonly board: DoorBoard | null;
}

export type DoorEvent =
  | { readonly kind: "opened" }
  | { readonly kind: "closed"; readonly code: number; readonly isFinal: boolean; readonly isOffline: boolean }
  /** The camera has a code before it. Said again with every picture. */
  | { readonly kind: "seen"; readonly code: string; readonly at: number; readonly nonce: string }
  | { readonly kind: "typed"; readonly text: string; readonly nonce: string }
  | { readonly kind: "picked"; readonly ticketId: string; readonly nonce: string }
  | { readonly kind: "judged"; readonly id: number; readonly answer: Validated; readonly at: number }
  | { readonly kind: "refused"; readonly id: number; readonly code: string; readonly at: number }
  | { readonly kind: "board"; readonly board: DoorBoard };

export type Effect =
  | { readonly kind: "ask"; readonly attempt: Attempt; readonly afterMillis: number }
  | { readonly kind: "signal"; readonly signal: Signal }
  | { readonly kind: "board" };

export type Signal = "good" | "bad" | "told";

export interface Step {
  readonly state: DoorState;
  readonly effects: readonly Effect[];
}

/** A code that was out of sight for so long is a new one, even if it is the same. */
export const FORGET_MILLIS = 3_000;
/** So long a verdict stands before the camera may replace it. */
export const SHOWN_MIN_MILLIS = 900;
const TRIES_MAX = 6;
const RETRY_MILLIS = 1_000;
/** The server has no time now, or was not reached: the same question again. */
const PASSING = ["busy", "unavailable", "rate_limited", "unreachable"];
const LOGIN_ENDED = 4401;

const PNR = /^[A-Z2-9]{8}$/;

export function initialDoor(): DoorState {
  return {
    link: "connecting",
    attempt: null,
    shown: null,
    sight: null,
    answeredAt: Number.NEGATIVE_INFINITY,
    nextId: 1,
    board: null,
  };
}

export function reduceDoor(state: DoorState, event: DoorEvent): Step {
  switch (event.kind) {
    case "opened": {
      const again: Effect[] = state.attempt === null ? [] : [{ kind: "ask", attempt: state.attempt, afterMillis: 0 }];
      return { state: { ...state, link: "live" }, effects: [...again, { kind: "board" }] };
    }
    case "closed":
      return step({ ...state, link: linkAfter(event) });
    case "seen":
      return see(state, event);
    case "typed":
      return typed(state, event.text, event.nonce);
    case "picked":
      return ask(state, { kind: "ticket", ticketId: event.ticketId }, event.nonce);
    case "judged":
      return judged(state, event.id, event.answer, event.at);
    case "refused":
      return refused(state, event.id, event.code, event.at);
    case "board":
      return step({ ...state, board: event.board });
  }
}

/** What is told by colour and sound alike. */
export function signalOf(answer: Validated): Signal {
  if (answer.verdict === "admitted") {
    return "good";
  }
  return answer.verdict === "found" ? "told" : "bad";
}

function see(state: DoorState, { code, at, nonce }: { code: string; at: number; nonce: string }): Step {
  const sight = { code, at };
  if (state.sight?.code === code && at - state.sight.at < FORGET_MILLIS) {
    return step({ ...state, sight });
  }
  const mayAsk = state.link === "live" && state.attempt === null && at - state.answeredAt >= SHOWN_MIN_MILLIS;
  // What cannot be asked now was not seen: it is asked when it can be, if it is still there.
  return mayAsk ? ask({ ...state, sight }, { kind: "code", code }, nonce) : step(state);
}

function typed(state: DoorState, text: string, nonce: string): Step {
  const trimmed = text.trim();
  const pnr = trimmed.toUpperCase().replaceAll(/[\s-]/g, "");
  if (trimmed === "") {
    return step(state);
  }
  return ask(state, PNR.test(pnr) ? { kind: "pnr", pnr } : { kind: "code", code: trimmed }, nonce);
}

function ask(state: DoorState, subject: Subject, nonce: string): Step {
  if (state.link !== "live" || state.attempt !== null) {
    return step(state);
  }
  const attempt = { id: state.nextId, nonce, subject, tries: 1 };
  return {
    state: { ...state, attempt, shown: null, nextId: state.nextId + 1 },
    effects: [{ kind: "ask", attempt, afterMillis: 0 }],
  };
}

function judged(state: DoorState, id: number, answer: Validated, at: number): Step {
  if (state.attempt?.id !== id) {
    return step(state);
  }
  return {
    state: { ...state, attempt: null, shown: { kind: "verdict", id, answer }, answeredAt: at },
    effects: [{ kind: "signal", signal: signalOf(answer) }, { kind: "board" }],
  };
}

function refused(state: DoorState, id: number, code: string, at: number): Step {
  const { attempt } = state;
  if (attempt?.id !== id) {
    return step(state);
  }
  if (PASSING.includes(code) && attempt.tries < TRIES_MAX) {
    const again = { ...attempt, tries: attempt.tries + 1 };
    return { state: { ...state, attempt: again }, effects: [{ kind: "ask", attempt: again, afterMillis: RETRY_MILLIS }] };
  }
  return {
    // It may be held up again at once.
    state: { ...state, attempt: null, shown: { kind: "failed", id, code }, sight: null, answeredAt: at },
    effects: [{ kind: "signal", signal: "bad" }],
  };
}

function linkAfter({ code, isFinal, isOffline }: { code: number; isFinal: boolean; isOffline: boolean }): Link {
  if (code === LOGIN_ENDED) {
    return "signed_out";
  }
  if (isFinal) {
    return "closed";
  }
  return isOffline ? "offline" : "reconnecting";
}

function step(state: DoorState): Step {
  return { state, effects: [] };
}
