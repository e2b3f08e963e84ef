//! What a seat map can be asked to do.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::ids::OrderId;
use crate::manifest::{SeatIndex, SectionIndex};
use crate::order::{Buyer, Credential, Owner};
use crate::time::Timestamp;

/// One request, decided in the order of arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Opens an empty order.
    Open(Opening),
    /// Grants the order its one extension.
    Extend {
        /// The order.
        order: OrderId,
        /// Who asks.
        credential: Credential,
    },
    /// Gives the order up.
    Cancel {
        /// The order.
        order: OrderId,
        /// Who asks.
        credential: Credential,
    },
    /// Takes places, all or nothing.
    Claim(Claim),
    /// Gives places back; those that the order does not hold are ignored.
    Drop {
        /// The order.
        order: OrderId,
        /// Who asks.
        credential: Credential,
        /// What to give back.
        places: Places,
    },
    /// Freezes the order's places while its payment is under way. The payment operation's word.
    Pin {
        /// The order.
        order: OrderId,
    },
    /// Returns pinned places to the buyer's hold. The payment operation's word.
    Unpin {
        /// The order.
        order: OrderId,
    },
    /// Claims and pins again what a late payment paid for. The payment operation's word.
    Reclaim {
        /// The order as it was.
        opening: Opening,
        /// What was paid.
        places: Places,
    },
    /// Learns of a sale that is already durable. The payment operation's word.
    Sell {
        /// The order.
        order: OrderId,
    },
    /// Takes back places that an order had bought and has no ticket for any more. The refund operation's word.
    Return(Return),
    /// Frees what every order holds past its deadline. The timer's word.
    Expire,
    /// Keeps free places from sale. Staff's word.
    Allocate {
        /// What to withhold.
        places: Places,
    },
    /// Puts allocated places on sale again. Staff's word.
    Deallocate {
        /// What to release; places that are not allocated are ignored.
        places: Places,
    },
    /// Takes free seats out of use. Staff's word.
    Disable {
        /// The seats.
        seats: Vec<SeatIndex>,
    },
}

/// A new order as it enters the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// Its id.
    pub order: OrderId,
    /// Its short human reference.
    pub pnr: crate::pnr::Pnr,
    /// Whose it is.
    pub owner: Owner,
    /// Whom the session's limit counts, if known.
    pub buyer: Option<Buyer>,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// Sold places that come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// The order that bought them; it is closed.
    pub order: OrderId,
    /// Seats that are to come back; those that the order has not bought, or not any more, are ignored.
    pub seats: Vec<SeatIndex>,
    /// By standing section: how many places the order has there as its rows say, and how many it keeps.
    pub standing: Vec<(SectionIndex, u32, u32)>,
    /// Whether staff keep them from sale.
    pub withhold: bool,
}

/// A request for places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The order that is to hold them.
    pub order: OrderId,
    /// Who asks.
    pub credential: Credential,
    /// The client's name for this request: repeated, it is answered as the first time.
    pub key: IdempotencyKey,
    /// The hash of the request's body.
    pub request_hash: RequestHash,
    /// What is wanted.
    pub wish: Wish,
}

/// What a claim asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// These seats.
    Seats(Vec<SeatIndex>),
    /// So many places of a standing section.
    Standing {
        /// The section.
        section: SectionIndex,
        /// How many.
        quantity: u32,
    },
    /// The best seats together.
    Best {
        /// How many.
        quantity: u32,
        /// Where.
        sections: Sections,
        /// Whether one of them at least has to be accessible. If not, accessible seats come last.
        accessible: bool,
    },
}

/// Where the best seats are sought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sections {
    /// In all seated sections.
    All,
    /// In these seated sections alone; in none, if there are none.
    Only(BTreeSet<SectionIndex>),
}

impl Sections {
    /// One section alone.
    #[must_use]
    pub fn one(section: SectionIndex) -> Self {
        Self::Only(BTreeSet::from([section]))
    }

    /// Whether a section is one of them.
    #[must_use]
    pub fn hold(&self, section: SectionIndex) -> bool {
        match self {
            Self::All => true,
            Self::Only(sections) => sections.contains(&section),
        }
    }

    /// Those that are named.
    pub(super) fn named(&self) -> impl Iterator<Item = SectionIndex> {
        let named = match self {
            Self::All => None,
            Self::Only(sections) => Some(sections),
        };
        named.into_iter().flatten().copied()
    }
}

/// Seats, and numbers of standing places.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    /// Reserved seats.
    pub seats: Vec<SeatIndex>,
    /// Standing places by section.
    pub standing: Vec<(SectionIndex, u32)>,
}

impl Places {
    /// The standing places by section, sections that are named more than once summed up.
    pub(super) fn standing_by_section(&self) -> BTreeMap<SectionIndex, u32> {
        let mut sums = BTreeMap::new();
        for (section, quantity) in &self.standing {
            let sum: &mut u32 = sums.entry(*section).or_default();
            *sum = sum.saturating_add(*quantity);
        }
        sums
    }
}

/// A client's name for one of its requests.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The longest key that is accepted, in bytes.
    pub const MAX_LEN: usize = 255;

    /// Accepts 1 to `MAX_LEN` visible ASCII characters.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let fits = !text.is_empty() && text.len() <= Self::MAX_LEN;
        (fits && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Self(text.to_owned()))
    }

    /// The key as the client sent it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The SHA-256 of a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestHash(pub [u8; 32]);

/// What a session allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Places one order may take.
    pub max_per_order: u32,
    /// Places one buyer may take in all their orders.
    pub max_per_buyer: Option<u32>,
    /// How long an order lives from its first claim, and how much an extension adds.
    pub hold: Duration,
    /// How long an order may live in all, whatever is granted to it.
    pub max_life: Duration,
    /// When claims begin.
    pub on_sale_from: Timestamp,
    /// When claims end.
    pub on_sale_until: Option<Timestamp>,
    /// Whether staff have stopped the sale.
    pub stopped: bool,
}
