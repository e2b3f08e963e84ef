// The live socket: opened again and again, a little later each time, and at once when the browser
// says that it is online again. It knows nothing of what is said.

import type { ClientMessage } from "../wire/ClientMessage.ts";
import type { ServerMessage } from "../wire/ServerMessage.ts";

const FIRST_DELAY_MILLIS = 500;
const LONGEST_DELAY_MILLIS = 15_000;
/** A handshake that takes longer will not come to anything. */
const HANDSHAKE_MAX_MILLIS = 10_000;
/** The server's word that trying again is of no use: a foreign origin, no such session. */
const FINAL_CODES = [1008, 4404];
/** The server ended the talk on purpose and in good order: it will be back, but not for everybody at once. */
const RESTART_CODES = [1001, 1012];
/** So late at most comes somebody back after a restart. */
const RESTART_SPREAD_MILLIS = 3_000;

export interface Listener {
  opened(): void;
  /** `isFinal`: it will not be opened again. `isOffline`: the browser has no network. */
  closed(how: { readonly code: number; readonly isFinal: boolean; readonly isOffline: boolean }): void;
  heard(message: ServerMessage): void;
  heardBinary(bytes: ArrayBuffer): void;
}

export class Socket {
  private readonly address: string;
  private readonly listener: Listener;
  private socket: WebSocket | null = null;
  private delay = FIRST_DELAY_MILLIS;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private stopped = true;

  constructor(sessionId: string, listener: Listener) {
    const origin = location.origin.replace(/^http/, "ws");
    this.address = `${origin}/live/sessions/${sessionId}`;
    this.listener = listener;
  }

  open(): void {
    if (!this.stopped) {
      return;
    }
    this.stopped = false;
    addEventListener("online", this.onOnline);
    addEventListener("offline", this.onOffline);
    this.connect();
  }

  say(message: ClientMessage): void {
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify(message));
    }
  }

  stop(): void {
    this.stopped = true;
    removeEventListener("online", this.onOnline);
    removeEventListener("offline", this.onOffline);
    this.clearTimer();
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private readonly onOnline = (): void => {
    if (this.socket === null && !this.stopped) {
      this.clearTimer();
      this.delay = FIRST_DELAY_MILLIS;
      this.connect();
    }
  };

  /** A socket over a dead network would look alive for a minute. */
  private readonly onOffline = (): void => {
    const socket = this.socket;
    if (socket !== null) {
      this.ended(socket, 1006);
      socket.close();
    }
  };

  private connect(): void {
    const socket = new WebSocket(this.address, "frontrow.v1");
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    const handshake = setTimeout(() => socket.close(), HANDSHAKE_MAX_MILLIS);
    socket.addEventListener("open", () => {
      clearTimeout(handshake);
      if (this.socket === socket) {
        this.delay = FIRST_DELAY_MILLIS;
        this.listener.opened();
      }
    });
    socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (this.socket !== socket) {
        return;
      }
      if (typeof data === "string") {
        this.listener.heard(JSON.parse(data) as ServerMessage);
      } else {
        this.listener.heardBinary(data);
      }
    });
    socket.addEventListener("close", ({ code }) => {
      clearTimeout(handshake);
      this.ended(socket, code);
    });
  }

  /** Told once a socket, whichever of its ends is seen first. */
  private ended(socket: WebSocket, code: number): void {
    if (this.socket !== socket) {
      return;
    }
    this.socket = null;
    const isFinal = FINAL_CODES.includes(code);
    this.listener.closed({ code, isFinal, isOffline: !navigator.onLine });
    if (!isFinal && !this.stopped) {
      this.connectLater(RESTART_CODES.includes(code) ? RESTART_SPREAD_MILLIS * Math.random() : 0);
    }
  }

  /** With chance in it, so that a crowd does not come back in the same instant. */
  private connectLater(extraMillis: number): void {
    const delay = this.delay * (0.5 + Math.random()) + extraMillis;
    this.delay = Math.min(this.delay * 2, LONGEST_DELAY_MILLIS);
    this.clearTimer();
    this.timer = setTimeout(() => this.connect(), delay);
  }

  private clearTimer(): void {
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
    }
  }
}
