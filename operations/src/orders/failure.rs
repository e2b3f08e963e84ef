//! Why an operation on an order did not succeed.

use std::time::Duration;

use actors::{CommandError, SessionError};
use domain::seat_map::Refusal;
use thiserror::Error;

use super::Fault;

/// When to come back after the database did not answer: about as long as it takes to restart.
pub(super) const DATABASE_RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why an operation on an order did not succeed.
#[derive(Debug, Error)]
pub enum OrderError {
    /// There is no such order or session.
    #[error("there is no such order")]
    NotFound,
    /// The order is somebody else's.
    #[error("the order belongs to somebody else")]
    Forbidden,
    /// The order is paid.
    #[error("the order is paid")]
    Paid,
    /// The order was cancelled or refunded.
    #[error("the order was cancelled")]
    Cancelled,
    /// The seat map refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Fields that cannot be accepted: name and reason.
    #[error("some fields are wrong")]
    Invalid(Vec<(&'static str, Fault)>),
    /// Shed because there is too much to do.
    #[error("busy")]
    Busy { retry_after: Duration },
    /// Not known whether it was done; or not done since the database does not answer.
    #[error("unavailable")]
    Unavailable { retry_after: Duration },
    /// The database refused for a reason that is a defect.
    #[error(transparent)]
    Store(store::Error),
}

impl From<CommandError> for OrderError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused(Refusal::Forbidden) => Self::Forbidden,
            CommandError::Refused(refusal) => Self::Refused(refusal),
            CommandError::Busy { retry_after } => Self::Busy { retry_after },
            CommandError::Unavailable { retry_after } => Self::Unavailable { retry_after },
        }
    }
}

impl From<SessionError> for OrderError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Unknown => Self::NotFound,
            SessionError::Unavailable { retry_after } => Self::Unavailable { retry_after },
        }
    }
}

impl From<store::Error> for OrderError {
    fn from(error: store::Error) -> Self {
        if store::is_unavailable(&error) {
            Self::Unavailable {
                retry_after: DATABASE_RETRY_AFTER,
            }
        } else {
            Self::Store(error)
        }
    }
}
