//! The committed state of one session, and everybody who watches it. Outlives the session actor.
//!
//! Two generations are kept. *Committed* is what the actor has made durable so far: availability
//! and reads of an order come from it. *Shown* is what the last tick told the watchers: a new
//! watcher's snapshot is the shown generation, so that the next delta continues it. A tick comes
//! at once after a quiet time, and otherwise as often as the rush and the number of watchers allow.

mod board;
mod committed;
mod encode;
mod pace;
#[cfg(test)]
pub(crate) mod screen;
mod shown;
#[cfg(test)]
mod tests;
mod watcher;

use bytestring::ByteString;
use dashmap::DashMap;
use domain::seat_map::{Change, SeatMap};
use domain::{OrderId, SessionId};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Notify, broadcast, watch};
use tokio::time::{Instant, sleep_until};

pub use self::board::{Board, Left};
pub use self::committed::{FeedOrder, Snapshot, StandingCount, Steps};
pub use self::encode::Frame;
pub use self::watcher::{Attendance, Watcher, WatcherEvent};

use self::committed::Committed;
use self::pace::Pace;
use self::shown::Shown;
use crate::SessionInfo;

/// How many events a slow watcher may be behind before it needs a fresh snapshot.
const EVENTS_BEHIND_MAX: usize = 16;

/// Which live session an open order belongs to.
pub(crate) type OrderSessions = Arc<DashMap<OrderId, SessionId>>;

/// What a session has committed, and who is told.
pub struct Feed {
    session_id: SessionId,
    order_sessions: OrderSessions,
    state: RwLock<State>,
    events: broadcast::Sender<WatcherEvent>,
    watchers: AtomicUsize,
    loaded: watch::Sender<bool>,
    /// Wakes the ticker when there is something to tell later.
    unshown: Arc<Notify>,
    /// Where pages read what is left of many sessions.
    board: OnceLock<Arc<Board>>,
}

struct State {
    committed: Committed,
    shown: Shown,
    pace: Pace,
}

impl Feed {
    /// The feed of a session that has not been loaded yet: all places as the manifest has them.
    /// It ticks on `runtime`: that of whoever asked for it may end before it does.
    pub(crate) fn new(
        info: Arc<SessionInfo>,
        order_sessions: OrderSessions,
        runtime: &Handle,
    ) -> Arc<Self> {
        let committed = Committed::new(&info);
        let shown = Shown::of(&committed);
        let unshown = Arc::new(Notify::new());
        let feed = Arc::new(Self {
            session_id: info.session_id,
            order_sessions,
            state: RwLock::new(State {
                committed,
                shown,
                pace: Pace::default(),
            }),
            events: broadcast::Sender::new(EVENTS_BEHIND_MAX),
            watchers: AtomicUsize::new(0),
            loaded: watch::Sender::new(false),
            unshown: Arc::clone(&unshown),
            board: OnceLock::new(),
        });
        runtime.spawn(tick(Arc::downgrade(&feed), unshown));
        feed
    }

    /// From the next tick on, what is left is told there too.
    pub(crate) fn report_to(&self, board: Arc<Board>) {
        // Whoever starts the session anew has the same board.
        let _ = self.board.set(board);
    }

    /// How long telling all watchers something may take: it is spread over that.
    #[must_use]
    pub fn telling_length(&self) -> Duration {
        Pace::telling_length(self.watchers())
    }

