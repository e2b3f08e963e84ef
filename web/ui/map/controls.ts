// The legend that filters by price, the last thing said, the banner of the connection, and how the sale stands.

import { button, element, maybePart, part, setText } from "./dom.ts";
import type { House } from "./house.ts";
import { formatMoney } from "./money.ts";
import type { MapState, Notice, Phase } from "./state.ts";
import { alternativeWords, elsewhereWords, untilWords } from "./words.ts";

export function writeLegend(root: HTMLElement, house: House, filtered: (price: number | null) => void): void {
  const prices = maybePart(root, "prices");
  if (prices === null || house.prices.length < 2) {
    return;
  }
  const items = house.prices.map((money, price) => {
    const swatch = element("span", { class: "swatch" });
    swatch.dataset["tier"] = String(price % 8);
    const chip = button("", "map-price", () => filtered(chip.getAttribute("aria-pressed") === "true" ? null : price));
    chip.append(swatch, formatMoney(money));
    chip.dataset["price"] = String(price);
    chip.setAttribute("aria-pressed", "false");
    chip.setAttribute("aria-label", `Show only ${formatMoney(money)}`);
    return element("li", {}, chip);
  });
  prices.replaceChildren(...items);
  roveChips(prices);
}

export function markFilter(root: HTMLElement, filter: number | null): void {
  for (const chip of root.querySelectorAll<HTMLElement>("[data-price]")) {
    chip.setAttribute("aria-pressed", String(Number(chip.dataset["price"]) === filter));
  }
}

/** One stop for the tab key, arrows between the chips. */
function roveChips(list: HTMLElement): void {
  const chips = [...list.querySelectorAll<HTMLElement>("[data-price]")];
  const rove = (to: HTMLElement | undefined): void => {
    for (const chip of chips) {
      chip.tabIndex = chip === to ? 0 : -1;
    }
  };
  rove(chips[0]);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const next = chips[chips.indexOf(document.activeElement as HTMLElement) + (step ?? NaN)];
    if (next !== undefined) {
      event.preventDefault();
      rove(next);
      next.focus();
    }
  });
}

export function writeNotice(
  target: HTMLElement,
  notice: Notice | null,
  house: House | null,
  actions: { take(seats: readonly number[]): void; dismiss(): void },
): void {
  if (notice === null) {
    target.replaceChildren();
    return;
  }
  const words = element("p", { text: notice.text });
  const close = button("×", "notice-close", actions.dismiss);
  close.setAttribute("aria-label", "Dismiss");
  const box = element("div", { class: `notice ${notice.tone === "refused" ? "warn" : "good"}` }, words);
  box.dataset["over"] = "";
  if (notice.alternative.length > 0 && house !== null) {
    const seats = notice.alternative;
    box.append(button(alternativeWords(house, seats), "notice-take", () => actions.take(seats)));
  }
  box.append(close);
  target.replaceChildren(box);
}

/** Not guessed: what the connection is, and what that means for what is shown. */
export function writeBanner(root: HTMLElement, state: MapState, wasLive: boolean, isBack: boolean): void {
  const banner = part(root, "banner");
  const { connection } = state.live;
  banner.dataset["connection"] = connection;
  const words =
    connection === "offline"
      ? "You are offline. What is shown may be out of date, and nothing can be taken until you are back."
      : connection === "closed"
        ? "This page no longer hears of changes. Load it again."
        : connection === "reconnecting"
          ? wasLive
            ? "The connection was lost. Connecting again; what is shown may be out of date."
            : "Connecting… What is free is not known yet."
          : isBack
            ? "Connected again: everything is up to date."
            : "";
  setText(banner, words);
  banner.hidden = words === "";
  root.dataset["connection"] = connection;
}

const PHASES: Record<Exclude<Phase, "on_sale">, readonly [string, string]> = {
  before: ["On sale soon", "Look around: seats can be taken from then on, here on this page."],
  ended: ["The sale has ended", "Tickets for this performance are no longer sold here."],
  paused: ["The sale is paused", "It goes on soon, here on this page. Places that are yours stay yours until their time runs out."],
  postponed: ["This performance is postponed", "A new date will be told. Tickets that were bought stay valid."],
  cancelled: ["This performance is cancelled", "Whoever has bought a ticket gets the money back."],
  sold_out: ["Sold out", "Places come back when somebody's time runs out. This page shows it the moment it happens."],
};

/** The server wrote the phase it saw; only another one is written anew. */
export function writePhase(root: HTMLElement, phase: Phase): void {
  root.dataset["phase"] = phase;
  const target = part(root, "phase");
  target.hidden = phase === "on_sale";
  if (phase === "on_sale" || target.dataset["phase"] === phase) {
    target.dataset["phase"] = phase;
    return;
  }
  target.dataset["phase"] = phase;
  const [title, words] = PHASES[phase];
  target.replaceChildren(element("h2", { text: title }), element("p", { text: words }));
}

/** Until the sale begins; not for ears, which would hear every second. */
export function writeCountdown(root: HTMLElement, opensInMillis: number, venueZone: string): void {
  const target = part(root, "phase");
  writeBuyersTime(target, opensInMillis, venueZone);
  let clock = target.querySelector<HTMLElement>(".phase-clock");
  if (clock === null) {
    clock = element("p", { class: "phase-clock numbers" });
    clock.setAttribute("aria-hidden", "true");
    target.append(clock);
  }
  setText(clock, untilWords(opensInMillis / 1000));
}

/** The server wrote when it begins where the venue is; whoever is elsewhere also reads it by their own clock. */
function writeBuyersTime(target: HTMLElement, opensInMillis: number, venueZone: string): void {
  const heading = target.querySelector("h2");
  if (heading === null || target.querySelector(".phase-yours") !== null) {
    return;
  }
  const words = elsewhereWords(new Date(Date.now() + opensInMillis), venueZone);
  if (words !== null) {
    heading.after(element("p", { class: "phase-yours", text: `Where you are: ${words}` }));
  }
}
