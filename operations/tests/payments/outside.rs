//! Stripe and PayPal, played in this process, and what a buyer does there.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

use std::time::Duration;

use domain::order::Provider;
use domain::seat_map::RequestHash;
use domain::{OrderId, Timestamp};
use integrations::{Patience, paypal, stripe};
use operations::App;
use operations::payments::{self, Patiences, PaymentError, Providers, StartedPayment};
use sandbox::Sandbox;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::support::{Buyer, House, key_of};

const SHORT: Patience = Patience {
    one_try: Duration::from_millis(500),
    in_all: Duration::from_millis(600),
};

/// The outside, and how it is spoken to.
pub struct Outside {
    pub base: String,
    http: reqwest::Client,
    handle: actix_web::dev::ServerHandle,
}

impl Outside {
    /// Starts it, and has the house's buyers pay there.
    pub async fn beside(house: &mut House) -> Self {
        integrations::install_cryptography();
        let arguments = ["sandbox", "--listen", "127.0.0.1:0"];
        let settings = sandbox::Settings::try_from_arguments(&arguments).unwrap();
        let (sandbox, server) = Sandbox::start(&settings).unwrap();
        tokio::spawn(server);
        let base = format!("http://{}", sandbox.address);
        house.app.providers = providers_at(&base, "sk_test_frontrow");
        Self {
            base,
            http: reqwest::Client::builder()
                .tls_certs_only([])
                .build()
                .unwrap(),
            handle: sandbox.handle,
        }
    }

    /// From now on the house speaks with a key that Stripe does not know any more, or with the right one again.
    pub fn use_stripe_key(&self, house: &mut House, key: &str) {
        house.app.providers = providers_at(&self.base, key);
    }

    /// Forgets everything that was paid or begun.
    pub async fn forget(&self) {
        let url = format!("{}/control/reset", self.base);
        self.call(self.http.post(url)).await;
    }

    pub async fn mischief(&self, provider: &str, mischief: Value) {
        let url = format!("{}/control/{provider}/mischief", self.base);
        self.call(self.http.put(url).json(&mischief)).await;
    }

    /// All intents, the newest first.
    pub async fn intent_states(&self) -> Vec<String> {
        let url = format!("{}/stripe/v1/payment_intents?limit=100", self.base);
        let intents = self
            .call(self.http.get(url).bearer_auth("sk_test_frontrow"))
            .await;
        let intents = intents["data"].as_array().unwrap().iter();
        intents
            .map(|intent| intent["status"].as_str().unwrap().to_owned())
            .collect()
    }

    pub async fn close(self) {
        self.handle.stop(false).await;
    }

