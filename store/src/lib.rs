//! The only SQL of the project.
//!
//! One module per concern; each function is one statement or one transaction. What a person's
//! request leads to takes the owner's scope as its first parameter after the connection.

pub mod attempts;
pub mod audit;
pub mod books;
pub mod box_office;
pub mod cancellations;
pub mod catalogue;
mod columns;
pub mod details;
pub mod discovery;
pub mod disputes;
pub mod doors;
pub mod events;
pub mod jobs;
pub mod journal;
pub mod ledger;
mod lines;
pub mod orders;
pub mod payments;
pub mod people;
pub mod places;
pub mod programme;
pub mod refunds;
pub mod returns;
pub mod sales;
mod slug;
pub mod test_intents;
pub mod tickets;
pub mod webhooks;

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

pub use self::lines::{Line, Lines};
pub use sqlx::Error;

/// How many connections one process uses for everything but the journal.
const POOL_CONNECTIONS_MAX: u32 = 32;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// Opens a pool. Connections are made when they are needed.
#[must_use]
pub fn pool(options: PgConnectOptions) -> PgPool {
    pool_of(POOL_CONNECTIONS_MAX).connect_lazy_with(options)
}

/// How many batches of different sessions one process writes at a time.
const JOURNAL_CONNECTIONS_MAX: u32 = 48;

/// Opens the journal's own pool beside `pool`, so that no reader makes a claim wait.
#[must_use]
pub fn journal_pool(pool: &PgPool) -> PgPool {
    let options = pool.connect_options().as_ref().clone();
    pool_of(JOURNAL_CONNECTIONS_MAX).connect_lazy_with(options)
}

/// A connection that has rested longer is asked whether it still lives: one that was cut by a restart of the database
/// must not fail a batch. To ask before every statement would be a second way to the database and back for each.
const IDLE_MAX: Duration = Duration::from_secs(1);

/// How long a connection is waited for.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

fn pool_of(connections_max: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > IDLE_MAX {
                    return Ok(sqlx::Connection::ping(connection).await.is_ok());
                }
                Ok(true)
            })
        })
}

/// Brings the schema up to date.
///
/// # Errors
/// The database is unreachable, or its schema is not one of ours.
pub async fn migrate(pool: &PgPool) -> Result<(), sqlx::migrate::MigrateError> {
    MIGRATOR.run(pool).await?;
    jobs::migrate(pool).await
}

/// The name of the constraint that an error says was violated, if it says so.
#[must_use]
pub fn violated_constraint(error: &Error) -> Option<&str> {
    error
        .as_database_error()
        .and_then(|error| error.constraint())
}

/// Whether an error means that the database does not answer now, and not that a statement is wrong.
#[must_use]
pub fn is_unavailable(error: &Error) -> bool {
    match error {
        Error::Io(_)
        | Error::Protocol(_)
        | Error::Tls(_)
        | Error::PoolTimedOut
        | Error::PoolClosed
        | Error::WorkerCrashed => true,
        // Classes of SQLSTATE: connection exception, insufficient resources, operator intervention,
        // and the two failures that a repetition mends (serialization, deadlock).
        Error::Database(error) => error.code().is_some_and(|code| {
            ["08", "53", "57", "40"]
                .iter()
                .any(|class| code.starts_with(class))
        }),
        _ => false,
    }
}

/// Whether the database answers.
///
/// # Errors
/// It does not, or all connections are in use.
pub async fn ping(pool: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::Connection::ping(&mut *pool.acquire().await?).await
}

/// The instant as Postgres takes it.
#[must_use]
pub fn instant(timestamp: domain::Timestamp) -> chrono::DateTime<chrono::Utc> {
    timestamp.to_datetime()
}
