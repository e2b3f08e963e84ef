//! Claims of named seats and of standing places, and every refusal they meet.

use std::time::Duration;

use uuid::Uuid;

use super::house::{
    HOLD, House, Part, START, bearer, best, claim, named, opening, opening_for, order, places,
    rules, seats, standing,
};
use crate::ids::AccountId;
use crate::manifest::SeatIndex;
use crate::order::{Buyer, Credential, Owner, SecretHash};
use crate::seat_map::{
    Change, Claim, Command, IdempotencyKey, Opening, Refusal, RequestHash, Rules, Wish,
};

fn claim_as(credential: Credential) -> Command {
    Command::Claim(Claim {
        order: order('a'),
        credential,
        key: IdempotencyKey::new("key").unwrap(),
        request_hash: RequestHash([0; 32]),
        wish: named(&[0]),
    })
}

#[test]
fn named_seats_are_held_by_the_order_that_claims_them() {
    let mut house = House::seated(&["....", "...."]);
    house.hold('a', named(&[6, 1]));
    assert_eq!(house.picture(), [".a..", "..a."]);
    assert_eq!(house.map.order(order('a')).unwrap().seats, seats(&[1, 6]));
    assert_eq!(house.counts(0), [6, 2, 0, 0]);
}

#[test]
fn an_order_that_was_never_opened_claims_nothing() {
    let mut house = House::seated(&["...."]);
    assert_eq!(house.claim('a', named(&[0])), Err(Refusal::UnknownOrder));
}

#[test]
fn a_foreign_secret_or_none_claims_nothing() {
    let mut house = House::seated(&["...."]);
    house.open('a');
    for credential in [bearer('b'), Credential::default()] {
        assert_eq!(house.refusal(&claim_as(credential)), Refusal::Forbidden);
    }
    assert_eq!(house.picture(), ["...."]);
}

#[test]
fn the_account_that_opened_an_order_claims_without_its_secret() {
    let mut house = House::seated(&["...."]);
    let account = |id| Some(AccountId(Uuid::from_u128(id)));
    let owner = Owner {
        secret_hash: SecretHash::of("a"),
        account: account(1),
    };
    let opening = Opening {
        owner,
        ..opening('a')
    };
    house.run(&Command::Open(opening)).unwrap();
    let by = |id| Credential {
        secret_hash: None,
        account: account(id),
    };
    assert_eq!(house.refusal(&claim_as(by(2))), Refusal::Forbidden);
    house.run(&claim_as(by(1))).unwrap();
    assert_eq!(house.picture(), ["a..."]);
}

#[test]
fn an_order_past_its_deadline_claims_nothing_though_its_timer_has_not_run() {
    let mut house = House::seated(&["...."]);
    house.hold('a', named(&[0]));
    house.after(HOLD);
    assert_eq!(house.claim('a', named(&[1])), Err(Refusal::OrderExpired));
    assert_eq!(house.picture(), ["a..."]);
}

#[test]
fn an_order_being_paid_claims_nothing() {
    let mut house = House::seated(&["...."]);
    house.hold('a', named(&[0]));
    house.pin('a').unwrap();
    assert_eq!(house.claim('a', named(&[1])), Err(Refusal::PaymentUnderWay));
}

#[test]
fn seats_that_do_not_exist_are_named_in_the_refusal() {
    let mut house = House::seated(&["...."]);
    house.open('a');
    let refusal = house.claim('a', named(&[0, 4, 99])).unwrap_err();
    let seats = seats(&[4, 99]);
    assert_eq!(refusal, Refusal::InvalidPlaces { seats });
}

#[test]
fn a_seat_listed_more_than_once_is_named_once_in_the_refusal() {
    let mut house = House::seated(&["...."]);
    house.open('a');
    let refusal = house.claim('a', named(&[2, 0, 2, 2])).unwrap_err();
    assert_eq!(refusal, Refusal::InvalidPlaces { seats: seats(&[2]) });
}

#[test]
fn a_claim_for_nothing_is_invalid() {
    let mut house = House::new(&[Part::Rows(&["...."]), Part::Standing(5)], rules());
    house.open('a');
    for wish in [named(&[]), standing(1, 0), best(0)] {
        let invalid = Refusal::InvalidPlaces { seats: Vec::new() };
        assert_eq!(house.claim('a', wish), Err(invalid));
    }
}

