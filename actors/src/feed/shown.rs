//! What the last tick told the watchers, and the step from there to what is committed.

use std::sync::{Arc, OnceLock};

use bytestring::ByteString;

use crate::feed::committed::{Committed, PackedSeats, StandingCount};
use crate::feed::encode::{Delta, Frame, snapshot_text};
use crate::feed::watcher::WatcherEvent;

/// The generation that every watcher has.
pub(super) struct Shown {
    pub epoch: u32,
    pub sequence: u64,
    pub status: &'static str,
    seats: PackedSeats,
    standing: Vec<StandingCount>,
    /// The snapshot of this generation, encoded when the first new watcher needs it.
    text: OnceLock<ByteString>,
}

impl Shown {
    pub fn of(committed: &Committed) -> Self {
        let snapshot = committed.snapshot();
        Self {
            epoch: snapshot.epoch,
            sequence: snapshot.sequence,
            status: committed.status(),
            seats: PackedSeats(snapshot.seats),
            standing: snapshot.standing,
            text: OnceLock::new(),
        }
    }

    pub fn text(&self) -> ByteString {
        let text = self.text.get_or_init(|| {
            snapshot_text(self.epoch, self.sequence, &self.seats.0, &self.standing)
        });
        text.clone()
    }

    /// Steps forward to what is committed. The event that tells it, if there is anything to tell.
    pub fn catch_up(&mut self, committed: &mut Committed) -> Option<WatcherEvent> {
        let unshown = committed.take_unshown();
        self.status = committed.status();
        let mut seats = Vec::new();
        for seat in unshown.seats {
            let code = committed.seats.get(seat);
            // A seat that was taken and given back within one tick has not changed.
            if code != self.seats.get(seat) {
                self.seats.set(seat, code);
                seats.push((seat, code));
            }
        }
        let standing: Vec<StandingCount> = unshown
            .standing
            .into_iter()
            .map(|section| committed.standing(section))
            .collect();
        let orders = unshown.orders;
        if self.sequence == committed.sequence {
            return (!orders.is_empty()).then(|| WatcherEvent::Orders(orders.into()));
        }
        let delta = Delta {
            epoch: self.epoch,
            from: self.sequence,
            sequence: committed.sequence,
            seats,
            standing,
        };
        self.sequence = committed.sequence;
        self.standing = committed.snapshot().standing;
        self.text = OnceLock::new();
        Some(WatcherEvent::Frame(Arc::new(Frame::encode(&delta, orders))))
    }
}