    /// All places as they are committed.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.read().committed.snapshot()
    }

    /// All places as the last tick showed them, with the epoch and sequence that the next frame
    /// continues, as the socket's `snapshot` message.
    #[must_use]
    pub fn shown_text(&self) -> (u32, u64, ByteString) {
        let state = self.read();
        (state.shown.epoch, state.shown.sequence, state.shown.text())
    }

    /// The epoch and sequence that the next frame continues.
    #[must_use]
    pub fn shown_generation(&self) -> (u32, u64) {
        let state = self.read();
        (state.shown.epoch, state.shown.sequence)
    }

    /// `on_sale`, `paused`, `sold_out`, `postponed` or `cancelled`.
    #[must_use]
    pub fn status(&self) -> &'static str {
        self.read().committed.status()
    }

    /// An open order as it is committed; none if it is unknown here or done.
    #[must_use]
    pub fn order(&self, order: OrderId) -> Option<FeedOrder> {
        self.read().committed.order(order)
    }

    /// Notes which steps an order has done, once that is committed, and tells its watchers.
    pub fn note_steps(&self, order: OrderId, steps: Steps) {
        let mut state = self.write();
        state.committed.note_steps(order, steps);
        self.tick_if_due(&mut state);
    }

    /// Begins to watch. Take [`Self::shown_text`] after it, so that nothing falls between.
    #[must_use]
    pub fn watch(self: &Arc<Self>) -> Watcher {
        Watcher::new(Arc::clone(self), Some(self.attend()))
    }

    /// Hears what watchers are told, without being one: for somebody who tells it on to those that [`Self::attend`]
    /// counts.
    #[must_use]
    pub fn hear_for_others(self: &Arc<Self>) -> Watcher {
        Watcher::new(Arc::clone(self), None)
    }

    /// Counts a watcher that somebody else tells what there is to hear, for as long as it is kept.
    #[must_use]
    pub fn attend(self: &Arc<Self>) -> Attendance {
        Attendance::new(Arc::clone(self))
    }

    /// How many are watching.
    #[must_use]
    pub fn watchers(&self) -> usize {
        self.watchers.load(Ordering::Relaxed)
    }

    /// Starts over at a new epoch, with what was loaded. Steps that were noted stay noted.
    pub(crate) fn reset(&self, info: &Arc<SessionInfo>, epoch: u32, map: &SeatMap) {
        let mut state = self.write();
        let former_orders = state.committed.order_ids();
        let former_status = state.shown.status;
        state.committed.reset(info, epoch, map);
        self.note_orders(&state.committed, former_orders);
        state.shown = Shown::of(&state.committed);
        self.send(WatcherEvent::Resync);
        self.send_status_unless(former_status, &state.shown);
        self.report(&state.committed);
        self.loaded.send_replace(true);
    }

    /// Follows a new generation. An order that is still open is known all the while.
    fn note_orders(&self, committed: &Committed, former_orders: Vec<OrderId>) {
        for order in committed.order_ids() {
            self.order_sessions.insert(order, self.session_id);
        }
        for order in former_orders {
            if !committed.has_order(order) {
                self.order_sessions.remove(&order);
            }
        }
    }

    /// Waits until it has been told what is stored.
    pub(crate) async fn loaded(&self) {
        // Waiting fails only when the sending end is gone, which is `self`.
        let _ = self.loaded.subscribe().wait_for(|loaded| *loaded).await;
    }

    /// Notes the steps of orders as they were stored, where nothing newer is noted.
    pub(crate) fn note_stored_steps(&self, steps: Vec<(OrderId, Steps)>) {
        self.write().committed.note_stored_steps(steps);
    }

    /// Takes over what a batch has made durable.
    pub(crate) fn publish(&self, changes: &[Change]) {
        if changes.is_empty() {
            return;
        }
        self.note_sessions(changes);
        let mut state = self.write();
        state.committed.publish(changes);
        self.tick_if_due(&mut state);
    }

    /// Remembers which session an order belongs to for as long as it is open.
    fn note_sessions(&self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Opened { opening, .. } => {
                    self.order_sessions.insert(opening.order, self.session_id);
                }
                Change::Closed { order, .. } => {
                    self.order_sessions.remove(order);
                }
                Change::Deadline { .. }
                | Change::Claimed { .. }
                | Change::Filed { .. }
                | Change::Seat { .. }
                | Change::Standing { .. }
                | Change::Allocation { .. } => {}
            }
        }
    }

    /// Tells the watchers now, or leaves it to the ticker if they were told just before.
    fn tick_if_due(&self, state: &mut State) {
        if state.pace.next_tick(self.watchers()) <= Instant::now() {
            self.tick_now(state);
        } else {
            self.unshown.notify_one();
        }
    }

    fn tick_now(&self, state: &mut State) {
        let State {
            committed,
            shown,
            pace,
        } = state;
        let former_status = shown.status;
        if let Some(event) = shown.catch_up(committed) {
            // A tick that has nothing to tell ends no quiet time.
            pace.note_tick(Instant::now(), event.seat_count());
            metrics::gauge!("frontrow_tick_seconds").set(pace.tick_length(self.watchers()));
            self.send(event);
            self.report(committed);
        }
        self.send_status_unless(former_status, shown);
    }

    fn report(&self, committed: &Committed) {
        if let Some(board) = self.board.get() {
            board.note(self.session_id, committed.left());
        }
    }

    fn send_status_unless(&self, former_status: &str, shown: &Shown) {
        if shown.status != former_status {
            self.send(WatcherEvent::Status(shown.status));
        }
    }

    /// The status that the watchers were told last.
    #[must_use]
    pub fn shown_status(&self) -> &'static str {
        self.read().shown.status
    }

    fn next_tick(&self) -> Instant {
        self.read().pace.next_tick(self.watchers())
    }

    /// Sending fails when nobody watches, which is no failure.
    fn send(&self, event: WatcherEvent) {
        let _ = self.events.send(event);
    }

    /// A poisoned lock is used on: each method leaves the state whole, or the actor reloads it.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.unshown.notify_one();
    }
}

/// Shows what was published in a hurry when its tick has come. Ends with its feed.
async fn tick(feed: Weak<Feed>, unshown: Arc<Notify>) {
    loop {
        unshown.notified().await;
        let mut due = Instant::now();
        loop {
            sleep_until(due).await;
            let Some(feed) = feed.upgrade() else { return };
            // The crowd may have grown meanwhile, or have been told something.
            due = feed.next_tick();
            if due <= Instant::now() {
                feed.tick_now(&mut feed.write());
                break;
            }
        }
    }
}
