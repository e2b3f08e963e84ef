//! The only door to a session: starts its actor when it is needed, once, and again when it fails.

mod slot;
mod start;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dashmap::DashMap;
use domain::seat_map::Command;
use domain::{Manifest, ManifestId, OrderId, SessionId};
use sqlx::PgPool;
use thiserror::Error;
use tracing::warn;

use self::slot::Slot;
use crate::feed::OrderSessions;
use crate::session::{CommandError, Sender};
use crate::{Board, Clock, Feed, SessionInfo};

/// How the live part behaves.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Where it reads the time.
    pub clock: Clock,
    /// How long a session without open orders and watchers stays in memory.
    pub idle_after: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clock: Clock::System,
            idle_after: Duration::from_secs(600),
        }
    }
}

/// All live sessions of this process.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    pool: PgPool,
    journal_pool: PgPool,
    settings: Settings,
    slots: DashMap<SessionId, Arc<Slot>>,
    manifests: DashMap<ManifestId, Arc<Manifest>>,
    order_sessions: OrderSessions,
    board: Arc<Board>,
    /// Nothing is started any more.
    stopping: AtomicBool,
    /// Where sessions live: a caller's own runtime may end before they do.
    runtime: tokio::runtime::Handle,
}

/// One live session.
#[derive(Clone)]
pub struct Session {
    info: Arc<SessionInfo>,
    feed: Arc<Feed>,
    sender: Sender,
}

/// Why there is no session to talk to.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SessionError {
    /// There is no published session of this id.
    #[error("there is no such session")]
    Unknown,
    /// It cannot be brought back now: the database does not answer.
    #[error("the session is unavailable")]
    Unavailable {
        /// When to try again.
        retry_after: Duration,
    },
}

impl Registry {
    /// A registry without live sessions. Its sessions live on the runtime it is made on.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[must_use]
    pub fn new(pool: PgPool, settings: Settings) -> Self {
        let journal_pool = store::journal_pool(&pool);
        let inner = Inner {
            pool,
            journal_pool,
            settings,
            slots: DashMap::new(),
            manifests: DashMap::new(),
            order_sessions: Arc::default(),
            board: Arc::default(),
            stopping: AtomicBool::new(false),
            runtime: tokio::runtime::Handle::current(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The live session, started if it is not.
    ///
    /// # Errors
    /// There is no such published session, or the database does not answer.
    pub async fn session(&self, session_id: SessionId) -> Result<Session, SessionError> {
        let live = self
            .inner
            .slots
            .get(&session_id)
            .and_then(|slot| slot.live());
        match live {
            Some(session) => Ok(session),
            // Boxed, for it seldom happens, and every claim comes this way.
            None => Box::pin(self.start(session_id)).await,
        }
    }

    /// What is left of sessions, for pages that show many.
    #[must_use]
    pub fn board(&self) -> &Arc<Board> {
        &self.inner.board
    }

    /// Which live session an open order belongs to, without asking the database.
    #[must_use]
    pub fn session_of(&self, order: OrderId) -> Option<SessionId> {
        self.inner
            .order_sessions
            .get(&order)
            .map(|session| *session)
    }

    /// Starts every session that has open orders, as a process must when it begins: their timers
    /// run only while their actors live. One that cannot be started is reported and passed over.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn start_sessions_with_holds(&self) -> Result<usize, store::Error> {
        let sessions = store::journal::sessions_with_open_orders(&self.inner.pool).await?;
        for session in &sessions {
            if let Err(error) = self.session(*session).await {
                warn!(%session, %error, "a session with open orders was not started");
            }
        }
        Ok(sessions.len())
    }

    /// Ends a live session and starts it anew from what is stored, so that what was decided about it there holds.
    /// One that is not live reads it when it is started.
    pub async fn restart(&self, session_id: SessionId) {
        let slot = self.inner.slots.get(&session_id);
        let slot = slot.map(|slot| Arc::clone(&slot));
        let Some(session) = slot.and_then(|slot| slot.current()) else {
            return;
        };
        session.sender.stop().await;
        // Those who watch it must not wait for somebody to ask.
        if let Err(error) = self.session(session_id).await {
            warn!(session = %session_id, %error, "a session was not started again");
        }
    }

    /// Lets every session finish the batch it is writing, and ends it. None is started after it.
    pub async fn stop(&self) {
        self.inner.stopping.store(true, Ordering::Release);
        let slots: Vec<Arc<Slot>> = self
            .inner
            .slots
            .iter()
            .map(|slot| Arc::clone(&slot))
            .collect();
        for slot in slots {
            // Whoever holds it has not seen the flag, and may be spawning.
            let _only_one = slot.starting().await;
            if let Some(session) = slot.current() {
                session.sender.stop().await;
            }
        }
    }

    fn is_stopping(&self) -> bool {
        self.inner.stopping.load(Ordering::Acquire)
    }

    /// How many claims wait in all mailboxes, for the metrics.
    #[must_use]
    pub fn claims_waiting(&self) -> usize {
        let sessions = self.inner.slots.iter().filter_map(|slot| slot.current());
        sessions.map(|session| session.sender.waiting()).sum()
    }
}

impl Session {
    /// What never changes about it.
    #[must_use]
    pub fn info(&self) -> &Arc<SessionInfo> {
        &self.info
    }

    /// Its committed state.
    #[must_use]
    pub fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }

    /// Asks the actor. `Ok` means: decided and durable, or so already.
    ///
    /// # Errors
    /// The command is refused, shed, or its fate is not known.
    pub async fn command(&self, command: Command) -> Result<(), CommandError> {
        self.sender.ask(command).await
    }
}
