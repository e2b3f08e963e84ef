// The same house as text: sections, their rows, a row's seats. What is closed is not built, so that twenty
// thousand seats cost nothing until somebody looks at some of them.

import { say } from "../words/index.ts";
import { button, element, part, setAble, setText } from "./dom.ts";
import { numberOf, type House, type Row, type Section } from "./house.ts";
import { LOOK, LOOK_NAMES } from "./look.ts";
import { hindrance, lookOf, ownStanding, type MapState } from "./state.ts";
import { priceText, seatWords } from "./words.ts";

export interface ListActions {
  press(seat: number): void;
  standing(section: string, step: 1 | -1): void;
  /** A section was opened: show it on the map. */
  opened(section: number): void;
}

interface Entry {
  readonly element: HTMLElement;
  readonly section: Section;
  readonly index: number;
  readonly free: HTMLElement;
  readonly body: HTMLElement | null;
  readonly toggle: HTMLButtonElement | null;
  readonly standing: { readonly less: HTMLButtonElement; readonly count: HTMLElement; readonly more: HTMLButtonElement } | null;
}

/** Sections at one price, where there are many. */
interface Group {
  readonly element: HTMLElement;
  readonly free: HTMLElement;
  readonly entries: readonly Entry[];
}

export class SectionList {
  private readonly house: House;
  private readonly actions: ListActions;
  private readonly entries: Entry[] = [];
  /** The row that is open, by section. */
  private readonly openRow = new Map<number, number>();
  private readonly seats = new Map<number, HTMLButtonElement>();
  private readonly groups: readonly Group[];
  private state: MapState;

  constructor(root: HTMLElement, house: House, state: MapState, actions: ListActions) {
    this.house = house;
    this.actions = actions;
    this.state = state;
    house.sections.forEach((section, index) => {
      // In the words of the map.
      const money = house.prices[section.price];
      const item = root.querySelector<HTMLElement>(`[data-section="${section.id}"]`);
      if (item !== null && money !== undefined) {
        setText(part(item, "price"), priceText(money));
        this.entries.push(section.isStanding ? this.standingEntry(item, section, index) : this.seatedEntry(item, section, index));
      }
    });
    this.groups = [...root.querySelectorAll<HTMLElement>("[data-part=group]")].map((group) => ({
      element: group,
      free: part(group, "group-free"),
      entries: this.entries.filter(({ element: item }) => group.contains(item)),
    }));
    this.update(state, "all");
  }

  update(state: MapState, seats: ArrayLike<number> | "all"): void {
    this.state = state;
    const free = freeBySection(this.house, state);
    const isStopped = hindrance(state) !== null;
    for (const entry of this.entries) {
      this.updateEntry(entry, free[entry.index] ?? 0, isStopped);
    }
    if (state.live.generation !== null) {
      for (const group of this.groups) {
        const left = group.entries.reduce((sum, { index }) => sum + (free[index] ?? 0), 0);
        setText(group.free, say("group-free", { sections: group.entries.length, count: left }));
      }
    }
    if (seats === "all") {
      for (const [seat, place] of this.seats) {
        this.updateSeat(seat, place);
      }
    } else {
      for (const seat of Array.from(seats)) {
        const place = this.seats.get(seat);
        if (place !== undefined) {
          this.updateSeat(seat, place);
        }
      }
    }
  }

  /** Filters by price: what costs otherwise steps back. */
  filter(price: number | null): void {
    for (const { element: item, section } of this.entries) {
      item.hidden = price !== null && section.price !== price;
    }
    for (const { element: group, entries } of this.groups) {
      group.hidden = entries.every(({ element: item }) => item.hidden);
    }
  }

  /** Opens a section's row and puts the focus on a seat. */
  focusSeat(seat: number): void {
    const index = this.house.section[seat] ?? 0;
    const entry = this.entries.find((it) => it.index === index);
    if (entry?.toggle?.getAttribute("aria-expanded") === "false") {
      this.toggle(entry);
    }
    entry?.element.closest("details")?.setAttribute("open", "");
    this.openRowOf(index, this.house.row[seat] ?? 0);
    this.seats.get(seat)?.focus();
  }

