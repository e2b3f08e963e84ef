//! The only door to a session: starts its actor when it is needed, once.

use std::sync::Arc;
use std::time::Duration;

use domain::seat_map::{Command, Refusal};
use domain::{OrderId, SessionId};
use sqlx::PgPool;
use thiserror::Error;

use crate::{Clock, Feed, SessionInfo};

/// How the live part behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it reads the time.
    pub clock: Clock,
}

/// All live sessions of this process.
#[derive(Clone)]
pub struct Registry {}

/// One live session.
#[derive(Clone)]
pub struct Session {}

/// Why there is no session to talk to.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SessionError {
    /// There is no published session of this id.
    #[error("there is no such session")]
    Unknown,
    /// It cannot be brought back now: the database does not answer.
    #[error("the session is unavailable")]
    Unavailable {
        /// When to try again.
        retry_after: Duration,
    },
}

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CommandError {
    /// The seat map refused it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// More is asked than can be decided: shed at once.
    #[error("the session is busy")]
    Busy {
        /// When to try again.
        retry_after: Duration,
    },
    /// Whether it was carried out is not known; the same idempotency key learns the truth.
    #[error("the session is unavailable")]
    Unavailable {
        /// When to try again.
        retry_after: Duration,
    },
}

impl Registry {
    /// A registry without live sessions.
    #[must_use]
    pub fn new(_pool: PgPool, _settings: Settings) -> Self {
        todo!()
    }

    /// The live session, started if it is not.
    ///
    /// # Errors
    /// There is no such published session, or the database does not answer.
    pub async fn session(&self, _session_id: SessionId) -> Result<Session, SessionError> {
        todo!()
    }

    /// Which live session an open order belongs to, without asking the database.
    #[must_use]
    pub fn session_of(&self, _order: OrderId) -> Option<SessionId> {
        todo!()
    }

    /// Starts every session that has holds or pins, as a process must when it begins.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn start_sessions_with_holds(&self) -> Result<usize, store::Error> {
        todo!()
    }

    /// Lets every session finish the batch it is writing, and ends it.
    pub async fn stop(&self) {
        todo!()
    }
}

impl Session {
    /// What never changes about it.
    #[must_use]
    pub fn info(&self) -> &Arc<SessionInfo> {
        todo!()
    }

    /// Its committed state.
    #[must_use]
    pub fn feed(&self) -> &Arc<Feed> {
        todo!()
    }

    /// Asks the actor. `Ok` means: decided and durable, or so already.
    ///
    /// # Errors
    /// The command is refused, shed, or its fate is not known.
    pub async fn command(&self, _command: Command) -> Result<(), CommandError> {
        todo!()
    }
}
