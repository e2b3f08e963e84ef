//! Looking into the product's Postgres.

use std::fmt;
use std::time::{Duration, Instant};

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::outcome::Outcome;

/// How long Postgres may take to answer again after it was killed.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// What decides whether a commit is durable, as Postgres itself answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Durability {
    pub version: String,
    pub fsync: String,
    pub synchronous_commit: String,
    pub full_page_writes: String,
    pub wal_sync_method: String,
}

impl Durability {
    /// Asks Postgres.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn ask(pool: &PgPool) -> Outcome<Self> {
        let ask = "select current_setting('server_version'), current_setting('fsync'),
            current_setting('synchronous_commit'), current_setting('full_page_writes'),
            current_setting('wal_sync_method')";
        let (version, fsync, synchronous_commit, full_page_writes, wal_sync_method) =
            sqlx::query_as(ask).fetch_one(pool).await?;
        Ok(Self {
            version,
            fsync,
            synchronous_commit,
            full_page_writes,
            wal_sync_method,
        })
    }
}

impl fmt::Display for Durability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Postgres {}: fsync = {}, synchronous_commit = {}, full_page_writes = {}, wal_sync_method = {}",
            self.version,
            self.fsync,
            self.synchronous_commit,
            self.full_page_writes,
            self.wal_sync_method
        )
    }
}

/// Opens a small pool, as soon as Postgres answers.
///
/// # Errors
/// Postgres does not answer in time.
pub async fn connect(options: &PgConnectOptions) -> Outcome<PgPool> {
    let deadline = Instant::now() + CONNECT_TIMEOUT;
    loop {
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .connect_with(options.clone())
            .await;
        match pool {
            Ok(pool) => return Ok(pool),
            Err(error) if Instant::now() > deadline => return Err(error.into()),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}
