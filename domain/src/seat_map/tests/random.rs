//! Random interleavings of all commands over random small houses, beside the reference model.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::house::{START, placement};
use super::reference::{Model, Plan, PlanSeat, PlanSection};
use crate::ids::{AccountId, OrderId, SectionId};
use crate::manifest::{Manifest, Point, Seat, SeatIndex, Section, SectionIndex, SectionKind};
use crate::order::{Buyer, Credential, Owner, SecretHash};
use crate::pnr::Pnr;
use crate::seat_map::{
    Change, Claim, Command, IdempotencyKey, Opening, Places, RequestHash, Rules, SeatMap, Wish,
};
use crate::time::Timestamp;

const SLOTS: u8 = 6;

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

/// A section before it is drawn.
#[derive(Debug, Clone)]
enum Sketch {
    /// Rows of blocks of seats; a set bit is a seat out of use.
    Seated {
        rows: Vec<Vec<(usize, u8)>>,
        is_vertical: bool,
        slant: i64,
    },
    Standing(u32),
}

fn any_section() -> impl Strategy<Value = Sketch> {
    let disabled = || prop_oneof![4 => Just(0_u8), 1 => any::<u8>()];
    let undivided = prop::collection::vec((1..8_usize, disabled()), 1);
    // Blocks of three and more, so that the usual gap of a row is the one within its blocks.
    let divided = prop::collection::vec((3..6_usize, disabled()), 2..4);
    let rows = prop::collection::vec(prop_oneof![undivided, divided], 1..4);
    let seated = (rows, any::<bool>(), 0..20_i64);
    let seated = seated.prop_map(|(rows, is_vertical, slant)| Sketch::Seated {
        rows,
        is_vertical,
        slant,
    });
    prop_oneof![3 => seated, 1 => (1..8_u32).prop_map(Sketch::Standing)]
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

/// What happens next. Numbers are taken modulo what there is, and one more.
#[derive(Debug, Clone)]
enum Act {
    Open(u8),
    Extend(u8, By),
    Cancel(u8, By),
    Claim(u8, By, u8, WishSketch),
    RepeatClaim(u16),
    Drop(u8, By, PlacesSketch),
    Pin(u8),
    Unpin(u8),
    Reclaim(u8, PlacesSketch),
    ReclaimFormer(u8),
    Sell(u8),
    Expire,
    Allocate(PlacesSketch),
    Deallocate(PlacesSketch),
    Disable(Vec<u16>),
    Wait(u32),
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
enum By {
    Secret,
    Account,
    Stranger,
}

#[derive(Debug, Clone)]
enum WishSketch {
    Seats(Vec<u16>),
    Row(u16, u8),
    Standing(u16, u32),
    Best(u32, Option<u16>),
}

type PlacesSketch = (Vec<u16>, Vec<(u16, u32)>);

fn any_act() -> impl Strategy<Value = Act> {
    let slot = || 0..=SLOTS;
    let by = || {
        prop_oneof![
            12 => Just(By::Secret),
            2 => Just(By::Account),
            1 => Just(By::Stranger),
        ]
    };
    let places = || {
        let seats = prop::collection::vec(any::<u16>(), 0..4);
        let standing = prop::collection::vec((any::<u16>(), 0..3_u32), 0..3);
        (seats, standing)
    };
    let own = (slot(), any::<u8>());
    prop_oneof![
        6 => slot().prop_map(Act::Open),
        2 => (slot(), by()).prop_map(|(slot, by)| Act::Extend(slot, by)),
        2 => (slot(), by()).prop_map(|(slot, by)| Act::Cancel(slot, by)),
        16 => (slot(), by(), any::<u8>(), any_wish())
            .prop_map(|(slot, by, key, wish)| Act::Claim(slot, by, key, wish)),
        2 => any::<u16>().prop_map(Act::RepeatClaim),
        4 => (slot(), by(), places()).prop_map(|(slot, by, places)| Act::Drop(slot, by, places)),
        4 => slot().prop_map(Act::Pin),
        2 => slot().prop_map(Act::Unpin),
        1 => (slot(), places()).prop_map(|(slot, places)| Act::Reclaim(slot, places)),
        2 => own.prop_map(|(slot, _)| Act::ReclaimFormer(slot)),
        3 => slot().prop_map(Act::Sell),
        3 => Just(Act::Expire),
        1 => places().prop_map(Act::Allocate),
        1 => places().prop_map(Act::Deallocate),
        1 => prop::collection::vec(any::<u16>(), 0..2).prop_map(Act::Disable),
        8 => prop_oneof![0..5_000_u32, 0..60_000_u32].prop_map(Act::Wait),
    ]
}

fn any_wish() -> impl Strategy<Value = WishSketch> {
    prop_oneof![
        2 => prop::collection::vec(any::<u16>(), 0..4).prop_map(WishSketch::Seats),
        4 => (any::<u16>(), 1..5_u8).prop_map(|(first, count)| WishSketch::Row(first, count)),
        3 => (any::<u16>(), 0..4_u32).prop_map(|(section, count)| WishSketch::Standing(section, count)),
        4 => (0..6_u32, prop::option::weighted(0.3, any::<u16>()))
            .prop_map(|(count, section)| WishSketch::Best(count, section)),
    ]
}

/// Draws sections one below the other and deals out their seat indexes in no particular order.
fn draw(sketches: &[Sketch], shuffle: u64) -> Plan {
    let mut top = 300;
    let mut next_index = 0;
    let mut sections = Vec::new();
    for sketch in sketches {
        sections.push(match sketch {
            Sketch::Standing(capacity) => PlanSection::Standing(*capacity),
            Sketch::Seated {
                rows,
                is_vertical,
                slant,
            } => {
                let mut blocks = Vec::new();
                for (row, sizes) in (0..).zip(rows) {
                    blocks.extend(draw_row(sizes, row, top, *is_vertical, *slant));
                }
                deal_indexes(&mut blocks, &mut next_index, shuffle);
                top += 4_000;
                PlanSection::Seated(blocks)
            }
        });
    }
    let focus = (800, 0);
    Plan { sections, focus }
}

fn draw_row(
    sizes: &[(usize, u8)],
    row: i64,
    top: i64,
    is_vertical: bool,
    slant: i64,
) -> Vec<Vec<PlanSeat>> {
    let mut along = 0;
    let mut blocks = Vec::new();
    for (size, disabled) in sizes {
        let mut block = Vec::new();
        for place in 0..*size {
            let across = row * 200 + along * slant / 100;
            let (x, y) = if is_vertical {
                (across, along)
            } else {
                (along, across)
            };
            block.push(PlanSeat {
                index: 0,
                row: u32::try_from(row).unwrap(),
                x,
                y: top + y,
                is_disabled: disabled >> place & 1 == 1,
            });
            along += 100;
        }
        along += 100;
        blocks.push(block);
    }
    blocks
}

/// Gives each seat an index of its section's range, scattered by a step coprime to its length.
fn deal_indexes(blocks: &mut [Vec<PlanSeat>], next_index: &mut u32, shuffle: u64) {
    let count = blocks.iter().map(Vec::len).sum::<usize>();
    let mut order: Vec<u32> = (*next_index..).take(count).collect();
    let mut state = shuffle | 1;
    order.sort_by_cached_key(|_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        if shuffle % 2 == 0 { state >> 32 } else { 0 }
    });
    for (seat, index) in blocks.iter_mut().flatten().zip(order) {
        seat.index = index;
    }
    *next_index += u32::try_from(count).unwrap();
}

fn freeze(plan: &Plan) -> Manifest {
    let mut sections = Vec::new();
    let mut seats: Vec<(u32, Seat)> = Vec::new();
    for (section, drawn) in (0_u16..).map(SectionIndex).zip(&plan.sections) {
        let kind = match drawn {
            PlanSection::Seated(_) => SectionKind::Seated,
            PlanSection::Standing(capacity) => SectionKind::Standing {
                capacity: *capacity,
            },
        };
        sections.push(Section {
            section_id: SectionId(Uuid::from_u128(u128::from(section.0))),
            name: String::new(),
            kind,
            placement: placement(0, 0),
        });
        for seat in plan.seats(Some(section)) {
            seats.push((seat.index, freeze_seat(section, seat)));
        }
    }
    seats.sort_by_key(|(index, _)| *index);
    let seats = seats.into_iter().map(|(_, seat)| seat).collect();
    let (x, y) = plan.focus;
    let focus = Point {
        x: i32::try_from(x).unwrap(),
        y: i32::try_from(y).unwrap(),
    };
    Manifest::new(sections, seats, focus).unwrap()
}

fn freeze_seat(section: SectionIndex, seat: PlanSeat) -> Seat {
    let coordinate = |value: i64| i32::try_from(value).unwrap();
    Seat {
        section,
        row: seat.row.to_string(),
        number: seat.index.to_string(),
        placement: placement(coordinate(seat.x), coordinate(seat.y)),
        accessible: false,
        disabled: seat.is_disabled,
    }
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
        self.remember_places();
    }

    fn assert_replay_is_the_same(mut self) {
        for change in &self.changes {
            self.fresh.apply(change);
        }
        self.model.assert_same(&self.fresh);
        assert_eq!(self.fresh, self.map);
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
            WishSketch::Best(quantity, section) => Wish::Best {
                quantity: *quantity,
                section: section.map(|section| self.section(section)),
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
        buyer: (slot % 3 != 0).then_some(Buyer::Email([slot % 2; 32])),
        opened_at,
    }
}
