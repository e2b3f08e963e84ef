// What the card form is doing, and what it says. Pure.

import { say } from "../words/index.ts";

export type Stage =
  /** The provider's form is on its way. */
  | "loading"
  /** It can be filled in. */
  | "ready"
  /** The payment is being confirmed; the buyer's bank may ask something. */
  | "paying"
  /** The provider has decided: the page that knows what comes of it is being loaded. */
  | "leaving"
  /** The form did not come. */
  | "unreachable";

export interface State {
  readonly stage: Stage;
  /** What to put right, or what failed. */
  readonly words: string;
}

export type Event =
  | { readonly kind: "ready" }
  | { readonly kind: "unreachable" }
  | { readonly kind: "pressed" }
  /** The provider's answer to a confirmation that did not lead away. */
  | { readonly kind: "answered"; readonly error: Failure | null };

/** An error as Stripe.js tells it. */
export interface Failure {
  readonly type: string;
  readonly message?: string;
}

export const initial: State = { stage: "loading", words: "" };

export function reduce(state: State, event: Event): State {
  switch (event.kind) {
    case "ready":
      return state.stage === "loading" || state.stage === "unreachable" ? { stage: "ready", words: "" } : state;
    case "unreachable":
      return state.stage === "loading" ? { stage: "unreachable", words: say("card-unreachable") } : state;
    case "pressed":
      return state.stage === "ready" ? { stage: "paying", words: "" } : state;
    case "answered":
      return state.stage === "paying" ? answered(event.error) : state;
  }
}

/** A field that is wrong is put right here; all else is told by our own page, which asks the provider. */
function answered(error: Failure | null): State {
  if (error?.type === "validation_error") {
    return { stage: "ready", words: error.message ?? say("card-wrong") };
  }
  if (error?.type === "api_connection_error") {
    return { stage: "ready", words: say("card-cut-off") };
  }
  return { stage: "leaving", words: "" };
}
