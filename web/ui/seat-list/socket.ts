// The live socket: opened again and again, a little later each time.

import type { ClientMessage } from "../wire/ClientMessage.ts";
import type { ServerMessage } from "../wire/ServerMessage.ts";

const FIRST_DELAY_MILLIS = 500;
const LONGEST_DELAY_MILLIS = 15_000;
/** The server's word that trying again is of no use: a foreign origin, no such session. */
const FINAL_CODES = [1008, 4404];

export interface Listener {
  opened(): void;
  closed(): void;
  heard(message: ServerMessage): void;
}

export class Socket {
  private readonly address: string;
  private readonly listener: Listener;
  private socket: WebSocket | null = null;
  private delay = FIRST_DELAY_MILLIS;
  private stopped = false;

  constructor(sessionId: string, listener: Listener) {
    const origin = location.origin.replace(/^http/, "ws");
    this.address = `${origin}/live/sessions/${sessionId}`;
    this.listener = listener;
  }

  open(): void {
    const socket = new WebSocket(this.address, "frontrow.v1");
    this.socket = socket;
    socket.addEventListener("open", () => {
      this.delay = FIRST_DELAY_MILLIS;
      this.listener.opened();
    });
    socket.addEventListener("message", (event: MessageEvent<string>) => {
      this.listener.heard(JSON.parse(event.data) as ServerMessage);
    });
    socket.addEventListener("close", (event) => {
      this.listener.closed();
      if (!this.stopped && !FINAL_CODES.includes(event.code)) {
        this.openLater();
      }
    });
  }

  say(message: ClientMessage): void {
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify(message));
    }
  }

  stop(): void {
    this.stopped = true;
    this.socket?.close();
  }

  /** With chance in it, so that a crowd does not come back in the same instant. */
  private openLater(): void {
    const delay = this.delay * (0.5 + Math.random());
    this.delay = Math.min(this.delay * 2, LONGEST_DELAY_MILLIS);
    setTimeout(() => {
      if (!this.stopped) {
        this.open();
      }
    }, delay);
  }
}