#[test]
fn an_order_takes_no_more_places_than_its_limit_in_all_its_claims() {
    let parts = [Part::Rows(&["........"]), Part::Standing(9)];
    let limited = Rules {
        max_per_order: 4,
        ..rules()
    };
    let mut house = House::new(&parts, limited);
    house.hold('a', named(&[0, 1]));
    house.claim('a', standing(1, 1)).unwrap();
    for wish in [named(&[2, 3]), standing(1, 2), best(2)] {
        let refusal = Refusal::LimitReached { limit: 4 };
        assert_eq!(house.claim('a', wish), Err(refusal));
    }
    house.claim('a', best(1)).unwrap();
}

#[test]
fn a_buyer_takes_no_more_places_than_the_limit_in_all_orders_sold_ones_included() {
    let parts = [Part::Rows(&["........"]), Part::Standing(9)];
    let limited = Rules {
        max_per_buyer: Some(4),
        ..rules()
    };
    let mut house = House::new(&parts, limited);
    let buyer = Buyer::Email([7; 32]);
    for letter in ['a', 'b', 'c'] {
        let opening = opening_for(letter, buyer);
        house.run(&Command::Open(opening)).unwrap();
    }
    house.claim('a', named(&[0])).unwrap();
    house.claim('a', standing(1, 1)).unwrap();
    house.pin('a').unwrap();
    house.sell('a').unwrap();
    house.claim('b', named(&[1])).unwrap();
    for wish in [named(&[2, 3]), standing(1, 2), best(2)] {
        let refusal = Refusal::LimitReached { limit: 4 };
        assert_eq!(house.claim('c', wish), Err(refusal));
    }
    house.claim('c', named(&[2])).unwrap();
}

#[test]
fn what_a_buyer_gives_back_may_be_taken_again() {
    let limited = Rules {
        max_per_buyer: Some(2),
        ..rules()
    };
    let mut house = House::new(&[Part::Rows(&["....."])], limited);
    let buyer = Buyer::Account(AccountId(Uuid::from_u128(1)));
    for letter in ['a', 'b'] {
        let opening = opening_for(letter, buyer);
        house.run(&Command::Open(opening)).unwrap();
    }
    house.claim('a', named(&[0, 1])).unwrap();
    house.cancel('a').unwrap();
    house.claim('b', named(&[2, 3])).unwrap();
    assert_eq!(house.picture(), ["..bb."]);
}

#[test]
fn the_buyer_limit_does_not_bind_orders_of_nobody_known() {
    let limited = Rules {
        max_per_buyer: Some(1),
        ..rules()
    };
    let mut house = House::new(&[Part::Rows(&["...."])], limited);
    house.hold('a', named(&[0, 1, 2]));
    assert_eq!(house.picture(), ["aaa."]);
}

#[test]
fn a_seat_that_somebody_has_or_that_is_not_on_sale_is_taken() {
    let mut house = House::seated(&["......x....."]);
    house.hold('b', named(&[0]));
    house.hold('c', named(&[1]));
    house.pin('c').unwrap();
    house.hold('d', named(&[2]));
    house.pin('d').unwrap();
    house.sell('d').unwrap();
    let withheld = places(&[3], &[]);
    house.run(&Command::Allocate { places: withheld }).unwrap();
    let unused = Command::Disable { seats: seats(&[4]) };
    house.run(&unused).unwrap();
    house.open('a');
    for index in [0, 1, 2, 3, 4, 6] {
        let refusal = house.claim('a', named(&[index])).unwrap_err();
        let Refusal::SeatTaken { taken, alternative } = refusal else {
            panic!("{refusal}")
        };
        assert_eq!(taken, seats(&[index]));
        assert_eq!(alternative.len(), 1);
    }
    assert_eq!(house.picture(), ["bC#ox.x....."]);
}

#[test]
fn one_taken_seat_refuses_the_whole_claim() {
    let mut house = House::seated(&["......"]);
    house.hold('b', named(&[2]));
    house.open('a');
    let refusal = house.claim('a', named(&[3, 2, 1])).unwrap_err();
    let (taken, alternative) = (seats(&[2]), seats(&[3, 4, 5]));
    assert_eq!(refusal, Refusal::SeatTaken { taken, alternative });
    assert_eq!(house.picture(), ["..b..."]);
}

