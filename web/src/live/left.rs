//! What is left of many sessions, over one socket: for pages that list them. Nobody's seats are told here, and no
//! session is started by it.

use std::collections::HashSet;
use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use actix_web::web;
use actix_ws::{AggregatedMessage, AggregatedMessageStream};
use actors::Left;
use domain::SessionId;
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use uuid::Uuid;

use super::allowance::Allowance;
use super::outbox::{CloseWith, End, Outbox};
use crate::context::Context;
use crate::discovery::left_word;

const PING_INTERVAL: Duration = Duration::from_secs(20);

/// A client that has said nothing for so long, not even a pong, is dead.
const SILENCE_MAX: Duration = Duration::from_secs(50);

/// A page lists fewer sessions.
const SESSIONS_MAX: usize = 400;

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum LeftQuestion {
    /// Which sessions it shows; said again, others.
    Watch { sessions: Vec<Uuid> },
}

/// What the server says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum LeftAnswer {
    /// What is left of sessions: of all that are watched, then of those that change.
    Left { sessions: Vec<SessionLeft> },
    /// A message could not be followed.
    Error { code: String },
}

/// What is left of a session.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SessionLeft {
    pub session_id: Uuid,
    /// `nothing`, `last`, `few` or `enough`.
    pub left: String,
    /// How many, where it is `last`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub count: Option<u32>,
}

/// One client.
pub struct Listener {
    context: web::Data<Context>,
    outbox: Outbox,
    watched: HashSet<SessionId>,
    allowance: Allowance,
    heard_at: Instant,
    _room: OwnedSemaphorePermit,
}

impl Listener {
    /// A client that has asked nothing yet.
    pub async fn new(
        context: web::Data<Context>,
        session: actix_ws::Session,
        room: OwnedSemaphorePermit,
    ) -> Self {
        let now = Instant::now();
        Self {
            context,
            outbox: Outbox::new(session).await,
            watched: HashSet::new(),
            allowance: Allowance::new(now),
            heard_at: now,
            _room: room,
        }
    }

    /// Talks until somebody hangs up.
    pub async fn converse(mut self, mut stream: AggregatedMessageStream) {
        let open = metrics::gauge!("frontrow_sockets");
        open.increment(1.0);
        let Err(end) = self.exchange(&mut stream).await;
        open.decrement(1.0);
        match end {
            End::Gone => {}
            End::Close(why) => self.outbox.close(stream, why).await,
        }
    }

    async fn exchange(&mut self, stream: &mut AggregatedMessageStream) -> Result<Infallible, End> {
        let shutdown = self.context.shutdown.clone();
        let mut shutdown = pin!(shutdown.cancelled());
        let mut pings = interval_at(Instant::now() + PING_INTERVAL, PING_INTERVAL);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut changes = self.context.app.registry.board().changes();
        loop {
            tokio::select! {
                message = stream.recv() => match message {
                    None => return Err(End::Gone),
                    Some(Err(_)) => return Err(End::Close(CloseWith::Protocol)),
                    Some(Ok(message)) => self.hear(message).await?,
                },
                change = changes.recv() => match change {
                    Ok((session, left)) if self.watched.contains(&session) => self.tell(&[(session, left)]).await?,
                    // Behind: what was missed is told as it stands now.
                    Err(RecvError::Lagged(_)) => self.tell_all().await?,
                    Ok(_) | Err(RecvError::Closed) => {}
                },
                _ = pings.tick() => {
                    if self.heard_at.elapsed() >= SILENCE_MAX {
                        return Err(End::Close(CloseWith::SlowReader));
                    }
                    self.outbox.ping().await?;
                }
                () = &mut shutdown => return Err(End::Close(CloseWith::Restart)),
            }
        }
    }

    async fn hear(&mut self, message: AggregatedMessage) -> Result<(), End> {
        self.heard_at = Instant::now();
        if !self.allowance.take(self.heard_at) {
            return Err(End::Close(CloseWith::Flood));
        }
        match message {
            AggregatedMessage::Text(text) => match serde_json::from_str(&text) {
                Ok(LeftQuestion::Watch { sessions }) if sessions.len() <= SESSIONS_MAX => {
                    self.watched = sessions.into_iter().map(SessionId).collect();
                    self.tell_all().await
                }
                Ok(LeftQuestion::Watch { .. }) => self.complain("too_many_sessions").await,
                Err(error) if error.is_data() => self.complain("invalid_message").await,
                Err(_) => self.complain("malformed_json").await,
            },
            AggregatedMessage::Binary(_) => Err(End::Close(CloseWith::Unsupported)),
            AggregatedMessage::Ping(bytes) => self.outbox.pong(&bytes).await,
            AggregatedMessage::Pong(_) => Ok(()),
            AggregatedMessage::Close(_) => Err(End::Close(CloseWith::Normal)),
        }
    }

    /// Of sessions that nobody knows, nothing is told.
    async fn tell_all(&mut self) -> Result<(), End> {
        let board = self.context.app.registry.board();
        let known = self
            .watched
            .iter()
            .filter_map(|session| Some((*session, board.left(*session)?)));
        let known: Vec<(SessionId, Left)> = known.collect();
        self.tell(&known).await
    }

    async fn tell(&mut self, sessions: &[(SessionId, Left)]) -> Result<(), End> {
        let sessions = sessions.iter().map(|(session, left)| {
            let (word, count) = left_word(*left);
            SessionLeft {
                session_id: session.0,
                left: word.to_owned(),
                count,
            }
        });
        self.outbox
            .say(&LeftAnswer::Left {
                sessions: sessions.collect(),
            })
            .await
    }

    async fn complain(&mut self, code: &str) -> Result<(), End> {
        self.outbox
            .say(&LeftAnswer::Error {
                code: code.to_owned(),
            })
            .await
    }
}
