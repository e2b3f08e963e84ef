//! Paying with Stripe and PayPal, played beside the server: over the API, by its pages, and at its webhooks' door.

use reqwest::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::pages::page;
use crate::support::buyer::Buyer;
use crate::support::outside::Outside;
use crate::support::{Order, Reply, TestApp};

async fn order_of(app: &TestApp, seats: &[u32]) -> Order {
    let order = app.order().await;
    app.give_address(&order).await;
    let claimed = app.claim(&order, "claim", json!({ "seats": seats })).await;
    assert_eq!(claimed.status, 200, "{claimed:?}");
    order
}

/// However little of the order's own time is left: as long as the attempt keeps its places.
async fn says_how_long_it_is_held(app: &TestApp, order: &Order, html: &str) {
    let held = app.show(order).await.body["payment"]["secondsLeft"].as_u64();
    assert!((540..=600).contains(&held.unwrap()), "{held:?}");
    let clock = html.split("<order-countdown").nth(1).unwrap();
    let clock = clock.split("</order-countdown>").next().unwrap();
    assert!(clock.contains("Held while you pay"), "{clock}");
    let left = clock.split("data-seconds-left=\"").nth(1).unwrap();
    let left: u64 = left.split('"').next().unwrap().parse().unwrap();
    assert!((540..=600).contains(&left), "{clock}");
    assert!(
        clock.contains("<strong data-part=\"time\">about 10 min</strong>"),
        "{clock}"
    );
}

async fn close(app: TestApp, outside: Outside) {
    outside.close().await;
    app.close().await;
}

