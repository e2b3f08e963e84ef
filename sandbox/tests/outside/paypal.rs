//! PayPal: orders, captures, refunds and webhooks.

use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::world::{World, json, text};

/// The shop's side of PayPal.
struct Shop {
    world: World,
    token: String,
    posts: AtomicU32,
}

impl Shop {
    async fn new() -> Self {
        let world = World::of_paypal().await;
        let request = world
            .request(Method::POST, "/paypal/v1/oauth2/token")
            .basic_auth("frontrow-demo", Some("frontrow-demo-secret"))
            .form(&[("grant_type", "client_credentials")]);
        let answer = json(request.send().await.unwrap()).await;
        let token = text(&answer, "access_token").to_owned();
        Self {
            world,
            token,
            posts: AtomicU32::new(0),
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.world
            .request(method, &format!("/paypal/{path}"))
            .bearer_auth(&self.token)
    }

    /// A request of its own, never the repetition of another.
    async fn post(&self, path: &str, body: &Value) -> Value {
        let id = self.posts.fetch_add(1, Ordering::Relaxed).to_string();
        json(
            self.request(Method::POST, path)
                .header("paypal-request-id", id)
                .json(body)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    async fn get(&self, path: &str) -> Value {
        json(self.request(Method::GET, path).send().await.unwrap()).await
    }

    async fn order(&self) -> Value {
        self.post("v2/checkout/orders", &order("EUR", "42.00"))
            .await
    }

    /// The buyer answers on the page that the order leads to; where they go then.
    async fn buyer(&self, order: &Value, answer: &str) -> String {
        let url = link(order, "payer-action");
        let page = self.world.client.get(&url).send().await.unwrap();
        assert!(page.text().await.unwrap().contains("42.00 EUR"));
        let answered = self.world.client.post(&url).form(&[("answer", answer)]);
        let answered = answered.send().await.unwrap();
        answered.headers()["location"].to_str().unwrap().to_owned()
    }

    async fn capture(&self, order: &Value) -> Value {
        let path = format!("v2/checkout/orders/{}/capture", text(order, "id"));
        self.post(&path, &json!({})).await
    }

    /// An order whose money has been taken; the capture's id.
    async fn captured(&self) -> String {
        let order = self.order().await;
        self.buyer(&order, "pay").await;
        let captured = self.capture(&order).await;
        text(
            &captured["purchase_units"][0]["payments"]["captures"][0],
            "id",
        )
        .to_owned()
    }
}

fn order(currency: &str, value: &str) -> Value {
    json!({
        "intent": "CAPTURE",
        "purchase_units": [{"custom_id": "7", "amount": {"currency_code": currency, "value": value}}],
        "payment_source": {"paypal": {"experience_context": {
            "return_url": "http://shop.test/back?order=7", "cancel_url": "http://shop.test/cancelled",
            "user_action": "PAY_NOW", "shipping_preference": "NO_SHIPPING",
        }}},
    })
}

fn link(value: &Value, rel: &str) -> String {
    let links = value["links"].as_array().unwrap();
    let found = links.iter().find(|link| link["rel"] == rel);
    text(
        found.unwrap_or_else(|| panic!("no {rel} in {value}")),
        "href",
    )
    .to_owned()
}

fn issue(refusal: &Value) -> &str {
    text(&refusal["details"][0], "issue")
}

#[actix_web::test]
async fn a_buyer_approves_and_the_money_is_taken() {
    let shop = Shop::new().await;
    let order = shop.order().await;
    assert_eq!(order["status"], "PAYER_ACTION_REQUIRED");
    let back = shop.buyer(&order, "pay").await;
    let id = text(&order, "id");
    assert!(
        back.starts_with(&format!(
            "http://shop.test/back?order=7&token={id}&PayerID="
        )),
        "{back}"
    );
    shop.world.shop.wait_for("CHECKOUT.ORDER.APPROVED", 1).await;
    let captured = shop.capture(&order).await;
    assert_eq!(captured["status"], "COMPLETED", "{captured}");
    let told = shop
        .world
        .shop
        .wait_for("PAYMENT.CAPTURE.COMPLETED", 1)
        .await;
    let told = told[0].json()["resource"].clone();
    assert_eq!(
        told["amount"],
        json!({"currency_code": "EUR", "value": "42.00"})
    );
    assert_eq!(
        (&told["custom_id"], &told["status"]),
        (&json!("7"), &json!("COMPLETED"))
    );
    let shown = shop.get(&format!("v2/checkout/orders/{id}")).await;
    assert_eq!(
        shown["purchase_units"][0]["payments"]["captures"][0]["id"],
        told["id"]
    );
    assert_eq!(issue(&shop.capture(&order).await), "ORDER_ALREADY_CAPTURED");
}

#[actix_web::test]
async fn nothing_is_taken_before_the_buyer_approves_or_after_they_cancel() {
    let shop = Shop::new().await;
    let order = shop.order().await;
    assert_eq!(issue(&shop.capture(&order).await), "ORDER_NOT_APPROVED");
    let back = shop.buyer(&order, "cancel").await;
    assert_eq!(
        back,
        format!("http://shop.test/cancelled?token={}", text(&order, "id"))
    );
    assert_eq!(issue(&shop.capture(&order).await), "ORDER_NOT_APPROVED");
}

#[actix_web::test]
async fn a_declined_buyer_is_sent_back_to_choose_another_way() {
    let shop = Shop::new().await;
    let order = shop.order().await;
    shop.buyer(&order, "decline").await;
    let declined = shop.capture(&order).await;
    assert_eq!(issue(&declined), "INSTRUMENT_DECLINED");
    let again = json!({"links": [{"rel": "payer-action", "href": link(&declined, "redirect")}]});
    shop.buyer(&again, "pay").await;
    assert_eq!(shop.capture(&order).await["status"], "COMPLETED");
}

#[actix_web::test]
async fn a_reviewed_payment_is_pending_until_it_is_decided() {
    for (completed, kind) in [
        (true, "PAYMENT.CAPTURE.COMPLETED"),
        (false, "PAYMENT.CAPTURE.DENIED"),
    ] {
        let shop = Shop::new().await;
        let order = shop.order().await;
        shop.buyer(&order, "review").await;
        let captured = shop.capture(&order).await;
        let capture = captured["purchase_units"][0]["payments"]["captures"][0].clone();
        assert_eq!(capture["status"], "PENDING");
        let id = text(&capture, "id");
        let refund = shop
            .post(&format!("v2/payments/captures/{id}/refund"), &json!({}))
            .await;
        assert_eq!(issue(&refund), "PENDING_CAPTURE");
        let settle = format!("paypal/captures/{id}/settle");
        shop.world
            .control(Method::POST, &settle, json!({"completed": completed}))
            .await;
        shop.world.shop.wait_for(kind, 1).await;
    }
}

#[actix_web::test]
async fn no_more_is_refunded_than_was_taken() {
    let shop = Shop::new().await;
    let capture = shop.captured().await;
    let path = format!("v2/payments/captures/{capture}/refund");
    let amount = |currency: &str, value: &str| json!({"amount": {"currency_code": currency, "value": value}});
    let part = shop.post(&path, &amount("EUR", "12.00")).await;
    assert_eq!(part["status"], "COMPLETED");
    let status = |capture: Value| text(&capture, "status").to_owned();
    let shown = format!("v2/payments/captures/{capture}");
    assert_eq!(status(shop.get(&shown).await), "PARTIALLY_REFUNDED");
    assert_eq!(
        issue(&shop.post(&path, &amount("EUR", "30.01")).await),
        "REFUND_AMOUNT_EXCEEDED"
    );
    assert_eq!(
        issue(&shop.post(&path, &amount("USD", "1.00")).await),
        "REFUND_CAPTURE_CURRENCY_MISMATCH"
    );
    assert_eq!(
        issue(&shop.post(&path, &amount("EUR", "1.005")).await),
        "DECIMAL_PRECISION"
    );
    let rest = shop.post(&path, &json!({})).await;
    let rest = shop
        .get(&format!("v2/payments/refunds/{}", text(&rest, "id")))
        .await;
    assert_eq!(rest["amount"]["value"], "30.00");
    assert_eq!(status(shop.get(&shown).await), "REFUNDED");
    assert_eq!(
        issue(&shop.post(&path, &json!({})).await),
        "CAPTURE_FULLY_REFUNDED"
    );
    shop.world
        .shop
        .wait_for("PAYMENT.CAPTURE.REFUNDED", 2)
        .await;
}

#[actix_web::test]
async fn a_repeated_request_id_repeats_the_answer_and_does_nothing() {
    let shop = Shop::new().await;
    let create = || {
        shop.request(Method::POST, "v2/checkout/orders")
            .header("paypal-request-id", "one")
            .json(&order("EUR", "42.00"))
            .send()
    };
    let first = json(create().await.unwrap()).await;
    assert_eq!(json(create().await.unwrap()).await, first);
    let capture = shop.captured().await;
    let refund = || {
        shop.request(
            Method::POST,
            &format!("v2/payments/captures/{capture}/refund"),
        )
        .header("paypal-request-id", "one")
        .json(&json!({"amount": {"currency_code": "EUR", "value": "30.00"}}))
        .send()
    };
    let first = refund().await.unwrap();
    let again = refund().await.unwrap();
    assert_eq!(
        (first.status().as_u16(), again.status().as_u16()),
        (201, 200)
    );
    assert_eq!(json(first).await, json(again).await);
}

#[actix_web::test]
async fn an_order_that_makes_no_sense_is_refused() {
    let shop = Shop::new().await;
    let create = |body: Value| async { shop.post("v2/checkout/orders", &{ body }).await };
    assert_eq!(
        issue(&create(json!({})).await),
        "MISSING_REQUIRED_PARAMETER"
    );
    assert_eq!(
        issue(&create(order("KWD", "1.000")).await),
        "INVALID_CURRENCY_CODE"
    );
    assert_eq!(
        issue(&create(order("JPY", "100.50")).await),
        "DECIMAL_PRECISION"
    );
    assert_eq!(
        issue(&create(order("EUR", "0.00")).await),
        "CANNOT_BE_ZERO_OR_NEGATIVE"
    );
    let lost = shop.request(Method::POST, "v2/checkout/orders");
    let lost = lost.json(&order("EUR", "1.00")).send().await.unwrap();
    assert_eq!(issue(&json(lost).await), "PAYPAL_REQUEST_ID_REQUIRED");
    let unknown = shop.get("v2/checkout/orders/UNKNOWN").await;
    assert_eq!(unknown["name"], "RESOURCE_NOT_FOUND");
    let stranger = shop
        .world
        .request(Method::GET, "/paypal/v2/checkout/orders/X")
        .bearer_auth("A21.9.x");
    assert_eq!(stranger.send().await.unwrap().status(), 401);
}

#[actix_web::test]
async fn an_amount_is_changed_until_it_is_taken() {
    let shop = Shop::new().await;
    let order = shop.order().await;
    let path = format!("v2/checkout/orders/{}", text(&order, "id"));
    let patch = |path: &str| json!([{"op": "replace", "path": path, "value": {"currency_code": "EUR", "value": "50.00"}}]);
    let change = |body: Value| shop.request(Method::PATCH, &path).json(&body).send();
    let changed = change(patch("/purchase_units/@reference_id=='default'/amount"))
        .await
        .unwrap();
    assert_eq!(changed.status(), 204);
    assert_eq!(
        shop.get(&path).await["purchase_units"][0]["amount"]["value"],
        "50.00"
    );
    let refused = change(patch("/intent")).await.unwrap();
    assert_eq!(issue(&json(refused).await), "NOT_PATCHABLE");
}

#[actix_web::test]
async fn a_webhook_is_signed_under_the_certificate_at_its_address() {
    let shop = Shop::new().await;
    shop.captured().await;
    let webhook = shop
        .world
        .shop
        .wait_for("PAYMENT.CAPTURE.COMPLETED", 1)
        .await
        .remove(0);
    let url = webhook.header("paypal-cert-url");
    assert!(url.starts_with(&shop.world.url), "{url}");
    let chain = shop
        .world
        .client
        .get(url)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 2);
    let leaf: String = chain
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with("---"))
        .collect();
    let leaf = BASE64_STANDARD.decode(leaf).unwrap();

    let message = format!(
        "{}|{}|WH-FRONTROW-DEMO|{}",
        webhook.header("paypal-transmission-id"),
        webhook.header("paypal-transmission-time"),
        crc32fast::hash(&webhook.body),
    );
    let signature = BASE64_STANDARD
        .decode(webhook.header("paypal-transmission-sig"))
        .unwrap();
    let key = ring::signature::UnparsedPublicKey::new(
        &ring::signature::RSA_PKCS1_2048_8192_SHA256,
        rsa_key(&leaf),
    );
    key.verify(message.as_bytes(), &signature).unwrap();

    let asked = |event: Value| {
        json!({
            "auth_algo": webhook.header("paypal-auth-algo"), "cert_url": url,
            "transmission_id": webhook.header("paypal-transmission-id"),
            "transmission_sig": webhook.header("paypal-transmission-sig"),
            "transmission_time": webhook.header("paypal-transmission-time"),
            "webhook_id": "WH-FRONTROW-DEMO", "webhook_event": event,
        })
    };
    let verify = "v1/notifications/verify-webhook-signature";
    let genuine = shop.post(verify, &asked(webhook.json())).await;
    assert_eq!(genuine["verification_status"], "SUCCESS");
    let mut forged = webhook.json();
    forged["resource"]["amount"]["value"] = "0.01".into();
    let forged = shop.post(verify, &asked(forged)).await;
    assert_eq!(forged["verification_status"], "FAILURE");
}

/// The RSA key in a certificate: the bit string after the algorithm's identifier, without its count of unused bits.
fn rsa_key(certificate: &[u8]) -> &[u8] {
    const RSA_ENCRYPTION: [u8; 11] = [6, 9, 42, 134, 72, 134, 247, 13, 1, 1, 1];
    let at = certificate
        .windows(11)
        .position(|bytes| bytes == RSA_ENCRYPTION)
        .unwrap();
    // Then NULL, and a bit string whose length takes two bytes.
    let bits = &certificate[at + 11 + 2..];
    assert_eq!((bits[0], bits[1]), (3, 0x82));
    let length = usize::from(bits[2]) << 8 | usize::from(bits[3]);
    &bits[5..4 + length]
}
