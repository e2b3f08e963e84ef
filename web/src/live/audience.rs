//! Those of one worker who watch a session.
//!
//! A tick wakes one task a worker, not one a watcher: it walks the places and writes the same bytes to each socket. It
//! stops for breath every few places and spreads a large crowd over half a tick, so that claims and handshakes go first.
//! A place that has not taken what it was told before is passed over and told that it fell behind: its own conversation
//! sends a fresh snapshot once it reads.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt;
use actors::{Attendance, Feed, Frame, Watcher, WatcherEvent};
use domain::OrderId;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::{Instant, sleep_until};

use super::packet::{FramePackets, Packet};
use super::socket::Socket;
use crate::wire::live::{Generation, ServerMessage};

/// How many places are told before others have their turn.
const BREATH: usize = 32;

/// A shorter pause than that is left to those who are ready.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// What no watcher has.
const NOTHING: Generation = Generation {
    epoch: 0,
    sequence: 0,
};

/// The audiences of a worker, by the address of what they watch.
#[derive(Default)]
pub struct Audiences(RefCell<HashMap<usize, Rc<Audience>>>);

/// Those who watch one session.
pub struct Audience {
    feed: Arc<Feed>,
    places: RefCell<Vec<Rc<Place>>>,
    /// The last snapshot that somebody needed.
    snapshot: RefCell<Option<(Generation, Packet)>>,
    teller: JoinHandle<()>,
}

/// One of them.
pub struct Place {
    pub socket: Socket,
    has: Cell<Generation>,
    is_binary: Cell<bool>,
    own_order: Cell<Option<OrderId>>,
    /// Where it stands among the places.
    index: Cell<usize>,
    owes: Cell<Owed>,
}

/// What the place is to be told when it takes things again, or has the time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Owed {
    pub snapshot: bool,
    pub status: bool,
    pub own_order: bool,
}

/// A place that is taken, until dropped.
pub struct Seated {
    audiences: Rc<Audiences>,
    audience: Rc<Audience>,
    place: Rc<Place>,
    _attendance: Attendance,
}

impl Audiences {
    /// Lets somebody watch. What they have is to be said by [`Seated::show`] or [`Seated::already_has`], before anything is
    /// awaited.
    pub fn seat(self: &Rc<Self>, feed: &Arc<Feed>, place: &Rc<Place>) -> Seated {
        let audience = self.audience_of(feed);
        let mut places = audience.places.borrow_mut();
        place.index.set(places.len());
        places.push(Rc::clone(place));
        drop(places);
        Seated {
            audiences: Rc::clone(self),
            audience,
            place: Rc::clone(place),
            _attendance: feed.attend(),
        }
    }

    fn audience_of(&self, feed: &Arc<Feed>) -> Rc<Audience> {
        let mut audiences = self.0.borrow_mut();
        let audience = audiences.entry(address(feed)).or_insert_with(|| {
            Rc::new_cyclic(|audience| Audience {
                feed: Arc::clone(feed),
                places: RefCell::default(),
                snapshot: RefCell::default(),
                teller: rt::spawn(tell(audience.clone(), feed.hear_for_others())),
            })
        });
        Rc::clone(audience)
    }
}

impl Audience {
    async fn tell(&self, event: WatcherEvent) {
        match event {
            WatcherEvent::Frame(frame) => {
                let packets = FramePackets::of(&frame);
                self.each(|place| self.pass_on(place, &frame, &packets))
                    .await;
            }
            WatcherEvent::Orders(orders) => self.each(|place| place.note_orders(&orders)).await,
            WatcherEvent::Status(status) => {
                let packet = status_packet(status);
                self.each(|place| place.tell_status(&packet)).await;
            }
            WatcherEvent::Resync => {
                self.each(|place| {
                    self.show(place);
                    place.note_own_order();
                })
                .await;
            }
        }
    }

    /// From the last place to the first, so that one who leaves meanwhile and has the last one moved to where they were
    /// makes nobody miss anything. Who comes meanwhile has been shown what is told here.
    async fn each(&self, tell: impl Fn(&Place)) {
        let mut left = self.places.borrow().len();
        let breaths = u32::try_from(left.div_ceil(BREATH)).unwrap_or(u32::MAX);
        let pause = self.feed.telling_length() / breaths.max(1);
        let mut due = Instant::now();
        while left > 0 {
            {
                let places = self.places.borrow();
                let end = left.min(places.len());
                left = end.saturating_sub(BREATH);
                places[left..end].iter().for_each(|place| tell(place));
            }
            due += pause;
            if left > 0 && due > Instant::now() + SHORTEST_PAUSE {
                sleep_until(due).await;
            } else {
                yield_now().await;
            }
        }
    }

