//! A buyer at the server and at the sandbox: opens, claims, pays by card, waits for the tickets.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{PUBLISHABLE_KEY, Stage};
use crate::connection::{Connection, Headers, Response, posted, request};
use crate::outcome::Outcome;

/// How often an order is asked after.
const ASK_INTERVAL: Duration = Duration::from_millis(20);

/// How long an order may take to be paid once its card was charged.
const PATIENCE: Duration = Duration::from_secs(60);

/// One buyer's two connections.
pub struct Buyer<'a> {
    stage: &'a Stage,
    server: Connection,
    sandbox: Connection,
}

/// An order with an attempt to pay it that was opened at Stripe.
pub struct Attempt {
    order: String,
    secret: String,
    client_secret: String,
}

/// Pays an order for each seat, one after the other; how long each took, or what went wrong.
pub async fn pay_all(stage: &Stage, seats: Vec<usize>) -> Vec<Result<Duration, String>> {
    let mut buyer = Buyer::new(stage);
    let mut history = Vec::with_capacity(seats.len());
    for seat in seats {
        let began = Instant::now();
        let paid = buyer.pay(seat).await;
        history.push(
            paid.map(|()| began.elapsed())
                .map_err(|error| error.to_string()),
        );
    }
    history
}

impl<'a> Buyer<'a> {
    pub fn new(stage: &'a Stage) -> Self {
        Self {
            stage,
            server: Connection::new(stage.server.address),
            sandbox: Connection::new(stage.sandbox.address),
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
        let path = format!("/api/gateway/sessions/{}/orders", self.stage.session);
        let opened = self
            .ask("POST", &path, Headers::default(), &json!({}))
            .await?;
        let order = text(&opened, "eventSessionOrderId")?;
        let secret = text(&opened, "orderSecret")?;
        let path = format!("/api/gateway/orders/{order}");
        let bearer = Headers {
            bearer: Some(&secret),
            idempotency_key: None,
        };
        let address = json!({
            "name": "Ada Lovelace", "email": "ada@example.org", "line1": "Street 1",
            "postcode": "10115", "city": "Berlin", "country": "DE"
        });
        self.ask("PUT", &format!("{path}/address"), bearer, &address)
            .await?;
        let key = Uuid::new_v4().to_string();
        let keyed = Headers {
            idempotency_key: Some(&key),
            ..bearer
        };
        let seats = json!({ "seats": [seat] });
        self.ask("POST", &format!("{path}/get-seat"), keyed, &seats)
            .await?;
        let provider = json!({ "provider": "stripe" });
        let started = self
            .ask("POST", &format!("{path}/payments"), keyed, &provider)
            .await?;
        let client_secret = text(&started["stripe"], "clientSecret")?;
        Ok(Attempt {
            order,
            secret,
            client_secret,
        })
    }

    /// What the buyer's browser does with a card that is good; the intent as it is then.
    ///
    /// # Errors
    /// The sandbox refuses.
    pub async fn charge(&mut self, attempt: &Attempt) -> Outcome<Value> {
        let intent = attempt
            .client_secret
            .split("_secret_")
            .next()
            .unwrap_or_default();
        let path = format!("/stripe/v1/payment_intents/{intent}/confirm");
        let form = format!(
            "key={PUBLISHABLE_KEY}&client_secret={}&payment_method=pm_card_visa&return_url=http%3A%2F%2Flocalhost%2F",
            attempt.client_secret
        );
        let kind = "application/x-www-form-urlencoded";
        let call = posted(&path, kind, ("accept", "application/json"), form.as_bytes());
        read(&path, &self.sandbox.send(&call).await?)
    }

    /// # Errors
    /// It is not paid in time.
    pub async fn wait_until_paid(&mut self, attempt: &Attempt) -> Outcome<()> {
        let path = format!("/api/gateway/orders/{}", attempt.order);
        let bearer = Headers {
            bearer: Some(&attempt.secret),
            idempotency_key: None,
        };
        let ask = request("GET", &path, bearer, None);
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let order = read(&path, &self.server.send(&ask).await?)?;
            if order["status"] == "PAID" {
                return match order["tickets"].as_array().map(Vec::len) {
                    Some(1) => Ok(()),
                    other => Err(format!("a paid order has {other:?} tickets").into()),
                };
            }
            tokio::time::sleep(ASK_INTERVAL).await;
        }
        Err(format!("an order was not paid within {PATIENCE:?}").into())
    }

    async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: Headers<'_>,
        body: &Value,
    ) -> Outcome<Value> {
        let body = body.to_string();
        let call = request(method, path, headers, Some(body.as_bytes()));
        read(path, &self.server.send(&call).await?)
    }
}

fn read(path: &str, answer: &Response) -> Outcome<Value> {
    match answer.status {
        200..=299 => Ok(serde_json::from_slice(&answer.body)?),
        status => {
            let body = String::from_utf8_lossy(&answer.body);
            Err(format!("{path} answered {status}: {body}").into())
        }
    }
}

fn text(answer: &Value, member: &str) -> Outcome<String> {
    let text = answer[member].as_str();
    let text = text.ok_or_else(|| format!("no {member} in {answer}"))?;
    Ok(text.to_owned())
}
