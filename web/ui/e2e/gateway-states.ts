// From choosing an amount to the ticket, with what goes otherwise on the way.

import assert from "node:assert/strict";

import type { Page } from "playwright-core";

import type { Houses } from "./houses.ts";
import { clicked, plain, type State } from "./state.ts";
import { at, BASE_URL, sql, stepAddress, type Buyer, type OpenOrder } from "./support.ts";

export async function gatewayStates(buyer: Buyer, { session, late }: Houses): Promise<State[]> {
  const [empty, filled, ready] = [
    await buyer.orderAt("amount", session),
    await buyer.orderAt("method", session),
    await buyer.orderAt("payment", session),
  ];
  return [
    plain("amount", stepAddress(empty, "amount"), "How many places"),
    clicked("amount-refused", stepAddress(empty, "amount"), "A number that cannot be", async (page) => {
      await page.getByLabel("Places").fill("999");
      await page.getByRole("button", { name: "Find places" }).click();
      await page.getByText("Choose between 1 and").waitFor();
    }),
    plain("seats", stepAddress(empty, "seats"), "The seats’ step"),
    plain("amount-chosen", stepAddress(filled, "amount")),
    plain("details", stepAddress(filled, "details"), "Details"),
    clicked("details-refused", stepAddress(filled, "details"), "Details with something wrong", async (page) => {
      await page.getByLabel("Full name").fill("");
      await page.getByLabel("E-mail").fill("none");
      await page.getByRole("button", { name: "Continue to payment" }).click();
    }),
    clicked("details-elsewhere", stepAddress(filled, "details"), "The same for another country", async (page) => {
      await page.getByLabel("Country").selectOption("JP");
      await page.getByLabel("Prefecture").waitFor();
    }),
    plain("method", stepAddress(filled, "method"), "How to pay"),
    clicked("order-lines", stepAddress(filled, "method"), "What is in the order", async (page) => {
      const toggle = page.locator(".summary-toggle");
      if (await toggle.isVisible()) {
        await toggle.click();
      }
    }),
    clicked("cancel-asked", stepAddress(filled, "method"), "Cancel asks first", async (page) => {
      await page.getByRole("button", { name: "Cancel", exact: true }).click();
    }),
    clicked("time-short", `/sessions/${late}`, "Two minutes before the end", async (page) => {
      const order = await buyer.orderAt("details", late);
      await page.goto(stepAddress(order, "details"));
      await page.locator('order-countdown[data-stage="warning"]').waitFor();
    }),
    {
      ...clicked("offline", stepAddress(filled, "details"), "Offline", async (page) => {
        await page.locator("order-countdown[data-stage]").waitFor();
        await page.context().setOffline(true);
        await page.getByText("You are offline").waitFor();
      }),
      async leave(page) {
        await page.context().setOffline(false);
        await page.getByText("You are connected again").waitFor();
      },
    },
    ...(await outsideStates(buyer, session)),
    ...payingStates(ready),
    clicked("cancelled", stepAddress(filled, "method"), "Cancelled", async (page) => {
      await page.getByRole("button", { name: "Cancel", exact: true }).click();
      await page.getByRole("button", { name: "Cancel the order" }).click();
      await page.getByRole("heading", { name: "The order is cancelled" }).waitFor();
    }),
  ];
}

/** With a provider of payments, where those are played beside the demo. */
async function outsideStates(buyer: Buyer, session: string): Promise<State[]> {
  if (process.env["SANDBOX_URL"] === undefined) {
    return [];
  }
  const [card, paypal] = [await orderBy("stripe", buyer, session), await orderBy("paypal", buyer, session)];
  const pressPay = (page: Page) => page.getByRole("button", { name: /^Pay/ }).click();
  return [
    clicked("payment-card", stepAddress(card, "payment"), "A card, in Stripe’s form", async (page) => {
      await pressPay(page);
      await page.locator("card-payment iframe").first().contentFrame().getByLabel("Card number").waitFor();
    }),
    clicked("payment-paypal", stepAddress(paypal, "payment"), "PayPal’s page, played", async (page) => {
      await pressPay(page);
      await page.getByRole("button", { name: "Pay now" }).waitFor();
    }),
  ];
}

async function orderBy(method: "stripe" | "paypal", buyer: Buyer, session: string): Promise<OpenOrder> {
  const order = await buyer.orderAt("method", session);
  const answer = await buyer.context.request.post(stepAddress(order, "method"), { form: { method }, headers: { origin: BASE_URL } });
  assert.ok(answer.ok(), await answer.text());
  return order;
}

/** From the payment to the ticket: each begins where the one before has left the order. */
function payingStates(ready: OpenOrder): State[] {
  return [
    plain("payment", stepAddress(ready, "payment"), "The last look"),
    clicked("test-payment", stepAddress(ready, "payment"), "The demo’s bank", async (page) => {
      await page.getByRole("button", { name: /^Pay €/ }).click();
      await page.getByRole("heading", { name: "Test payment" }).waitFor();
    }),
    plain("payment-pending", stepAddress(ready, "payment"), "Waiting for the bank"),
    clicked("payment-declined", stepAddress(ready, "payment"), "Declined, and the places are still there", async (page) => {
      await page.getByRole("link", { name: "Go on paying" }).click();
      await page.getByRole("button", { name: "Decline the card" }).click();
      await page.getByRole("alert").waitFor();
    }),
    clicked("confirmation", stepAddress(ready, "payment"), "The tickets", async (page) => {
      await page.getByRole("button", { name: /^Pay €/ }).click();
      await page.getByRole("button", { name: /^Pay €/ }).and(page.locator("[name=outcome]")).click();
      await at(page, ready, "confirmation");
    }),
    clicked("ticket", stepAddress(ready), "A ticket for the door", async (page) => {
      await page.getByRole("link", { name: "Large, for the door" }).first().click();
      await page.waitForURL("**/tickets/*");
    }),
  ];
}

/** How orders end that are not paid, or paid back. */
export async function endings(buyer: Buyer, { session, hasty }: Houses): Promise<State[]> {
  const refunded = await buyer.orderAt("details", session);
  let order: OpenOrder;
  return [
    clicked("time-over", "/", "The time runs out", async (page) => {
      // Where the page took longer than the hold lasts, it says so itself, and there is nothing to run out.
      do {
        order = await buyer.orderAt("details", hasty);
        await page.goto(stepAddress(order, "details"));
      } while ((await page.locator("order-countdown").count()) === 0);
      await page.getByRole("dialog", { name: "Your time ran out" }).waitFor();
    }),
    {
      name: "expired",
      caption: "An order that ran out",
      async go(page) {
        await page.goto(stepAddress(order, "details"));
        await page.getByRole("heading", { name: "Your time ran out" }).waitFor();
        return stepAddress(order);
      },
    },
    clicked("refunded", "/", "Refunded", async (page) => {
      await page.context().request.post(`/api/gateway/orders/${refunded.eventSessionOrderId}/cancel`, { data: {} });
      await sql(`update event_session_order set status = 'REFUNDED' where order_id = '${refunded.eventSessionOrderId}'`);
      await page.goto(stepAddress(refunded));
      await page.getByRole("heading", { name: "You have been refunded" }).waitFor();
    }),
  ];
}
