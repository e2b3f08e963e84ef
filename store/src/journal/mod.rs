//! The write-through of a session: what its actor decided becomes rows before anybody is answered.
//!
//! The journal owns the rows of taken places and the life of an order up to its payment. It
//! writes each place's *net* change over a batch: deletes, then updates, then plain inserts, so
//! that the key of `taken_seat` stands guard over every grant. A sale is not its business: the
//! payment operation has written it before the actor learns of it, so a place's way to sold is
//! passed over here.
//!
//! # Fencing
//!
//! Whoever takes a session over raises its epoch; that update waits for a batch in flight, which
//! holds the owner's row `for share`. Every batch begins by locking that row at its own epoch, so
//! a process that lost the session writes nothing, however late it wakes up.

mod load;
mod net;
mod write;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use domain::seat_map::Change;
use domain::{OrderId, SessionId, Timestamp};
use sqlx::PgPool;
use thiserror::Error;

use net::Net;
use write::Times;

/// A takeover or a write that takes longer is in doubt: the database hangs, and people are waiting.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// A batch that only ends orders whose time is up is in doubt sooner. Nobody waits for it, and a database
/// that takes so long has eaten that time from its buyers: the reload gives it back to them.
const EXPIRY_PATIENCE: Duration = Duration::from_secs(1);

/// The log of claims is cleared of old entries once in so many batches, and at each takeover.
const BATCHES_BETWEEN_FORGETTING: u32 = 256;

/// How much longer than the longest life of an order its claims are kept in the log.
const LOG_KEPT_LONGER: Duration = Duration::from_secs(60 * 60);

/// The write-through of one session.
#[derive(Debug, Clone)]
pub struct Journal {
    pool: PgPool,
    session_id: SessionId,
    grace: Grace,
    patience: Duration,
    /// What the database's clock showed at the last takeover.
    clock: Arc<Mutex<Option<ClockReading>>>,
    /// How many batches were written.
    batches: Arc<AtomicU32>,
}

/// What the database's clock showed, and when on ours.
#[derive(Debug, Clone, Copy)]
struct ClockReading {
    database: DateTime<Utc>,
    here: Instant,
}

/// Why a batch was not written, or perhaps was.
#[derive(Debug, Error)]
pub enum JournalError {
    /// Another start of the session's actor has taken over.
    #[error("the session was taken over from epoch {0}")]
    Fenced(u32),
    /// The rows were not as the decisions assumed: nothing was written.
    #[error("only {counts} of {table} were as expected")]
    Surprise {
        /// Where.
        table: String,
        /// How many rows the batch found, of how many it meant.
        counts: String,
    },
    /// The database came back too late: whoever waited has been told that it is in doubt, and a
    /// hold that expires in this batch could have lived on. Nothing was written.
    #[error("the batch took longer than anybody waits")]
    TooLate,
    /// The database failed. Whether the batch was committed is not known.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// A session's open life as it was stored.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The epoch at which whoever loaded it may write.
    pub epoch: u32,
    /// What leads from an empty map to the stored one.
    pub changes: Vec<Change>,
}

/// What a reload grants to orders that an outage has eaten time from.
#[derive(Debug, Clone, Copy)]
pub struct Grace {
    /// The time an order has left at least.
    pub at_least: Duration,
    /// The longest an order may live in all.
    pub max_life: Duration,
}

impl Journal {
    /// The journal of a session; `pool` is [`crate::journal_pool`].
    #[must_use]
    pub fn new(pool: PgPool, session_id: SessionId, grace: Grace) -> Self {
        Self {
            pool,
            session_id,
            grace,
            patience: PATIENCE,
            clock: Arc::default(),
            batches: Arc::default(),
        }
    }

