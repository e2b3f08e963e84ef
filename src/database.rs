//! The database this process works on: the one it was given, or its private one.

use std::convert::Infallible;

use sqlx::PgPool;

use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::postgres::PrivatePostgres;

/// An open database with our schema.
pub struct Database {
    pub pool: PgPool,
    private: Option<PrivatePostgres>,
}

impl Database {
    /// Opens the database and brings its schema up to date.
    ///
    /// # Errors
    /// It cannot be started or reached, or its schema is not ours.
    pub async fn open(configuration: &Configuration) -> Result<Self, Failure> {
        let (options, private) = match &configuration.database {
            Some(options) => (options.clone(), None),
            None => {
                let postgres = PrivatePostgres::open(
                    &configuration.data_dir,
                    configuration.postgres_bin.as_deref(),
                )
                .await?;
                (postgres.connect_options(), Some(postgres))
            }
        };
        let database = Self {
            pool: store::pool(options),
            private,
        };
        match database.migrate().await {
            Ok(()) => Ok(database),
            Err(failure) => {
                // What was started for nothing is stopped; the first failure is the one to tell.
                let _ = database.close().await;
                Err(failure)
            }
        }
    }

    /// Brings a private Postgres that dies back to life.
    pub async fn keep_running(&self) -> Infallible {
        match &self.private {
            Some(postgres) => postgres.keep_running().await,
            None => std::future::pending().await,
        }
    }

    /// How a person opens psql on it. A given address is not repeated: it may have a password in it.
    pub fn psql_command(&self) -> String {
        match &self.private {
            Some(postgres) => {
                let words = postgres.psql_command();
                words
                    .iter()
                    .map(|word| quoted(word))
                    .collect::<Vec<_>>()
                    .join(" ")
            }
            None => "psql \"$DATABASE_URL\"".to_owned(),
        }
    }

    /// Closes the connections, and stops the private Postgres if nobody else uses it.
    ///
    /// # Errors
    /// The private Postgres does not stop.
    pub async fn close(self) -> Result<(), Failure> {
        self.pool.close().await;
        match self.private {
            Some(postgres) => Ok(postgres.close().await?),
            None => Ok(()),
        }
    }

    async fn migrate(&self) -> Result<(), Failure> {
        store::migrate(&self.pool).await?;
        Ok(store::jobs::migrate(&self.pool).await?)
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.".contains(c);
    match word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_a_shell_would_take_apart_are_quoted() {
        assert_eq!(quoted("/srv/front-row_1"), "/srv/front-row_1");
        assert_eq!(quoted("/srv/it's here"), r"'/srv/it'\''s here'");
    }
}
