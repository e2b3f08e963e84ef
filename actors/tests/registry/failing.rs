//! Actors that end in the middle, and databases that do not answer.

use std::time::{Duration, Instant};

use actors::SessionError;
use sqlx::PgPool;

use crate::house::{HOLD, claim, count, named, opening, order, seats, session_on_sale};
use crate::support::{ask_until_available, is_unavailable, open, registry, until, until_resync};

/// Makes the next write of every session fail, as if another process had taken it over.
async fn fence(pool: &PgPool) {
    sqlx::query("update session_owner set epoch = epoch + 1")
        .execute(pool)
        .await
        .unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_session_that_was_fenced_reloads_and_tells_its_watchers(pool: PgPool) {
    let session_id = session_on_sale(&pool, HOLD).await;
    let registry = registry(&pool);
    let session = registry.session(session_id).await.unwrap();
    open(&session, 0).await;
    let mut watcher = session.feed().watch();
    fence(&pool).await;
    let answer = session.command(claim(0, "key", named(&[3]))).await;
    assert!(is_unavailable(&answer), "{answer:?}");
    until_resync(&mut watcher).await;
    // The same key learns the truth.
    let again = claim(0, "key", named(&[3]));
    assert_eq!(
        ask_until_available(&registry, session_id, &again).await,
        Ok(())
    );
    assert_eq!(count(&pool, "select count(*) from taken_seat").await, 1);
    assert_eq!(count(&pool, "select epoch from session_owner").await, 3);
    registry.stop().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_actor_that_panics_is_started_again_and_its_watchers_start_over(pool: PgPool) {
    let session_id = session_on_sale(&pool, HOLD).await;
    let registry = registry(&pool);
    let session = registry.session(session_id).await.unwrap();
    open(&session, 0).await;
    session
        .command(claim(0, "key-1", named(&[3])))
        .await
        .unwrap();
    let mut watcher = session.feed().watch();
    // Seat 29 is out of use in the plan: that anybody has it makes the map's assertion fail.
    sqlx::query("insert into taken_seat values ($1, 29, 'allocated', null)")
        .bind(session_id.0)
        .execute(&pool)
        .await
        .unwrap();
    fence(&pool).await;
    let answer = session.command(claim(0, "key-2", named(&[4]))).await;
    assert!(is_unavailable(&answer), "{answer:?}");
    // It panics as often as it is started: every start takes the session over.
    until(&pool, "select epoch >= 4 from session_owner").await;
    let answer = session.command(claim(0, "key-2", named(&[4]))).await;
    assert!(is_unavailable(&answer), "{answer:?}");
    sqlx::query("delete from taken_seat where seat_index = 29")
        .execute(&pool)
        .await
        .unwrap();
    until_resync(&mut watcher).await;
    let again = claim(0, "key-2", named(&[4]));
    assert_eq!(
        ask_until_available(&registry, session_id, &again).await,
        Ok(())
    );
    assert_eq!(
        session.feed().order(order(0)).unwrap().seats,
        seats(&[3, 4])
    );
    registry.stop().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_waits_for_the_patience_of_others_while_a_session_cannot_be_loaded(pool: PgPool) {
    let session_id = session_on_sale(&pool, HOLD).await;
    sqlx::query("insert into session_owner values ($1, 1)")
        .bind(session_id.0)
        .execute(&pool)
        .await
        .unwrap();
    let mut halt = pool.begin().await.unwrap();
    sqlx::query("select from session_owner for update")
        .execute(&mut *halt)
        .await
        .unwrap();
    let registry = registry(&pool);
    let began = Instant::now();
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let registry = registry.clone();
            tokio::spawn(async move { registry.session(session_id).await.map(drop) })
        })
        .collect();
    for caller in callers {
        let answer = caller.await.unwrap();
        assert!(
            matches!(answer, Err(SessionError::Unavailable { .. })),
            "{answer:?}"
        );
    }
    assert!(
        began.elapsed() < Duration::from_secs(9),
        "{:?}",
        began.elapsed()
    );
    halt.rollback().await.unwrap();
    let open = domain::seat_map::Command::Open(opening(0, crate::support::now()));
    assert_eq!(
        ask_until_available(&registry, session_id, &open).await,
        Ok(())
    );
    registry.stop().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_session_goes_on_after_all_its_connections_were_cut(pool: PgPool) {
    let session_id = session_on_sale(&pool, HOLD).await;
    let registry = registry(&pool);
    let session = registry.session(session_id).await.unwrap();
    open(&session, 0).await;
    for seat in 0..8 {
        let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                   where datname = current_database() and pid <> pg_backend_pid()";
        count(&pool, cut).await;
        let wish = claim(0, &format!("key-{seat}"), named(&[seat]));
        assert_eq!(
            ask_until_available(&registry, session_id, &wish).await,
            Ok(())
        );
    }
    assert_eq!(count(&pool, "select count(*) from taken_seat").await, 8);
    assert_eq!(
        count(&pool, "select count(*) from remembered_claim").await,
        8
    );
    registry.stop().await;
}
