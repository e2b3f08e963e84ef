//! A feed and the seat map whose changes it publishes, without an actor between them.

use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use domain::seat_map::{Change, Command, Places, SeatMap};
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::feed::OrderSessions;
use crate::feed::screen::Screen;
use crate::test_house::{self, START, bearer, order, seats};
use crate::{Clock, Feed, SessionInfo, Watcher, WatcherEvent};

pub struct Stage {
    pub info: Arc<SessionInfo>,
    pub feed: Arc<Feed>,
    pub order_sessions: OrderSessions,
    pub map: SeatMap,
    pub epoch: u32,
    clock: Clock,
    claims: u32,
}

impl Stage {
    /// Thirty seats and ten standing places, loaded at epoch 1.
    pub fn new() -> Self {
        Self::of(test_house::info(&[30], &[10]))
    }

    pub fn of(info: Arc<SessionInfo>) -> Self {
        let order_sessions = OrderSessions::default();
        let sessions = Arc::clone(&order_sessions);
        let feed = Feed::new(Arc::clone(&info), sessions, &Handle::current());
        Self {
            order_sessions,
            ..Self::with_feed(info, feed)
        }
    }

    /// Loads a feed that was made elsewhere.
    pub fn with_feed(info: Arc<SessionInfo>, feed: Arc<Feed>) -> Self {
        let map = SeatMap::new(Arc::clone(&info.manifest), info.rules.clone());
        feed.reset(&info, 1, &map);
        Self {
            info,
            feed,
            order_sessions: OrderSessions::default(),
            map,
            epoch: 1,
            clock: test_house::clock(),
            claims: 0,
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Decides commands as one batch and publishes it. Refused ones change nothing.
    pub fn run(&mut self, commands: &[Command]) {
        let mut batch: Vec<Change> = Vec::new();
        for command in commands {
            let changes = self.map.decide(command, self.now()).unwrap_or_default();
            changes.iter().for_each(|change| self.map.apply(change));
            batch.extend(changes);
        }
        self.feed.publish(&batch);
    }

    pub fn open(&mut self, number: u64) {
        self.run(&[Command::Open(test_house::opening(number, START))]);
    }

    /// Opens an order and lets the quiet time begin.
    pub async fn open_early(&mut self, number: u64) {
        self.open(number);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    pub fn claim(&mut self, number: u64, indexes: &[u32]) {
        self.claims += 1;
        let key = format!("key-{}", self.claims);
        self.run(&[test_house::claim(
            number,
            &key,
            0,
            test_house::named(indexes),
        )]);
    }

    pub fn drop_seats(&mut self, number: u64, indexes: &[u32]) {
        self.run(&[give_back(number, indexes)]);
    }

    /// Pins and sells all that an order has.
    pub fn sell(&mut self, number: u64) {
        let order = order(number);
        self.run(&[Command::Pin { order }]);
        self.run(&[Command::Sell { order }]);
    }

    /// Starts a new generation with the same map.
    pub fn reset(&mut self) {
        self.epoch += 1;
        self.feed.reset(&self.info, self.epoch, &self.map);
    }

    pub fn seat_count(&self) -> usize {
        self.info.manifest.seats().len()
    }

    /// What a new watcher is shown.
    pub fn shown(&self) -> Screen {
        Screen::from_snapshot(&self.feed.shown_text().2, self.seat_count())
    }

    /// What the API tells.
    pub fn available(&self) -> Screen {
        Screen::from_availability(&self.feed.snapshot(), self.seat_count())
    }
}

pub fn give_back(number: u64, indexes: &[u32]) -> Command {
    Command::Drop {
        order: order(number),
        credential: bearer(number),
        places: Places {
            seats: seats(indexes),
            standing: Vec::new(),
        },
    }
}

/// What the watcher is told without time passing.
pub async fn told_now(watcher: &mut Watcher) -> Option<WatcherEvent> {
    timeout(Duration::ZERO, watcher.next()).await.ok()
}

/// What the watcher is told within an hour, and after how long.
pub async fn told_later(watcher: &mut Watcher) -> (WatcherEvent, Duration) {
    let began = tokio::time::Instant::now();
    let told = timeout(Duration::from_secs(3_600), watcher.next()).await;
    (
        told.expect("the watcher is told something"),
        began.elapsed(),
    )
}
