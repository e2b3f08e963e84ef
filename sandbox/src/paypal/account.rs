//! The account that is played: its orders, captures and refunds, and the events that their changes tell.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::captures::{Capture, Refund};
use super::orders::Order;
use super::refusal::Refusal;
use crate::deliveries::Webhook;
use crate::ids;

/// Older orders are forgotten, with all that hangs on them, so that hours of load do not fill the memory.
const ORDERS_MAX: usize = 100_000;

/// What an operation answers: a status, and a body where there is one.
pub type Answer = Result<Reply, Box<Refusal>>;

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
}

#[derive(Debug, Default)]
pub struct Account {
    pub orders: HashMap<String, Order>,
    pub captures: HashMap<String, Capture>,
    pub refunds: HashMap<String, Refund>,
    /// Orders in the order in which they were made.
    pub order: VecDeque<String>,
    /// Whoever pays is declined.
    pub declines_all: bool,
    /// Where the API is, without a slash at the end.
    pub base_url: String,
    new_events: Vec<Webhook>,
}

impl Account {
    /// A new account, whose API is at this address.
    pub fn at(base_url: String) -> Self {
        Self {
            base_url,
            ..Self::default()
        }
    }

    /// Tells that something happened; `about` is the order it concerns in the end.
    pub fn emit(&mut self, kind: &str, about: &str, resource: Value, now: DateTime<Utc>) {
        let id = format!("WH-{}-{}", ids::capitals(), ids::capitals());
        let (resource_type, summary) = match kind {
            "CHECKOUT.ORDER.APPROVED" => ("checkout-order", "An order has been approved by buyer"),
            "PAYMENT.CAPTURE.REFUNDED" => ("refund", "A capture was refunded"),
            "PAYMENT.CAPTURE.COMPLETED" => ("capture", "A capture was completed"),
            "PAYMENT.CAPTURE.PENDING" => ("capture", "A capture is pending"),
            _ => ("capture", "A capture was denied"),
        };
        let body = json!({
            "id": id, "event_version": "1.0", "create_time": time(now), "resource_type": resource_type,
            "resource_version": "2.0", "event_type": kind, "summary": summary, "resource": resource,
            "links": [{
                "href": format!("{}/v1/notifications/webhooks-events/{id}", self.base_url),
                "rel": "self", "method": "GET",
            }],
        });
        self.new_events.push(Webhook {
            id,
            kind: kind.to_owned(),
            about: about.to_owned(),
            body: Bytes::from(body.to_string()),
        });
    }

    /// The events that nobody has been told yet.
    pub fn take_new_events(&mut self) -> Vec<Webhook> {
        std::mem::take(&mut self.new_events)
    }

    pub fn order(&self, id: &str) -> Result<&Order, Box<Refusal>> {
        self.orders.get(id).ok_or_else(|| Refusal::no_such(id))
    }

    pub fn capture(&self, id: &str) -> Result<&Capture, Box<Refusal>> {
        self.captures.get(id).ok_or_else(|| Refusal::no_such(id))
    }

    /// Makes room for one more order.
    pub fn forget_oldest(&mut self) {
        if self.order.len() < ORDERS_MAX {
            return;
        }
        let oldest = self.order.pop_front();
        let order = oldest.and_then(|id| self.orders.remove(&id));
        let capture = order.and_then(|order| self.captures.remove(&order.capture?));
        for refund in capture.map(|capture| capture.refunds).unwrap_or_default() {
            self.refunds.remove(&refund);
        }
    }

    /// A link to something of the API.
    pub fn link(&self, path: &str, rel: &str, method: &str) -> Value {
        json!({"href": format!("{}{path}", self.base_url), "rel": rel, "method": method})
    }
}

/// An instant as PayPal writes it.
pub fn time(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}
