//! The private Postgres: a durable server under the data folder, for those who bring none.
//!
//! ```text
//! DATA_DIR/postgres.lock          held while somebody starts or stops it
//! DATA_DIR/postgres-users.lock    shared by everybody who uses it; whoever leaves last stops it
//! DATA_DIR/postgres/              enterable by its system user alone; the socket lies here
//! DATA_DIR/postgres/data/         the cluster, with postmaster.pid
//! DATA_DIR/postgres/log           what it says
//! ```
//!
//! It outlives a crash of the process that started it, and the next one takes it over. It must
//! not know what is stored in it, nor who serves from it.

mod cluster;
mod home;
mod locks;
mod postmaster;
mod programs;
mod system_user;

#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions as _, Connection as _};
use thiserror::Error;

use home::Home;
use locks::{StartLock, UserLock};
use postmaster::Postmaster;
use programs::Programs;

/// The superuser that initdb makes, whatever system user the server runs as.
const SUPERUSER: &str = "postgres";
/// The database everything is in.
const DATABASE: &str = "frontrow";
/// How often a running server is looked after.
const WATCH_INTERVAL: Duration = Duration::from_millis(100);
/// The pause after a restart that failed: doubled each time up to the longest.
const RESTART_PAUSE_MIN: Duration = Duration::from_millis(200);
const RESTART_PAUSE_MAX: Duration = Duration::from_secs(10);

/// Why there is no private Postgres. Each is one sentence that says what to do.
#[derive(Debug, Error)]
pub enum PostgresError {
    #[error(
        "Postgres is not installed here: neither POSTGRES_BIN, PATH nor /usr/lib/postgresql has \
         both initdb and postgres; install it (Debian: apt-get install postgresql) or set DATABASE_URL"
    )]
    NotInstalled,
    #[error(
        "{folder} was written by Postgres {wanted}, and only {found} is installed here; \
         install {wanted} or move the data with pg_dump"
    )]
    OtherVersion {
        folder: PathBuf,
        wanted: u32,
        found: String,
    },
    #[error(
        "Postgres does not run as root, and there is no user `postgres` or `nobody` to run it as; create one"
    )]
    NoSystemUser,
    #[error(
        "{folder} belongs to the user `{owner}`: start as that user or as root, or set DATA_DIR to another folder"
    )]
    ForeignFolder { folder: PathBuf, owner: String },
    #[error(
        "the user `{user}`, as whom Postgres runs here, cannot enter {folder}: set DATA_DIR to a folder \
         outside it, or allow it with chmod o+x on each folder above"
    )]
    NotEnterable { user: String, folder: PathBuf },
    #[error("initdb failed: {0}")]
    Initdb(String),
    #[error("Postgres did not start; its log {log} says: {said}")]
    NotStarted { log: PathBuf, said: String },
    #[error("Postgres was started but did not accept connections within {0:?}")]
    NotAccepting(Duration),
    #[error("Postgres did not stop within {0:?}")]
    NotStopped(Duration),
    #[error("{what} ({path}): {error}")]
    Files {
        what: &'static str,
        path: PathBuf,
        error: io::Error,
    },
    #[error("the private Postgres refused: {0}")]
    Refused(#[from] sqlx::Error),
}

impl PostgresError {
    /// Names the file an I/O error is about.
    fn files(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Files { what, path, error }
    }
}

/// A private Postgres that runs and accepts connections.
pub struct PrivatePostgres {
    home: Home,
    programs: Programs,
    user_lock: UserLock,
}

impl PrivatePostgres {
    /// Takes over the running server of this data folder, or starts it, making it if there is none.
    ///
    /// # Errors
    /// Postgres is missing, the folder cannot be used, or the server does not start.
    pub async fn open(data_dir: &Path, bin_dir: Option<&Path>) -> Result<Self, PostgresError> {
        let home = Home::prepare(data_dir)?;
        let start_lock = StartLock::take(&home).await?;
        let programs = Programs::find(bin_dir, &home)?;
        cluster::create_if_absent(&home, &programs).await?;
        Postmaster::ensure_running(&home, &programs).await?;
        let user_lock = UserLock::take(&home)?;
        drop(start_lock);
        let postgres = Self {
            home,
            programs,
            user_lock,
        };
        postgres.create_database_if_absent().await?;
        Ok(postgres)
    }

    /// How to connect to the database.
    #[must_use]
    pub fn connect_options(&self) -> PgConnectOptions {
        connect_options(&self.home, DATABASE)
    }

    /// The command that opens psql on the database.
    #[must_use]
    pub fn psql_command(&self) -> Vec<String> {
        psql_command(&self.home, &self.programs)
    }

    /// Starts the server again whenever it is gone, until the returned future is dropped.
    pub async fn keep_running(&self) -> Infallible {
        let mut pause = RESTART_PAUSE_MIN;
        loop {
            tokio::time::sleep(WATCH_INTERVAL).await;
            if Postmaster::running(&self.home).is_some() {
                continue;
            }
            tracing::error!("the private Postgres is gone; starting it again");
            match self.restart().await {
                Ok(()) => {
                    tracing::info!("the private Postgres is back");
                    pause = RESTART_PAUSE_MIN;
                }
                Err(error) => {
                    tracing::error!(%error, "the private Postgres did not come back");
                    tokio::time::sleep(pause).await;
                    pause = RESTART_PAUSE_MAX.min(pause * 2);
                }
            }
        }
    }

    /// Stops the server, unless another process uses it.
    ///
    /// # Errors
    /// It does not stop.
    pub async fn close(self) -> Result<(), PostgresError> {
        let _start_lock = StartLock::take(&self.home).await?;
        if !self.user_lock.leave()? {
            return Ok(());
        }
        match Postmaster::running(&self.home) {
            Some(postmaster) => postmaster.stop(&self.home).await,
            None => Ok(()),
        }
    }

    async fn restart(&self) -> Result<(), PostgresError> {
        let _start_lock = StartLock::take(&self.home).await?;
        Postmaster::ensure_running(&self.home, &self.programs).await
    }

    async fn create_database_if_absent(&self) -> Result<(), PostgresError> {
        let mut connection = connect_options(&self.home, SUPERUSER).connect().await?;
        let exists: bool =
            sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
                .bind(DATABASE)
                .fetch_one(&mut connection)
                .await?;
        if !exists {
            sqlx::query("create database frontrow")
                .execute(&mut connection)
                .await?;
        }
        Ok(connection.close().await?)
    }
}

/// The command that opens psql on the private Postgres of this data folder, if it is running.
///
/// # Errors
/// The folder cannot be used, or Postgres is missing.
pub fn psql_if_running(
    data_dir: &Path,
    bin_dir: Option<&Path>,
) -> Result<Option<Vec<String>>, PostgresError> {
    let home = Home::prepare(data_dir)?;
    let programs = Programs::find(bin_dir, &home)?;
    Ok(Postmaster::running(&home).map(|_| psql_command(&home, &programs)))
}

/// Nothing of a surrounding PGHOST, PGSSLMODE and the like may lead elsewhere.
fn connect_options(home: &Home, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(home.sockets())
        .port(5432)
        .username(SUPERUSER)
        .database(database)
        .ssl_mode(PgSslMode::Disable)
        .application_name("frontrow")
}

fn psql_command(home: &Home, programs: &Programs) -> Vec<String> {
    let sockets = home.sockets().display().to_string();
    let arguments = ["-h", &sockets, "-p", "5432", "-U", SUPERUSER, DATABASE];
    std::iter::once(programs.psql().display().to_string())
        .chain(arguments.map(str::to_owned))
        .collect()
}
