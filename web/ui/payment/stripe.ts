// Stripe.js as far as this page uses it. The script comes from Stripe, or from what plays it: its address is the
// page's to say. <https://docs.stripe.com/js>

import type { Failure } from "./state.ts";

export interface StripeElement {
  mount(place: HTMLElement): void;
  on(event: "ready" | "loaderror", listener: () => void): void;
}

export interface StripeElements {
  create(kind: "payment"): StripeElement;
  submit(): Promise<{ error?: Failure }>;
}

export interface StripeApi {
  elements(options: { clientSecret: string; appearance?: object; locale?: string }): StripeElements;
  confirmPayment(options: {
    elements: StripeElements;
    clientSecret: string;
    confirmParams: { return_url: string };
    redirect: "if_required";
  }): Promise<{ error?: Failure }>;
}

type Factory = (key: string) => StripeApi;

/** Loads the script once, and opens Stripe with the publishable key. */
export async function loadStripe(address: string, key: string): Promise<StripeApi> {
  await new Promise<void>((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => reject(new Error(`${address} did not load`)));
    document.head.append(script);
  });
  const factory = (window as unknown as { Stripe?: Factory }).Stripe;
  if (factory === undefined) {
    throw new Error(`${address} is no Stripe.js`);
  }
  return factory(key);
}
