//! The second guard of each never: the database refuses what no seat map would have decided.
//!
//! Each guard has a control that takes it out and shows the same forged race succeed, so that it
//! is the guard that prevents it.

use std::sync::Arc;

use domain::seat_map::{
    Change, Command, GrantedClaim, IdempotencyKey, Lot, LotState, RequestHash, SeatState,
};
use domain::{SeatIndex, SectionIndex};
use sqlx::PgPool;
use store::journal::JournalError;

use crate::house::{FLOOR, count, opening, order, places};
use crate::ledger::Ledger;

/// A house in which orders 0 and 1 are open.
async fn two_buyers(pool: &PgPool) -> Ledger {
    let mut ledger = Ledger::new(pool).await;
    for number in [0, 1] {
        ledger
            .durably(&Command::Open(opening(number, ledger.now)))
            .await;
    }
    ledger
}

/// A grant of a seat that somebody may have already.
fn grant(number: u64) -> [Change; 1] {
    [Change::Seat {
        seat: SeatIndex(3),
        from: SeatState::Free,
        to: SeatState::Held(order(number)),
    }]
}

/// A grant of standing places, as many as there may not be.
fn grant_standing(number: u64, quantity: u32) -> [Change; 1] {
    [Change::Standing {
        section: FLOOR,
        order: order(number),
        from: Lot::NONE,
        to: Lot {
            quantity,
            state: LotState::Held,
        },
    }]
}

/// The constraint that a write violated, if it did.
fn violated(written: &Result<(), JournalError>) -> Option<&str> {
    match written {
        Err(JournalError::Database(error)) => store::violated_constraint(error),
        Ok(())
        | Err(JournalError::Fenced(_) | JournalError::Surprise { .. } | JournalError::TooLate) => {
            None
        }
    }
}

async fn drop_constraint(pool: &PgPool, statement: &'static str) {
    sqlx::query(statement).execute(pool).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_seat_that_is_granted_twice_at_once_has_one_owner(pool: PgPool) {
    let ledger = two_buyers(&pool).await;
    let (first, second) = (grant(0), grant(1));
    let (first, second) = tokio::join!(ledger.forge(&first), ledger.forge(&second));
    let outcomes = [violated(&first), violated(&second)];
    assert!(first.is_ok() != second.is_ok(), "{outcomes:?}");
    assert!(
        outcomes.contains(&Some("taken_seat_has_one_owner")),
        "{outcomes:?}"
    );
    assert_eq!(count(&pool, "select count(*) from taken_seat").await, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn control_without_its_key_a_seat_is_granted_twice(pool: PgPool) {
    let ledger = two_buyers(&pool).await;
    drop_constraint(
        &pool,
        "alter table taken_seat drop constraint taken_seat_has_one_owner",
    )
    .await;
    let (first, second) = (grant(0), grant(1));
    let (first, second) = tokio::join!(ledger.forge(&first), ledger.forge(&second));
    assert!(first.is_ok() && second.is_ok());
    let owners = "select count(distinct order_id) from taken_seat where seat_index = 3";
    assert_eq!(count(&pool, owners).await, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn standing_places_granted_at_once_stay_within_the_capacity(pool: PgPool) {
    let ledger = two_buyers(&pool).await;
    let (first, second) = (grant_standing(0, 15), grant_standing(1, 15));
    let (first, second) = tokio::join!(ledger.forge(&first), ledger.forge(&second));
    let outcomes = [violated(&first), violated(&second)];
    assert!(first.is_ok() != second.is_ok(), "{outcomes:?}");
    assert!(
        outcomes.contains(&Some("standing_within_capacity")),
        "{outcomes:?}"
    );
    assert_eq!(
        count(&pool, "select sum(quantity) from taken_standing").await,
        15
    );
    assert_eq!(
        count(&pool, "select sum(taken) from session_section").await,
        15
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn control_without_its_check_a_standing_section_is_oversold(pool: PgPool) {
    let ledger = two_buyers(&pool).await;
    let statement = "alter table session_section drop constraint standing_within_capacity";
    drop_constraint(&pool, statement).await;
    let (first, second) = (grant_standing(0, 15), grant_standing(1, 15));
    let (first, second) = tokio::join!(ledger.forge(&first), ledger.forge(&second));
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(
        count(&pool, "select sum(quantity) from taken_standing").await,
        30
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn forged_changes_break_on_the_constraint_named_after_the_rule(pool: PgPool) {
    let allocation = |section, to| Change::Allocation {
        section: SectionIndex(section),
        from: 0,
        to,
    };
    let filed = |key: &str| Change::Filed {
        order: order(0),
        claims: vec![Arc::new(GrantedClaim {
            key: IdempotencyKey::new(key).unwrap(),
            request_hash: RequestHash([0; 32]),
            places: places(&[3]),
        })],
    };
    let pnr_of_another = {
        let mut opening = opening(7, crate::house::NOW);
        opening.pnr = crate::house::opening(0, crate::house::NOW).pnr;
        opening
    };
    let ledger = two_buyers(&pool).await;
    let [one] = grant_standing(0, 1);
    ledger.forge(&[one, allocation(1, 19)]).await.unwrap();
    let cases = [
        (vec![allocation(1, 1)], "standing_within_capacity"),
        (vec![allocation(0, 1)], "standing_within_capacity"),
        (
            vec![filed("key"), filed("key")],
            "claim_key_is_unique_in_order",
        ),
        (
            vec![Change::Opened {
                opening: pnr_of_another,
                expires_at: crate::house::NOW,
                again: false,
            }],
            "order_pnr_is_unique",
        ),
    ];
    for (changes, constraint) in cases {
        let written = ledger.forge(&changes).await;
        assert_eq!(violated(&written), Some(constraint), "{written:?}");
    }
    assert_eq!(
        count(&pool, "select sum(taken + allocated) from session_section").await,
        20
    );
}
