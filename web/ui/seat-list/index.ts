// The island of a session's page: keeps the list of seats true, and takes and gives back places.

import { dropSeat, getSeat, openOrder, Refused, type Places } from "./gateway.ts";
import { Socket } from "./socket.ts";
import { initial, isOpen, reduce, type Event, type State } from "./state.ts";
import { View } from "./view.ts";
import type { Order } from "../wire/Order.ts";
import type { ServerMessage } from "../wire/ServerMessage.ts";

class SeatList extends HTMLElement {
  private state: State = initial(0);
  private view: View | null = null;
  private socket: Socket | null = null;
  /** One request after the other, so that two clicks do not open two orders. */
  private turn: Promise<void> = Promise.resolve();

  connectedCallback(): void {
    this.view = new View(this, {
      take: (seat) => this.queue(() => this.take({ seats: [seat] })),
      drop: (seat) => this.queue(() => this.giveBack({ seats: [seat] })),
      takeStanding: (section) => this.queue(() => this.take({ section, quantity: 1 })),
      dropStanding: (section) => this.queue(() => this.giveBack({ section, quantity: 1 })),
    });
    this.state = initial(this.view.seatCount);
    this.socket = new Socket(this.sessionId, {
      opened: () => this.greet(),
      closed: () => this.step({ kind: "disconnected" }),
      heard: (message) => this.hear(message),
    });
    this.socket.open();
  }

  disconnectedCallback(): void {
    this.socket?.stop();
  }

  private get sessionId(): string {
    return this.dataset["session"] ?? "";
  }

  private greet(): void {
    this.step({ kind: "connected" });
    const orderId = this.rememberedOrder();
    const order = orderId === null ? {} : { order: { id: orderId } };
    this.socket?.say({ type: "hello", ...order });
  }

  private hear(message: ServerMessage): void {
    if (message.type === "error" && ["forbidden", "not_found"].includes(message.code)) {
      this.keep(null);
    } else if (message.type === "order") {
      this.keep(message.order);
    } else {
      this.step({ kind: "heard", message });
    }
  }

  private step(event: Event): void {
    const { state, seats, isLost } = reduce(this.state, event);
    this.state = state;
    this.view?.draw(state, seats);
    if (isLost) {
      this.socket?.say({ type: "resync" });
    }
  }

  private queue(work: () => Promise<void>): void {
    this.turn = this.turn.then(work).catch((error: unknown) => this.explain(error));
  }

  private async take(places: Places): Promise<void> {
    const known = this.state.order;
    const orderId = known !== null && isOpen(known) ? known.eventSessionOrderId : await this.open();
    try {
      this.keep(await getSeat(orderId, places));
    } catch (error) {
      if (!(error instanceof Refused) || !error.isOrderGone || known === null) {
        throw error;
      }
      // The order ended while the page was open: the wish still stands.
      this.keep(await getSeat(await this.open(), places));
    }
    this.view?.say("It is yours until the order expires.", "told");
  }

  private async giveBack(places: Places): Promise<void> {
    const { order } = this.state;
    if (order !== null) {
      this.keep(await dropSeat(order.eventSessionOrderId, places));
      this.view?.say("Given back.", "told");
    }
  }

  private async open(): Promise<string> {
    const order = await openOrder(this.sessionId);
    this.keep(order);
    this.socket?.say({ type: "hello", ...this.have(), order: { id: order.eventSessionOrderId } });
    return order.eventSessionOrderId;
  }

  private have() {
    return this.state.generation === null ? {} : { have: this.state.generation };
  }

  private explain(error: unknown): void {
    if (!(error instanceof Refused)) {
      throw error;
    }
    const nearby = error.alternative.map((seat) => this.view?.nameOf(seat)).join("; ");
    const hint = nearby === "" ? "" : ` Free nearby: ${nearby}.`;
    this.view?.say(`${error.message}.${hint}`, "refused");
  }

  private keep(order: Order | null): void {
    if (order !== null && isOpen(order)) {
      localStorage.setItem(this.storageKey, order.eventSessionOrderId);
    } else {
      localStorage.removeItem(this.storageKey);
    }
    this.step({ kind: "order", order });
  }

  /** The order's id alone: its secret is in a cookie that no script can read. */
  private rememberedOrder(): string | null {
    return localStorage.getItem(this.storageKey);
  }

  private get storageKey(): string {
    return `order:${this.sessionId}`;
  }
}

customElements.define("seat-list", SeatList);
