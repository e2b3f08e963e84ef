//! What can be wrong, in words.

use std::fmt;

use uuid::Uuid;

use crate::history::Wish;
use crate::timeline::Micros;

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// Two orders certainly had one seat at one time.
    TwoOwners {
        seat: u32,
        orders: [Uuid; 2],
        from: Micros,
        until: Micros,
    },
    /// An acknowledged seat was gone although nobody gave it up.
    Vanished { order: Uuid, seat: u32 },
    /// An order showed a seat that it never claimed.
    FromNowhere { order: Uuid, seat: u32 },
    /// A claim was granted otherwise than it asked.
    GrantedOtherwise {
        order: Uuid,
        wish: Wish,
        gained: Vec<u32>,
    },
    /// A seat was refused that was free all the time.
    WronglyRefused {
        order: Uuid,
        seat: u32,
        start: Micros,
        end: Micros,
    },
    /// "Sold out" was said while there were certainly enough seats.
    WronglySoldOut {
        order: Uuid,
        wanted: usize,
        free: usize,
    },
    /// A seat was offered that another order certainly had all the time.
    StaleAlternative { order: Uuid, seat: u32 },
    /// An answer that no client should see.
    ServerError {
        order: Uuid,
        status: u16,
        cause: String,
    },
    /// Postgres lacks seats that were acknowledged.
    LostHold { order: Uuid, seats: Vec<u32> },
    /// Postgres lacks a sale, or a part of it, that was acknowledged.
    LostSale { order: Uuid, what: String },
    /// Postgres has seats for an order that gave them up or never had them.
    Leftover { order: Uuid, seats: Vec<u32> },
    /// Rows of Postgres contradict each other.
    Contradiction { what: String },
    /// Sold, held and free do not add up to the capacity.
    SumsDiffer { what: String },
    /// What a watcher saw is not what there is.
    WatcherDiffers { what: String },
    /// A repeated idempotency key did not learn the truth.
    KeyForgotten { order: Uuid, what: String },
    /// Something took longer than it may, or never came.
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

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TwoOwners {
                seat,
                orders: [first, second],
                from,
                until,
            } => {
                write!(
                    formatter,
                    "two owners: seat {seat} belonged to {first} and {second} from {from} until {until}"
                )
            }
            Self::Vanished { order, seat } => {
                write!(
                    formatter,
                    "vanished: order {order} lost its acknowledged seat {seat}"
                )
            }
            Self::FromNowhere { order, seat } => {
                write!(
                    formatter,
                    "from nowhere: order {order} shows seat {seat}, which it never claimed"
                )
            }
            Self::GrantedOtherwise {
                order,
                wish,
                gained,
            } => {
                write!(
                    formatter,
                    "granted otherwise: order {order} asked for {wish:?} and got {gained:?}"
                )
            }
            Self::WronglyRefused {
                order,
                seat,
                start,
                end,
            } => write!(
                formatter,
                "wrongly refused: order {order} was refused seat {seat}, which was free from {start} until {end}"
            ),
            Self::WronglySoldOut {
                order,
                wanted,
                free,
            } => {
                write!(
                    formatter,
                    "wrongly sold out: order {order} wanted {wanted} while {free} were certainly free"
                )
            }
            Self::StaleAlternative { order, seat } => {
                write!(
                    formatter,
                    "stale alternative: order {order} was offered seat {seat}, which another had"
                )
            }
            Self::ServerError {
                order,
                status,
                cause,
            } => {
                write!(
                    formatter,
                    "server error: order {order} was answered {status}: {cause}"
                )
            }
            Self::LostHold { order, seats } => {
                write!(
                    formatter,
                    "lost hold: Postgres lacks the acknowledged seats {seats:?} of order {order}"
                )
            }
            Self::LostSale { order, what } => write!(formatter, "lost sale: order {order}: {what}"),
            Self::Leftover { order, seats } => {
                write!(
                    formatter,
                    "leftover: Postgres still has seats {seats:?} for order {order}"
                )
            }
            Self::Contradiction { what } => write!(formatter, "contradiction: {what}"),
            Self::SumsDiffer { what } => write!(formatter, "sums differ: {what}"),
            Self::WatcherDiffers { what } => write!(formatter, "watcher differs: {what}"),
            Self::KeyForgotten { order, what } => {
                write!(formatter, "key forgotten: order {order}: {what}")
            }
            Self::TooLate { what } => write!(formatter, "too late: {what}"),
        }
    }
}
