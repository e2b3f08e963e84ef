//! The session actor: one task that alone may change a session's seat map.
//!
//! Its loop is a group commit. What has arrived is decided in memory, in order; the whole batch
//! goes to the journal in one transaction while the next one gathers in the mailbox; on commit
//! everybody of the batch is answered. Nobody is answered on the strength of what is not yet durable, refusals
//! included. If a write fails or is in doubt, its batch and all that was decided after it are
//! answered `Unavailable`, the memory is dropped, and the session is taken over afresh.
//!
//! ```text
//!   load ──▶ serve ──▶ (write failed) ──▶ load …
//!              └─────▶ (idle, or asked to stop) ──▶ end
//! ```

mod core;
mod mailbox;
mod postbox;
#[cfg(test)]
mod simulation;
mod storage;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tracing::warn;

pub use self::mailbox::CommandError;
pub(crate) use self::mailbox::{Mailbox, Sender, mailbox};
pub(crate) use self::storage::Storage;

use self::core::{Batch, Core};
use self::mailbox::Message;
use self::storage::Writing;
use crate::{Clock, Feed, SessionInfo};

/// The first and the longest pause between two attempts to take the session over.
const BACKOFF_MIN: Duration = Duration::from_millis(50);
const BACKOFF_MAX: Duration = Duration::from_secs(1);

/// A session's task and what it works with.
pub(crate) struct SessionActor<S> {
    pub info: Arc<SessionInfo>,
    pub storage: Arc<S>,
    pub feed: Arc<Feed>,
    pub mailbox: Mailbox,
    pub clock: Clock,
    /// How long a session without open orders and watchers is kept.
    pub idle_after: Duration,
}

/// Why serving ended.
#[derive(PartialEq, Eq)]
enum Outcome {
    Reload,
    Stop,
}

impl<S: Storage> SessionActor<S> {
    /// Lives until it is asked to stop, or nobody has needed it for a while.
    pub async fn run(mut self) {
        while let Some(core) = self.load().await {
            if self.serve(core).await == Outcome::Stop {
                break;
            }
        }
        self.mailbox.close();
    }

    /// Takes the session over, however long it takes. Meanwhile everybody is told to come back.
    async fn load(&mut self) -> Option<Core> {
        let mut backoff = BACKOFF_MIN;
        loop {
            let attempt = storage::take_over(Arc::clone(&self.storage), self.clock.now());
            match self.mailbox.refuse_until(attempt).await? {
                Ok(loaded) => {
                    let core = Core::new(&self.info, &loaded);
                    self.feed.reset(&self.info, core.epoch(), core.map());
                    return Some(core);
                }
                Err(reason) => warn!(session = %self.info.session_id, reason, "loading failed"),
            }
            self.mailbox.refuse_until(sleep(backoff)).await?;
            backoff = (backoff * 2).min(BACKOFF_MAX);
        }
    }

    async fn serve(&mut self, mut core: Core) -> Outcome {
        let mut writing: Option<Writing> = None;
        let mut arrived: Vec<Message> = Vec::new();
        loop {
            if writing.is_none() {
                writing = self.begin_write(&mut core);
            }
            if writing.is_none() && self.mailbox.is_stopping() {
                return Outcome::Stop;
            }
            // During a write claims gather where they are: nothing is gained by deciding them one
            // by one, and being woken for each is dear.
            let room = if writing.is_none() { core.room() } else { 0 };
            let due = core.map().next_deadline();
            let wake = due.map_or(self.idle_after, |due| due.since(self.clock.now()));
            tokio::select! {
                biased;
                written = storage::finished(&mut writing) => match written {
                    Ok(batch) => {
                        // The database need not wait until everybody has been answered.
                        writing = self.begin_write(&mut core);
                        self.conclude(batch);
                    }
                    Err(reason) => {
                        // Dropping the answers of this batch and of all decided since tells
                        // everybody that the fate of their command is not known.
                        warn!(session = %self.info.session_id, reason, "a write failed or is in doubt");
                        return Outcome::Reload;
                    }
                },
                () = self.mailbox.arrive(&mut arrived, room) => self.decide(&mut core, &mut arrived),
                () = sleep(wake) => {
                    if due.is_some() {
                        core.expire_due(self.clock.now());
                    } else if writing.is_none() && self.is_idle(&core) {
                        return Outcome::Stop;
                    }
                }
            }
        }
    }

    fn decide(&self, core: &mut Core, arrived: &mut Vec<Message>) {
        // The timer is not asked while commands keep coming: what is due comes first.
        let now = self.clock.now();
        core.expire_due(now);
        arrived
            .drain(..)
            .for_each(|message| core.take(message, now));
    }

    /// Decides what waits, and begins to write what has gathered.
    fn begin_write(&mut self, core: &mut Core) -> Option<Writing> {
        let mut waiting = Vec::new();
        self.mailbox.take_waiting(&mut waiting, core.room());
        if !waiting.is_empty() {
            self.decide(core, &mut waiting);
        }
        let batch = core.next_batch()?;
        #[cfg(feature = "answer-before-commit")]
        let batch = {
            self.feed.publish(&batch.changes);
            batch.answer_too_early()
        };
        Some(Writing::begin(
            Arc::clone(&self.storage),
            core.epoch(),
            batch,
        ))
    }

    /// The batch is durable: first it is shown, so that who is answered reads their own writes.
    fn conclude(&self, batch: Batch) {
        #[cfg(not(feature = "answer-before-commit"))]
        self.feed.publish(&batch.changes);
        batch.answer();
    }

    fn is_idle(&self, core: &Core) -> bool {
        !core.map().has_open_orders() && self.feed.watchers() == 0
    }
}
