//! Lines: a few connections for statements that many people's requests are gathered into.
//!
//! A connection plans each statement by itself, and a pool hands its connections out in turns, with a way to the database and
//! back for each return. So these are kept beside the pool, and the one that was used last is used next. A plan is made
//! once, and must bear whatever comes: made while a table is empty, it would read all of it once it is full, or find one
//! order's rows by walking through everybody's. So everything is found by its key.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::IDLE_MAX;

/// How many there are: enough that one batch of each kind need hardly wait while another's is flushed to the disk.
const LINES_MAX: u16 = 6;

/// How their statements are planned.
const PLANNED_BY_KEY: &str = "set plan_cache_mode = force_generic_plan;
    set enable_seqscan = off;
    set enable_bitmapscan = off;
    set enable_hashjoin = off;
    set enable_mergejoin = off;";

/// Connections that nobody uses now, and where more come from.
#[derive(Debug, Clone)]
pub struct Lines {
    pool: PgPool,
    resting: Arc<Mutex<Vec<Resting>>>,
    /// For those in use: whoever has one finds a connection that rests, or the pool has one to give.
    free: Arc<Semaphore>,
}

#[derive(Debug)]
struct Resting {
    connection: PoolConnection<Postgres>,
    since: Instant,
}

/// A connection in use. Dropped, it goes back to the pool, which looks whether it still lives.
#[derive(Debug)]
pub struct Line {
    connection: PoolConnection<Postgres>,
    lines: Lines,
    _taken: OwnedSemaphorePermit,
}

impl Lines {
    /// Lines to the same database as `pool`. Connections are made when they are needed.
    #[must_use]
    pub fn beside(pool: &PgPool) -> Self {
        let options = pool.connect_options().as_ref().clone();
        let pool = crate::pool_of(u32::from(LINES_MAX)).after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::raw_sql(PLANNED_BY_KEY)
                    .execute(connection)
                    .await
                    .map(drop)
            })
        });
        Self {
            pool: pool.connect_lazy_with(options),
            resting: Arc::default(),
            free: Arc::new(Semaphore::new(usize::from(LINES_MAX))),
        }
    }

    /// A line, once there is one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take(&self) -> Result<Line, sqlx::Error> {
        let free = Arc::clone(&self.free).acquire_owned();
        let taken = free.await.map_err(|_| sqlx::Error::PoolClosed)?;
        let last = self.resting().pop();
        // One that has rested for long may be dead, and is the pool's to look at.
        let alive = last.filter(|last| last.since.elapsed() <= IDLE_MAX);
        let connection = match alive {
            Some(resting) => resting.connection,
            None => self.pool.acquire().await?,
        };
        Ok(Line {
            connection,
            lines: self.clone(),
            _taken: taken,
        })
    }

    fn resting(&self) -> MutexGuard<'_, Vec<Resting>> {
        self.resting.lock().expect("nobody panics with it")
    }
}

impl Line {
    /// Keeps it for whoever comes next, if what was done on it went well.
    ///
    /// # Errors
    /// What was done did not go well.
    pub fn keep_after<T>(self, done: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        if done.is_ok() {
            let resting = Resting {
                connection: self.connection,
                since: Instant::now(),
            };
            self.lines.resting().push(resting);
        }
        done
    }
}

impl Deref for Line {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Line {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}
