//! The real server on a port of its own, over a database of the test's own with the demo house.

pub mod buyer;
pub mod outside;
pub mod socket;

use std::net::TcpListener;
use std::sync::Arc;

use actors::Registry;
use domain::ticket_code::TicketKeys;
use operations::payments::Providers;
use operations::{App, Desk};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

/// How many seats the demo's arena gets: so many take long to make, and no test needs more.
pub const ARENA_SEATS: u32 = 1_200;

/// A session of sixty seats in six rows and a standing area of 120.
const SMALL_SESSION: &str = "Small Hours";
/// One with many prices and a few accessible seats.
const THEATRE_SESSION: &str = "The Tempest";
/// Its sale begins later.
const LATER_SESSION: &str = "Jubilee Gala";
/// Its sale is over.
const OVER_SESSION: &str = "Open Rehearsal";

pub struct TestApp {
    pub base: String,
    pub app: App,
    pub client: Client,
    /// The small session.
    pub session: String,
    house: operations::demo_house::DemoHouse,
    shutdown: CancellationToken,
    running: web::Running,
}

/// An order with its secret.
#[derive(Clone)]
pub struct Order {
    pub id: String,
    pub secret: String,
}

/// A status and a JSON body.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
    pub headers: reqwest::header::HeaderMap,
}

impl TestApp {
    pub async fn start(pool: PgPool) -> Self {
        Self::start_with(pool, |_| ()).await
    }

    pub async fn start_with(pool: PgPool, adjust: impl FnOnce(&mut web::Settings)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::start_on(listener, pool, Arc::default(), adjust).await
    }

    /// On a port that was taken before, with payment providers.
    pub async fn start_on(
        listener: TcpListener,
        pool: PgPool,
        providers: Arc<Providers>,
        adjust: impl FnOnce(&mut web::Settings),
    ) -> Self {
        store::jobs::migrate(&pool).await.unwrap();
        let now = chrono::Utc::now().into();
        let house = operations::demo_house::load_with_arena(&pool, now, ARENA_SEATS)
            .await
            .unwrap();
        let app = App {
            registry: Registry::new(pool.clone(), actors::Settings::default()),
            desk: Arc::new(Desk::beside(&pool)),
            pool,
            ticket_keys: Arc::new(TicketKeys::new(&[[7; 32]])),
            providers,
            demo: true,
        };
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut settings = web::Settings {
            workers: 1,
            ..web::Settings::new(&base)
        };
        adjust(&mut settings);
        let shutdown = CancellationToken::new();
        let running = web::spawn(app.clone(), settings, listener, shutdown.clone()).unwrap();
        let session = session_called(&house, SMALL_SESSION);
        let redirect = reqwest::redirect::Policy::none();
        // The client wants to know whose cryptography and which roots to use, though no test speaks TLS.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(redirect)
            .tls_certs_only([])
            .build()
            .unwrap();
        Self {
            base,
            app,
            client,
            session,
            house,
            shutdown,
            running,
        }
    }

    /// Ends the server as a signal would.
    pub fn begin_shutdown(&self) {
        self.shutdown.cancel();
    }

    /// Ends all, so that the test's database can be dropped.
    pub async fn close(self) {
        self.shutdown.cancel();
        self.running.finished().await.unwrap();
        self.app.registry.stop().await;
    }

    pub fn later_session(&self) -> String {
        session_called(&self.house, LATER_SESSION)
    }

    /// One on sale with prices and accessible seats.
    pub fn theatre_session(&self) -> String {
        session_called(&self.house, THEATRE_SESSION)
    }

    pub fn over_session(&self) -> String {
        session_called(&self.house, OVER_SESSION)
    }

