// The gateway's pages, made better than forms alone: the clock, fields judged as they are left, drafts,
// no double presses, and a page that follows its order wherever it goes.

import "../countdown/index.ts";
import "./stepper.ts";

import { readOrder } from "../live/gateway.ts";
import type { Connection } from "../live/state.ts";
import type { Order } from "../wire/Order.ts";
import { addressOf } from "../words/index.ts";
import { enhanceDetails, forgetDetails } from "./details.ts";
import { OfflineBanner } from "./offline.ts";
import { nextAddress } from "./following.ts";

/** How often a payment is asked after where the socket is silent. */
const ASK_MILLIS = 4000;

const frame = document.querySelector<HTMLElement>(".gateway");
const banner = new OfflineBanner();

if (document.querySelector("[data-paid]") !== null) {
  forgetDetails();
}
if (frame !== null) {
  const { order: orderId = "", step = "" } = frame.dataset;
  document.addEventListener("order", (event) => {
    follow((event as CustomEvent<Order>).detail, step);
  });
  document.addEventListener("closed", () => {
    if (step !== "confirmation") {
      // Its own address says how it ended, or shows its tickets.
      location.replace(addressOf(`/gateway/orders/${orderId}`));
    }
  });
  document.addEventListener("connection", (event) => banner.update((event as CustomEvent<Connection>).detail));
  // Judged before it counts as sent: a form that is held back was not.
  document.querySelectorAll<HTMLFormElement>("form[data-keep]").forEach(enhanceDetails);
  document.querySelectorAll<HTMLFormElement>("form[data-once]").forEach(submitOnce);
  if (document.querySelector("payment-watch") !== null) {
    setInterval(() => void askAfter(orderId, step), ASK_MILLIS);
  }
}

/** Goes where the order has gone, if that is not here. */
function follow(order: Order, step: string): void {
  const isWaiting = document.querySelector("payment-watch") !== null;
  const address = nextAddress(order, step, isWaiting);
  if (address !== null) {
    location.replace(addressOf(address));
  }
}

async function askAfter(orderId: string, step: string): Promise<void> {
  const order = await readOrder(orderId).catch(() => null);
  if (order !== null) {
    follow(order, step);
  }
}

/** A second press does nothing while the first is under way; the server would take it for the same anyway. */
function submitOnce(form: HTMLFormElement): void {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) {
      return;
    }
    if (!navigator.onLine) {
      // The browser's own page of an error would take the form away.
      event.preventDefault();
      banner.update("offline");
      return;
    }
    if (form.dataset["sent"] !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset["sent"] = "";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  // Whoever comes back by the browser's button finds the form as it was, and may send it again.
  addEventListener("pageshow", () => {
    delete form.dataset["sent"];
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });
}
