//! The reference model's answers to the payment operation, to staff and to the timer.

use super::reference::{Answer, Model, ModelOrder, rising};
use crate::ids::OrderId;
use crate::manifest::{SeatIndex, SectionIndex};
use crate::seat_map::{Change, LotState, Opening, Places, Refusal, Return, SeatState};
use crate::time::Timestamp;

impl Model {
    pub fn pin(&mut self, id: OrderId, now: Timestamp) -> Result<(), Refusal> {
        let order = self.orders.get(&id).ok_or(Refusal::UnknownOrder)?;
        if order.is_pinned {
            return Ok(());
        }
        if order.expires_at <= now {
            return Err(Refusal::OrderExpired);
        }
        let has = self.places_of(id);
        if has.seats.is_empty() && has.standing.is_empty() {
            return Err(Refusal::NothingHeld);
        }
        self.turn(
            id,
            SeatState::Held(id),
            SeatState::Pinned(id),
            LotState::Pinned,
        );
        self.orders.get_mut(&id).unwrap().is_pinned = true;
        Ok(())
    }

    pub fn unpin(&mut self, id: OrderId, now: Timestamp) {
        if self.orders.get(&id).is_some_and(|order| order.is_pinned) {
            self.turn(
                id,
                SeatState::Pinned(id),
                SeatState::Held(id),
                LotState::Held,
            );
            self.orders.get_mut(&id).unwrap().is_pinned = false;
            self.postpone(id, Timestamp(now.0 + 60_000));
        }
    }

    pub fn sell(&mut self, id: OrderId) -> Result<(), Refusal> {
        match self.orders.get(&id) {
            None => Ok(()),
            Some(order) if !order.is_pinned => Err(Refusal::NothingHeld),
            Some(_) => {
                self.turn(
                    id,
                    SeatState::Pinned(id),
                    SeatState::Sold(id),
                    LotState::Sold,
                );
                self.orders.remove(&id);
                Ok(())
            }
        }
    }

