//! A claim told twice is answered as the first time, while what it got still stands.

use super::house::order;
use super::house::{HOLD, House, Part, best, claim, named, places, rules, standing};
use crate::seat_map::{Change, Command, IdempotencyKey, Refusal};

#[test]
fn a_key_is_visible_ascii_of_a_bounded_length() {
    let longest = "k".repeat(IdempotencyKey::MAX_LEN);
    let key = IdempotencyKey::new(&longest).unwrap();
    assert_eq!(key.as_str(), longest);
    let too_long = format!("{longest}k");
    for text in ["", " ", "a b", "a\n", "schlüssel", &too_long] {
        assert_eq!(IdempotencyKey::new(text), None, "{text}");
    }
}

#[test]
fn the_same_key_and_body_change_nothing_the_second_time() {
    let mut house = House::seated(&["....."]);
    house.open('a');
    let command = claim('a', "k", 1, best(2));
    assert!(!house.run(&command).unwrap().is_empty());
    let before = house.picture();
    assert_eq!(house.run(&command), Ok(Vec::new()));
    assert_eq!(house.picture(), before);
}

#[test]
fn standing_places_are_not_added_again_by_a_repetition() {
    let mut house = House::new(&[Part::Standing(10)], rules());
    house.open('a');
    let command = claim('a', "k", 1, standing(0, 2));
    house.run(&command).unwrap();
    assert_eq!(house.run(&command), Ok(Vec::new()));
    assert_eq!(house.counts(0), [8, 2, 0, 0]);
}

#[test]
fn the_same_key_with_another_body_is_refused() {
    let mut house = House::seated(&["....."]);
    house.open('a');
    house.run(&claim('a', "k", 1, named(&[0]))).unwrap();
    let other = claim('a', "k", 2, named(&[1]));
    assert_eq!(house.refusal(&other), Refusal::KeyReused);
}

#[test]
fn a_key_belongs_to_one_order_alone() {
    let mut house = House::seated(&["....."]);
    house.open('a');
    house.open('b');
    house.run(&claim('a', "k", 1, named(&[0]))).unwrap();
    house.run(&claim('b', "k", 2, named(&[1]))).unwrap();
    assert_eq!(house.picture(), ["ab..."]);
}

#[test]
fn a_key_whose_claim_was_refused_may_be_used_again() {
    let mut house = House::seated(&["....."]);
    house.hold('b', named(&[0]));
    house.open('a');
    house.refusal(&claim('a', "k", 1, named(&[0])));
    house.run(&claim('a', "k", 2, named(&[1]))).unwrap();
    assert_eq!(house.picture(), ["ba..."]);
}

#[test]
fn a_repetition_lapses_when_one_of_its_seats_was_dropped() {
    let mut house = House::seated(&["....."]);
    house.open('a');
    let command = claim('a', "k", 1, named(&[0, 1]));
    house.run(&command).unwrap();
    house.drop_places('a', places(&[1], &[])).unwrap();
    assert_eq!(house.refusal(&command), Refusal::ClaimLapsed);
    assert_eq!(house.picture(), ["a...."]);
}

#[test]
fn a_repetition_lapses_when_its_standing_places_were_dropped() {
    let mut house = House::new(&[Part::Standing(10)], rules());
    house.open('a');
    let command = claim('a', "k", 1, standing(0, 2));
    house.run(&command).unwrap();
    house.drop_places('a', places(&[], &[(0, 1)])).unwrap();
    assert_eq!(house.refusal(&command), Refusal::ClaimLapsed);
}

#[test]
fn a_repetition_is_answered_while_the_order_is_being_paid() {
    let mut house = House::seated(&["....."]);
    house.open('a');
    let command = claim('a', "k", 1, named(&[0]));
    house.run(&command).unwrap();
    house.pin('a').unwrap();
    assert_eq!(house.run(&command), Ok(Vec::new()));
}

#[test]
fn a_repetition_is_answered_until_the_timer_frees_its_places_and_not_after() {
    let mut house = House::seated(&["....."]);
    house.open('a');
    let command = claim('a', "k", 1, named(&[0]));
    house.run(&command).unwrap();
    house.after(HOLD);
    assert_eq!(house.run(&command), Ok(Vec::new()));
    house.run(&crate::seat_map::Command::Expire).unwrap();
    assert_eq!(house.refusal(&command), Refusal::UnknownOrder);
}

/// The keys that a pin files.
fn filed(changes: &[Change]) -> Vec<&str> {
    let claims = changes.iter().filter_map(|change| match change {
        Change::Filed { claims, .. } => Some(claims),
        Change::Opened { .. } | Change::Deadline { .. } | Change::Claimed { .. } => None,
        Change::Seat { .. } | Change::Standing { .. } => None,
        Change::Allocation { .. } | Change::Closed { .. } => None,
    });
    claims.flatten().map(|claim| claim.key.as_str()).collect()
}

#[test]
fn each_claim_is_filed_once_when_its_order_is_pinned() {
    let mut house = House::seated(&["....."]);
    house.open('a');
    house.run(&claim('a', "k", 1, named(&[0]))).unwrap();
    house.run(&claim('a', "l", 2, named(&[1]))).unwrap();
    let pinned = house.pin('a').unwrap();
    assert_eq!(filed(&pinned), ["k", "l"]);
    house.run(&Command::Unpin { order: order('a') }).unwrap();
    let pinned = house.pin('a').unwrap();
    assert_eq!(filed(&pinned), [""; 0]);
    house.run(&Command::Unpin { order: order('a') }).unwrap();
    house.run(&claim('a', "m", 3, named(&[2]))).unwrap();
    let pinned = house.pin('a').unwrap();
    assert_eq!(filed(&pinned), ["m"]);
}
