//! What is measured: each subject is a way to make requests. Rivals join here as further ones.

use std::sync::Arc;

use crate::bench::deck::{Deck, PreparedOrder};
use crate::connection::{Headers, write_request};

/// One thing that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, clap::ValueEnum)]
pub enum Subject {
    /// The echo behind nothing but routing.
    BareEcho,
    /// The echo behind the middleware that every request passes.
    Echo,
    /// A durable claim.
    Claim,
}

impl Subject {
    /// All subjects, in the order of the tables.
    pub const ALL: [Self; 3] = [Self::BareEcho, Self::Echo, Self::Claim];

    /// Its name in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::BareEcho => "echo, bare",
            Self::Echo => "echo",
            Self::Claim => "durable claim",
        }
    }

    /// Where one connection's requests come from. Only claims need a deck.
    pub fn script(self, deck: &Arc<Deck>) -> Script {
        match self {
            Self::BareEcho => Script::Echo {
                path: "/bench/echo/bare",
                seat: 0,
            },
            Self::Echo => Script::Echo {
                path: "/bench/echo",
                seat: 0,
            },
            Self::Claim => Script::Claims {
                deck: deck.clone(),
                order: None,
            },
        }
    }
}

/// The requests of one connection, one after another.
pub enum Script {
    Echo {
        path: &'static str,
        seat: u32,
    },
    Claims {
        deck: Arc<Deck>,
        order: Option<PreparedOrder>,
    },
}

impl Script {
    /// Writes the next request; false if there is none left.
    pub fn write_next(&mut self, bytes: &mut Vec<u8>) -> bool {
        match self {
            Self::Echo { path, seat } => {
                // Numbers as long as those of the claims.
                *seat = (*seat + 1) % 90_000;
                write_claim(
                    bytes,
                    path,
                    Headers {
                        bearer: Some(SECRET),
                        idempotency_key: Some(KEY),
                    },
                    *seat + 10_000,
                );
                true
            }
            Self::Claims { deck, order } => {
                if order.as_ref().is_none_or(|order| order.seats.is_empty()) {
                    *order = deck.deal();
                }
                let Some(order) = order else { return false };
                let Some(seat) = order.seats.pop() else {
                    return false;
                };
                let key = uuid::Uuid::new_v4().hyphenated().to_string();
                let headers = Headers {
                    bearer: Some(&order.secret),
                    idempotency_key: Some(&key),
                };
                write_claim(bytes, &order.path, headers, seat);
                true
            }
        }
    }
}

/// Stands in for an order's secret, so that an echo's request is as long as a claim's.
const SECRET: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Stands in for a claim's idempotency key.
const KEY: &str = "00000000-0000-4000-8000-000000000000";

fn write_claim(bytes: &mut Vec<u8>, path: &str, headers: Headers<'_>, seat: u32) {
    let body = format!("{{\"seats\":[{seat}]}}");
    write_request(bytes, "POST", path, headers, Some(body.as_bytes()));
}
