use serde_json::json;
use sqlx::PgPool;

use crate::support::TestApp;

#[sqlx::test(migrations = "../migrations")]
async fn a_payment_checks_that_nothing_is_missing(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    let refused = app.start_payment(&order, "pay", "test").await;
    refused.is_problem(409, "step_missing");
    let missing = refused.body["missing"].as_array().unwrap();
    assert!(
        missing.contains(&json!("address")) && missing.contains(&json!("seats")),
        "{refused:?}"
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn providers_that_are_not_configured_are_refused_and_unknown_ones_are_no_providers(
    pool: PgPool,
) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    app.give_address(&order).await;
    app.claim(&order, "k", json!({"seats": [1]})).await;
    for provider in ["stripe", "paypal"] {
        let refused = app.start_payment(&order, provider, provider).await;
        refused.is_problem(409, "provider_unavailable");
    }
    app.start_payment(&order, "gold", "gold")
        .await
        .is_problem(422, "invalid_fields");
    assert_eq!(
        app.show(&order).await.body["seats"],
        json!([1]),
        "nothing was lost"
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_repeated_payment_is_one_payment(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    app.give_address(&order).await;
    app.claim(&order, "k", json!({"seats": [1]})).await;
    let first = app.start_payment(&order, "pay", "test").await;
    let again = app.start_payment(&order, "pay", "test").await;
    assert_eq!(first.body, again.body);
    let other = app.start_payment(&order, "pay", "stripe").await;
    other.is_problem(422, "idempotency_key_reused");
    let paid = app.confirm(&first, "succeed").await;
    assert_eq!(paid.body["status"], "PAID");
    assert_eq!(
        app.confirm(&first, "succeed").await.body["status"],
        "PAID",
        "repeated webhooks are normal"
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_declined_payment_leaves_the_seats_with_the_buyer(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    app.give_address(&order).await;
    app.claim(&order, "k", json!({"seats": [1]})).await;
    let first = app.start_payment(&order, "pay1", "test").await;
    let declined = app.confirm(&first, "decline").await;
    assert_eq!(declined.body["status"], "PENDING", "{declined:?}");
    assert_eq!(declined.body["seats"], json!([1]));
    assert_eq!(declined.body["payment"]["state"], "declined");
    let second = app.start_payment(&order, "pay2", "test").await;
    assert_eq!(app.confirm(&second, "succeed").await.body["status"], "PAID");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn only_who_has_the_token_answers_for_the_provider(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    app.give_address(&order).await;
    app.claim(&order, "k", json!({"seats": [1]})).await;
    let started = app.start_payment(&order, "pay", "test").await;
    let attempt = started.text("attemptId");
    let path = format!("/api/gateway/payments/{attempt}/test/guessed");
    app.post(&path, json!({"outcome": "succeed"}))
        .await
        .is_problem(404, "not_found");
    assert_eq!(app.show(&order).await.body["status"], "PENDING");
    app.close().await;
}
