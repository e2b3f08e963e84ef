// What is said to the buyer, in one place. Pure.

import type { Refused } from "../live/gateway.ts";
import type { Money } from "../wire/Money.ts";
import { languageTag, say } from "../words/index.ts";
import { numberOf, rowLabel, sectionOf, type House } from "./house.ts";
import { LOOK, LOOK_KEYS } from "./look.ts";
import { writeMoney } from "./money.ts";
import type { Asked, Hindrance, Notice } from "./state.ts";

/** `€80`, or that it is free. */
export function priceText(money: Money): string {
  return writeMoney({ language: languageTag(), free: say("money-free") }, money);
}

/** `Stalls, row 5, seat 12`. */
export function placeName(house: House, seat: number): string {
  return placesName(house, [seat]);
}

/** `Stalls, row 5, seats 1–4, row 6, seats 7 and 9; Circle, row 1, seat 3`: each section and row is named once. */
export function placesName(house: House, seats: readonly number[]): string {
  const sorted = [...seats].sort((one, other) => one - other);
  const sections = chunked(sorted, (seat) => house.section[seat]).map((ofSection) => {
    const rows = chunked(ofSection, (seat) => house.row[seat]).map((ofRow) => rowWords(house, ofRow));
    return say("places-name", { section: sectionName(house, ofSection[0] ?? 0), rows: rows.join(", ") });
  });
  return sections.join("; ");
}

/** `row 5, seats 1–4`. */
function rowWords(house: House, seats: readonly number[]): string {
  const row = rowLabel(house, seats[0] ?? 0);
  const numbers = inWords(runs(seats.map((seat) => numberOf(house, seat))));
  return say("places-row", { row, count: seats.length, seats: numbers });
}

/** Neighbours that are alike, together. */
function chunked<T>(items: readonly T[], kind: (item: T) => unknown): T[][] {
  const chunks: T[][] = [];
  items.forEach((item, position) => {
    const before = items[position - 1];
    if (before === undefined || kind(before) !== kind(item)) {
      chunks.push([]);
    }
    chunks.at(-1)?.push(item);
  });
  return chunks;
}

/** `1–4` of `1`, `2`, `3`, `4`; two neighbours are said one by one. */
function runs(numbers: readonly string[]): string[] {
  const said: string[] = [];
  for (let from = 0; from < numbers.length; ) {
    let to = from;
    while (to + 1 < numbers.length && isNext(numbers[to], numbers[to + 1])) {
      to += 1;
    }
    const isRun = to - from >= 2;
    said.push(isRun ? `${numbers[from]}–${numbers[to]}` : (numbers[from] ?? ""));
    from = isRun ? to + 1 : from + 1;
  }
  return said;
}

function isNext(one = "", other = ""): boolean {
  return /^\d+$/.test(one) && /^\d+$/.test(other) && Number(other) === Number(one) + 1;
}

function sectionName(house: House, seat: number): string {
  return sectionOf(house, seat)?.name ?? "";
}

export function priceOf(house: House, seat: number): string {
  const money = house.prices[sectionOf(house, seat)?.price ?? 0];
  return money === undefined ? "" : priceText(money);
}

/** All that is known of a seat in one breath. */
export function seatWords(house: House, seat: number, look: number): string {
  return say("seat-words", {
    row: rowLabel(house, seat),
    seat: numberOf(house, seat),
    accessible: house.accessible[seat] === 1 ? "yes" : "no",
    price: priceOf(house, seat),
    look: say(LOOK_KEYS[look] ?? "look-unknown"),
  });
}

/** Why a seat cannot be taken that is not free. */
export function whyNot(house: House, seat: number, look: number): string | null {
  const keys = new Map<number, string>([
    [LOOK.held, "why-held"],
    [LOOK.sold, "why-sold"],
    [LOOK.off, "why-off"],
  ]);
  const key = keys.get(look);
  return key === undefined ? null : say(key, { place: placeName(house, seat) });
}

export function hindranceWords(hindrance: Hindrance): string {
  return say(`hindrance-${hindrance}`);
}

/** What a refusal means for who asked and has so many places already, and what to do about it. */
export function refusalNotice(house: House | null, asked: Asked, refused: Refused, own: number): Notice {
  const alternative = refused.problem.alternative ?? [];
  return { tone: "refused", text: refusalText(house, asked, refused, own), alternative };
}