    /// Somebody of the demo by the beginning of their address.
    pub fn login_of(&self, name: &str) -> (&'static str, &'static str) {
        let login = self
            .house
            .logins
            .iter()
            .find(|login| login.email.starts_with(name))
            .unwrap();
        (login.email, login.password)
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        Reply::of(
            self.request(Method::POST, path)
                .json(&body)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    /// A request on an order with its secret.
    pub fn on(&self, method: Method, order: &Order, step: &str) -> RequestBuilder {
        let path = format!("/api/gateway/orders/{}{step}", order.id);
        self.request(method, &path).bearer_auth(&order.secret)
    }

    pub async fn order(&self) -> Order {
        self.order_in(&self.session).await
    }

    pub async fn order_in(&self, session: &str) -> Order {
        let path = format!("/api/gateway/sessions/{session}/orders");
        let opened = self.post(&path, json!({})).await;
        assert_eq!(opened.status, 201, "{opened:?}");
        Order {
            id: opened.text("eventSessionOrderId"),
            secret: opened.text("orderSecret"),
        }
    }

    pub async fn show(&self, order: &Order) -> Reply {
        Reply::of(self.on(Method::GET, order, "").send().await.unwrap()).await
    }

    pub async fn claim(&self, order: &Order, key: &str, body: Value) -> Reply {
        let request = self
            .on(Method::POST, order, "/get-seat")
            .header("idempotency-key", key);
        Reply::of(request.json(&body).send().await.unwrap()).await
    }

    pub async fn step(&self, method: Method, order: &Order, step: &str, body: Value) -> Reply {
        Reply::of(
            self.on(method, order, step)
                .json(&body)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    pub async fn give_address(&self, order: &Order) -> Reply {
        self.step(Method::PUT, order, "/address", address()).await
    }

    pub async fn start_payment(&self, order: &Order, key: &str, provider: &str) -> Reply {
        let request = self
            .on(Method::POST, order, "/payments")
            .header("idempotency-key", key);
        let request = request.json(&json!({"provider": provider}));
        Reply::of(request.send().await.unwrap()).await
    }

    pub async fn confirm(&self, started: &Reply, outcome: &str) -> Reply {
        let address = started.body["test"]["confirmUrl"].as_str().unwrap();
        let request = self.client.post(address).json(&json!({"outcome": outcome}));
        Reply::of(request.send().await.unwrap()).await
    }

    /// An order that is paid for these seats.
    pub async fn paid_order(&self, seats: &[u32]) -> (Order, Value) {
        let order = self.order().await;
        self.give_address(&order).await;
        let claimed = self.claim(&order, "claim", json!({"seats": seats})).await;
        assert_eq!(claimed.status, 200, "{claimed:?}");
        let started = self.start_payment(&order, "pay", "test").await;
        assert_eq!(started.status, 201, "{started:?}");
        let paid = self.confirm(&started, "succeed").await;
        assert_eq!(paid.body["status"], "PAID", "{paid:?}");
        (order, paid.body)
    }

    /// An order that is paid for so many standing places.
    pub async fn paid_standing(&self, section: &str, quantity: u32) {
        let order = self.order().await;
        self.give_address(&order).await;
        let wish = json!({"section": section, "quantity": quantity});
        let claimed = self.claim(&order, "claim", wish).await;
        assert_eq!(claimed.status, 200, "{claimed:?}");
        let started = self.start_payment(&order, "pay", "test").await;
        assert_eq!(
            self.confirm(&started, "succeed").await.body["status"],
            "PAID"
        );
    }

    /// The standing section of the small session.
    pub async fn standing_section(&self) -> String {
        let manifest = self
            .get(&format!("/api/public/sessions/{}/manifest", self.session))
            .await;
        let sections = manifest.body["sections"].as_array().unwrap();
        let standing = sections
            .iter()
            .find(|section| section["kind"] == "standing")
            .unwrap();
        standing["sectionId"].as_str().unwrap().to_owned()
    }

    /// The login cookie of somebody of the demo, as a header has it.
    pub async fn sign_in(&self, name: &str) -> String {
        let (email, password) = self.login_of(name);
        let body = json!({"email": email, "password": password});
        let reply = self.post("/api/account/login", body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.cookie()
    }
}

impl Reply {
    pub async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Self {
            status,
            body,
            headers,
        }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self, member: &str) -> String {
        self.body[member].as_str().unwrap_or_default().to_owned()
    }

    /// The first cookie that is set, without its attributes.
    pub fn cookie(&self) -> String {
        self.header("set-cookie")
            .split(';')
            .next()
            .unwrap()
            .to_owned()
    }

    /// Asserts a problem document of a status and code.
    #[track_caller]
    pub fn is_problem(&self, status: u16, code: &str) -> &Self {
        assert_eq!(
            (self.status, self.body["code"].as_str()),
            (status, Some(code)),
            "{self:?}"
        );
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["status"], status);
        assert!(self.body["title"].is_string());
        self
    }
}

pub fn address() -> Value {
    json!({
        "name": "Ada Lovelace", "email": "ada@example.org", "line1": "Street 1",
        "postcode": "10115", "city": "Berlin", "country": "DE"
    })
}

fn session_called(house: &operations::demo_house::DemoHouse, title: &str) -> String {
    let session = house
        .sessions
        .iter()
        .find(|session| session.title == title)
        .unwrap();
    session.session_id.to_string()
}
