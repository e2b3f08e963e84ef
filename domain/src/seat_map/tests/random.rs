//! Random interleavings of all commands over random small houses, beside the reference model.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::acts::{Act, By, PlacesSketch, SLOTS, WishSketch, any_act};
use super::house::START;
use super::plan::{Plan, any_section, draw, freeze};
use super::reference::Model;
use crate::ids::{AccountId, OrderId};
use crate::manifest::{Manifest, SeatIndex, SectionIndex};
use crate::order::{Buyer, Credential, Owner, SecretHash};
use crate::pnr::Pnr;
use crate::seat_map::{
    Change, Claim, Command, IdempotencyKey, Opening, Places, RequestHash, Return, Rules, SeatMap,
    SeatState, Sections, Wish,
};
use crate::time::Timestamp;

proptest! {
    #[test]
    fn the_map_answers_and_moves_as_the_reference_model_does(
        sections in prop::collection::vec(any_section(), 1..4),
        shuffle in any::<u64>(),
        rules in any_rules(),
        acts in prop::collection::vec(any_act(), 1..120),
    ) {
        let plan = draw(&sections, shuffle);
        let manifest = Arc::new(freeze(&plan));
        let mut race = Race::new(plan, manifest, rules);
        for act in acts {
            race.play(act);
        }
        race.assert_replay_is_the_same();
    }
}

fn any_rules() -> impl Strategy<Value = Rules> {
    let per_buyer = prop::option::of(1..6_u32);
    let until = prop::option::weighted(0.2, 100..400_i64);
    let from = prop_oneof![4 => Just(0_i64), 1 => 1..60_i64];
    let stopped = prop::bool::weighted(0.02);
    let times = (20..90_u64, 20..300_u64);
    (1..7_u32, per_buyer, times, from, until, stopped).prop_map(
        |(max_per_order, max_per_buyer, (hold, life), from, until, stopped)| Rules {
            max_per_order,
            max_per_buyer,
            hold: Duration::from_secs(hold),
            max_life: Duration::from_secs(life),
            on_sale_from: Timestamp(START.0 + from * 1_000),
            on_sale_until: until.map(|until| Timestamp(START.0 + until * 1_000)),
            stopped,
        },
    )
}

/// The real map and the model, asked the same.
struct Race {
    map: SeatMap,
    fresh: SeatMap,
    model: Model,
    now: Timestamp,
    /// The latest order of each slot, and what it had before it ended.
    slots: Vec<Option<(Opening, Places)>>,
    ids: Vec<OrderId>,
    claims: Vec<Claim>,
    changes: Vec<Change>,
}

impl Race {
    fn new(plan: Plan, manifest: Arc<Manifest>, rules: Rules) -> Self {
        let map = SeatMap::new(manifest, rules.clone());
        Self {
            fresh: map.clone(),
            map,
            model: Model::new(plan, rules),
            now: START,
            slots: vec![None; usize::from(SLOTS)],
            ids: Vec::new(),
            claims: Vec::new(),
            changes: Vec::new(),
        }
    }

    fn play(&mut self, act: Act) {
        if let Some(command) = self.command(act) {
            let answer = self.map.decide(&command, self.now);
            for change in answer.iter().flatten() {
                self.map.apply(change);
                self.changes.push(change.clone());
            }
            self.model.step(&command, self.now, &answer);
        }
        self.model.assert_same(&self.map);
        self.model.assert_closed(&self.map, &self.ids);
        self.assert_free_seats_are_counted();
        self.remember_places();
    }

    fn assert_replay_is_the_same(mut self) {
        for change in &self.changes {
            self.fresh.apply(change);
        }
        self.model.assert_same(&self.fresh);
        assert_eq!(self.fresh, self.map);
    }