async fn assert_sound(app: &TestApp) {
    let report = operations::audit::check(&app.app.pool).await.unwrap();
    assert_eq!(report.findings, [], "{report:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_card_is_paid_by_webhook_alone_and_a_declined_one_says_so(pool: PgPool) {
    let (app, outside) = TestApp::start_beside_the_outside(pool).await;
    let order = order_of(&app, &[1, 2]).await;
    let started = app.start_payment(&order, "first", "stripe").await;
    assert_eq!(started.status, 201, "{started:?}");
    assert_eq!(started.body["state"], "pending");
    assert_eq!(started.body["stripe"]["publishableKey"], "pk_test_frontrow");
    let secret = started.body["stripe"]["clientSecret"].as_str().unwrap();
    outside.pay_by_card(secret, "pm_card_chargeDeclined").await;
    let is =
        |state: &'static str| move |order: &serde_json::Value| order["payment"]["state"] == state;
    let declined = outside.wait_for(&app, &order, is("declined")).await;
    assert_eq!(
        declined["seats"],
        json!([1, 2]),
        "the seats are still theirs"
    );

    let started = app.start_payment(&order, "second", "stripe").await;
    let secret = started.body["stripe"]["clientSecret"].as_str().unwrap();
    outside.pay_by_card(secret, "pm_card_visa").await;
    let paid = outside.wait_for(&app, &order, is("succeeded")).await;
    assert_eq!(
        (&paid["status"], paid["tickets"].as_array().map(Vec::len)),
        (&json!("PAID"), Some(2))
    );
    assert_sound(&app).await;
    close(app, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn paypal_is_paid_though_the_buyer_never_comes_back(pool: PgPool) {
    let (app, outside) = TestApp::start_beside_the_outside(pool).await;
    let order = order_of(&app, &[3]).await;
    let started = app.start_payment(&order, "pay", "paypal").await;
    let approve_url = started.body["paypal"]["approveUrl"].as_str().unwrap();
    outside.decide(approve_url, "approve").await;
    let is_paid = |order: &serde_json::Value| order["status"] == "PAID";
    outside.wait_for(&app, &order, is_paid).await;
    assert_sound(&app).await;
    close(app, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_not_signed_as_it_should_be_is_refused_at_the_door(pool: PgPool) {
    let (app, outside) = TestApp::start_beside_the_outside(pool).await;
    let event = json!({
        "id": "evt_1", "type": "payment_intent.succeeded", "livemode": false,
        "data": { "object": { "id": "pi_1", "status": "succeeded", "amount_received": 1, "currency": "eur" } }
    });
    let post = async |path: &str, header: (&str, &str), body: Vec<u8>| {
        let request = app.request(Method::POST, path).header(header.0, header.1);
        Reply::of(request.body(body).send().await.unwrap()).await
    };
    let body = || event.to_string().into_bytes();
    let forged = ("stripe-signature", "t=1700000000,v1=00");
    post("/webhooks/stripe", forged, body())
        .await
        .is_problem(400, "signature_invalid");
    post("/webhooks/stripe", ("x-none", "1"), body())
        .await
        .is_problem(400, "signature_invalid");
    let large = vec![b' '; 5 * 1024 * 1024];
    let refused = post("/webhooks/stripe", forged, large).await;
    assert_eq!(refused.status, 413, "{refused:?}");
    let elsewhere = ("paypal-cert-url", "https://evil.example/cert.pem");
    post("/webhooks/paypal", elsewhere, body())
        .await
        .is_problem(400, "signature_invalid");
    let read = app.get("/webhooks/stripe").await;
    assert_eq!(read.status, 405);
    let stored: i64 = sqlx::query_scalar("select count(*) from webhook_event")
        .fetch_one(&app.app.pool)
        .await
        .unwrap();
    assert_eq!(stored, 0);
    close(app, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_listens_to_providers_that_are_not_configured(pool: PgPool) {
    let app = TestApp::start(pool).await;
    for path in ["/webhooks/stripe", "/webhooks/paypal"] {
        app.post(path, json!({})).await.is_problem(404, "not_found");
    }
    let order = order_of(&app, &[1]).await;
    let refused = app.start_payment(&order, "pay", "stripe").await;
    refused.is_problem(409, "provider_unavailable");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_page_for_cards_lets_stripe_in_and_no_other_page_does(pool: PgPool) {
    let (app, outside) = TestApp::start_beside_the_outside(pool).await;
    let order = order_of(&app, &[1]).await;
    let buyer = Buyer::of(&app, &order);
    let methods = buyer.get("/method").await.body.as_str().unwrap().to_owned();
    assert!(
        methods.contains("Card") && methods.contains("PayPal"),
        "{methods}"
    );
    buyer.choose("stripe").await;
    let before = buyer.get("/payment").await;
    assert!(
        !before
            .header("content-security-policy")
            .contains("frame-src")
    );
    assert_eq!(buyer.pay().await, buyer.path);
    let shown = buyer.get("/payment").await;
    let html = shown.body.as_str().unwrap();
    assert!(
        html.contains("<card-payment") && html.contains("data-secret=\"pi_"),
        "{html}"
    );
    let policy = shown.header("content-security-policy");
    for part in ["script-src 'self' ", "frame-src ", "connect-src 'self' "] {
        let rest = policy.split(part).nth(1).unwrap();
        assert!(
            rest.split(';').next().unwrap().contains(&outside.base),
            "{part}: {policy}"
        );
    }
    assert!(!policy.contains("unsafe"), "{policy}");

    let started = app.start_payment(&order, "again", "stripe").await;
    started.is_problem(409, "payment_under_way");
    let stranger = page(&app, &format!("{}/payment/return", buyer.path), "").await;
    assert_eq!(stranger.status, 403);
    let back = buyer.get("/payment/return").await;
    assert_eq!(
        (back.status, back.header("location")),
        (303, buyer.path.as_str()),
        "out of turn"
    );
    assert_eq!(app.show(&order).await.body["payment"]["state"], "pending");
    says_how_long_it_is_held(&app, &order, html).await;
    let secret = html
        .split("data-secret=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    outside
        .control("stripe/away", json!({ "seconds": 0 }))
        .await;
    outside.pay_by_card(secret, "pm_card_visa").await;
    buyer.get("/payment/return").await;
    assert_eq!(app.show(&order).await.body["status"], "PAID");
    close(app, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_provider_that_is_away_is_told_and_another_one_is_offered(pool: PgPool) {
    let (app, outside) = TestApp::start_beside_the_outside(pool).await;
    let order = order_of(&app, &[1]).await;
    let buyer = Buyer::of(&app, &order);
    buyer.choose("stripe").await;
    outside
        .control("stripe/away", json!({ "seconds": 600 }))
        .await;
    assert_eq!(
        buyer.pay().await,
        format!("{}/method?failing=stripe", buyer.path)
    );
    let shown = buyer.get("/method?failing=stripe").await;
    let html = shown.body.as_str().unwrap();
    assert!(
        html.contains("does not answer right now") && html.contains("Not answering"),
        "{html}"
    );
    let started = app.start_payment(&order, "api", "stripe").await;
    started.is_problem(503, "provider_failing");
    assert_eq!(started.header("retry-after"), "10");
    buyer.choose("paypal").await;
    let at_paypal = buyer.pay().await;
    assert!(at_paypal.starts_with(&outside.base), "{at_paypal}");
    outside.decide(&at_paypal, "approve").await;
    outside
        .control("stripe/away", json!({ "seconds": 0 }))
        .await;
    let back = buyer.get("/payment/return?token=x&PayerID=y").await;
    assert_eq!(back.status, 303, "{back:?}");
    assert_eq!(app.show(&order).await.body["status"], "PAID");
    assert_sound(&app).await;
    close(app, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_buyer_who_leaves_paypal_chooses_anew_with_the_places_kept(pool: PgPool) {
    let (app, outside) = TestApp::start_beside_the_outside(pool).await;
    let order = order_of(&app, &[1]).await;
    let buyer = Buyer::of(&app, &order);
    buyer.choose("paypal").await;
    buyer.pay().await;
    let attempt = app.show(&order).await.body["payment"]["attemptId"]
        .as_str()
        .unwrap()
        .to_owned();
    let other = buyer
        .get("/payment/return?attempt=00000000-0000-7000-8000-000000000000&left=1")
        .await;
    assert_eq!(other.header("location"), buyer.path, "of another attempt");
    let left = buyer
        .get(&format!("/payment/return?attempt={attempt}&left=1"))
        .await;
    assert_eq!(left.header("location"), format!("{}/method", buyer.path));
    let shown = app.show(&order).await.body;
    assert_eq!(
        (&shown["payment"]["state"], &shown["seats"]),
        (&json!("cancelled"), &json!([1]))
    );
    close(app, outside).await;
}
