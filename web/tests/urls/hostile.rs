//! What people try who should not: other people's orders, forms from elsewhere, bodies that make no sense, text
//! that wants to be markup.

use reqwest::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::pages::{page, submit};
use crate::support::{Order, Reply, TestApp, address};

/// What can be sent from the pages of an order.
const FORMS: [&str; 7] = [
    "/amount",
    "/details",
    "/method",
    "/payment",
    "/payment/withdraw",
    "/extend",
    "/cancel",
];
const PAGES: [&str; 8] = [
    "",
    "/amount",
    "/seats",
    "/details",
    "/method",
    "/payment",
    "/confirmation",
    "/tickets/01a212e0-bdc2-718a-bef8-c008d9a50346",
];

async fn unlimited(pool: PgPool) -> TestApp {
    TestApp::start_with(pool, |settings| settings.rate_limits = false).await
}

fn path_of(order: &Order) -> String {
    format!("/gateway/orders/{}", order.id)
}

fn cookie_of(order: &Order) -> String {
    format!("order_{}={}", order.id, order.secret)
}

/// An order with two places and an address.
async fn filled(app: &TestApp, name: &str) -> Order {
    let order = app.order().await;
    assert_eq!(
        app.claim(&order, "claim", json!({"best": 2})).await.status,
        200
    );
    let mut buyer = address();
    buyer["name"] = json!(name);
    let noted = app.step(Method::PUT, &order, "/address", buyer).await;
    assert_eq!(noted.status, 200, "{noted:?}");
    order
}

fn text(reply: &Reply) -> &str {
    reply.body.as_str().unwrap_or_default()
}

