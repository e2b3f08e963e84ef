//! How orders begin, what moves their deadlines, and how they end unpaid.

use std::time::Duration;

use super::house::{
    HOLD, House, MAX_LIFE, Part, START, bearer, named, opening, order, places, rules, standing,
};
use crate::seat_map::{Change, Command, DeadlineCause, Ending, Refusal, Rules, SeatState};
use crate::time::Timestamp;

const MINUTE: Duration = Duration::from_secs(60);

fn sale(from: Timestamp, until: Option<Timestamp>, stopped: bool) -> House {
    let rules = Rules {
        on_sale_from: from,
        on_sale_until: until,
        stopped,
        ..rules()
    };
    House::new(&[Part::Rows(&["...."])], rules)
}

#[test]
fn an_opened_order_lives_for_the_hold_time() {
    let mut house = House::seated(&["...."]);
    house.open('a');
    assert_eq!(house.deadline('a'), START.plus(HOLD));
    assert_eq!(house.map.next_deadline(), Some(START.plus(HOLD)));
    assert!(house.map.has_open_orders());
}

#[test]
fn an_order_opens_at_the_very_start_of_the_sale_and_not_before() {
    let opens = START.plus(MINUTE);
    let mut house = sale(opens, None, false);
    house.after(MINUTE - Duration::from_millis(1));
    let opens_at = Some(opens);
    let refusal = house.refusal(&Command::Open(opening('a')));
    assert_eq!(refusal, Refusal::NotOnSale { opens_at });
    house.after(Duration::from_millis(1)).open('a');
}

#[test]
fn an_order_opens_until_the_sale_ends_and_not_at_its_end() {
    let mut house = sale(START, Some(START.plus(MINUTE)), false);
    house.after(MINUTE - Duration::from_millis(1)).open('a');
    house.after(Duration::from_millis(1));
    let refusal = house.refusal(&Command::Open(opening('b')));
    assert_eq!(refusal, Refusal::NotOnSale { opens_at: None });
}

#[test]
fn a_stopped_sale_opens_no_order_and_promises_no_time() {
    for from in [START, START.plus(MINUTE)] {
        let mut house = sale(from, None, true);
        let refusal = house.refusal(&Command::Open(opening('a')));
        assert_eq!(refusal, Refusal::NotOnSale { opens_at: None });
    }
}

#[test]
fn an_order_is_opened_once() {
    let mut house = House::seated(&["...."]);
    house.open('a');
    let refusal = house.refusal(&Command::Open(opening('a')));
    assert_eq!(refusal, Refusal::AlreadyOpen);
}

#[test]
fn the_first_claim_sets_the_deadline_afresh_and_later_ones_do_not() {
    let mut house = House::seated(&["...."]);
    house.open('a');
    house.after(MINUTE);
    let changes = house.claim('a', named(&[0])).unwrap();
    let fresh = START.plus(MINUTE).plus(HOLD);
    let deadline = Change::Deadline {
        order: order('a'),
        expires_at: fresh,
        cause: DeadlineCause::FirstClaim,
    };
    assert!(changes.contains(&deadline), "{changes:?}");
    house.after(MINUTE).claim('a', named(&[1])).unwrap();
    assert_eq!(house.deadline('a'), fresh);
}

#[test]
fn dropping_all_and_claiming_again_does_not_set_the_deadline_afresh() {
    let mut house = House::seated(&["...."]);
    house.hold('a', named(&[0]));
    house.drop_places('a', places(&[0], &[])).unwrap();
    house.after(MINUTE).claim('a', named(&[1])).unwrap();
    assert_eq!(house.deadline('a'), START.plus(HOLD));
}

#[test]
fn a_refused_claim_does_not_set_the_deadline_afresh() {
    let mut house = House::seated(&["...."]);
    house.hold('b', named(&[0]));
    house.open('a');
    house.after(MINUTE).claim('a', named(&[0])).unwrap_err();
    assert_eq!(house.deadline('a'), START.plus(HOLD));
}

#[test]
fn an_order_is_extended_once_by_the_hold_time() {
    let mut house = House::seated(&["...."]);
    house.hold('a', named(&[0]));
    house.after(MINUTE).extend('a').unwrap();
    assert_eq!(house.deadline('a'), START.plus(HOLD).plus(HOLD));
    assert_eq!(house.extend('a'), Err(Refusal::AlreadyExtended));
}

