//! What a session has made durable: packed seats, standing counts, open orders.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use domain::order::Owner;
use domain::pnr::Pnr;
use domain::seat_map::{Change, Lot, LotState, Opening, SeatMap, SeatState};
use domain::{OrderId, SeatIndex, SectionId, SectionIndex, SessionId, Timestamp};
use serde::Serialize;

use super::board::Left;
use crate::{SessionInfo, SessionStatus};

/// All places at one generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Which start of the actor it comes from.
    pub epoch: u32,
    /// How many batches it has published since.
    pub sequence: u64,
    /// Two bits a seat, lowest bits first: 0 free, 1 held or pinned, 2 sold, 3 not on sale.
    pub seats: Vec<u8>,
    /// The standing sections.
    pub standing: Vec<StandingCount>,
}

/// The places of a standing section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StandingCount {
    /// The section.
    pub section_id: SectionId,
    /// Places anybody may claim.
    pub free: u32,
    /// Places held or pinned.
    pub held: u32,
    /// Places sold.
    pub sold: u32,
}

/// An open order as it is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedOrder {
    /// The order.
    pub order: OrderId,
    /// Its session.
    pub session_id: SessionId,
    /// Its reference.
    pub pnr: Pnr,
    /// Whose it is.
    pub owner: Owner,
    /// When it expires.
    pub expires_at: Timestamp,
    /// Its seats, rising.
    pub seats: Vec<SeatIndex>,
    /// Its standing places.
    pub standing: Vec<(SectionIndex, u32)>,
    /// Whether a payment is under way.
    pub pinned: bool,
    /// Which steps of the gateway are done besides.
    pub steps: Steps,
}

/// What the gateway knows of an order beside its places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Steps {
    /// How many places the buyer wants.
    pub amount: Option<u32>,
    /// Whether the address is there.
    pub address: bool,
}

/// The committed generation, and what of it has not been shown yet.
pub(super) struct Committed {
    info: Arc<SessionInfo>,
    pub epoch: u32,
    pub sequence: u64,
    pub seats: PackedSeats,
    standing: BTreeMap<SectionIndex, StandingCount>,
    /// Seats that nobody may claim or has bought, of the seated sections.
    unsold_seats: usize,
    /// How many places the house has.
    places: u32,
    orders: HashMap<OrderId, CommittedOrder>,
    steps: HashMap<OrderId, Steps>,
    unshown: Unshown,
}

/// What changed since the last tick. Lists gather at the pace of claims, and are put in order once
/// a tick.
#[derive(Default)]
pub(super) struct Unshown {
    pub seats: Vec<SeatIndex>,
    pub standing: BTreeSet<SectionIndex>,
    pub orders: Vec<OrderId>,
}

struct CommittedOrder {
    opening: Opening,
    expires_at: Timestamp,
    seats: BTreeSet<SeatIndex>,
    standing: BTreeMap<SectionIndex, Lot>,
    pinned: bool,
}

/// Two bits a seat, lowest bits first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PackedSeats(pub Vec<u8>);

impl PackedSeats {
    pub fn all_free(count: usize) -> Self {
        Self(vec![0; count.div_ceil(4)])
    }

    pub fn get(&self, seat: SeatIndex) -> u8 {
        let shift = (seat.position() % 4) * 2;
        (self.0[seat.position() / 4] >> shift) & 0b11
    }

    pub fn set(&mut self, seat: SeatIndex, code: u8) {
        let shift = (seat.position() % 4) * 2;
        let byte = &mut self.0[seat.position() / 4];
        *byte = *byte & !(0b11 << shift) | code << shift;
    }
}

/// How a seat's state is said on the wire.
fn code(state: SeatState) -> u8 {
    match state {
        SeatState::Free => 0,
        SeatState::Held(_) | SeatState::Pinned(_) => 1,
        SeatState::Sold(_) => 2,
        SeatState::Allocated | SeatState::Disabled => 3,
    }
}

