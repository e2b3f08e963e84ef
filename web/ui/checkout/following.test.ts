import assert from "node:assert/strict";
import { test } from "node:test";

import type { Order } from "../wire/Order.ts";
import { nextAddress } from "./following.ts";

function order(status: Order["status"], payment?: "pending" | "declined" | "succeeded"): Order {
  const pending = {
    eventSessionOrderId: "o",
    sessionId: "s",
    status,
    pnr: "ABC",
    expireIfNotCompletedAt: "",
    secondsLeft: 0,
    seats: [],
    standing: [],
    total: { amount: 0, currency: "EUR" },
    missing: [],
  };
  return payment === undefined ? pending : { ...pending, payment: { attemptId: "a", state: payment, secondsLeft: 600 } };
}

test("an order that is paid anywhere shows its tickets everywhere", () => {
  assert.equal(nextAddress(order("PAID"), "details", false), "/gateway/orders/o/confirmation");
  assert.equal(nextAddress(order("PAID"), "confirmation", false), null);
});

test("whoever waits for a payment is told when it is declined", () => {
  assert.equal(nextAddress(order("PENDING", "pending"), "payment", true), null);
  assert.equal(nextAddress(order("PENDING", "declined"), "payment", true), "/gateway/orders/o/payment");
});

test("nobody who is typing is led away while the order is pending", () => {
  assert.equal(nextAddress(order("PENDING"), "details", false), null);
});
