// Draws the state into what the server rendered.

import type { State } from "./state.ts";

export interface Actions {
  pay(): void;
}

export class View {
  /** Where the provider's form goes. */
  readonly element: HTMLElement;
  private readonly loading: HTMLElement;
  private readonly error: HTMLElement;
  private readonly button: HTMLButtonElement;

  constructor(root: HTMLElement, actions: Actions) {
    this.element = part(root, "element");
    this.loading = part(root, "loading");
    this.error = part(root, "error");
    this.button = part(root, "pay") as HTMLButtonElement;
    this.button.addEventListener("click", () => actions.pay());
  }

  draw(state: State): void {
    this.loading.hidden = state.stage !== "loading";
    this.button.disabled = state.stage === "loading" || state.stage === "unreachable";
    this.button.setAttribute("aria-busy", String(state.stage === "paying" || state.stage === "leaving"));
    if (this.error.textContent !== state.words) {
      this.error.textContent = state.words;
      if (state.words !== "") {
        this.error.focus();
      }
    }
  }
}

function part(root: HTMLElement, name: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(`[data-part="${name}"]`);
  if (found === null) {
    throw new Error(`the page has no part ${name}`);
  }
  return found;
}