    fn pass_on(&self, place: &Place, frame: &Frame, packets: &FramePackets) {
        let has = place.has.get();
        if frame.epoch == has.epoch && frame.from == has.sequence {
            place.follow(frame.sequence, packets);
        } else if frame.epoch != has.epoch || frame.sequence > has.sequence {
            self.show(place);
        }
        place.note_orders(&frame.orders);
    }

    /// Sends the whole house, or leaves that to the place's conversation.
    fn show(&self, place: &Place) {
        if place.socket.is_idle() {
            let (generation, packet) = self.snapshot();
            place.has.set(generation);
            place.socket.send(&packet);
        } else {
            place.owe(|owed| owed.snapshot = true);
        }
    }

    fn snapshot(&self) -> (Generation, Packet) {
        let (epoch, sequence, text) = self.feed.shown_text();
        let now = Generation { epoch, sequence };
        let mut kept = self.snapshot.borrow_mut();
        match &*kept {
            Some((generation, packet)) if *generation == now => (now, packet.clone()),
            _ => {
                let packet = Packet::text(text);
                *kept = Some((now, packet.clone()));
                (now, packet)
            }
        }
    }
}

impl Place {
    /// A client that watches nothing yet.
    pub fn new(socket: Socket) -> Self {
        Self {
            socket,
            has: Cell::new(NOTHING),
            is_binary: Cell::new(false),
            own_order: Cell::new(None),
            index: Cell::new(0),
            owes: Cell::default(),
        }
    }

    /// Whether it takes seats in binary.
    pub fn set_binary(&self, is_binary: bool) {
        self.is_binary.set(is_binary);
    }

    /// Whose changes it is told of.
    pub fn set_own_order(&self, order: Option<OrderId>) {
        self.own_order.set(order);
    }

    /// What it is to be told now.
    pub fn take_owed(&self) -> Owed {
        self.owes.take()
    }

    fn follow(&self, sequence: u64, packets: &FramePackets) {
        if self.socket.is_idle() {
            let has = self.has.get();
            self.has.set(Generation { sequence, ..has });
            self.socket.send(packets.get(self.is_binary.get()));
        } else {
            metrics::counter!("frontrow_watcher_lag_total").increment(1);
            self.owe(|owed| owed.snapshot = true);
        }
    }

    fn tell_status(&self, packet: &Packet) {
        if self.socket.is_idle() {
            self.socket.send(packet);
        } else {
            self.owe(|owed| owed.status = true);
        }
    }

    fn note_orders(&self, changed: &[OrderId]) {
        let own = self.own_order.get();
        if own.is_some_and(|own| changed.binary_search(&own).is_ok()) {
            self.note_own_order();
        }
    }

    fn note_own_order(&self) {
        if self.own_order.get().is_some() {
            self.owe(|owed| owed.own_order = true);
        }
    }

    fn owe(&self, note: impl FnOnce(&mut Owed)) {
        let mut owed = self.owes.get();
        note(&mut owed);
        self.owes.set(owed);
        self.socket.call();
    }
}

impl Seated {
    /// Sends the whole house.
    pub fn show(&self) {
        self.audience.show(&self.place);
    }

    /// Takes the place's word that it has what was shown last.
    pub fn already_has(&self, generation: Generation) {
        self.place.has.set(generation);
    }

    /// Says how the session stands.
    pub fn tell_status(&self) {
        let packet = status_packet(self.audience.feed.shown_status());
        self.place.tell_status(&packet);
    }
}

impl Drop for Seated {
    fn drop(&mut self) {
        let mut places = self.audience.places.borrow_mut();
        let index = self.place.index.get();
        places.swap_remove(index);
        if let Some(moved) = places.get(index) {
            moved.index.set(index);
        }
        let is_empty = places.is_empty();
        let room = places.len() * 2;
        places.shrink_to(room);
        drop(places);
        if is_empty {
            let mut audiences = self.audiences.0.borrow_mut();
            audiences.remove(&address(&self.audience.feed));
        }
    }
}

impl Drop for Audience {
    fn drop(&mut self) {
        self.teller.abort();
    }
}

async fn tell(audience: Weak<Audience>, mut watcher: Watcher) {
    loop {
        let event = watcher.next().await;
        let Some(audience) = audience.upgrade() else {
            return;
        };
        audience.tell(event).await;
    }
}

/// Who watches keeps the feed, so that nothing else can come to stand at its address.
fn address(feed: &Arc<Feed>) -> usize {
    Arc::as_ptr(feed).addr()
}

fn status_packet(status: &str) -> Packet {
    Packet::of(&ServerMessage::Session {
        status: status.to_owned(),
    })
}