#[test]
fn the_orders_own_seats_are_granted_again_without_a_change() {
    let limited = Rules {
        max_per_order: 2,
        ..rules()
    };
    let mut house = House::new(&[Part::Rows(&["...."])], limited);
    house.hold('a', named(&[0, 1]));
    let changes = house.claim('a', named(&[1, 0])).unwrap();
    assert!(
        matches!(changes[..], [Change::Claimed { .. }]),
        "{changes:?}"
    );
    house.drop_places('a', places(&[0], &[])).unwrap();
    house.claim('a', named(&[1, 2])).unwrap();
    assert_eq!(house.picture(), [".aa."]);
}

#[test]
fn the_alternative_is_for_the_seats_that_the_order_lacks() {
    let limited = Rules {
        max_per_order: 2,
        ..rules()
    };
    let mut house = House::new(&[Part::Rows(&["......"])], limited);
    house.hold('b', named(&[1]));
    house.hold('a', named(&[0]));
    let refusal = house.claim('a', named(&[0, 1])).unwrap_err();
    let (taken, alternative) = (seats(&[1]), seats(&[2]));
    assert_eq!(refusal, Refusal::SeatTaken { taken, alternative });
    house.claim('a', named(&[2])).unwrap();
}

#[test]
fn a_full_house_has_no_alternative() {
    let mut house = House::seated(&["..."]);
    house.hold('b', named(&[0, 1]));
    house.open('a');
    let refusal = house.claim('a', named(&[1, 2])).unwrap_err();
    let (taken, alternative) = (seats(&[1]), Vec::new());
    assert_eq!(refusal, Refusal::SeatTaken { taken, alternative });
}

#[test]
fn standing_places_add_up_in_one_order() {
    let mut house = House::new(&[Part::Standing(10)], rules());
    house.hold('a', standing(0, 2));
    house.claim('a', standing(0, 3)).unwrap();
    assert_eq!(house.map.order(order('a')).unwrap().quantity(), 5);
    assert_eq!(house.counts(0), [5, 5, 0, 0]);
}

#[test]
fn standing_places_sell_out_and_the_refusal_says_how_many_are_free() {
    let mut house = House::new(&[Part::Standing(5)], rules());
    house.hold('a', standing(0, 3));
    house.open('b');
    let refusal = Refusal::SoldOut { free: 2 };
    assert_eq!(house.claim('b', standing(0, 3)), Err(refusal));
    house.claim('b', standing(0, 2)).unwrap();
    assert_eq!(house.counts(0), [0, 5, 0, 0]);
}

#[test]
fn a_section_is_asked_only_for_what_it_sells() {
    let mut house = House::new(&[Part::Rows(&["...."]), Part::Standing(5)], rules());
    house.open('a');
    for wish in [standing(0, 1), standing(2, 1), super::house::best_in(1, 1)] {
        let invalid = Refusal::InvalidPlaces { seats: Vec::new() };
        assert_eq!(house.claim('a', wish), Err(invalid));
    }
}

#[test]
fn nothing_is_claimed_before_and_after_the_sale_or_while_it_is_stopped() {
    let start = START;
    let part = || [Part::Rows(&["...."])];
    let until = Rules {
        on_sale_until: Some(start.plus(Duration::from_secs(60))),
        ..rules()
    };
    let mut house = House::new(&part(), until);
    house.open('a');
    house.after(Duration::from_secs(60));
    let closed = Refusal::NotOnSale { opens_at: None };
    assert_eq!(house.claim('a', named(&[0])), Err(closed.clone()));
    let stopped = Rules {
        stopped: true,
        ..rules()
    };
    let mut house = House::new(&part(), stopped);
    let expires_at = start.plus(HOLD);
    let opened = Change::Opened {
        opening: opening('a'),
        expires_at,
        again: false,
    };
    house.map.apply(&opened);
    assert_eq!(house.claim('a', named(&[0])), Err(closed));
}

#[test]
fn an_order_makes_no_more_than_256_claims() {
    let mut house = House::seated(&["...."]);
    house.open('a');
    for _ in 0..256 {
        house.claim('a', named(&[0])).unwrap();
    }
    assert_eq!(house.claim('a', named(&[0])), Err(Refusal::TooManyClaims));
    house.run(&claim('a', "key-1", 0, named(&[0]))).unwrap();
}

#[test]
fn an_order_without_any_place_allowed_is_refused_by_its_limit() {
    let none = Rules {
        max_per_order: 0,
        ..rules()
    };
    let mut house = House::new(&[Part::Rows(&["...."])], none);
    house.open('a');
    let refusal = Refusal::LimitReached { limit: 0 };
    assert_eq!(
        house.claim('a', Wish::Seats(vec![SeatIndex(9)])),
        Err(refusal)
    );
}
