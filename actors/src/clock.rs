//! Where the live part reads the time: the machine's clock, or a test's.

use domain::Timestamp;
use tokio::time::Instant;

/// A source of instants.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The machine's own clock.
    System,
    /// A clock that moves with tokio's, which tests pause and advance.
    Simulated {
        /// What it showed at `origin`.
        start: Timestamp,
        /// When it was set.
        origin: Instant,
    },
}

impl Clock {
    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::from(chrono::Utc::now()),
            Self::Simulated { start, origin } => start.plus(origin.elapsed()),
        }
    }
}
