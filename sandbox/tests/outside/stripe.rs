//! Stripe: intents, refunds, idempotency and webhooks.

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::json;
use sha2::Sha256;

use crate::world::{World, json, text};

#[actix_web::test]
async fn a_card_pays_and_the_shop_is_told() {
    let world = World::new().await;
    let intent = world.intent("4200", "eur").await;
    assert_eq!(intent["status"], "requires_payment_method");
    let paid = world.pay(&intent, "pm_card_visa").await;
    assert_eq!(paid["status"], "succeeded", "{paid}");
    let told = world.shop.wait_for("payment_intent.succeeded", 1).await;
    let told = told[0].json()["data"]["object"].clone();
    assert_eq!(told["amount_received"], 4200);
    assert_eq!(told["metadata"]["order"], "7");
    let shown = format!(
        "payment_intents/{}?expand[]=latest_charge",
        text(&intent, "id")
    );
    let charge = world.show(&shown).await["latest_charge"].clone();
    assert_eq!(charge["paid"], true);
    assert_eq!(charge["payment_method_details"]["card"]["last4"], "4242");
}

#[actix_web::test]
async fn a_card_is_given_by_its_number() {
    let world = World::new().await;
    let intent = world.intent("4200", "eur").await;
    let id = text(&intent, "id");
    let card = |number| {
        [
            ("payment_method_data[type]", "card"),
            ("payment_method_data[card][number]", number),
            ("payment_method_data[card][exp_month]", "12"),
            ("payment_method_data[card][exp_year]", "40"),
            ("payment_method_data[card][cvc]", "123"),
            ("return_url", "http://shop.test/"),
        ]
    };
    let confirm = format!("payment_intents/{id}/confirm");
    let mistyped = world.stripe(&confirm, &card("4242424242424241")).await;
    assert_eq!(mistyped["error"]["code"], "incorrect_number");
    let stranger = world.stripe(&confirm, &card("4111111111111111")).await;
    assert_eq!(stranger["error"]["decline_code"], "test_mode_live_card");
    let paid = world.stripe(&confirm, &card("4242 4242 4242 4242")).await;
    assert_eq!(paid["status"], "succeeded", "{paid}");
}

#[actix_web::test]
async fn a_declined_card_leads_back_to_the_choice_of_another() {
    let world = World::new().await;
    let intent = world.intent("4200", "eur").await;
    let declined = world
        .pay(&intent, "pm_card_visa_chargeDeclinedInsufficientFunds")
        .await;
    let error = &declined["error"];
    assert_eq!(error["type"], "card_error");
    assert_eq!(error["decline_code"], "insufficient_funds");
    assert_eq!(error["payment_intent"]["status"], "requires_payment_method");
    let told = world
        .shop
        .wait_for("payment_intent.payment_failed", 1)
        .await;
    let told = told[0].json()["data"]["object"].clone();
    assert_eq!(told["last_payment_error"]["code"], "card_declined");
    assert_eq!(
        world.pay(&intent, "pm_card_visa").await["status"],
        "succeeded"
    );
}

#[actix_web::test]
async fn a_holder_is_asked_and_comes_back_to_the_shop() {
    let world = World::new().await;
    for (word, status) in [("yes", "succeeded"), ("no", "requires_payment_method")] {
        let intent = world.intent("4200", "eur").await;
        let asked = world.pay(&intent, "pm_card_authenticationRequired").await;
        assert_eq!(asked["status"], "requires_action", "{asked}");
        let url = text(&asked["next_action"]["redirect_to_url"], "url").to_owned();
        let page = world.client.get(&url).send().await.unwrap();
        assert!(page.text().await.unwrap().contains("42.00 EUR"));
        let answered = world.client.post(&url).form(&[("answer", word)]).send();
        let answered = answered.await.unwrap();
        let back = answered.headers()["location"].to_str().unwrap().to_owned();
        assert!(back.starts_with("http://shop.test/back?order=7&payment_intent=pi_"));
        let shown = format!("payment_intents/{}", text(&intent, "id"));
        assert_eq!(world.show(&shown).await["status"], status);
    }
}

