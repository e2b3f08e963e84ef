//! The conversation with one client.
//!
//! ```text
//! connected ──hello──▶ watching ──▶ frames, own order, status … ──▶ closed
//! ```
//!
//! It knows which generation the client has, and sends a frame only if it begins there; else a
//! snapshot. It keeps nothing for a client that does not read: its turn waits, and its watcher is
//! told that it fell behind.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use actix_web::web;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, ProtocolError};
use actors::{Frame, Watcher, WatcherEvent};
use domain::{OrderId, SessionId};
use metrics::gauge;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::allowance::Allowance;
use super::door::{self, LiveScan};
use super::outbox::{CloseWith, End, Outbox};
use super::own::{Own, Presented};
use crate::context::Context;
use crate::wire::live::{ClientMessage, Generation, MessageId, OwnOrder, ServerMessage};

const PING_INTERVAL: Duration = Duration::from_secs(20);

/// A client that has said nothing for so long, not even a pong, is dead.
const SILENCE_MAX: Duration = Duration::from_secs(50);

/// One client.
pub struct Connection {
    context: web::Data<Context>,
    live: actors::Session,
    presented: Presented,
    outbox: Outbox,
    watching: Option<Watching>,
    own: Option<Own>,
    allowance: Allowance,
    heard_at: Instant,
    _room: OwnedSemaphorePermit,
}

/// What a client that said hello has.
struct Watching {
    watcher: Watcher,
    has: Generation,
    binary: bool,
}

/// What happens next.
enum Event {
    Heard(Option<Result<AggregatedMessage, ProtocolError>>),
    Fed(WatcherEvent),
    PingDue,
    ShuttingDown,
}

impl Connection {
    /// A client that has said nothing yet.
    pub async fn new(
        context: web::Data<Context>,
        live: actors::Session,
        presented: Presented,
        session: actix_ws::Session,
        room: OwnedSemaphorePermit,
    ) -> Self {
        let now = Instant::now();
        Self {
            context,
            live,
            presented,
            outbox: Outbox::new(session).await,
            watching: None,
            own: None,
            allowance: Allowance::new(now),
            heard_at: now,
            _room: room,
        }
    }

    /// Talks until somebody hangs up.
    pub async fn converse(mut self, mut stream: AggregatedMessageStream) {
        let open = gauge!("frontrow_sockets");
        open.increment(1.0);
        let Err(end) = self.exchange(&mut stream).await;
        // Before the farewell, which may take a while: nothing more is watched.
        self.watching = None;
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
        loop {
            let event = tokio::select! {
                message = stream.recv() => Event::Heard(message),
                event = next(&mut self.watching) => Event::Fed(event),
                () = due(&mut pings) => Event::PingDue,
                () = &mut shutdown => Event::ShuttingDown,
            };
            self.react(event).await?;
        }
    }

    async fn react(&mut self, event: Event) -> Result<(), End> {
        match event {
            Event::Heard(message) => self.hear(message).await,
            Event::Fed(WatcherEvent::Frame(frame)) => self.pass_on(&frame).await,
            Event::Fed(WatcherEvent::Orders(orders)) => self.tell_own_order_if_among(&orders).await,
            Event::Fed(WatcherEvent::Status(status)) => self.tell_status(status).await,
            Event::Fed(WatcherEvent::Resync) => {
                self.send_snapshot().await?;
                self.tell_own_order().await
            }
            Event::PingDue => self.ping().await,
            Event::ShuttingDown => Err(End::Close(CloseWith::Restart)),
        }
    }

    async fn ping(&mut self) -> Result<(), End> {
        if self.heard_at.elapsed() >= SILENCE_MAX {
            return Err(End::Close(CloseWith::SlowReader));
        }
        if self.own.as_ref().is_some_and(|own| own.is_stale) {
            self.tell_own_order().await?;
        }
        self.outbox.ping().await
    }

    async fn hear(
        &mut self,
        message: Option<Result<AggregatedMessage, ProtocolError>>,
    ) -> Result<(), End> {
        let message = match message {
            None => return Err(End::Gone),
            Some(Err(error)) => return Err(End::Close(fault(&error))),
            Some(Ok(message)) => message,
        };
        self.heard_at = Instant::now();
        if !self.allowance.take(self.heard_at) {
            return Err(End::Close(CloseWith::Flood));
        }
        match message {
            AggregatedMessage::Text(text) => self.understand(&text).await,
            AggregatedMessage::Binary(_) => Err(End::Close(CloseWith::Unsupported)),
            AggregatedMessage::Ping(bytes) => self.outbox.pong(&bytes).await,
            AggregatedMessage::Pong(_) => Ok(()),
            AggregatedMessage::Close(_) => Err(End::Close(CloseWith::Normal)),
        }
    }

    async fn understand(&mut self, text: &str) -> Result<(), End> {
        match serde_json::from_str(text) {
            Ok(ClientMessage::Hello {
                have,
                order,
                binary,
            }) => {
                self.greet(have, binary.unwrap_or(false)).await?;
                match order {
                    Some(order) => self.adopt(order).await,
                    None => Ok(()),
                }
            }
            Ok(ClientMessage::Resync) => self.send_snapshot().await,
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
            Err(error) if error.is_data() => self.complain(None, "invalid_message").await,
            Err(_) => self.complain(None, "malformed_json").await,
        }
    }

