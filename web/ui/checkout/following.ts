// Where a page of the gateway goes when its order moves on without it: paid or cancelled in another tab,
// or by the provider. Pure.

import type { Order } from "../wire/Order.ts";

/** Null: stay. An order that ran out is the clock's to tell. */
export function nextAddress(order: Order, step: string, isWaiting: boolean): string | null {
  const own = `/gateway/orders/${order.eventSessionOrderId}`;
  switch (order.status) {
    case "PAID":
      return step === "confirmation" ? null : `${own}/confirmation`;
    case "REFUNDED":
      return own;
    case "CANCELLED":
      return null;
    case "PENDING":
      return isWaiting && order.payment?.state !== "pending" ? `${own}/payment` : null;
  }
}
