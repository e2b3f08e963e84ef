//! What a new process finds of the one before it.

use std::time::Duration;

use actors::Steps;
use sqlx::PgPool;

use crate::house::{HOLD, claim, count, named, order, seats, session_on_sale};
use crate::support::{open, registry, registry_later, until, until_done};

const EXPIRED: &str = "select exists (select from event_session_order where ending = 'expired')";

#[sqlx::test(migrations = "../migrations")]
async fn a_process_that_begins_starts_the_sessions_with_open_orders_and_no_others(pool: PgPool) {
    let session_id = session_on_sale(&pool, HOLD).await;
    let quiet = session_on_sale(&pool, HOLD).await;
    let former = registry(&pool);
    let session = former.session(session_id).await.unwrap();
    former.session(quiet).await.unwrap();
    open(&session, 0).await;
    session
        .command(claim(0, "key", named(&[3, 4])))
        .await
        .unwrap();
    former.stop().await;

    let next = registry(&pool);
    assert_eq!(next.session_of(order(0)), None);
    assert_eq!(next.start_sessions_with_holds().await.unwrap(), 1);
    assert_eq!(next.session_of(order(0)), Some(session_id));
    assert_eq!(
        count(&pool, "select max(epoch) from session_owner").await,
        2
    );
    assert_eq!(
        count(&pool, "select min(epoch) from session_owner").await,
        1
    );
    let session = next.session(session_id).await.unwrap();
    let shown = session.feed().order(order(0)).unwrap();
    assert_eq!(shown.seats, seats(&[3, 4]));
    // The claim is answered as the first time.
    session
        .command(claim(0, "key", named(&[3, 4])))
        .await
        .unwrap();
    assert_eq!(
        count(&pool, "select count(*) from remembered_claim").await,
        1
    );
    next.stop().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_hold_whose_time_runs_out_is_expired_in_the_database(pool: PgPool) {
    let session_id = session_on_sale(&pool, Duration::from_secs(1)).await;
    let registry = registry(&pool);
    let session = registry.session(session_id).await.unwrap();
    open(&session, 0).await;
    session.command(claim(0, "key", named(&[3]))).await.unwrap();
    until(&pool, EXPIRED).await;
    assert_eq!(count(&pool, "select count(*) from taken_seat").await, 0);
    // It is durable first, and shown after that.
    until_done(&registry, order(0)).await;
    registry.stop().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn holds_whose_life_ended_while_no_process_ran_are_expired_at_the_start(pool: PgPool) {
    let session_id = session_on_sale(&pool, HOLD).await;
    let former = registry(&pool);
    let session = former.session(session_id).await.unwrap();
    open(&session, 0).await;
    session.command(claim(0, "key", named(&[3]))).await.unwrap();
    former.stop().await;
    let next = registry_later(&pool, HOLD * 5);
    next.start_sessions_with_holds().await.unwrap();
    until(&pool, EXPIRED).await;
    assert_eq!(count(&pool, "select count(*) from taken_seat").await, 0);
    next.stop().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn steps_that_were_stored_are_known_after_a_restart(pool: PgPool) {
    let session_id = session_on_sale(&pool, HOLD).await;
    let former = registry(&pool);
    let session = former.session(session_id).await.unwrap();
    for number in [0, 1] {
        open(&session, number).await;
    }
    store_steps(&pool).await;
    former.stop().await;
    let next = registry(&pool);
    let session = next.session(session_id).await.unwrap();
    let steps = |number| session.feed().order(order(number)).unwrap().steps;
    assert_eq!(steps(0), stored_steps());
    assert_eq!(steps(1), Steps::default());
    next.stop().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_gets_a_session_whose_steps_could_not_be_read(pool: PgPool) {
    let session_id = session_on_sale(&pool, HOLD).await;
    let former = registry(&pool);
    open(&former.session(session_id).await.unwrap(), 0).await;
    store_steps(&pool).await;
    former.stop().await;
    let next = registry(&pool);
    rename_details(
        &pool,
        "alter table order_details rename to order_details_away",
    )
    .await;
    for _ in 0..2 {
        assert!(next.session(session_id).await.is_err());
    }
    rename_details(
        &pool,
        "alter table order_details_away rename to order_details",
    )
    .await;
    let session = next.session(session_id).await.unwrap();
    assert_eq!(
        session.feed().order(order(0)).unwrap().steps,
        stored_steps()
    );
    next.stop().await;
}

fn stored_steps() -> Steps {
    Steps {
        amount: Some(2),
        address: true,
    }
}

async fn store_steps(pool: &PgPool) {
    sqlx::query(
        "insert into order_details (order_id, quantity, name, email, line1, postcode, city, country)
         values ($1, 2, 'A', 'a@example.org', 'Street 1', '10115', 'Berlin', 'DE')",
    )
    .bind(order(0).0)
    .execute(pool)
    .await
    .unwrap();
}

async fn rename_details(pool: &PgPool, statement: &'static str) {
    sqlx::query(statement).execute(pool).await.unwrap();
}
