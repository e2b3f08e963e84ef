//! The conversation with one client.
//!
//! ```text
//! connected ──hello──▶ watching ──▶ frames, own order, status … ──▶ closed
//! ```
//!
//! What the session's watchers are told, its place in the audience hears without it; it is called only where there is
//! more to do than to write. It keeps nothing for a client that does not read: its turn waits, and its place is told
//! that it fell behind.

use std::convert::Infallible;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use actix_web::web;
use domain::SessionId;
use metrics::gauge;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::allowance::Allowance;
use super::audience::{Audiences, Place, Seated};
use super::door::{self, LiveScan};
use super::inbox::Heard;
use super::own::{Own, Presented};
use super::packet::{CloseWith, Packet};
use super::socket::{End, Socket};
use crate::context::Context;
use crate::wire::live::{ClientMessage, Generation, MessageId, OwnOrder, ServerMessage};

const PING_INTERVAL: Duration = Duration::from_secs(20);

/// A client that has said nothing for so long, not even a pong, is dead.
const SILENCE_MAX: Duration = Duration::from_secs(50);

/// One client.
pub struct Connection {
    context: web::Data<Context>,
    audiences: Rc<Audiences>,
    live: actors::Session,
    presented: Presented,
    place: Rc<Place>,
    /// Once it said hello.
    seated: Option<Seated>,
    own: Option<Own>,
    allowance: Allowance,
    heard_at: Instant,
    _room: OwnedSemaphorePermit,
}

/// What happens next.
enum Event {
    Heard(Heard),
    Called,
    PingDue,
    ShuttingDown,
}

impl Connection {
    /// A client that has said nothing yet.
    pub fn new(
        context: web::Data<Context>,
        audiences: Rc<Audiences>,
        live: actors::Session,
        presented: Presented,
        socket: Socket,
        room: OwnedSemaphorePermit,
    ) -> Self {
        let now = Instant::now();
        Self {
            context,
            audiences,
            live,
            presented,
            place: Rc::new(Place::new(socket)),
            seated: None,
            own: None,
            allowance: Allowance::new(now),
            heard_at: now,
            _room: room,
        }
    }

    /// Talks until somebody hangs up.
    pub async fn converse(mut self) {
        let open = gauge!("frontrow_sockets");
        open.increment(1.0);
        let Err(end) = self.exchange().await;
        // Before the farewell, which may take a while: nothing more is watched.
        self.seated = None;
        open.decrement(1.0);
        match end {
            End::Gone => {}
            End::Close(why) => self.place.socket.close(why).await,
        }
    }

    async fn exchange(&mut self) -> Result<Infallible, End> {
        let shutdown = self.context.shutdown.clone();
        let mut shutdown = pin!(shutdown.cancelled());
        let mut pings = interval_at(Instant::now() + PING_INTERVAL, PING_INTERVAL);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let place = Rc::clone(&self.place);
        loop {
            // A client that does not take what was said has no turn.
            place.socket.taken().await?;
            let event = tokio::select! {
                heard = place.socket.hear() => Event::Heard(heard?),
                () = place.socket.called() => Event::Called,
                () = due(&mut pings) => Event::PingDue,
                () = &mut shutdown => Event::ShuttingDown,
            };
            match event {
                Event::Heard(heard) => self.hear(heard).await?,
                Event::Called => self.pay_owed().await?,
                Event::PingDue => self.ping().await?,
                Event::ShuttingDown => return Err(End::Close(CloseWith::Restart)),
            }
        }
    }

    /// Makes good for what could not be told, or not by whoever walks the audience.
    async fn pay_owed(&mut self) -> Result<(), End> {
        // What is called for the sake of what was not taken owes nothing.
        self.place.socket.taken().await?;
        let owed = self.place.take_owed();
        if let Some(seated) = &self.seated {
            if owed.snapshot {
                seated.show();
            }
            if owed.status {
                self.place.socket.taken().await?;
                seated.tell_status();
            }
        }
        if owed.own_order {
            Box::pin(self.tell_own_order()).await;
        }
        Ok(())
    }

    async fn ping(&mut self) -> Result<(), End> {
        if self.heard_at.elapsed() >= SILENCE_MAX {
            return Err(End::Close(CloseWith::SlowReader));
        }
        if self.own.as_ref().is_some_and(|own| own.is_stale) {
            Box::pin(self.tell_own_order()).await;
        }
        self.place.socket.send(&Packet::ping());
        Ok(())
    }

