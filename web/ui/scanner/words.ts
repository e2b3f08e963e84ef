// A verdict for people: what it is at a glance, and what to do. The pages without a script have the same messages.

import type { DoorTicket } from "../wire/DoorTicket.ts";
import type { Validated } from "../wire/Validated.ts";
import { languageTag, say } from "../words/index.ts";
import type { Link } from "./state.ts";

export interface Look {
  readonly kind: "good" | "bad" | "warn" | "told";
  readonly icon: string;
  readonly title: string;
  readonly advice: string;
}

export function lookOf(verdict: Validated["verdict"]): Look {
  const [kind, icon] = signsOf(verdict);
  return { kind, icon, title: say(`verdict-${verdict}`), advice: say(`verdict-${verdict}-advice`) };
}

function signsOf(verdict: Validated["verdict"]): readonly [kind: Look["kind"], icon: string] {
  switch (verdict) {
    case "admitted":
      return ["good", "good"];
    case "too_early":
      return ["warn", "clock"];
    case "found":
      return ["told", "told"];
    case "already_used":
    case "wrong_session":
    case "refunded":
    case "cancelled":
    case "not_paid":
    case "forged":
    case "unknown":
      return ["bad", "close"];
  }
}

export function failureOf(code: string): string {
  switch (code) {
    case "forbidden":
      return say("scanner-forbidden");
    case "login_required":
      return say("scanner-login-required");
    default:
      return say("scanner-failed");
  }
}

export function linkWords(link: Link): string | null {
  return link === "live" ? null : say(`scanner-${link.replace("_", "-")}`);
}

export function placeOf({ section, row, number }: DoorTicket): string {
  const parts = [section, row === undefined ? null : say("verdict-row", { row }), number === undefined ? null : say("verdict-seat", { seat: number })];
  return parts.filter((part) => part !== null).join(" · ");
}

/** `Sat 31 January, 20:00:07` where the venue is. */
export function localTime(instant: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat(languageTag() === "en" ? "en-GB" : languageTag(), {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  return format.format(new Date(instant));
}
