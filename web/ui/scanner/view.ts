// Draws the door: the verdict, the camera's box, the connection, the board. The verdict's markup is that of
// templates/partials/verdict.html.

import type { DoorTicket } from "../wire/DoorTicket.ts";
import type { Validated } from "../wire/Validated.ts";
import { addressOf, say } from "../words/index.ts";
import type { CameraChoice, CameraFault } from "./camera.ts";
import type { DoorState, Shown } from "./state.ts";
import { failureOf, linkWords, localTime, lookOf, placeOf } from "./words.ts";

export type CameraLook =
  | { readonly kind: "off" }
  | { readonly kind: "starting" }
  | { readonly kind: "failed"; readonly fault: CameraFault }
  | {
      readonly kind: "on";
      readonly choices: readonly CameraChoice[];
      readonly chosen: string | null;
      readonly hasTorch: boolean;
      readonly isLit: boolean;
    };

/** What hands do. */
export interface Hands {
  startCamera(): void;
  stopCamera(): void;
  chooseCamera(id: string): void;
  light(isOn: boolean): void;
  admit(ticketId: string): void;
  mute(muted: boolean): void;
}

export class View {
  private readonly root: HTMLElement;
  private readonly hands: Hands;
  private readonly timeZone: string;
  private readonly link = element("div", { class: "scanner-link", role: "status" });
  private readonly sound = element("button", { type: "button", class: "quiet" });
  private drawnShown: Shown | null = null;
  private drawnAsking = false;

  constructor(root: HTMLElement, video: HTMLVideoElement, device: string, hands: Hands) {
    this.root = root;
    this.hands = hands;
    this.timeZone = root.dataset["timeZone"] ?? "UTC";
    this.video = video;
    const foot = element("div", { class: "scanner-foot" }, this.sound, element("span", {}, say("scanner-device", { device })));
    this.root.prepend(this.link);
    this.root.append(foot);
    this.sound.addEventListener("click", () => hands.mute(this.sound.dataset["muted"] !== "true"));
    this.part("verdict").addEventListener("submit", (event) => this.admit(event));
  }

  private readonly video: HTMLVideoElement;

  draw(state: DoorState): void {
    this.root.dataset["link"] = state.link;
    this.drawLink(state);
    this.drawVerdict(state);
    if (state.board !== null) {
      for (const [name, number] of Object.entries(state.board)) {
        const place = document.querySelector(`[data-part="${name}"]`);
        place?.replaceChildren(String(number));
      }
    }
    const isShut = state.link !== "live" || state.attempt !== null;
    for (const button of this.root.querySelectorAll<HTMLElement>(".scanner-form button, [data-ticket]")) {
      button.setAttribute("aria-disabled", String(isShut));
    }
  }

  drawSound(isMuted: boolean): void {
    this.sound.replaceChildren(say(isMuted ? "scanner-sound-off" : "scanner-sound-on"));
    this.sound.dataset["muted"] = String(isMuted);
  }

  drawCamera(look: CameraLook): void {
    const box = this.part("camera");
    box.hidden = false;
    box.dataset["camera"] = look.kind;
    box.classList.toggle("is-off", look.kind !== "on");
    switch (look.kind) {
      case "off":
        return box.replaceChildren(this.starter(say("camera-start")));
      case "starting":
        return box.replaceChildren(element("p", { role: "status" }, say("camera-starting")));
      case "failed":
        return box.replaceChildren(element("p", { role: "alert" }, say(`camera-${look.fault}`)), this.starter(say("camera-again")));
      case "on":
        return box.replaceChildren(
          this.video,
          element("div", { class: "scanner-frame", "aria-hidden": "true" }),
          element("div", { class: "scanner-tools" }, ...this.tools(look)),
        );
    }
  }

  private starter(label: string): HTMLElement {
    const button = element("button", { type: "button" }, label);
    button.addEventListener("click", () => this.hands.startCamera());
    return button;
  }

  private *tools({ choices, chosen, hasTorch, isLit }: CameraLook & { kind: "on" }): Generator<HTMLElement> {
    if (hasTorch) {
      const torch = element("button", { type: "button", "aria-pressed": String(isLit) }, say("camera-light"));
      torch.addEventListener("click", () => this.hands.light(!isLit));
      yield torch;
    }
    if (choices.length > 1) {
      const select = element("select", { "aria-label": say("camera-label") });
      for (const { id, label } of choices) {
        select.append(new Option(label, id, false, id === chosen));
      }
      select.addEventListener("change", () => this.hands.chooseCamera(select.value));
      yield select;
    }
    const stop = element("button", { type: "button" }, say("camera-stop"));
    stop.addEventListener("click", () => this.hands.stopCamera());
    yield stop;
  }

