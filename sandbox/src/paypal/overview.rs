//! What the control page shows of PayPal, and does in a buyer's or a reviewer's place.

use chrono::Utc;
use serde_json::{Value, json};

use super::Paypal;
use super::account::Answer;

impl Paypal {
    /// The newest orders, and what became of them.
    pub fn overview(&self, most: usize) -> Value {
        let account = self.account();
        let orders = account.newest_orders().take(most).map(|order| {
            let capture = order.capture.as_ref().and_then(|id| account.captures.get(id));
            let refunds = capture.map_or(&[][..], |capture| &capture.refunds);
            json!({
                "id": order.id, "status": order.status.name(), "amount": order.amount.text(),
                "currency": order.amount.currency, "customId": order.unit.custom_id,
                "capture": capture.map(|capture| json!({"id": capture.id, "status": capture.status_name()})),
                "refunds": refunds.iter().filter_map(|id| account.refunds.get(id)).map(|refund| json!({
                    "id": refund.id, "amount": refund.amount.text(),
                })).collect::<Vec<_>>(),
            })
        });
        json!({"total": account.orders.len(), "orders": orders.collect::<Vec<_>>()})
    }

    /// A reviewed payment is completed, or denied.
    pub fn settle(&self, capture: &str, completed: bool) -> Answer {
        self.with_account(|account| account.settle_capture(capture, completed, Utc::now()))
    }
}
