// A session as it is this second: the socket, the state, and whoever wants to hear of changes. Every
// island of a page that shows something live has one.
//
//   const live = new LiveSession(sessionId, { orderId });
//   live.subscribe(({ state }) => draw(state));
//   live.start();

import type { ClientMessage } from "../wire/ClientMessage.ts";
import type { Order } from "../wire/Order.ts";
import type { OwnOrder } from "../wire/OwnOrder.ts";
import type { ServerMessage } from "../wire/ServerMessage.ts";
import { decodeDelta } from "./delta.ts";
import { Socket } from "./socket.ts";
import { generationToPresent, initialLive, reduceLive, type LiveEvent, type LiveState, type LiveStep } from "./state.ts";

/** Error codes that mean: this order is not this browser's, or is no more. */
const NOT_OURS = ["forbidden", "not_found"];

export interface LiveChange extends LiveStep {
  readonly before: LiveState;
}

export interface LiveOptions {
  /** The buyer's order, if there is one already. */
  readonly orderId?: string | null;
  /** The status that the page was rendered with. */
  readonly status?: string;
}

export type Unsubscribe = () => void;

export class LiveSession {
  private readonly socket: Socket;
  private readonly changed = new Set<(change: LiveChange) => void>();
  private readonly messages = new Set<(message: ServerMessage) => void>();
  private order: OwnOrder | null;
  private current: LiveState;

  constructor(sessionId: string, options: LiveOptions = {}) {
    const { orderId } = options;
    this.order = orderId === undefined || orderId === null ? null : { id: orderId };
    this.current = initialLive(options.status);
    this.socket = new Socket(sessionId, {
      opened: () => {
        this.step({ kind: "opened" });
        this.greet();
      },
      closed: ({ isFinal, isOffline }) => this.step({ kind: "closed", isFinal, isOffline }),
      heard: (message) => this.hear(message),
      heardBinary: (bytes) => this.hearBinary(bytes),
    });
  }

  get state(): LiveState {
    return this.current;
  }

  start(): void {
    this.socket.open();
  }

  stop(): void {
    this.socket.stop();
  }

  /** Hears of every change of the state, with what changed. */
  subscribe(listener: (change: LiveChange) => void): Unsubscribe {
    this.changed.add(listener);
    return () => this.changed.delete(listener);
  }

  /** Hears every JSON message as it came, after the state took it over: for what the state does not keep. */
  onMessage(listener: (message: ServerMessage) => void): Unsubscribe {
    this.messages.add(listener);
    return () => this.messages.delete(listener);
  }

  /** Said only while the socket is open. */
  say(message: ClientMessage): void {
    this.socket.say(message);
  }

  /**
   * From now on this order is the buyer's own. An order that was opened after the socket needs its secret: the
   * socket knows the cookies of its handshake alone.
   */
  follow(order: Order, secret?: string): void {
    this.step({ kind: "order", order });
    if (this.order?.id !== order.eventSessionOrderId) {
      this.order = { id: order.eventSessionOrderId, ...(secret === undefined ? {} : { secret }) };
      this.greet();
    }
  }

  /** What an answer over HTTP said of the buyer's order; null: there is none any more. */
  note(order: Order | null): void {
    if (order === null) {
      this.order = null;
    }
    this.step({ kind: "order", order });
  }

  private greet(): void {
    const have = generationToPresent(this.current);
    this.socket.say({
      type: "hello",
      binary: true,
      ...(have === null ? {} : { have }),
      ...(this.order === null ? {} : { order: this.order }),
    });
    if (have !== null && this.current.connection !== "live") {
      // Silence is the answer where nothing has happened since.
      this.step({ kind: "resumed" });
    }
  }

  private hear(message: ServerMessage): void {
    if (message.type === "error" && message.id === undefined && NOT_OURS.includes(message.code)) {
      this.note(null);
    } else {
      this.step({ kind: "heard", message });
    }
    for (const listener of this.messages) {
      listener(message);
    }
  }

  private hearBinary(bytes: ArrayBuffer): void {
    const delta = decodeDelta(bytes);
    if (delta === null) {
      this.socket.say({ type: "resync" });
    } else {
      this.step({ kind: "delta", delta });
    }
  }

  private step(event: LiveEvent): void {
    const before = this.current;
    const step = reduceLive(before, event);
    this.current = step.state;
    if (step.mustResync) {
      this.socket.say({ type: "resync" });
    }
    if (step.state !== before) {
      for (const listener of this.changed) {
        listener({ ...step, before });
      }
    }
  }
}
