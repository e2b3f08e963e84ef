//! From hold to sale, and back when the payment fails.

use std::time::Duration;

use super::house::{
    HOLD, House, MAX_LIFE, Part, START, named, opening, opening_for, order, places, rules, seats,
    standing,
};
use crate::order::Buyer;
use crate::seat_map::{Change, Command, GRACE, Opening, Refusal, Rules};

fn unpin(letter: char) -> Command {
    Command::Unpin {
        order: order(letter),
    }
}

fn reclaim(letter: char, seats: &[u32], standing: &[(u16, u32)]) -> Command {
    Command::Reclaim {
        opening: opening(letter),
        places: places(seats, standing),
    }
}

fn mixed() -> House {
    House::new(&[Part::Rows(&["...."]), Part::Standing(5)], rules())
}

#[test]
fn a_pin_freezes_all_that_the_order_holds() {
    let mut house = mixed();
    house.hold('a', named(&[0, 1]));
    house.claim('a', standing(1, 2)).unwrap();
    house.pin('a').unwrap();
    assert_eq!(house.picture(), ["AA.."]);
    assert!(house.map.order(order('a')).unwrap().is_pinned());
    assert_eq!(house.counts(1), [3, 2, 0, 0]);
    assert_eq!(house.map.next_deadline(), None);
    assert_eq!(house.pin('a'), Ok(Vec::new()));
}

#[test]
fn an_order_that_is_unknown_expired_or_empty_is_not_pinned() {
    let mut house = mixed();
    assert_eq!(house.pin('a'), Err(Refusal::UnknownOrder));
    house.open('a');
    assert_eq!(house.pin('a'), Err(Refusal::NothingHeld));
    house.claim('a', named(&[0])).unwrap();
    house.after(HOLD);
    assert_eq!(house.pin('a'), Err(Refusal::OrderExpired));
}

#[test]
fn a_pin_given_back_in_time_keeps_its_deadline() {
    let mut house = mixed();
    house.hold('a', named(&[0]));
    house.claim('a', standing(1, 2)).unwrap();
    house.pin('a').unwrap();
    house.run(&unpin('a')).unwrap();
    assert_eq!(house.picture(), ["a..."]);
    assert_eq!(house.deadline('a'), START.plus(HOLD));
    assert_eq!(house.map.next_deadline(), Some(START.plus(HOLD)));
    house.claim('a', named(&[1])).unwrap();
}

#[test]
fn a_pin_given_back_late_leaves_a_minute_to_the_buyer() {
    let mut house = mixed();
    house.hold('a', named(&[0]));
    house.pin('a').unwrap();
    house.after(HOLD + Duration::from_secs(5));
    house.run(&unpin('a')).unwrap();
    let deadline = house.now.plus(GRACE);
    assert_eq!(house.deadline('a'), deadline);
    assert_eq!(house.map.next_deadline(), Some(deadline));
}

#[test]
fn a_pin_given_back_after_the_orders_life_leaves_no_time() {
    let mut house = mixed();
    house.hold('a', named(&[0]));
    house.pin('a').unwrap();
    house.after(MAX_LIFE);
    house.run(&unpin('a')).unwrap();
    assert_eq!(house.deadline('a'), START.plus(MAX_LIFE));
    house.run(&Command::Expire).unwrap();
    assert_eq!(house.picture(), ["...."]);
}

#[test]
fn an_order_that_is_not_pinned_or_not_known_is_not_unpinned() {
    let mut house = mixed();
    assert_eq!(house.run(&unpin('a')), Ok(Vec::new()));
    house.hold('a', named(&[0]));
    assert_eq!(house.run(&unpin('a')), Ok(Vec::new()));
}

#[test]
fn a_sale_makes_all_pinned_places_sold_and_forgets_the_order() {
    let mut house = mixed();
    house.hold('a', named(&[0, 1]));
    house.claim('a', standing(1, 2)).unwrap();
    house.pin('a').unwrap();
    house.sell('a').unwrap();
    assert_eq!(house.picture(), ["##.."]);
    assert_eq!(house.counts(0), [2, 0, 2, 0]);
    assert_eq!(house.counts(1), [3, 0, 2, 0]);
    assert!(house.map.order(order('a')).is_none());
    assert_eq!(house.map.next_deadline(), None);
}

#[test]
fn a_sale_told_twice_or_of_an_order_not_known_is_so_already() {
    let mut house = mixed();
    house.hold('a', named(&[0]));
    house.pin('a').unwrap();
    house.sell('a').unwrap();
    assert_eq!(house.sell('a'), Ok(Vec::new()));
    assert_eq!(house.sell('b'), Ok(Vec::new()));
    assert_eq!(house.picture(), ["#..."]);
}

#[test]
fn an_order_that_is_not_pinned_is_not_sold() {
    let mut house = mixed();
    house.hold('a', named(&[0]));
    assert_eq!(house.sell('a'), Err(Refusal::NothingHeld));
}

