//! Where decisions become durable, and the one write that may be in flight.

use std::sync::Arc;

use domain::Timestamp;
use domain::seat_map::Change;
use store::journal::{Journal, JournalError, Loaded, PATIENCE};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use crate::session::core::{Answers, Batch};

/// The journal, or in a simulation one that fails, doubts and delays.
pub(crate) trait Storage: Send + Sync + 'static {
    /// Takes the session over and reads it.
    fn take_over(
        &self,
        now: Timestamp,
    ) -> impl Future<Output = Result<Loaded, JournalError>> + Send;

    /// Makes a batch durable.
    fn write(
        &self,
        epoch: u32,
        changes: &[Change],
    ) -> impl Future<Output = Result<(), JournalError>> + Send;
}

impl Storage for Journal {
    async fn take_over(&self, now: Timestamp) -> Result<Loaded, JournalError> {
        Journal::take_over(self, now).await
    }

    async fn write(&self, epoch: u32, changes: &[Change]) -> Result<(), JournalError> {
        Journal::write(self, epoch, changes).await
    }
}

/// A batch on its way to the storage.
///
/// The write runs in a task of its own: given up after the timeout, it still ends by itself, and
/// its connection is never abandoned in the middle of a statement. The answers stay with the
/// actor: whoever waits is told at once when the write is given up, or when the actor falls.
pub(super) struct Writing {
    answers: Answers,
    task: JoinHandle<(Vec<Change>, Result<(), JournalError>)>,
    began: Instant,
}

impl Writing {
    pub fn begin<S: Storage>(storage: Arc<S>, epoch: u32, batch: Batch) -> Self {
        let Batch { changes, answers } = batch;
        let task = tokio::spawn(async move {
            let written = storage.write(epoch, &changes).await;
            (changes, written)
        });
        Self {
            answers,
            task,
            began: Instant::now(),
        }
    }
}

/// Waits for the write in flight, and for ever if there is none. Cancel-safe.
pub(super) async fn finished(writing: &mut Option<Writing>) -> Result<Batch, String> {
    let Some(in_flight) = writing else {
        return std::future::pending().await;
    };
    let deadline = in_flight.began + PATIENCE;
    let finished = timeout_at(deadline, &mut in_flight.task).await;
    let Writing { answers, began, .. } = writing.take().expect("a write is in flight");
    let (changes, written) = match finished {
        Ok(joined) => joined.map_err(|error| error.to_string())?,
        Err(_) => return Err("the write timed out".to_owned()),
    };
    written.map_err(|error| error.to_string())?;
    metrics::histogram!("frontrow_commit_seconds").record(began.elapsed());
    Ok(Batch { changes, answers })
}

/// Takes the session over in a task of its own, for the same reason.
pub(super) async fn take_over<S: Storage>(
    storage: Arc<S>,
    now: Timestamp,
) -> Result<Loaded, String> {
    let task = tokio::spawn(async move { storage.take_over(now).await });
    let joined = timeout_at(Instant::now() + PATIENCE, task).await;
    let loaded = joined.map_err(|_| "taking over timed out".to_owned())?;
    loaded
        .map_err(|error| error.to_string())?
        .map_err(|error| error.to_string())
}
