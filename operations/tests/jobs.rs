//! The worker in bad weather.

#![expect(clippy::unwrap_used, reason = "a test ends where its setting fails")]

mod support;

use std::time::Duration;

use domain::OrderId;
use domain::order::PaymentState;
use sqlx::PgPool;
use store::jobs::Job;
use support::{House, work_off};
use tokio::time::timeout;

async fn execute(house: &House, sql: &'static str) {
    sqlx::raw_sql(sql).execute(&house.app.pool).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_job_of_a_worker_that_was_killed_is_done_by_the_next(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house.pay(buyer, "pay").await.unwrap().payment_id;
    execute(
        &house,
        "insert into graphile_worker._private_workers (id, last_heartbeat_at)
             values ('killed', now() - interval '1 minute');
         update graphile_worker._private_jobs set locked_by = 'killed', locked_at = now(), attempts = 1",
    )
    .await;
    work_off(&house.app).await;
    assert_eq!(house.payment_state(payment).await, PaymentState::Cancelled);
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_worker_outlives_its_connections(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = tokio::spawn(operations::jobs::run(house.app.clone(), async {
        stopped.await.unwrap();
    }));
    let listening = "select exists (select from pg_stat_activity
        where datname = current_database() and query ilike 'listen%')";
    timeout(Duration::from_secs(10), async {
        while !sqlx::query_scalar::<_, bool>(listening)
            .fetch_one(&house.app.pool)
            .await
            .unwrap()
        {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the worker listens");
    execute(
        &house,
        "select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()",
    )
    .await;
    let payment = loop {
        // The session's own connection is gone as well: it comes back by itself.
        match house.pay(buyer, "pay").await {
            Ok(started) => break started.payment_id,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    execute(
        &house,
        "update graphile_worker._private_jobs set run_at = now()",
    )
    .await;
    timeout(Duration::from_secs(20), async {
        while house.payment_state(payment).await == PaymentState::Pending {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the worker goes on");
    stop.send(()).unwrap();
    worker.await.unwrap();
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_job_takes_the_place_of_one_that_waits_but_not_of_one_that_is_done_or_dead(pool: PgPool) {
    let house = House::open(pool).await;
    let order = OrderId(uuid::Uuid::now_v7());
    let mut connection = house.app.pool.acquire().await.unwrap();
    let rows = "select count(*), count(key) from graphile_worker._private_jobs";
    for (becomes, expected) in [
        (
            "update graphile_worker._private_jobs set revision = 7 where key is not null",
            (1, 1),
        ),
        (
            "update graphile_worker._private_jobs set locked_at = now(), locked_by = 'it' where key is not null",
            (1, 1),
        ),
        (
            "update graphile_worker._private_jobs set attempts = max_attempts where key is not null",
            (2, 1),
        ),
        (
            "delete from graphile_worker._private_jobs where key is not null",
            (3, 1),
        ),
    ] {
        store::jobs::add(
            &mut connection,
            Job::TellSale(order),
            Duration::from_secs(60),
        )
        .await
        .unwrap();
        let counted: (i64, i64) = sqlx::query_as(rows)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        assert_eq!(counted, expected, "before {becomes}");
        sqlx::raw_sql(becomes)
            .execute(&mut *connection)
            .await
            .unwrap();
    }
    sqlx::raw_sql("delete from graphile_worker._private_jobs")
        .execute(&mut *connection)
        .await
        .unwrap();
    drop(connection);
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_job_that_is_done_just_now_is_not_tried_again_once_it_is_taken_back(pool: PgPool) {
    let house = House::open(pool).await;
    let jobs = [1, 2].map(|_| Job::TellSale(OrderId(uuid::Uuid::now_v7())));
    let mut connection = house.app.pool.acquire().await.unwrap();
    for job in jobs {
        store::jobs::add(&mut connection, job, Duration::ZERO)
            .await
            .unwrap();
    }
    let lock = "update graphile_worker._private_jobs set locked_at = now(), locked_by = 'it' where key = $1";
    sqlx::query(lock)
        .bind(jobs[0].key())
        .execute(&mut *connection)
        .await
        .unwrap();
    store::jobs::remove(&mut connection, &jobs).await.unwrap();
    // Not even a row that its worker would have to take away: the worker may die.
    assert!(house.jobs().await.is_empty());
    drop(connection);
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn adding_a_job_tells_nobody(pool: PgPool) {
    let house = House::open(pool).await;
    let mut listener = sqlx::postgres::PgListener::connect_with(&house.app.pool)
        .await
        .unwrap();
    listener.listen("jobs:insert").await.unwrap();
    let mut connection = house.app.pool.acquire().await.unwrap();
    let job = Job::TellSale(OrderId(uuid::Uuid::now_v7()));
    store::jobs::add(&mut connection, job, Duration::from_secs(60))
        .await
        .unwrap();
    sqlx::query("select pg_notify('jobs:insert', 'the first')")
        .execute(&mut *connection)
        .await
        .unwrap();
    assert_eq!(listener.recv().await.unwrap().payload(), "the first");
    store::jobs::remove(&mut connection, &[job]).await.unwrap();
    drop(connection);
    house.close().await;
}
