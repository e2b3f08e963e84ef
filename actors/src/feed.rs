//! The committed state of one session, and everybody who watches it. Outlives the session actor.

use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;
use domain::order::Owner;
use domain::pnr::Pnr;
use domain::{OrderId, SeatIndex, SectionId, SectionIndex, SessionId, Timestamp};
use serde::Serialize;

/// What a session has committed, for reading. `epoch` and `sequence` name its generation.
pub struct Feed {}

/// All places at one generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Which start of the actor it comes from.
    pub epoch: u32,
    /// How many changes it has published since.
    pub sequence: u64,
    /// Two bits a seat, lowest bits first: 0 free, 1 held or pinned, 2 sold, 3 not on sale.
    pub seats: Vec<u8>,
    /// The standing sections.
    pub standing: Vec<StandingCount>,
}

/// The places of a standing section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StandingCount {
    /// The section.
    pub section_id: SectionId,
    /// Places anybody may claim.
    pub free: u32,
    /// Places held or pinned.
    pub held: u32,
    /// Places sold.
    pub sold: u32,
}

/// An open order as it is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedOrder {
    /// The order.
    pub order: OrderId,
    /// Its session.
    pub session_id: SessionId,
    /// Its reference.
    pub pnr: Pnr,
    /// Whose it is.
    pub owner: Owner,
    /// When it expires.
    pub expires_at: Timestamp,
    /// Its seats, rising.
    pub seats: Vec<SeatIndex>,
    /// Its standing places.
    pub standing: Vec<(SectionIndex, u32)>,
    /// Whether a payment is under way.
    pub pinned: bool,
    /// Which steps of the gateway are done besides.
    pub steps: Steps,
}

/// What the gateway knows of an order beside its places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Steps {
    /// How many places the buyer wants.
    pub amount: Option<u32>,
    /// Whether the address is there.
    pub address: bool,
}

/// What one tick brings, encoded once for everybody.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The epoch of both ends.
    pub epoch: u32,
    /// The sequence it starts from.
    pub from: u64,
    /// The sequence it leads to.
    pub sequence: u64,
    /// The whole delta as JSON.
    pub text: ByteString,
    /// The seats alone in binary, if any changed.
    pub binary: Option<Bytes>,
    /// The standing sections as JSON for those who take seats in binary, if any changed.
    pub standing_text: Option<ByteString>,
    /// The orders that changed, sorted.
    pub orders: Vec<OrderId>,
}

/// What a watcher hears.
#[derive(Debug, Clone)]
pub enum WatcherEvent {
    /// The next delta. If its `epoch` and `from` are not the watcher's, it needs a fresh snapshot.
    Frame(Arc<Frame>),
    /// The session's status changed.
    Status(&'static str),
    /// The watcher fell behind or the session was reloaded: it needs a fresh snapshot.
    Resync,
}

/// One place in the audience.
pub struct Watcher {}

impl Watcher {
    /// Waits for what comes next. Cancel-safe.
    pub async fn next(&mut self) -> WatcherEvent {
        todo!()
    }
}

impl Feed {
    /// All places as they are committed.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        todo!()
    }

    /// The same, encoded once per generation as the socket's `snapshot` message.
    #[must_use]
    pub fn snapshot_text(&self) -> ByteString {
        todo!()
    }

    /// `on_sale`, `paused`, `sold_out`, `postponed` or `cancelled`.
    #[must_use]
    pub fn status(&self) -> &'static str {
        todo!()
    }

    /// An open order as it is committed; none if it is unknown here or done.
    #[must_use]
    pub fn order(&self, _order: OrderId) -> Option<FeedOrder> {
        todo!()
    }

    /// Notes which steps an order has done, once that is committed, and tells its watchers.
    pub fn note_steps(&self, _order: OrderId, _steps: Steps) {
        todo!()
    }

    /// Begins to watch. Take the snapshot after it, so that nothing falls between.
    #[must_use]
    pub fn watch(self: &Arc<Self>) -> Watcher {
        todo!()
    }

    /// How many are watching.
    #[must_use]
    pub fn watchers(&self) -> usize {
        todo!()
    }
}
