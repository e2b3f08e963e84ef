//! A buyer at the server and at the sandbox: opens, claims, pays by card, waits for the tickets.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{PUBLISHABLE_KEY, Stage};
use crate::connection::{Connection, Headers, Response, posted, request};
use crate::outcome::Outcome;

/// When an order is first asked after. Each further wait is half as long again, as a page does that is patient: asking
/// all the time would be measured as well.
const FIRST_ASK: Duration = Duration::from_millis(20);
const ASK_INTERVAL_MAX: Duration = Duration::from_secs(1);

/// How long an order may take to be paid once its card was charged, and a server to have time for a request.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a buyer waits who is told to come back.
const COME_BACK: Duration = Duration::from_millis(500);

/// One buyer's two connections.
pub struct Buyer {
    session: Uuid,
    server: Connection,
    sandbox: Connection,
    put_off: usize,
}

/// What became of a buyer's orders.
pub struct History {
    /// How long each took, or what went wrong.
    pub orders: Vec<Result<Duration, String>>,
    /// How often the server said that it has no time now (503), and was asked again.
    pub put_off: usize,
}

/// An order that has its places and its address.
#[derive(Debug, Clone)]
pub struct Cart {
    pub order: String,
    secret: String,
}

/// An order with an attempt to pay it that was opened at Stripe.
pub struct Attempt {
    cart: Cart,
    client_secret: String,
}

/// What was answered to a request that came through.
#[derive(Debug, Clone)]
pub enum Heard {
    Done(Value),
    /// With its status.
    Refused(u16, String),
}

/// Pays an order for each seat, one after the other.
pub async fn pay_all(stage: &Stage, seats: Vec<usize>) -> History {
    let mut buyer = Buyer::at(stage);
    let mut orders = Vec::with_capacity(seats.len());
    for seat in seats {
        let began = Instant::now();
        let paid = buyer.pay(seat).await;
        orders.push(
            paid.map(|()| began.elapsed())
                .map_err(|error| error.to_string()),
        );
    }
    History {
        orders,
        put_off: buyer.put_off,
    }
}

impl Heard {
    /// Whether the server has no time now. That a provider does not answer is another matter.
    fn is_put_off(&self) -> bool {
        matches!(self, Self::Refused(503, why) if !why.contains("provider_failing"))
    }

    /// # Errors
    /// It was refused.
    pub fn done(self) -> Outcome<Value> {
        match self {
            Self::Done(answer) => Ok(answer),
            Self::Refused(status, why) => Err(format!("answered {status}: {why}").into()),
        }
    }
}

impl Buyer {
    pub fn at(stage: &Stage) -> Self {
        Self::new(stage.server.address, stage.sandbox.address, stage.session)
    }

    pub fn new(server: SocketAddr, sandbox: SocketAddr, session: Uuid) -> Self {
        Self {
            session,
            server: Connection::new(server),
            sandbox: Connection::new(sandbox),
            put_off: 0,
        }
    }

    async fn pay(&mut self, seat: usize) -> Outcome<()> {
        let attempt = self.begin(seat).await?;
        self.charge(&attempt).await?;
        self.wait_until_paid(&attempt).await
    }

    /// From nothing to an intent at Stripe.
    ///
    /// # Errors
    /// A step is refused.
    pub async fn begin(&mut self, seat: usize) -> Outcome<Attempt> {
        let cart = self.claim(&[seat]).await?;
        let key = Uuid::new_v4().to_string();
        let started = self.start(&cart, "stripe", &key).await?.done()?;
        let client_secret = text(&started["stripe"], "clientSecret")?;
        Ok(Attempt {
            cart,
            client_secret,
        })
    }

    /// An order with its places and its address.
    ///
    /// # Errors
    /// A step is refused.
    pub async fn claim(&mut self, seats: &[usize]) -> Outcome<Cart> {
        let path = format!("/api/gateway/sessions/{}/orders", self.session);
        let nothing = json!({});
        let opened = self.insist("POST", &path, Headers::default(), &nothing);
        let opened = opened.await?.done()?;
        let cart = Cart {
            order: text(&opened, "eventSessionOrderId")?,
            secret: text(&opened, "orderSecret")?,
        };
        let path = cart.path();
        let address = json!({
            "name": "Ada Lovelace", "email": "ada@example.org", "line1": "Street 1",
            "postcode": "10115", "city": "Berlin", "country": "DE"
        });
        let address_path = format!("{path}/address");
        let told = self.insist("PUT", &address_path, cart.headers(), &address);
        told.await?.done()?;
        let key = Uuid::new_v4().to_string();
        let keyed = Headers {
            idempotency_key: Some(&key),
            ..cart.headers()
        };
        let seats = json!({ "seats": seats });
        let claim_path = format!("{path}/get-seat");
        let claimed = self.insist("POST", &claim_path, keyed, &seats);
        claimed.await?.done()?;
        Ok(cart)
    }

