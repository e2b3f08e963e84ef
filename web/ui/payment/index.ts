// <card-payment data-script data-key data-secret data-return>: Stripe's Payment Element, and the button that confirms
// the payment. What came of it is never decided here: the return address asks the provider.

import { languageTag } from "../words/index.ts";
import { initial, reduce, type Event, type State } from "./state.ts";
import { loadStripe, type StripeApi, type StripeElements } from "./stripe.ts";
import { View } from "./view.ts";

/** A form that has not come by then is told to be missing; it may still come. */
const PATIENCE_MILLIS = 10_000;

class CardPayment extends HTMLElement {
  private state: State = initial;
  private view: View | null = null;
  private stripe: StripeApi | null = null;
  private elements: StripeElements | null = null;

  connectedCallback(): void {
    this.view = new View(this, { pay: () => void this.pay() });
    this.view.draw(this.state);
    setTimeout(() => this.step({ kind: "unreachable" }), PATIENCE_MILLIS);
    this.open().catch(() => this.step({ kind: "unreachable" }));
  }

  private async open(): Promise<void> {
    const { script = "", key = "", secret = "" } = this.dataset;
    const stripe = await loadStripe(script, key);
    const elements = stripe.elements({ clientSecret: secret, appearance: appearance(this), locale: languageTag() });
    const element = elements.create("payment");
    element.on("ready", () => this.step({ kind: "ready" }));
    element.on("loaderror", () => this.step({ kind: "unreachable" }));
    this.stripe = stripe;
    this.elements = elements;
    element.mount(this.view?.element ?? this);
  }

  private async pay(): Promise<void> {
    const { stripe, elements } = this;
    if (this.state.stage !== "ready" || stripe === null || elements === null) {
      return;
    }
    this.step({ kind: "pressed" });
    const error = await this.confirm(stripe, elements);
    if (this.step({ kind: "answered", error }).stage === "leaving") {
      location.assign(this.dataset["return"] ?? location.href);
    }
  }

  private async confirm(stripe: StripeApi, elements: StripeElements): Promise<{ type: string; message?: string } | null> {
    const { secret = "", return: returnUrl = "" } = this.dataset;
    try {
      const submitted = await elements.submit();
      if (submitted.error !== undefined) {
        return submitted.error;
      }
      const confirmParams = { return_url: returnUrl };
      const confirmed = await stripe.confirmPayment({ elements, clientSecret: secret, confirmParams, redirect: "if_required" });
      return confirmed.error ?? null;
    } catch {
      return { type: "api_connection_error" };
    }
  }

  private step(event: Event): State {
    this.state = reduce(this.state, event);
    this.view?.draw(this.state);
    return this.state;
  }
}

/** Stripe's form in the page's own colours. */
function appearance(root: HTMLElement): object {
  const style = getComputedStyle(root);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    theme: matchMedia("(prefers-color-scheme: dark)").matches ? "night" : "stripe",
    variables: {
      colorPrimary: token("--accent"),
      colorBackground: token("--surface"),
      colorText: token("--ink"),
      colorTextSecondary: token("--ink-quiet"),
      colorDanger: token("--bad"),
      borderRadius: token("--radius-s"),
      fontFamily: "system-ui, sans-serif",
    },
  };
}

customElements.define("card-payment", CardPayment);
