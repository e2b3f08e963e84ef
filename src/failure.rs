//! Why the process ends without having done what it was asked: one clear text, and the exit code.

use std::process::ExitCode;

use operations::demo_house::DemoError;
use operations::import_plan::ImportError;
use operations::publish::PublishError;
use operations::refunds::RefundError;
use thiserror::Error;

use crate::configuration::WrongValues;
use crate::postgres::PostgresError;
use crate::ticket_keys::TicketKeysError;

/// What is asked wrongly, as opposed to what went wrong: clap ends with the same code.
const WRONG_USE: u8 = 2;

/// Why a command failed.
#[derive(Debug, Error)]
pub enum Failure {
    #[error(transparent)]
    Configuration(#[from] WrongValues),
    #[error(transparent)]
    TicketKeys(#[from] TicketKeysError),
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    #[error("the database refused: {0}")]
    Database(#[from] store::Error),
    #[error("the database's schema cannot be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error(
        "another `frontrow serve` is running on {data_dir}: stop it first, or set DATA_DIR to another folder"
    )]
    AlreadyServing { data_dir: String },
    #[error("cannot listen on {address}: {error}; set LISTEN to another address")]
    Listen {
        address: std::net::SocketAddr,
        error: std::io::Error,
    },
    #[error("{0}")]
    Import(#[from] ImportError),
    #[error("{0}")]
    Publish(#[from] PublishError),
    #[error("the demo house was not loaded: {0}")]
    Demo(#[from] DemoError),
    #[error("nothing was refunded: {0}")]
    Refund(#[from] RefundError),
    #[error("a payment provider's settings cannot be used: {0}")]
    Provider(#[from] integrations::Failure),
    #[error("there is no such {0}")]
    Unknown(&'static str),
    #[error("{0} things do not add up")]
    Unsound(usize),
    #[error("the private Postgres is not running: `frontrow serve` starts it")]
    PostgresNotRunning,
    #[error("{what}: {error}")]
    System {
        what: &'static str,
        error: std::io::Error,
    },
}

impl Failure {
    /// Says what the process was doing when the system refused.
    pub fn system(what: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::System { what, error }
    }

    /// 2 for wrong use or a refused file, else 1.
    pub fn exit_code(&self) -> ExitCode {
        let wrong_use = match self {
            Self::Configuration(_) | Self::TicketKeys(TicketKeysError::Missing) => true,
            Self::Import(error) => {
                matches!(
                    error,
                    ImportError::Refused(_) | ImportError::Unreadable { .. }
                )
            }
            Self::Publish(error) => !matches!(error, PublishError::Store(_)),
            Self::Refund(error) => !matches!(error, RefundError::Store(_)),
            Self::Unknown(_) => true,
            Self::TicketKeys(_)
            | Self::Postgres(_)
            | Self::Database(_)
            | Self::Migrate(_)
            | Self::AlreadyServing { .. }
            | Self::Listen { .. }
            | Self::Demo(_)
            | Self::Provider(_)
            | Self::Unsound(_)
            | Self::PostgresNotRunning
            | Self::System { .. } => false,
        };
        if wrong_use {
            ExitCode::from(WRONG_USE)
        } else {
            ExitCode::FAILURE
        }
    }
}
