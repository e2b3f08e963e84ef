//! The way into the inbox of webhooks: those that come together are written together, for providers send in bursts and
//! wait for the answer.

use std::sync::Arc;

use store::Lines;
use store::webhooks::NewEvent;

use crate::gathering::{Gathering, Written, to_each};

/// How many batches are under way.
const WRITERS: usize = 2;

/// Deliveries that wait.
pub struct Inbox(Gathering<NewEvent, Written<bool>>);

impl Default for Inbox {
    fn default() -> Self {
        Self(Gathering::of(WRITERS))
    }
}

impl Inbox {
    /// Stores a delivery, unless it was stored before; whether it was new.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn put(&self, lines: &Lines, event: NewEvent) -> Written<bool> {
        let write = |events| write(lines.clone(), events);
        let stored = self.0.put(event, write).await;
        stored.unwrap_or_else(|| Err(Arc::new(store::Error::WorkerCrashed)))
    }
}

async fn write(lines: Lines, events: Vec<NewEvent>) -> Vec<Written<bool>> {
    let stored = async {
        let mut line = lines.take().await?;
        let stored = store::webhooks::store(&mut *line, &events).await;
        line.keep_after(stored)
    };
    to_each(stored.await, events.len())
}
