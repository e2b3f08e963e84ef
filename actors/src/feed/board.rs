//! How much is left of each session, for pages that show many of them. It is told by every feed at its ticks,
//! remembers what it was told after a session has gone to rest, and says only what a page would show.

use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use domain::SessionId;
use tokio::sync::broadcast;

/// So few places are counted; of more it is only said that they are few.
const COUNTED_MAX: u32 = 20;
/// Fewer than one in so many places is few.
const FEW_PART: u32 = 10;
/// How many changes a slow reader may be behind before it has to look at everything anew.
const CHANGES_BEHIND_MAX: usize = 256;

/// What is left of a session. Places that somebody holds are left: they may come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Nothing.
    Nothing,
    /// So many.
    Last(u32),
    /// Less than a tenth.
    Few,
    /// Enough.
    Enough,
}

/// What is left of all sessions that anybody asked for or that are or were live.
#[derive(Debug)]
pub struct Board {
    sessions: DashMap<SessionId, Left>,
    generation: AtomicU64,
    changes: broadcast::Sender<(SessionId, Left)>,
}

impl Left {
    /// What `unsold` of `places` are.
    #[must_use]
    pub fn of(unsold: u32, places: u32) -> Self {
        match unsold {
            0 => Self::Nothing,
            1..=COUNTED_MAX if unsold < places / 2 => Self::Last(unsold),
            _ if unsold < places / FEW_PART => Self::Few,
            _ => Self::Enough,
        }
    }
}

impl Default for Board {
    fn default() -> Self {
        Self {
            sessions: DashMap::new(),
            generation: AtomicU64::new(0),
            changes: broadcast::Sender::new(CHANGES_BEHIND_MAX),
        }
    }
}

impl Board {
    /// What is left of a session, if it is known.
    #[must_use]
    pub fn left(&self, session: SessionId) -> Option<Left> {
        self.sessions.get(&session).map(|left| *left)
    }

    /// It rises with every change, after which `left` answers the new.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// The changes from now on.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<(SessionId, Left)> {
        self.changes.subscribe()
    }

    /// Notes what the database said of a session, unless its feed has said something since: a feed knows
    /// better, and nothing changes without one.
    pub fn note_stored(&self, session: SessionId, left: Left) {
        if let Entry::Vacant(vacant) = self.sessions.entry(session) {
            vacant.insert(left);
        }
    }

    /// Notes what the session's feed shows.
    pub(super) fn note(&self, session: SessionId, left: Left) {
        if self.sessions.insert(session, left) == Some(left) {
            return;
        }
        self.generation.fetch_add(1, Ordering::Release);
        // Sending fails when nobody listens, which is no failure.
        let _ = self.changes.send((session, left));
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const SESSION: SessionId = SessionId(Uuid::from_u128(1));

    #[test]
    fn few_is_less_than_a_tenth_and_the_last_twenty_are_counted() {
        assert_eq!(Left::of(0, 1_000), Left::Nothing);
        assert_eq!(Left::of(20, 1_000), Left::Last(20));
        assert_eq!(Left::of(21, 1_000), Left::Few);
        assert_eq!(Left::of(99, 1_000), Left::Few);
        assert_eq!(Left::of(100, 1_000), Left::Enough);
        assert_eq!(Left::of(12, 12), Left::Enough, "a small house that is free");
    }

    #[test]
    fn a_feed_knows_better_than_what_was_stored_and_a_change_is_told_once() {
        let board = Board::default();
        let mut changes = board.changes();
        board.note(SESSION, Left::Few);
        board.note_stored(SESSION, Left::Enough);
        assert_eq!(board.left(SESSION), Some(Left::Few));
        let generation = board.generation();
        board.note(SESSION, Left::Few);
        assert_eq!(board.generation(), generation);
        assert_eq!(changes.try_recv(), Ok((SESSION, Left::Few)));
        assert!(changes.try_recv().is_err());
    }
}
