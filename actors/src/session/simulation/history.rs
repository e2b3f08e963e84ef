//! What became durable, step by step: every place and order at every position of the log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::seat_map::{
    Change, DeadlineCause, Ending, IdempotencyKey, Lot, LotState, Places, RequestHash, SeatState,
};
use domain::{Manifest, OrderId, SeatIndex, SectionIndex, Timestamp};

use super::house::House;
use super::rows::{Rows, Status};

/// A value and when in the log it changed.
#[derive(Debug, Clone)]
pub struct Timeline<T>(Vec<(usize, T)>);

/// An order at one position of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderView {
    pub status: Status,
    pub expires_at: Timestamp,
    pub is_extended: bool,
    pub seats: BTreeMap<SeatIndex, SeatState>,
    pub lots: BTreeMap<SectionIndex, Lot>,
}

/// Everything that was committed, in order, and every fault that was found in it.
pub struct History {
    manifest: Arc<Manifest>,
    position: usize,
    pub seats: BTreeMap<SeatIndex, Timeline<SeatState>>,
    pub orders: BTreeMap<OrderId, Timeline<OrderView>>,
    /// The free places of each section.
    pub free: Timeline<Vec<u32>>,
    pub claims: BTreeMap<(OrderId, IdempotencyKey), (RequestHash, Places)>,
    /// What each epoch's actor may have shown, batch by batch.
    pub shown: BTreeMap<u32, Vec<House>>,
    /// Until when a hold must stand after a load.
    protected_until: BTreeMap<OrderId, Timestamp>,
    drops_asked: BTreeSet<(OrderId, SeatIndex)>,
    cancels_asked: BTreeSet<OrderId>,
    /// Orders that were opened again for a late payment.
    pub reopened: BTreeSet<OrderId>,
    /// Batches that a payment overtook.
    pub surprises: usize,
    pub faults: Vec<String>,
}

impl<T> Timeline<T> {
    fn new(value: T) -> Self {
        Self(vec![(0, value)])
    }

    fn push(&mut self, position: usize, value: T) {
        self.0.push((position, value));
    }

    pub fn last(&self) -> &T {
        let (_, value) = self.0.last().expect("it begins with a value");
        value
    }

    /// Whether anything held at some moment from a position of the log until now.
    pub fn ever(&self, since: usize, is_so: impl Fn(&T) -> bool) -> bool {
        for (position, value) in self.0.iter().rev() {
            if is_so(value) {
                return true;
            }
            if *position <= since {
                return false;
            }
        }
        false
    }
}

impl OrderView {
    pub fn is_pinned(&self) -> bool {
        let mut seats = self.seats.values();
        seats.any(|state| matches!(state, SeatState::Pinned(_)))
            || self.lots.values().any(|lot| lot.state == LotState::Pinned)
    }

    pub fn quantity(&self) -> u32 {
        let standing: u32 = self.lots.values().map(|lot| lot.quantity).sum();
        u32::try_from(self.seats.len()).unwrap() + standing
    }

    pub fn has(&self, places: &Places) -> bool {
        let has_lot =
            |section, quantity| self.lots.get(&section).map_or(0, |it| it.quantity) >= quantity;
        self.status != Status::Cancelled
            && places
                .seats
                .iter()
                .all(|seat| self.seats.contains_key(seat))
            && places
                .standing
                .iter()
                .all(|(section, quantity)| has_lot(*section, *quantity))
    }
}

impl History {
    pub fn new(manifest: Arc<Manifest>) -> Self {
        let house = House::empty(&manifest);
        let seats = manifest.seat_indexes();
        Self {
            position: 0,
            seats: seats
                .map(|seat| (seat, Timeline::new(SeatState::Free)))
                .collect(),
            orders: BTreeMap::new(),
            free: Timeline::new(house.free(&manifest)),
            claims: BTreeMap::new(),
            shown: BTreeMap::new(),
            protected_until: BTreeMap::new(),
            drops_asked: BTreeSet::new(),
            cancels_asked: BTreeSet::new(),
            reopened: BTreeSet::new(),
            surprises: 0,
            faults: Vec::new(),
            manifest,
        }
    }

    /// Where the log ends now.
    pub fn position(&self) -> usize {
        self.position
    }

