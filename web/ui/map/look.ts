// How a place looks, decided once for the canvas, the list and the words. Pure.

import { FREE, HELD, SOLD } from "../live/state.ts";

/** A seat's look: what the wire says, and what only this buyer knows. */
export const LOOK_FREE = 0;
export const LOOK_HELD = 1;
export const LOOK_SOLD = 2;
export const LOOK_OFF = 3;
export const LOOK_OWN = 4;
/** Asked for; no answer yet. */
export const LOOK_TAKING = 5;
/** Being given back. */
export const LOOK_GIVING = 6;
/** Nothing is known yet. */
export const LOOK_UNKNOWN = 7;

export type Word = "free" | "held" | "sold" | "not on sale" | "yours" | "taking" | "giving back" | "unknown";

export const LOOK_WORDS: readonly Word[] = [
  "free",
  "held",
  "sold",
  "not on sale",
  "yours",
  "taking",
  "giving back",
  "unknown",
];

/** The wire's state as a look. */
export function lookOfWire(state: number | undefined): number {
  return state === FREE || state === HELD || state === SOLD ? state : LOOK_OFF;
}

/** Colours and sizes, read from the page's tokens. */
export interface Palette {
  readonly paper: string;
  readonly surface: string;
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly accent: string;
  readonly onAccent: string;
  /** One a price, the dearest first; used again from the start where there are more prices. */
  readonly prices: readonly string[];
  readonly onPrice: string;
  readonly font: string;
}
