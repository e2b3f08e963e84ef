//! The way into the inbox of webhooks: whoever comes while others are being written is written with the next.
//!
//! Providers send in bursts, and wait for the answer. Written one by one, each delivery would cost a commit of its own,
//! and those behind it would wait; together they cost one.

use std::sync::{Arc, Mutex};

use domain::order::Provider;
use sqlx::PgPool;
use store::webhooks::NewEvent;
use tokio::sync::{Semaphore, oneshot};

/// As many as one statement writes.
const BATCH_MAX: usize = 256;

/// How many statements are under way: while one waits for the disk, the next gathers.
const WRITERS: usize = 2;

/// Whether a delivery was new, or why nobody knows.
type Stored = Result<bool, Arc<store::Error>>;

/// A delivery that waits.
struct Waiting {
    provider: Provider,
    event_id: String,
    kind: String,
    body: Vec<u8>,
    answer: oneshot::Sender<Stored>,
}

/// Deliveries that wait, and who may write them.
pub struct Inbox {
    waiting: Arc<Mutex<Vec<Waiting>>>,
    writers: Arc<Semaphore>,
}

impl Default for Inbox {
    fn default() -> Self {
        Self {
            waiting: Arc::default(),
            writers: Arc::new(Semaphore::new(WRITERS)),
        }
    }
}

impl Inbox {
    /// Stores a delivery, unless it was stored before; whether it was new.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn put(&self, pool: &PgPool, event: NewEvent<'_>) -> Stored {
        let (answer, answered) = oneshot::channel();
        self.waiting().push(Waiting {
            provider: event.provider,
            event_id: event.event_id.to_owned(),
            kind: event.kind.to_owned(),
            body: event.body.to_vec(),
            answer,
        });
        let mut answered = std::pin::pin!(answered);
        loop {
            tokio::select! {
                biased;
                answer = &mut answered => return told(answer),
                turn = self.writers.clone().acquire_owned() => {
                    let turn = turn.expect("it is never closed");
                    let batch = self.take();
                    if batch.is_empty() {
                        // Another took ours, and is about to answer.
                        drop(turn);
                        return told((&mut answered).await);
                    }
                    let pool = pool.clone();
                    // A task of its own: whoever came first may go away, and the others still wait.
                    tokio::spawn(async move {
                        write(&pool, batch).await;
                        drop(turn);
                    });
                }
            }
        }
    }

    fn take(&self) -> Vec<Waiting> {
        let mut waiting = self.waiting();
        let len = waiting.len().min(BATCH_MAX);
        waiting.drain(..len).collect()
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().expect("nobody panics with it")
    }
}

/// A writer is never dropped before it has answered, but with its whole runtime.
fn told(answer: Result<Stored, oneshot::error::RecvError>) -> Stored {
    answer.unwrap_or_else(|_| Err(Arc::new(store::Error::WorkerCrashed)))
}

async fn write(pool: &PgPool, batch: Vec<Waiting>) {
    let events = batch.iter().map(|waiting| NewEvent {
        provider: waiting.provider,
        event_id: &waiting.event_id,
        kind: &waiting.kind,
        body: &waiting.body,
    });
    let events: Vec<NewEvent<'_>> = events.collect();
    let stored = store::webhooks::store(pool, &events).await;
    let stored = stored.map_err(Arc::new);
    for (number, waiting) in batch.into_iter().enumerate() {
        let answer = match &stored {
            Ok(stored) => Ok(stored[number]),
            Err(error) => Err(error.clone()),
        };
        // Nobody listens where the provider has gone away.
        let _ = waiting.answer.send(answer);
    }
}
