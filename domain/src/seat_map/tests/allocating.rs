//! What staff withhold.

use super::house::{House, Part, named, places, rules, seats, standing};
use crate::seat_map::{Command, Places, Refusal};

fn house() -> House {
    House::new(&[Part::Rows(&["....x"]), Part::Standing(5)], rules())
}

fn allocate(places: Places) -> Command {
    Command::Allocate { places }
}

fn deallocate(places: Places) -> Command {
    Command::Deallocate { places }
}

fn disable(indexes: &[u32]) -> Command {
    Command::Disable {
        seats: seats(indexes),
    }
}

#[test]
fn what_is_allocated_is_not_on_sale() {
    let mut house = house();
    house.run(&allocate(places(&[0, 1], &[(1, 3)]))).unwrap();
    assert_eq!(house.picture(), ["oo..x"]);
    assert_eq!(house.counts(0), [2, 0, 0, 3]);
    assert_eq!(house.counts(1), [2, 0, 0, 3]);
    house.open('a');
    let refusal = Refusal::SoldOut { free: 2 };
    assert_eq!(house.claim('a', standing(1, 3)), Err(refusal));
}

#[test]
fn what_is_released_is_on_sale_again() {
    let mut house = house();
    house.run(&allocate(places(&[0, 1], &[(1, 3)]))).unwrap();
    house.run(&deallocate(places(&[1, 2], &[(1, 2)]))).unwrap();
    assert_eq!(house.picture(), ["o...x"]);
    assert_eq!(house.counts(1), [4, 0, 0, 1]);
    house.hold('a', named(&[1]));
}

#[test]
fn allocating_seats_again_changes_nothing_and_standing_places_add_up() {
    let mut house = house();
    house.run(&allocate(places(&[0, 0], &[(1, 1)]))).unwrap();
    assert_eq!(house.run(&allocate(places(&[0], &[]))), Ok(Vec::new()));
    house.run(&allocate(places(&[], &[(1, 1)]))).unwrap();
    assert_eq!(house.counts(1), [3, 0, 0, 2]);
}

#[test]
fn taken_seats_are_not_allocated_nor_disabled_and_are_named() {
    let mut house = house();
    house.hold('a', named(&[1]));
    let refusal = Refusal::SeatTaken {
        taken: seats(&[1]),
        alternative: Vec::new(),
    };
    let both = allocate(places(&[0, 1], &[]));
    assert_eq!(house.refusal(&both), refusal);
    assert_eq!(house.refusal(&disable(&[0, 1])), refusal);
    assert_eq!(house.picture(), [".a..x"]);
}

#[test]
fn no_more_standing_places_are_allocated_than_are_free() {
    let mut house = house();
    house.hold('a', standing(1, 2));
    for quantities in [&[(1, 4)][..], &[(1, 2), (1, 2)]] {
        let refusal = house.refusal(&allocate(places(&[], quantities)));
        assert_eq!(refusal, Refusal::SoldOut { free: 3 });
    }
    assert_eq!(house.counts(1), [3, 2, 0, 0]);
}

#[test]
fn a_standing_section_named_twice_is_allocated_and_released_by_the_sum() {
    let mut house = house();
    let twice = || places(&[], &[(1, 1), (1, 2)]);
    house.run(&allocate(twice())).unwrap();
    assert_eq!(house.counts(1), [2, 0, 0, 3]);
    house.run(&deallocate(twice())).unwrap();
    assert_eq!(house.counts(1), [5, 0, 0, 0]);
}

#[test]
fn places_that_do_not_exist_are_not_allocated() {
    let mut house = house();
    let refusal = house.refusal(&allocate(places(&[9], &[])));
    assert_eq!(refusal, Refusal::InvalidPlaces { seats: seats(&[9]) });
    for section in [0, 9] {
        let refusal = house.refusal(&allocate(places(&[], &[(section, 1)])));
        assert_eq!(refusal, Refusal::InvalidPlaces { seats: Vec::new() });
    }
    let refusal = house.refusal(&disable(&[9]));
    assert_eq!(refusal, Refusal::InvalidPlaces { seats: seats(&[9]) });
}

#[test]
fn releasing_what_is_not_allocated_changes_nothing() {
    let mut house = house();
    house.hold('a', named(&[0]));
    let all = places(&[0, 1, 4, 99], &[(0, 1), (1, 1), (9, 1)]);
    assert_eq!(house.run(&deallocate(all)), Ok(Vec::new()));
}

#[test]
fn a_disabled_seat_is_out_of_use_for_good() {
    let mut house = house();
    house.run(&disable(&[0])).unwrap();
    assert_eq!(house.run(&disable(&[0, 4])), Ok(Vec::new()));
    house.run(&deallocate(places(&[0, 4], &[]))).unwrap();
    assert_eq!(house.picture(), ["x...x"]);
}
