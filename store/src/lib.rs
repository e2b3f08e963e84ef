//! The only SQL of the project.
//!
//! One module per concern; each function is one statement or one transaction. What a person's
//! request leads to takes the owner's scope as its first parameter after the connection.

pub mod catalogue;
pub mod events;
pub mod journal;
pub mod people;
pub mod places;
mod slug;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

pub use sqlx::Error;

/// How many connections one process uses for everything but the journal.
const POOL_CONNECTIONS_MAX: u32 = 32;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// Opens a pool. Connections are made when they are needed.
#[must_use]
pub fn pool(options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(POOL_CONNECTIONS_MAX)
        .acquire_timeout(std::time::Duration::from_secs(5))
        .connect_lazy_with(options)
}

/// Brings the schema up to date.
///
/// # Errors
/// The database is unreachable, or its schema is not one of ours.
pub async fn migrate(pool: &PgPool) -> Result<(), sqlx::migrate::MigrateError> {
    MIGRATOR.run(pool).await
}

/// The instant as Postgres takes it.
#[must_use]
pub fn instant(timestamp: domain::Timestamp) -> chrono::DateTime<chrono::Utc> {
    timestamp.to_datetime()
}
