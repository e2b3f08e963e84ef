// What the session's page shows while somebody buys. The last ones of all, for what is taken here is kept.

import assert from "node:assert/strict";

import { request, type Page } from "playwright-core";

import type { Houses } from "./houses.ts";
import { comeTo } from "./seat-map.ts";
import { clicked, type State } from "./state.ts";
import { BASE_URL, type OpenOrder } from "./support.ts";

interface Events {
  readonly items: readonly { readonly sessions: readonly { readonly sessionId: string; readonly onSale: boolean }[] }[];
}

/** Which seat is raced for: one in the middle of the house. */
const RACED_SEAT = 420;

export async function sessionStates({ session }: Houses): Promise<State[]> {
  const house = `/sessions/${session}`;
  return [
    clicked("session-cards", `/sessions/${await withoutSeats()}`, "Standing places, by their cards", async (page) => {
      await live(page);
      await page.locator("[data-standing]").first().evaluate((card) => card.scrollIntoView({ block: "center" }));
    }),
    {
      ...clicked("map-failed", house, "The map cannot be had", async (page) => {
        await page.route("**/manifest/columns", (route) => route.abort());
        await page.reload();
        await page.getByText("The map could not be loaded.").waitFor();
      }),
      leave: (page) => page.unroute("**/manifest/columns"),
    },
    {
      ...clicked("session-offline", house, "Offline, before the house", async (page) => {
        await live(page);
        await page.context().setOffline(true);
        await page.locator('seat-map[data-connection="offline"]').waitFor();
      }),
      leave: (page) => page.context().setOffline(false),
    },
    lostRace(session),
    clicked("session-taken", house, "What was taken", async (page) => {
      await live(page);
      await page.getByRole("button", { name: "Take", exact: true }).click();
      await page.locator('[data-part="tray-count"]', { hasText: "2 places" }).waitFor();
    }),
  ];
}

async function live(page: Page): Promise<void> {
  await page.locator('seat-map[data-live="true"]').waitFor();
}

async function withoutSeats(): Promise<string> {
  const events = (await (await fetch(`${BASE_URL}/api/public/events?q=boiler%20night`)).json()) as Events;
  const found = events.items.flatMap((event) => event.sessions).find(({ onSale }) => onSale);
  assert.ok(found !== undefined, "the demo sells a night without seats");
  return found.sessionId;
}

function lostRace(session: string): State {
  let giveBack = (): Promise<void> => Promise.resolve();
  return {
    ...clicked("session-lost-race", `/sessions/${session}`, "Somebody was quicker", async (page) => {
      await live(page);
      const { x, y } = await comeTo(page, RACED_SEAT);
      // This page does not hear of the other in time.
      await page.evaluate(() => (document.querySelector("seat-map") as unknown as { live: { stop(): void } }).live.stop());
      giveBack = await takeElsewhere(session, RACED_SEAT);
      await page.mouse.click(x, y);
      await page.locator('[data-part="notice"]').getByText("was just taken").waitFor();
    }),
    leave: () => giveBack(),
  };
}

/** By somebody else, who gives it back when asked. */
async function takeElsewhere(session: string, seat: number): Promise<() => Promise<void>> {
  const other = await request.newContext({ baseURL: BASE_URL });
  const post = async (address: string, data: object): Promise<unknown> => {
    const answer = await other.post(address, { data, headers: { "idempotency-key": `key-${Math.random()}` } });
    assert.ok(answer.ok(), await answer.text());
    return answer.json().catch(() => null);
  };
  const order = (await post(`/api/gateway/sessions/${session}/orders`, {})) as OpenOrder;
  const address = `/api/gateway/orders/${order.eventSessionOrderId}`;
  await post(`${address}/get-seat`, { seats: [seat] });
  return async () => {
    await post(`${address}/cancel`, {});
    await other.dispose();
  };
}