#[actix_web::test]
async fn without_an_address_to_come_back_to_the_script_asks_the_holder() {
    let world = World::new().await;
    let form = [
        ("amount", "4200"),
        ("currency", "usd"),
        ("automatic_payment_methods[enabled]", "true"),
        ("automatic_payment_methods[allow_redirects]", "never"),
        ("payment_method", "pm_card_authenticationRequired"),
        ("confirm", "true"),
    ];
    let asked = world.stripe("payment_intents", &form).await;
    assert_eq!(asked["next_action"]["type"], "use_stripe_sdk", "{asked}");
    let redirected = [
        ("amount", "4200"),
        ("currency", "eur"),
        ("payment_method", "pm_card_visa"),
        ("confirm", "true"),
    ];
    let refused = world.stripe("payment_intents", &redirected).await;
    assert_eq!(refused["error"]["param"], "return_url");
}

#[actix_web::test]
async fn an_intent_is_cancelled_once_and_never_after_it_is_paid() {
    let world = World::new().await;
    let open = world.intent("4200", "eur").await;
    let cancel = format!("payment_intents/{}/cancel", text(&open, "id"));
    let form = [("cancellation_reason", "abandoned")];
    assert_eq!(world.stripe(&cancel, &form).await["status"], "canceled");
    world.shop.wait_for("payment_intent.canceled", 1).await;
    let refused = world.pay(&open, "pm_card_visa").await;
    assert_eq!(refused["error"]["code"], "payment_intent_unexpected_state");

    let paid = world.intent("4200", "eur").await;
    world.pay(&paid, "pm_card_visa").await;
    let cancel = format!("payment_intents/{}/cancel", text(&paid, "id"));
    let refused = world.stripe(&cancel, &[]).await;
    assert_eq!(refused["error"]["code"], "payment_intent_unexpected_state");
    assert_eq!(refused["error"]["payment_intent"]["status"], "succeeded");
}

