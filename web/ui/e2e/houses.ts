// Sessions in which every state can be had, made once.

import assert from "node:assert/strict";

import { request } from "playwright-core";

import { buy } from "./box-office.ts";
import { BASE_URL, newSession, sql } from "./support.ts";

/** Sessions in which a state can be had. */
export interface Houses {
  readonly session: string;
  readonly soldOut: string;
  /** With holds as short as can be. */
  readonly hasty: string;
  /** Whose holds begin within the last two minutes. */
  readonly late: string;
  readonly closed: readonly (readonly [name: string, session: string])[];
}

/** The most that an order may be let have. */
const ORDER_MAX = 100;
const STATUSES = ["paused", "postponed", "cancelled"] as const;

interface Events {
  readonly items: readonly { readonly sessions: readonly { readonly sessionId: string; readonly onSale: boolean }[] }[];
}

/** Makes the sessions; once, for they serve every window. */
export async function prepareHouses(): Promise<Houses> {
  const session = await newSession("Pages to Look At", 3600);
  const soldOut = await newSession("Gone in a Minute", 3600, ["--max-per-order", String(ORDER_MAX)]);
  const [hasty, late] = [await newSession("In a Haste", 6), await newSession("Nearly Over", 100)];
  const closed: [string, string][] = [];
  for (const status of STATUSES) {
    const id = await newSession(`A Session ${status}`, 600);
    await sql(`update event_session set status = '${status}' where session_id = '${id}'`);
    closed.push([status, id]);
  }
  await sellOut(soldOut);
  return { session, soldOut, hasty, late, closed: [...closed, ...(await closedByTheClock())] };
}

async function closedByTheClock(): Promise<[string, string][]> {
  const events = (await (await fetch(`${BASE_URL}/api/public/events`)).json()) as Events;
  const closed = events.items.flatMap((event) => event.sessions).filter((it) => !it.onSale);
  const named: [string, string][] = [];
  for (const { sessionId } of closed) {
    const page = await (await fetch(`${BASE_URL}/sessions/${sessionId}`)).text();
    const phase = /data-phase="(before|ended)"/.exec(page)?.[1];
    if (phase !== undefined && !named.some(([name]) => name === phase)) {
      named.push([phase, sessionId]);
    }
  }
  assert.equal(named.length, 2, "the demo has sessions not yet and no longer on sale");
  return named;
}

async function sellOut(session: string): Promise<void> {
  const shop = await request.newContext({ baseURL: BASE_URL });
  const manifest = (await (await fetch(`${BASE_URL}/api/public/sessions/${session}/manifest`)).json()) as {
    sections: { sectionId: string; kind: string; capacity?: number; seats?: { index: number }[] }[];
  };
  const { seats: states } = (await (await fetch(`${BASE_URL}/api/public/sessions/${session}/availability`)).json()) as { seats: string };
  const bytes = Buffer.from(states, "base64");
  const isFree = (seat: number) => (((bytes[seat >> 2] ?? 0) >> ((seat & 3) * 2)) & 3) === 0;
  for (const section of manifest.sections) {
    const { sectionId, kind, capacity = 0 } = section;
    const seats = (section.seats ?? []).map(({ index }) => index).filter(isFree);
    const count = kind === "standing" ? capacity : seats.length;
    for (let from = 0; from < count; from += ORDER_MAX) {
      const quantity = Math.min(ORDER_MAX, count - from);
      const some = { seats: seats.slice(from, from + quantity) };
      await buy(shop, kind === "standing" ? { section: sectionId, quantity } : some, session);
    }
  }
  await shop.dispose();
}