function refusalText(house: House | null, asked: Asked, refused: Refused, own: number): string {
  const { problem, code } = refused;
  const alternative = problem.alternative ?? [];
  switch (code) {
    case "seat_taken": {
      const end = alternative.length === 0 ? "-alone" : "";
      return "seats" in asked && house !== null
        ? say(`refused-taken${end}`, { places: placesName(house, asked.seats) })
        : say(`refused-quicker${end}`);
    }
    case "sold_out":
      if (problem.free === undefined || problem.free === 0) {
        return nothingLeft(asked);
      }
      return say(asked.verb === "best" ? "refused-together" : "refused-left", { count: problem.free });
    case "limit_reached":
      return say("refused-limit", { count: problem.limit ?? 0, left: Math.max(0, (problem.limit ?? 0) - own) });
    case "order_expired":
    case "order_cancelled":
      return say("refused-ran-out");
    case "order_paid":
      return say("refused-paid");
    case "payment_under_way":
      return say("hindrance-paying");
    case "not_on_sale":
      return say(problem.opensAt ? "refused-not-yet" : "refused-closed");
    case "too_many_claims":
      return say("refused-too-many");
    case "claim_lapsed":
      return say("refused-lapsed");
    case "rate_limited":
      return say("refused-quick", { count: seconds(refused.retryAfterSecs) });
    case "busy":
    case "unavailable":
      return say("refused-busy", { count: seconds(refused.retryAfterSecs) });
    case "unreachable":
      return say("refused-unreachable");
    default:
      return say("refused-otherwise", { reason: refused.message });
  }
}

function nothingLeft(asked: Asked): string {
  if (asked.verb === "best" && asked.wish.accessible === true) {
    return say("refused-none-accessible");
  }
  const isPriced = asked.verb === "best" && (asked.wish.minPrice !== undefined || asked.wish.maxPrice !== undefined);
  return say(isPriced ? "refused-none-priced" : "refused-none");
}

/** `Take row 5, seat 13 instead`. */
export function alternativeWords(house: House, asked: readonly number[]): string {
  return say("notice-take-instead", { places: placesName(house, asked) });
}

function seconds(secs: number | null): number {
  return Math.max(1, secs ?? 1);
}

/** `1, 2 and 3`. */
export function inWords(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : say("list-and", { first: items.slice(0, -1).join(", "), last });
}

/** `2 d 3 h`, `3 h 20 min`, `12:05`: until the sale begins. */
export function untilWords(secs: number): string {
  const whole = Math.max(0, Math.ceil(secs));
  const [days, hours, minutes] = [Math.floor(whole / 86_400), Math.floor(whole / 3_600) % 24, Math.floor(whole / 60) % 60];
  if (days > 0) {
    return say("until-days", { days, hours });
  }
  if (hours > 0) {
    return say("until-hours", { hours, minutes });
  }
  return `${minutes}:${String(whole % 60).padStart(2, "0")}`;
}

/** `Thu 24 December 2026, 19:00 GMT-5` by the clock of `zone`; null where that shows the same as the venue's. */
export function elsewhereWords(instant: Date, venueZone: string, zone?: string): string | null {
  const clock = (timeZone: string | undefined): string => formatted(instant, timeZone);
  // Rounded to the minute, for the page knows how long it is until then, not when it is.
  return clock(venueZone) === clock(zone) ? null : `${clock(zone)} ${zoneName(instant, zone)}`;
}

/** `Thu 24 December 2026, 19:00`, by the same messages as the server's. */
function formatted(instant: Date, timeZone: string | undefined): string {
  const rounded = new Date(Math.round(instant.getTime() / 60_000) * 60_000);
  const parts = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "numeric",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
  }).formatToParts(rounded);
  const get = (type: Intl.DateTimeFormatPartTypes): string => parts.find((it) => it.type === type)?.value ?? "";
  const weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(get("weekday")) + 1;
  const date = say("date-long", {
    weekday: say(`weekday-short-${weekday}`),
    day: String(Number(get("day"))),
    month: say(`month-${Number(get("month"))}`),
    year: get("year"),
  });
  return say("date-time", { date, time: say("time", { hour: get("hour"), minute: get("minute") }) });
}

function zoneName(instant: Date, timeZone: string | undefined): string {
  const parts = new Intl.DateTimeFormat("en", { timeZoneName: "short", timeZone }).formatToParts(instant);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}
