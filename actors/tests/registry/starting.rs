//! Who gets a session, and when its actor begins and ends.

use std::time::Duration;

use actors::{Registry, SessionError, Settings};
use domain::SessionId;
use domain::seat_map::Command;
use sqlx::PgPool;
use uuid::Uuid;

use crate::house::{self, HOLD, claim, count, credential, named, order, session_on_sale};
use crate::support::{ask_until_available, is_unavailable, open, registry, until};

const EPOCHS: &str = "select coalesce(sum(epoch), 0)::bigint from session_owner";

/// All at once.
async fn call_fifty_times(registry: &Registry, session_id: SessionId) {
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let registry = registry.clone();
            tokio::spawn(async move { registry.session(session_id).await.map(drop) })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Ok(()));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn fifty_callers_at_once_start_a_session_once(pool: PgPool) {
    let session_id = session_on_sale(&pool, HOLD).await;
    let registry = registry(&pool);
    call_fifty_times(&registry, session_id).await;
    assert_eq!(count(&pool, EPOCHS).await, 1);
    registry.stop().await;
}

/// What buyers typed is read whole at a start: once for each of a crowd, in turns, it would keep the last waiting for long.
#[sqlx::test(migrations = "../migrations")]
async fn fifty_callers_at_once_read_what_is_stored_once(pool: PgPool) {
    let session_id = session_on_sale(&pool, HOLD).await;
    let before = registry(&pool);
    open(&before.session(session_id).await.unwrap(), 0).await;
    before.stop().await;
    // Each reading of what buyers typed is counted.
    sqlx::raw_sql(
        "create sequence readings;
         alter table order_details rename to kept_details;
         create function reading() returns setof kept_details language plpgsql as $$
         begin
             perform nextval('readings');
             return query select * from kept_details;
         end $$;
         create view order_details as select * from reading();",
    )
    .execute(&pool)
    .await
    .unwrap();
    let registry = registry(&pool);
    call_fifty_times(&registry, session_id).await;
    assert_eq!(count(&pool, "select nextval('readings')").await, 2);
    registry.stop().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_unknown_session_and_a_draft_are_unknown_and_leave_nothing_behind(pool: PgPool) {
    let registry = registry(&pool);
    let draft = house::session(&pool, "draft", HOLD).await;
    for session_id in [SessionId(Uuid::now_v7()), draft] {
        let refused = registry.session(session_id).await.map(drop);
        assert_eq!(refused, Err(SessionError::Unknown));
    }
    assert_eq!(count(&pool, "select count(*) from session_owner").await, 0);
    // Once it is published it can be had.
    sqlx::query("update event_session set status = 'on_sale'")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(registry.session(draft).await.map(drop), Ok(()));
    registry.stop().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_answered_is_in_the_database(pool: PgPool) {
    let session_id = session_on_sale(&pool, HOLD).await;
    let registry = registry(&pool);
    let session = registry.session(session_id).await.unwrap();
    for number in 0..20 {
        open(&session, number).await;
        let seat = u32::try_from(number).unwrap();
        let wish = claim(number, "key", named(&[seat]));
        session.command(wish).await.unwrap();
        let rows = count(
            &pool,
            "select count(*) from taken_seat where state = 'held'",
        )
        .await;
        assert_eq!(rows, i64::from(seat) + 1);
        let shown = session.feed().order(order(number)).unwrap();
        assert_eq!(shown.seats, house::seats(&[seat]));
    }
    registry.stop().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_open_order_is_found_by_its_id_until_it_is_done(pool: PgPool) {
    let session_id = session_on_sale(&pool, HOLD).await;
    let registry = registry(&pool);
    let session = registry.session(session_id).await.unwrap();
    assert_eq!(registry.session_of(order(0)), None);
    open(&session, 0).await;
    assert_eq!(registry.session_of(order(0)), Some(session_id));
    let cancel = Command::Cancel {
        order: order(0),
        credential: credential(),
    };
    session.command(cancel).await.unwrap();
    assert_eq!(registry.session_of(order(0)), None);
    registry.stop().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn after_a_stop_nothing_is_answered_or_started(pool: PgPool) {
    let registry = registry(&pool);
    let mut sessions = Vec::new();
    for number in 0..3 {
        let session_id = session_on_sale(&pool, HOLD).await;
        let session = registry.session(session_id).await.unwrap();
        open(&session, number).await;
        sessions.push((number, session));
    }
    registry.stop().await;
    for (number, session) in &sessions {
        let answer = session.command(claim(*number, "key", named(&[1]))).await;
        assert!(is_unavailable(&answer), "{answer:?}");
        let again = registry.session(session.info().session_id).await.map(drop);
        assert!(
            matches!(again, Err(SessionError::Unavailable { .. })),
            "{again:?}"
        );
    }
    assert_eq!(count(&pool, EPOCHS).await, 3);
    assert_eq!(count(&pool, "select count(*) from taken_seat").await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_was_decided_before_a_stop_is_answered_and_durable(pool: PgPool) {
    let session_id = session_on_sale(&pool, HOLD).await;
    let registry = registry(&pool);
    let session = registry.session(session_id).await.unwrap();
    for number in 0..20 {
        open(&session, number).await;
    }
    let asking: Vec<_> = (0..20_u32)
        .map(|number| {
            let session = session.clone();
            let command = claim(u64::from(number), "key", named(&[number]));
            tokio::spawn(async move { session.command(command).await })
        })
        .collect();
    tokio::task::yield_now().await;
    registry.stop().await;
    let mut granted = 0;
    for asked in asking {
        granted += i64::from(asked.await.unwrap().is_ok());
    }
    assert_eq!(
        count(&pool, "select count(*) from taken_seat").await,
        granted
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_session_nobody_needs_retires_and_comes_back_and_one_with_orders_stays(pool: PgPool) {
    let settings = Settings {
        idle_after: Duration::from_millis(30),
        ..Settings::default()
    };
    let registry = Registry::new(pool.clone(), settings);
    let needed = session_on_sale(&pool, HOLD).await;
    let session = registry.session(needed).await.unwrap();
    open(&session, 0).await;
    let watched = session_on_sale(&pool, HOLD).await;
    let watched_session = registry.session(watched).await.unwrap();
    let _watcher = watched_session.feed().watch();
    let unneeded = session_on_sale(&pool, HOLD).await;
    // Asking for the session does not wake its actor: once it has retired, the next one starts.
    while registry
        .session(unneeded)
        .await
        .unwrap()
        .feed()
        .snapshot()
        .epoch
        < 3
    {
        tokio::task::yield_now().await;
    }
    for (session_id, session) in [(needed, session), (watched, watched_session)] {
        assert_eq!(session.feed().snapshot().epoch, 1);
        let now = registry.session(session_id).await.unwrap();
        assert_eq!(now.feed().snapshot().epoch, 1);
    }
    let open_there = Command::Open(crate::support::opening_now(1));
    let opened = ask_until_available(&registry, unneeded, &open_there).await;
    assert_eq!(opened, Ok(()));
    until(&pool, "select count(*) = 2 from event_session_order").await;
    registry.stop().await;
}
