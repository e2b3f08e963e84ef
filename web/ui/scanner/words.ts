// A verdict for people: what it is at a glance, and what to do. The pages without a script have the same words.

import type { DoorTicket } from "../wire/DoorTicket.ts";
import type { Validated } from "../wire/Validated.ts";
import type { Link } from "./state.ts";

export interface Look {
  readonly kind: "good" | "bad" | "warn" | "told";
  readonly icon: string;
  readonly title: string;
  readonly advice: string;
}

export function lookOf(verdict: Validated["verdict"]): Look {
  switch (verdict) {
    case "admitted":
      return { kind: "good", icon: "good", title: "Come in", advice: "Admitted." };
    case "already_used":
      return bad("Already used", "Somebody came in with this ticket before.");
    case "wrong_session":
      return bad("Another session", "This ticket is for something else.");
    case "refunded":
      return bad("Refunded", "The money went back: this ticket admits nobody.");
    case "cancelled":
      return bad("Cancelled", "This ticket was withdrawn.");
    case "not_paid":
      return bad("Not paid", "The order was never paid.");
    case "forged":
      return bad("Not our ticket", "We did not issue this code.");
    case "too_early":
      return { kind: "warn", icon: "clock", title: "Too early", advice: "The doors are not open yet." };
    case "found":
      return { kind: "told", icon: "told", title: "Order found", advice: "Admit each person by their ticket." };
    case "unknown":
      return bad("Unknown", "There is no such ticket or order.");
  }
}

export function failureOf(code: string): string {
  switch (code) {
    case "forbidden":
      return "This door is not yours, or the order belongs to another house.";
    case "login_required":
      return "You are signed out. Sign in again.";
    default:
      return "The server could not judge it. Try again.";
  }
}

export function linkWords(link: Link): string | null {
  switch (link) {
    case "live":
      return null;
    case "connecting":
      return "Connecting …";
    case "reconnecting":
      return "The connection is lost. Nothing is scanned until it is back; it is tried again and again.";
    case "offline":
      return "This device is offline. Nothing is scanned until it is back.";
    case "signed_out":
      return "You are signed out.";
    case "closed":
      return "This door cannot be reached. Load the page again.";
  }
}

export function placeOf({ section, row, number }: DoorTicket): string {
  const parts = [section, row === undefined ? null : `Row\u00a0${row}`, number === undefined ? null : `Seat\u00a0${number}`];
  return parts.filter((part) => part !== null).join(" · ");
}

/** `Sat 31 January, 20:00:07` where the venue is. */
export function localTime(instant: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat("en-GB", {
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

function bad(title: string, advice: string): Look {
  return { kind: "bad", icon: "close", title, advice };
}