impl Committed {
    pub fn new(info: &Arc<SessionInfo>) -> Self {
        let map = SeatMap::new(Arc::clone(&info.manifest), info.rules.clone());
        let mut committed = Self {
            info: Arc::clone(info),
            epoch: 0,
            sequence: 0,
            seats: PackedSeats(Vec::new()),
            standing: BTreeMap::new(),
            unsold_seats: 0,
            places: 0,
            orders: HashMap::new(),
            steps: HashMap::new(),
            unshown: Unshown::default(),
        };
        committed.reset(info, 0, &map);
        committed
    }

    /// Takes over a loaded map as a new generation.
    pub fn reset(&mut self, info: &Arc<SessionInfo>, epoch: u32, map: &SeatMap) {
        self.info = Arc::clone(info);
        self.places = info.manifest.places();
        self.epoch = epoch;
        self.sequence = 0;
        self.unshown = Unshown::default();
        self.seats = PackedSeats::all_free(map.seats().len());
        for (seat, state) in map.manifest().seat_indexes().zip(map.seats()) {
            self.seats.set(seat, code(*state));
        }
        self.unsold_seats = map.seats().iter().filter(|state| code(**state) < 2).count();
        let sections = map
            .manifest()
            .section_indexes()
            .zip(map.manifest().sections());
        let standing = sections.filter(|(_, section)| !section.is_seated());
        self.standing = standing
            .map(|(index, section)| {
                let counts = map.sections()[index.position()];
                let section_id = section.section_id;
                let (free, held, sold) = (counts.free, counts.held, counts.sold);
                (
                    index,
                    StandingCount {
                        section_id,
                        free,
                        held,
                        sold,
                    },
                )
            })
            .collect();
        self.orders = map
            .orders()
            .map(|order| (order.opening.order, order.into()))
            .collect();
        self.steps
            .retain(|order, _| self.orders.contains_key(order));
    }