    /// Begins to pay with a provider.
    ///
    /// # Errors
    /// It is not known whether the attempt has begun.
    pub async fn start(&mut self, cart: &Cart, provider: &str, key: &str) -> Outcome<Heard> {
        let keyed = Headers {
            idempotency_key: Some(key),
            ..cart.headers()
        };
        let provider = json!({ "provider": provider });
        let path = format!("{}/payments", cart.path());
        self.insist("POST", &path, keyed, &provider).await
    }

    /// What the buyer's browser does with a card that is good; the intent as it is then.
    ///
    /// # Errors
    /// The sandbox refuses.
    pub async fn charge(&mut self, attempt: &Attempt) -> Outcome<Value> {
        self.confirm(&attempt.client_secret, "pm_card_visa")
            .await?
            .done()
    }

    /// What the buyer's browser does with a card.
    ///
    /// # Errors
    /// The sandbox does not answer.
    pub async fn confirm(&mut self, client_secret: &str, card: &str) -> Outcome<Heard> {
        let intent = client_secret.split("_secret_").next().unwrap_or_default();
        let path = format!("/stripe/v1/payment_intents/{intent}/confirm");
        let form = format!(
            "key={PUBLISHABLE_KEY}&client_secret={client_secret}&payment_method={card}&return_url=http%3A%2F%2Flocalhost%2F"
        );
        let kind = "application/x-www-form-urlencoded";
        let call = posted(&path, kind, ("accept", "application/json"), form.as_bytes());
        heard(&self.sandbox.send(&call).await?)
    }

    /// Agrees at PayPal.
    ///
    /// # Errors
    /// The sandbox does not answer.
    pub async fn agree(&mut self, approve_url: &str) -> Outcome<Heard> {
        let token = approve_url.split("token=").nth(1).unwrap_or_default();
        let order = token.split('&').next().unwrap_or_default();
        let path = format!("/control/paypal/orders/{order}/approve");
        let call = request("POST", &path, Headers::default(), Some(b"{}"));
        heard(&self.sandbox.send(&call).await?)
    }

    /// Gives an order up, with its places.
    ///
    /// # Errors
    /// It is refused.
    pub async fn cancel(&mut self, cart: &Cart) -> Outcome<Value> {
        let (path, nothing) = (format!("{}/cancel", cart.path()), Value::Null);
        let cancelled = self.insist("POST", &path, cart.headers(), &nothing);
        cancelled.await?.done()
    }

    /// # Errors
    /// The server does not answer.
    pub async fn order(&mut self, cart: &Cart) -> Outcome<Value> {
        let (path, nothing) = (cart.path(), Value::Null);
        let order = self.insist("GET", &path, cart.headers(), &nothing);
        order.await?.done()
    }

    /// # Errors
    /// It is not paid in time.
    pub async fn wait_until_paid(&mut self, attempt: &Attempt) -> Outcome<()> {
        let deadline = Instant::now() + PATIENCE;
        let mut wait = FIRST_ASK;
        while Instant::now() < deadline {
            tokio::time::sleep(wait).await;
            wait = (wait + wait / 2).min(ASK_INTERVAL_MAX);
            let order = self.order(&attempt.cart).await?;
            if order["status"] == "PAID" {
                return match order["tickets"].as_array().map(Vec::len) {
                    Some(1) => Ok(()),
                    other => Err(format!("a paid order has {other:?} tickets").into()),
                };
            }
        }
        Err(format!("an order was not paid within {PATIENCE:?}").into())
    }

    /// Asks, and comes back while the server has no time, as people do: what is repeated here bears it.
    async fn insist(
        &mut self,
        method: &str,
        path: &str,
        headers: Headers<'_>,
        body: &Value,
    ) -> Outcome<Heard> {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let heard = self.ask(method, path, headers, body).await?;
            if !heard.is_put_off() || Instant::now() > give_up {
                return Ok(heard);
            }
            self.put_off += 1;
            tokio::time::sleep(COME_BACK).await;
        }
    }

    async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: Headers<'_>,
        body: &Value,
    ) -> Outcome<Heard> {
        let text = body.to_string();
        let body = (!body.is_null()).then_some(text.as_bytes());
        let call = request(method, path, headers, body);
        heard(&self.server.send(&call).await?)
    }
}

impl Cart {
    fn path(&self) -> String {
        format!("/api/gateway/orders/{}", self.order)
    }

    fn headers(&self) -> Headers<'_> {
        Headers {
            bearer: Some(&self.secret),
            idempotency_key: None,
        }
    }
}

fn heard(answer: &Response) -> Outcome<Heard> {
    Ok(match answer.status {
        200..=299 => Heard::Done(serde_json::from_slice(&answer.body)?),
        status => Heard::Refused(status, String::from_utf8_lossy(&answer.body).into_owned()),
    })
}

fn text(answer: &Value, member: &str) -> Outcome<String> {
    let text = answer[member].as_str();
    let text = text.ok_or_else(|| format!("no {member} in {answer}"))?;
    Ok(text.to_owned())
}
