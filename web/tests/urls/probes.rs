use reqwest::Method;
use sqlx::PgPool;

use crate::support::TestApp;

#[sqlx::test(migrations = "../migrations")]
async fn the_process_lives_is_ready_and_counts(pool: PgPool) {
    let app = TestApp::start(pool).await;
    assert_eq!(app.get("/healthz").await.body, "ok");
    assert_eq!(app.get("/readyz").await.body, "ready");
    app.paid_order(&[1]).await;
    let metrics = app.get("/metrics").await;
    let text = metrics.body.as_str().unwrap();
    assert!(
        text.contains("frontrow_http_requests_total{group=\"gateway\",status=\"2xx\"} "),
        "{text}"
    );
    for name in [
        "claims_total",
        "claims_waiting",
        "batch_commands",
        "commit_seconds",
    ] {
        assert!(
            text.contains(&format!("frontrow_{name}")),
            "{name} in {text}"
        );
    }
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn without_its_database_it_lives_and_is_not_ready(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.app.pool.close().await;
    assert_eq!(app.get("/healthz").await.status, 200);
    let refused = app.get("/readyz").await;
    refused.is_problem(503, "unavailable");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
    let listed = app.get("/api/public/events").await;
    listed.is_problem(503, "unavailable");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_echo_answers_only_where_it_is_asked_for(pool: PgPool) {
    let app = TestApp::start_with(pool, |settings| settings.bench = true).await;
    for path in ["/bench/echo", "/bench/echo/bare"] {
        let echo = app.post(path, serde_json::json!({"seats": [7]})).await;
        assert_eq!(echo.body["seats"], serde_json::json!([7]), "{path}");
    }
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn what_can_be_read_can_be_asked_for_without_its_body(pool: PgPool) {
    let app = TestApp::start(pool).await;
    for path in ["/", "/healthz", "/api/public/events"] {
        let answer = app.request(Method::HEAD, path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.text().await.unwrap(), "", "{path}");
    }
    app.close().await;
}