    /// Begins to watch, or changes how. The watcher comes before the snapshot, so that nothing falls
    /// between them.
    async fn greet(&mut self, have: Option<Generation>, binary: bool) -> Result<(), End> {
        let feed = self.live.feed();
        if let Some(watching) = &mut self.watching {
            watching.binary = binary;
        } else {
            let nothing = Generation {
                epoch: 0,
                sequence: 0,
            };
            self.watching = Some(Watching {
                watcher: feed.watch(),
                has: nothing,
                binary,
            });
        }
        let status = feed.status();
        if status != "on_sale" {
            self.tell_status(status).await?;
        }
        let (epoch, sequence) = self.live.feed().shown_generation();
        let now = Generation { epoch, sequence };
        match &mut self.watching {
            Some(watching) if have == Some(now) => {
                watching.has = now;
                Ok(())
            }
            _ => self.send_snapshot().await,
        }
    }

    async fn send_snapshot(&mut self) -> Result<(), End> {
        let Some(watching) = &mut self.watching else {
            return self.complain(None, "hello_required").await;
        };
        let (epoch, sequence, text) = self.live.feed().shown_text();
        watching.has = Generation { epoch, sequence };
        self.outbox.text(text).await
    }

    async fn pass_on(&mut self, frame: &Frame) -> Result<(), End> {
        let Some(watching) = &mut self.watching else {
            return Ok(());
        };
        let has = watching.has;
        if frame.epoch == has.epoch && frame.from == has.sequence {
            watching.has.sequence = frame.sequence;
            let binary = watching.binary;
            self.send_frame(frame, binary).await?;
        } else if frame.epoch != has.epoch || frame.sequence > has.sequence {
            self.send_snapshot().await?;
        }
        self.tell_own_order_if_among(&frame.orders).await
    }

    async fn tell_own_order_if_among(&mut self, changed: &[OrderId]) -> Result<(), End> {
        let own = self.own.as_ref().map(|own| own.order);
        match own {
            Some(own) if changed.binary_search(&own).is_ok() => self.tell_own_order().await,
            _ => Ok(()),
        }
    }

    /// Where there is nothing for those who take seats in binary, the text still says how far the
    /// sequence went.
    async fn send_frame(&mut self, frame: &Frame, binary: bool) -> Result<(), End> {
        if !binary || (frame.binary.is_none() && frame.standing_text.is_none()) {
            return self.outbox.text(frame.text.clone()).await;
        }
        if let Some(bytes) = &frame.binary {
            self.outbox.binary(bytes.clone()).await?;
        }
        if let Some(text) = &frame.standing_text {
            self.outbox.text(text.clone()).await?;
        }
        Ok(())
    }

    async fn tell_status(&mut self, status: &str) -> Result<(), End> {
        self.outbox
            .say(&ServerMessage::Session {
                status: status.to_owned(),
            })
            .await
    }

    /// Takes an order as the client's own, if what it presents opens it.
    async fn adopt(&mut self, wanted: OwnOrder) -> Result<(), End> {
        let own = match Own::of(&self.context, &self.presented, wanted).await {
            Ok(own) => own,
            Err(problem) => return self.complain(None, problem.code()).await,
        };
        self.own = None;
        match own.view(&self.context, self.session_id()).await {
            Ok(order) => {
                self.own = Some(own);
                let order = Box::new(order);
                self.outbox.say(&ServerMessage::Order { order }).await
            }
            Err(problem) => self.complain(None, problem.code()).await,
        }
    }

    /// Tells how the client's own order stands. If that cannot be read now, it is tried again with the
    /// next ping.
    async fn tell_own_order(&mut self) -> Result<(), End> {
        let Some(own) = &self.own else { return Ok(()) };
        let view = own.view(&self.context, self.session_id()).await;
        if let Some(own) = &mut self.own {
            own.is_stale = view.is_err();
        }
        match view {
            Ok(order) => {
                self.outbox
                    .say(&ServerMessage::Order {
                        order: Box::new(order),
                    })
                    .await
            }
            Err(problem) => self.complain(None, problem.code()).await,
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
                self.outbox
                    .say(&ServerMessage::Verdict { id, answer })
                    .await
            }
            Err(problem) => self.complain(Some(id), problem.code()).await,
        }
    }

    async fn board(&mut self, id: Option<MessageId>) -> Result<(), End> {
        let answer = match door::staff(&self.context, &self.presented).await? {
            Ok(person) => door::board(&self.context, &person, self.session_id()).await,
            Err(problem) => Err(problem),
        };
        match answer {
            Ok(board) => self.outbox.say(&ServerMessage::Board { id, board }).await,
            Err(problem) => self.complain(id, problem.code()).await,
        }
    }

    async fn complain(&mut self, id: Option<MessageId>, code: &str) -> Result<(), End> {
        self.outbox
            .say(&ServerMessage::Error {
                id,
                code: code.to_owned(),
            })
            .await
    }

    fn session_id(&self) -> SessionId {
        self.live.info().session_id
    }
}

/// What the feed brings next; nothing, ever, to a client that did not say hello.
async fn next(watching: &mut Option<Watching>) -> WatcherEvent {
    match watching {
        Some(watching) => watching.watcher.next().await,
        None => std::future::pending().await,
    }
}

async fn due(interval: &mut Interval) {
    interval.tick().await;
}

/// What a broken stream is closed with. A message in too many pieces is reported as an I/O error.
fn fault(error: &ProtocolError) -> CloseWith {
    match error {
        ProtocolError::Overflow => CloseWith::Size,
        ProtocolError::Io(error) if error.kind() == std::io::ErrorKind::Other => CloseWith::Size,
        _ => CloseWith::Protocol,
    }
}
