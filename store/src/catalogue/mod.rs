//! Reading what is on sale: for the pages and the public API, and for the actors that sell it.
//!
//! Nothing here shows a draft: a session that is not published does not exist for these readers.

mod detail;
mod listing;
mod live;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::columns::undecodable;

pub use detail::{EventDetail, EventSummary, SessionDetail, VenueSummary, event, session};
pub use listing::{EVENTS_PER_PAGE, EventFilter, EventPage, ListedEvent, ListedSession, events};
pub use live::{LiveSession, live_session, manifest};

/// Where a session stands with its sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Being prepared: staff alone know of it.
    Draft,
    /// Sold between its on-sale instants.
    OnSale,
    /// Its sale stands still.
    Paused,
    /// It takes place later than was said.
    Postponed,
    /// It does not take place.
    Cancelled,
}

/// When a session can be bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sale {
    /// Where the session stands.
    pub status: SessionStatus,
    /// When its sale begins.
    pub from: Timestamp,
    /// When its sale ends, if that is settled.
    pub until: Option<Timestamp>,
}

impl Sale {
    /// Whether it can be bought now.
    #[must_use]
    pub fn is_on(&self, now: Timestamp) -> bool {
        self.status == SessionStatus::OnSale
            && self.from <= now
            && self.until.is_none_or(|until| now < until)
    }
}

impl SessionStatus {
    /// The word for it in the database and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::OnSale => "on_sale",
            Self::Paused => "paused",
            Self::Postponed => "postponed",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn from_column(word: &str) -> Result<Self, sqlx::Error> {
        let all = [
            Self::Draft,
            Self::OnSale,
            Self::Paused,
            Self::Postponed,
            Self::Cancelled,
        ];
        all.into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| undecodable(&format!("no session has the status {word:?}")))
    }
}

pub(crate) fn sale(
    status: &str,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
) -> Result<Sale, sqlx::Error> {
    Ok(Sale {
        status: SessionStatus::from_column(status)?,
        from: from.into(),
        until: until.map(Timestamp::from),
    })
}
