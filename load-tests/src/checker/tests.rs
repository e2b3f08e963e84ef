//! Histories written by hand, each with one fault that must be found, beside one without any.

use std::collections::HashMap;

use uuid::Uuid;

use super::ledger::{Ledger, OrderRow, PaymentRow, TakenRow, TicketRow};
use super::*;
use crate::history::{Operation, OrderState, Refusal, Status, Wish};

const DEADLINE: Micros = 100 * SECOND;

fn order(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn record(number: u128, [start, end]: [Micros; 2], operation: Operation, answer: Answer) -> Record {
    let [start, end] = [start * SECOND, end * SECOND];
    Record {
        start,
        end,
        session: Uuid::nil(),
        order: order(number),
        operation,
        answer,
    }
}

fn shows(status: Status, seats: &[u32]) -> Answer {
    let tickets = if status == Status::Paid {
        seats.to_vec()
    } else {
        Vec::new()
    };
    let total = i64::try_from(seats.len()).unwrap() * 100;
    Answer::Order(OrderState {
        status,
        seats: seats.to_vec(),
        deadline: DEADLINE,
        total,
        tickets,
    })
}

fn claim(seats: &[u32]) -> Operation {
    Operation::Claim {
        key: format!("{seats:?}"),
        wish: Wish::Seats(seats.to_vec()),
    }
}

fn best(quantity: usize) -> Operation {
    Operation::Claim {
        key: format!("best {quantity}"),
        wish: Wish::Best(quantity),
    }
}

fn claimed(number: u128, at: [Micros; 2], seats: &[u32]) -> Record {
    record(number, at, claim(seats), shows(Status::Pending, seats))
}

fn dropped(number: u128, at: [Micros; 2], seats: &[u32]) -> Record {
    record(
        number,
        at,
        Operation::Drop {
            seats: seats.to_vec(),
        },
        shows(Status::Pending, &[]),
    )
}

fn paid(number: u128, at: [Micros; 2], seats: &[u32]) -> Record {
    let operation = Operation::Confirm {
        path: "/".into(),
        succeed: true,
    };
    record(number, at, operation, shows(Status::Paid, seats))
}

fn unknown(number: u128, at: [Micros; 2], operation: Operation) -> Record {
    let answer = Answer::Unknown {
        status: None,
        has_retry_after: false,
        cause: "cut".into(),
    };
    record(number, at, operation, answer)
}

fn refused(
    number: u128,
    at: [Micros; 2],
    operation: Operation,
    taken: &[u32],
    alternative: &[u32],
) -> Record {
    let code = if taken.is_empty() {
        "sold_out"
    } else {
        "seat_taken"
    };
    let refusal = Refusal {
        status: 409,
        code: code.into(),
        taken: taken.to_vec(),
        alternative: alternative.to_vec(),
        free: Some(0),
    };
    record(number, at, operation, Answer::Refused(refusal))
}

fn check(records: &[Record]) -> Vec<Violation> {
    check_history(records, &Circumstances::of(4))
}

fn taken(number: u128, seat_index: i32, state: &str) -> TakenRow {
    TakenRow {
        session_id: Uuid::nil(),
        seat_index,
        state: state.into(),
        order_id: Some(order(number)),
    }
}

fn ticket(number: u128, seat_index: i32) -> TicketRow {
    let (session_id, order_id) = (Uuid::nil(), order(number));
    TicketRow {
        session_id,
        order_id,
        seat_index,
        status: "VALID".into(),
        price: 100,
    }
}

fn ledger(taken: Vec<TakenRow>, orders: &[(u128, &str)]) -> Ledger {
    let deadline = chrono::DateTime::from_timestamp(100, 0).unwrap();
    let rows = orders.iter().map(|(number, status)| OrderRow {
        order_id: order(*number),
        session_id: Uuid::nil(),
        status: (*status).into(),
        expire_if_not_completed_at: deadline,
    });
    let orders: HashMap<Uuid, OrderRow> = rows.map(|row| (row.order_id, row)).collect();
    Ledger {
        taken,
        orders,
        ..Ledger::default()
    }
}

fn sold_ledger() -> Ledger {
    let payment = PaymentRow {
        order_id: order(1),
        state: "succeeded".into(),
        amount: Some(100),
    };
    let ledger = ledger(vec![taken(1, 3, "sold")], &[(1, "PAID")]);
    Ledger {
        tickets: vec![ticket(1, 3)],
        payments: vec![payment],
        ..ledger
    }
}

fn check_ledger(ledger: &Ledger, records: &[Record]) -> Vec<Violation> {
    let mut violations = ledger.check_itself();
    violations.extend(ledger.check_against(&outlook::of_history(records, 50 * SECOND)));
    violations
}

#[test]
fn seats_that_pass_from_one_order_to_the_next_are_no_violation() {
    let history = [
        claimed(1, [1, 2], &[3]),
        refused(2, [1, 3], claim(&[3]), &[3], &[2]),
        dropped(1, [4, 5], &[3]),
        claimed(2, [4, 6], &[3]),
        paid(2, [7, 8], &[3]),
        refused(3, [9, 10], claim(&[3]), &[3], &[]),
    ];
    assert_eq!(check(&history), []);
}

#[test]
fn a_seat_granted_to_two_orders_is_found() {
    let history = [claimed(1, [1, 2], &[3]), claimed(2, [3, 4], &[3])];
    assert!(
        matches!(check(&history)[..], [Violation::TwoOwners { seat: 3, .. }]),
        "{:?}",
        check(&history)
    );
}

#[test]
fn a_seat_sold_twice_is_found_even_after_the_first_hold_was_long_over() {
    let history = [
        claimed(1, [1, 2], &[3]),
        paid(1, [3, 4], &[3]),
        claimed(2, [200, 201], &[3]),
        paid(2, [202, 203], &[3]),
    ];
    assert!(matches!(
        check(&history)[0],
        Violation::TwoOwners { seat: 3, .. }
    ));
}

#[test]
fn a_seat_granted_while_a_drop_is_under_way_is_no_violation() {
    let history = [
        claimed(1, [1, 2], &[3]),
        claimed(2, [4, 5], &[3]),
        dropped(1, [3, 6], &[3]),
    ];
    assert_eq!(check(&history), []);
}

#[test]
fn a_seat_granted_after_the_deadline_of_its_holder_is_no_violation_and_before_it_is() {
    assert_eq!(
        check(&[claimed(1, [1, 2], &[3]), claimed(2, [100, 101], &[3])]),
        []
    );
    let early = [claimed(1, [1, 2], &[3]), claimed(2, [97, 98], &[3])];
    assert!(matches!(check(&early)[..], [Violation::TwoOwners { .. }]));
}

#[test]
fn a_drop_of_unknown_fate_ends_what_is_certain() {
    let drop = Operation::Drop { seats: vec![3] };
    let history = [
        claimed(1, [1, 2], &[3]),
        unknown(1, [3, 4], drop),
        claimed(2, [5, 6], &[3]),
    ];
    assert_eq!(check(&history), []);
}

#[test]
fn an_acknowledged_seat_that_vanishes_is_found() {
    let history = [
        claimed(1, [1, 2], &[3]),
        record(1, [3, 4], Operation::Read, shows(Status::Pending, &[])),
    ];
    assert_eq!(
        check(&history),
        [Violation::Vanished {
            order: order(1),
            seat: 3
        }]
    );
}

#[test]
fn a_seat_nobody_claimed_is_found() {
    let history = [record(
        1,
        [1, 2],
        Operation::Read,
        shows(Status::Pending, &[3]),
    )];
    assert_eq!(
        check(&history),
        [Violation::FromNowhere {
            order: order(1),
            seat: 3
        }]
    );
}

#[test]
fn a_claim_that_brings_other_seats_or_too_few_is_found() {
    let other = [record(1, [1, 2], claim(&[3]), shows(Status::Pending, &[2]))];
    assert!(
        check(&other)
            .iter()
            .any(|violation| matches!(violation, Violation::GrantedOtherwise { .. }))
    );
    let few = [record(1, [1, 2], best(2), shows(Status::Pending, &[2]))];
    assert!(matches!(
        check(&few)[..],
        [Violation::GrantedOtherwise { .. }]
    ));
}

#[test]
fn a_repeated_key_that_brings_more_seats_is_found() {
    let once = record(1, [1, 2], best(1), shows(Status::Pending, &[2]));
    let again = record(1, [3, 4], best(1), shows(Status::Pending, &[2]));
    assert_eq!(check(&[once.clone(), again]), []);
    let twice = record(1, [3, 4], best(1), shows(Status::Pending, &[2, 3]));
    assert!(matches!(
        check(&[once, twice])[..],
        [Violation::GrantedOtherwise { .. }]
    ));
}

#[test]
fn a_free_seat_that_is_refused_is_found() {
    let never_had = [refused(2, [3, 4], claim(&[3]), &[3], &[])];
    assert!(matches!(
        check(&never_had)[..],
        [Violation::WronglyRefused { seat: 3, .. }]
    ));
    let given_up = [
        claimed(1, [1, 2], &[3]),
        dropped(1, [3, 4], &[3]),
        refused(2, [5, 6], claim(&[3]), &[3], &[]),
    ];
    assert!(matches!(
        check(&given_up)[..],
        [Violation::WronglyRefused { seat: 3, .. }]
    ));
}

#[test]
fn a_seat_that_its_own_order_has_may_not_be_refused_to_it() {
    let history = [
        claimed(1, [1, 2], &[3]),
        refused(1, [3, 4], claim(&[3]), &[3], &[]),
    ];
    assert!(matches!(
        check(&history)[..],
        [Violation::WronglyRefused { .. }]
    ));
}

#[test]
fn a_refusal_is_right_while_anybody_may_have_the_seat() {
    let touching = [
        claimed(1, [1, 5], &[3]),
        refused(2, [2, 3], claim(&[3]), &[3], &[]),
    ];
    assert_eq!(check(&touching), []);
    let unknown_claim = [
        unknown(1, [1, 2], claim(&[3])),
        refused(2, [3, 4], claim(&[3]), &[3], &[]),
    ];
    assert_eq!(check(&unknown_claim), []);
    let unknown_best = [
        unknown(1, [1, 2], best(1)),
        refused(2, [3, 4], claim(&[3]), &[3], &[]),
    ];
    assert_eq!(check(&unknown_best), []);
}

#[test]
fn a_refusal_long_after_the_holders_deadline_is_found() {
    let history = [
        claimed(1, [1, 2], &[3]),
        refused(2, [110, 111], claim(&[3]), &[3], &[]),
    ];
    assert!(matches!(
        check(&history)[..],
        [Violation::WronglyRefused { .. }]
    ));
}

#[test]
fn sold_out_is_wrong_while_enough_seats_are_certainly_free() {
    let history = |quantity| {
        [
            claimed(1, [1, 2], &[0, 1]),
            refused(2, [3, 4], best(quantity), &[], &[]),
        ]
    };
    assert!(matches!(
        check(&history(2))[..],
        [Violation::WronglySoldOut { free: 2, .. }]
    ));
    assert_eq!(check(&history(3)), []);
}

#[test]
fn an_alternative_that_somebody_has_is_found() {
    let history = [
        claimed(1, [1, 2], &[2, 3]),
        refused(2, [3, 4], claim(&[3]), &[3], &[2]),
    ];
    assert_eq!(
        check(&history),
        [Violation::StaleAlternative {
            order: order(2),
            seat: 2
        }]
    );
}

#[test]
fn an_error_that_is_no_503_with_retry_after_is_found() {
    let answer = |status, has_retry_after| Answer::Unknown {
        status: Some(status),
        has_retry_after,
        cause: String::new(),
    };
    let history = |status, retry| [record(1, [1, 2], Operation::Read, answer(status, retry))];
    assert_eq!(check(&history(503, true)), []);
    assert!(matches!(
        check(&history(503, false))[..],
        [Violation::ServerError { status: 503, .. }]
    ));
    assert!(matches!(
        check(&history(500, true))[..],
        [Violation::ServerError { status: 500, .. }]
    ));
}

#[test]
fn postgres_that_has_what_was_acknowledged_is_no_violation() {
    let held = ledger(vec![taken(1, 3, "held")], &[(1, "PENDING")]);
    assert_eq!(check_ledger(&held, &[claimed(1, [1, 2], &[3])]), []);
    assert_eq!(
        check_ledger(
            &sold_ledger(),
            &[claimed(1, [1, 2], &[3]), paid(1, [3, 4], &[3])]
        ),
        []
    );
}

#[test]
fn an_acknowledged_hold_that_postgres_lacks_is_found() {
    let empty = ledger(vec![], &[(1, "PENDING")]);
    let violations = check_ledger(&empty, &[claimed(1, [1, 2], &[3])]);
    assert_eq!(
        violations,
        [Violation::LostHold {
            order: order(1),
            seats: vec![3]
        }]
    );
    assert!(violations[0].is_lost_acknowledgement());
}

#[test]
fn an_acknowledged_sale_that_postgres_lacks_is_found() {
    let unsold = ledger(vec![taken(1, 3, "held")], &[(1, "PENDING")]);
    let violations = check_ledger(&unsold, &[claimed(1, [1, 2], &[3]), paid(1, [3, 4], &[3])]);
    assert!(
        matches!(violations[..], [Violation::LostSale { .. }]),
        "{violations:?}"
    );
}

#[test]
fn a_claim_or_drop_of_unknown_fate_may_have_happened_or_not() {
    let held = ledger(vec![taken(1, 3, "held")], &[(1, "PENDING")]);
    let empty = ledger(vec![], &[(1, "PENDING")]);
    let opened = record(1, [1, 2], Operation::Open, shows(Status::Pending, &[]));
    let drop = Operation::Drop { seats: vec![3] };
    for history in [
        [opened.clone(), unknown(1, [3, 4], claim(&[3]))],
        [opened, unknown(1, [3, 4], best(1))],
        [claimed(1, [1, 2], &[3]), unknown(1, [3, 4], drop)],
    ] {
        assert_eq!(check_ledger(&held, &history), []);
        assert_eq!(check_ledger(&empty, &history), []);
    }
}

#[test]
fn a_seat_that_was_given_up_and_still_stands_is_found() {
    let held = ledger(vec![taken(1, 3, "held")], &[(1, "PENDING")]);
    let violations = check_ledger(&held, &[claimed(1, [1, 2], &[3]), dropped(1, [3, 4], &[3])]);
    assert_eq!(
        violations,
        [Violation::Leftover {
            order: order(1),
            seats: vec![3]
        }]
    );
}

#[test]
fn a_hold_may_be_gone_once_its_deadline_has_come() {
    let empty = ledger(vec![], &[(1, "CANCELLED")]);
    let outlooks = outlook::of_history(&[claimed(1, [1, 2], &[3])], 101 * SECOND);
    assert_eq!(empty.check_against(&outlooks), []);
}

#[test]
fn rows_that_contradict_each_other_are_found() {
    let no_ticket = Ledger {
        tickets: vec![],
        ..sold_ledger()
    };
    let wrong_ticket = Ledger {
        tickets: vec![ticket(1, 2)],
        ..sold_ledger()
    };
    let unpaid = Ledger {
        payments: vec![],
        ..sold_ledger()
    };
    let two_rows = Ledger {
        taken: vec![taken(1, 3, "sold"), taken(1, 3, "sold")],
        ..sold_ledger()
    };
    let done = ledger(vec![taken(1, 3, "held")], &[(1, "CANCELLED")]);
    assert_eq!(sold_ledger().check_itself(), []);
    for ledger in [no_ticket, wrong_ticket, unpaid, two_rows, done] {
        let violations = ledger.check_itself();
        assert!(!violations.is_empty(), "{ledger:?}");
        assert!(
            violations
                .iter()
                .all(|violation| matches!(violation, Violation::Contradiction { .. }))
        );
    }
}
