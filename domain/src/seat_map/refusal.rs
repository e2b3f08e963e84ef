//! Why a command is refused.

use thiserror::Error;

use crate::manifest::SeatIndex;
use crate::time::Timestamp;

/// The reason of a refusal, with what helps the buyer on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The map does not know the order: it never was, or is done.
    #[error("the order is not open in this session")]
    UnknownOrder,
    /// The order is somebody else's.
    #[error("the order belongs to somebody else")]
    Forbidden,
    /// The order's deadline has passed.
    #[error("the order has expired")]
    OrderExpired,
    /// The cart is frozen while its payment is under way.
    #[error("a payment for the order is under way")]
    PaymentUnderWay,
    /// The order has had its one extension.
    #[error("the order has been extended already")]
    AlreadyExtended,
    /// The order holds nothing that could be paid.
    #[error("the order holds no places")]
    NothingHeld,
    /// An order of this id is open.
    #[error("the order is open already")]
    AlreadyOpen,
    /// Seats or sections that are not in the manifest, of the wrong kind, listed twice, or none at all.
    #[error("the claim names places that cannot be claimed so")]
    InvalidPlaces {
        /// The seats at fault, where single seats are.
        seats: Vec<SeatIndex>,
    },
    /// Somebody else has some of the seats.
    #[error("some of the seats are taken")]
    SeatTaken {
        /// The seats that could not be had, rising.
        taken: Vec<SeatIndex>,
        /// As many free seats nearby as were asked for; empty if there are none.
        alternative: Vec<SeatIndex>,
    },
    /// There are not so many places left.
    #[error("only {free} places are free")]
    SoldOut {
        /// How many are.
        free: u32,
    },
    /// The order or its buyer would have more places than the session allows.
    #[error("at most {limit} places are allowed")]
    LimitReached {
        /// The limit that would be broken.
        limit: u32,
    },
    /// The order has made more claims than anybody needs.
    #[error("the order has made too many claims")]
    TooManyClaims,
    /// Claims are not taken now.
    #[error("the session is not on sale")]
    NotOnSale {
        /// When they will be, if that lies ahead.
        opens_at: Option<Timestamp>,
    },
    /// The key was used for a claim of another body.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The claim of this key was granted once, but its places have been given up since.
    #[error("the places of this claim have been given up")]
    ClaimLapsed,
}

impl Refusal {
    /// A short name for counting.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::UnknownOrder => "unknown_order",
            Self::Forbidden => "forbidden",
            Self::OrderExpired => "order_expired",
            Self::PaymentUnderWay => "payment_under_way",
            Self::AlreadyExtended => "already_extended",
            Self::NothingHeld => "nothing_held",
            Self::AlreadyOpen => "already_open",
            Self::InvalidPlaces { .. } => "invalid_places",
            Self::SeatTaken { .. } => "seat_taken",
            Self::SoldOut { .. } => "sold_out",
            Self::LimitReached { .. } => "limit_reached",
            Self::TooManyClaims => "too_many_claims",
            Self::NotOnSale { .. } => "not_on_sale",
            Self::KeyReused => "key_reused",
            Self::ClaimLapsed => "claim_lapsed",
        }
    }
}
