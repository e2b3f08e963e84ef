//! The server with Stripe and PayPal beside it, played: their webhooks come to it, and its jobs are done.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use integrations::{Patience, paypal, stripe};
use operations::payments::{Patiences, Providers};
use reqwest::Client;
use sandbox::Sandbox;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::{Order, TestApp};

/// Long enough for an answer of this machine's own, short enough for a test of silence.
const SHORT: Patience = Patience {
    one_try: Duration::from_millis(800),
    in_all: Duration::from_millis(900),
};

/// A webhook or job that takes longer fails the test.
const WAIT_MAX: Duration = Duration::from_secs(20);

pub struct Outside {
    pub base: String,
    client: Client,
    sandbox: ServerHandle,
    jobs: tokio::task::JoinHandle<()>,
    stop: CancellationToken,
}

impl TestApp {
    pub async fn start_beside_the_outside(pool: PgPool) -> (Self, Outside) {
        integrations::install_cryptography();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let site = format!("http://{}", listener.local_addr().unwrap());
        let stripe_webhook = format!("{site}/webhooks/stripe");
        let paypal_webhook = format!("{site}/webhooks/paypal");
        let settings = sandbox::Settings::try_from_arguments(&[
            "sandbox",
            "--listen",
            "127.0.0.1:0",
            "--stripe-webhook",
            &stripe_webhook,
            "--paypal-webhook",
            &paypal_webhook,
        ]);
        let (played, server) = Sandbox::start(&settings.unwrap()).unwrap();
        tokio::spawn(server);
        let base = format!("http://{}", played.address);
        let providers = Arc::new(providers(&base, &site));
        let app = Self::start_on(listener, pool, providers, |_| ()).await;
        let stop = CancellationToken::new();
        let jobs = operations::jobs::run(app.app.clone(), stop.clone().cancelled_owned());
        let outside = Outside {
            base,
            client: app.client.clone(),
            sandbox: played.handle,
            jobs: tokio::spawn(jobs),
            stop,
        };
        (app, outside)
    }
}

fn providers(outside: &str, site: &str) -> Providers {
    let stripe = stripe::Settings {
        secret_key: "sk_test_frontrow".to_owned(),
        publishable_key: "pk_test_frontrow".to_owned(),
        webhook_secret: "whsec_frontrow".to_owned(),
        api_url: format!("{outside}/stripe"),
        script_url: format!("{outside}/stripe/v3/stripe.js"),
    };
    let paypal = paypal::Settings {
        client_id: "frontrow-demo".to_owned(),
        client_secret: "frontrow-demo-secret".to_owned(),
        webhook_id: "WH-FRONTROW-DEMO".to_owned(),
        api_url: format!("{outside}/paypal"),
    };
    let mut providers = Providers::new(Some(stripe), Some(paypal), site).unwrap();
    providers.patience = Patiences {
        buyer: SHORT,
        leaver: SHORT,
        job: SHORT,
    };
    providers
}

impl Outside {
    pub async fn close(self) {
        self.stop.cancel();
        self.jobs.await.unwrap();
        self.sandbox.stop(false).await;
    }

    /// What the buyer's browser does with a card.
    pub async fn pay_by_card(&self, client_secret: &str, card: &str) {
        let intent = client_secret.split("_secret_").next().unwrap();
        let form = [
            ("key", "pk_test_frontrow"),
            ("client_secret", client_secret),
            ("payment_method", card),
            ("return_url", "http://127.0.0.1/"),
        ];
        let url = format!("{}/stripe/v1/payment_intents/{intent}/confirm", self.base);
        let answer = self.client.post(url).form(&form).send().await.unwrap();
        assert!([200, 402].contains(&answer.status().as_u16()), "{answer:?}");
    }

    /// What the buyer does at PayPal: `approve` or `cancel`.
    pub async fn decide(&self, approve_url: &str, does: &str) {
        let url: reqwest::Url = approve_url.parse().unwrap();
        let token = url
            .query_pairs()
            .find(|(name, _)| name == "token")
            .unwrap()
            .1
            .into_owned();
        self.control(&format!("paypal/orders/{token}/{does}"), json!({}))
            .await;
    }

    pub async fn control(&self, path: &str, body: Value) {
        let url = format!("{}/control/{path}", self.base);
        let answer = self.client.post(url).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {answer:?}");
    }

    /// Until the order stands so; what it is then.
    pub async fn wait_for(
        &self,
        app: &TestApp,
        order: &Order,
        is_so: impl Fn(&Value) -> bool,
    ) -> Value {
        let wait = async {
            loop {
                let shown = app.show(order).await.body;
                if is_so(&shown) {
                    return shown;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(WAIT_MAX, wait)
            .await
            .expect("it never came to that")
    }
}
