//! What a decision costs: a named claim as the house grows, and the choice of seats in a house of
//! 20,000, from empty to hopeless.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "a benchmark that overflows fails, as it should"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use domain::manifest::{Placement, Point, Seat, Section, SectionKind, Shape};
use domain::order::{Credential, Owner, SecretHash};
use domain::pnr::Pnr;
use domain::seat_map::{
    Claim, Command, IdempotencyKey, Opening, Places, RequestHash, Rules, SeatMap, Sections, Wish,
};
use domain::{Manifest, OrderId, SeatIndex, SectionId, SectionIndex, Timestamp};
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_000_000_000);
const ORDER: OrderId = OrderId(Uuid::from_u128(1));
const SECRET: SecretHash = SecretHash([7; 32]);
const SEATS_PER_ROW: u32 = 50;
const HOUSE: u32 = 20_000;

/// How a house is taken: whether somebody has the seat of this index.
type Taken = fn(u32) -> bool;

/// From easy to hopeless for a party that wants to sit together.
const HOUSES: [(&str, Taken); 5] = [
    ("empty", |_| false),
    ("half full at random", |seat| {
        scattered(seat).is_multiple_of(2)
    }),
    ("nearly full", |seat| !scattered(seat).is_multiple_of(500)),
    ("every second seat", |seat| seat.is_multiple_of(2)),
    ("every fourth seat", |seat| seat.is_multiple_of(4)),
];

fn named_claims(criterion: &mut Criterion) {
    for wanted in [1, 8] {
        let mut group = criterion.benchmark_group(format!("claim of {wanted} named, applied"));
        for seats in [100, 2_000, 20_000, 80_000] {
            let mut map = house(seats, 1, |_| false);
            run(&mut map, &cancel());
            let first = seats / 2;
            let command = claim((first..first + wanted).map(SeatIndex).collect());
            group.bench_function(format!("of {seats} seats"), |bencher| {
                bencher.iter_custom(|rounds| (0..rounds).map(|_| timed(&mut map, &command)).sum());
            });
        }
        group.finish();
    }
}

/// How long a claim takes that is an order's first.
fn timed(map: &mut SeatMap, claim: &Command) -> Duration {
    run(map, &Command::Open(opening()));
    let start = Instant::now();
    run(map, claim);
    let elapsed = start.elapsed();
    run(map, &cancel());
    elapsed
}

fn best_available(criterion: &mut Criterion) {
    for sections in [1, 10] {
        let name = format!("best of 20,000 in {sections} sections");
        let mut group = criterion.benchmark_group(name);
        for (name, taken) in HOUSES {
            let map = house(HOUSE, sections, taken);
            for quantity in [2, 8] {
                let command = claim_of(Wish::Best {
                    quantity,
                    sections: Sections::All,
                    accessible: false,
                });
                group.bench_function(format!("{quantity}, {name}"), |bencher| {
                    bencher.iter(|| map.decide(&command, NOW).expect("there is room"));
                });
            }
        }
        group.finish();
    }
}

fn nearest_alternative(criterion: &mut Criterion) {
    for sections in [1, 10] {
        let name = format!("alternative of 20,000 in {sections} sections");
        let mut group = criterion.benchmark_group(name);
        for (name, taken) in HOUSES {
            // The seat in the middle is taken, whatever the house.
            let middle = HOUSE / 2;
            let map = house(HOUSE, sections, taken_or(taken, middle));
            for quantity in [2, 8] {
                let command = claim((middle..middle + quantity).map(SeatIndex).collect());
                group.bench_function(format!("{quantity}, {name}"), |bencher| {
                    bencher.iter(|| map.decide(&command, NOW).expect_err("a seat is taken"));
                });
            }
        }
        group.finish();
    }
}

fn taken_or(taken: Taken, middle: u32) -> impl Fn(u32) -> bool {
    move |seat| seat == middle || taken(seat)
}

/// A number that has nothing to do with a seat's place.
fn scattered(seat: u32) -> u32 {
    let mixed = (seat ^ 0x9e37_79b9).wrapping_mul(0x85eb_ca6b);
    (mixed ^ (mixed >> 13)).wrapping_mul(0xc2b2_ae35) >> 16
}

/// A house of sections one behind the other, with one open order.
fn house(seats: u32, sections: u16, taken: impl Fn(u32) -> bool) -> SeatMap {
    let rows_per_section = seats / SEATS_PER_ROW / u32::from(sections);
    let section = |index: u16| Section {
        section_id: SectionId(Uuid::from_u128(u128::from(index))),
        name: format!("Section {index}"),
        kind: SectionKind::Seated,
        placement: placement(0, 0),
    };
    let focus = Point { x: 61_250, y: 0 };
    let sections_drawn = (0..sections).map(section).collect();
    let seats_drawn = (0..seats).map(|index| seat(index, rows_per_section));
    let manifest = Manifest::new(sections_drawn, seats_drawn.collect(), focus);
    let rules = Rules {
        max_per_order: 10,
        max_per_buyer: None,
        hold: Duration::from_secs(600),
        max_life: Duration::from_secs(1_800),
        on_sale_from: NOW,
        on_sale_until: None,
        stopped: false,
    };
    let mut map = SeatMap::new(Arc::new(manifest.expect("the house stands")), rules);
    let taken = (0..seats).filter(|seat| taken(*seat)).map(SeatIndex);
    let places = Places {
        seats: taken.collect(),
        standing: Vec::new(),
    };
    run(&mut map, &Command::Allocate { places });
    run(&mut map, &Command::Open(opening()));
    map
}

fn seat(index: u32, rows_per_section: u32) -> Seat {
    let row = index / SEATS_PER_ROW;
    let place = index % SEATS_PER_ROW;
    let coordinate = |number: u32| i32::try_from(number * 2_500).expect("the plan is small");
    let section = u16::try_from(row / rows_per_section.max(1)).expect("there are few sections");
    Seat {
        section: SectionIndex(section),
        row: format!("{row:05}"),
        number: place.to_string(),
        placement: placement(coordinate(place), coordinate(row + 4)),
        accessible: false,
        disabled: false,
    }
}

fn placement(position_x: i32, position_y: i32) -> Placement {
    Placement {
        position_x,
        position_y,
        rotation: 0,
        shape: Shape::Ellipse,
        size_x: 2_000,
        size_y: 2_000,
    }
}

fn opening() -> Opening {
    Opening {
        order: ORDER,
        pnr: Pnr::from_number(1),
        owner: Owner {
            secret_hash: SECRET,
            account: None,
        },
        buyer: None,
        opened_at: NOW,
    }
}

fn credential() -> Credential {
    Credential {
        secret_hash: Some(SECRET),
        account: None,
    }
}

fn claim(seats: Vec<SeatIndex>) -> Command {
    claim_of(Wish::Seats(seats))
}

fn claim_of(wish: Wish) -> Command {
    Command::Claim(Claim {
        order: ORDER,
        credential: credential(),
        key: IdempotencyKey::new("key").expect("a key"),
        request_hash: RequestHash([0; 32]),
        wish,
    })
}

fn cancel() -> Command {
    Command::Cancel {
        order: ORDER,
        credential: credential(),
    }
}

fn run(map: &mut SeatMap, command: &Command) {
    let changes = map.decide(command, NOW).expect("the command is in order");
    for change in &changes {
        map.apply(change);
    }
}

criterion_group! {
    name = seat_map;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300));
    targets = named_claims, best_available, nearest_alternative
}
criterion_main!(seat_map);