    /// These counts only save time, so that hardly an answer would show them wrong.
    fn assert_free_seats_are_counted(&self) {
        let rows = self.map.manifest().rows();
        let is_free = |seat: &&SeatIndex| self.map.seats()[seat.position()] == SeatState::Free;
        for (index, run) in rows.runs() {
            let free = rows.seats_of(run).iter().filter(is_free).count();
            let counted = self.map.free_seats_of_run[index];
            assert_eq!(u32::try_from(free), Ok(counted), "run {index}");
        }
        let manifest = self.map.manifest();
        for section in manifest.section_indexes() {
            let seats = manifest.seat_indexes().zip(manifest.seats());
            let accessible = seats.filter(|(_, it)| it.section == section && it.accessible);
            let free = accessible.filter(|(index, _)| is_free(&index)).count();
            let counted = self.map.free_accessible_of_section[section.position()];
            assert_eq!(u32::try_from(free), Ok(counted), "section {section:?}");
        }
    }

    fn remember_places(&mut self) {
        for (opening, places) in self.slots.iter_mut().flatten() {
            if let Some(order) = self.map.order(opening.order) {
                *places = order.places();
            }
        }
    }

    fn command(&mut self, act: Act) -> Option<Command> {
        Some(match act {
            Act::Open(slot) => Command::Open(self.open(slot)),
            Act::Extend(slot, by) => Command::Extend {
                order: self.opening(slot).order,
                credential: self.credential(slot, by),
            },
            Act::Cancel(slot, by) => Command::Cancel {
                order: self.opening(slot).order,
                credential: self.credential(slot, by),
            },
            Act::Claim(slot, by, key, wish) => Command::Claim(self.claim(slot, by, key, &wish)),
            Act::RepeatClaim(which) => Command::Claim(self.former_claim(which)?),
            Act::Drop(slot, by, places) => Command::Drop {
                order: self.opening(slot).order,
                credential: self.credential(slot, by),
                places: self.places(&places),
            },
            Act::Pin(slot) => Command::Pin {
                order: self.opening(slot).order,
            },
            Act::Unpin(slot) => Command::Unpin {
                order: self.opening(slot).order,
            },
            Act::Reclaim(slot, places) => Command::Reclaim {
                opening: self.opening(slot),
                places: self.places(&places),
            },
            Act::ReclaimFormer(slot) => Command::Reclaim {
                opening: self.opening(slot),
                places: self.slots.get(usize::from(slot))?.as_ref()?.1.clone(),
            },
            Act::Sell(slot) => Command::Sell {
                order: self.opening(slot).order,
            },
            Act::Return(slot, kept, withhold) => {
                Command::Return(self.give_back(slot, kept, withhold)?)
            }
            Act::Expire => Command::Expire,
            Act::Allocate(places) => Command::Allocate {
                places: self.places(&places),
            },
            Act::Deallocate(places) => Command::Deallocate {
                places: self.places(&places),
            },
            Act::Disable(seats) => Command::Disable {
                seats: seats.into_iter().map(|seat| self.seat(seat)).collect(),
            },
            Act::Wait(millis) => {
                let duration = Duration::from_millis(u64::from(millis));
                self.now = self.now.plus(duration);
                return None;
            }
            Act::WaitForDeadline => {
                self.now = self.map.next_deadline()?.max(self.now);
                return None;
            }
        })
    }

    /// All that a slot's order has bought, but for so many of the places in each standing section.
    fn give_back(&self, slot: u8, kept: u32, withhold: bool) -> Option<Return> {
        let (opening, places) = self.slots.get(usize::from(slot))?.as_ref()?;
        let sold = self.model.sold_lots(opening.order).into_iter();
        Some(Return {
            order: opening.order,
            seats: places.seats.clone(),
            standing: sold
                .map(|(section, sold)| (section, sold, kept.min(sold)))
                .collect(),
            withhold,
        })
    }

    /// The slot's order while that is open, else a new one.
    fn open(&mut self, slot: u8) -> Opening {
        let latest = self.opening(slot);
        let Some(place) = self.slots.get_mut(usize::from(slot)) else {
            return latest;
        };
        if self.map.order(latest.order).is_some() {
            return latest;
        }
        let number = u128::try_from(self.ids.len()).unwrap() * 16 + u128::from(slot);
        let opening = new_opening(slot, OrderId(Uuid::from_u128(number)), self.now);
        self.ids.push(opening.order);
        *place = Some((opening, Places::default()));
        opening
    }

