//! A naive seat map: maps and linear scans, which share nothing with the real one but the words of
//! commands, refusals and changes.
//!
//! Where the real map may choose, the model does not choose itself: it checks by brute force, over
//! all windows of all rows, that what was chosen is as good as anything.

use std::collections::HashMap;

use crate::ids::OrderId;
use crate::manifest::{SeatIndex, SectionIndex};
use crate::order::{Buyer, Credential};
use crate::seat_map::{
    Change, Claim, Command, IdempotencyKey, LotState, Opening, Places, Refusal, RequestHash, Rules,
    SeatMap, SeatState, Wish,
};
use crate::time::Timestamp;

/// A plan as it was drawn, with its neighbours known beforehand.
#[derive(Debug, Clone)]
pub struct Plan {
    pub sections: Vec<PlanSection>,
    pub focus: (i64, i64),
}

#[derive(Debug, Clone)]
pub enum PlanSection {
    /// Seats by block: within one, each is the neighbour of the next.
    Seated(Vec<Vec<PlanSeat>>),
    Standing(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanSeat {
    pub index: u32,
    pub row: u32,
    pub x: i64,
    pub y: i64,
    pub is_disabled: bool,
}

type Answer<'a> = &'a Result<Vec<Change>, Refusal>;

pub struct Model {
    plan: Plan,
    rules: Rules,
    seats: HashMap<u32, SeatState>,
    lots: Vec<ModelLot>,
    withheld: HashMap<SectionIndex, u32>,
    orders: HashMap<OrderId, ModelOrder>,
    buyers: HashMap<OrderId, Buyer>,
}

struct ModelLot {
    order: OrderId,
    section: SectionIndex,
    quantity: u32,
    state: LotState,
}

struct ModelOrder {
    opening: Opening,
    expires_at: Timestamp,
    has_claimed: bool,
    is_extended: bool,
    is_pinned: bool,
    claims: Vec<(IdempotencyKey, RequestHash, Places)>,
}

impl Model {
    pub fn new(plan: Plan, rules: Rules) -> Self {
        let state = |seat: PlanSeat| match seat.is_disabled {
            true => SeatState::Disabled,
            false => SeatState::Free,
        };
        let seats = plan.seats(None).map(|seat| (seat.index, state(seat)));
        Self {
            seats: seats.collect(),
            plan,
            rules,
            lots: Vec::new(),
            withheld: HashMap::new(),
            orders: HashMap::new(),
            buyers: HashMap::new(),
        }
    }

    /// Follows a command, and checks its answer.
    pub fn step(&mut self, command: &Command, now: Timestamp, answer: Answer<'_>) {
        let expected = self.follow(command, now, answer);
        let got = answer.as_ref().map(|_| ()).map_err(Clone::clone);
        assert_eq!(got, expected, "{command:?}");
    }

    fn follow(
        &mut self,
        command: &Command,
        now: Timestamp,
        answer: Answer<'_>,
    ) -> Result<(), Refusal> {
        match command {
            Command::Open(opening) => self.open(opening, now),
            Command::Extend { order, credential } => self.extend(*order, credential, now),
            Command::Cancel { order, credential } => self.cancel(*order, credential),
            Command::Claim(claim) => self.claim(claim, now, answer),
            Command::Drop {
                order,
                credential,
                places,
            } => self.drop_places(*order, credential, places, now),
            Command::Pin { order } => self.pin(*order, now),
            Command::Unpin { order } => {
                self.unpin(*order, now);
                Ok(())
            }
            Command::Reclaim { opening, places } => self.reclaim(opening, places, now),
            Command::Sell { order } => self.sell(*order),
            Command::Expire => {
                self.expire(now, answer);
                Ok(())
            }
            Command::Allocate { places } => self.allocate(places),
            Command::Deallocate { places } => {
                self.deallocate(places);
                Ok(())
            }
            Command::Disable { seats } => self.withhold(seats, SeatState::Disabled),
        }
    }

    fn open(&mut self, opening: &Opening, now: Timestamp) -> Result<(), Refusal> {
        if self.orders.contains_key(&opening.order) {
            return Err(Refusal::AlreadyOpen);
        }
        self.check_on_sale(now)?;
        let end = self.end_of_life(opening);
        let expires_at = now.plus(self.rules.hold).min(end);
        self.insert(opening, expires_at);
        Ok(())
    }

    fn insert(&mut self, opening: &Opening, expires_at: Timestamp) {
        let order = ModelOrder {
            opening: *opening,
            expires_at,
            has_claimed: false,
            is_extended: false,
            is_pinned: false,
            claims: Vec::new(),
        };
        self.orders.insert(opening.order, order);
        if let Some(buyer) = opening.buyer {
            self.buyers.insert(opening.order, buyer);
        }
    }

    fn check_on_sale(&self, now: Timestamp) -> Result<(), Refusal> {
        let rules = &self.rules;
        let ended = rules.on_sale_until.is_some_and(|until| until <= now);
        if rules.stopped || ended {
            Err(Refusal::NotOnSale { opens_at: None })
        } else if now < rules.on_sale_from {
            let opens_at = Some(rules.on_sale_from);
            Err(Refusal::NotOnSale { opens_at })
        } else {
            Ok(())
        }
    }

    fn end_of_life(&self, opening: &Opening) -> Timestamp {
        opening.opened_at.plus(self.rules.max_life)
    }

    fn bearer(&self, id: OrderId, credential: &Credential) -> Result<&ModelOrder, Refusal> {
        let order = self.orders.get(&id).ok_or(Refusal::UnknownOrder)?;
        let owner = order.opening.owner;
        let by_secret = credential.secret_hash == Some(owner.secret_hash);
        let by_account = owner.account.is_some() && owner.account == credential.account;
        match by_secret || by_account {
            true => Ok(order),
            false => Err(Refusal::Forbidden),
        }
    }

    fn open_cart(
        &self,
        id: OrderId,
        credential: &Credential,
        now: Timestamp,
    ) -> Result<&ModelOrder, Refusal> {
        let order = self.bearer(id, credential)?;
        if order.is_pinned {
            Err(Refusal::PaymentUnderWay)
        } else if order.expires_at <= now {
            Err(Refusal::OrderExpired)
        } else {
            Ok(order)
        }
    }

    /// Moves a deadline forward, as far as the order's life allows.
    fn postpone(&mut self, id: OrderId, wanted: Timestamp) {
        let end = self.end_of_life(&self.orders[&id].opening);
        let order = self.orders.get_mut(&id).unwrap();
        let allowed = if wanted < end { wanted } else { end };
        if order.expires_at < allowed {
            order.expires_at = allowed;
        }
    }

    fn extend(&mut self, id: OrderId, by: &Credential, now: Timestamp) -> Result<(), Refusal> {
        let order = self.open_cart(id, by, now)?;
        if order.is_extended {
            return Err(Refusal::AlreadyExtended);
        }
        self.postpone(id, order.expires_at.plus(self.rules.hold));
        self.orders.get_mut(&id).unwrap().is_extended = true;
        Ok(())
    }

    fn cancel(&mut self, id: OrderId, by: &Credential) -> Result<(), Refusal> {
        if self.bearer(id, by)?.is_pinned {
            return Err(Refusal::PaymentUnderWay);
        }
        self.free_all_of(id);
        Ok(())
    }

    fn free_all_of(&mut self, id: OrderId) {
        for state in self.seats.values_mut() {
            if *state == SeatState::Held(id) {
                *state = SeatState::Free;
            }
        }
        self.lots
            .retain(|lot| lot.order != id || lot.state == LotState::Sold);
        self.orders.remove(&id);
    }

    fn claim(&mut self, claim: &Claim, now: Timestamp, answer: Answer<'_>) -> Result<(), Refusal> {
        let id = claim.order;
        let order = self.bearer(id, &claim.credential)?;
        if let Some((_, hash, places)) = order.claims.iter().find(|(key, ..)| *key == claim.key) {
            return self.repeat(id, *hash == claim.request_hash, places);
        }
        self.open_cart(id, &claim.credential, now)?;
        self.check_on_sale(now)?;
        let places = self.places_for(id, &claim.wish, answer)?;
        for seat in &places.seats {
            self.seats.insert(seat.0, SeatState::Held(id));
        }
        for (section, quantity) in &places.standing {
            self.add_lot(id, *section, *quantity, LotState::Held);
        }
        let order = self.orders.get_mut(&id).unwrap();
        let is_first = !order.has_claimed;
        order.has_claimed = true;
        let record = (claim.key.clone(), claim.request_hash, places);
        order.claims.push(record);
        if is_first {
            self.postpone(id, now.plus(self.rules.hold));
        }
        Ok(())
    }

    fn repeat(&self, id: OrderId, is_same: bool, places: &Places) -> Result<(), Refusal> {
        if !is_same {
            return Err(Refusal::KeyReused);
        }
        let has = self.places_of(id);
        let seats = places.seats.iter().all(|seat| has.seats.contains(seat));
        let standing = places.standing.iter().all(|(section, quantity)| {
            let lots = has.standing.iter();
            let lots = lots.filter(|(other, _)| other == section);
            lots.map(|(_, quantity)| *quantity).sum::<u32>() >= *quantity
        });
        match seats && standing {
            true => Ok(()),
            false => Err(Refusal::ClaimLapsed),
        }
    }

    fn places_for(&self, id: OrderId, wish: &Wish, answer: Answer<'_>) -> Result<Places, Refusal> {
        match wish {
            Wish::Seats(seats) => self.named(id, seats, answer),
            Wish::Standing { section, quantity } => self.standing_places(id, *section, *quantity),
            Wish::Best { quantity, section } => self.best(id, *quantity, *section, answer),
        }
    }

    fn named(
        &self,
        id: OrderId,
        wanted: &[SeatIndex],
        answer: Answer<'_>,
    ) -> Result<Places, Refusal> {
        let unknown = wanted
            .iter()
            .filter(|seat| !self.seats.contains_key(&seat.0));
        let most = usize::try_from(self.rules.max_per_order).unwrap();
        let unknown: Vec<SeatIndex> = unknown.take(most).copied().collect();
        if wanted.is_empty() || !unknown.is_empty() {
            return Err(Refusal::InvalidPlaces { seats: unknown });
        }
        let seats = rising(wanted);
        let count = |seat: &SeatIndex| wanted.iter().filter(|other| *other == seat).count();
        let twice: Vec<SeatIndex> = seats
            .iter()
            .filter(|seat| count(seat) > 1)
            .copied()
            .collect();
        if !twice.is_empty() {
            return Err(Refusal::InvalidPlaces { seats: twice });
        }
        let mine = |seat: &SeatIndex| self.seats[&seat.0] == SeatState::Held(id);
        let fresh: Vec<SeatIndex> = seats.iter().filter(|seat| !mine(seat)).copied().collect();
        self.check_limits(id, u32::try_from(fresh.len()).unwrap())?;
        let taken: Vec<SeatIndex> = fresh
            .iter()
            .filter(|seat| !self.is_free(seat.0))
            .copied()
            .collect();
        if taken.is_empty() {
            let standing = Vec::new();
            return Ok(Places { seats, standing });
        }
        let Err(Refusal::SeatTaken { alternative, .. }) = answer else {
            panic!("{taken:?} are taken, but: {answer:?}");
        };
        let alternative = alternative.clone();
        self.check_alternative(&fresh, &alternative);
        Err(Refusal::SeatTaken { taken, alternative })
    }

    fn standing_places(
        &self,
        id: OrderId,
        section: SectionIndex,
        quantity: u32,
    ) -> Result<Places, Refusal> {
        if !self.is_standing(section) || quantity == 0 {
            return Err(Refusal::InvalidPlaces { seats: Vec::new() });
        }
        self.check_limits(id, quantity)?;
        let free = self.counts(section)[0];
        if free < quantity {
            return Err(Refusal::SoldOut { free });
        }
        let standing = vec![(section, quantity)];
        Ok(Places {
            seats: Vec::new(),
            standing,
        })
    }

    fn best(
        &self,
        id: OrderId,
        quantity: u32,
        section: Option<SectionIndex>,
        answer: Answer<'_>,
    ) -> Result<Places, Refusal> {
        let is_seated = |section: SectionIndex| {
            usize::from(section.0) < self.plan.sections.len() && !self.is_standing(section)
        };
        if quantity == 0 || section.is_some_and(|section| !is_seated(section)) {
            return Err(Refusal::InvalidPlaces { seats: Vec::new() });
        }
        self.check_limits(id, quantity)?;
        let free = self.free_seats(section).len();
        let wanted = usize::try_from(quantity).unwrap();
        if free < wanted {
            let free = u32::try_from(free).unwrap();
            return Err(Refusal::SoldOut { free });
        }
        let changes = answer.as_ref().expect("there is room for the party");
        let granted = changes.iter().find_map(|change| match change {
            Change::Claimed { places, .. } => Some(places.clone()),
            Change::Opened { .. } | Change::Deadline { .. } | Change::Seat { .. } => None,
            Change::Standing { .. } | Change::Allocation { .. } | Change::Closed { .. } => None,
        });
        let granted = granted.expect("a grant is recorded");
        self.check_best(wanted, section, &granted.seats);
        Ok(granted)
    }

    fn check_limits(&self, id: OrderId, more: u32) -> Result<(), Refusal> {
        let check = |has: u32, limit: u32| match more > 0 && has + more > limit {
            true => Err(Refusal::LimitReached { limit }),
            false => Ok(()),
        };
        let has = self.places_of(id);
        let standing: u32 = has.standing.iter().map(|(_, quantity)| quantity).sum();
        let seats = u32::try_from(has.seats.len()).unwrap();
        check(seats + standing, self.rules.max_per_order)?;
        match (self.rules.max_per_buyer, self.buyers.get(&id)) {
            (Some(limit), Some(buyer)) => check(self.places_of_buyer(*buyer), limit),
            (None, _) | (_, None) => Ok(()),
        }
    }

    pub fn places_of_buyer(&self, buyer: Buyer) -> u32 {
        let is_theirs = |order: &OrderId| self.buyers.get(order) == Some(&buyer);
        let seats = self.seats.values().filter(|state| match state {
            SeatState::Held(order) | SeatState::Pinned(order) | SeatState::Sold(order) => {
                is_theirs(order)
            }
            SeatState::Free | SeatState::Allocated | SeatState::Disabled => false,
        });
        let lots = self.lots.iter().filter(|lot| is_theirs(&lot.order));
        let standing: u32 = lots.map(|lot| lot.quantity).sum();
        u32::try_from(seats.count()).unwrap() + standing
    }

    fn drop_places(
        &mut self,
        id: OrderId,
        by: &Credential,
        places: &Places,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.open_cart(id, by, now)?;
        for seat in &places.seats {
            if self.seats.get(&seat.0) == Some(&SeatState::Held(id)) {
                self.seats.insert(seat.0, SeatState::Free);
            }
        }
        for (section, quantity) in &places.standing {
            let lots = self.lots.iter_mut();
            let mut held = lots.filter(|lot| {
                (lot.order, lot.section, lot.state) == (id, *section, LotState::Held)
            });
            if let Some(lot) = held.next() {
                lot.quantity -= lot.quantity.min(*quantity);
            }
        }
        Ok(())
    }

    fn pin(&mut self, id: OrderId, now: Timestamp) -> Result<(), Refusal> {
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

    fn unpin(&mut self, id: OrderId, now: Timestamp) {
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

    fn sell(&mut self, id: OrderId) -> Result<(), Refusal> {
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

    fn turn(&mut self, id: OrderId, from: SeatState, to: SeatState, lot_state: LotState) {
        for state in self.seats.values_mut().filter(|state| **state == from) {
            *state = to;
        }
        let lots = self.lots.iter_mut();
        for lot in lots.filter(|lot| lot.order == id && lot.state != LotState::Sold) {
            lot.state = lot_state;
        }
    }

    fn reclaim(
        &mut self,
        opening: &Opening,
        places: &Places,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let id = opening.order;
        let mut wanted = Places {
            seats: rising(&places.seats),
            standing: Vec::new(),
        };
        for section in
            (0..self.plan.sections.len() + 1).map(|it| SectionIndex(u16::try_from(it).unwrap()))
        {
            let lots = places
                .standing
                .iter()
                .filter(|(other, _)| *other == section);
            if lots.clone().count() > 0 {
                wanted
                    .standing
                    .push((section, lots.map(|(_, quantity)| quantity).sum()));
            }
        }
        let is_valid = wanted.seats.len() == places.seats.len()
            && wanted
                .seats
                .iter()
                .all(|seat| self.seats.contains_key(&seat.0))
            && wanted
                .standing
                .iter()
                .all(|(section, quantity)| self.is_standing(*section) && *quantity > 0)
            && !(wanted.seats.is_empty() && wanted.standing.is_empty());
        if !is_valid {
            return Err(Refusal::InvalidPlaces { seats: Vec::new() });
        }
        if let Some(order) = self.orders.get(&id) {
            return match order.is_pinned && self.places_of(id) == wanted {
                true => Ok(()),
                false => Err(Refusal::AlreadyOpen),
            };
        }
        let taken: Vec<SeatIndex> = wanted
            .seats
            .iter()
            .filter(|seat| !self.is_free(seat.0))
            .copied()
            .collect();
        if !taken.is_empty() {
            return Err(Refusal::SeatTaken {
                taken,
                alternative: Vec::new(),
            });
        }
        for (section, quantity) in &wanted.standing {
            let free = self.counts(*section)[0];
            if free < *quantity {
                return Err(Refusal::SoldOut { free });
            }
        }
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

    fn expire(&mut self, now: Timestamp, answer: Answer<'_>) {
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
        });
        assert_eq!(closed.collect::<Vec<_>>(), due, "earliest deadline first");
        for order in due {
            self.free_all_of(order);
        }
    }

    fn allocate(&mut self, places: &Places) -> Result<(), Refusal> {
        let mut sums: Vec<(SectionIndex, u32)> = Vec::new();
        for (section, quantity) in &places.standing {
            match sums.iter_mut().find(|(other, _)| other == section) {
                Some((_, sum)) => *sum += quantity,
                None => sums.push((*section, *quantity)),
            }
        }
        sums.sort_unstable();
        let seats: Result<(), Refusal> = self.check_withhold(&places.seats, SeatState::Allocated);
        seats?;
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

    fn deallocate(&mut self, places: &Places) {
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

    fn withhold(&mut self, seats: &[SeatIndex], to: SeatState) -> Result<(), Refusal> {
        self.check_withhold(seats, to)?;
        for seat in seats {
            self.seats.insert(seat.0, to);
        }
        Ok(())
    }

    fn add_lot(&mut self, order: OrderId, section: SectionIndex, quantity: u32, state: LotState) {
        let lots = self.lots.iter_mut();
        let mut same =
            lots.filter(|lot| (lot.order, lot.section, lot.state) == (order, section, state));
        match same.next() {
            Some(lot) => lot.quantity += quantity,
            None => self.lots.push(ModelLot {
                order,
                section,
                quantity,
                state,
            }),
        }
    }

    fn is_free(&self, seat: u32) -> bool {
        self.seats[&seat] == SeatState::Free
    }

    fn is_standing(&self, section: SectionIndex) -> bool {
        let found = self.plan.sections.get(usize::from(section.0));
        matches!(found, Some(PlanSection::Standing(_)))
    }

    /// What an order holds or has pinned.
    fn places_of(&self, id: OrderId) -> Places {
        let is_its =
            |state: &SeatState| [SeatState::Held(id), SeatState::Pinned(id)].contains(state);
        let seats = self.seats.iter().filter(|(_, state)| is_its(state));
        let seats: Vec<SeatIndex> = seats.map(|(index, _)| SeatIndex(*index)).collect();
        let lots = self
            .lots
            .iter()
            .filter(|lot| lot.order == id && lot.quantity > 0);
        let lots = lots.filter(|lot| lot.state != LotState::Sold);
        let mut standing: Vec<_> = lots.map(|lot| (lot.section, lot.quantity)).collect();
        standing.sort_unstable();
        Places {
            seats: rising(&seats),
            standing,
        }
    }

    /// The free, held, sold and withheld places of a section.
    fn counts(&self, section: SectionIndex) -> [u32; 4] {
        let mut counts = [0; 4];
        match &self.plan.sections[usize::from(section.0)] {
            PlanSection::Seated(_) => {
                for seat in self.plan.seats(Some(section)) {
                    counts[match self.seats[&seat.index] {
                        SeatState::Free => 0,
                        SeatState::Held(_) | SeatState::Pinned(_) => 1,
                        SeatState::Sold(_) => 2,
                        SeatState::Allocated | SeatState::Disabled => 3,
                    }] += 1;
                }
            }
            PlanSection::Standing(capacity) => {
                for lot in self.lots.iter().filter(|lot| lot.section == section) {
                    counts[if lot.state == LotState::Sold { 2 } else { 1 }] += lot.quantity;
                }
                counts[3] = self.withheld.get(&section).copied().unwrap_or(0);
                counts[0] = capacity - counts[1] - counts[2] - counts[3];
            }
        }
        counts
    }

    fn free_seats(&self, section: Option<SectionIndex>) -> Vec<PlanSeat> {
        let seats = self.plan.seats(section);
        seats.filter(|seat| self.is_free(seat.index)).collect()
    }
}

/// What may be chosen.
impl Model {
    /// Every run of free neighbours of a length, with the single seats that taking it would leave.
    fn windows(&self, wanted: usize, section: Option<SectionIndex>) -> Vec<(u32, Vec<PlanSeat>)> {
        let mut windows = Vec::new();
        for block in self.plan.blocks(section) {
            let free = |place: Option<usize>| {
                let seat = place.and_then(|place| block.get(place));
                seat.is_some_and(|seat| self.is_free(seat.index))
            };
            for start in 0..block.len() {
                let end = start + wanted;
                if end > block.len() || !(start..end).all(|place| free(Some(place))) {
                    continue;
                }
                let left = free(start.checked_sub(1)) && !free(start.checked_sub(2));
                let right = free(Some(end)) && !free(Some(end + 1));
                let orphans = u32::from(left) + u32::from(right);
                windows.push((orphans, block[start..end].to_vec()));
            }
        }
        windows
    }

    /// Whether the seats are one of the windows, and none has fewer orphans or then a lower cost.
    fn check_window(
        &self,
        seats: &[SeatIndex],
        windows: &[(u32, Vec<PlanSeat>)],
        target: (i64, i64),
    ) {
        let score = |(orphans, window): &(u32, Vec<PlanSeat>)| {
            let costs = window.iter().map(|seat| distance((seat.x, seat.y), target));
            (*orphans, costs.sum::<u64>())
        };
        let is_it = |window: &[PlanSeat]| {
            let indexes: Vec<SeatIndex> = window.iter().map(|seat| SeatIndex(seat.index)).collect();
            rising(&indexes) == seats
        };
        let chosen = windows.iter().find(|(_, window)| is_it(window));
        let chosen = chosen.unwrap_or_else(|| panic!("{seats:?} are no free neighbours"));
        assert_eq!(
            Some(score(chosen)),
            windows.iter().map(score).min(),
            "{seats:?}"
        );
    }

    fn check_best(&self, wanted: usize, section: Option<SectionIndex>, seats: &[SeatIndex]) {
        assert_eq!(seats.len(), wanted);
        let windows = self.windows(wanted, section);
        if !windows.is_empty() {
            return self.check_window(seats, &windows, self.plan.focus);
        }
        let is_around = |seed: &PlanSeat| {
            let home = self.plan.section_of(seed.index);
            let at_home = self.free_seats(Some(home));
            let scope = if at_home.len() >= wanted {
                at_home
            } else {
                self.free_seats(section)
            };
            are_nearest(seats, &scope, (seed.x, seed.y))
        };
        let seeds = self.free_seats(section);
        assert!(
            seeds.iter().any(is_around),
            "{seats:?} are not near each other"
        );
    }

    fn check_alternative(&self, wanted: &[SeatIndex], alternative: &[SeatIndex]) {
        let count = i64::try_from(wanted.len()).unwrap();
        let wanted_seats = self
            .plan
            .seats(None)
            .filter(|seat| wanted.contains(&SeatIndex(seat.index)));
        let sum = wanted_seats.fold((0, 0), |(x, y), seat| (x + seat.x, y + seat.y));
        let middle = (sum.0 / count, sum.1 / count);
        let home = self.plan.section_of(wanted[0].0);
        for section in [Some(home), None] {
            let windows = self.windows(wanted.len(), section);
            if !windows.is_empty() {
                return self.check_window(alternative, &windows, middle);
            }
        }
        let free = self.free_seats(None);
        if free.len() < wanted.len() {
            assert_eq!(alternative, []);
        } else {
            assert_eq!(alternative.len(), wanted.len());
            assert!(are_nearest(alternative, &free, middle), "{alternative:?}");
        }
    }
}

/// What is compared after every step.
impl Model {
    pub fn assert_same(&self, map: &SeatMap) {
        for (index, state) in &self.seats {
            assert_eq!(
                map.seats()[usize::try_from(*index).unwrap()],
                *state,
                "seat {index}"
            );
        }
        for section in map.manifest().section_indexes() {
            let counts = map.sections()[section.position()];
            let counts = [counts.free, counts.held, counts.sold, counts.withheld];
            assert_eq!(counts, self.counts(section), "{section:?}");
        }
        let waiting = self.orders.values().filter(|order| !order.is_pinned);
        let next = waiting.map(|order| order.expires_at).min();
        assert_eq!(map.next_deadline(), next);
        assert_eq!(map.has_open_orders(), !self.orders.is_empty());
        for (id, order) in &self.orders {
            let found = map.order(*id).expect("the order is open");
            assert_eq!(found.places(), self.places_of(*id));
            assert_eq!(found.expires_at, order.expires_at);
            assert_eq!(found.is_pinned(), order.is_pinned);
        }
        for buyer in self.buyers.values() {
            let counted = map.orders.places_of_buyer(*buyer);
            assert_eq!(counted, self.places_of_buyer(*buyer), "{buyer:?}");
        }
    }

    pub fn assert_closed(&self, map: &SeatMap, ids: &[OrderId]) {
        for id in ids.iter().filter(|id| !self.orders.contains_key(id)) {
            assert!(map.order(*id).is_none(), "{id} is closed");
        }
    }
}

impl Plan {
    fn blocks(&self, section: Option<SectionIndex>) -> impl Iterator<Item = &Vec<PlanSeat>> {
        let sections = self.sections.iter().enumerate();
        let sections = sections
            .filter(move |(position, _)| section.is_none_or(|it| usize::from(it.0) == *position));
        sections.flat_map(|(_, section)| match section {
            PlanSection::Seated(blocks) => blocks.as_slice(),
            PlanSection::Standing(_) => &[],
        })
    }

    pub fn seats(&self, section: Option<SectionIndex>) -> impl Iterator<Item = PlanSeat> {
        self.blocks(section).flatten().copied()
    }

    fn section_of(&self, seat: u32) -> SectionIndex {
        let mut sections = (0_u16..).map(SectionIndex).take(self.sections.len());
        let found = sections.find(|section| self.seats(Some(*section)).any(|it| it.index == seat));
        found.expect("every seat has its section")
    }
}

fn rising(seats: &[SeatIndex]) -> Vec<SeatIndex> {
    let set: std::collections::BTreeSet<SeatIndex> = seats.iter().copied().collect();
    set.into_iter().collect()
}

fn distance(a: (i64, i64), b: (i64, i64)) -> u64 {
    let (x, y) = (a.0 - b.0, a.1 - b.1);
    u64::try_from(x * x + y * y).unwrap().isqrt()
}

/// Whether no free seat that was left is nearer to a point than one that was chosen.
fn are_nearest(chosen: &[SeatIndex], free: &[PlanSeat], around: (i64, i64)) -> bool {
    let is_chosen = |seat: &&PlanSeat| chosen.contains(&SeatIndex(seat.index));
    let (taken, left): (Vec<&PlanSeat>, Vec<&PlanSeat>) = free.iter().partition(is_chosen);
    let far = taken
        .iter()
        .map(|seat| distance((seat.x, seat.y), around))
        .max();
    let near = left
        .iter()
        .map(|seat| distance((seat.x, seat.y), around))
        .min();
    taken.len() == chosen.len() && near.is_none_or(|near| far <= Some(near))
}
