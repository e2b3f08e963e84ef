//! Webhooks on their way: sent over kept connections, a bounded number at a time, tried again with growing waits until
//! they are taken, and remembered for the control page. Knows nothing of what they say.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

use crate::mischief::Trouble;

/// More would only queue in the server that is sent to.
const SENT_AT_A_TIME: usize = 64;
/// A provider gives up on an answer after some seconds, too.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// With waits that double from a second, about an hour: a provider goes on for days, which nobody here waits for.
const ATTEMPTS_MAX: usize = 12;
/// Older ones are forgotten, so that a storm does not fill the memory.
const REMEMBERED_MAX: usize = 20_000;

/// Makes the headers that prove where a body comes from, at the time it is sent.
pub type Sign = Box<dyn Fn(&[u8], DateTime<Utc>) -> Vec<(&'static str, String)> + Send + Sync>;

/// What is to be sent.
#[derive(Debug)]
pub struct Webhook {
    /// The event's id, the same at each attempt.
    pub id: String,
    pub kind: String,
    /// The id of what it tells about.
    pub about: String,
    pub body: Bytes,
}

/// A webhook and what became of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    pub id: String,
    pub kind: String,
    pub about: String,
    pub state: State,
    pub created: DateTime<Utc>,
    pub attempts: Vec<Attempt>,
    #[serde(skip)]
    body: Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// On its way, or waiting to be tried again.
    Waiting,
    /// Answered with success.
    Delivered,
    /// Given up after the last attempt.
    Failed,
    /// Mischief kept it back.
    Dropped,
    /// No address was given.
    NotSent,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    pub at: DateTime<Utc>,
    /// The answer's status, where there was one.
    pub status: Option<u16>,
    pub took_ms: u128,
}

/// The way to one webhook address.
#[derive(Clone)]
pub struct Deliveries {
    shared: Arc<Shared>,
    queue: mpsc::UnboundedSender<Due>,
}

struct Shared {
    address: Option<String>,
    sign: Sign,
    client: reqwest::Client,
    trouble: Arc<Trouble>,
    retry_after: Duration,
    log: Mutex<Log>,
}

#[derive(Default)]
struct Log {
    by_id: HashMap<String, Delivery>,
    order: VecDeque<String>,
}

/// One sending, in the order of its time.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Instant,
    id: String,
    body: Bytes,
}

impl Deliveries {
    /// Starts the task that sends; it ends with the last handle. Without an address, all is only remembered.
    pub fn start(
        address: Option<String>,
        sign: Sign,
        client: reqwest::Client,
        trouble: Arc<Trouble>,
        retry_after: Duration,
    ) -> Self {
        let (queue, due) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            address,
            sign,
            client,
            trouble,
            retry_after,
            log: Mutex::default(),
        });
        tokio::spawn(send_when_due(shared.clone(), due, queue.downgrade()));
        Self { shared, queue }
    }

    /// Sends a webhook, unless mischief wills otherwise.
    pub fn post(&self, webhook: Webhook) {
        let delays = self.shared.trouble.webhook_delays();
        let state = match (&self.shared.address, delays.is_empty()) {
            (None, _) => State::NotSent,
            (Some(_), true) => State::Dropped,
            (Some(_), false) => State::Waiting,
        };
        let Webhook {
            id,
            kind,
            about,
            body,
        } = webhook;
        self.shared.log().remember(Delivery {
            id: id.clone(),
            kind,
            about,
            state,
            created: Utc::now(),
            attempts: Vec::new(),
            body: body.clone(),
        });
        if state == State::Waiting {
            for delay in delays {
                self.send(&id, &body, delay);
            }
        }
    }

    /// Sends a webhook once more, whatever became of it. False if it is unknown, or there is no address.
    pub fn resend(&self, id: &str) -> bool {
        if self.shared.address.is_none() {
            return false;
        }
        let body = match self.shared.log().by_id.get_mut(id) {
            None => return false,
            Some(delivery) => {
                delivery.state = State::Waiting;
                delivery.body.clone()
            }
        };
        self.send(id, &body, Duration::ZERO);
        true
    }

    /// The newest first.
    pub fn newest(&self, most: usize) -> Vec<Delivery> {
        let log = self.shared.log();
        let newest = log.order.iter().rev().take(most);
        newest.filter_map(|id| log.by_id.get(id)).cloned().collect()
    }

    /// How many are in each state.
    pub fn counts(&self) -> HashMap<&'static str, usize> {
        let mut counts = HashMap::new();
        for delivery in self.shared.log().by_id.values() {
            *counts.entry(delivery.state.name()).or_default() += 1;
        }
        counts
    }

    /// The body as it was sent.
    pub fn body(&self, id: &str) -> Option<Bytes> {
        self.shared
            .log()
            .by_id
            .get(id)
            .map(|delivery| delivery.body.clone())
    }

    pub fn forget_all(&self) {
        *self.shared.log() = Log::default();
    }

    fn send(&self, id: &str, body: &Bytes, delay: Duration) {
        let due = Due {
            at: Instant::now() + delay,
            id: id.to_owned(),
            body: body.clone(),
        };
        // The task ends only when all handles are gone.
        let _ = self.queue.send(due);
    }
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
            Self::NotSent => "notSent",
        }
    }
}

