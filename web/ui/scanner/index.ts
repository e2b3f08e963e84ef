// The scanner at a door: <door-scanner data-session data-time-zone>. Scans go over the session's socket;
// an order's reference, which the socket does not take, goes over HTTP.

import { randomKey } from "../live/gateway.ts";
import { Socket } from "../live/socket.ts";
import type { DoorBoard } from "../wire/DoorBoard.ts";
import type { ServerMessage } from "../wire/ServerMessage.ts";
import type { Validated } from "../wire/Validated.ts";
import { say } from "../words/index.ts";
import { stayAwake } from "./awake.ts";
import { Camera, CameraError } from "./camera.ts";
import { loadDecoder, type Decoder } from "./decoder.ts";
import { Signals } from "./signals.ts";
import { initialDoor, reduceDoor, type Attempt, type DoorEvent, type Effect } from "./state.ts";
import { View } from "./view.ts";

const BOARD_MILLIS = 5_000;
const REQUEST_MAX_MILLIS = 10_000;
const DEVICE_KEY = "scanner-device";

/** What the server says to staff. */
type DoorMessage =
  | ServerMessage
  | ({ readonly type: "verdict"; readonly id: number } & Validated)
  | ({ readonly type: "board" } & DoorBoard);

class DoorScanner extends HTMLElement {
  private state = initialDoor();
  private readonly device = deviceName();
  private readonly signals = new Signals();
  private readonly camera = new Camera((picture) => this.look(picture));
  private decoder: Decoder | null = null;
  private isLit = false;
  /** Stopped by the page being hidden, not by a hand. */
  private isResting = false;
  private socket!: Socket;
  private view!: View;

  connectedCallback(): void {
    this.view = new View(this, this.camera.video, this.device, {
      startCamera: () => void this.startCamera(null),
      stopCamera: () => this.stopCamera(),
      chooseCamera: (id) => void this.startCamera(id),
      light: (isOn) => void this.light(isOn),
      admit: (ticketId) => this.by({ kind: "picked", ticketId, nonce: randomKey() }),
      mute: (muted) => this.mute(muted),
    });
    this.view.drawSound(this.signals.isMuted);
    this.view.drawCamera({ kind: "off" });
    this.view.draw(this.state);
    this.querySelector(".scanner-form")?.addEventListener("submit", (event) => this.typed(event));
    document.addEventListener("visibilitychange", () => this.rest());
    this.socket = new Socket(this.session, {
      opened: () => this.step({ kind: "opened" }),
      closed: (how) => this.closed(how),
      heard: (message) => this.hear(message as DoorMessage),
      heardBinary: () => undefined,
    });
    this.socket.open();
    setInterval(() => this.askBoard(), BOARD_MILLIS);
  }

  private get session(): string {
    return this.dataset["session"] ?? "";
  }

  /** By a hand, which also allows sound. */
  private by(event: DoorEvent): void {
    this.signals.wake();
    this.step(event);
  }

  private step(event: DoorEvent): void {
    const { state, effects } = reduceDoor(this.state, event);
    this.state = state;
    this.view.draw(state);
    effects.forEach((effect) => this.do(effect));
  }

  private do(effect: Effect): void {
    switch (effect.kind) {
      case "signal":
        return this.signals.give(effect.signal);
      case "board":
        return this.askBoard();
      case "ask": {
        const { attempt, afterMillis } = effect;
        if (afterMillis === 0) {
          return this.ask(attempt);
        }
        setTimeout(() => {
          // Unless it was answered meanwhile.
          if (this.state.attempt?.id === attempt.id) {
            this.ask(attempt);
          }
        }, afterMillis);
      }
    }
  }

  private ask({ id, nonce, subject }: Attempt): void {
    switch (subject.kind) {
      case "code":
        return this.socket.say({ type: "scan", id, code: subject.code, nonce, device: this.device });
      case "ticket":
        return this.socket.say({ type: "scan", id, ticketId: subject.ticketId, nonce, device: this.device });
      case "pnr":
        void this.find(id, subject.pnr, nonce);
    }
  }

