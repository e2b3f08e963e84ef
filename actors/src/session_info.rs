//! What never changes while a session is live.

use std::sync::Arc;

use domain::seat_map::Rules;
use domain::{Currency, Manifest, Money, SectionIndex, SessionId};
use store::catalogue::SessionStatus;

/// A published session as the live part knows it.
#[derive(Debug, Clone)]
pub struct SessionInfo {
    /// The session.
    pub session_id: SessionId,
    /// Its places.
    pub manifest: Arc<Manifest>,
    /// The all-in price of each section, by section index.
    pub prices: Vec<Money>,
    /// The currency of all of them.
    pub currency: Currency,
    /// Where it stands with its sale.
    pub status: SessionStatus,
    /// What the session allows.
    pub rules: Rules,
}

impl SessionInfo {
    /// The price of one place of a section.
    ///
    /// # Panics
    /// When the section is not in the manifest.
    #[must_use]
    pub fn price(&self, section: SectionIndex) -> Money {
        self.prices[section.position()]
    }
}