  private seatedEntry(item: HTMLElement, section: Section, index: number): Entry {
    const head = part(item, "head");
    const body = element("div", { class: "section-body" });
    body.hidden = true;
    body.id = `section-${section.id}`;
    const name = part(head, "name");
    const toggle = button("", "section-toggle", () => this.toggle(entry));
    toggle.setAttribute("aria-expanded", "false");
    toggle.setAttribute("aria-controls", body.id);
    toggle.textContent = section.name;
    name.replaceChildren(toggle);
    item.append(body);
    const entry: Entry = { element: item, section, index, free: part(head, "free"), body, toggle, standing: null };
    return entry;
  }

  private standingEntry(item: HTMLElement, section: Section, index: number): Entry {
    const head = part(item, "head");
    const step = (by: 1 | -1) => (): void => this.actions.standing(section.id, by);
    const less = button("−", "step", step(-1));
    less.setAttribute("aria-label", say("standing-less", { section: section.name }));
    const more = button("+", "step", step(1));
    more.setAttribute("aria-label", say("standing-more", { section: section.name }));
    const count = element("output", { text: "0" });
    count.setAttribute("aria-label", say("standing-yours", { section: section.name }));
    part(head, "steps").append(less, count, more);
    return { element: item, section, index, free: part(head, "free"), body: null, toggle: null, standing: { less, count, more } };
  }

  private updateEntry(entry: Entry, free: number, isStopped: boolean): void {
    const { section, standing } = entry;
    if (this.state.live.generation === null) {
      return;
    }
    const own = ownStanding(this.state, section.id);
    setText(entry.free, say(section.isStanding ? "free-standing" : "free-count", { count: free }));
    entry.element.dataset["soldOut"] = String(free === 0);
    if (standing !== null) {
      const asked = this.state.standingAsked.get(section.id) ?? 0;
      setText(standing.count, String(Math.max(0, own + asked)));
      standing.count.dataset["pending"] = String(asked !== 0);
      setAble(standing.more, !isStopped && free > 0);
      setAble(standing.less, !isStopped && own + asked > 0);
    }
    if (entry.body !== null && !entry.body.hidden) {
      this.updateRows(entry);
    }
  }

  private toggle(entry: Entry): void {
    const { body, toggle, section, index } = entry;
    if (body === null || toggle === null) {
      return;
    }
    const isOpening = body.hidden;
    toggle.setAttribute("aria-expanded", String(isOpening));
    body.hidden = !isOpening;
    if (!isOpening) {
      this.closeRow(index);
      body.replaceChildren();
      return;
    }
    body.append(this.rowList(section, index));
    this.updateRows(entry);
    if (section.rowCount === 1) {
      this.openRowOf(index, section.firstRow);
    }
    this.actions.opened(index);
  }

  private rowList(section: Section, index: number): HTMLElement {
    const list = element("ul", { class: "rows" });
    for (let row = section.firstRow; row < section.firstRow + section.rowCount; row += 1) {
      const label = element("span", { text: say("row-name", { row: this.house.rows[row]?.label ?? "" }) });
      const free = element("span", { class: "row-free" });
      const opener = button("", "row-toggle", () => this.toggleRow(index, row));
      opener.dataset["row"] = String(row);
      opener.setAttribute("aria-expanded", "false");
      opener.append(label, " ", free);
      list.append(element("li", {}, opener));
    }
    return list;
  }

  private updateRows({ body }: Entry): void {
    for (const opener of body?.querySelectorAll<HTMLElement>("[data-row]") ?? []) {
      const row = this.house.rows[Number(opener.dataset["row"])];
      const label = opener.lastElementChild;
      if (row !== undefined && label !== null) {
        const free = freeInRow(this.state, row);
        setText(label, say("row-free", { count: free }));
        opener.dataset["soldOut"] = String(free === 0);
      }
    }
  }

  private toggleRow(section: number, row: number): void {
    if (this.openRow.get(section) === row) {
      this.closeRow(section);
    } else {
      this.openRowOf(section, row);
    }
  }

  private openRowOf(section: number, row: number): void {
    if (this.openRow.get(section) === row) {
      return;
    }
    this.closeRow(section);
    const opener = this.opener(section, row);
    const places = this.house.rows[row];
    if (opener === null || places === undefined) {
      return;
    }
    opener.setAttribute("aria-expanded", "true");
    opener.after(this.seatGroup(places));
    this.openRow.set(section, row);
  }