    /// The latest order of a slot; one that never was, before there is any.
    fn opening(&self, slot: u8) -> Opening {
        let latest = self.slots.get(usize::from(slot)).and_then(Option::as_ref);
        let unknown = OrderId(Uuid::from_u128(u128::MAX - u128::from(slot)));
        match latest {
            Some((opening, _)) => *opening,
            None => new_opening(slot, unknown, self.now),
        }
    }

    fn credential(&self, slot: u8, by: By) -> Credential {
        let owner = self.opening(slot).owner;
        match by {
            By::Secret => Credential {
                secret_hash: Some(owner.secret_hash),
                account: None,
            },
            By::Account => Credential {
                secret_hash: None,
                account: owner.account,
            },
            By::Stranger => Credential {
                secret_hash: Some(SecretHash::of("stranger")),
                account: Some(AccountId(Uuid::from_u128(99))),
            },
        }
    }

    fn claim(&mut self, slot: u8, by: By, key: u8, wish: &WishSketch) -> Claim {
        let claim = Claim {
            order: self.opening(slot).order,
            credential: self.credential(slot, by),
            key: IdempotencyKey::new(&format!("key-{}", key / 4)).unwrap(),
            request_hash: RequestHash([key; 32]),
            wish: self.wish(wish),
        };
        self.claims.push(claim.clone());
        claim
    }

    fn former_claim(&self, which: u16) -> Option<Claim> {
        let place = usize::from(which).checked_rem(self.claims.len())?;
        self.claims.get(place).cloned()
    }

    fn wish(&self, wish: &WishSketch) -> Wish {
        match wish {
            WishSketch::Seats(seats) => {
                Wish::Seats(seats.iter().map(|seat| self.seat(*seat)).collect())
            }
            WishSketch::Row(first, count) => {
                let first = self.seat(*first).0;
                let seats = (first..).take(usize::from(*count)).map(SeatIndex);
                Wish::Seats(seats.collect())
            }
            WishSketch::Standing(section, quantity) => Wish::Standing {
                section: self.section(*section),
                quantity: *quantity,
            },
            WishSketch::Best(quantity, sections, accessible) => Wish::Best {
                quantity: *quantity,
                sections: match sections.as_slice() {
                    [] => Sections::All,
                    sections => {
                        let sections = sections.iter().map(|section| self.section(*section));
                        Sections::Only(sections.collect())
                    }
                },
                accessible: *accessible,
            },
        }
    }

    fn places(&self, (seats, standing): &PlacesSketch) -> Places {
        let standing = standing.iter();
        Places {
            seats: seats.iter().map(|seat| self.seat(*seat)).collect(),
            standing: standing
                .map(|(section, quantity)| (self.section(*section), *quantity))
                .collect(),
        }
    }

    fn seat(&self, pick: u16) -> SeatIndex {
        let count = u32::try_from(self.map.manifest().seats().len()).unwrap();
        SeatIndex(u32::from(pick) % (count + 1))
    }

    fn section(&self, pick: u16) -> SectionIndex {
        let count = u16::try_from(self.map.manifest().sections().len()).unwrap();
        SectionIndex(pick % (count + 1))
    }
}

/// Every second slot has an account, and two of three a buyer whom the limit counts.
fn new_opening(slot: u8, order: OrderId, opened_at: Timestamp) -> Opening {
    let account = AccountId(Uuid::from_u128(u128::from(slot)));
    Opening {
        order,
        pnr: Pnr::from_number(u64::from(slot)),
        owner: Owner {
            secret_hash: SecretHash::of(&order.to_string()),
            account: slot.is_multiple_of(2).then_some(account),
        },
        buyer: (!slot.is_multiple_of(3)).then_some(Buyer::Email([slot % 2; 32])),
        opened_at,
    }
}