  private async find(id: number, pnr: string, nonce: string): Promise<void> {
    const body = JSON.stringify({ sessionId: this.session, pnr, nonce, device: this.device });
    const headers = { "content-type": "application/json" };
    const signal = AbortSignal.timeout(REQUEST_MAX_MILLIS);
    const init = { method: "POST", headers, body, signal };
    const response = await fetch("/api/public/validate", init).catch(() => null);
    const answer = (await response?.json().catch(() => null)) ?? null;
    if (response?.ok && answer !== null) {
      this.step({ kind: "judged", id, answer: answer as Validated, at: performance.now() });
    } else {
      const code = (answer as { code?: string } | null)?.code ?? "unreachable";
      this.step({ kind: "refused", id, code, at: performance.now() });
    }
  }

  private hear(message: DoorMessage): void {
    const at = performance.now();
    switch (message.type) {
      case "verdict": {
        const { type: _, id, ...answer } = message;
        return this.step({ kind: "judged", id, answer, at });
      }
      case "board": {
        const { inside, expected, perMinute, refusals } = message;
        return this.step({ kind: "board", board: { inside, expected, perMinute, refusals } });
      }
      case "error":
        // Without an id it is not about a scan; the board is asked for again anyway.
        return typeof message.id === "number" ? this.step({ kind: "refused", id: message.id, code: message.code, at }) : undefined;
      default:
        return undefined;
    }
  }

  private closed(how: { code: number; isFinal: boolean; isOffline: boolean }): void {
    this.step({ kind: "closed", ...how });
    if (this.state.link === "signed_out") {
      this.socket.stop();
      this.stopCamera();
    }
  }

  private askBoard(): void {
    if (document.visibilityState === "visible") {
      this.socket.say({ type: "board" });
    }
  }

  private typed(event: Event): void {
    event.preventDefault();
    const input = this.querySelector<HTMLInputElement>("#typed");
    if (input === null || this.state.link !== "live" || this.state.attempt !== null) {
      return;
    }
    this.by({ kind: "typed", text: input.value, nonce: randomKey() });
    input.value = "";
    if (matchMedia("(pointer: coarse)").matches) {
      // The keyboard of a phone would cover the verdict.
      input.blur();
    } else {
      input.focus();
    }
  }

  private async look(picture: ImageData): Promise<void> {
    const code = (await this.decoder?.(picture)) ?? null;
    if (code !== null) {
      this.step({ kind: "seen", code, at: performance.now(), nonce: randomKey() });
    }
  }

  private async startCamera(id: string | null): Promise<void> {
    this.signals.wake();
    this.view.drawCamera({ kind: "starting" });
    try {
      this.decoder ??= await loadDecoder();
      await (id === null ? this.camera.start() : this.camera.start(id));
      stayAwake();
      this.isLit = false;
      await this.drawCamera();
    } catch (error) {
      this.camera.stop();
      this.view.drawCamera({ kind: "failed", fault: error instanceof CameraError ? error.fault : "failed" });
    }
  }

  private stopCamera(): void {
    this.camera.stop();
    this.view.drawCamera({ kind: "off" });
  }

  private async light(isOn: boolean): Promise<void> {
    await this.camera.light(isOn).catch(() => undefined);
    this.isLit = isOn;
    await this.drawCamera();
  }

  private async drawCamera(): Promise<void> {
    if (!this.camera.isOn) {
      return;
    }
    const { chosen, hasTorch } = this.camera;
    this.view.drawCamera({ kind: "on", choices: await this.camera.choices(), chosen, hasTorch, isLit: this.isLit });
  }

  private mute(muted: boolean): void {
    this.signals.mute(muted);
    this.signals.wake();
    this.view.drawSound(muted);
  }

  /** A camera that nobody looks through only warms the pocket. */
  private rest(): void {
    if (document.visibilityState === "hidden" && this.camera.isOn) {
      this.isResting = true;
      this.camera.stop();
    } else if (document.visibilityState === "visible" && this.isResting) {
      this.isResting = false;
      void this.startCamera(null);
    }
  }
}

/** A name by which the first scan is told from others; kept on this device. */
function deviceName(): string {
  const fresh = say("scanner-device-name", { number: randomKey().slice(0, 4).toUpperCase() });
  try {
    const known = localStorage.getItem(DEVICE_KEY) ?? fresh;
    localStorage.setItem(DEVICE_KEY, known);
    return known;
  } catch {
    return fresh;
  }
}

customElements.define("door-scanner", DoorScanner);
