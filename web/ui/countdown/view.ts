// Draws the clock into what the server rendered, or, where a page's script makes the element, into parts
// of its own. The width never changes with the digits, and the offer keeps its place: nothing moves.

import { addressOf, say } from "../words/index.ts";
import { canExtend, clockText, labelOf, type State } from "./state.ts";

export interface Actions {
  extend(): void;
}

export class View {
  private readonly label: HTMLElement;
  private readonly time: HTMLElement;
  private readonly spoken: HTMLElement;
  private readonly offer: HTMLFormElement;
  private readonly button: HTMLButtonElement;
  private dialog: HTMLDialogElement | null = null;

  constructor(
    private readonly root: HTMLElement,
    actions: Actions,
  ) {
    if (root.querySelector('[data-part="time"]') === null) {
      root.append(...ownParts());
    }
    this.label = part(root, "label");
    this.time = part(root, "time");
    this.offer = root.querySelector('[data-part="offer"]') ?? offer();
    root.append(this.offer);
    this.button = this.offer.querySelector("button") ?? document.createElement("button");
    this.offer.addEventListener("submit", (event) => {
      event.preventDefault();
      actions.extend();
    });
    // Beside the clock itself, which changes each second and must not be read out.
    this.spoken = document.createElement("p");
    this.spoken.className = "hidden";
    this.spoken.setAttribute("role", "status");
    root.append(this.spoken);
    this.time.setAttribute("role", "timer");
  }

  draw(state: State): void {
    this.root.dataset["stage"] = state.stage;
    this.label.textContent = labelOf(state);
    this.time.hidden = state.stage === "paused" && state.secondsLeft === 0;
    this.time.textContent = clockText(state.secondsLeft);
    const isOffered = canExtend(state) || state.isExtending;
    if (!isOffered && this.offer.contains(document.activeElement)) {
      // Whoever has just pressed it goes on from the clock that it changed, not from the top of the page.
      this.time.tabIndex = -1;
      this.time.focus({ preventScroll: true });
    }
    this.offer.hidden = !isOffered;
    this.button.setAttribute("aria-busy", String(state.isExtending));
  }

  say(words: string): void {
    // The same words twice are no change, and would stay unsaid.
    this.spoken.textContent = this.spoken.textContent === words ? `${words}\u00a0` : words;
  }

  /** Says what happened and how to go on, over the page. */
  showOver(sessionId: string): void {
    if (this.dialog !== null) {
      return;
    }
    this.dialog = overDialog(sessionId);
    document.body.append(this.dialog);
    this.dialog.showModal();
  }
}

function part(root: HTMLElement, name: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(`[data-part="${name}"]`);
  if (found === null) {
    throw new Error(`the clock has no part ${name}`);
  }
  return found;
}

function ownParts(): HTMLElement[] {
  const line = document.createElement("p");
  line.className = "countdown-time";
  const [words, label, time] = [make("span"), make("span"), make("strong")];
  label.dataset["part"] = "label";
  time.dataset["part"] = "time";
  words.append(label, " ", time);
  line.append(words);
  return [line];
}

function offer(): HTMLFormElement {
  const form = document.createElement("form");
  form.dataset["part"] = "offer";
  const button = document.createElement("button");
  button.className = "quiet small";
  button.textContent = say("clock-add");
  form.append(button);
  form.hidden = true;
  return form;
}

function overDialog(sessionId: string): HTMLDialogElement {
  const dialog = document.createElement("dialog");
  dialog.className = "sheet";
  dialog.setAttribute("aria-labelledby", "time-over");
  const heading = make("h2", say("clock-ran-out"));
  heading.id = "time-over";
  heading.tabIndex = -1;
  heading.autofocus = true;
  const words = make("p", say("clock-ran-out-text"));
  const again = document.createElement("a");
  again.className = "button wide";
  again.href = addressOf(`/sessions/${sessionId}`);
  again.textContent = say("clock-again");
  dialog.append(heading, words, again);
  // There is nothing behind it to go back to.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  return dialog;
}

function make(tag: string, text = ""): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
