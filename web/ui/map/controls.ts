// The legend that filters by price, the last thing said, the banner of the connection, and how the sale stands.

import { say } from "../words/index.ts";
import { button, element, maybePart, part, setText } from "./dom.ts";
import type { House } from "./house.ts";
import type { MapState, Notice, Phase } from "./state.ts";
import { alternativeWords, elsewhereWords, priceText, untilWords } from "./words.ts";

export function writeLegend(root: HTMLElement, house: House, filtered: (price: number | null) => void): void {
  const prices = maybePart(root, "prices");
  if (prices === null || house.prices.length < 2) {
    return;
  }
  const items = house.prices.map((money, price) => {
    const swatch = element("span", { class: "swatch" });
    swatch.dataset["tier"] = String(price % 8);
    const chip = button("", "map-price", () => filtered(chip.getAttribute("aria-pressed") === "true" ? null : price));
    chip.append(swatch, priceText(money));
    chip.dataset["price"] = String(price);
    chip.setAttribute("aria-pressed", "false");
    chip.setAttribute("aria-label", say("map-only-price", { price: priceText(money) }));
    return element("li", {}, chip);
  });
  prices.replaceChildren(...items);
  roveChips(prices);
}

export function markFilter(root: HTMLElement, filter: number | null): void {
  for (const chip of root.querySelectorAll<HTMLElement>(".map-price[data-price]")) {
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
  close.setAttribute("aria-label", say("notice-dismiss"));
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
  const key = bannerKey(connection, wasLive, isBack);
  const words = key === null ? "" : say(key);
  setText(banner, words);
  banner.hidden = words === "";
  root.dataset["connection"] = connection;
}

function bannerKey(connection: MapState["live"]["connection"], wasLive: boolean, isBack: boolean): string | null {
  switch (connection) {
    case "offline":
      return "banner-offline";
    case "closed":
      return "banner-closed";
    case "reconnecting":
      return wasLive ? "banner-lost" : "banner-connecting";
    default:
      return isBack ? "banner-back" : null;
  }
}

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
  const key = `phase-${phase.replace("_", "-")}`;
  target.replaceChildren(element("h2", { text: say(key) }), element("p", { text: say(`${key}-text`) }));
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
    heading.after(element("p", { class: "phase-yours", text: say("phase-yours", { when: words }) }));
  }
}
