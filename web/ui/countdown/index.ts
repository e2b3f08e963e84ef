// <order-countdown data-order="…" data-session="…" data-seconds-left="…" [data-extended] [data-paused] [data-empty]>:
// an order's clock. It follows the order over the session's socket, so that an extension in another tab, a
// payment or a cancellation shows here; where the page has a live session already, `follow` shares that.
//
// It tells the page what it hears, as events that bubble: `order` (detail: the order), `connection` (detail:
// the state of the connection), `closed` (it was paid or cancelled, here or elsewhere), `over` (it ran out;
// cancelable: whoever prevents it shows the end in its own way).

import { readOrder, Refused } from "../live/gateway.ts";
import { rememberOrder } from "../live/orders.ts";
import { LiveSession } from "../live/session.ts";
import type { Order } from "../wire/Order.ts";
import { initial, reduce, type Event, type OrderTime, type State } from "./state.ts";
import { View } from "./view.ts";

const TICK_MILLIS = 250;
/** The server's timer may be a moment behind ours: so long is waited before it is asked. */
const ASK_AFTER_MILLIS = 700;

export class OrderCountdown extends HTMLElement {
  private state: State = initial({ secondsLeft: 0, isExtended: false, isPaused: true, isEmpty: true }, 0);
  private view: View | null = null;
  private live: LiveSession | null = null;
  private ownsLive = false;
  private stopFollowing: (() => void) | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  connectedCallback(): void {
    this.view ??= new View(this, { extend: () => void this.extend() });
    const { secondsLeft, extended, paused, empty } = this.dataset;
    const flags = { isExtended: extended !== undefined, isPaused: paused !== undefined, isEmpty: empty !== undefined };
    this.state = initial({ secondsLeft: Number(secondsLeft ?? 0), ...flags }, saidAt());
    this.view.draw(this.state);
    this.timer = setInterval(() => this.step({ kind: "ticked", at: Date.now() }), TICK_MILLIS);
    document.addEventListener("visibilitychange", this.onVisible);
    addEventListener("pageshow", this.onVisible);
    if (this.live === null && this.dataset["fed"] === undefined) {
      const live = new LiveSession(this.sessionId, { orderId: this.orderId });
      this.ownsLive = true;
      this.follow(live);
      live.start();
    }
  }

  disconnectedCallback(): void {
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.onVisible);
    removeEventListener("pageshow", this.onVisible);
    this.stopFollowing?.();
    if (this.ownsLive) {
      this.live?.stop();
      this.live = null;
    }
  }

  /** Hears of the order from a live session that somebody else starts and stops. */
  follow(live: LiveSession): void {
    this.stopFollowing?.();
    this.live = live;
    this.stopFollowing = live.subscribe(({ state, before }) => {
      if (state.order !== before.order && state.order?.eventSessionOrderId === this.orderId) {
        this.hear(state.order);
      }
      if (state.connection !== before.connection) {
        this.dispatchEvent(new CustomEvent("connection", { bubbles: true, detail: state.connection }));
      }
    });
  }

  /** What an answer said of the order. */
  hear(order: Order): void {
    this.step({ kind: "heard", time: timeOf(order), at: Date.now() });
    this.dispatchEvent(new CustomEvent<Order>("order", { bubbles: true, detail: order }));
  }

  private get orderId(): string {
    return this.dataset["order"] ?? "";
  }

  private get sessionId(): string {
    return this.dataset["session"] ?? "";
  }

  private step(event: Event): void {
    const before = this.state;
    const { state, say, mustAsk } = reduce(before, event);
    this.state = state;
    if (state.secondsLeft !== before.secondsLeft || state.stage !== before.stage || event.kind !== "ticked") {
      this.view?.draw(state);
    }
    if (say !== null) {
      this.view?.say(say);
    }
    if (mustAsk) {
      setTimeout(() => void this.ask(true), ASK_AFTER_MILLIS);
    }
    if (state.stage === "over" && before.stage !== "over") {
      this.end();
    }
    if (state.stage === "closed" && before.stage !== "closed") {
      this.dispatchEvent(new CustomEvent("closed", { bubbles: true }));
    }
  }

  private async extend(): Promise<void> {
    this.step({ kind: "extending" });
    try {
      const order = await extendOrder(this.orderId);
      this.step({ kind: "extended" });
      this.hear(order);
    } catch (error) {
      const isFinal = error instanceof Refused && error.code === "already_extended";
      this.step({ kind: "refused", isFinal });
      await this.ask(false);
    }
  }

  /** A page that slept, or came back from the history, may be far behind. */
  private readonly onVisible = (): void => {
    if (document.visibilityState === "visible" && this.state.stage !== "over") {
      void this.ask(false);
    }
  };

  private async ask(isRunDown: boolean): Promise<void> {
    try {
      this.hear(await readOrder(this.orderId));
    } catch {
      // Not reached: then our own clock is the best there is.
      if (isRunDown && this.state.secondsLeft === 0) {
        this.step({ kind: "expired" });
      }
    }
  }

  private end(): void {
    rememberOrder(this.sessionId, null);
    const isOurs = this.dispatchEvent(new CustomEvent("over", { bubbles: true, cancelable: true }));
    if (isOurs) {
      this.view?.showOver(this.sessionId);
    }
  }
}

/** When the seconds left were true: for those in the page itself when it came, not when it was at last shown. */
function saidAt(): number {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const isInPage = document.readyState !== "complete" && navigation !== undefined;
  return isInPage ? performance.timeOrigin + navigation.responseStart : Date.now();
}

async function extendOrder(orderId: string): Promise<Order> {
  const response = await fetch(`/api/gateway/orders/${orderId}/extend`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) {
    throw new Refused(response.status, (await response.json().catch(() => ({}))) as object);
  }
  return (await response.json()) as Order;
}

function timeOf(order: Order): OrderTime {
  const isPaying = order.payment?.state === "pending";
  return {
    status: order.status,
    secondsLeft: Math.max(order.secondsLeft, isPaying ? (order.payment?.secondsLeft ?? 0) : 0),
    expiresAt: order.expireIfNotCompletedAt,
    isPaying,
    hasPayment: order.payment !== undefined,
    isEmpty: order.seats.length + order.standing.length === 0,
  };
}

customElements.define("order-countdown", OrderCountdown);