#[test]
fn a_late_payment_claims_and_pins_again_what_it_paid_for() {
    let mut house = mixed();
    house.hold('a', named(&[1, 2]));
    house.after(HOLD).run(&Command::Expire).unwrap();
    let command = reclaim('a', &[2, 1], &[(1, 2)]);
    let changes = house.run(&command).unwrap();
    assert!(matches!(changes[0], Change::Opened { again: true, .. }));
    assert_eq!(house.picture(), [".AA."]);
    assert_eq!(house.counts(1), [3, 2, 0, 0]);
    assert_eq!(house.map.next_deadline(), None);
    assert_eq!(house.run(&command), Ok(Vec::new()));
    house.sell('a').unwrap();
    assert_eq!(house.picture(), [".##."]);
}

#[test]
fn a_late_payment_gets_all_its_places_or_none() {
    let mut house = mixed();
    house.hold('b', named(&[1]));
    house.claim('b', standing(1, 4)).unwrap();
    let refusal = house.refusal(&reclaim('a', &[0, 1], &[]));
    let (taken, alternative) = (seats(&[1]), Vec::new());
    assert_eq!(refusal, Refusal::SeatTaken { taken, alternative });
    let refusal = house.refusal(&reclaim('a', &[0], &[(1, 2)]));
    assert_eq!(refusal, Refusal::SoldOut { free: 1 });
    assert_eq!(house.picture(), [".b.."]);
    assert!(house.map.order(order('a')).is_none());
}

#[test]
fn a_late_payment_is_no_matter_of_limits_and_opening_hours() {
    let closed = Rules {
        max_per_order: 1,
        stopped: true,
        ..rules()
    };
    let mut house = House::new(&[Part::Rows(&["...."])], closed);
    house.run(&reclaim('a', &[0, 1], &[])).unwrap();
    assert_eq!(house.picture(), ["AA.."]);
}

#[test]
fn an_order_that_is_open_is_not_claimed_again() {
    let mut house = mixed();
    house.hold('a', named(&[0]));
    let refusal = house.refusal(&reclaim('a', &[0], &[]));
    assert_eq!(refusal, Refusal::AlreadyOpen);
    house.pin('a').unwrap();
    let refusal = house.refusal(&reclaim('a', &[0, 1], &[]));
    assert_eq!(refusal, Refusal::AlreadyOpen);
    assert_eq!(house.run(&reclaim('a', &[0], &[])), Ok(Vec::new()));
}

#[test]
fn places_that_no_order_can_have_had_are_not_claimed_again() {
    let mut house = mixed();
    let standing_of_seats = [(0, 1)];
    for (seats, standing) in [
        (&[0, 0][..], &[][..]),
        (&[9], &[]),
        (&[], &standing_of_seats),
        (&[], &[(9, 0)]),
        (&[], &[(1, 0)]),
        (&[], &[]),
    ] {
        let refusal = house.refusal(&reclaim('a', seats, standing));
        let is_invalid = matches!(refusal, Refusal::InvalidPlaces { .. });
        assert!(is_invalid, "{seats:?} {standing:?}: {refusal:?}");
    }
}

#[test]
fn a_standing_section_named_twice_is_claimed_again_by_the_sum() {
    let mut house = mixed();
    let refusal = house.refusal(&reclaim('a', &[], &[(1, 3), (1, 3)]));
    assert_eq!(refusal, Refusal::SoldOut { free: 5 });
    house.run(&reclaim('a', &[], &[(1, 3), (1, 2)])).unwrap();
    assert_eq!(house.counts(1), [0, 5, 0, 0]);
}

#[test]
fn a_late_payment_that_fails_leaves_a_minute_though_the_orders_life_is_over() {
    let mut house = mixed();
    house.after(MAX_LIFE * 2);
    house.run(&reclaim('a', &[0], &[])).unwrap();
    house.run(&unpin('a')).unwrap();
    let deadline = house.now.plus(GRACE);
    assert_eq!(house.deadline('a'), deadline);
    house.claim('a', named(&[1])).unwrap();
    assert_eq!(house.deadline('a'), deadline);
    house.extend('a').unwrap();
    assert_eq!(house.deadline('a'), deadline);
    house.after(GRACE).run(&Command::Expire).unwrap();
    assert_eq!(house.picture(), ["...."]);
}

#[test]
fn places_claimed_again_count_for_their_buyer() {
    let limited = Rules {
        max_per_buyer: Some(2),
        ..rules()
    };
    let mut house = House::new(&[Part::Rows(&["...."])], limited);
    let buyer = Buyer::Email([1; 32]);
    let late = Command::Reclaim {
        opening: opening_for('a', buyer),
        places: places(&[0, 1], &[]),
    };
    house.run(&late).unwrap();
    house.sell('a').unwrap();
    let opening: Opening = opening_for('b', buyer);
    house.run(&Command::Open(opening)).unwrap();
    let refusal = Refusal::LimitReached { limit: 2 };
    assert_eq!(house.claim('b', named(&[2])), Err(refusal));
}
