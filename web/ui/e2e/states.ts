// Every state that a page can be in, each come to as people come to it, and those that do not happen by
// themselves made to happen. The checks of all pages go through them, and so do the screenshots.

import { errorStates } from "./error-states.ts";
import { endings, gatewayStates } from "./gateway-states.ts";
import type { Houses } from "./houses.ts";
import { staffStates } from "./staff-states.ts";
import { plain, type State } from "./state.ts";
import type { Buyer } from "./support.ts";

/** All states, in the order in which they are gone through. */
export async function statesOf(buyer: Buyer, houses: Houses): Promise<State[]> {
  return [
    ...publicStates(houses),
    ...(await gatewayStates(buyer, houses)),
    ...(await endings(buyer, houses)),
    ...(await errorStates(buyer, houses)),
    ...staffStates(houses),
  ];
}

/** The public front, which has checks of its own: for its pictures. */
export function frontStates(): State[] {
  return [
    plain("front", "/en", "What is on"),
    plain("front-listing", "/en/events", "All events"),
    plain("front-search", "/en/events?q=shakespere", "A slip of the pen"),
    plain("front-nothing", "/en/events?category=jazz&city=tokyo", "Nothing fits"),
    plain("front-event", "/en/events/boiler-night", "An event"),
    plain("front-calendar", "/de/events/late-at-harrow", "Many dates, in German"),
    plain("front-artist", "/en/artists/mira-falk", "An artist"),
    plain("front-venue", "/en/venues/lindenhof-theatre", "A venue"),
    plain("front-article", "/en/blog/five-mornings-for-small-people", "A story"),
  ];
}

const PHASES: Readonly<Record<string, string>> = {
  before: "Not yet on sale",
  ended: "The sale is over",
  paused: "The sale is paused",
  postponed: "Postponed",
  cancelled: "Cancelled",
};

function publicStates(houses: Houses): State[] {
  return [
    plain("home", "/"),
    plain("session", `/sessions/${houses.session}`, "The house, live"),
    {
      name: "session-at-a-price",
      async go(page) {
        await page.goto(`/sessions/${houses.session}`);
        await page.locator('seat-map[data-live="true"]').waitFor();
        await page.locator(".map-price[data-price]").nth(1).click();
        await page.locator('.map-price[aria-pressed="true"]').waitFor();
        return null;
      },
    },
    plain("sold-out", `/sessions/${houses.soldOut}`, "Nothing left"),
    ...houses.closed.map(([phase, session]) => plain(`session-${phase}`, `/sessions/${session}`, PHASES[phase])),
  ];
}