    pub fn seated_sections(&self) -> Vec<SectionIndex> {
        let sections = self.manifest.section_indexes();
        let sections = sections.zip(self.manifest.sections());
        let seated = sections.filter(|(_, section)| section.is_seated());
        seated.map(|(index, _)| index).collect()
    }

    pub fn fault(&mut self, fault: String) {
        self.faults.push(fault);
    }

    /// What the tests asked for, so that nothing else may give places up.
    pub fn ask_drop(&mut self, order: OrderId, places: &Places) {
        let seats = places.seats.iter().map(|seat| (order, *seat));
        self.drops_asked.extend(seats);
    }

    pub fn ask_cancel(&mut self, order: OrderId) {
        self.cancels_asked.insert(order);
    }

    /// An actor has loaded the rows at its epoch.
    pub fn loaded(&mut self, rows: &Rows, epoch: u32, now: Timestamp) {
        let house = House::of_rows(&self.manifest, rows);
        self.shown.entry(epoch).or_default().push(house);
        if epoch != rows.epoch {
            return;
        }
        for (order, row) in &rows.orders {
            if row.status == Status::Pending {
                self.change_order(*order, |view| view.expires_at = row.expires_at);
                let minute = now.plus(std::time::Duration::from_secs(60));
                let until = minute.min(row.opening.opened_at.plus(crate::test_house::MAX_LIFE));
                self.protected_until.insert(*order, until);
            }
        }
    }

    /// A batch has become durable.
    pub fn committed(&mut self, epoch: u32, batch: &[Change], now: Timestamp) {
        let shown = self.shown.get(&epoch).and_then(|shown| shown.last());
        let mut house = shown.expect("an epoch begins by loading").clone();
        let closed: BTreeSet<OrderId> = batch.iter().filter_map(closed_unsold).collect();
        for change in batch {
            house.apply(change);
            self.apply(change, &closed, now);
        }
        self.shown.entry(epoch).or_default().push(house);
    }

    /// The payment operation has sold an order's pinned places.
    pub fn sold(&mut self, order: OrderId) {
        self.position += 1;
        let view = self.orders[&order].last().clone();
        for seat in view.seats.keys() {
            self.set_seat(*seat, SeatState::Sold(order));
        }
        self.change_order(order, |view| {
            view.status = Status::Paid;
            let seats = view.seats.values_mut();
            seats.for_each(|state| *state = SeatState::Sold(order));
            let lots = view.lots.values_mut();
            lots.for_each(|lot| lot.state = LotState::Sold);
        });
    }

    fn apply(&mut self, change: &Change, closed: &BTreeSet<OrderId>, now: Timestamp) {
        self.position += 1;
        match change {
            Change::Opened {
                opening,
                expires_at,
                again,
            } => {
                if *again {
                    self.reopened.insert(opening.order);
                }
                let view = OrderView {
                    status: Status::Pending,
                    expires_at: *expires_at,
                    is_extended: false,
                    seats: BTreeMap::new(),
                    lots: BTreeMap::new(),
                };
                self.put_order(opening.order, view);
            }
            Change::Deadline {
                order,
                expires_at,
                cause,
            } => self.change_order(*order, |view| {
                view.expires_at = *expires_at;
                view.is_extended |= *cause == DeadlineCause::Extension;
            }),
            Change::Claimed { order, claim } => {
                let granted = (claim.request_hash, claim.places.clone());
                self.claims.insert((*order, claim.key.clone()), granted);
            }
            Change::Filed { .. } => {}
            Change::Seat { seat, from, to } => self.move_seat(*seat, *from, *to, closed),
            Change::Standing {
                section, order, to, ..
            } => self.move_standing(*section, *order, *to),
            Change::Allocation { .. } => {}
            Change::Closed { order, ending } => self.close(*order, *ending, now),
        }
    }