#[sqlx::test(migrations = "../migrations")]
async fn an_orders_pages_and_forms_are_its_owners_alone(pool: PgPool) {
    let app = unlimited(pool).await;
    let (theirs, own) = (
        filled(&app, "Grace Hopper").await,
        filled(&app, "Mallory").await,
    );
    let before = app.show(&theirs).await.body;
    let forged = format!("order_{}={}", theirs.id, own.secret);
    for cookie in [String::new(), cookie_of(&own), forged] {
        for step in PAGES {
            let shown = page(&app, &format!("{}{step}", path_of(&theirs)), &cookie).await;
            assert_eq!(shown.status, 403, "{step} with {cookie}");
            assert!(!text(&shown).contains("Grace"), "{step}: {shown:?}");
        }
        for step in FORMS {
            let path = format!("{}{step}", path_of(&theirs));
            let form = [
                ("quantity", "3"),
                ("claim_key", "k"),
                ("payment_key", "k"),
                ("method", "test"),
            ];
            let sent = submit(&app, &path, &cookie, &form).await;
            assert_eq!(sent.status, 403, "{step} with {cookie}");
        }
    }
    let after = app.show(&theirs).await.body;
    for member in ["status", "seats", "expireIfNotCompletedAt", "missing"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn no_form_is_taken_from_another_site(pool: PgPool) {
    let app = unlimited(pool).await;
    let order = filled(&app, "Ada").await;
    let staff = app.sign_in("studio").await;
    let forms = FORMS.map(|step| format!("{}{step}", path_of(&order)));
    let elsewhere = [
        "/login".to_owned(),
        "/logout".to_owned(),
        format!("/door/{}", app.session),
        format!("/gateway/sessions/{}/orders", app.session),
    ];
    for path in forms.iter().chain(&elsewhere) {
        for origin in ["https://evil.example", "null", ""] {
            let request = app.request(Method::POST, path).header("origin", origin);
            let request = request.header("cookie", format!("{}; {staff}", cookie_of(&order)));
            let reply = Reply::of(request.form(&[("nonce", "n")]).send().await.unwrap()).await;
            reply.is_problem(403, "origin_mismatch");
        }
    }
    assert_eq!(app.show(&order).await.body["status"], "PENDING");
    assert_eq!(
        page(&app, "/door", &staff).await.status,
        200,
        "still signed in"
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn what_makes_no_sense_gets_a_clear_answer(pool: PgPool) {
    let app = unlimited(pool).await;
    let order = filled(&app, "Ada").await;
    let cookie = format!("{}; {}", cookie_of(&order), app.sign_in("studio").await);
    let long = format!("name={}", "x".repeat(12_000));
    let bodies = [
        "",
        "name=a&name=b",
        "name=%FF%FE&email=%00&typed=%00&nonce=%00&quantity=%00",
        "quantity=-1&section=x&claim_key=&method=&payment_key=&step=//evil.example&typed=&nonce=",
        "quantity=99999999999999999999&claim_key=%C3%A9&method=bogus&payment_key=%C3%A9&ticket=bogus&nonce=n",
        "{\"name\": 1}",
        &long,
    ];
    let forms = FORMS.iter().filter(|step| **step != "/cancel");
    let forms = forms.map(|step| format!("{}{step}", path_of(&order)));
    let elsewhere = ["/login".to_owned(), format!("/door/{}", app.session)];
    for path in forms.chain(elsewhere) {
        for body in bodies {
            for media_type in [
                "application/x-www-form-urlencoded",
                "application/json",
                "text/plain",
            ] {
                let request = app
                    .request(Method::POST, &path)
                    .header("accept", "text/html");
                let request = request
                    .header("cookie", &cookie)
                    .header("origin", &app.base);
                let request = request
                    .header("content-type", media_type)
                    .body(body.to_owned());
                let reply = Reply::of(request.send().await.unwrap()).await;
                assert!(
                    [200, 303, 400, 415, 422].contains(&reply.status),
                    "{path} {media_type} {body:.60}: {reply:?}"
                );
                if reply.status >= 400 {
                    assert!(text(&reply).contains("<h1"), "it has a face: {reply:?}");
                }
            }
        }
    }
    let view = app.show(&order).await.body;
    assert_eq!(
        (&view["status"], view["seats"].as_array().unwrap().len()),
        (&json!("PENDING"), 2)
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn markup_in_a_name_is_text_wherever_it_is_shown(pool: PgPool) {
    const NAME: &str = "<img src=x onerror=alert(1)>\"'&{{ 7 * 7 }}";
    let app = unlimited(pool).await;
    let order = filled(&app, NAME).await;
    let cookie = cookie_of(&order);
    let chosen = [("method", "test")];
    submit(
        &app,
        &format!("{}/method", path_of(&order)),
        &cookie,
        &chosen,
    )
    .await;
    let mut pages = Vec::new();
    for step in ["/details", "/payment"] {
        pages.push(page(&app, &format!("{}{step}", path_of(&order)), &cookie).await);
    }
    let started = app.start_payment(&order, "pay", "test").await;
    let paid = app.confirm(&started, "succeed").await;
    let (pnr, ticket) = (paid.text("pnr"), &paid.body["tickets"][0]);
    let id = ticket["ticketId"].as_str().unwrap();
    for step in ["/confirmation".to_owned(), format!("/tickets/{id}")] {
        pages.push(page(&app, &format!("{}{step}", path_of(&order)), &cookie).await);
    }
    let staff = app.sign_in("studio").await;
    let scan = [("typed", pnr.as_str()), ("nonce", "n")];
    pages.push(submit(&app, &format!("/door/{}", app.session), &staff, &scan).await);
    for shown in pages {
        let html = text(&shown);
        assert!(html.contains("&lt;img src=x onerror"), "{shown:?}");
        assert!(
            !html.contains("<img") && html.contains("{{ 7 * 7 }}"),
            "{shown:?}"
        );
    }
    let pdf = Reply::of(
        app.on(Method::GET, &order, "/tickets.pdf")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert!(text(&pdf).starts_with("%PDF-"), "{}", pdf.status);
    app.close().await;
}
