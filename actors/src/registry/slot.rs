//! The place of one session in the registry: who is live, and the right to start the next one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{Mutex, MutexGuard};

use crate::{Feed, Session};

/// At most one session is live here, and at most one start is under way.
#[derive(Default)]
pub(super) struct Slot {
    current: RwLock<Option<Session>>,
    /// Whether the session's feed has been told all that is stored, steps included. It stays so:
    /// the next actor of this slot goes on with the same feed.
    is_ready: AtomicBool,
    starting: Mutex<()>,
}

impl Slot {
    /// The session, unless it has ended or nobody may have it yet.
    pub fn live(&self) -> Option<Session> {
        self.current()
            .filter(|_| self.is_ready.load(Ordering::Acquire))
    }

    /// From now on everybody may have the session.
    pub fn set_ready(&self) {
        self.is_ready.store(true, Ordering::Release);
    }

    /// The session, unless its actor has ended.
    pub fn current(&self) -> Option<Session> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current
            .clone()
            .filter(|session| !session.sender.is_closed())
    }

    /// The feed of the last session: watchers of it must hear from the next one.
    pub fn last_feed(&self) -> Option<Arc<Feed>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().map(|session| Arc::clone(&session.feed))
    }

    pub fn set(&self, session: Session) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(session);
    }

    /// Waits for a start that is under way.
    pub async fn starting(&self) -> MutexGuard<'_, ()> {
        self.starting.lock().await
    }

    /// Whether no actor runs here, nobody is starting, and nobody watches: who does must hear from
    /// the next actor, through the feed that is kept here.
    pub fn is_vacant(&self) -> bool {
        self.current().is_none()
            && self.last_feed().is_none_or(|feed| feed.watchers() == 0)
            && self.starting.try_lock().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Handle;

    use super::*;
    use crate::session::mailbox;
    use crate::test_house;

    #[tokio::test]
    async fn a_slot_is_kept_while_its_feed_is_watched_though_its_actor_has_ended() {
        let info = test_house::info(&[10], &[]);
        let feed = Feed::new(Arc::clone(&info), Arc::default(), &Handle::current());
        let (sender, mailbox) = mailbox();
        let slot = Slot::default();
        let watcher = feed.watch();
        slot.set(Session { info, feed, sender });
        drop(mailbox);
        assert!(slot.current().is_none());
        assert!(!slot.is_vacant());
        drop(watcher);
        assert!(slot.is_vacant());
    }
}
