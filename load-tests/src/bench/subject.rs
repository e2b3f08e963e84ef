//! What is measured, and the requests by which it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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
            Self::Claim => Script::claims(deck.clone(), Ask::Named),
        }
    }
}

/// What a claim asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// The seat that the order was prepared for.
    Named,
    /// The best seat there is.
    Best,
    /// A place in a standing section.
    Standing(uuid::Uuid),
}

/// Claims and gives back, again and again: one order after another, for none may claim as often as it likes.
pub struct Cycle {
    orders: Vec<PreparedOrder>,
    seats: Vec<u32>,
    /// Ask for as many of the best, instead.
    is_best: bool,
    /// What the last claim got.
    held: Vec<u32>,
    /// How many claims the last of the orders has made.
    claims: usize,
}

impl Cycle {
    /// How many claims each order makes: the server refuses more than 256.
    pub const CLAIMS_EACH: usize = 250;

    pub fn new(orders: Vec<PreparedOrder>, seats: Vec<u32>, is_best: bool) -> Self {
        Self {
            orders,
            seats,
            is_best,
            held: Vec::new(),
            claims: 0,
        }
    }

    /// Writes the next request; false if no order is left.
    fn write_next(&mut self, bytes: &mut Vec<u8>) -> bool {
        if self.held.is_empty() && self.claims == Self::CLAIMS_EACH {
            self.orders.pop();
            self.claims = 0;
        }
        let Some(order) = self.orders.last() else {
            return false;
        };
        let bearer = Some(order.secret.as_str());
        if !self.held.is_empty() {
            let path = order.path.replace("/get-seat", "/drop-seat");
            let headers = Headers {
                bearer,
                idempotency_key: None,
            };
            let body = format!("{{\"seats\":{:?}}}", self.held);
            write_body(bytes, &path, headers, &body);
            return true;
        }
        self.claims += 1;
        let key = uuid::Uuid::new_v4().hyphenated().to_string();
        let headers = Headers {
            bearer,
            idempotency_key: Some(&key),
        };
        let body = if self.is_best {
            format!("{{\"best\":{}}}", self.seats.len())
        } else {
            format!("{{\"seats\":{:?}}}", self.seats)
        };
        write_body(bytes, &order.path, headers, &body);
        true
    }

    /// Takes the seats out of an order's JSON; the generator has no time to read all of it.
    fn hear(&mut self, body: &[u8]) {
        let text = std::str::from_utf8(body).unwrap_or_default();
        let list = text.split_once("\"seats\":[").map_or("", |(_, rest)| rest);
        let list = list.split(']').next().unwrap_or_default();
        self.held = list
            .split(',')
            .filter_map(|seat| seat.trim().parse().ok())
            .collect();
    }
}

/// The requests of one connection, one after another.
pub enum Script {
    Cycle(Cycle),
    Echo {
        path: &'static str,
        seat: u32,
    },
    Claims {
        deck: Arc<Deck>,
        order: Option<PreparedOrder>,
        ask: Ask,
    },
    /// A rival's claims: whoever asks takes the next seat of a list that all connections share.
    Rival {
        seats: Arc<Vec<u32>>,
        next: Arc<AtomicUsize>,
    },
}

impl Script {
    /// The claims of a deck's orders.
    pub fn claims(deck: Arc<Deck>, ask: Ask) -> Self {
        Self::Claims {
            deck,
            order: None,
            ask,
        }
    }

    /// Learns from an answer what the next request needs.
    pub fn hear(&mut self, body: &[u8]) {
        if let Self::Cycle(cycle) = self {
            cycle.hear(body);
        }
    }

    /// Writes the next request; false if there is none left.
    pub fn write_next(&mut self, bytes: &mut Vec<u8>) -> bool {
        match self {
            Self::Echo { path, seat } => {
                // Numbers as long as those of the claims.
                *seat = (*seat + 1) % 90_000;
                write_claim(bytes, path, NOBODY, *seat + 10_000);
                true
            }
            Self::Claims { deck, order, ask } => {
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
                match ask {
                    Ask::Named => write_claim(bytes, &order.path, headers, seat),
                    Ask::Best => write_body(bytes, &order.path, headers, "{\"best\":1}"),
                    Ask::Standing(section) => {
                        let body = format!("{{\"section\":\"{section}\",\"quantity\":1}}");
                        write_body(bytes, &order.path, headers, &body);
                    }
                }
                true
            }
            Self::Cycle(cycle) => cycle.write_next(bytes),
            Self::Rival { seats, next } => {
                let Some(seat) = seats.get(next.fetch_add(1, Ordering::Relaxed)) else {
                    return false;
                };
                write_claim(bytes, "/claim", NOBODY, *seat);
                true
            }
        }
    }
}

/// Stands in for an order's secret, so that an echo's request is as long as a claim's.
const SECRET: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Stands in for a claim's idempotency key.
const KEY: &str = "00000000-0000-4000-8000-000000000000";

/// What a request carries that nobody looks at.
const NOBODY: Headers<'static> = Headers {
    bearer: Some(SECRET),
    idempotency_key: Some(KEY),
};

fn write_claim(bytes: &mut Vec<u8>, path: &str, headers: Headers<'_>, seat: u32) {
    write_body(bytes, path, headers, &format!("{{\"seats\":[{seat}]}}"));
}

fn write_body(bytes: &mut Vec<u8>, path: &str, headers: Headers<'_>, body: &str) {
    write_request(bytes, "POST", path, headers, Some(body.as_bytes()));
}
