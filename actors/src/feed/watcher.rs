//! One place in the audience.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::OrderId;
use tokio::sync::broadcast;

use crate::feed::{Feed, Frame};

/// What a watcher hears.
#[derive(Debug, Clone)]
pub enum WatcherEvent {
    /// The next delta. If its `epoch` and `from` are not the watcher's, it needs a fresh snapshot.
    Frame(Arc<Frame>),
    /// Orders changed in a way that the house does not show, rising by id.
    Orders(Arc<[OrderId]>),
    /// The session's status changed.
    Status(&'static str),
    /// The watcher fell behind or the session was reloaded: it needs a fresh snapshot. If what it
    /// missed may have been a status, that follows.
    Resync,
}

impl WatcherEvent {
    /// Of how many seats it tells.
    pub(super) fn seat_count(&self) -> usize {
        match self {
            Self::Frame(frame) => frame.seat_count,
            Self::Orders(_) | Self::Status(_) | Self::Resync => 0,
        }
    }
}

/// One place in the audience, as it is counted.
pub struct Attendance {
    feed: Arc<Feed>,
}

/// What is told to one place in the audience, or to somebody who tells it on to many. What it has not heard yet is
/// shared with all others, and bounded.
pub struct Watcher {
    feed: Arc<Feed>,
    events: broadcast::Receiver<WatcherEvent>,
    /// It may have missed a change of status, which no snapshot tells.
    owes_status: bool,
    _attendance: Option<Attendance>,
}

impl Attendance {
    pub(super) fn new(feed: Arc<Feed>) -> Self {
        feed.watchers.fetch_add(1, Ordering::Relaxed);
        metrics::gauge!("frontrow_watchers").increment(1.0);
        Self { feed }
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        self.feed.watchers.fetch_sub(1, Ordering::Relaxed);
        metrics::gauge!("frontrow_watchers").decrement(1.0);
    }
}

impl Watcher {
    pub(super) fn new(feed: Arc<Feed>, attendance: Option<Attendance>) -> Self {
        Self {
            events: feed.events.subscribe(),
            feed,
            owes_status: false,
            _attendance: attendance,
        }
    }

    /// Waits for what comes next. Cancel-safe.
    pub async fn next(&mut self) -> WatcherEvent {
        if std::mem::take(&mut self.owes_status) {
            return WatcherEvent::Status(self.feed.shown_status());
        }
        match self.events.recv().await {
            Ok(event) => event,
            Err(broadcast::error::RecvError::Lagged(events)) => {
                metrics::counter!("frontrow_watcher_lag_total").increment(events);
                self.owes_status = true;
                WatcherEvent::Resync
            }
            Err(broadcast::error::RecvError::Closed) => {
                unreachable!("the feed that this watcher holds keeps the sending end")
            }
        }
    }
}