    pub fn give_back(&mut self, places: &Return) -> Result<(), Refusal> {
        let id = places.order;
        if self.orders.contains_key(&id) {
            return Err(Refusal::PaymentUnderWay);
        }
        if !places.standing.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Refusal::InvalidPlaces { seats: Vec::new() });
        }
        for seat in &places.seats {
            let state = self.seats.get_mut(&seat.0);
            let bought = state.filter(|state| **state == SeatState::Sold(id));
            if let Some(state) = bought {
                *state = match places.withhold {
                    true => SeatState::Allocated,
                    false => SeatState::Free,
                };
            }
        }
        for (section, sold, kept) in &places.standing {
            let lots = self.lots.iter_mut();
            for lot in lots.filter(|lot| (lot.order, lot.section) == (id, *section)) {
                lot.quantity = *kept;
            }
            if places.withhold {
                *self.withheld.entry(*section).or_default() += sold - kept;
            }
        }
        self.lots.retain(|lot| lot.quantity > 0);
        Ok(())
    }

    /// What a closed order has bought in standing sections.
    pub fn sold_lots(&self, id: OrderId) -> Vec<(SectionIndex, u32)> {
        let lots = self.lots.iter();
        let sold = lots.filter(|lot| lot.order == id && lot.state == LotState::Sold);
        let mut sold: Vec<_> = sold.map(|lot| (lot.section, lot.quantity)).collect();
        sold.sort_unstable();
        sold
    }

    fn turn(&mut self, id: OrderId, from: SeatState, to: SeatState, lot_state: LotState) {
        for state in self.seats.values_mut().filter(|state| **state == from) {
            *state = to;
        }
        let lots = self.lots.iter_mut();
        for lot in lots.filter(|lot| lot.order == id && lot.state != LotState::Sold) {
            lot.state = lot_state;
        }
    }

    pub fn reclaim(
        &mut self,
        opening: &Opening,
        places: &Places,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let id = opening.order;
        let wanted = Places {
            seats: rising(&places.seats),
            standing: summed(&places.standing),
        };
        if wanted.seats.len() != places.seats.len() || !self.may_be_had(&wanted) {
            return Err(Refusal::InvalidPlaces { seats: Vec::new() });
        }
        if let Some(order) = self.orders.get(&id) {
            return match order.is_pinned && self.places_of(id) == wanted {
                true => Ok(()),
                false => Err(Refusal::AlreadyOpen),
            };
        }
        self.check_free(&wanted)?;
        self.insert(opening, Timestamp(now.0 + 60_000));
        self.orders.get_mut(&id).unwrap().is_pinned = true;
        for seat in wanted.seats {
            self.seats.insert(seat.0, SeatState::Pinned(id));
        }
        for (section, quantity) in wanted.standing {
            self.add_lot(id, section, quantity, LotState::Pinned);
        }
        Ok(())
    }

    /// Whether some order can have had these places.
    fn may_be_had(&self, wanted: &Places) -> bool {
        let mut seats = wanted.seats.iter();
        let mut standing = wanted.standing.iter();
        let is_empty = wanted.seats.is_empty() && wanted.standing.is_empty();
        !is_empty
            && seats.all(|seat| self.seats.contains_key(&seat.0))
            && standing.all(|(section, quantity)| self.is_standing(*section) && *quantity > 0)
    }

    fn check_free(&self, wanted: &Places) -> Result<(), Refusal> {
        let taken = wanted.seats.iter().filter(|seat| !self.is_free(seat.0));
        let taken: Vec<SeatIndex> = taken.copied().collect();
        if !taken.is_empty() {
            let alternative = Vec::new();
            return Err(Refusal::SeatTaken { taken, alternative });
        }
        for (section, quantity) in &wanted.standing {
            let free = self.counts(*section)[0];
            if free < *quantity {
                return Err(Refusal::SoldOut { free });
            }
        }
        Ok(())
    }

    pub fn expire(&mut self, now: Timestamp, answer: Answer<'_>) {
        let is_due = |order: &&ModelOrder| !order.is_pinned && order.expires_at <= now;
        let due = self.orders.values().filter(is_due);
        let mut due: Vec<(Timestamp, OrderId)> = due
            .map(|order| (order.expires_at, order.opening.order))
            .collect();
        due.sort_unstable();
        let due: Vec<OrderId> = due.into_iter().map(|(_, order)| order).collect();
        let changes = answer.as_ref().expect("expiry is never refused");
        let closed = changes.iter().filter_map(|change| match change {
            Change::Closed { order, .. } => Some(*order),
            Change::Opened { .. } | Change::Deadline { .. } | Change::Seat { .. } => None,
            Change::Standing { .. } | Change::Allocation { .. } | Change::Claimed { .. } => None,
            Change::Filed { .. } => None,
        });
        assert_eq!(closed.collect::<Vec<_>>(), due, "earliest deadline first");
        for order in due {
            self.free_all_of(order);
        }
    }

    pub fn allocate(&mut self, places: &Places) -> Result<(), Refusal> {
        let sums = summed(&places.standing);
        self.check_withhold(&places.seats, SeatState::Allocated)?;
        for (section, quantity) in &sums {
            if !self.is_standing(*section) {
                return Err(Refusal::InvalidPlaces { seats: Vec::new() });
            }
            let free = self.counts(*section)[0];
            if free < *quantity {
                return Err(Refusal::SoldOut { free });
            }
        }
        for (section, quantity) in sums {
            *self.withheld.entry(section).or_default() += quantity;
        }
        self.withhold(&places.seats, SeatState::Allocated)
    }

    pub fn deallocate(&mut self, places: &Places) {
        for seat in &places.seats {
            if self.seats.get(&seat.0) == Some(&SeatState::Allocated) {
                self.seats.insert(seat.0, SeatState::Free);
            }
        }
        for (section, quantity) in &places.standing {
            if let Some(withheld) = self.withheld.get_mut(section) {
                *withheld -= (*withheld).min(*quantity);
            }
        }
    }

    fn check_withhold(&self, seats: &[SeatIndex], to: SeatState) -> Result<(), Refusal> {
        let seats = rising(seats);
        let unknown = seats
            .iter()
            .filter(|seat| !self.seats.contains_key(&seat.0));
        let unknown: Vec<SeatIndex> = unknown.copied().collect();
        if !unknown.is_empty() {
            return Err(Refusal::InvalidPlaces { seats: unknown });
        }
        let is_other = |seat: &&SeatIndex| ![SeatState::Free, to].contains(&self.seats[&seat.0]);
        let taken: Vec<SeatIndex> = seats.iter().filter(is_other).copied().collect();
        match taken.is_empty() {
            true => Ok(()),
            false => Err(Refusal::SeatTaken {
                taken,
                alternative: Vec::new(),
            }),
        }
    }

    pub fn withhold(&mut self, seats: &[SeatIndex], to: SeatState) -> Result<(), Refusal> {
        self.check_withhold(seats, to)?;
        for seat in seats {
            self.seats.insert(seat.0, to);
        }
        Ok(())
    }
}

/// Each section once, rising, with the sum of what is listed for it.
fn summed(standing: &[(SectionIndex, u32)]) -> Vec<(SectionIndex, u32)> {
    let mut sums: Vec<(SectionIndex, u32)> = Vec::new();
    for (section, quantity) in standing {
        match sums.iter_mut().find(|(other, _)| other == section) {
            Some((_, sum)) => *sum += quantity,
            None => sums.push((*section, *quantity)),
        }
    }
    sums.sort_unstable();
    sums
}