    async fn hear(&mut self, heard: Heard) -> Result<(), End> {
        self.heard_at = Instant::now();
        if !self.allowance.take(self.heard_at) {
            return Err(End::Close(CloseWith::Flood));
        }
        match heard {
            // Boxed, for it is large and most clients say nothing but hello.
            Heard::Text(text) => Box::pin(self.understand(&text)).await,
            Heard::Binary => Err(End::Close(CloseWith::Unsupported)),
            Heard::Ping(bytes) => {
                self.place.socket.send(&Packet::pong(bytes));
                Ok(())
            }
            Heard::Pong => Ok(()),
            Heard::Close => Err(End::Close(CloseWith::Normal)),
        }
    }

    async fn understand(&mut self, text: &str) -> Result<(), End> {
        match serde_json::from_str(text) {
            Ok(ClientMessage::Hello {
                have,
                order,
                binary,
            }) => {
                self.greet(have, binary.unwrap_or(false));
                if let Some(order) = order {
                    self.adopt(order).await;
                }
                Ok(())
            }
            Ok(ClientMessage::Resync) => {
                match &self.seated {
                    Some(seated) => seated.show(),
                    None => self.complain(None, "hello_required"),
                }
                Ok(())
            }
            Ok(ClientMessage::Scan {
                id,
                code,
                ticket_id,
                nonce,
                device,
            }) => {
                self.scan(
                    id,
                    LiveScan {
                        code,
                        ticket_id,
                        nonce,
                        device,
                    },
                )
                .await
            }
            Ok(ClientMessage::Board { id }) => self.board(id).await,
            Err(error) => {
                let is_data = error.is_data();
                let code = if is_data {
                    "invalid_message"
                } else {
                    "malformed_json"
                };
                self.complain(None, code);
                Ok(())
            }
        }
    }

    /// Begins to watch, or changes how. The place comes before the snapshot, so that nothing falls between them.
    fn greet(&mut self, have: Option<Generation>, is_binary: bool) {
        let feed = self.live.feed();
        let seated = self.seated.take();
        let seated = seated.unwrap_or_else(|| self.audiences.seat(feed, &self.place));
        self.place.set_binary(is_binary);
        if feed.shown_status() != "on_sale" {
            seated.tell_status();
        }
        let (epoch, sequence) = feed.shown_generation();
        let now = Generation { epoch, sequence };
        if have == Some(now) {
            seated.already_has(now);
        } else {
            seated.show();
        }
        self.seated = Some(seated);
    }

    /// Takes an order as the client's own, if what it presents opens it.
    async fn adopt(&mut self, wanted: OwnOrder) {
        let own = match Own::of(&self.context, &self.presented, wanted).await {
            Ok(own) => own,
            Err(problem) => return self.complain(None, problem.code()),
        };
        self.own = None;
        // Before it is read, so that no change falls between.
        self.place.set_own_order(Some(own.order));
        match own.view(&self.context, self.session_id()).await {
            Ok(order) => {
                self.own = Some(own);
                let order = Box::new(order);
                self.say(&ServerMessage::Order { order });
            }
            Err(problem) => {
                self.place.set_own_order(None);
                self.complain(None, problem.code());
            }
        }
    }

    /// Tells how the client's own order stands. If that cannot be read now, it is tried again with the
    /// next ping.
    async fn tell_own_order(&mut self) {
        let Some(own) = &self.own else { return };
        let view = own.view(&self.context, self.session_id()).await;
        if let Some(own) = &mut self.own {
            own.is_stale = view.is_err();
        }
        match view {
            Ok(order) => self.say(&ServerMessage::Order {
                order: Box::new(order),
            }),
            Err(problem) => self.complain(None, problem.code()),
        }
    }

    async fn scan(&mut self, id: MessageId, scan: LiveScan) -> Result<(), End> {
        let answer = match door::staff(&self.context, &self.presented).await? {
            Ok(person) => door::scan(&self.context, &person, self.session_id(), scan).await,
            Err(problem) => Err(problem),
        };
        match answer {
            Ok(answer) => {
                let answer = Box::new(answer);
                self.say(&ServerMessage::Verdict { id, answer });
            }
            Err(problem) => self.complain(Some(id), problem.code()),
        }
        Ok(())
    }

    async fn board(&mut self, id: Option<MessageId>) -> Result<(), End> {
        let answer = match door::staff(&self.context, &self.presented).await? {
            Ok(person) => door::board(&self.context, &person, self.session_id()).await,
            Err(problem) => Err(problem),
        };
        match answer {
            Ok(board) => self.say(&ServerMessage::Board { id, board }),
            Err(problem) => self.complain(id, problem.code()),
        }
        Ok(())
    }

    fn complain(&self, id: Option<MessageId>, code: &str) {
        self.say(&ServerMessage::Error {
            id,
            code: code.to_owned(),
        });
    }

    fn say(&self, message: &ServerMessage) {
        self.place.socket.send(&Packet::of(message));
    }

    fn session_id(&self) -> SessionId {
        self.live.info().session_id
    }
}

async fn due(interval: &mut Interval) {
    interval.tick().await;
}