    /// Takes over a batch. The sequence rises only if somebody who watches the house could tell.
    pub fn publish(&mut self, changes: &[Change]) {
        let mut visible = false;
        for change in changes {
            visible |= self.apply(change);
        }
        self.sequence += u64::from(visible);
    }

    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            epoch: self.epoch,
            sequence: self.sequence,
            seats: self.seats.0.clone(),
            standing: self.standing.values().copied().collect(),
        }
    }

    pub fn standing(&self, section: SectionIndex) -> StandingCount {
        self.standing[&section]
    }

    /// What pages say is left.
    pub fn left(&self) -> Left {
        let seats = u32::try_from(self.unsold_seats).unwrap_or(u32::MAX);
        Left::of(seats.saturating_add(self.standing_left()), self.places)
    }

    fn standing_left(&self) -> u32 {
        let counts = self.standing.values();
        counts.map(|counts| counts.free + counts.held).sum()
    }

    pub fn status(&self) -> &'static str {
        let standing_left = self.standing_left();
        match self.info.status {
            SessionStatus::OnSale if self.unsold_seats == 0 && standing_left == 0 => "sold_out",
            status => status.as_str(),
        }
    }

    pub fn order_ids(&self) -> Vec<OrderId> {
        self.orders.keys().copied().collect()
    }

    pub fn has_order(&self, id: OrderId) -> bool {
        self.orders.contains_key(&id)
    }

    pub fn order(&self, id: OrderId) -> Option<FeedOrder> {
        let order = self.orders.get(&id)?;
        let standing = order.standing.iter();
        Some(FeedOrder {
            order: id,
            session_id: self.info.session_id,
            pnr: order.opening.pnr,
            owner: order.opening.owner,
            expires_at: order.expires_at,
            seats: order.seats.iter().copied().collect(),
            standing: standing
                .map(|(section, lot)| (*section, lot.quantity))
                .collect(),
            pinned: order.pinned,
            steps: self.steps.get(&id).copied().unwrap_or_default(),
        })
    }

    pub fn note_steps(&mut self, order: OrderId, steps: Steps) {
        if self.orders.contains_key(&order) {
            self.steps.insert(order, steps);
            self.unshown.orders.push(order);
        }
    }

    pub fn note_stored_steps(&mut self, stored: Vec<(OrderId, Steps)>) {
        for (order, steps) in stored {
            if self.orders.contains_key(&order) {
                self.steps.entry(order).or_insert(steps);
            }
        }
    }

    /// What changed since the last tick: each once, rising.
    pub fn take_unshown(&mut self) -> Unshown {
        let mut unshown = std::mem::take(&mut self.unshown);
        unshown.seats.sort_unstable();
        unshown.seats.dedup();
        unshown.orders.sort_unstable();
        unshown.orders.dedup();
        unshown
    }

    /// Applies one change, and says whether it shows to everybody.
    fn apply(&mut self, change: &Change) -> bool {
        match change {
            Change::Opened {
                opening,
                expires_at,
                ..
            } => {
                let order = CommittedOrder::new(*opening, *expires_at);
                self.orders.insert(opening.order, order);
                self.unshown.orders.push(opening.order);
                false
            }
            Change::Deadline {
                order, expires_at, ..
            } => {
                self.with_order(*order, |order| order.expires_at = *expires_at);
                false
            }
            Change::Claimed { .. } | Change::Filed { .. } => false,
            Change::Seat { seat, from, to } => self.move_seat(*seat, *from, *to),
            Change::Standing {
                section,
                order,
                from,
                to,
            } => {
                self.move_standing(*section, *order, *from, *to);
                true
            }
            Change::Allocation { section, from, to } => {
                let counts = self
                    .standing
                    .get_mut(section)
                    .expect("only standing sections count");
                counts.free = counts.free + from - to;
                self.unshown.standing.insert(*section);
                true
            }
            Change::Closed { order, .. } => {
                self.orders.remove(order);
                self.steps.remove(order);
                self.unshown.orders.push(*order);
                false
            }
        }
    }

    fn move_seat(&mut self, seat: SeatIndex, from: SeatState, to: SeatState) -> bool {
        if let SeatState::Held(order) | SeatState::Pinned(order) = from {
            self.with_order(order, |order| {
                order.seats.remove(&seat);
            });
        }
        if let SeatState::Held(order) | SeatState::Pinned(order) = to {
            let pinned = matches!(to, SeatState::Pinned(_));
            self.with_order(order, |order| {
                order.seats.insert(seat);
                order.pinned = pinned;
            });
        }
        self.unsold_seats += usize::from(code(to) < 2);
        self.unsold_seats -= usize::from(code(from) < 2);
        self.seats.set(seat, code(to));
        let visible = code(from) != code(to);
        if visible {
            self.unshown.seats.push(seat);
        }
        visible
    }

    fn move_standing(&mut self, section: SectionIndex, id: OrderId, from: Lot, to: Lot) {
        let counts = self
            .standing
            .get_mut(&section)
            .expect("only standing sections count");
        let (sold_from, held_from) = sold_and_held(from);
        let (sold_to, held_to) = sold_and_held(to);
        counts.free = counts.free + from.quantity - to.quantity;
        counts.held = counts.held + held_to - held_from;
        counts.sold = counts.sold + sold_to - sold_from;
        self.unshown.standing.insert(section);
        self.with_order(id, |order| {
            order.pinned = to.state == LotState::Pinned;
            if to.quantity == 0 {
                order.standing.remove(&section);
            } else {
                order.standing.insert(section, to);
            }
        });
    }

    fn with_order(&mut self, id: OrderId, change: impl FnOnce(&mut CommittedOrder)) {
        if let Some(order) = self.orders.get_mut(&id) {
            change(order);
            self.unshown.orders.push(id);
        }
    }
}

fn sold_and_held(lot: Lot) -> (u32, u32) {
    match lot.state {
        LotState::Sold => (lot.quantity, 0),
        LotState::Held | LotState::Pinned => (0, lot.quantity),
    }
}

impl CommittedOrder {
    fn new(opening: Opening, expires_at: Timestamp) -> Self {
        let (seats, standing) = (BTreeSet::new(), BTreeMap::new());
        Self {
            opening,
            expires_at,
            seats,
            standing,
            pinned: false,
        }
    }
}

impl From<&domain::seat_map::Order> for CommittedOrder {
    fn from(order: &domain::seat_map::Order) -> Self {
        Self {
            opening: order.opening,
            expires_at: order.expires_at,
            seats: order.seats.iter().copied().collect(),
            standing: order.standing.iter().copied().collect(),
            pinned: order.is_pinned(),
        }
    }
}