#[actix_web::test]
async fn no_more_is_refunded_than_was_paid() {
    let world = World::new().await;
    let intent = world.intent("4200", "eur").await;
    let id = text(&intent, "id");
    let unpaid = world.stripe("refunds", &[("payment_intent", id)]).await;
    assert_eq!(unpaid["error"]["param"], "payment_intent");
    world.pay(&intent, "pm_card_visa").await;
    let part = [("payment_intent", id), ("amount", "1200")];
    let part = world.stripe("refunds", &part).await;
    assert_eq!(
        (&part["status"], &part["amount"]),
        (&json!("succeeded"), &json!(1200))
    );
    let above = [("payment_intent", id), ("amount", "3001")];
    assert_eq!(
        world.stripe("refunds", &above).await["error"]["param"],
        "amount"
    );
    let rest = world.stripe("refunds", &[("payment_intent", id)]).await;
    assert_eq!(rest["amount"], 3000);
    let again = world.stripe("refunds", &[("payment_intent", id)]).await;
    assert_eq!(again["error"]["code"], "charge_already_refunded");
    let told = world.shop.wait_for("charge.refunded", 2).await;
    assert!(
        told.iter()
            .any(|told| told.json()["data"]["object"]["refunded"] == true)
    );
    let list = world.show(&format!("refunds?payment_intent={id}")).await;
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn a_refund_that_fails_late_says_so_and_gives_the_money_back_to_the_shop() {
    let world = World::new().await;
    let intent = world.intent("4200", "eur").await;
    world.pay(&intent, "pm_card_refundFail").await;
    let form = [("payment_intent", text(&intent, "id"))];
    let refund = world.stripe("refunds", &form).await;
    assert_eq!(refund["status"], "succeeded", "at first");
    let told = world.shop.wait_for("refund.created", 1).await;
    assert_eq!(told[0].json()["data"]["object"]["status"], "succeeded");
    let told = world.shop.wait_for("refund.failed", 1).await;
    let told = told[0].json()["data"]["object"].clone();
    assert_eq!(
        (&told["id"], &told["status"]),
        (&refund["id"], &json!("failed"))
    );
    let charge = world
        .show(&format!("charges/{}", text(&refund, "charge")))
        .await;
    assert_eq!(charge["amount_refunded"], 0);
}

#[actix_web::test]
async fn a_refund_that_is_pending_at_first_succeeds() {
    let world = World::new().await;
    let intent = world.intent("4200", "eur").await;
    world.pay(&intent, "pm_card_pendingRefund").await;
    let form = [("payment_intent", text(&intent, "id"))];
    let refund = world.stripe("refunds", &form).await;
    assert_eq!(refund["status"], "pending");
    let told = world.shop.wait_for("refund.updated", 1).await;
    assert_eq!(told[0].json()["data"]["object"]["status"], "succeeded");
}

#[actix_web::test]
async fn a_disputed_payment_cannot_be_refunded_and_is_won_by_evidence() {
    let world = World::new().await;
    let intent = world.intent("4200", "eur").await;
    world.pay(&intent, "pm_card_createDispute").await;
    let told = world.shop.wait_for("charge.dispute.created", 1).await;
    let dispute = told[0].json()["data"]["object"].clone();
    assert_eq!(dispute["amount"], 4200);
    let form = [("payment_intent", text(&intent, "id"))];
    let refused = world.stripe("refunds", &form).await;
    assert_eq!(refused["error"]["code"], "charge_disputed");
    let evidence = [("evidence[uncategorized_text]", "winning_evidence")];
    let path = format!("disputes/{}", text(&dispute, "id"));
    assert_eq!(world.stripe(&path, &evidence).await["status"], "won");
    world
        .shop
        .wait_for("charge.dispute.funds_reinstated", 1)
        .await;
}

#[actix_web::test]
async fn a_repeated_key_repeats_the_answer_and_does_nothing() {
    let world = World::new().await;
    let form = [("amount", "4200"), ("currency", "eur")];
    let post = |form| {
        world
            .post("payment_intents", form)
            .header("idempotency-key", "one")
            .send()
    };
    let first = json(post(&form).await.unwrap()).await;
    let again = post(&form).await.unwrap();
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(json(again).await, first);
    let other = post(&[("amount", "4300"), ("currency", "eur")])
        .await
        .unwrap();
    assert_eq!(other.status(), 400);
    assert_eq!(json(other).await["error"]["type"], "idempotency_error");
    let elsewhere = world
        .post("refunds", &form)
        .header("idempotency-key", "one")
        .send();
    assert_eq!(
        json(elsewhere.await.unwrap()).await["error"]["type"],
        "idempotency_error"
    );
    assert_eq!(
        world.show("payment_intents").await["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[actix_web::test]
async fn a_key_whose_request_was_wrong_may_be_used_again() {
    let world = World::new().await;
    let post = |form| {
        world
            .post("payment_intents", form)
            .header("idempotency-key", "one")
            .send()
    };
    let wrong = post(&[("amount", "4200")]).await.unwrap();
    assert_eq!(json(wrong).await["error"]["code"], "parameter_missing");
    let right = post(&[("amount", "4200"), ("currency", "eur")])
        .await
        .unwrap();
    assert_eq!(right.status(), 200);
}

#[actix_web::test]
async fn a_browser_may_pay_with_the_secret_of_the_intent_and_nothing_else() {
    let world = World::new().await;
    let intent = world.intent("4200", "eur").await;
    let guessed = json!({"id": intent["id"], "client_secret": "guessed"});
    let refused = world.pay(&guessed, "pm_card_visa").await;
    assert_eq!(refused["error"]["code"], "resource_missing");
    let refund = world
        .request(Method::POST, "/stripe/v1/refunds")
        .bearer_auth("pk_test_frontrow")
        .form(&[("payment_intent", text(&intent, "id"))]);
    assert_eq!(refund.send().await.unwrap().status(), 403);
    let stranger = world
        .request(Method::GET, "/stripe/v1/payment_intents")
        .bearer_auth("sk_live_other");
    assert_eq!(stranger.send().await.unwrap().status(), 401);
}

#[actix_web::test]
async fn a_webhook_is_signed_over_its_time_and_body() {
    let world = World::with(&["--stripe-events=payment_intent.created"]).await;
    let intent = world.intent("4200", "eur").await;
    world.pay(&intent, "pm_card_visa").await;
    let webhook = world
        .shop
        .wait_for("payment_intent.created", 1)
        .await
        .remove(0);
    let header = webhook.header("stripe-signature").to_owned();
    let (time, signature) = header.split_once(",v1=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(b"whsec_frontrow").unwrap();
    mac.update(time.strip_prefix("t=").unwrap().as_bytes());
    mac.update(b".");
    mac.update(&webhook.body);
    let expected: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(signature, expected);
    assert_eq!(
        world.shop.received().len(),
        1,
        "only what it is subscribed to"
    );
}

#[actix_web::test]
async fn a_webhook_that_is_not_taken_is_sent_again() {
    let world = World::with(&["--stripe-events=payment_intent.created"]).await;
    world.shop.answer(503);
    world.intent("4200", "eur").await;
    let tries = world.shop.wait_for("payment_intent.created", 2).await;
    assert_eq!(tries[0].body, tries[1].body);
    world.shop.answer(200);
    world.shop.wait_for("payment_intent.created", 3).await;
}
