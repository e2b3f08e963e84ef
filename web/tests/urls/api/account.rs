use reqwest::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{Reply, TestApp};

#[sqlx::test(migrations = "../migrations")]
async fn staff_sign_in_and_out_by_a_cookie(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (email, password) = app.login_of("theatre");
    let body = json!({"email": email, "password": password});
    let signed_in = app.post("/api/account/login", body).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");
    assert_eq!(signed_in.body["user"]["email"], email);
    assert_eq!(signed_in.body["roles"], json!(["venue"]));
    let attributes = signed_in.header("set-cookie");
    assert!(
        attributes.contains("HttpOnly") && attributes.contains("SameSite=Lax"),
        "{attributes}"
    );

    let cookie = signed_in.cookie();
    let who = |cookie: String| async {
        let request = app
            .request(Method::GET, "/api/account/login")
            .header("cookie", cookie);
        Reply::of(request.send().await.unwrap()).await
    };
    assert_eq!(who(cookie.clone()).await.body["user"]["email"], email);
    let request = app
        .request(Method::POST, "/api/account/logout")
        .header("cookie", &cookie);
    assert_eq!(request.send().await.unwrap().status(), 204);
    who(cookie).await.is_problem(401, "login_required");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_wrong_password_and_an_unknown_address_are_refused_alike(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (email, _) = app.login_of("theatre");
    for email in [email, "nobody@example.org"] {
        let body = json!({"email": email, "password": "wrong"});
        app.post("/api/account/login", body)
            .await
            .is_problem(401, "wrong_credentials");
    }
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_account_takes_ten_attempts_a_minute_however_its_address_is_written(pool: PgPool) {
    let app = TestApp::start(pool).await;
    for number in 0..11 {
        let email = if number % 2 == 0 {
            "Nobody@example.org"
        } else {
            " nobody@EXAMPLE.org"
        };
        let body = json!({"email": email, "password": "wrong"});
        let reply = app.post("/api/account/login", body).await;
        if number < 10 {
            reply.is_problem(401, "wrong_credentials");
        } else {
            reply.is_problem(429, "rate_limited");
            assert!(reply.header("retry-after").parse::<u64>().unwrap() > 0);
        }
    }
    app.close().await;
}
