//! The open orders of a seat map: what each has, until when, and what it was granted before.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::ids::OrderId;
use crate::manifest::{SeatIndex, SectionIndex};
use crate::order::Buyer;
use crate::seat_map::change::{DeadlineCause, Ending, GrantedClaim, Lot, LotState, SeatState};
use crate::seat_map::command::{IdempotencyKey, Opening, Places};
use crate::time::Timestamp;

/// An open order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Who opened it and when.
    pub opening: Opening,
    /// When it expires. A pinned order does not.
    pub expires_at: Timestamp,
    /// Its seats, rising.
    pub seats: Vec<SeatIndex>,
    /// Its standing places, by section.
    pub standing: Vec<(SectionIndex, Lot)>,
    pub(super) has_claimed: bool,
    pub(super) is_extended: bool,
    pub(super) claims: Vec<RememberedClaim>,
    pinned_places: u32,
}

/// A claim that was granted to an open order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RememberedClaim {
    pub claim: Arc<GrantedClaim>,
    /// Whether it was filed under its order.
    pub is_filed: bool,
}

impl Order {
    /// Whether its payment is under way.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.pinned_places > 0
    }

    /// How many places it has.
    #[must_use]
    pub fn quantity(&self) -> u32 {
        let seats = u32::try_from(self.seats.len()).unwrap_or(u32::MAX);
        self.standing
            .iter()
            .fold(seats, |sum, (_, lot)| sum.saturating_add(lot.quantity))
    }

    /// What it has in one standing section.
    #[must_use]
    pub fn lot(&self, section: SectionIndex) -> Lot {
        let found = self.standing.iter().find(|(other, _)| *other == section);
        found.map_or(Lot::NONE, |(_, lot)| *lot)
    }

    /// What was granted under a key. An order makes few claims.
    pub(super) fn claim(&self, key: &IdempotencyKey) -> Option<&RememberedClaim> {
        let mut claims = self.claims.iter();
        claims.find(|remembered| remembered.claim.key == *key)
    }

    /// Its claims that have yet to be filed.
    pub(super) fn unfiled_claims(&self) -> impl Iterator<Item = &Arc<GrantedClaim>> {
        let unfiled = self.claims.iter().filter(|remembered| !remembered.is_filed);
        unfiled.map(|remembered| &remembered.claim)
    }

    /// Its places.
    #[must_use]
    pub fn places(&self) -> Places {
        let standing = self
            .standing
            .iter()
            .map(|(section, lot)| (*section, lot.quantity));
        Places {
            seats: self.seats.clone(),
            standing: standing.collect(),
        }
    }
}

/// All open orders, their deadlines, and how many places each buyer has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Orders {
    by_id: HashMap<OrderId, Order>,
    /// The deadlines of the orders that are not pinned.
    deadlines: BTreeSet<(Timestamp, OrderId)>,
    places_of_buyer: HashMap<Buyer, u32>,
    /// Whose the sold orders are that count for a buyer's limit: their places may come back.
    buyers_of_sold: HashMap<OrderId, Buyer>,
}

