use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Reply, TestApp};

async fn scan(app: &TestApp, cookie: &str, body: Value) -> Reply {
    let request = app
        .request(Method::POST, "/api/public/validate")
        .header("cookie", cookie);
    Reply::of(request.json(&body).send().await.unwrap()).await
}

#[sqlx::test(migrations = "../migrations")]
async fn a_ticket_is_admitted_once_and_the_second_scan_tells_of_the_first(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (_, paid) = app.paid_order(&[1, 2]).await;
    let staff = app.sign_in("studio").await;
    let code = &paid["tickets"][0]["code"];
    let body = |nonce: &str| json!({"sessionId": app.session, "code": code, "nonce": nonce, "device": "gate 1"});
    let first = scan(&app, &staff, body("n1")).await;
    assert_eq!(first.body["verdict"], "admitted", "{first:?}");
    assert_eq!(first.body["ticket"]["holder"], "Ada Lovelace");
    let repeated = scan(&app, &staff, body("n1")).await;
    assert_eq!(
        repeated.body["verdict"], "admitted",
        "a repeated nonce is the same scan"
    );
    let second = scan(&app, &staff, body("n2")).await;
    assert_eq!(second.body["verdict"], "already_used");
    assert_eq!(second.body["firstScan"]["device"], "gate 1");
    let forged = format!("{}A", code.as_str().unwrap());
    let body = json!({"sessionId": app.session, "code": forged, "nonce": "n3"});
    let forged = scan(&app, &staff, body).await;
    assert_eq!(forged.body["verdict"], "forged", "{forged:?}");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_pnr_finds_tickets_and_admits_none(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (_, paid) = app.paid_order(&[1, 2]).await;
    let staff = app.sign_in("studio").await;
    let body = json!({"sessionId": app.session, "pnr": paid["pnr"], "nonce": "n1"});
    let found = scan(&app, &staff, body).await;
    assert_eq!(found.body["verdict"], "found", "{found:?}");
    let ticket = found.body["tickets"][0]["ticketId"].clone();
    let body = json!({"sessionId": app.session, "ticketId": ticket, "nonce": "n2"});
    assert_eq!(scan(&app, &staff, body).await.body["verdict"], "admitted");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn only_the_houses_own_staff_scan(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (_, paid) = app.paid_order(&[1]).await;
    let body = json!({"sessionId": app.session, "code": paid["tickets"][0]["code"], "nonce": "n"});
    let nobody = app.post("/api/public/validate", body.clone()).await;
    nobody.is_problem(401, "login_required");
    let others = app.sign_in("theatre").await;
    let refused = scan(&app, &others, body).await;
    refused.is_problem(403, "forbidden");
    assert!(!refused.body.to_string().contains("Ada"), "{refused:?}");
    let own = app.sign_in("studio").await;
    for body in [
        json!({"sessionId": app.session, "nonce": "n"}),
        json!({"sessionId": app.session, "code": "a", "pnr": "b", "nonce": "n"}),
        json!({"sessionId": app.session, "code": "a", "nonce": ""}),
        json!({"sessionId": app.session, "code": "a"}),
    ] {
        scan(&app, &own, body)
            .await
            .is_problem(422, "invalid_fields");
    }
    app.close().await;
}
