//! A session's bounded mailbox, with a lane of its own for all that must not be shed.

use std::sync::Arc;
use std::time::Duration;

use domain::seat_map::{Command, Refusal};
use thiserror::Error;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::session::postbox::{Reply, reply};

/// How many claims may wait. More are shed at once: an answer that comes too late helps nobody.
const CLAIMS_WAITING_MAX: usize = 8192;
/// How many other commands may wait; who sends one more waits for room.
const URGENT_WAITING_MAX: usize = 8192;
/// When to come back after being shed, or after an outage.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CommandError {
    /// The seat map refused it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// More is asked than can be decided: shed at once.
    #[error("the session is busy")]
    Busy {
        /// When to try again.
        retry_after: Duration,
    },
    /// Whether it was carried out is not known; the same idempotency key learns the truth.
    #[error("the session is unavailable")]
    Unavailable {
        /// When to try again.
        retry_after: Duration,
    },
}

impl CommandError {
    pub(crate) const UNAVAILABLE: Self = Self::Unavailable {
        retry_after: RETRY_AFTER,
    };
    const BUSY: Self = Self::Busy {
        retry_after: RETRY_AFTER,
    };
}

/// A command and who waits for its answer.
pub(crate) struct Message {
    pub command: Command,
    pub reply: Option<Reply>,
}

impl Message {
    /// A command of the actor's own.
    pub fn unanswered(command: Command) -> Self {
        Self {
            command,
            reply: None,
        }
    }
}

/// The end that sends.
#[derive(Clone)]
pub(crate) struct Sender(Arc<Lanes>);

struct Lanes {
    claims: mpsc::Sender<Message>,
    urgent: mpsc::Sender<Message>,
    stop: mpsc::Sender<()>,
}

/// The actor's end.
pub(crate) struct Mailbox {
    claims: mpsc::Receiver<Message>,
    urgent: mpsc::Receiver<Message>,
    stop: mpsc::Receiver<()>,
    stopping: bool,
}

/// A new mailbox.
pub(crate) fn mailbox() -> (Sender, Mailbox) {
    let (claims, claims_receiver) = mpsc::channel(CLAIMS_WAITING_MAX);
    let (urgent, urgent_receiver) = mpsc::channel(URGENT_WAITING_MAX);
    let (stop, stop_receiver) = mpsc::channel(1);
    let mailbox = Mailbox {
        claims: claims_receiver,
        urgent: urgent_receiver,
        stop: stop_receiver,
        stopping: false,
    };
    let lanes = Lanes {
        claims,
        urgent,
        stop,
    };
    (Sender(Arc::new(lanes)), mailbox)
}

impl Sender {
    /// Sends a command and waits for its answer.
    pub async fn ask(&self, command: Command) -> Result<(), CommandError> {
        let (reply, answer) = reply();
        let is_shed_first = matches!(command, Command::Claim(_) | Command::Open(_));
        let message = Message {
            command,
            reply: Some(reply),
        };
        if is_shed_first {
            self.0
                .claims
                .try_send(message)
                .map_err(|error| match error {
                    TrySendError::Full(_) => CommandError::BUSY,
                    TrySendError::Closed(_) => CommandError::UNAVAILABLE,
                })?;
        } else {
            self.0
                .urgent
                .send(message)
                .await
                .map_err(|_| CommandError::UNAVAILABLE)?;
        }
        let answer = answer.await.map_err(|_| CommandError::UNAVAILABLE)?;
        answer.map_err(CommandError::Refused)
    }

    /// Whether the actor has ended.
    pub fn is_closed(&self) -> bool {
        self.0.claims.is_closed()
    }

    /// Asks the actor to write what has gathered and end, and waits until it has.
    pub async fn stop(&self) {
        // A full channel means that somebody else has asked already.
        let _ = self.0.stop.try_send(());
        self.0.claims.closed().await;
    }

    /// How many claims wait.
    pub fn waiting(&self) -> usize {
        CLAIMS_WAITING_MAX.saturating_sub(self.0.claims.capacity())
    }
}

impl Mailbox {
    /// Waits for commands, and takes all urgent ones, and claims as there is room; once the actor
    /// is asked to end, for ever. Cancel-safe.
    pub async fn arrive(&mut self, arrived: &mut Vec<Message>, room: usize) {
        if self.stopping {
            return std::future::pending().await;
        }
        tokio::select! {
            biased;
            _ = self.stop.recv() => self.stopping = true,
            Some(message) = self.urgent.recv() => arrived.push(message),
            Some(message) = self.claims.recv(), if room > 0 => arrived.push(message),
        }
        self.take_waiting(arrived, room);
    }

    /// Takes what has arrived by now, as [`Self::arrive`] does.
    pub fn take_waiting(&mut self, arrived: &mut Vec<Message>, room: usize) {
        if self.stopping {
            return;
        }
        while let Ok(message) = self.urgent.try_recv() {
            arrived.push(message);
        }
        while arrived.len() < room
            && let Ok(message) = self.claims.try_recv()
        {
            arrived.push(message);
        }
    }

    /// Whether the actor was asked to end.
    pub fn is_stopping(&self) -> bool {
        self.stopping
    }

    /// Drops whatever arrives until `future` is done, so that its senders learn at once that
    /// they must come back. Nothing if the actor is asked to end meanwhile.
    pub async fn refuse_until<F: Future>(&mut self, future: F) -> Option<F::Output> {
        let mut future = std::pin::pin!(future);
        let mut refused = Vec::new();
        while !self.stopping {
            tokio::select! {
                biased;
                output = &mut future => return Some(output),
                () = self.arrive(&mut refused, CLAIMS_WAITING_MAX) => refused.clear(),
            }
        }
        None
    }

    /// Takes no more; whoever still waits learns that they must come back.
    pub fn close(&mut self) {
        self.claims.close();
        self.urgent.close();
    }
}
