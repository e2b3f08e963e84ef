//! The race for seats, with the guard and without it.
//!
//! A test that shows no double grant proves something only if it would show one. So the same race
//! is run with the guard taken out, and there it does.

use std::collections::HashMap;

use super::house::{House, Part, best, named, order, rules, standing};
use crate::manifest::SeatIndex;
use crate::seat_map::{Change, Wish};

const SEEDS: std::ops::Range<u64> = 1..101;
const ROUNDS: u32 = 60;
const BUYERS: [char; 6] = ['a', 'b', 'c', 'd', 'e', 'f'];

/// How often a seat was granted to one order while it was still another's.
fn double_grants(seed: u64, guard_is_off: bool) -> u32 {
    let mut house = House::seated(&["......", "......"]);
    house.map.guard_is_off = guard_is_off;
    for letter in BUYERS {
        house.open(letter);
    }
    let mut random = seed;
    let mut below = |limit: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % limit
    };
    let mut owners: HashMap<SeatIndex, char> = HashMap::new();
    let mut doubles = 0;
    for _ in 0..ROUNDS {
        let buyer = BUYERS[usize::try_from(below(6)).unwrap()];
        let seat = u32::try_from(below(11)).unwrap();
        let wish = match below(4) {
            0 => {
                if house.cancel(buyer).is_ok() {
                    owners.retain(|_, owner| *owner != buyer);
                    house.open(buyer);
                }
                continue;
            }
            1 => best(1),
            2 => named(&[seat]),
            _ => named(&[seat, seat + 1]),
        };
        for seat in granted(&mut house, buyer, wish) {
            let former = owners.insert(seat, buyer);
            doubles += u32::from(former.is_some_and(|former| former != buyer));
        }
    }
    doubles
}

/// The seats that a claim was told to have got; none if it was refused.
fn granted(house: &mut House, buyer: char, wish: Wish) -> Vec<SeatIndex> {
    match house.claim(buyer, wish).as_deref() {
        Ok([.., Change::Claimed { order: id, claim }]) => {
            assert_eq!(*id, order(buyer));
            claim.places.seats.clone()
        }
        _ => Vec::new(),
    }
}

#[test]
fn no_seat_is_ever_granted_to_two_orders() {
    for seed in SEEDS {
        assert_eq!(double_grants(seed, false), 0, "seed {seed}");
    }
}

#[test]
fn without_the_guard_the_same_race_grants_seats_to_two_orders() {
    for seed in SEEDS {
        assert!(double_grants(seed, true) > 0, "seed {seed}");
    }
}

#[test]
#[should_panic(expected = "no more places are taken than are free")]
fn without_the_guard_a_standing_section_that_is_oversold_is_noticed_when_applied() {
    let mut house = House::new(&[Part::Standing(3)], rules());
    house.map.guard_is_off = true;
    house.hold('a', standing(0, 2));
    house.hold('b', standing(0, 2));
}
