//! Mischief: each provider goes wrong as it is told.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::world::{World, json, text};

#[actix_web::test]
async fn an_error_does_nothing_and_a_lost_answer_is_found_again_by_its_key() {
    let world = World::new().await;
    let form = [("amount", "4200"), ("currency", "eur")];
    let post = || {
        world
            .post("payment_intents", &form)
            .header("idempotency-key", "one")
            .send()
    };
    world
        .control(Method::PUT, "stripe/mischief", json!({"errorPercent": 100}))
        .await;
    assert_eq!(post().await.unwrap().status(), 500);
    world
        .control(Method::PUT, "stripe/mischief", json!({"losePercent": 100}))
        .await;
    assert_eq!(post().await.unwrap().status(), 500);
    world
        .control(Method::PUT, "stripe/mischief", json!({}))
        .await;
    let found = post().await.unwrap();
    assert_eq!(found.headers()["idempotent-replayed"], "true");
    assert_eq!(
        world.show("payment_intents").await["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[actix_web::test]
async fn a_slow_request_keeps_its_key_and_is_done_although_nobody_waits() {
    let world = World::new().await;
    world
        .control(Method::PUT, "stripe/mischief", json!({"delayMs": 300}))
        .await;
    let form = [("amount", "4200"), ("currency", "eur")];
    let post = || {
        world
            .post("payment_intents", &form)
            .header("idempotency-key", "one")
    };
    let impatient = post().timeout(Duration::from_millis(100)).send().await;
    assert!(impatient.unwrap_err().is_timeout());
    assert_eq!(post().send().await.unwrap().status(), 409);
    world.shop.wait_for("payment_intent.created", 1).await;
    let again = post().send().await.unwrap();
    assert_eq!(again.headers()["idempotent-replayed"], "true");
}

#[actix_web::test]
async fn a_provider_that_is_away_cuts_connections_and_comes_back() {
    let world = World::new().await;
    world
        .control(Method::POST, "stripe/away", json!({"seconds": 60}))
        .await;
    let cut = world.post("payment_intents", &[]).send().await;
    assert!(cut.unwrap_err().status().is_none(), "there is no answer");
    let script = world
        .request(Method::GET, "/stripe/v3/stripe.js")
        .send()
        .await;
    assert!(script.is_err(), "nor is there a script");
    let other = world
        .request(Method::GET, "/paypal/checkoutnow?token=X")
        .send()
        .await;
    assert_eq!(other.unwrap().status(), 404, "the other one is here");
    world
        .control(Method::POST, "stripe/away", json!({"seconds": 0}))
        .await;
    assert_eq!(
        world.intent("4200", "eur").await["object"],
        "payment_intent"
    );
}

#[actix_web::test]
async fn whoever_pays_is_declined_while_that_is_told() {
    let world = World::new().await;
    world
        .control(Method::PUT, "stripe/mischief", json!({"decline": true}))
        .await;
    let intent = world.intent("4200", "eur").await;
    let declined = world.pay(&intent, "pm_card_visa").await;
    assert_eq!(declined["error"]["code"], "card_declined");
    world
        .control(Method::PUT, "stripe/mischief", json!({}))
        .await;
    assert_eq!(
        world.pay(&intent, "pm_card_visa").await["status"],
        "succeeded"
    );
}

#[actix_web::test]
async fn webhooks_are_dropped_resent_doubled_and_shuffled() {
    let world = World::with(&["--stripe-events=payment_intent.created"]).await;
    world
        .control(
            Method::PUT,
            "stripe/mischief",
            json!({"webhookDropPercent": 100}),
        )
        .await;
    world.intent("4200", "eur").await;
    let state = json(world.control(Method::GET, "state", json!({})).await).await;
    let dropped = &state["stripe"]["webhooks"][0];
    assert_eq!(dropped["state"], "dropped");
    let resend = format!("stripe/webhooks/{}/resend", text(dropped, "id"));
    world.control(Method::POST, &resend, json!({})).await;
    world.shop.wait_for("payment_intent.created", 1).await;

    world
        .control(
            Method::PUT,
            "stripe/mischief",
            json!({"webhookDuplicatePercent": 100}),
        )
        .await;
    world.intent("4200", "eur").await;
    world.shop.wait_for("payment_intent.created", 3).await;

    world
        .control(
            Method::PUT,
            "stripe/mischief",
            json!({"webhookShuffleMs": 300}),
        )
        .await;
    let mut made = Vec::new();
    for _ in 0..20 {
        made.push(text(&world.intent("4200", "eur").await, "id").to_owned());
    }
    let came = world.shop.wait_for("payment_intent.created", 23).await;
    let came: Vec<String> = came[3..]
        .iter()
        .map(|webhook| text(&webhook.json()["data"]["object"], "id").to_owned())
        .collect();
    assert_ne!(came, made, "twenty in order by chance: once in 10^18");
}

#[actix_web::test]
async fn webhooks_wait_while_the_provider_is_away() {
    let world = World::with(&["--stripe-events=payment_intent.created"]).await;
    world
        .control(
            Method::PUT,
            "stripe/mischief",
            json!({"webhookDelayMs": 100}),
        )
        .await;
    world.intent("4200", "eur").await;
    let began = Instant::now();
    world
        .control(Method::POST, "stripe/away", json!({"seconds": 1}))
        .await;
    world.shop.wait_for("payment_intent.created", 1).await;
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[actix_web::test]
async fn the_page_is_found_from_the_root_and_says_that_all_is_played() {
    let world = World::new().await;
    let root = world.request(Method::GET, "/").send().await.unwrap();
    assert_eq!(root.headers()["location"], "/control");
    let page = world.request(Method::GET, "/control").send().await.unwrap();
    assert!(
        page.text()
            .await
            .unwrap()
            .contains("neither Stripe nor PayPal")
    );
}

#[actix_web::test]
async fn all_is_forgotten_when_that_is_asked() {
    let world = World::new().await;
    world
        .control(
            Method::PUT,
            "stripe/mischief",
            json!({"errorPercent": 0, "decline": true}),
        )
        .await;
    world.intent("4200", "eur").await;
    world.control(Method::POST, "reset", json!({})).await;
    let state = json(world.control(Method::GET, "state", json!({})).await).await;
    assert_eq!(state["stripe"]["intentsTotal"], 0);
    assert_eq!(state["stripe"]["mischief"]["decline"], false);
    assert_eq!(state["stripe"]["webhooks"], json!([]));
}