  private drawLink({ link }: DoorState): void {
    const words = linkWords(link);
    this.link.hidden = words === null;
    if (words === null || this.link.dataset["link"] === link) {
      this.link.dataset["link"] = link;
      return;
    }
    this.link.dataset["link"] = link;
    const content: Node[] = [icon(link === "connecting" ? "clock" : "offline"), element("p", {}, words)];
    if (link === "signed_out") {
      content.push(element("p", {}, element("a", { href: addressOf(`/login?next=${location.pathname}`) }, say("scanner-sign-in"))));
    }
    this.link.className = `scanner-link notice ${link === "connecting" ? "" : "warn"}`;
    this.link.replaceChildren(...content);
  }

  private drawVerdict({ attempt, shown }: DoorState): void {
    const isAsking = attempt !== null;
    if (shown === this.drawnShown && isAsking === this.drawnAsking) {
      return;
    }
    // A verdict that the server rendered stands until there is another.
    const isUntouched = this.drawnShown === null && !this.drawnAsking && shown === null && !isAsking;
    this.drawnShown = shown;
    this.drawnAsking = isAsking;
    if (isUntouched) {
      return;
    }
    this.part("verdict").replaceChildren(...(isAsking ? [waiting()] : shown === null ? [] : [this.shown(shown)]));
  }

  private shown(shown: Shown): HTMLElement {
    if (shown.kind === "failed") {
      return section("warn", "failed", [
        title("warn", say("scanner-not-judged")),
        element("p", { class: "verdict-advice" }, failureOf(shown.code)),
      ]);
    }
    const { answer } = shown;
    const look = lookOf(answer.verdict);
    return section(look.kind, answer.verdict, [
      title(look.icon, look.title),
      element("p", { class: "verdict-advice" }, look.advice),
      ...this.details(answer),
    ]);
  }

  private *details({ ticket, firstScan, order, tickets }: Validated): Generator<HTMLElement> {
    if (firstScan !== undefined) {
      const { by, device } = firstScan;
      const at = localTime(firstScan.at, this.timeZone);
      const words = say(device === "" ? "verdict-first" : "verdict-first-device", { at, by, device });
      yield element("p", { class: "verdict-first" }, words);
    }
    if (ticket !== undefined) {
      yield element("p", { class: "verdict-place" }, placeOf(ticket));
      if (ticket.holder !== "") {
        yield element("p", { class: "verdict-holder", dir: "auto" }, ticket.holder);
      }
    }
    if (order !== undefined) {
      const pnr = element("span", { class: "pnr" }, order.pnr);
      yield element("p", { class: "verdict-order" }, `${say("verdict-order")} `, pnr, `, ${say(`verdict-status-${order.status.toLowerCase()}`)}`);
    }
    if (tickets !== undefined) {
      yield element("ul", { class: "verdict-tickets" }, ...tickets.map(ticketRow));
    }
  }

  private admit(event: SubmitEvent): void {
    const ticketId = event.submitter?.dataset["ticket"];
    if (ticketId !== undefined) {
      event.preventDefault();
      this.hands.admit(ticketId);
    }
  }

  private part(name: string): HTMLElement {
    const part = this.root.querySelector<HTMLElement>(`[data-part="${name}"]`);
    if (part === null) {
      throw new Error(`The page has no part ${name}`);
    }
    return part;
  }
}

function ticketRow(ticket: DoorTicket): HTMLElement {
  const holder = element("span", { dir: "auto" }, ticket.holder);
  const what = element("span", {}, placeOf(ticket), element("br", {}), holder);
  if (ticket.admittedAt !== undefined) {
    return element("li", {}, what, element("span", { class: "badge" }, say("verdict-inside")));
  }
  return element("li", {}, what, element("form", {}, element("button", { "data-ticket": ticket.ticketId }, say("verdict-admit"))));
}

function section(kind: string, verdict: string, content: readonly Node[]): HTMLElement {
  return element("section", { class: `verdict ${kind} is-new`, "data-verdict": verdict }, ...content);
}

function waiting(): HTMLElement {
  const words = element("p", { class: "verdict-title" }, icon("clock"), ` ${say("scanner-checking")}`);
  return element("section", { class: "verdict waiting", "data-verdict": "waiting" }, words);
}

function title(name: string, words: string): HTMLElement {
  return element("p", { class: "verdict-title" }, icon(name), ` ${words}`);
}

/** The page brings its icons along. */
function icon(name: string): Node {
  const template = document.querySelector<HTMLTemplateElement>(`template[data-icon="${name}"]`);
  return template?.content.cloneNode(true) ?? document.createTextNode("");
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string>,
  ...content: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...content);
  return made;
}
