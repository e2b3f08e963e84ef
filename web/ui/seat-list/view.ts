// Writes the state into the list that the server rendered, and tells which button was pressed.

import { isOpen, ownStanding, wordOf, type State, type Word } from "./state.ts";

export interface Actions {
  take(seat: number): void;
  drop(seat: number): void;
  takeStanding(sectionId: string): void;
  dropStanding(sectionId: string): void;
}

interface Row {
  readonly element: HTMLElement;
  readonly state: Element;
  readonly button: HTMLButtonElement;
  readonly name: string;
}

interface StandingRow {
  readonly free: Element;
  readonly own: Element;
  readonly take: HTMLButtonElement;
  readonly drop: HTMLButtonElement;
}

export class View {
  private readonly rows = new Map<number, Row>();
  private readonly standing = new Map<string, StandingRow>();
  private readonly root: HTMLElement;

  constructor(root: HTMLElement, actions: Actions) {
    this.root = root;
    for (const element of root.querySelectorAll<HTMLElement>("[data-seat]")) {
      this.addRow(element, actions);
    }
    for (const element of root.querySelectorAll<HTMLElement>("[data-standing]")) {
      this.addStanding(element, actions);
    }
  }

  /** One more than the highest seat index. */
  get seatCount(): number {
    let highest = -1;
    for (const index of this.rows.keys()) {
      highest = Math.max(highest, index);
    }
    return highest + 1;
  }

  nameOf(seat: number): string {
    return this.rows.get(seat)?.name ?? `seat ${seat}`;
  }

  draw(state: State, seats: readonly number[] | "all"): void {
    if (state.generation !== null) {
      for (const index of seats === "all" ? this.rows.keys() : seats) {
        this.drawSeat(index, wordOf(state, index));
      }
      for (const [sectionId, row] of this.standing) {
        drawStanding(row, state, sectionId);
      }
    }
    this.drawCart(state);
    this.drawConnection(state);
  }

  say(text: string, kind: "told" | "refused"): void {
    const message = this.part("message");
    message.textContent = text;
    message.dataset["kind"] = kind;
  }

  private addRow(element: HTMLElement, actions: Actions): void {
    const index = Number(element.dataset["seat"]);
    const [row, number] = [...element.children].map((cell) => cell.firstChild?.textContent?.trim() ?? "");
    const name = `row ${row ?? ""}, seat ${number ?? ""}`;
    const button = document.createElement("button");
    button.type = "button";
    button.hidden = true;
    button.addEventListener("click", () => {
      if (element.dataset["state"] === "yours") {
        actions.drop(index);
      } else {
        actions.take(index);
      }
    });
    const [state, action] = [within(element, "state"), within(element, "action")];
    action.append(button);
    this.rows.set(index, { element, state, button, name });
  }

  private addStanding(element: HTMLElement, actions: Actions): void {
    const sectionId = element.dataset["standing"] ?? "";
    const take = textButton("Take one", () => actions.takeStanding(sectionId));
    const drop = textButton("Give one back", () => actions.dropStanding(sectionId));
    within(element, "action").append(take, " ", drop);
    const [free, own] = [within(element, "free"), within(element, "own")];
    this.standing.set(sectionId, { free, own, take, drop });
  }

  private drawSeat(index: number, word: Word): void {
    const row = this.rows.get(index);
    if (row === undefined || row.element.dataset["state"] === word) {
      if (row !== undefined) {
        drawButton(row, word);
      }
      return;
    }
    row.element.dataset["state"] = word;
    row.state.textContent = word;
    drawButton(row, word);
  }

  private drawCart(state: State): void {
    const { order } = state;
    const cart = this.part("cart");
    cart.hidden = order === null || !isOpen(order) || order.seats.length + order.standing.length === 0;
    if (order === null || cart.hidden) {
      return;
    }
    const seats = order.seats.map((seat) => this.nameOf(seat));
    const standing = order.standing.map((places) => `${places.quantity} standing`);
    const { amount, currency } = order.total;
    const total = new Intl.NumberFormat("en", { style: "currency", currency });
    const digits = total.resolvedOptions().maximumFractionDigits ?? 2;
    const price = total.format(amount / 10 ** digits);
    this.part("cart-text").textContent = `${[...seats, ...standing].join("; ")}: ${price}`;
    this.part("checkout").setAttribute("href", `/gateway/orders/${order.eventSessionOrderId}`);
  }

  private drawConnection(state: State): void {
    const connection = this.part("connection");
    connection.hidden = state.isLive;
    connection.textContent = state.isLive ? "" : "Not connected: the list may be out of date.";
    this.root.dataset["live"] = String(state.isLive && state.generation !== null);
  }

  private part(name: string): HTMLElement {
    return within(this.root, name);
  }
}

function drawButton(row: Row, word: Word): void {
  const { button } = row;
  button.hidden = word !== "free" && word !== "yours";
  const text = word === "yours" ? "Give back" : "Take";
  if (button.textContent !== text) {
    button.textContent = text;
    button.setAttribute("aria-label", `${text} ${row.name}`);
  }
}

function drawStanding(row: StandingRow, state: State, sectionId: string): void {
  const free = state.standing.get(sectionId)?.free ?? 0;
  const own = ownStanding(state, sectionId);
  row.free.textContent = String(free);
  row.own.textContent = own > 0 ? `(${own} yours)` : "";
  row.take.hidden = free === 0;
  row.drop.hidden = own === 0;
}

function textButton(text: string, pressed: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.hidden = true;
  button.textContent = text;
  button.addEventListener("click", pressed);
  return button;
}

function within(root: HTMLElement, part: string): HTMLElement {
  const element = root.querySelector<HTMLElement>(`[data-part="${part}"]`);
  if (element === null) {
    throw new Error(`the page has no part "${part}"`);
  }
  return element;
}