#[test]
fn the_first_claim_takes_nothing_from_an_order_that_was_extended_before() {
    let mut house = House::seated(&["...."]);
    house.open('a');
    house.extend('a').unwrap();
    house.after(MINUTE).claim('a', named(&[0])).unwrap();
    assert_eq!(house.deadline('a'), START.plus(HOLD).plus(HOLD));
}

#[test]
fn an_order_is_extended_by_its_bearer_while_it_is_open_and_unpaid() {
    let mut house = House::seated(&["...."]);
    let by_stranger = Command::Extend {
        order: order('a'),
        credential: bearer('b'),
    };
    assert_eq!(house.refusal(&by_stranger), Refusal::UnknownOrder);
    house.hold('a', named(&[0]));
    assert_eq!(house.refusal(&by_stranger), Refusal::Forbidden);
    house.pin('a').unwrap();
    assert_eq!(house.extend('a'), Err(Refusal::PaymentUnderWay));
    house.hold('b', named(&[1]));
    house.after(HOLD);
    assert_eq!(house.extend('b'), Err(Refusal::OrderExpired));
}

#[test]
fn no_order_outlives_its_total_life_whatever_is_granted() {
    let short = Rules {
        max_life: HOLD + MINUTE,
        ..rules()
    };
    let mut house = House::new(&[Part::Rows(&["...."])], short);
    house.open('a');
    house.after(2 * MINUTE).claim('a', named(&[0])).unwrap();
    let end = START.plus(HOLD + MINUTE);
    assert_eq!(house.deadline('a'), end);
    house.extend('a').unwrap();
    assert_eq!(house.deadline('a'), end);
    house.pin('a').unwrap();
    house.after(HOLD - MINUTE - Duration::from_secs(10));
    house.run(&Command::Unpin { order: order('a') }).unwrap();
    assert_eq!(house.deadline('a'), end);
}

#[test]
fn a_life_shorter_than_the_hold_bounds_the_order_from_its_opening() {
    let short = Rules {
        max_life: MINUTE,
        ..rules()
    };
    let mut house = House::new(&[Part::Rows(&["...."])], short);
    house.open('a');
    assert_eq!(house.deadline('a'), START.plus(MINUTE));
}

#[test]
fn drop_frees_what_the_order_holds_and_ignores_the_rest() {
    let mut house = House::seated(&["....."]);
    house.hold('a', named(&[0, 1]));
    house.hold('b', named(&[2]));
    let changes = house.drop_places('a', places(&[1, 2, 3, 99], &[(0, 3), (9, 1)]));
    let freed = Change::Seat {
        seat: crate::SeatIndex(1),
        from: SeatState::Held(order('a')),
        to: SeatState::Free,
    };
    assert_eq!(changes, Ok(vec![freed]));
    assert_eq!(house.picture(), ["a.b.."]);
}

#[test]
fn a_seat_named_twice_is_dropped_once() {
    let mut house = House::seated(&["....."]);
    house.hold('a', named(&[0, 1]));
    house.drop_places('a', places(&[1, 1], &[])).unwrap();
    assert_eq!(house.picture(), ["a...."]);
}

#[test]
fn a_standing_section_named_twice_is_dropped_from_by_the_sum() {
    let mut house = House::new(&[Part::Standing(10)], rules());
    house.hold('a', standing(0, 5));
    let twice = places(&[], &[(0, 1), (0, 2)]);
    house.drop_places('a', twice).unwrap();
    assert_eq!(house.counts(0), [8, 2, 0, 0]);
    let too_many = places(&[], &[(0, u32::MAX), (0, 2)]);
    house.drop_places('a', too_many).unwrap();
    assert_eq!(house.counts(0), [10, 0, 0, 0]);
}