impl Shared {
    fn log(&self) -> MutexGuard<'_, Log> {
        // A log that a panic left is still a log.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends once. The wait until the next attempt, if there is to be one.
    async fn attempt(&self, due: &Due) -> Option<Duration> {
        let began = Instant::now();
        let at = Utc::now();
        let mut request = self
            .client
            .post(self.address.as_deref().unwrap_or_default())
            .timeout(ANSWER_TIMEOUT)
            .header("content-type", "application/json; charset=utf-8")
            .body(due.body.clone());
        for (name, value) in (self.sign)(&due.body, at) {
            request = request.header(name, value);
        }
        let status = match request.send().await {
            Ok(answer) => {
                let status = answer.status();
                // Read to its end, or the connection is not used again.
                let _ = answer.bytes().await;
                Some(status)
            }
            Err(_) => None,
        };
        let attempt = Attempt {
            at,
            status: status.map(|status| status.as_u16()),
            took_ms: began.elapsed().as_millis(),
        };
        let taken = status.is_some_and(|status| status.is_success());
        let failures = self.log().note(&due.id, attempt, taken)?;
        let doubled = 1_u32 << u32::try_from(failures - 1).unwrap_or(u32::MAX).min(20);
        Some(self.retry_after.saturating_mul(doubled))
    }
}

impl Log {
    fn remember(&mut self, delivery: Delivery) {
        if self.order.len() >= REMEMBERED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_id.remove(&oldest);
        }
        self.order.push_back(delivery.id.clone());
        self.by_id.insert(delivery.id.clone(), delivery);
    }

    /// Writes an attempt down. How many have failed, if it is to be tried again.
    fn note(&mut self, id: &str, attempt: Attempt, taken: bool) -> Option<usize> {
        // One that was forgotten meanwhile is not tried again.
        let delivery = self.by_id.get_mut(id)?;
        delivery.attempts.push(attempt);
        if taken {
            delivery.state = State::Delivered;
            return None;
        }
        // A second copy that fails does not undo the first that was taken.
        if delivery.state == State::Delivered {
            return None;
        }
        if delivery.attempts.len() >= ATTEMPTS_MAX {
            delivery.state = State::Failed;
            return None;
        }
        Some(delivery.attempts.len())
    }
}

async fn send_when_due(
    shared: Arc<Shared>,
    mut queue: mpsc::UnboundedReceiver<Due>,
    again: mpsc::WeakUnboundedSender<Due>,
) {
    let permits = Arc::new(Semaphore::new(SENT_AT_A_TIME));
    let mut waiting = BinaryHeap::new();
    loop {
        let next = waiting.peek().map(|Reverse(Due { at, .. })| *at);
        tokio::select! {
            due = queue.recv() => match due {
                None => return,
                Some(due) => waiting.push(Reverse(due)),
            },
            () = tokio::time::sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {}
        }
        while let Some(due) = pop_due(&mut waiting, &shared.trouble) {
            let permit = permits
                .clone()
                .acquire_owned()
                .await
                .expect("the semaphore is never closed");
            let (shared, again) = (shared.clone(), again.clone());
            tokio::spawn(async move {
                let wait = shared.attempt(&due).await;
                drop(permit);
                if let (Some(wait), Some(again)) = (wait, again.upgrade()) {
                    let at = Instant::now() + wait;
                    let _ = again.send(Due { at, ..due });
                }
            });
        }
    }
}

/// The next one whose time has come. Those of a provider that is away wait until it is back.
fn pop_due(waiting: &mut BinaryHeap<Reverse<Due>>, trouble: &Trouble) -> Option<Due> {
    let now = Instant::now();
    loop {
        if waiting.peek()?.0.at > now {
            return None;
        }
        let Reverse(due) = waiting.pop()?;
        match trouble.away_for() {
            None => return Some(due),
            Some(rest) => waiting.push(Reverse(Due {
                at: now + rest,
                ..due
            })),
        }
    }
}
