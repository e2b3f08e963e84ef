// What is said to the buyer, in one place. Pure.

import type { Refused } from "../live/gateway.ts";
import { numberOf, rowLabel, sectionOf, type House } from "./house.ts";
import { LOOK_WORDS } from "./look.ts";
import { formatMoney } from "./money.ts";
import type { Asked, Hindrance, Notice } from "./state.ts";

/** `Stalls, row 5, seat 12`. */
export function placeName(house: House, seat: number): string {
  return `${sectionOf(house, seat)?.name ?? ""}, row ${rowLabel(house, seat)}, seat ${numberOf(house, seat)}`;
}

/** `row 5, seats 12 and 13`, where they are in one row; else all of them. */
export function placesName(house: House, seats: readonly number[]): string {
  const [first] = seats;
  if (first === undefined) {
    return "";
  }
  const isOneRow = seats.every((seat) => house.row[seat] === house.row[first]);
  if (!isOneRow) {
    return seats.map((seat) => placeName(house, seat)).join("; ");
  }
  const numbers = seats.map((seat) => numberOf(house, seat));
  const list = numbers.length === 1 ? `seat ${numbers[0] ?? ""}` : `seats ${inWords(numbers)}`;
  return `${sectionOf(house, first)?.name ?? ""}, row ${rowLabel(house, first)}, ${list}`;
}

export function priceOf(house: House, seat: number): string {
  const money = house.prices[sectionOf(house, seat)?.price ?? 0];
  return money === undefined ? "" : formatMoney(money);
}

/** All that is known of a seat in one breath. */
export function seatWords(house: House, seat: number, look: number): string {
  const accessible = house.accessible[seat] === 1 ? ", accessible" : "";
  return `Row ${rowLabel(house, seat)}, seat ${numberOf(house, seat)}${accessible}, ${priceOf(house, seat)}, ${LOOK_WORDS[look] ?? ""}`;
}

export function hindranceWords(hindrance: Hindrance): string {
  switch (hindrance) {
    case "before":
      return "Not on sale yet.";
    case "ended":
      return "The sale has ended.";
    case "paused":
      return "The sale is paused. Nothing can be taken until it goes on.";
    case "postponed":
      return "This performance is postponed. Nothing can be taken now.";
    case "cancelled":
      return "This performance is cancelled.";
    case "offline":
      return "You are offline. Seats can be taken when you are back.";
    case "reconnecting":
      return "Connecting again. Seats can be taken in a moment.";
    case "loading":
      return "One moment: the house is being loaded.";
    case "paying":
      return "A payment is under way, so your places cannot change now.";
  }
}

/** What a refusal means for who asked, and what to do about it. */
export function refusalNotice(house: House | null, asked: Asked, refused: Refused): Notice {
  const alternative = refused.problem.alternative ?? [];
  return { tone: "refused", text: refusalText(house, asked, refused, alternative), alternative };
}

function refusalText(house: House | null, asked: Asked, refused: Refused, alternative: readonly number[]): string {
  const { problem, code } = refused;
  switch (code) {
    case "seat_taken": {
      const lost = "seats" in asked && house !== null ? `${placesName(house, asked.seats)} was just taken` : "Somebody was quicker";
      return alternative.length === 0 ? `${lost}, and nothing nearby is free.` : `${lost}.`;
    }
    case "sold_out":
      return problem.free === undefined || problem.free === 0
        ? nothingLeft(asked)
        : asked.verb === "best"
          ? `So many together are not left there: ${problem.free} ${problem.free === 1 ? "place is" : "places are"} free.`
          : `Only ${problem.free} ${problem.free === 1 ? "place is" : "places are"} left.`;
    case "limit_reached":
      return `An order can have ${problem.limit ?? "so many"} places at most. Give one back to take another.`;
    case "order_expired":
    case "order_cancelled":
      return "The time for your order ran out and its places went back on sale. Take them again to start over.";
    case "order_paid":
      return "That order is paid. Take a seat to begin another.";
    case "payment_under_way":
      return "A payment is under way, so your places cannot change now.";
    case "not_on_sale":
      return problem.opensAt ? "Not on sale yet." : "The sale is closed.";
    case "too_many_claims":
      return "This order has changed too often. Continue with what you have, or cancel it.";
    case "claim_lapsed":
      return "Those places were given back meanwhile. Take them again if you still want them.";
    case "rate_limited":
      return `That was quick! Wait ${seconds(refused.retryAfterSecs)} and try again.`;
    case "busy":
    case "unavailable":
      return `Very many people are here right now. Nothing was lost: try again in ${seconds(refused.retryAfterSecs)}.`;
    case "unreachable":
      return "The server cannot be reached. Check your connection and try again.";
    default:
      return `${refused.message}.`;
  }
}

function nothingLeft(asked: Asked): string {
  if (asked.verb === "best" && asked.wish.accessible === true) {
    return "No accessible place is left there.";
  }
  const isPriced = asked.verb === "best" && (asked.wish.minPrice !== undefined || asked.wish.maxPrice !== undefined);
  return isPriced ? "Nothing is left at that price." : "Nothing is left there.";
}

/** `Take row 5, seat 13 instead`. */
export function alternativeWords(house: House, asked: readonly number[]): string {
  return `Take ${placesName(house, asked)} instead`;
}

function seconds(secs: number | null): string {
  return secs === null || secs <= 1 ? "a second" : `${secs} seconds`;
}

/** `1, 2 and 3`. */
export function inWords(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} and ${last}`;
}

/** `2 d 3 h`, `3 h 20 min`, `12:05`: until the sale begins. */
export function untilWords(secs: number): string {
  const whole = Math.max(0, Math.ceil(secs));
  const [days, hours, minutes] = [Math.floor(whole / 86_400), Math.floor(whole / 3_600) % 24, Math.floor(whole / 60) % 60];
  if (days > 0) {
    return `${days} d ${hours} h`;
  }
  if (hours > 0) {
    return `${hours} h ${minutes} min`;
  }
  return `${minutes}:${String(whole % 60).padStart(2, "0")}`;
}

/** `Thu 24 December 2026, 19:00 GMT-5` by the clock of `zone`; null where that shows the same as the venue's. */
export function elsewhereWords(instant: Date, venueZone: string, zone?: string): string | null {
  const clock = (timeZone: string | undefined): string => formatted(instant, timeZone);
  // Rounded to the minute, for the page knows how long it is until then, not when it is.
  return clock(venueZone) === clock(zone) ? null : `${clock(zone)} ${zoneName(instant, zone)}`;
}

function formatted(instant: Date, timeZone: string | undefined): string {
  const rounded = new Date(Math.round(instant.getTime() / 60_000) * 60_000);
  const parts = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
  }).formatToParts(rounded);
  const get = (type: Intl.DateTimeFormatPartTypes): string => parts.find((it) => it.type === type)?.value ?? "";
  return `${get("weekday")} ${get("day")} ${get("month")} ${get("year")}, ${get("hour")}:${get("minute")}`;
}

function zoneName(instant: Date, timeZone: string | undefined): string {
  const parts = new Intl.DateTimeFormat("en", { timeZoneName: "short", timeZone }).formatToParts(instant);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}
