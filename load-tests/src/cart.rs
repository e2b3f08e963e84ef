//! One buyer at the gateway: performs operations on one order, and keeps each in the history.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use crate::connection::{Connection, Headers, Response, request};
use crate::history::{Answer, History, Operation, Record, Wish};
use crate::wire::{OpenedOrder, read_answer};

/// No answer for so long counts as none at all.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// A buyer's connection and the order they are at.
pub struct Cart {
    session: Uuid,
    connection: Connection,
    history: Arc<History>,
    order: Option<OpenedOrder>,
}

impl Cart {
    /// A buyer of a session who has no order yet.
    pub fn new(address: SocketAddr, session: Uuid, history: Arc<History>) -> Self {
        Self {
            session,
            connection: Connection::new(address),
            history,
            order: None,
        }
    }

    /// A buyer who goes on with an order.
    pub fn of_order(
        address: SocketAddr,
        session: Uuid,
        history: Arc<History>,
        order: OpenedOrder,
    ) -> Self {
        Self {
            session,
            connection: Connection::new(address),
            history,
            order: Some(order),
        }
    }

    /// The same order from another connection, as a second tab has it.
    pub fn second_tab(&self, address: SocketAddr) -> Self {
        let connection = Connection::new(address);
        Self {
            session: self.session,
            connection,
            history: self.history.clone(),
            order: self.order.clone(),
        }
    }

    /// The order being filled, with its secret.
    pub fn opened(&self) -> Option<&OpenedOrder> {
        self.order.as_ref()
    }

    /// The order being filled.
    pub fn order_id(&self) -> Option<Uuid> {
        self.order.as_ref().map(|order| order.id)
    }

    /// Performs an operation once. On return its record counts.
    pub async fn perform(&mut self, operation: &Operation) -> Answer {
        let bytes = self.request(operation);
        let start = self.history.sent();
        let response = tokio::time::timeout(ANSWER_TIMEOUT, self.connection.send(&bytes)).await;
        let end = self.history.answered();
        let answer = match response {
            Ok(Ok(response)) => self.read(operation, &response),
            Ok(Err(error)) => no_answer(error.to_string()),
            Err(elapsed) => no_answer(elapsed.to_string()),
        };
        let order = self.order_id().unwrap_or_default();
        let (operation, session) = (operation.clone(), self.session);
        self.history
            .keep(Record {
                start,
                end,
                session,
                order,
                operation,
                answer: answer.clone(),
            })
            .await;
        answer
    }

    /// Performs an operation until its fate is known, with the same idempotency key. Gives up after
    /// so many attempts and leaves the fate open.
    pub async fn insist(&mut self, operation: &Operation, attempts: u32) -> Answer {
        let mut answer = self.perform(operation).await;
        for attempt in 1..attempts {
            if !matches!(answer, Answer::Unknown { .. }) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100) * attempt.min(10)).await;
            answer = self.perform(operation).await;
        }
        answer
    }

    fn read(&mut self, operation: &Operation, response: &Response) -> Answer {
        if *operation == Operation::Open {
            self.order = serde_json::from_slice(&response.body).ok();
        }
        read_answer(operation, response)
    }

    fn request(&self, operation: &Operation) -> Vec<u8> {
        let (method, path, body) = self.parts(operation);
        let bearer = self.order.as_ref().map(|order| order.secret.as_str());
        let idempotency_key = match operation {
            Operation::Claim { key, .. } | Operation::StartPayment { key } => Some(key.as_str()),
            Operation::Open
            | Operation::Read
            | Operation::Amount { .. }
            | Operation::Address
            | Operation::Drop { .. }
            | Operation::Cancel
            | Operation::Confirm { .. } => None,
        };
        let body = body.map(|body| body.to_string());
        request(
            method,
            &path,
            Headers {
                bearer,
                idempotency_key,
            },
            body.as_deref().map(str::as_bytes),
        )
    }

    fn parts(&self, operation: &Operation) -> (&'static str, String, Option<serde_json::Value>) {
        match operation {
            Operation::Open => (
                "POST",
                format!("/api/gateway/sessions/{}/orders", self.session),
                Some(json!({})),
            ),
            Operation::Read => ("GET", self.order_path(""), None),
            Operation::Amount { quantity } => (
                "PUT",
                self.order_path("/amount"),
                Some(json!({ "quantity": quantity })),
            ),
            Operation::Address => ("PUT", self.order_path("/address"), Some(address())),
            Operation::Claim { wish, .. } => {
                ("POST", self.order_path("/get-seat"), Some(claim_body(wish)))
            }
            Operation::Drop { seats } => (
                "POST",
                self.order_path("/drop-seat"),
                Some(json!({ "seats": seats })),
            ),
            Operation::Cancel => ("POST", self.order_path("/cancel"), Some(json!({}))),
            Operation::StartPayment { .. } => (
                "POST",
                self.order_path("/payments"),
                Some(json!({ "provider": "test" })),
            ),
            Operation::Confirm { path, succeed } => {
                let outcome = if *succeed { "succeed" } else { "decline" };
                ("POST", path.clone(), Some(json!({ "outcome": outcome })))
            }
        }
    }

    fn order_path(&self, step: &str) -> String {
        format!(
            "/api/gateway/orders/{}{step}",
            self.order_id().unwrap_or_default()
        )
    }
}

/// A key that nobody used before.
pub fn fresh_key() -> String {
    Uuid::new_v4().to_string()
}

fn claim_body(wish: &Wish) -> serde_json::Value {
    match wish {
        Wish::Seats(seats) => json!({ "seats": seats }),
        Wish::Best(quantity) => json!({ "best": quantity }),
    }
}

fn address() -> serde_json::Value {
    json!({
        "name": "Ada Lovelace",
        "email": "ada@example.org",
        "line1": "12 St James's Square",
        "postcode": "10115",
        "city": "Berlin",
        "country": "DE",
    })
}

fn no_answer(cause: String) -> Answer {
    Answer::Unknown {
        status: None,
        has_retry_after: false,
        cause,
    }
}