    /// The same journal, whose batches are too late after another time.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Takes the session over: raises its epoch, and only then reads what is stored.
    ///
    /// # Errors
    /// The database does not answer, or holds what cannot be read.
    pub async fn take_over(&self, now: Timestamp) -> Result<Loaded, JournalError> {
        let began = Instant::now();
        let (epoch, database) = load::raise_epoch(&self.pool, self.session_id).await?;
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = Some(ClockReading {
            database,
            here: Instant::now(),
        });
        let forget_before = self.grace.no_order_lives_since(database);
        // Grace is for those whom an outage kept waiting: it counts from when they can go on.
        let now = now.plus(began.elapsed());
        let changes =
            load::changes(&self.pool, self.session_id, now, self.grace, forget_before).await?;
        Ok(Loaded { epoch, changes })
    }

    /// Writes a batch at an epoch in one transaction. When it returns, the batch is durable.
    ///
    /// # Errors
    /// Nothing was written, or it is not known: the caller must take the session over afresh.
    pub async fn write(&self, epoch: u32, batch: &[Change]) -> Result<(), JournalError> {
        let net = Net::of(batch);
        let patience = if net.only_expires() {
            EXPIRY_PATIENCE.min(self.patience)
        } else {
            self.patience
        };
        let times = self.times(patience);
        let mut connection = self.pool.acquire().await?;
        let session_id = self.session_id;
        let written = write::write_batch(&mut connection, session_id, epoch, times, &net).await;
        if matches!(written, Err(JournalError::Database(_))) {
            // What is in doubt is not used again; closing it ends the transaction, too.
            drop(connection.detach());
        }
        written
    }

    /// The database's clock may stand still while ours goes on, with the batch unread, and read it
    /// after we have given up: so it is told when nobody waits any more.
    fn times(&self, patience: Duration) -> Times {
        let reading = *self.clock.lock().unwrap_or_else(PoisonError::into_inner);
        let now = reading.map_or_else(Utc::now, ClockReading::now);
        let patience = TimeDelta::from_std(patience).unwrap_or(TimeDelta::MAX);
        let not_after = now.checked_add_signed(patience);
        let batches = self.batches.fetch_add(1, Ordering::Relaxed);
        let is_forgetting = batches.is_multiple_of(BATCHES_BETWEEN_FORGETTING);
        Times {
            not_after: not_after.unwrap_or(DateTime::<Utc>::MAX_UTC),
            forget_before: is_forgetting.then(|| self.grace.no_order_lives_since(now)),
        }
    }
}

impl Grace {
    /// An instant before which no order was granted anything that could still be repeated: it has
    /// ended, or is pinned, and its claims are filed. With much room for clocks that are moved.
    fn no_order_lives_since(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let life = TimeDelta::from_std(self.max_life + LOG_KEPT_LONGER);
        now.checked_sub_signed(life.unwrap_or(TimeDelta::MAX))
            .unwrap_or(DateTime::<Utc>::MIN_UTC)
    }
}

impl ClockReading {
    /// What the database's clock shows now, if both go on alike.
    fn now(self) -> DateTime<Utc> {
        let passed = TimeDelta::from_std(self.here.elapsed()).unwrap_or(TimeDelta::MAX);
        self.database
            .checked_add_signed(passed)
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// The sessions in which anybody has open orders.
///
/// # Errors
/// The database does not answer.
pub async fn sessions_with_open_orders(pool: &PgPool) -> Result<Vec<SessionId>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        "select distinct session_id from event_session_order where status = 'PENDING'"
    );
    Ok(rows
        .fetch_all(pool)
        .await?
        .into_iter()
        .map(SessionId)
        .collect())
}

/// What the gateway knows of a session's open orders beside their places: how many places the
/// buyer wants, and whether the address is there.
///
/// # Errors
/// The database does not answer.
pub async fn steps(
    pool: &PgPool,
    session_id: SessionId,
) -> Result<Vec<(OrderId, Option<u32>, bool)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select order_id, quantity, name is not null as "has_address!"
           from order_details join event_session_order using (order_id)
           where session_id = $1 and status = 'PENDING'"#,
        session_id.0,
    );
    let rows = rows.fetch_all(pool).await?.into_iter();
    let quantity =
        |quantity: Option<i32>| quantity.and_then(|quantity| u32::try_from(quantity).ok());
    Ok(rows
        .map(|row| {
            (
                OrderId(row.order_id),
                quantity(row.quantity),
                row.has_address,
            )
        })
        .collect())
}
