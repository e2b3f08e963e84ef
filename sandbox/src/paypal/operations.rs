//! The API's table: what is done at which address.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::account::{Account, Answer};
use super::refusal::Refusal;

/// One request to the API.
pub struct Call<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub body: &'a Value,
    /// Whether it asks for the whole of what it makes (`Prefer: return=representation`).
    pub full: bool,
    /// Whether it bears a `PayPal-Request-Id`.
    pub is_repeatable: bool,
    pub now: DateTime<Utc>,
}

impl Account {
    /// Does what a request asks.
    pub fn answer(&mut self, call: &Call<'_>) -> Answer {
        let Call {
            method,
            path,
            body,
            full,
            is_repeatable,
            now,
        } = *call;
        let parts: Vec<&str> = path.split('/').collect();
        match (method, parts.as_slice()) {
            // Without one, a lost answer would leave an order that nobody knows.
            ("POST", ["v2", "checkout", "orders"])
                if body["payment_source"].is_object() && !is_repeatable =>
            {
                Err(Refusal::malformed(
                    "PAYPAL_REQUEST_ID_REQUIRED",
                    "PayPal-Request-Id",
                    "An order with a payment source needs a PayPal-Request-Id.",
                ))
            }
            ("POST", ["v2", "checkout", "orders"]) => self.create_order(body, full, now),
            ("GET", ["v2", "checkout", "orders", id]) => self.show_order(id),
            ("PATCH", ["v2", "checkout", "orders", id]) => self.patch_order(id, body, now),
            ("POST", ["v2", "checkout", "orders", id, "capture"]) => {
                self.capture_order(id, full, now)
            }
            ("GET", ["v2", "payments", "captures", id]) => self.show_capture(id),
            ("POST", ["v2", "payments", "captures", id, "refund"]) => {
                self.refund_capture(id, body, full, now)
            }
            ("GET", ["v2", "payments", "refunds", id]) => self.show_refund(id),
            _ => Err(Refusal::no_such(path)),
        }
    }
}
