//! Lines: the connections over which goes what is gathered.

use std::collections::HashSet;

use sqlx::{PgConnection, PgPool};
use store::{Lines, is_unavailable};

async fn process(line: &mut PgConnection) -> Result<i32, store::Error> {
    sqlx::query_scalar("select pg_backend_pid()")
        .fetch_one(line)
        .await
}

async fn ask(lines: &Lines) -> Result<i32, store::Error> {
    let mut line = lines.take().await?;
    let answer = process(&mut line).await;
    line.keep_after(answer)
}

#[sqlx::test(migrations = false)]
async fn who_comes_one_after_the_other_has_the_same_line_with_its_plans(pool: PgPool) {
    let lines = Lines::beside(&pool);
    let first = ask(&lines).await.unwrap();
    for _ in 0..20 {
        assert_eq!(ask(&lines).await.unwrap(), first);
    }
    let mut line = lines.take().await.unwrap();
    let plans: i64 = sqlx::query_scalar(
        "select count(*) from pg_prepared_statements where statement = 'select pg_backend_pid()'",
    )
    .fetch_one(&mut *line)
    .await
    .unwrap();
    assert_eq!(plans, 1);
}

#[sqlx::test(migrations = false)]
async fn a_crowd_waits_for_the_few_lines_that_there_are(pool: PgPool) {
    let lines = Lines::beside(&pool);
    let asking = (0..100).map(|_| ask(&lines));
    let processes: Result<HashSet<i32>, _> = futures_util::future::join_all(asking)
        .await
        .into_iter()
        .collect();
    assert!(processes.unwrap().len() <= 6);
}

#[sqlx::test(migrations = false)]
async fn a_line_that_was_cut_fails_once_and_is_replaced(pool: PgPool) {
    let lines = Lines::beside(&pool);
    let first = ask(&lines).await.unwrap();
    sqlx::query("select pg_terminate_backend($1, 5000)")
        .bind(first)
        .execute(&pool)
        .await
        .unwrap();
    let failed = ask(&lines).await.unwrap_err();
    assert!(is_unavailable(&failed), "{failed}");
    let next = ask(&lines).await.unwrap();
    assert_ne!(next, first);
    assert_eq!(ask(&lines).await.unwrap(), next);
}

#[sqlx::test(migrations = false)]
async fn a_line_that_is_given_up_in_the_middle_is_lost_to_nobody(pool: PgPool) {
    let lines = Lines::beside(&pool);
    for _ in 0..20 {
        let mut line = lines.take().await.unwrap();
        let sleep = sqlx::query("select pg_sleep(0.05)").execute(&mut *line);
        let given_up = tokio::time::timeout(std::time::Duration::from_millis(5), sleep).await;
        assert!(given_up.is_err());
    }
    let asking = (0..20).map(|_| ask(&lines));
    for answered in futures_util::future::join_all(asking).await {
        answered.unwrap();
    }
}
