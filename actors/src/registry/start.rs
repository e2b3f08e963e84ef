//! Starting a session: read what never changes, let an actor take it over, and watch that actor.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use domain::seat_map::{GRACE, Rules};
use domain::{Manifest, ManifestId, SessionId};
use store::catalogue::{self, LiveSession, SessionStatus};
use store::journal::{self, Grace, Journal};
use tokio::task::JoinHandle;
use tracing::{error, info, warn};

use crate::registry::slot::Slot;
use crate::registry::{Registry, Session, SessionError};
use crate::session::{SessionActor, mailbox};
use crate::{Feed, SessionInfo, Steps};

/// How many times its hold time an order may live in all: its opening, its first claim, its
/// extension, and once more for payments that fail.
const LIFE_IN_HOLDS: u32 = 4;
/// How long somebody waits for a session that is being loaded.
const LOAD_TIMEOUT: Duration = Duration::from_secs(5);
/// The pause before a session is started again whose actor panicked.
const PANIC_PAUSE: Duration = Duration::from_millis(200);

const UNAVAILABLE: SessionError = SessionError::Unavailable {
    retry_after: Duration::from_secs(1),
};

impl Registry {
    /// Starts a session, or waits for whoever is starting it. Nobody waits longer than the load
    /// may take, however many wait before them.
    pub(super) async fn start(&self, session_id: SessionId) -> Result<Session, SessionError> {
        let started = tokio::time::timeout(LOAD_TIMEOUT, self.start_in_turn(session_id)).await;
        let started = started.unwrap_or(Err(UNAVAILABLE));
        if started.is_err() {
            self.vacate(session_id);
        }
        started
    }

    /// Cancel-safe: whoever comes next goes on where this was dropped.
    async fn start_in_turn(&self, session_id: SessionId) -> Result<Session, SessionError> {
        loop {
            let slot = Arc::clone(self.inner.slots.entry(session_id).or_default().value());
            let _only_one = slot.starting().await;
            if self.is_stopping() {
                return Err(UNAVAILABLE);
            }
            // A slot that was vacated while this start waited for its turn is nobody's door.
            let found = self.inner.slots.get(&session_id);
            if found.is_none_or(|found| !Arc::ptr_eq(&found, &slot)) {
                continue;
            }
            // Whoever was before this one has read it all: a crowd that comes at once must not read it once each.
            if let Some(live) = slot.live() {
                return Ok(live);
            }
            let began = std::time::Instant::now();
            let (session, is_new) = match slot.current() {
                Some(session) => (session, false),
                None => (self.spawn(session_id, &slot).await?, true),
            };
            session.feed.loaded().await;
            self.note_stored_steps(&session).await?;
            slot.set_ready();
            if is_new {
                metrics::histogram!("frontrow_session_start_seconds").record(began.elapsed());
            }
            return Ok(session);
        }
    }

    /// Spawns an actor, and a task that starts it again if it panics.
    async fn spawn(&self, session_id: SessionId, slot: &Slot) -> Result<Session, SessionError> {
        let info = Arc::new(self.read_info(session_id).await?);
        let feed = slot.last_feed().unwrap_or_else(|| {
            let order_sessions = Arc::clone(&self.inner.order_sessions);
            Feed::new(Arc::clone(&info), order_sessions, &self.inner.runtime)
        });
        feed.report_to(Arc::clone(&self.inner.board));
        let (sender, mailbox) = mailbox();
        let grace = Grace {
            at_least: GRACE,
            max_life: info.rules.max_life,
        };
        let actor = SessionActor {
            info: Arc::clone(&info),
            storage: Arc::new(Journal::new(
                self.inner.journal_pool.clone(),
                session_id,
                grace,
            )),
            feed: Arc::clone(&feed),
            mailbox,
            clock: self.inner.settings.clock,
            idle_after: self.inner.settings.idle_after,
        };
        self.watch_over(session_id, self.inner.runtime.spawn(actor.run()));
        info!(session = %session_id, "a session is live");
        let session = Session { info, feed, sender };
        slot.set(session.clone());
        Ok(session)
    }

    /// Starts a session again whose actor panics, and forgets one whose actor is done.
    fn watch_over(&self, session_id: SessionId, running: JoinHandle<()>) {
        let registry = self.clone();
        // Boxed, since a start spawns this and this starts again.
        let watching: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
            let Err(error) = running.await else {
                registry.vacate(session_id);
                return;
            };
            error!(session = %session_id, %error, "a session's actor ended in the middle");
            // Until it is started again, no timer of its orders runs.
            loop {
                tokio::time::sleep(PANIC_PAUSE).await;
                match registry.session(session_id).await {
                    Err(SessionError::Unavailable { .. }) if !registry.is_stopping() => {}
                    Err(SessionError::Unavailable { .. } | SessionError::Unknown) | Ok(_) => return,
                }
            }
        });
        self.inner.runtime.spawn(watching);
    }

    /// Forgets a session that is not live, unless somebody is starting it.
    fn vacate(&self, session_id: SessionId) {
        self.inner
            .slots
            .remove_if(&session_id, |_, slot| slot.is_vacant());
    }

    async fn read_info(&self, session_id: SessionId) -> Result<SessionInfo, SessionError> {
        let live = catalogue::live_session(&self.inner.pool, session_id).await;
        let live = live.map_err(|error| unavailable(session_id, &error))?;
        let live = live.ok_or(SessionError::Unknown)?;
        let manifest = self.manifest(session_id, live.manifest_id).await?;
        Ok(session_info(live, manifest))
    }

    /// A manifest, shared by all sessions that were published from it.
    async fn manifest(
        &self,
        session_id: SessionId,
        manifest_id: ManifestId,
    ) -> Result<Arc<Manifest>, SessionError> {
        if let Some(manifest) = self.inner.manifests.get(&manifest_id) {
            return Ok(Arc::clone(&manifest));
        }
        let manifest = catalogue::manifest(&self.inner.pool, manifest_id).await;
        let manifest = manifest.map_err(|error| unavailable(session_id, &error))?;
        let manifest = Arc::new(manifest.ok_or(SessionError::Unknown)?);
        self.inner
            .manifests
            .insert(manifest_id, Arc::clone(&manifest));
        Ok(manifest)
    }

    /// Steps that were noted in this process are newer than what was stored before.
    async fn note_stored_steps(&self, session: &Session) -> Result<(), SessionError> {
        let session_id = session.info.session_id;
        let stored = journal::steps(&self.inner.pool, session_id).await;
        let stored = stored
            .map_err(|error| unavailable(session_id, &error))?
            .into_iter();
        let steps = stored.map(|(order, amount, address)| (order, Steps { amount, address }));
        session.feed.note_stored_steps(steps.collect());
        Ok(())
    }
}

fn unavailable(session_id: SessionId, error: &store::Error) -> SessionError {
    warn!(session = %session_id, %error, "a session cannot be read");
    UNAVAILABLE
}

fn session_info(live: LiveSession, manifest: Arc<Manifest>) -> SessionInfo {
    let hold = Duration::from_secs(u64::from(live.hold_secs));
    let rules = Rules {
        max_per_order: live.max_per_order,
        max_per_buyer: live.max_per_buyer,
        hold,
        max_life: hold * LIFE_IN_HOLDS,
        on_sale_from: live.on_sale_from,
        on_sale_until: live.on_sale_until,
        stopped: live.status != SessionStatus::OnSale,
    };
    SessionInfo {
        session_id: live.session_id,
        manifest,
        prices: live.prices,
        currency: live.currency,
        status: live.status,
        rules,
    }
}
