// <number-stepper>: a number with a button at each side. Without a script it is the number alone.

import { say } from "../words/index.ts";

class NumberStepper extends HTMLElement {
  connectedCallback(): void {
    const input = this.querySelector("input");
    if (input === null || this.querySelector("button") !== null) {
      return;
    }
    const [fewer, more] = [button("−", say("stepper-fewer")), button("+", say("stepper-more"))];
    fewer.addEventListener("click", () => change(() => input.stepDown()));
    more.addEventListener("click", () => change(() => input.stepUp()));
    input.before(fewer);
    input.after(more);
    const draw = (): void => {
      fewer.disabled = Number(input.value) <= Number(input.min);
      more.disabled = Number(input.value) >= Number(input.max);
    };
    const change = (step: () => void): void => {
      step();
      draw();
    };
    input.addEventListener("input", draw);
    draw();
  }
}

function button(sign: string, label: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = sign;
  made.setAttribute("aria-label", label);
  return made;
}

customElements.define("number-stepper", NumberStepper);
