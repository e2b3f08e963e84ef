//! Whoever lost a session writes nothing, and whoever took it over has read all that was written.

use std::time::Duration;

use domain::seat_map::{Command, SeatState, Wish};
use domain::{SessionId, Timestamp};
use sqlx::PgPool;
use store::journal::{Grace, Journal, JournalError, PATIENCE};

use crate::house::{
    FLOOR, HOLD, NOW, claim, count, credential, named, opening, order, rules, session_on_sale,
};
use crate::ledger::{Ledger, replay};

const TAKEN_SEATS: &str = "select count(*) from taken_seat";

#[sqlx::test(migrations = "../migrations")]
async fn a_write_at_an_old_epoch_writes_nothing(pool: PgPool) {
    let mut former = Ledger::new(&pool).await;
    let mut later = Ledger::of(&pool, former.session_id).await;
    former.must(&Command::Open(opening(0, former.now)));
    former.must(&claim(0, "key-1", named(&[3])));
    let written = former.write().await;
    assert!(
        matches!(written, Err(JournalError::Fenced(epoch)) if epoch == former.epoch),
        "{written:?}"
    );
    assert_eq!(
        count(&pool, "select count(*) from event_session_order").await,
        0
    );
    later.must(&Command::Open(opening(1, later.now)));
    later.durably(&claim(1, "key-1", named(&[3]))).await;
    later.reload().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_batch_that_changes_nothing_is_refused_at_an_old_epoch_too(pool: PgPool) {
    let former = Ledger::new(&pool).await;
    former.journal.write(former.epoch, &[]).await.unwrap();
    let later = Ledger::of(&pool, former.session_id).await;
    let written = former.journal.write(former.epoch, &[]).await;
    assert!(matches!(written, Err(JournalError::Fenced(epoch)) if epoch == former.epoch));
    later.journal.write(later.epoch, &[]).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_takeover_waits_for_the_batch_in_flight_and_reads_it(pool: PgPool) {
    let mut ledger = Ledger::new(&pool).await;
    ledger.durably(&Command::Open(opening(0, ledger.now))).await;
    // The batch comes to a halt at the section's row, after it has locked the owner's.
    let mut halt = pool.begin().await.unwrap();
    sqlx::query("select from session_section for update")
        .execute(&mut *halt)
        .await
        .unwrap();
    ledger.must(&claim(0, "key-1", named(&[3])));
    let two = Wish::Standing {
        section: FLOOR,
        quantity: 2,
    };
    ledger.must(&claim(0, "key-2", two));
    let journal = ledger.journal.clone();
    let in_flight = tokio::spawn(async move { ledger.write().await });
    until_waiting(&pool, 1).await;
    let taking_over = tokio::spawn(async move { journal.take_over(Timestamp(0)).await });
    until_waiting(&pool, 2).await;
    halt.rollback().await.unwrap();
    in_flight.await.unwrap().unwrap();
    let map = replay(&taking_over.await.unwrap().unwrap().changes);
    assert_eq!(map.seats()[3], SeatState::Held(order(0)));
    assert_eq!(map.sections()[1].held, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn control_a_weaker_lock_lets_a_takeover_miss_the_batch_in_flight(pool: PgPool) {
    for (lock, is_missed) in [("for key share", true), ("for share", false)] {
        let mut ledger = Ledger::new(&pool).await;
        let number = u64::from(is_missed);
        ledger
            .durably(&Command::Open(opening(number, ledger.now)))
            .await;
        let mut batch = pool.begin().await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "select from session_owner where session_id = $1 and epoch = $2 {lock}"
        )))
        .bind(ledger.session_id.0)
        .bind(i64::from(ledger.epoch))
        .execute(&mut *batch)
        .await
        .unwrap();
        sqlx::query("insert into taken_seat values ($1, 3, 'held', $2)")
            .bind(ledger.session_id.0)
            .bind(order(number).0)
            .execute(&mut *batch)
            .await
            .unwrap();
        let journal = ledger.journal.clone();
        let taking_over = tokio::spawn(async move { journal.take_over(Timestamp(0)).await });
        if is_missed {
            // It comes back although the batch has not ended.
            let map = replay(&taking_over.await.unwrap().unwrap().changes);
            batch.commit().await.unwrap();
            assert_eq!(map.seats()[3], SeatState::Free);
        } else {
            until_waiting(&pool, 1).await;
            batch.commit().await.unwrap();
            let map = replay(&taking_over.await.unwrap().unwrap().changes);
            assert_eq!(map.seats()[3], SeatState::Held(order(number)));
        }
        assert_eq!(count(&pool, TAKEN_SEATS).await, 1 + i64::from(!is_missed));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_reload_gives_open_orders_a_minute_within_their_life(pool: PgPool) {
    let session_id = session_on_sale(&pool, HOLD).await;
    let mut ledger = Ledger::of(&pool, session_id).await;
    let secs = |secs: i64| Timestamp(NOW.0 + secs * 1000);
    // (opened, deadline) before the outage that ends at NOW, and the deadline after it.
    let cases = [
        (secs(-700), secs(-100), secs(60)),
        (secs(-500), secs(30), secs(60)),
        (secs(-10), secs(590), secs(590)),
        (secs(-2370), secs(-200), secs(30)),
        (secs(-9000), secs(-8000), secs(-6600)),
    ];
    for (number, (opened_at, _, _)) in (0..).zip(cases) {
        ledger.now = opened_at;
        ledger
            .durably(&Command::Open(opening(number, opened_at)))
            .await;
    }
    for (number, (_, deadline, _)) in (0..).zip(cases) {
        sqlx::query(
            "update event_session_order set expire_if_not_completed_at = $2 where order_id = $1",
        )
        .bind(order(number).0)
        .bind(store::instant(deadline))
        .execute(&pool)
        .await
        .unwrap();
    }
    let loaded = journal(&pool, session_id).take_over(NOW).await.unwrap();
    let map = replay(&loaded.changes);
    for (number, (_, _, expected)) in (0..).zip(cases) {
        let expires_at = map.order(order(number)).unwrap().expires_at;
        // A minute counts from when the database has answered, not from when it was asked.
        let slack = expires_at.since(expected);
        assert!(
            expires_at >= expected && slack < PATIENCE,
            "order {number}: {expires_at:?}"
        );
    }
    // What was granted is stored: the next reload need not grant it.
    let again = journal(&pool, session_id)
        .take_over(Timestamp(0))
        .await
        .unwrap();
    assert_eq!(again.changes, loaded.changes);
}

fn journal(pool: &PgPool, session_id: SessionId) -> Journal {
    let grace = Grace {
        at_least: Duration::from_secs(60),
        max_life: rules().max_life,
    };
    Journal::new(store::journal_pool(pool), session_id, grace)
}

/// Waits until so many connections of this database wait for a lock.
async fn until_waiting(pool: &PgPool, connections: i64) {
    let waiting = "select count(*) from pg_stat_activity
                   where datname = current_database() and wait_event_type = 'Lock'";
    let all_wait = async {
        while count(pool, waiting).await < connections {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all_wait)
        .await
        .expect("the lock makes them wait");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_batch_that_comes_when_nobody_waits_any_more_writes_nothing(pool: PgPool) {
    let mut ledger = Ledger::new(&pool).await;
    ledger.durably(&Command::Open(opening(0, ledger.now))).await;
    ledger.must(&claim(0, "key-1", named(&[3])));
    let patient = ledger.journal.clone();
    ledger.journal = patient.clone().with_patience(Duration::ZERO);
    let batch = ledger.take_batch();
    let written = ledger.forge(&batch).await;
    assert!(matches!(written, Err(JournalError::TooLate)), "{written:?}");
    assert_eq!(count(&pool, TAKEN_SEATS).await, 0);
    ledger.journal = patient;
    ledger.forge(&batch).await.unwrap();
    assert_eq!(count(&pool, TAKEN_SEATS).await, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_hold_does_not_end_by_a_write_that_the_database_kept_waiting(pool: PgPool) {
    let cancel = Command::Cancel {
        order: order(1),
        credential: credential(),
    };
    for (number, ends_by, is_written) in [(0, Command::Expire, false), (1, cancel, true)] {
        let mut ledger = Ledger::new(&pool).await;
        ledger
            .durably(&Command::Open(opening(number, ledger.now)))
            .await;
        ledger.durably(&claim(number, "key-1", named(&[3]))).await;
        let before = count(&pool, TAKEN_SEATS).await;
        // Both come to a halt at the order's row, and go on when the shorter patience is over.
        if !is_written {
            ledger.now = ledger.map.order(order(number)).unwrap().expires_at;
        }
        let mut halt = pool.begin().await.unwrap();
        sqlx::query("select from event_session_order where status = 'PENDING' for update")
            .execute(&mut *halt)
            .await
            .unwrap();
        ledger.must(&ends_by);
        let write = ledger.write();
        let release = async {
            until_waiting(&pool, 1).await;
            tokio::time::sleep(Duration::from_millis(1_100)).await;
            halt.rollback().await.unwrap();
        };
        let (written, ()) = tokio::join!(write, release);
        assert_eq!(written.is_ok(), is_written, "{ends_by:?}: {written:?}");
        assert!(is_written || matches!(written, Err(JournalError::TooLate)));
        let taken = before - i64::from(is_written);
        assert_eq!(count(&pool, TAKEN_SEATS).await, taken);
    }
}
