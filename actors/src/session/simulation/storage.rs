//! A storage that is late, fails before a commit, fails after it, hangs, and loses takeovers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use domain::seat_map::Change;
use domain::{OrderId, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use store::journal::{JournalError, Loaded};
use tokio::time::sleep;

use super::history::History;
use super::rows::{Rows, outage};
use crate::session::Storage;
use crate::{Clock, SessionInfo};

/// How the database feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    Calm,
    Rough,
    Outage,
}

/// What is wrong on purpose, so that the checks can be seen to notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    None,
    /// A write says that it is done, and begins.
    AnswersBeforeCommit,
    /// A failed write says that it is done.
    HidesFailures,
    /// A batch is written at whatever epoch.
    Unfenced,
}

/// The rows, and the log of how they came to be.
pub struct Books {
    pub rows: Rows,
    pub history: History,
}

/// What all actors of a simulation write to.
pub struct Database {
    books: Mutex<Books>,
    /// The owner's row: a batch locks it shared until its commit, a takeover alone.
    owner: tokio::sync::RwLock<()>,
    rng: Mutex<StdRng>,
    weather: Mutex<Weather>,
    busy: AtomicUsize,
    flaw: Flaw,
    clock: Clock,
}

/// One actor's connection to it.
pub struct FaultyStorage(pub Arc<Database>);

/// What happens to one transaction.
struct Fate {
    before: Duration,
    locked: Duration,
    after: Duration,
    fails: bool,
    is_in_doubt: bool,
}

impl Storage for FaultyStorage {
    async fn take_over(&self, now: Timestamp) -> Result<Loaded, JournalError> {
        assert_eq!(now, self.0.clock.now(), "grace is counted from now");
        let _busy = self.0.work();
        self.0.take_over(now).await
    }

    async fn write(&self, epoch: u32, changes: &[Change]) -> Result<(), JournalError> {
        match self.0.flaw {
            Flaw::None | Flaw::Unfenced => self.0.commit(epoch, changes).await,
            Flaw::HidesFailures => {
                let _ = self.0.commit(epoch, changes).await;
                Ok(())
            }
            Flaw::AnswersBeforeCommit => {
                let (database, changes) = (Arc::clone(&self.0), changes.to_vec());
                tokio::spawn(async move { database.commit(epoch, &changes).await });
                Ok(())
            }
        }
    }
}

impl Database {
    pub fn new(info: &SessionInfo, clock: Clock, seed: u64, flaw: Flaw) -> Arc<Self> {
        let books = Books {
            rows: Rows::new(&info.manifest, info.rules.max_life),
            history: History::new(Arc::clone(&info.manifest)),
        };
        Arc::new(Self {
            books: Mutex::new(books),
            owner: tokio::sync::RwLock::default(),
            rng: Mutex::new(StdRng::seed_from_u64(seed)),
            weather: Mutex::new(Weather::Calm),
            busy: AtomicUsize::new(0),
            flaw,
            clock,
        })
    }

    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    pub fn set_weather(&self, weather: Weather) {
        *self.weather.lock().unwrap() = weather;
    }

    /// How many transactions are under way.
    pub fn busy(&self) -> usize {
        self.busy.load(Ordering::Relaxed)
    }

    /// The payment operation's transaction.
    pub fn sell(&self, order: OrderId) -> bool {
        let mut books = self.books();
        let is_sold = books.rows.sell(order);
        if is_sold {
            books.history.sold(order);
        }
        is_sold
    }

    async fn take_over(&self, now: Timestamp) -> Result<Loaded, JournalError> {
        let fate = self.fate();
        sleep(fate.before).await;
        if fate.fails {
            return Err(outage());
        }
        let epoch = {
            let _alone = self.owner.write().await;
            self.books().rows.raise_epoch()
        };
        sleep(fate.locked).await;
        let changes = {
            let Books { rows, history } = &mut *self.books();
            let changes = rows.load(now);
            history.loaded(rows, epoch, now);
            changes
        };
        sleep(fate.after).await;
        if fate.is_in_doubt {
            return Err(outage());
        }
        Ok(Loaded { epoch, changes })
    }

    async fn commit(&self, epoch: u32, changes: &[Change]) -> Result<(), JournalError> {
        let _busy = self.work();
        let fate = self.fate();
        sleep(fate.before).await;
        {
            let _shared = self.owner.read().await;
            if self.flaw != Flaw::Unfenced && self.books().rows.epoch != epoch {
                return Err(JournalError::Fenced(epoch));
            }
            sleep(fate.locked).await;
            if fate.fails {
                return Err(outage());
            }
            self.books().commit(epoch, changes, self.clock.now())?;
        }
        sleep(fate.after).await;
        if fate.is_in_doubt {
            return Err(outage());
        }
        Ok(())
    }

    fn work(&self) -> Busy<'_> {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(&self.busy)
    }

    fn fate(&self) -> Fate {
        let mut rng = self.rng.lock().unwrap();
        let weather = *self.weather.lock().unwrap();
        let (failures, doubts, hangs) = match weather {
            Weather::Calm => (0.0, 0.0, 0.0),
            Weather::Rough => (0.05, 0.05, 0.03),
            Weather::Outage => (0.8, 0.1, 0.1),
        };
        let mut delay = || {
            let is_hung = rng.random_bool(hangs);
            let millis = if is_hung { 2_000..20_000 } else { 0..12 };
            Duration::from_millis(rng.random_range(millis))
        };
        let (before, locked, after) = (delay(), delay(), delay());
        Fate {
            before,
            locked,
            after,
            fails: rng.random_bool(failures),
            is_in_doubt: rng.random_bool(doubts),
        }
    }
}

impl Books {
    fn commit(
        &mut self,
        epoch: u32,
        changes: &[Change],
        now: Timestamp,
    ) -> Result<(), JournalError> {
        let written = self.rows.write(changes);
        match &written {
            Ok(()) => self.history.committed(epoch, changes, now),
            Err(_) if self.is_excused(changes) => self.history.surprises += 1,
            Err(error) => self
                .history
                .fault(format!("a batch met {error}: {changes:?}")),
        }
        written
    }

    /// A surprise is no fault where a payment changed the same order, or one came back from the
    /// dead.
    fn is_excused(&self, changes: &[Change]) -> bool {
        let is_paid = |order| {
            let row = self.rows.orders.get(order);
            row.is_some_and(|row| row.status == super::rows::Status::Paid)
        };
        changes.iter().any(|change| match change {
            Change::Opened { again, .. } => *again,
            Change::Deadline { order, .. } | Change::Closed { order, .. } => is_paid(order),
            Change::Seat { from, .. } => match from {
                domain::seat_map::SeatState::Pinned(order) => is_paid(order),
                _ => false,
            },
            Change::Standing { order, .. } => is_paid(order),
            Change::Claimed { .. } | Change::Filed { .. } | Change::Allocation { .. } => false,
        })
    }
}

struct Busy<'a>(&'a AtomicUsize);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
