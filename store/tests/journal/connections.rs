//! A connection that breaks costs the batch that was on it, whole, and no other.

use domain::SeatIndex;
use domain::seat_map::{Change, Command, Lot, LotState, SeatState, Wish};
use sqlx::PgPool;
use store::journal::JournalError;

use crate::house::{FLOOR, claim, count, named, opening, order};
use crate::ledger::Ledger;

#[sqlx::test(migrations = "../migrations")]
async fn a_batch_whose_connection_is_cut_in_the_middle_leaves_nothing_and_the_next_is_written(
    pool: PgPool,
) {
    let mut ledger = Ledger::new(&pool).await;
    ledger.durably(&Command::Open(opening(0, ledger.now))).await;
    ledger.durably(&claim(0, "key-1", named(&[3]))).await;
    // The batch comes to a halt at the section's row, when it has freed the seat already.
    let mut halt = pool.begin().await.unwrap();
    sqlx::query("select from session_section for update")
        .execute(&mut *halt)
        .await
        .unwrap();
    let batch = free_the_seat_and_take_two();
    let in_flight = ledger.forge(&batch);
    let (written, ()) = tokio::join!(in_flight, cut_who_waits(&pool));
    halt.rollback().await.unwrap();
    assert!(
        matches!(written, Err(JournalError::Database(_))),
        "{written:?}"
    );
    assert_eq!(count(&pool, "select count(*) from taken_seat").await, 1);
    assert_eq!(count(&pool, "select count(*) from taken_standing").await, 0);
    ledger.forge(&batch).await.unwrap();
    assert_eq!(count(&pool, "select count(*) from taken_seat").await, 0);
    assert_eq!(
        count(&pool, "select sum(taken) from session_section").await,
        2
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_batch_refused_by_the_database_gives_its_lock_on_the_session_back(pool: PgPool) {
    let mut ledger = Ledger::new(&pool).await;
    ledger.durably(&Command::Open(opening(0, ledger.now))).await;
    ledger.durably(&claim(0, "key-1", named(&[3]))).await;
    let violation = [Change::Seat {
        seat: SeatIndex(3),
        from: SeatState::Free,
        to: SeatState::Held(order(0)),
    }];
    let surprise = [Change::Seat {
        seat: SeatIndex(4),
        from: SeatState::Held(order(0)),
        to: SeatState::Free,
    }];
    for batch in [violation, surprise] {
        assert!(ledger.forge(&batch).await.is_err());
        let loaded = ledger.journal.take_over(ledger.now).await.unwrap();
        ledger.epoch = loaded.epoch;
    }
    ledger.must(&claim(0, "key-2", named(&[4])));
    ledger.write().await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn batches_are_written_again_after_all_connections_were_cut_at_rest(pool: PgPool) {
    let mut ledger = Ledger::new(&pool).await;
    ledger.durably(&Command::Open(opening(0, ledger.now))).await;
    let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity
               where datname = current_database() and pid <> pg_backend_pid()";
    assert!(count(&pool, cut).await > 0);
    ledger.must(&claim(0, "key-1", named(&[3])));
    // Whether this one fails depends on whether its connection was asked before: it is written or not.
    let first = ledger.write().await;
    let rows = count(&pool, "select count(*) from taken_seat").await;
    assert_eq!(rows, i64::from(first.is_ok()), "{first:?}");
    let two = Wish::Standing {
        section: FLOOR,
        quantity: 2,
    };
    let mut ledger = Ledger::of(&pool, ledger.session_id).await;
    ledger.durably(&claim(0, "key-2", two)).await;
    ledger.reload().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_small_batch_reads_few_rows_of_a_session_that_has_filled_since_it_was_planned(
    pool: PgPool,
) {
    let mut ledger = Ledger::new(&pool).await;
    let journal_pool = ledger.use_one_connection();
    ledger.durably(&Command::Open(opening(0, ledger.now))).await;
    // Enough for Postgres to settle on a plan, while hardly anything is taken.
    for _ in 0..10 {
        drop_and_take(&ledger).await;
    }
    let filled = "with filled as (
                      insert into taken_seat
                      select session_id, generate_series(1000, 20999), 'held', order_id
                      from event_session_order returning 1)
                  select count(*) from filled";
    assert_eq!(count(&pool, filled).await, 20_000);
    let before = rows_read(&journal_pool).await;
    drop_and_take(&ledger).await;
    let read = rows_read(&journal_pool).await - before;
    assert!(read < 100, "{read} rows were read to write two");
}

/// Takes a seat and gives it back, in two batches.
async fn drop_and_take(ledger: &Ledger) {
    let (free, held) = (SeatState::Free, SeatState::Held(order(0)));
    for (from, to) in [(free, held), (held, free)] {
        let seat = SeatIndex(3);
        ledger
            .forge(&[Change::Seat { seat, from, to }])
            .await
            .unwrap();
    }
}

/// How many rows of taken seats have been read so far, those by this pool's one connection included.
async fn rows_read(journal_pool: &PgPool) -> i64 {
    let flush = "select 1::bigint from pg_stat_force_next_flush()";
    assert_eq!(count(journal_pool, flush).await, 1);
    let read = "select (seq_tup_read + idx_tup_fetch)::bigint
                from pg_stat_user_tables where relname = 'taken_seat'";
    count(journal_pool, read).await
}

fn free_the_seat_and_take_two() -> [Change; 2] {
    let freed = Change::Seat {
        seat: SeatIndex(3),
        from: SeatState::Held(order(0)),
        to: SeatState::Free,
    };
    let taken = Change::Standing {
        section: FLOOR,
        order: order(0),
        from: Lot::NONE,
        to: Lot {
            quantity: 2,
            state: LotState::Held,
        },
    };
    [freed, taken]
}

/// Cuts the connection that waits for a lock, as soon as one does.
async fn cut_who_waits(pool: &PgPool) {
    let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity
               where datname = current_database() and wait_event_type = 'Lock'";
    while count(pool, cut).await == 0 {
        tokio::task::yield_now().await;
    }
}