impl Orders {
    pub fn get(&self, order: OrderId) -> Option<&Order> {
        self.by_id.get(&order)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Order> {
        self.by_id.values()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// The orders whose deadline has come at `now`, earliest first.
    pub fn due(&self, now: Timestamp) -> impl Iterator<Item = &Order> {
        let due = self
            .deadlines
            .iter()
            .take_while(move |(deadline, _)| *deadline <= now);
        due.map(|(_, order)| &self.by_id[order])
    }

    /// How many places a buyer has in all their orders, sold ones included.
    pub fn places_of_buyer(&self, buyer: Buyer) -> u32 {
        self.places_of_buyer.get(&buyer).copied().unwrap_or(0)
    }

    pub fn open(&mut self, opening: Opening, expires_at: Timestamp) {
        let order = Order {
            opening,
            expires_at,
            seats: Vec::new(),
            standing: Vec::new(),
            has_claimed: false,
            is_extended: false,
            claims: Vec::new(),
            pinned_places: 0,
        };
        let former = self.by_id.insert(opening.order, order);
        assert!(former.is_none(), "an order is opened once");
        self.deadlines.insert((expires_at, opening.order));
    }

    pub fn set_deadline(&mut self, id: OrderId, expires_at: Timestamp, cause: DeadlineCause) {
        let order = self
            .by_id
            .get_mut(&id)
            .expect("only an open order's deadline moves");
        if !order.is_pinned() {
            self.deadlines.remove(&(order.expires_at, id));
            self.deadlines.insert((expires_at, id));
        }
        order.expires_at = expires_at;
        match cause {
            DeadlineCause::FirstClaim => order.has_claimed = true,
            DeadlineCause::Extension => order.is_extended = true,
            DeadlineCause::Grace => {}
        }
    }

    pub fn record_claim(&mut self, id: OrderId, claim: Arc<GrantedClaim>) {
        let order = self.by_id.get_mut(&id).expect("only an open order claims");
        assert!(
            order.claim(&claim.key).is_none(),
            "a claim is granted once under its key"
        );
        let is_filed = false;
        order.claims.push(RememberedClaim { claim, is_filed });
    }

    /// Remembers that claims were filed; what was not known of them before is learned.
    pub fn file_claims(&mut self, id: OrderId, claims: &[Arc<GrantedClaim>]) {
        let order = self
            .by_id
            .get_mut(&id)
            .expect("only an open order's claims are filed");
        for claim in claims {
            let mut known = order.claims.iter_mut();
            match known.find(|remembered| remembered.claim.key == claim.key) {
                Some(remembered) => remembered.is_filed = true,
                None => order.claims.push(RememberedClaim {
                    claim: Arc::clone(claim),
                    is_filed: true,
                }),
            }
        }
    }

    pub fn close(&mut self, id: OrderId, ending: Ending) {
        let order = self
            .by_id
            .remove(&id)
            .expect("only an open order is closed");
        self.deadlines.remove(&(order.expires_at, id));
        let keeps_places = ending == Ending::Sold;
        if let Some(buyer) = order.opening.buyer.filter(|_| keeps_places) {
            self.buyers_of_sold.insert(id, buyer);
        }
        assert!(
            keeps_places || order.quantity() == 0,
            "an order that ends unsold keeps no place"
        );
    }

    /// Follows a seat from one order's list to another's. A sold order may be forgotten already.
    pub fn move_seat(&mut self, seat: SeatIndex, from: SeatState, to: SeatState) {
        let (former, owner) = (order_of(from), order_of(to));
        if former != owner {
            self.take_seat(former, seat);
            self.give_seat(owner, seat);
        }
        self.count_pinned(
            former,
            matches!(from, SeatState::Pinned(_)),
            1,
            u32::saturating_sub,
        );
        self.count_pinned(
            owner,
            matches!(to, SeatState::Pinned(_)),
            1,
            u32::saturating_add,
        );
    }

    pub fn move_standing(&mut self, section: SectionIndex, id: OrderId, from: Lot, to: Lot) {
        if let Some(order) = self.by_id.get_mut(&id) {
            assert_eq!(
                order.lot(section),
                from,
                "standing places start from another number"
            );
            order.standing.retain(|(other, _)| *other != section);
            if to.quantity > 0 {
                order.standing.push((section, to));
                order.standing.sort_unstable_by_key(|(section, _)| *section);
            }
            if let Some(buyer) = order.opening.buyer {
                self.count_for_buyer(buyer, from.quantity, u32::saturating_sub);
                self.count_for_buyer(buyer, to.quantity, u32::saturating_add);
            }
        } else if let Some(buyer) = self.buyers_of_sold.get(&id).copied() {
            self.count_for_buyer(buyer, from.quantity, u32::saturating_sub);
            self.count_for_buyer(buyer, to.quantity, u32::saturating_add);
        }
        let was_pinned = from.state == LotState::Pinned;
        self.count_pinned(Some(id), was_pinned, from.quantity, u32::saturating_sub);
        let is_pinned = to.state == LotState::Pinned;
        self.count_pinned(Some(id), is_pinned, to.quantity, u32::saturating_add);
    }

    fn take_seat(&mut self, id: Option<OrderId>, seat: SeatIndex) {
        let Some(id) = id else { return };
        let buyer = match self.by_id.get_mut(&id) {
            Some(order) => {
                order.seats.retain(|other| *other != seat);
                order.opening.buyer
            }
            None => self.buyers_of_sold.get(&id).copied(),
        };
        if let Some(buyer) = buyer {
            self.count_for_buyer(buyer, 1, u32::saturating_sub);
        }
    }

    fn give_seat(&mut self, id: Option<OrderId>, seat: SeatIndex) {
        let Some(order) = id.and_then(|id| self.by_id.get_mut(&id)) else {
            return;
        };
        let place = order.seats.partition_point(|other| *other < seat);
        order.seats.insert(place, seat);
        if let Some(buyer) = order.opening.buyer {
            self.count_for_buyer(buyer, 1, u32::saturating_add);
        }
    }

    /// Adds or removes pinned places; an order's deadline stands only while it has none.
    fn count_pinned(
        &mut self,
        id: Option<OrderId>,
        is_pinned: bool,
        quantity: u32,
        count: fn(u32, u32) -> u32,
    ) {
        let order = id
            .filter(|_| is_pinned)
            .and_then(|id| self.by_id.get_mut(&id));
        let Some(order) = order else { return };
        order.pinned_places = count(order.pinned_places, quantity);
        let deadline = (order.expires_at, order.opening.order);
        if order.is_pinned() {
            self.deadlines.remove(&deadline);
        } else {
            self.deadlines.insert(deadline);
        }
    }

    fn count_for_buyer(&mut self, buyer: Buyer, quantity: u32, count: fn(u32, u32) -> u32) {
        let places = self.places_of_buyer.entry(buyer).or_default();
        *places = count(*places, quantity);
    }
}

/// Whose a seat is.
fn order_of(state: SeatState) -> Option<OrderId> {
    match state {
        SeatState::Held(order) | SeatState::Pinned(order) | SeatState::Sold(order) => Some(order),
        SeatState::Free | SeatState::Allocated | SeatState::Disabled => None,
    }
}
