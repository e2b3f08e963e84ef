//! The worker in bad weather.

#![expect(clippy::unwrap_used, reason = "a test ends where its setting fails")]

mod support;

use std::time::Duration;

use domain::order::PaymentState;
use sqlx::PgPool;
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
