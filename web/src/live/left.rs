//! What is left of many sessions, over one socket: for pages that list them. Nobody's seats are told here, and no
//! session is started by it.

use std::collections::HashSet;
use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use actix_web::web;
use actors::Left;
use domain::SessionId;
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use uuid::Uuid;

use super::allowance::Allowance;
use super::inbox::Heard;
use super::packet::{CloseWith, Packet};
use super::socket::{End, Socket};
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
    Left {
        sessions: Vec<SessionLeft>,
        /// What time it is, in milliseconds since 1970: sales begin by our clock.
        now: i64,
    },
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
    socket: Socket,
    watched: HashSet<SessionId>,
    allowance: Allowance,
    heard_at: Instant,
    _room: OwnedSemaphorePermit,
}

impl Listener {
    /// A client that has asked nothing yet.
    pub fn new(context: web::Data<Context>, socket: Socket, room: OwnedSemaphorePermit) -> Self {
        let now = Instant::now();
        Self {
            context,
            socket,
            watched: HashSet::new(),
            allowance: Allowance::new(now),
            heard_at: now,
            _room: room,
        }
    }

    /// Talks until somebody hangs up.
    pub async fn converse(mut self) {
        let open = metrics::gauge!("frontrow_sockets");
        open.increment(1.0);
        let Err(end) = self.exchange().await;
        open.decrement(1.0);
        match end {
            End::Gone => {}
            End::Close(why) => self.socket.close(why).await,
        }
    }

    async fn exchange(&mut self) -> Result<Infallible, End> {
        let shutdown = self.context.shutdown.clone();
        let mut shutdown = pin!(shutdown.cancelled());
        let mut pings = interval_at(Instant::now() + PING_INTERVAL, PING_INTERVAL);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut changes = self.context.app.registry.board().changes();
        loop {
            // A client that does not take what was said has no turn.
            self.socket.taken().await?;
            tokio::select! {
                heard = self.socket.hear() => self.hear(heard?)?,
                // Somebody found it broken.
                () = self.socket.called() => {}
                change = changes.recv() => match change {
                    Ok((session, left)) if self.watched.contains(&session) => self.tell(&[(session, left)]),
                    // Behind: what was missed is told as it stands now.
                    Err(RecvError::Lagged(_)) => self.tell_all(),
                    Ok(_) | Err(RecvError::Closed) => {}
                },
                _ = pings.tick() => {
                    if self.heard_at.elapsed() >= SILENCE_MAX {
                        return Err(End::Close(CloseWith::SlowReader));
                    }
                    self.socket.send(&Packet::ping());
                }
                () = &mut shutdown => return Err(End::Close(CloseWith::Restart)),
            }
        }
    }

    fn hear(&mut self, heard: Heard) -> Result<(), End> {
        self.heard_at = Instant::now();
        if !self.allowance.take(self.heard_at) {
            return Err(End::Close(CloseWith::Flood));
        }
        match heard {
            Heard::Text(text) => match serde_json::from_str(&text) {
                Ok(LeftQuestion::Watch { sessions }) if sessions.len() <= SESSIONS_MAX => {
                    self.watched = sessions.into_iter().map(SessionId).collect();
                    self.tell_all();
                }
                Ok(LeftQuestion::Watch { .. }) => self.complain("too_many_sessions"),
                Err(error) if error.is_data() => self.complain("invalid_message"),
                Err(_) => self.complain("malformed_json"),
            },
            Heard::Binary => return Err(End::Close(CloseWith::Unsupported)),
            Heard::Ping(bytes) => self.socket.send(&Packet::pong(bytes)),
            Heard::Pong => {}
            Heard::Close => return Err(End::Close(CloseWith::Normal)),
        }
        Ok(())
    }

    /// Of sessions that nobody knows, nothing is told.
    fn tell_all(&self) {
        let board = self.context.app.registry.board();
        let known = self
            .watched
            .iter()
            .filter_map(|session| Some((*session, board.left(*session)?)));
        let known: Vec<(SessionId, Left)> = known.collect();
        self.tell(&known);
    }

    fn tell(&self, sessions: &[(SessionId, Left)]) {
        let sessions = sessions.iter().map(|(session, left)| {
            let (word, count) = left_word(*left);
            SessionLeft {
                session_id: session.0,
                left: word.to_owned(),
                count,
            }
        });
        self.socket.send(&Packet::of(&LeftAnswer::Left {
            sessions: sessions.collect(),
            now: self.context.now().0,
        }));
    }

    fn complain(&self, code: &str) {
        self.socket.send(&Packet::of(&LeftAnswer::Error {
            code: code.to_owned(),
        }));
    }
}
