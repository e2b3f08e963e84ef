//! A sandbox on a free port, and a shop that its webhooks come to.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use reqwest::{Client, Method, RequestBuilder, Response};
use sandbox::{Sandbox, Settings};
use serde_json::Value;
use tokio::sync::Notify;

/// A webhook that never comes fails the test.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct World {
    pub client: Client,
    pub url: String,
    pub shop: Arc<Shop>,
    handles: [ServerHandle; 2],
}

/// What takes the webhooks.
#[derive(Default)]
pub struct Shop {
    received: Mutex<Vec<Received>>,
    came: Notify,
    /// What is answered; 0 is success.
    answers: AtomicU16,
}

#[derive(Clone)]
pub struct Received {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With further arguments of the command line.
    pub async fn with(arguments: &[&str]) -> Self {
        Self::start("--stripe-webhook", arguments).await
    }

    /// One whose webhooks are PayPal's: only then does it look for a key to sign them.
    pub async fn of_paypal() -> Self {
        Self::start("--paypal-webhook", &[]).await
    }

    async fn start(webhook: &str, arguments: &[&str]) -> Self {
        let shop = Arc::new(Shop::default());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let shop_url = format!("http://{}", listener.local_addr().unwrap());
        let data = web::Data::from(shop.clone());
        let shop_server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .default_service(web::to(take))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
        let webhook = format!("{webhook}={shop_url}/webhooks");
        let usual = [
            "sandbox",
            "--listen=127.0.0.1:0",
            "--retry-after-ms=20",
            webhook.as_str(),
        ];
        let settings = Settings::try_from_arguments(usual.iter().chain(arguments)).unwrap();
        let (sandbox, server) = Sandbox::start(&settings).unwrap();
        let handles = [shop_server.handle(), sandbox.handle];
        tokio::spawn(shop_server);
        tokio::spawn(server);
        Self {
            client: Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .tls_certs_only([])
                .build()
                .unwrap(),
            url: format!("http://{}", sandbox.address),
            shop,
            handles,
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// A POST of Stripe's, with the secret key.
    pub async fn stripe(&self, path: &str, form: &[(&str, &str)]) -> Value {
        json(self.post(path, form).send().await.unwrap()).await
    }

    pub fn post(&self, path: &str, form: &[(&str, &str)]) -> RequestBuilder {
        self.request(Method::POST, &format!("/stripe/v1/{path}"))
            .bearer_auth("sk_test_frontrow")
            .form(form)
    }

    pub async fn show(&self, path: &str) -> Value {
        let request = self.request(Method::GET, &format!("/stripe/v1/{path}"));
        json(
            request
                .bearer_auth("sk_test_frontrow")
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    /// An intent of this amount, as the gateway makes them.
    pub async fn intent(&self, amount: &str, currency: &str) -> Value {
        let form = [
            ("amount", amount),
            ("currency", currency),
            ("automatic_payment_methods[enabled]", "true"),
            ("metadata[order]", "7"),
        ];
        self.stripe("payment_intents", &form).await
    }

    /// The buyer pays with a test card, in their browser.
    pub async fn pay(&self, intent: &Value, card: &str) -> Value {
        let form = [
            ("key", "pk_test_frontrow"),
            ("client_secret", text(intent, "client_secret")),
            ("payment_method", card),
            ("return_url", "http://shop.test/back?order=7"),
        ];
        let path = format!("/stripe/v1/payment_intents/{}/confirm", text(intent, "id"));
        let request = self.request(Method::POST, &path).form(&form);
        json(request.send().await.unwrap()).await
    }

    pub async fn control(&self, method: Method, path: &str, body: Value) -> Response {
        let request = self.request(method, &format!("/control/{path}"));
        let response = request.json(&body).send().await.unwrap();
        assert!(response.status().is_success(), "{response:?}");
        response
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for handle in &self.handles {
            drop(handle.stop(false));
        }
    }
}

impl Shop {
    /// Answers webhooks with this status from now on.
    pub fn answer(&self, status: u16) {
        self.answers.store(status, Ordering::Relaxed);
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until as many webhooks of this kind have come.
    pub async fn wait_for(&self, kind: &str, times: usize) -> Vec<Received> {
        let enough = async {
            loop {
                let came = self.came.notified();
                let found: Vec<Received> = self
                    .received()
                    .into_iter()
                    .filter(|webhook| {
                        let body = webhook.json();
                        body["type"] == kind || body["event_type"] == kind
                    })
                    .collect();
                if found.len() >= times {
                    return found;
                }
                came.await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, enough).await;
        found.unwrap_or_else(|_| panic!("{kind} did not come {times} times"))
    }
}

async fn take(shop: web::Data<Shop>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    // Before a test sees that it came, and changes the answer.
    let answer = shop.answers.load(Ordering::Relaxed);
    shop.received.lock().unwrap().push(Received {
        headers: request.headers().clone(),
        body: body.to_vec(),
    });
    shop.came.notify_waiters();
    match answer {
        0 => HttpResponse::Ok().finish(),
        status => HttpResponse::build(StatusCode::from_u16(status).unwrap()).finish(),
    }
}

pub async fn json(response: Response) -> Value {
    response.json().await.unwrap()
}

pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
}
