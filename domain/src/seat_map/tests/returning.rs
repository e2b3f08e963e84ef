//! Places that were sold and come back.

use super::house::{House, Part, named, order, rules, seats, standing};
use crate::manifest::SectionIndex;
use crate::order::Buyer;
use crate::seat_map::{Command, Refusal, Return};

fn sold() -> House {
    let mut house = House::new(&[Part::Rows(&["...."]), Part::Standing(5)], rules());
    house.hold('a', named(&[0, 1]));
    house.claim('a', standing(1, 3)).unwrap();
    house.pin('a').unwrap();
    house.sell('a').unwrap();
    house
}

fn give_back(indexes: &[u32], standing: &[(u32, u32)], withhold: bool) -> Command {
    let lots = standing.iter();
    Command::Return(Return {
        order: order('a'),
        seats: seats(indexes),
        standing: lots
            .map(|(sold, kept)| (SectionIndex(1), *sold, *kept))
            .collect(),
        withhold,
    })
}

#[test]
fn what_comes_back_is_on_sale_again() {
    let mut house = sold();
    house.run(&give_back(&[1], &[(3, 1)], false)).unwrap();
    assert_eq!(house.counts(0), [3, 0, 1, 0]);
    assert_eq!(house.counts(1), [4, 0, 1, 0]);
    house.hold('b', named(&[1]));
}

#[test]
fn what_is_withheld_is_not_on_sale() {
    let mut house = sold();
    house.run(&give_back(&[0, 1], &[(3, 0)], true)).unwrap();
    assert_eq!(house.counts(0), [2, 0, 0, 2]);
    assert_eq!(house.counts(1), [2, 0, 0, 3]);
    house.open('b');
    let refused = house.claim('b', named(&[1])).unwrap_err();
    assert!(matches!(refused, Refusal::SeatTaken { .. }), "{refused:?}");
}

#[test]
fn a_seat_that_somebody_else_has_bought_since_stays_theirs() {
    let mut house = sold();
    let again = give_back(&[1], &[], false);
    house.run(&again).unwrap();
    house.hold('b', named(&[1]));
    house.pin('b').unwrap();
    house.sell('b').unwrap();
    assert_eq!(house.run(&again), Ok(Vec::new()));
    assert_eq!(house.counts(0), [2, 0, 2, 0]);
}

#[test]
fn nothing_comes_back_of_an_order_that_is_open_or_more_than_was_sold() {
    let mut house = sold();
    assert!(house.run(&give_back(&[], &[(4, 0)], false)).is_err());
    assert!(house.run(&give_back(&[], &[(2, 3)], false)).is_err());
    assert!(
        house
            .run(&give_back(&[], &[(3, 2), (3, 1)], false))
            .is_err()
    );
    assert_eq!(house.counts(1), [2, 0, 3, 0]);
    house.hold('b', named(&[2]));
    let early = Command::Return(Return {
        order: order('b'),
        seats: seats(&[2]),
        standing: Vec::new(),
        withhold: false,
    });
    assert_eq!(house.refusal(&early), Refusal::PaymentUnderWay);
}

#[test]
fn what_a_buyer_gives_back_no_longer_counts_for_their_limit() {
    let mut few = rules();
    few.max_per_buyer = Some(2);
    let mut house = House::new(&[Part::Rows(&["...."]), Part::Standing(5)], few);
    let buyer = Buyer::Email([1; 32]);
    let open = |letter| Command::Open(super::house::opening_for(letter, buyer));
    house.run(&open('a')).unwrap();
    house.claim('a', named(&[0, 1])).unwrap();
    house.pin('a').unwrap();
    house.sell('a').unwrap();
    house.run(&open('b')).unwrap();
    assert!(house.claim('b', named(&[2])).is_err());
    house.run(&give_back(&[0], &[], false)).unwrap();
    house.claim('b', named(&[2])).unwrap();
}
