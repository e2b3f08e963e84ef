// What the buyer has: places with prices, the total, the clock, the way on.

import { addressOf, say } from "../words/index.ts";
import { button, element, part, setText } from "./dom.ts";
import type { House } from "./house.ts";
import type { OrderCountdown } from "../countdown/index.ts";
import { isOpen } from "../live/state.ts";
import { ownCount, type MapState } from "./state.ts";
import { placeName, priceOf, priceText } from "./words.ts";
import type { Order } from "../wire/Order.ts";

export interface TrayActions {
  drop(seat: number): void;
  dropStanding(section: string): void;
  show(seat: number): void;
}

export class Tray {
  private readonly root: HTMLElement;
  private readonly house: House;
  private readonly actions: TrayActions;
  private shown = "";
  private heard: Order | null = null;
  private order: Order | null = null;
  private isClockAsked = false;

  constructor(root: HTMLElement, house: House, actions: TrayActions) {
    this.root = root;
    this.house = house;
    this.actions = actions;
    // Room for it, whatever is in it. Not by :has(), which would be asked again at each touch.
    new ResizeObserver(() => this.makeRoom()).observe(root);
  }

  update(state: MapState): void {
    const { order } = state.live;
    const count = ownCount(state);
    // In the gateway the time of an order runs that has nothing yet.
    const isShown = isOpen(order) && (count > 0 || this.page?.dataset["order"] !== undefined);
    this.root.hidden = !isShown;
    this.page?.setAttribute("data-tray", String(isShown));
    if (!isShown) {
      this.shown = "";
      return;
    }
    const key = JSON.stringify([order.seats, order.standing, order.total, order.eventSessionOrderId]);
    if (key !== this.shown) {
      this.shown = key;
      this.write(order, count);
    }
    this.order = order;
    this.clock(order);
  }

  private get page(): HTMLElement | null {
    return this.root.closest<HTMLElement>("seat-map");
  }

  private makeRoom(): void {
    this.page?.style.setProperty("--tray-block", `${this.root.offsetHeight}px`);
    // The seat that was just taken from the list may lie where the tray is now.
    const { activeElement } = document;
    if (activeElement?.closest("[data-part=sections]")) {
      activeElement.scrollIntoView({ block: "nearest" });
    }
  }

  private write(order: Order, count: number): void {
    setText(part(this.root, "tray-count"), count === 0 ? say("tray-none") : say("tray-places", { count }));
    part(this.root, "tray-foot").hidden = count === 0;
    setText(part(this.root, "tray-total"), priceText(order.total));
    part(this.root, "continue").setAttribute("href", addressOf(`/gateway/orders/${order.eventSessionOrderId}`));
    const seats = order.seats.map((seat) => this.seatItem(seat));
    const standing = order.standing.map(({ sectionId, quantity }) => this.standingItem(sectionId, quantity));
    part(this.root, "tray-places").replaceChildren(...seats, ...standing);
  }

  private seatItem(seat: number): HTMLElement {
    const name = placeName(this.house, seat);
    const show = button(name, "tray-place", () => this.actions.show(seat));
    const price = element("span", { class: "price", text: priceOf(this.house, seat) });
    return element("li", {}, show, price, dropButton(name, () => this.actions.drop(seat)));
  }

  private standingItem(sectionId: string, quantity: number): HTMLElement {
    const section = this.house.sections.find(({ id }) => id === sectionId);
    const name = section?.name ?? say("standing-word");
    const money = this.house.prices[section?.price ?? 0];
    const sum = money === undefined ? "" : priceText({ ...money, amount: money.amount * quantity });
    const words = element("span", { class: "tray-place", text: `${quantity} × ${name}` });
    const price = element("span", { class: "price", text: sum });
    return element("li", {}, words, price, dropButton(say("tray-one-of", { section: name }), () => this.actions.dropStanding(sectionId)));
  }

  /** The order's own clock, fed from the live session that this page has anyway. */
  private clock(order: Order): void {
    if (customElements.get("order-countdown") === undefined) {
      this.askForClock();
      return;
    }
    const place = part(this.root, "tray-clock");
    let countdown = place.querySelector<OrderCountdown>("order-countdown");
    if (countdown?.dataset["order"] !== order.eventSessionOrderId) {
      countdown = document.createElement("order-countdown") as OrderCountdown;
      countdown.className = "countdown";
      countdown.dataset["order"] = order.eventSessionOrderId;
      countdown.dataset["session"] = order.sessionId;
      countdown.dataset["secondsLeft"] = String(order.secondsLeft);
      countdown.dataset["fed"] = "";
      place.replaceChildren(countdown);
      this.heard = null;
    }
    if (this.heard !== order) {
      this.heard = order;
      countdown.hear(order);
    }
  }

  /** Its code comes with the first order: who only looks needs none. Where it does not come, the next change asks again. */
  private askForClock(): void {
    if (this.isClockAsked) {
      return;
    }
    this.isClockAsked = true;
    void import("../countdown/index.ts")
      .then(() => {
        if (this.order !== null) {
          this.clock(this.order);
        }
      })
      .catch(() => {
        this.isClockAsked = false;
      });
  }
}

function dropButton(name: string, pressed: () => void): HTMLButtonElement {
  const drop = button("×", "tray-drop", pressed);
  drop.setAttribute("aria-label", say("tray-give-back", { name }));
  return drop;
}