    async fn call(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(
            status.is_success() || status.as_u16() == 402,
            "{status}: {text}"
        );
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// What the buyer's browser does with a card. The intent as it is then, or the error.
    pub async fn pay_by_card(&self, payment: &StartedPayment, card: &str) -> Value {
        let secret = payment.client_secret.clone().unwrap();
        let intent = secret.split("_secret_").next().unwrap().to_owned();
        let form = [
            ("key", "pk_test_frontrow".to_owned()),
            ("client_secret", secret),
            ("payment_method", card.to_owned()),
            ("return_url", "http://127.0.0.1:8080/".to_owned()),
        ];
        let url = format!("{}/stripe/v1/payment_intents/{intent}/confirm", self.base);
        self.call(self.http.post(url).form(&form)).await
    }

    /// The same where the intent may have been withdrawn meanwhile; whether the card was charged.
    pub async fn is_charged(&self, payment: &StartedPayment) -> bool {
        let secret = payment.client_secret.clone().unwrap();
        let intent = secret.split("_secret_").next().unwrap().to_owned();
        let form = [
            ("key", "pk_test_frontrow".to_owned()),
            ("client_secret", secret),
            ("payment_method", "pm_card_visa".to_owned()),
            ("return_url", "http://127.0.0.1:8080/".to_owned()),
        ];
        let url = format!("{}/stripe/v1/payment_intents/{intent}/confirm", self.base);
        let answer = self.http.post(url).form(&form).send().await.unwrap();
        answer.status().is_success()
    }

    /// How many intents there are.
    pub async fn intents(&self) -> usize {
        let url = format!("{}/stripe/v1/payment_intents?limit=100", self.base);
        let intents = self
            .call(self.http.get(url).bearer_auth("sk_test_frontrow"))
            .await;
        intents["data"].as_array().unwrap().len()
    }

    pub async fn intent(&self, payment: &StartedPayment) -> Value {
        let secret = payment.client_secret.clone().unwrap();
        let intent = secret.split("_secret_").next().unwrap().to_owned();
        let url = format!("{}/stripe/v1/payment_intents/{intent}", self.base);
        self.call(self.http.get(url).bearer_auth("sk_test_frontrow"))
            .await
    }

    /// What the buyer does at PayPal.
    pub async fn agree(&self, reference: &str, does: &str) {
        let url = format!("{}/control/paypal/orders/{reference}/{does}", self.base);
        self.call(self.http.post(url).json(&json!({}))).await;
    }

    pub async fn go_away(&self, provider: &str, seconds: u32) {
        let url = format!("{}/control/{provider}/away", self.base);
        self.call(self.http.post(url).json(&json!({ "seconds": seconds })))
            .await;
    }

    /// All that went back to buyers, in Stripe's minor units.
    pub async fn refunded_by_stripe(&self) -> i64 {
        let (mut sum, mut after) = (0, String::new());
        loop {
            let url = format!("{}/stripe/v1/refunds?limit=100{after}", self.base);
            let page = self
                .call(self.http.get(url).bearer_auth("sk_test_frontrow"))
                .await;
            let refunds = page["data"].as_array().unwrap();
            sum += refunds
                .iter()
                .map(|refund| refund["amount"].as_i64().unwrap())
                .sum::<i64>();
            if page["has_more"] != true {
                return sum;
            }
            after = format!(
                "&starting_after={}",
                refunds.last().unwrap()["id"].as_str().unwrap()
            );
        }
    }
}

/// A house with the outside beside it.
pub async fn open(pool: PgPool) -> (House, Outside) {
    let mut house = House::open(pool).await;
    let outside = Outside::beside(&mut house).await;
    (house, outside)
}

pub async fn close(house: House, outside: Outside) {
    outside.close().await;
    house.close().await;
}

fn providers_at(base: &str, stripe_key: &str) -> std::sync::Arc<Providers> {
    let mut providers = Providers::new(
        Some(stripe::Settings {
            secret_key: stripe_key.to_owned(),
            publishable_key: "pk_test_frontrow".to_owned(),
            webhook_secret: "whsec_frontrow".to_owned(),
            api_url: format!("{base}/stripe"),
            script_url: format!("{base}/stripe/v3/stripe.js"),
        }),
        Some(paypal::Settings {
            client_id: "frontrow-demo".to_owned(),
            client_secret: "frontrow-demo-secret".to_owned(),
            webhook_id: "WH-FRONTROW-DEMO".to_owned(),
            api_url: format!("{base}/paypal"),
        }),
        "http://127.0.0.1:8080",
    )
    .unwrap();
    providers.patience = Patiences {
        buyer: SHORT,
        leaver: SHORT,
        job: SHORT,
    };
    std::sync::Arc::new(providers)
}

impl House {
    pub async fn pay_with(
        &self,
        buyer: Buyer,
        provider: Provider,
        key: &str,
    ) -> Result<StartedPayment, PaymentError> {
        let hash = RequestHash([9; 32]);
        let (order, by) = (buyer.order, &buyer.by);
        payments::start(&self.app, order, by, key_of(key), hash, provider).await
    }

    /// The provider's name for an attempt.
    pub async fn reference(&self, payment: &StartedPayment) -> String {
        let known = store::payments::find(&self.app.pool, payment.payment_id).await;
        known.unwrap().unwrap().provider_reference.unwrap()
    }

    /// Nothing that does not add up, and how much was captured and has gone back.
    pub async fn books(&self) -> (i64, i64) {
        let report = operations::audit::check(&self.app.pool).await.unwrap();
        assert_eq!(report.findings, [], "{report:?}");
        let sums = report.balances.iter();
        sums.fold((0, 0), |(captured, refunded), balance| {
            (
                captured + balance.captured.minor,
                refunded + balance.refunded.minor,
            )
        })
    }
}

/// An event of Stripe as it would deliver it.
pub fn stripe_event(id: &str, kind: &str, object: &Value) -> Vec<u8> {
    let event = json!({
        "id": id, "object": "event", "type": kind, "created": 0, "livemode": false,
        "pending_webhooks": 1, "data": { "object": object }
    });
    event.to_string().into_bytes()
}

/// Delivers an event with a signature of the account's.
pub async fn deliver(
    app: &App,
    body: &[u8],
) -> Result<payments::ReceivedWebhook, payments::WebhookError> {
    let now: Timestamp = chrono::Utc::now().into();
    payments::receive_stripe(app, &signature(body, now), body, now).await
}

pub fn signature(body: &[u8], now: Timestamp) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let seconds = now.to_datetime().timestamp();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"whsec_frontrow").unwrap();
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    let hex: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("t={seconds},v1={hex}")
}

/// The status of an order's row.
pub async fn order_status(house: &House, order: OrderId) -> String {
    sqlx::query_scalar("select status from event_session_order where order_id = $1")
        .bind(order.0)
        .fetch_one(&house.app.pool)
        .await
        .unwrap()
}