    fn move_seat(
        &mut self,
        seat: SeatIndex,
        from: SeatState,
        to: SeatState,
        closed: &BTreeSet<OrderId>,
    ) {
        let current = *self.seats[&seat].last();
        if matches!(current, SeatState::Sold(_)) {
            // The sale was durable before the actor heard of it. It may only follow.
            return;
        }
        if current != from {
            self.fault(format!(
                "{seat:?} was {current:?} when it went {from:?} → {to:?}"
            ));
        }
        if let (SeatState::Held(order), SeatState::Free) = (from, to)
            && !closed.contains(&order)
            && !self.drops_asked.contains(&(order, seat))
        {
            self.fault(format!(
                "{seat:?} was taken from {order:?}, who had not asked"
            ));
        }
        if let SeatState::Held(order) | SeatState::Pinned(order) = from {
            self.change_order(order, |view| {
                view.seats.remove(&seat);
            });
        }
        if let SeatState::Held(order) | SeatState::Pinned(order) = to {
            self.change_order(order, |view| {
                view.seats.insert(seat, to);
            });
        }
        self.set_seat(seat, to);
    }

    fn set_seat(&mut self, seat: SeatIndex, to: SeatState) {
        let position = self.position;
        let timeline = self.seats.get_mut(&seat).expect("the manifest has it");
        timeline.push(position, to);
        self.count_free();
    }

    fn move_standing(&mut self, section: SectionIndex, order: OrderId, to: Lot) {
        self.change_order(order, |view| {
            let sold = |lot: &Lot| lot.state == LotState::Sold;
            if view.lots.get(&section).is_some_and(sold) {
                return;
            }
            if to.quantity == 0 {
                view.lots.remove(&section);
            } else {
                view.lots.insert(section, to);
            }
        });
        self.count_free();
    }

    fn count_free(&mut self) {
        let mut free: Vec<u32> = self
            .manifest
            .sections()
            .iter()
            .map(|it| it.capacity())
            .collect();
        for (seat, timeline) in &self.seats {
            if *timeline.last() == SeatState::Free {
                let section = self.manifest.seats()[seat.position()].section;
                free[section.position()] += 1;
            }
        }
        for timeline in self.orders.values() {
            for (section, lot) in &timeline.last().lots {
                let count = &mut free[section.position()];
                *count = count.saturating_sub(lot.quantity);
            }
        }
        self.free.push(self.position, free);
    }

    fn close(&mut self, order: OrderId, ending: Ending, now: Timestamp) {
        if ending == Ending::Sold {
            return;
        }
        let view = self.orders[&order].last().clone();
        if view.status != Status::Pending || view.is_pinned() || view.quantity() > 0 {
            self.fault(format!("{order:?} was closed as {view:?}"));
        }
        let protected = self.protected_until.get(&order);
        let is_early = now < view.expires_at || protected.is_some_and(|until| now < *until);
        if ending == Ending::Expired && is_early {
            self.fault(format!(
                "{order:?} expired at {now:?}, before {:?}",
                view.expires_at
            ));
        }
        if ending == Ending::Cancelled && !self.cancels_asked.contains(&order) {
            self.fault(format!("{order:?} was cancelled, but nobody had asked"));
        }
        self.change_order(order, |view| view.status = Status::Cancelled);
    }

    fn change_order(&mut self, order: OrderId, change: impl FnOnce(&mut OrderView)) {
        let Some(timeline) = self.orders.get(&order) else {
            self.fault(format!("{order:?} changed before it was opened"));
            return;
        };
        let mut view = timeline.last().clone();
        change(&mut view);
        self.put_order(order, view);
    }

    fn put_order(&mut self, order: OrderId, view: OrderView) {
        let position = self.position;
        self.orders
            .entry(order)
            .or_insert_with(|| Timeline(Vec::new()))
            .push(position, view);
    }

    /// Compares the log with the rows: they are kept apart and must say the same.
    pub fn compare(&mut self, rows: &Rows) {
        for (seat, timeline) in &self.seats {
            let row = rows.seats.get(seat).copied().unwrap_or(SeatState::Free);
            if *timeline.last() != row {
                let fault = format!("{seat:?} is {row:?}, but {:?} by the log", timeline.last());
                self.faults.push(fault);
            }
        }
        for (order, row) in &rows.orders {
            let status = self
                .orders
                .get(order)
                .map(|timeline| timeline.last().status);
            if status != Some(row.status) {
                self.faults
                    .push(format!("{order:?} is {row:?}, but {status:?} by the log"));
            }
        }
    }
}

fn closed_unsold(change: &Change) -> Option<OrderId> {
    match change {
        Change::Closed {
            order,
            ending: Ending::Cancelled | Ending::Expired,
        } => Some(*order),
        _ => None,
    }
}
