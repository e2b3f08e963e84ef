//! How a performance stands with its sale, as a badge says it.

use actors::Left;
use domain::Timestamp;
use store::catalogue::SessionStatus;

use super::Session;

/// The states, the most wanted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Places enough.
    OnSale,
    /// Less than a tenth is left.
    Few,
    /// So many are left.
    Last(u32),
    /// Its sale begins later.
    ToCome,
    /// Nothing is left now.
    SoldOut,
    /// Its sale stands still.
    Paused,
    /// A new date is to be told.
    Postponed,
    /// Its sale has ended.
    Ended,
    /// It does not take place.
    Cancelled,
    /// It has begun.
    Past,
}

impl Standing {
    /// How a performance stands at an instant, and until when it stands so by the clock alone.
    #[must_use]
    pub fn of(session: &Session, left: Option<Left>, now: Timestamp) -> (Self, Option<Timestamp>) {
        let sale = &session.row.sale;
        if session.starts_at <= now {
            return (Self::Past, None);
        }
        let starts = Some(session.starts_at);
        match sale.status {
            SessionStatus::Cancelled => (Self::Cancelled, starts),
            SessionStatus::Postponed => (Self::Postponed, starts),
            SessionStatus::Paused | SessionStatus::Draft => (Self::Paused, starts),
            SessionStatus::OnSale if now < sale.from => (Self::ToCome, Some(sale.from)),
            SessionStatus::OnSale if sale.is_on(now) => {
                let until = sale
                    .until
                    .map_or(session.starts_at, |until| until.min(session.starts_at));
                let standing = match left {
                    Some(Left::Nothing) => Self::SoldOut,
                    Some(Left::Last(count)) => Self::Last(count),
                    Some(Left::Few) => Self::Few,
                    Some(Left::Enough) | None => Self::OnSale,
                };
                (standing, Some(until))
            }
            SessionStatus::OnSale => (Self::Ended, starts),
        }
    }

    /// The word for it in styles and scripts.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnSale => "on_sale",
            Self::Few => "few",
            Self::Last(_) => "last",
            Self::ToCome => "to_come",
            Self::SoldOut => "sold_out",
            Self::Paused => "paused",
            Self::Postponed => "postponed",
            Self::Ended => "ended",
            Self::Cancelled => "cancelled",
            Self::Past => "past",
        }
    }

    /// Whether places can be taken now.
    #[must_use]
    pub fn is_buyable(self) -> bool {
        matches!(self, Self::OnSale | Self::Few | Self::Last(_))
    }
}

/// What is left, as the socket says it.
#[must_use]
pub fn left_word(left: Left) -> (&'static str, Option<u32>) {
    match left {
        Left::Nothing => ("nothing", None),
        Left::Last(count) => ("last", Some(count)),
        Left::Few => ("few", None),
        Left::Enough => ("enough", None),
    }
}
