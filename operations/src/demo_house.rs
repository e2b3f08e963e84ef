//! The demo house: a generated theatre, events on sale in it, and people to sign in as.

use domain::{SessionId, Timestamp};
use sqlx::PgPool;
use thiserror::Error;

use crate::publish::PublishError;

/// What the demo offers to whoever tries it.
#[derive(Debug, Clone)]
pub struct DemoHouse {
    /// Whom to sign in as.
    pub logins: Vec<DemoLogin>,
    /// The demo's sessions, by start.
    pub sessions: Vec<DemoSession>,
    /// Whether it was made just now.
    pub fresh: bool,
}

/// Somebody to sign in as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoLogin {
    /// The e-mail address.
    pub email: &'static str,
    /// The password.
    pub password: &'static str,
    /// Who they are, for people.
    pub part: &'static str,
}

/// A session to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoSession {
    /// The session.
    pub session_id: SessionId,
    /// Its event's title.
    pub title: String,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When its sale begins.
    pub on_sale_from: Timestamp,
}

/// Why the demo house was not loaded.
#[derive(Debug, Error)]
pub enum DemoError {
    /// A session was not published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The database refused.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Loads the demo house, or finds it loaded. Dates are set off from `now` when it is made.
///
/// # Errors
/// The database does not answer, or holds something of the demo's names that is not the demo's.
pub async fn load(_pool: &PgPool, _now: Timestamp) -> Result<DemoHouse, DemoError> {
    todo!()
}
