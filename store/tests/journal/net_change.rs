//! A batch writes what it leaves behind, one row a place, and nothing that the rows deny.

use domain::seat_map::{Command, Places, SeatState, Wish};
use sqlx::PgPool;
use store::journal::JournalError;

use crate::house::{FLOOR, claim, count, credential, named, opening, order, places};
use crate::ledger::Ledger;

const TAKEN_SEATS: &str = "select count(*) from taken_seat";

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

fn drop_seats(number: u64, indexes: &[u32]) -> Command {
    Command::Drop {
        order: order(number),
        credential: credential(),
        places: places(indexes),
    }
}

fn cancel(number: u64) -> Command {
    Command::Cancel {
        order: order(number),
        credential: credential(),
    }
}

/// The rows as they are: what a statement rewrites gets another `xmin`.
async fn rows(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "select xmin || ' ' || taken_seat::text from taken_seat
         union all select xmin || ' ' || taken_standing::text from taken_standing
         union all select xmin || ' ' || session_section::text from session_section
         union all select xmin || ' ' || event_session_order::text from event_session_order
         order by 1",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn places_taken_and_given_back_in_one_batch_leave_no_row(pool: PgPool) {
    let mut ledger = two_buyers(&pool).await;
    ledger.must(&claim(0, "key-1", named(&[3, 4])));
    let two = Wish::Standing {
        section: FLOOR,
        quantity: 2,
    };
    ledger.must(&claim(0, "key-2", two));
    let everything = Places {
        standing: vec![(FLOOR, 2)],
        ..places(&[3, 4])
    };
    ledger.must(&Command::Drop {
        order: order(0),
        credential: credential(),
        places: everything,
    });
    ledger.write().await.unwrap();
    assert_eq!(count(&pool, TAKEN_SEATS).await, 0);
    assert_eq!(count(&pool, "select count(*) from taken_standing").await, 0);
    assert_eq!(
        count(&pool, "select sum(taken) from session_section").await,
        0
    );
    ledger.reload().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn pinned_and_unpinned_in_one_batch_rewrites_no_row(pool: PgPool) {
    let mut ledger = two_buyers(&pool).await;
    ledger.durably(&claim(0, "key-1", named(&[3]))).await;
    let before = rows(&pool).await;
    ledger.must(&Command::Pin { order: order(0) });
    ledger.must(&Command::Unpin { order: order(0) });
    ledger.write().await.unwrap();
    assert_eq!(rows(&pool).await, before);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_seat_that_changes_hands_within_a_batch_has_one_row_of_its_last_owner(pool: PgPool) {
    let mut ledger = two_buyers(&pool).await;
    ledger.must(&claim(0, "key-1", named(&[3])));
    ledger.must(&drop_seats(0, &[3]));
    ledger.must(&claim(1, "key-1", named(&[3])));
    ledger.write().await.unwrap();
    ledger.reload().await;
    // Once more, now that the seat has a row.
    ledger.must(&drop_seats(1, &[3]));
    ledger.must(&claim(0, "key-2", named(&[3])));
    ledger.write().await.unwrap();
    ledger.reload().await;
    assert_eq!(ledger.map.seats()[3], SeatState::Held(order(0)));
    assert_eq!(count(&pool, TAKEN_SEATS).await, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_seat_passes_to_an_order_that_is_opened_in_the_same_batch(pool: PgPool) {
    let mut ledger = two_buyers(&pool).await;
    ledger.durably(&claim(0, "key-1", named(&[3]))).await;
    ledger.must(&cancel(0));
    ledger.must(&Command::Open(opening(2, ledger.now)));
    ledger.must(&claim(2, "key-1", named(&[3])));
    ledger.write().await.unwrap();
    ledger.reload().await;
    assert_eq!(ledger.map.seats()[3], SeatState::Held(order(2)));
}

#[sqlx::test(migrations = "../migrations")]
async fn an_order_opened_and_cancelled_in_one_batch_is_stored_as_cancelled(pool: PgPool) {
    let mut ledger = Ledger::new(&pool).await;
    ledger.must(&Command::Open(opening(0, ledger.now)));
    ledger.must(&claim(0, "key-1", named(&[3])));
    ledger.must(&cancel(0));
    ledger.write().await.unwrap();
    let cancelled = "select count(*) from event_session_order
                     where status = 'CANCELLED' and ending = 'cancelled' and has_claimed";
    assert_eq!(count(&pool, cancelled).await, 1);
    assert_eq!(count(&pool, TAKEN_SEATS).await, 0);
    ledger.reload().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_tell_of_a_sale_finds_it_written_and_writes_nothing(pool: PgPool) {
    let mut ledger = two_buyers(&pool).await;
    let two = Wish::Standing {
        section: FLOOR,
        quantity: 2,
    };
    ledger.must(&claim(0, "key-1", named(&[3, 4])));
    ledger.must(&claim(0, "key-2", two));
    ledger.durably(&Command::Pin { order: order(0) }).await;
    ledger.pay(order(0)).await;
    let before = rows(&pool).await;
    ledger.durably(&Command::Sell { order: order(0) }).await;
    assert_eq!(rows(&pool).await, before);
    ledger.reload().await;
    assert_eq!(ledger.map.seats()[3], SeatState::Sold(order(0)));
    assert_eq!(ledger.map.sections()[1].sold, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_tell_of_a_sale_is_passed_over_beside_other_changes_of_its_batch(pool: PgPool) {
    let mut ledger = two_buyers(&pool).await;
    ledger.must(&claim(0, "key-1", named(&[3])));
    ledger.durably(&Command::Pin { order: order(0) }).await;
    ledger.pay(order(0)).await;
    ledger.must(&claim(1, "key-1", named(&[5])));
    ledger.must(&Command::Sell { order: order(0) });
    ledger.write().await.unwrap();
    ledger.reload().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_unpin_that_races_a_sale_is_a_surprise_and_writes_nothing(pool: PgPool) {
    let mut ledger = two_buyers(&pool).await;
    ledger.must(&claim(0, "key-1", named(&[3])));
    ledger.durably(&Command::Pin { order: order(0) }).await;
    ledger.pay(order(0)).await;
    let before = rows(&pool).await;
    ledger.must(&claim(1, "key-1", named(&[5])));
    ledger.must(&Command::Unpin { order: order(0) });
    let written = ledger.write().await;
    assert!(
        matches!(&written, Err(JournalError::Surprise { table, .. }) if table == "taken_seat"),
        "{written:?}"
    );
    assert_eq!(rows(&pool).await, before);
}

#[sqlx::test(migrations = "../migrations")]
async fn each_row_that_is_not_as_decided_is_a_surprise(pool: PgPool) {
    // What a hand in the database changes, and the command that then finds it changed.
    let lot = Command::Drop {
        order: order(0),
        credential: credential(),
        places: Places {
            seats: Vec::new(),
            standing: vec![(FLOOR, 2)],
        },
    };
    let fewer = Command::Drop {
        order: order(0),
        credential: credential(),
        places: Places {
            seats: Vec::new(),
            standing: vec![(FLOOR, 1)],
        },
    };
    let cases = [
        ("delete from taken_seat", drop_seats(0, &[3]), "taken_seat"),
        (
            "delete from taken_seat",
            Command::Pin { order: order(0) },
            "taken_seat",
        ),
        (
            "update taken_standing set quantity = 1",
            lot,
            "taken_standing",
        ),
        (
            "update taken_standing set state = 'pinned'",
            fewer,
            "taken_standing",
        ),
        (
            "update event_session_order set status = 'CANCELLED'",
            Command::Extend {
                order: order(0),
                credential: credential(),
            },
            "event_session_order",
        ),
    ];
    for (hand, command, expected) in cases {
        let mut ledger = two_buyers(&pool).await;
        let two = Wish::Standing {
            section: FLOOR,
            quantity: 2,
        };
        ledger.must(&claim(0, "key-1", named(&[3])));
        ledger.durably(&claim(0, "key-2", two)).await;
        sqlx::query(hand).execute(&pool).await.unwrap();
        let before = rows(&pool).await;
        ledger.must(&command);
        let written = ledger.write().await;
        assert!(
            matches!(&written, Err(JournalError::Surprise { table, .. }) if *table == expected),
            "{hand}: {written:?}"
        );
        assert_eq!(rows(&pool).await, before, "{hand}");
        sqlx::query(
            "truncate event_session_order, taken_seat, taken_standing, claim, claim_log cascade",
        )
        .execute(&pool)
        .await
        .unwrap();
    }
}
