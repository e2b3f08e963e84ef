use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Reply, TestApp};

#[sqlx::test(migrations = "../migrations")]
async fn a_taken_seat_is_named_with_an_alternative(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (first, second) = (app.order().await, app.order().await);
    assert_eq!(
        app.claim(&first, "k", json!({"seats": [4, 5]}))
            .await
            .status,
        200
    );
    let refused = app.claim(&second, "k", json!({"seats": [5, 6]})).await;
    refused.is_problem(409, "seat_taken");
    assert_eq!(refused.body["taken"], json!([5]));
    let alternative = refused.body["alternative"].clone();
    assert_eq!(alternative.as_array().unwrap().len(), 2);
    assert_eq!(
        app.show(&second).await.body["seats"],
        json!([]),
        "all or nothing"
    );
    let helped = app
        .claim(&second, "k2", json!({"seats": alternative}))
        .await;
    assert_eq!(helped.status, 200, "{helped:?}");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_best_together_are_chosen_inside(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    let claimed = app.claim(&order, "k", json!({"best": 4})).await;
    let seats: Vec<u64> = serde_json::from_value(claimed.body["seats"].clone()).unwrap();
    assert_eq!(seats.len(), 4, "{claimed:?}");
    assert!(
        seats.windows(2).all(|pair| pair[1] == pair[0] + 1),
        "{seats:?}"
    );
    app.close().await;
}

/// What each claimed seat costs, and whether it is accessible.
async fn places(app: &TestApp, claimed: &Reply) -> Vec<(i64, bool)> {
    let manifest = app
        .get(&format!(
            "/api/public/sessions/{}/manifest",
            app.theatre_session()
        ))
        .await;
    let sections = manifest.body["sections"].as_array().unwrap();
    let seats = claimed.body["seats"].as_array().unwrap().iter();
    seats
        .map(|index| {
            sections.iter().find_map(|section| {
                let mut seats = section["seats"].as_array()?.iter();
                let seat = seats.find(|seat| seat["index"] == *index)?;
                let price = section["price"]["amount"].as_i64().unwrap();
                Some((price, seat["accessible"] == json!(true)))
            })
        })
        .collect::<Option<_>>()
        .unwrap_or_else(|| panic!("{claimed:?}"))
}

#[sqlx::test(migrations = "../migrations")]
async fn the_best_are_sought_within_the_price_range_alone(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let ranges = [
        (
            json!({"best": 3, "minPrice": 5_500, "maxPrice": 6_500}),
            5_500..=6_500,
        ),
        (json!({"best": 3, "maxPrice": 3_500}), 0..=3_500),
        (json!({"best": 3, "minPrice": 9_500}), 9_500..=i64::MAX),
    ];
    for (wish, range) in ranges {
        let order = app.order_in(&app.theatre_session()).await;
        let claimed = app.claim(&order, "k", wish).await;
        assert_eq!(claimed.status, 200, "{claimed:?}");
        let places = places(&app, &claimed).await;
        assert_eq!(places.len(), 3);
        assert!(
            places.iter().all(|(price, _)| range.contains(price)),
            "{places:?}"
        );
    }
    let order = app.order_in(&app.theatre_session()).await;
    let dear = json!({"best": 1, "minPrice": 100_000});
    let refused = app.claim(&order, "dear", dear).await;
    refused.is_problem(409, "sold_out");
    assert_eq!(refused.body["free"], 0);
    let reversed = json!({"best": 1, "minPrice": 2, "maxPrice": 1});
    let refused = app.claim(&order, "reversed", reversed).await;
    refused.is_problem(422, "invalid_fields");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_accessible_seat_is_among_the_best_only_where_it_is_asked_for(pool: PgPool) {
    let app = TestApp::start(pool).await;
    for is_asked_for in [true, false] {
        let order = app.order_in(&app.theatre_session()).await;
        let wish = json!({"best": 4, "accessible": is_asked_for});
        let claimed = app.claim(&order, "k", wish).await;
        assert_eq!(claimed.status, 200, "{claimed:?}");
        let places = places(&app, &claimed).await;
        let accessible = places.iter().filter(|(_, accessible)| *accessible);
        assert_eq!(accessible.count() > 0, is_asked_for, "{places:?}");
    }
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn places_that_cannot_be_claimed_so_are_refused_by_name(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    let seated = app
        .get(&format!("/api/public/sessions/{}/manifest", app.session))
        .await;
    let seated = seated.body["sections"][0]["sectionId"].clone();
    let unknown = "01990000-0000-7000-8000-000000000000";
    let wrong = [
        json!({"seats": [1, 999_999]}),
        json!({"seats": [7, 7]}),
        json!({"seats": []}),
        json!({"seats": [-1]}),
        json!({"seats": [4_294_967_296_u64]}),
        json!({"section": seated, "quantity": 1}),
        json!({"section": unknown, "quantity": 1}),
    ];
    for (number, body) in wrong.into_iter().enumerate() {
        let refused = app.claim(&order, &format!("k{number}"), body).await;
        refused.is_problem(422, "invalid_seat");
    }
    let refused = app
        .claim(&order, "named", json!({"seats": [1, 999_999]}))
        .await;
    assert_eq!(refused.body["seats"], json!([999_999]));
    assert_eq!(app.show(&order).await.body["seats"], json!([]));
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_body_that_is_no_claim_is_refused_clearly(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    let send = |body: &'static str, media_type: &'static str| {
        let request = app
            .on(Method::POST, &order, "/get-seat")
            .header("idempotency-key", "k");
        let request = request.header("content-type", media_type).body(body);
        async { Reply::of(request.send().await.unwrap()).await }
    };
    for body in [
        "",
        "{",
        "{\"seats\": [1]",
        "\u{0}",
        "{\"seats\": [1]} x",
        "[[[[[[[",
    ] {
        send(body, "application/json")
            .await
            .is_problem(400, "malformed_json");
    }
    for body in [
        "{}",
        "[]",
        "null",
        "{\"seats\": \"1\"}",
        "{\"seats\": [1], \"best\": 2}",
        "{\"best\": 0}",
    ] {
        send(body, "application/json")
            .await
            .is_problem(422, "invalid_fields");
    }
    for media_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
        send("{\"seats\": [1]}", media_type)
            .await
            .is_problem(415, "unsupported_media_type");
    }
    let huge = format!("{{\"seats\": [{}1]}}", "1,".repeat(20_000));
    let request = app
        .on(Method::POST, &order, "/get-seat")
        .header("idempotency-key", "k");
    let request = request
        .header("content-type", "application/json")
        .body(huge);
    Reply::of(request.send().await.unwrap())
        .await
        .is_problem(413, "body_too_large");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_key_is_required_and_must_be_visible_ascii(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    let body = json!({"seats": [1]});
    let missing = app
        .step(Method::POST, &order, "/get-seat", body.clone())
        .await;
    missing.is_problem(400, "idempotency_key_required");
    for key in ["", "with space", &"x".repeat(256)] {
        app.claim(&order, key, body.clone())
            .await
            .is_problem(400, "idempotency_key_required");
    }
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_repeated_key_is_answered_as_the_first_time(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    let body = json!({"best": 2});
    let first = app.claim(&order, "k", body.clone()).await;
    let again = app.claim(&order, "k", body.clone()).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.body["seats"], first.body["seats"]);
    let conflicting = app.claim(&order, "k", json!({"best": 3})).await;
    conflicting.is_problem(422, "idempotency_key_reused");
    let seats = first.body["seats"].clone();
    app.step(Method::POST, &order, "/drop-seat", json!({"seats": seats}))
        .await;
    app.claim(&order, "k", body)
        .await
        .is_problem(409, "claim_lapsed");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_same_key_at_once_is_one_claim(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    let claims = (0..8).map(|_| app.claim(&order, "k", json!({"best": 2})));
    let replies = futures_util::future::join_all(claims).await;
    let seats: Vec<&Value> = replies.iter().map(|reply| &reply.body["seats"]).collect();
    assert!(
        seats
            .iter()
            .all(|seat| seat.as_array().is_some_and(|it| it.len() == 2)),
        "{replies:?}"
    );
    assert!(seats.windows(2).all(|pair| pair[0] == pair[1]), "{seats:?}");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn no_order_takes_more_than_the_session_allows(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    assert_eq!(
        app.claim(&order, "k1", json!({"best": 9})).await.status,
        200
    );
    let refused = app.claim(&order, "k2", json!({"best": 2})).await;
    refused.is_problem(409, "limit_reached");
    assert_eq!(refused.body["limit"], 10);
    let standing = app.standing_section().await;
    let body = json!({"section": standing, "quantity": 121});
    app.claim(&order, "k3", body)
        .await
        .is_problem(409, "limit_reached");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_sold_out_section_says_how_many_are_free(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let standing = app.standing_section().await;
    for _ in 0..11 {
        let order = app.order().await;
        let body = json!({"section": standing, "quantity": 10});
        assert_eq!(app.claim(&order, "k", body).await.status, 200);
    }
    let (last, late) = (app.order().await, app.order().await);
    app.claim(&last, "k", json!({"section": standing, "quantity": 8}))
        .await;
    let refused = app
        .claim(&late, "k", json!({"section": standing, "quantity": 3}))
        .await;
    refused.is_problem(409, "sold_out");
    assert_eq!(refused.body["free"], 2);
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn no_order_is_opened_before_or_after_the_sale(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let path = |session: String| format!("/api/gateway/sessions/{session}/orders");
    let early = app.post(&path(app.later_session()), json!({})).await;
    early.is_problem(409, "not_on_sale");
    assert!(early.text("opensAt").ends_with('Z'), "{early:?}");
    let late = app.post(&path(app.over_session()), json!({})).await;
    late.is_problem(409, "not_on_sale");
    assert_eq!(late.body["opensAt"], Value::Null);
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_claim_while_paying_and_after_paying_is_refused(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    app.give_address(&order).await;
    app.claim(&order, "k1", json!({"seats": [1]})).await;
    let started = app.start_payment(&order, "pay", "test").await;
    app.claim(&order, "k2", json!({"seats": [2]}))
        .await
        .is_problem(409, "payment_under_way");
    let dropped = app
        .step(Method::POST, &order, "/drop-seat", json!({"seats": [1]}))
        .await;
    dropped.is_problem(409, "payment_under_way");
    app.confirm(&started, "succeed").await;
    app.claim(&order, "k3", json!({"seats": [2]}))
        .await
        .is_problem(409, "order_paid");
    let repeated = app.claim(&order, "k1", json!({"seats": [1]})).await;
    assert!(repeated.status < 500, "{repeated:?}");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_expired_order_says_so(pool: PgPool) {
    let app = TestApp::start(pool).await;
    sqlx::query("update event_session set hold_secs = 1 where session_id = $1::uuid")
        .bind(&app.session)
        .execute(&app.app.pool)
        .await
        .unwrap();
    let order = app.order().await;
    assert_eq!(
        app.claim(&order, "k1", json!({"seats": [1]})).await.status,
        200
    );
    let (mut watcher, _) = crate::support::socket::Socket::watching(&app).await;
    let mine = json!({"type": "hello", "order": {"id": order.id, "secret": order.secret}});
    watcher.say(mine).await;
    while watcher.hear_of("order").await["order"]["status"] != "CANCELLED" {}
    let refused = app.claim(&order, "k2", json!({"seats": [2]})).await;
    assert_eq!(refused.status, 409, "{refused:?}");
    let code = refused.text("code");
    assert!(
        ["order_expired", "order_cancelled"].contains(&code.as_str()),
        "{code}"
    );
    let other = app.order().await;
    assert_eq!(
        app.claim(&other, "k", json!({"seats": [1]})).await.status,
        200
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn one_order_asks_thirty_times_at_once_and_then_waits(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    let asked = futures_util::future::join_all((0..60).map(|_| app.show(&order))).await;
    let refused: Vec<_> = asked.iter().filter(|reply| reply.status == 429).collect();
    assert!(
        !refused.is_empty() && refused.len() <= 30,
        "{} refused",
        refused.len()
    );
    refused[0].is_problem(429, "rate_limited");
    assert!(refused[0].header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(
        app.show(&app.order().await).await.status,
        200,
        "others are not held up"
    );
    app.close().await;
}
