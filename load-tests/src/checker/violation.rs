//! What can be wrong, in words.

use thiserror::Error;
use uuid::Uuid;

use crate::history::Wish;
use crate::timeline::Micros;

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Violation {
    /// Two orders certainly had one seat at one time.
    #[error("two owners: seat {seat} belonged to {} and {} from {from} until {until}", orders[0], orders[1])]
    TwoOwners {
        seat: u32,
        orders: [Uuid; 2],
        from: Micros,
        until: Micros,
    },
    /// An acknowledged seat was gone although nobody gave it up.
    #[error("vanished: order {order} lost its acknowledged seat {seat}")]
    Vanished { order: Uuid, seat: u32 },
    /// An order showed a seat that it never claimed.
    #[error("from nowhere: order {order} shows seat {seat}, which it never claimed")]
    FromNowhere { order: Uuid, seat: u32 },
    /// A claim was granted otherwise than it asked.
    #[error("granted otherwise: order {order} asked for {wish:?} and got {gained:?}")]
    GrantedOtherwise {
        order: Uuid,
        wish: Wish,
        gained: Vec<u32>,
    },
    /// A seat was refused that was free all the time.
    #[error(
        "wrongly refused: order {order} was refused seat {seat}, which was free from {start} until {end}"
    )]
    WronglyRefused {
        order: Uuid,
        seat: u32,
        start: Micros,
        end: Micros,
    },
    /// "Sold out" was said while there were certainly enough seats.
    #[error("wrongly sold out: order {order} wanted {wanted} while {free} were certainly free")]
    WronglySoldOut {
        order: Uuid,
        wanted: usize,
        free: usize,
    },
    /// A seat was offered that another order certainly had all the time.
    #[error("stale alternative: order {order} was offered seat {seat}, which another had")]
    StaleAlternative { order: Uuid, seat: u32 },
    /// An answer that no client should see.
    #[error("server error: order {order} was answered {status}: {cause}")]
    ServerError {
        order: Uuid,
        status: u16,
        cause: String,
    },
    /// Postgres lacks seats that were acknowledged.
    #[error("lost hold: Postgres lacks the acknowledged seats {seats:?} of order {order}")]
    LostHold { order: Uuid, seats: Vec<u32> },
    /// Postgres lacks a sale, or a part of it, that was acknowledged.
    #[error("lost sale: order {order}: {what}")]
    LostSale { order: Uuid, what: String },
    /// Postgres has seats for an order that gave them up or never had them.
    #[error("leftover: Postgres still has seats {seats:?} for order {order}")]
    Leftover { order: Uuid, seats: Vec<u32> },
    /// Rows of Postgres contradict each other.
    #[error("contradiction: {what}")]
    Contradiction { what: String },
    /// Sold, held and free do not add up to the capacity.
    #[error("sums differ: {what}")]
    SumsDiffer { what: String },
    /// What a watcher saw is not what there is.
    #[error("watcher differs: {what}")]
    WatcherDiffers { what: String },
    /// A repeated idempotency key did not learn the truth.
    #[error("key forgotten: order {order}: {what}")]
    KeyForgotten { order: Uuid, what: String },
    /// A write was acknowledged while there was no database.
    #[error("false acknowledgement: order {order} was told {what} while Postgres was away")]
    FalseAcknowledgement { order: Uuid, what: String },
    /// A hold ended, or ends too soon, because of an outage.
    #[error("hold eaten: order {order}: {what}")]
    HoldEaten { order: Uuid, what: String },
    /// Something took longer than it may, or never came.
    #[error("too late: {what}")]
    TooLate { what: String },
}

impl Violation {
    /// Whether it is a promise that a crash took back.
    pub fn is_lost_acknowledgement(&self) -> bool {
        matches!(
            self,
            Self::LostHold { .. } | Self::LostSale { .. } | Self::Vanished { .. }
        )
    }
}