#[test]
fn an_order_is_dropped_from_by_its_bearer_while_it_is_open_and_unpaid() {
    let mut house = House::seated(&["...."]);
    let nothing = || places(&[], &[]);
    assert_eq!(
        house.drop_places('a', nothing()),
        Err(Refusal::UnknownOrder)
    );
    house.hold('a', named(&[0]));
    let by_stranger = Command::Drop {
        order: order('a'),
        credential: bearer('b'),
        places: places(&[0], &[]),
    };
    assert_eq!(house.refusal(&by_stranger), Refusal::Forbidden);
    house.pin('a').unwrap();
    let refusal = house.drop_places('a', places(&[0], &[]));
    assert_eq!(refusal, Err(Refusal::PaymentUnderWay));
    house.hold('b', named(&[1]));
    house.after(HOLD);
    let refusal = house.drop_places('b', places(&[1], &[]));
    assert_eq!(refusal, Err(Refusal::OrderExpired));
}

#[test]
fn a_cancelled_order_gives_everything_back_and_is_forgotten() {
    let mut house = House::new(&[Part::Rows(&["...."]), Part::Standing(5)], rules());
    house.hold('a', named(&[0, 3]));
    house.claim('a', standing(1, 2)).unwrap();
    let changes = house.cancel('a').unwrap();
    let closed = Change::Closed {
        order: order('a'),
        ending: Ending::Cancelled,
    };
    assert_eq!(changes.last(), Some(&closed));
    assert_eq!(house.picture(), ["...."]);
    assert_eq!(house.counts(1), [5, 0, 0, 0]);
    assert!(!house.map.has_open_orders());
    assert_eq!(house.map.next_deadline(), None);
    assert_eq!(house.cancel('a'), Err(Refusal::UnknownOrder));
}

#[test]
fn an_order_is_cancelled_by_its_bearer_and_never_while_it_is_being_paid() {
    let mut house = House::seated(&["...."]);
    house.hold('a', named(&[0]));
    let by_stranger = Command::Cancel {
        order: order('a'),
        credential: bearer('b'),
    };
    assert_eq!(house.refusal(&by_stranger), Refusal::Forbidden);
    house.pin('a').unwrap();
    assert_eq!(house.cancel('a'), Err(Refusal::PaymentUnderWay));
    assert_eq!(house.picture(), ["A..."]);
}

#[test]
fn orders_expire_at_their_deadlines_and_in_their_order() {
    let mut house = House::seated(&["....."]);
    house.hold('c', named(&[2]));
    house.after(MINUTE).hold('a', named(&[0]));
    house.after(MINUTE).hold('b', named(&[1]));
    assert_eq!(house.map.next_deadline(), Some(START.plus(HOLD)));
    house.now = START.plus(HOLD + MINUTE - Duration::from_millis(1));
    let mut due = house.clone();
    house.run(&Command::Expire).unwrap();
    assert_eq!(house.picture(), ["ab..."]);
    due.now = START.plus(HOLD + MINUTE);
    let changes = due.run(&Command::Expire).unwrap();
    let closed = changes.iter().filter_map(|change| match change {
        Change::Closed { order, ending } => Some((*order, *ending)),
        Change::Opened { .. }
        | Change::Deadline { .. }
        | Change::Claimed { .. }
        | Change::Filed { .. }
        | Change::Seat { .. }
        | Change::Standing { .. }
        | Change::Allocation { .. } => None,
    });
    let expected = ['c', 'a'].map(|letter| (order(letter), Ending::Expired));
    assert_eq!(closed.collect::<Vec<_>>(), expected);
    assert_eq!(due.picture(), [".b..."]);
    let last = START.plus(HOLD + 2 * MINUTE);
    assert_eq!(due.map.next_deadline(), Some(last));
}

#[test]
fn an_order_that_is_being_paid_never_expires() {
    let mut house = House::seated(&["...."]);
    house.hold('a', named(&[0]));
    house.pin('a').unwrap();
    assert_eq!(house.map.next_deadline(), None);
    house.after(MAX_LIFE * 10);
    assert_eq!(house.run(&Command::Expire), Ok(Vec::new()));
    assert_eq!(house.picture(), ["A..."]);
}

#[test]
fn a_crowd_of_due_orders_expires_in_portions() {
    let mut house = House::seated(&["...."]);
    for letter in ('\u{4e00}'..).take(501) {
        house.open(letter);
    }
    house.after(HOLD);
    assert_eq!(house.run(&Command::Expire).unwrap().len(), 500);
    assert_eq!(house.map.next_deadline(), Some(START.plus(HOLD)));
    assert_eq!(house.run(&Command::Expire).unwrap().len(), 1);
    assert_eq!(house.map.next_deadline(), None);
}
