// How a place looks, decided once for the canvas, the list and the words. Pure.

import { FREE, HELD, SOLD } from "../live/state.ts";

/** A seat's look: what the wire says, and what only this buyer knows. */
export const LOOK = {
  free: 0,
  held: 1,
  sold: 2,
  off: 3,
  own: 4,
  /** Asked for; no answer yet. */
  taking: 5,
  /** Being given back. */
  giving: 6,
  /** Nothing is known yet. */
  unknown: 7,
} as const;

export type Word = "free" | "held" | "sold" | "not on sale" | "yours" | "taking" | "giving back" | "unknown";

/** As styles and tests know it; people read the message of `LOOK_KEYS`. */
export const LOOK_NAMES: readonly Word[] = [
  "free",
  "held",
  "sold",
  "not on sale",
  "yours",
  "taking",
  "giving back",
  "unknown",
];

export const LOOK_KEYS: readonly string[] = [
  "look-free",
  "look-held",
  "look-sold",
  "look-off",
  "look-own",
  "look-taking",
  "look-giving",
  "look-unknown",
];

/** The wire's state as a look. */
export function lookOfWire(state: number | undefined): number {
  return state === FREE || state === HELD || state === SOLD ? state : LOOK.off;
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

/** There may be more prices than colours. */
export function priceColor({ prices, quiet }: Palette, price: number): string {
  return prices[price % prices.length] ?? quiet;
}