  private closeRow(section: number): void {
    const row = this.openRow.get(section);
    if (row === undefined) {
      return;
    }
    const opener = this.opener(section, row);
    opener?.setAttribute("aria-expanded", "false");
    opener?.nextElementSibling?.remove();
    const { first = 0, count = 0 } = this.house.rows[row] ?? {};
    for (let seat = first; seat < first + count; seat += 1) {
      this.seats.delete(seat);
    }
    this.openRow.delete(section);
  }

  private opener(section: number, row: number): HTMLElement | null {
    const entry = this.entries.find(({ index }) => index === section);
    return entry?.body?.querySelector<HTMLElement>(`[data-row="${row}"]`) ?? null;
  }

  /** One stop for the tab key; arrows go along the row. */
  private seatGroup({ first, count, label, section }: Row): HTMLElement {
    const group = element("div", { class: "seats" });
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", say("row-keys", { section: this.house.sections[section]?.name ?? "", row: label }));
    for (let seat = first; seat < first + count; seat += 1) {
      const place = button(numberOf(this.house, seat), "seat", () => this.actions.press(seat));
      place.dataset["seat"] = String(seat);
      if (this.house.accessible[seat] === 1) {
        place.dataset["accessible"] = "";
      }
      this.seats.set(seat, place);
      this.updateSeat(seat, place);
      group.append(place);
    }
    this.rove(group, this.firstFree(first, count));
    group.addEventListener("keydown", (event) => this.step(event, group));
    group.addEventListener("focusin", ({ target }) => {
      if (target instanceof HTMLElement) {
        this.rove(group, Number(target.dataset["seat"]));
      }
    });
    return group;
  }

  private firstFree(first: number, count: number): number {
    for (let seat = first; seat < first + count; seat += 1) {
      if (lookOf(this.state, seat) === LOOK.free) {
        return seat;
      }
    }
    return first;
  }

  private rove(group: HTMLElement, chosen: number): void {
    for (const place of group.querySelectorAll<HTMLElement>("[data-seat]")) {
      place.tabIndex = Number(place.dataset["seat"]) === chosen ? 0 : -1;
    }
  }

  private step(event: KeyboardEvent, group: HTMLElement): void {
    const places = [...group.querySelectorAll<HTMLElement>("[data-seat]")];
    const at = places.indexOf(document.activeElement as HTMLElement);
    const forward = getComputedStyle(group).direction === "rtl" ? -1 : 1;
    const targets: Record<string, number> = {
      ArrowRight: at + forward,
      ArrowLeft: at - forward,
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: places.length - 1,
    };
    const target = places[targets[event.key] ?? -1];
    if (at >= 0 && target !== undefined) {
      event.preventDefault();
      target.focus();
    }
  }

  private updateSeat(seat: number, place: HTMLButtonElement): void {
    const look = lookOf(this.state, seat);
    const word = LOOK_NAMES[look] ?? "";
    if (place.dataset["look"] !== word) {
      place.dataset["look"] = word;
      place.setAttribute("aria-label", seatWords(this.house, seat, look));
      place.setAttribute("aria-pressed", String(look === LOOK.own));
    }
    setAble(place, (look === LOOK.free || look === LOOK.own) && hindrance(this.state) === null);
  }
}

/** Free places by section. */
export function freeBySection(house: House, { live }: MapState): Uint32Array {
  const free = new Uint32Array(house.sections.length);
  house.sections.forEach((section, index) => {
    if (section.isStanding) {
      free[index] = live.standing.get(section.id)?.free ?? 0;
      return;
    }
    let count = 0;
    for (let seat = section.first; seat < section.first + section.count; seat += 1) {
      count += live.seats[seat] === 0 ? 1 : 0;
    }
    free[index] = count;
  });
  return free;
}

function freeInRow({ live }: MapState, { first, count }: Row): number {
  let free = 0;
  for (let seat = first; seat < first + count; seat += 1) {
    free += live.seats[seat] === 0 ? 1 : 0;
  }
  return free;
}

