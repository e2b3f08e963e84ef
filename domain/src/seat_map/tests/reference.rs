//! A naive seat map: maps and linear scans, which share nothing with the real one but the words of
//! commands, refusals and changes.
//!
//! Where the real map may choose, the model does not choose itself: it checks by brute force, over
//! all windows of all rows, that what was chosen is as good as anything.

use std::collections::HashMap;

use super::plan::{Plan, PlanSeat, PlanSection};
use crate::ids::OrderId;
use crate::manifest::{SeatIndex, SectionIndex};
use crate::order::{Buyer, Credential};
use crate::seat_map::{
    Change, Claim, Command, IdempotencyKey, LotState, Opening, Places, Refusal, RequestHash, Rules,
    SeatMap, SeatState, Sections, Wish,
};
use crate::time::Timestamp;

pub type Answer<'a> = &'a Result<Vec<Change>, Refusal>;

pub struct Model {
    pub plan: Plan,
    rules: Rules,
    pub seats: HashMap<u32, SeatState>,
    pub lots: Vec<ModelLot>,
    pub withheld: HashMap<SectionIndex, u32>,
    pub orders: HashMap<OrderId, ModelOrder>,
    buyers: HashMap<OrderId, Buyer>,
}

pub struct ModelLot {
    pub order: OrderId,
    pub section: SectionIndex,
    pub quantity: u32,
    pub state: LotState,
}

pub struct ModelOrder {
    pub opening: Opening,
    pub expires_at: Timestamp,
    has_claimed: bool,
    is_extended: bool,
    pub is_pinned: bool,
    claims: Vec<(IdempotencyKey, RequestHash, Places)>,
}

impl Model {
    pub fn new(plan: Plan, rules: Rules) -> Self {
        let state = |seat: PlanSeat| match seat.is_disabled {
            true => SeatState::Disabled,
            false => SeatState::Free,
        };
        let seats = plan
            .seats(&Sections::All)
            .map(|seat| (seat.index, state(seat)));
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

    pub fn plan(&self) -> &Plan {
        &self.plan
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
            Command::Return(places) => self.give_back(places),
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

    pub fn insert(&mut self, opening: &Opening, expires_at: Timestamp) {
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
    pub fn postpone(&mut self, id: OrderId, wanted: Timestamp) {
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

    pub fn free_all_of(&mut self, id: OrderId) {
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
            Wish::Best {
                quantity,
                sections,
                accessible,
            } => self.best(id, *quantity, sections, *accessible, answer),
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
        sections: &Sections,
        accessible: bool,
        answer: Answer<'_>,
    ) -> Result<Places, Refusal> {
        let is_seated = |section: SectionIndex| {
            usize::from(section.0) < self.plan.sections.len() && !self.is_standing(section)
        };
        let are_seated = match sections {
            Sections::All => true,
            Sections::Only(sections) => sections.iter().all(|section| is_seated(*section)),
        };
        if quantity == 0 || !are_seated {
            return Err(Refusal::InvalidPlaces { seats: Vec::new() });
        }
        self.check_limits(id, quantity)?;
        let free = self.free_seats(sections);
        let has_accessible = free.iter().any(|seat| seat.is_accessible);
        let free = match accessible && !has_accessible {
            true => 0,
            false => free.len(),
        };
        let wanted = usize::try_from(quantity).unwrap();
        if free < wanted {
            let free = u32::try_from(free).unwrap();
            return Err(Refusal::SoldOut { free });
        }
        let changes = answer.as_ref().expect("there is room for the party");
        let granted = changes.iter().find_map(|change| match change {
            Change::Claimed { claim, .. } => Some(claim.places.clone()),
            Change::Opened { .. } | Change::Deadline { .. } | Change::Seat { .. } => None,
            Change::Standing { .. } | Change::Allocation { .. } | Change::Closed { .. } => None,
            Change::Filed { .. } => None,
        });
        let granted = granted.expect("a grant is recorded");
        self.check_best(wanted, sections, accessible, &granted.seats);
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

    pub fn add_lot(
        &mut self,
        order: OrderId,
        section: SectionIndex,
        quantity: u32,
        state: LotState,
    ) {
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

    pub fn is_free(&self, seat: u32) -> bool {
        self.seats[&seat] == SeatState::Free
    }

    pub fn is_standing(&self, section: SectionIndex) -> bool {
        let found = self.plan.sections.get(usize::from(section.0));
        matches!(found, Some(PlanSection::Standing(_)))
    }

    /// What an order holds or has pinned.
    pub fn places_of(&self, id: OrderId) -> Places {
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
    pub fn counts(&self, section: SectionIndex) -> [u32; 4] {
        let mut counts = [0; 4];
        match &self.plan.sections[usize::from(section.0)] {
            PlanSection::Seated(_) => {
                for seat in self.plan.seats(&Sections::one(section)) {
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

    pub fn free_seats(&self, sections: &Sections) -> Vec<PlanSeat> {
        let seats = self.plan.seats(sections);
        seats.filter(|seat| self.is_free(seat.index)).collect()
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

pub fn rising(seats: &[SeatIndex]) -> Vec<SeatIndex> {
    let set: std::collections::BTreeSet<SeatIndex> = seats.iter().copied().collect();
    set.into_iter().collect()
}
