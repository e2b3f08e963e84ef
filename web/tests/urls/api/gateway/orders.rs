use reqwest::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{Order, Reply, TestApp, address};

#[sqlx::test(migrations = "../migrations")]
async fn an_order_goes_from_its_opening_to_its_tickets(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    let fresh = app.show(&order).await;
    assert_eq!(fresh.body["status"], "PENDING");
    assert_eq!(fresh.body["sessionId"], app.session);
    assert_eq!(fresh.body["total"], json!({"amount": 0, "currency": "EUR"}));
    assert!(
        fresh.body["expireIfNotCompletedAt"]
            .as_str()
            .unwrap()
            .ends_with('Z')
    );

    let claimed = app.claim(&order, "k1", json!({"seats": [3, 2]})).await;
    assert_eq!(claimed.body["seats"], json!([2, 3]), "{claimed:?}");
    let standing = app.standing_section().await;
    let claimed = app
        .claim(&order, "k2", json!({"section": standing, "quantity": 3}))
        .await;
    assert_eq!(
        claimed.body["standing"],
        json!([{"sectionId": standing, "quantity": 3}])
    );
    let dropped = app
        .step(
            Method::POST,
            &order,
            "/drop-seat",
            json!({"seats": [3, 57]}),
        )
        .await;
    assert_eq!(
        dropped.body["seats"],
        json!([2]),
        "what it does not hold is ignored"
    );

    let amount = app
        .step(Method::PUT, &order, "/amount", json!({"quantity": 4}))
        .await;
    assert_eq!(amount.body["missing"], json!(["address"]), "{amount:?}");
    assert_eq!(app.give_address(&order).await.body["missing"], json!([]));
    let extended = app.step(Method::POST, &order, "/extend", json!({})).await;
    assert_eq!(extended.status, 200, "{extended:?}");
    let again = app.step(Method::POST, &order, "/extend", json!({})).await;
    again.is_problem(409, "already_extended");

    let started = app.start_payment(&order, "pay", "test").await;
    assert_eq!(started.status, 201, "{started:?}");
    let paid = app.confirm(&started, "succeed").await;
    assert_eq!(paid.body["status"], "PAID", "{paid:?}");
    let tickets = paid.body["tickets"].as_array().unwrap();
    assert_eq!(tickets.len(), 4);
    assert!(
        tickets
            .iter()
            .all(|ticket| ticket["code"].as_str().unwrap().starts_with("FR1."))
    );
    let document = tickets[0]["pdfUrl"].as_str().unwrap();
    let pdf = app
        .client
        .get(document)
        .bearer_auth(&order.secret)
        .send()
        .await
        .unwrap();
    assert!(pdf.bytes().await.unwrap().starts_with(b"%PDF-"));
    assert_eq!(app.show(&order).await.body["tickets"], paid.body["tickets"]);
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_secret_is_set_as_a_cookie_that_opens_the_order(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let path = format!("/api/gateway/sessions/{}/orders", app.session);
    let opened = app.post(&path, json!({})).await;
    let id = opened.text("eventSessionOrderId");
    let attributes = opened.header("set-cookie");
    assert!(
        attributes.starts_with(&format!("order_{id}=")),
        "{attributes}"
    );
    assert!(
        attributes.contains("HttpOnly") && attributes.contains("SameSite=Lax"),
        "{attributes}"
    );
    assert!(
        attributes.contains("Path=/") && !attributes.contains("Secure"),
        "{attributes}"
    );
    let request = app.request(Method::GET, &format!("/api/gateway/orders/{id}"));
    let shown = request
        .header("cookie", opened.cookie())
        .send()
        .await
        .unwrap();
    assert_eq!(shown.status(), 200);
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn by_https_cookies_are_bound_to_the_host_and_to_tls(pool: PgPool) {
    let https =
        |settings: &mut web::Settings| settings.public_url = "https://tickets.example".into();
    let app = TestApp::start_with(pool, https).await;
    let path = format!("/api/gateway/sessions/{}/orders", app.session);
    let opened = app.post(&path, json!({})).await;
    let attributes = opened.header("set-cookie");
    assert!(attributes.starts_with("__Host-order_"), "{attributes}");
    assert!(attributes.contains("; Secure"), "{attributes}");
    assert!(!attributes.contains("Domain"), "{attributes}");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_order_opens_to_its_secret_and_to_nobody_else(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (order, stranger) = (app.order().await, app.order().await);
    let foreign = Order {
        secret: stranger.secret,
        ..order.clone()
    };
    app.show(&foreign).await.is_problem(403, "forbidden");
    app.claim(&foreign, "k", json!({"seats": [1]}))
        .await
        .is_problem(403, "forbidden");
    app.start_payment(&foreign, "k", "test")
        .await
        .is_problem(403, "forbidden");
    app.get(&format!("/api/gateway/orders/{}", order.id))
        .await
        .is_problem(403, "forbidden");
    let unknown = Order {
        id: "01990000-0000-7000-8000-000000000000".to_owned(),
        ..order
    };
    app.show(&unknown).await.is_problem(404, "not_found");
    app.claim(&unknown, "k", json!({"seats": [1]}))
        .await
        .is_problem(404, "not_found");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_cancelled_order_gives_its_seats_back_and_takes_no_more(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (order, other) = (app.order().await, app.order().await);
    app.claim(&order, "k1", json!({"seats": [1]})).await;
    let cancelled = app.step(Method::POST, &order, "/cancel", json!({})).await;
    assert_eq!(cancelled.body["status"], "CANCELLED", "{cancelled:?}");
    app.claim(&order, "k2", json!({"seats": [2]}))
        .await
        .is_problem(409, "order_cancelled");
    app.start_payment(&order, "pay", "test")
        .await
        .is_problem(409, "order_cancelled");
    assert_eq!(
        app.claim(&other, "k", json!({"seats": [1]})).await.status,
        200
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_address_names_every_wrong_field(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    let mut body = address();
    body["email"] = json!("no address");
    body["country"] = json!("Germany");
    let refused = app.step(Method::PUT, &order, "/address", body).await;
    refused.is_problem(422, "invalid_fields");
    let fields = refused.body["fields"].as_object().unwrap();
    assert!(
        fields.contains_key("email") && fields.contains_key("country"),
        "{fields:?}"
    );
    for quantity in [json!(0), json!(-1), json!(1.5), json!("2")] {
        let body = json!({"quantity": quantity});
        let refused = app.step(Method::PUT, &order, "/amount", body).await;
        refused.is_problem(422, "invalid_fields");
    }
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_foreign_page_writes_nothing(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let path = format!("/api/gateway/sessions/{}/orders", app.session);
    for (origin, status) in [
        ("https://evil.example", 403),
        ("null", 403),
        (app.base.as_str(), 201),
    ] {
        let request = app
            .request(Method::POST, &path)
            .header("origin", origin)
            .json(&json!({}));
        let reply = Reply::of(request.send().await.unwrap()).await;
        assert_eq!(reply.status, status, "{origin}");
        if status == 403 {
            reply.is_problem(403, "origin_mismatch");
        }
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn one_address_opens_300_orders_a_minute_and_no_more(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let path = format!("/api/gateway/sessions/{}/orders", app.session);
    for number in 0..300 {
        assert_eq!(
            app.post(&path, json!({})).await.status,
            201,
            "order {number}"
        );
    }
    // The count fills up again by five a second, so a slow machine may open a few more.
    let mut refused = app.post(&path, json!({})).await;
    while refused.status == 201 {
        refused = app.post(&path, json!({})).await;
    }
    refused.is_problem(429, "rate_limited");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_unpublished_session_and_a_body_of_another_kind_open_no_order(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let unknown = "/api/gateway/sessions/01990000-0000-7000-8000-000000000000/orders";
    app.post(unknown, json!({}))
        .await
        .is_problem(404, "not_found");
    let path = format!("/api/gateway/sessions/{}/orders", app.session);
    app.post(&path, json!([1]))
        .await
        .is_problem(422, "invalid_fields");
    let form = app
        .request(Method::POST, &path)
        .form(&[("a", "b")])
        .send()
        .await
        .unwrap();
    Reply::of(form)
        .await
        .is_problem(415, "unsupported_media_type");
    app.close().await;
}
