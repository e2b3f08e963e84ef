//! A session whose storage does what a test says, write by write.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::Timestamp;
use domain::seat_map::{Change, Command, Wish};
use store::journal::{JournalError, Loaded};
use tokio::runtime::Handle;
use tokio::sync::Mutex as AsyncMutex;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::super::simulation::rows::{Rows, outage};
use crate::session::mailbox::{Sender, mailbox};
use crate::session::{CommandError, SessionActor, Storage};
use crate::{Clock, Feed, SessionInfo, test_house};

/// How a write ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Commit,
    /// It was not committed.
    Fail,
    /// It was committed, but nobody hears of it.
    Doubt,
    /// It never ends.
    Hang,
}

/// Rows, what was written to them, and who decides how the next write ends.
pub struct Desk {
    pub rows: Mutex<Rows>,
    /// The batches that were begun, in order.
    pub begun: Mutex<Vec<Vec<Change>>>,
    pub loads: AtomicUsize,
    pub loads_fail: Mutex<bool>,
    in_flight: AtomicUsize,
    ends: AsyncMutex<mpsc::UnboundedReceiver<End>>,
}

/// A running actor over a desk.
pub struct Office {
    pub desk: Arc<Desk>,
    pub feed: Arc<Feed>,
    pub sender: Sender,
    pub running: JoinHandle<()>,
    pub clock: Clock,
    ends: mpsc::UnboundedSender<End>,
}

impl Storage for Desk {
    async fn take_over(&self, now: Timestamp) -> Result<Loaded, JournalError> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        if *self.loads_fail.lock().unwrap() {
            return Err(outage());
        }
        let mut rows = self.rows.lock().unwrap();
        let epoch = rows.raise_epoch();
        let changes = rows.load(now);
        Ok(Loaded { epoch, changes })
    }

    async fn write(&self, epoch: u32, changes: &[Change]) -> Result<(), JournalError> {
        let others = self.in_flight.fetch_add(1, Ordering::Relaxed);
        assert_eq!(others, 0, "at most one write is in flight");
        self.begun.lock().unwrap().push(changes.to_vec());
        let end = self.ends.lock().await.recv().await;
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        match end.expect("the office stands") {
            End::Commit => self.commit(epoch, changes),
            End::Fail => Err(outage()),
            End::Doubt => {
                self.commit(epoch, changes)?;
                Err(outage())
            }
            End::Hang => std::future::pending().await,
        }
    }
}

impl Desk {
    fn commit(&self, epoch: u32, changes: &[Change]) -> Result<(), JournalError> {
        let mut rows = self.rows.lock().unwrap();
        if rows.epoch != epoch {
            return Err(JournalError::Fenced(epoch));
        }
        rows.write(changes)
    }

    /// How many writes were begun.
    pub fn begun(&self) -> usize {
        self.begun.lock().unwrap().len()
    }
}

impl Office {
    /// A house of twenty seats and ten standing places.
    pub async fn open() -> Self {
        Self::open_with(test_house::info(&[20], &[10]), Duration::from_secs(3_600)).await
    }

    pub async fn open_with(info: Arc<SessionInfo>, idle_after: Duration) -> Self {
        let office = Self::open_loading(info, idle_after, false);
        office.feed.loaded().await;
        office
    }

    /// Without waiting for it to load.
    pub fn open_loading(info: Arc<SessionInfo>, idle_after: Duration, loads_fail: bool) -> Self {
        let (ends, ends_receiver) = mpsc::unbounded_channel();
        let desk = Arc::new(Desk {
            rows: Mutex::new(Rows::new(&info.manifest, info.rules.max_life)),
            begun: Mutex::default(),
            loads: AtomicUsize::new(0),
            loads_fail: Mutex::new(loads_fail),
            in_flight: AtomicUsize::new(0),
            ends: AsyncMutex::new(ends_receiver),
        });
        let feed = Feed::new(Arc::clone(&info), Arc::default(), &Handle::current());
        let clock = test_house::clock();
        let (sender, mailbox) = mailbox();
        let actor = SessionActor {
            info,
            storage: Arc::clone(&desk),
            feed: Arc::clone(&feed),
            mailbox,
            clock,
            idle_after,
        };
        let running = tokio::spawn(actor.run());
        Self {
            desk,
            feed,
            sender,
            running,
            clock,
            ends,
        }
    }

    /// Sends a command; the answer comes when it comes.
    pub fn ask(&self, command: Command) -> JoinHandle<Result<(), CommandError>> {
        let sender = self.sender.clone();
        tokio::spawn(async move { sender.ask(command).await })
    }

    /// Ends the write that is in flight or comes next.
    pub async fn end(&self, end: End) {
        self.ends.send(end).unwrap();
        settle().await;
    }

    /// Asks and lets the write pass.
    pub async fn done(&self, command: Command) -> Result<(), CommandError> {
        let asked = self.ask(command);
        settle().await;
        self.end(End::Commit).await;
        asked.await.unwrap()
    }

    /// Opens an order, and holds seats for it if any are named.
    pub async fn hold(&self, number: u64, seats: &[u32]) {
        let opening = test_house::opening(number, self.clock.now());
        self.done(Command::Open(opening)).await.unwrap();
        if !seats.is_empty() {
            self.done(claim(number, "first", seats)).await.unwrap();
        }
    }
}

/// Lets everybody act who can without time passing.
pub async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

/// A claim for named seats.
pub fn claim(number: u64, key: &str, seats: &[u32]) -> Command {
    test_house::claim(number, key, 0, test_house::named(seats))
}

/// A claim for standing places.
pub fn standing(number: u64, key: &str, quantity: u32) -> Command {
    let section = domain::SectionIndex(1);
    test_house::claim(number, key, 0, Wish::Standing { section, quantity })
}

pub fn is_unavailable(answer: &Result<(), CommandError>) -> bool {
    matches!(answer, Err(CommandError::Unavailable { .. }))
}
