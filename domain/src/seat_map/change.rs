//! What a decision changes: the only way a seat map moves, on first decision and on replay alike.

use std::sync::Arc;

use crate::ids::OrderId;
use crate::manifest::{SeatIndex, SectionIndex};
use crate::seat_map::command::{IdempotencyKey, Opening, Places, RequestHash};
use crate::time::Timestamp;

/// The state of one seat.
///
/// ```text
///          claim            pin               sale
///   Free ────────▶ Held ────────▶ Pinned ────────▶ Sold
///    ▲ ▲  drop, cancel, │ ▲  unpin   │
///    │ └────timer───────┘ └──────────┘
///    ├◀─────────────── refund ────────────────────────┤
///    ├──▶ Allocated ──▶ Free          (staff)         │
///    │    Allocated ◀── refund, kept from sale ───────┘
///    └──▶ Disabled                    (staff, or the plan)
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatState {
    /// Anybody may claim it.
    Free,
    /// In an order's cart: the session's actor owns this state.
    Held(OrderId),
    /// Being paid: the payment operation owns this state.
    Pinned(OrderId),
    /// Paid.
    Sold(OrderId),
    /// Withheld by staff.
    Allocated,
    /// Out of use.
    Disabled,
}

/// The state of standing places: the same as of a seat that some order has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LotState {
    /// In the order's cart.
    Held,
    /// Being paid.
    Pinned,
    /// Paid.
    Sold,
}

/// The standing places of one order in one section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lot {
    /// How many; zero is the same as none, and is always written as held.
    pub quantity: u32,
    /// Their common state.
    pub state: LotState,
}

impl Lot {
    /// No places.
    pub const NONE: Self = Self {
        quantity: 0,
        state: LotState::Held,
    };
}

/// One step of a seat map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An order was opened, or opened again for a late payment.
    Opened {
        /// The order.
        opening: Opening,
        /// When it expires if nothing else happens.
        expires_at: Timestamp,
        /// Whether the order existed and had been closed.
        again: bool,
    },
    /// An order's deadline moved.
    Deadline {
        /// The order.
        order: OrderId,
        /// The new deadline.
        expires_at: Timestamp,
        /// Why it moved.
        cause: DeadlineCause,
    },
    /// A claim was granted under its key.
    Claimed {
        /// The order.
        order: OrderId,
        /// The claim.
        claim: Arc<GrantedClaim>,
    },
    /// Claims were filed under their order, since it may be paid from now on: it answers their
    /// repetition for good, when the map has long forgotten it.
    Filed {
        /// The order.
        order: OrderId,
        /// Its claims that were not filed before.
        claims: Vec<Arc<GrantedClaim>>,
    },
    /// A seat changed its state.
    Seat {
        /// The seat.
        seat: SeatIndex,
        /// What it was.
        from: SeatState,
        /// What it is.
        to: SeatState,
    },
    /// An order's places in a standing section changed.
    Standing {
        /// The section.
        section: SectionIndex,
        /// The order.
        order: OrderId,
        /// What it had.
        from: Lot,
        /// What it has.
        to: Lot,
    },
    /// The number of withheld places of a standing section changed.
    Allocation {
        /// The section.
        section: SectionIndex,
        /// How many were withheld.
        from: u32,
        /// How many are.
        to: u32,
    },
    /// An order is done: the map forgets it.
    Closed {
        /// The order.
        order: OrderId,
        /// How it ended.
        ending: Ending,
    },
}

/// A claim that was granted, under its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedClaim {
    /// The claim's key.
    pub key: IdempotencyKey,
    /// The hash of the claim's body.
    pub request_hash: RequestHash,
    /// What it got.
    pub places: Places,
}

/// Why a deadline moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadlineCause {
    /// The order's first claim set it afresh.
    FirstClaim,
    /// The buyer took the one extension.
    Extension,
    /// The places came back from a payment that failed, or from an outage.
    Grace,
}

/// How an order ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Its buyer cancelled it.
    Cancelled,
    /// Its deadline passed.
    Expired,
    /// It was paid. The sale itself is durable already.
    Sold,
}
