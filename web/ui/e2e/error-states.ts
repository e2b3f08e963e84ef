// What people read where nothing can be had, each made to happen.

import assert from "node:assert/strict";

import type { Houses } from "./houses.ts";
import { clicked, plain, type State } from "./state.ts";
import { BASE_URL, sql, stepAddress, type Buyer } from "./support.ts";

export async function errorStates(buyer: Buyer, { session }: Houses): Promise<State[]> {
  const order = await buyer.orderAt("details", session);
  return [
    plain("error-404", "/nothing/here", "Nothing there"),
    {
      name: "error-403",
      caption: "Somebody else’s order",
      async go(page) {
        // Without its cookie.
        const cookies = await page.context().cookies();
        await page.context().clearCookies({ name: `order_${order.eventSessionOrderId}` });
        await page.goto(stepAddress(order, "details"));
        await page.context().addCookies(cookies);
        return null;
      },
    },
    clicked("error-429", "/login", "Too quick", async (page) => {
      // More guesses at one password in a minute than anybody needs. They are counted when they come, and looked at
      // slowly: meanwhile another one may be let in, so that the form is sent until it is one too many.
      const form = { email: "nobody@example.org", password: "guess" };
      const guess = () => page.context().request.post("/login", { form, headers: { origin: BASE_URL } });
      const guesses = Promise.all(Array.from({ length: 15 }, guess));
      const refused = page.getByText("Error 429");
      for (let attempt = 0; attempt < 20 && !(await refused.isVisible()); attempt += 1) {
        await page.getByLabel("E-mail").fill(form.email);
        await page.getByLabel("Password").fill(form.password);
        const answer = page.waitForResponse((it) => it.request().method() === "POST");
        await page.getByRole("button", { name: "Sign in" }).click();
        await (await answer).finished();
        await page.waitForLoadState();
      }
      await refused.waitFor();
      await guesses;
    }),
    busy("error-503", "category", `/sessions/${session}`, "Too busy"),
    busy("error-503-order", "order_details", stepAddress(order, "details"), "Too busy, with an order open"),
    {
      name: "error-500",
      caption: "A defect of ours",
      async go(page) {
        await sql("alter table category rename to category_away");
        try {
          await page.goto(`/sessions/${session}`);
          await page.getByText("Error 500").waitFor();
        } finally {
          await sql("alter table category_away rename to category");
        }
        return null;
      },
    },
  ];
}

/** Somebody else has a table that the page reads, and the query is called off while it waits. */
function busy(name: string, table: string, address: string, caption: string): State {
  return clicked(name, "/", caption, async (page) => {
    const holding = sql(`do $$ begin
      lock table ${table} in access exclusive mode;
      for attempt in 1..400 loop
        perform pg_stat_clear_snapshot();
        perform pg_cancel_backend(pid) from pg_stat_activity where wait_event_type = 'Lock';
        exit when found;
        perform pg_sleep(0.05);
      end loop;
    end $$`);
    const isBusy = () => page.getByText("Error 503").isVisible();
    for (let attempt = 0; attempt < 50 && !(await isBusy()); attempt += 1) {
      await page.goto(address);
    }
    assert.ok(await isBusy());
    await holding;
  });
}
