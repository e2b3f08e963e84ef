//! PayPal: an order (Orders v2) an attempt, approved by the buyer at PayPal, its money captured by us.
//!
//! ```text
//! CREATED, PAYER_ACTION_REQUIRED ──▶ APPROVED ──capture──▶ COMPLETED
//!    (Open)                          (Approved)            (Captured, Processing or Declined, as its capture is)
//! ```
//!
//! Nothing cancels an order: its money moves only when we capture it, so an attempt is withdrawn by never doing so.

mod amounts;
mod answers;
mod connection;
mod signature;
mod webhooks;

use domain::{Currency, Money, PaymentId, Timestamp};
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use self::amounts::{paypal_amount, paypal_value};
use self::answers::{Order, Refund};
use self::connection::{Call, Connection, unreadable};
pub use self::signature::Transmission;
use self::webhooks::Webhooks;
use crate::{Failure, Notice, Patience, ProviderRefund, Standing, Untrusted};

/// An account at PayPal, or what plays it. Not `Debug`: it has secrets in it.
pub struct Paypal {
    connection: Connection,
    webhooks: Webhooks,
    api: reqwest::Url,
}

/// Where PayPal is and what it knows us by.
#[derive(Clone)]
pub struct Settings {
    pub client_id: String,
    pub client_secret: String,
    /// Of the webhook, as PayPal's dashboard shows it.
    pub webhook_id: String,
    /// Such as `https://api-m.paypal.com`.
    pub api_url: String,
}

/// An attempt that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// PayPal's name for the order.
    pub reference: String,
    /// Where the buyer agrees.
    pub approve_url: String,
}

/// Where PayPal sends the buyer afterwards.
#[derive(Debug, Clone, Copy)]
pub struct Ways<'a> {
    pub return_url: &'a str,
    pub cancel_url: &'a str,
}

impl Paypal {
    /// Reaches nobody yet.
    ///
    /// # Errors
    /// The address is none, or the system gives no HTTP client.
    pub fn new(settings: Settings) -> Result<Self, Failure> {
        let api: Result<reqwest::Url, _> = settings.api_url.parse();
        let api = api.map_err(|_| unreadable("the address of its API"))?;
        Ok(Self {
            webhooks: Webhooks::new(&settings, &api),
            connection: Connection::new(settings)?,
            api,
        })
    }

    /// Where buyers agree: a form that leads there must be allowed to.
    #[must_use]
    pub fn approve_origin(&self) -> String {
        let origin = self.api.origin().ascii_serialization();
        match origin.strip_prefix("https://api-m.") {
            Some(domain) => format!("https://www.{domain}"),
            None => origin,
        }
    }

    /// Whether it has not answered for a while, so that another way to pay is better.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.connection.health.rests(Instant::now())
    }

    /// Whether an amount can be charged at all.
    #[must_use]
    pub fn can_charge(&self, amount: Money) -> bool {
        paypal_value(amount).is_ok() && amount.minor > 0
    }

    /// The smallest part of an amount that can go back by itself, in our minor units.
    #[must_use]
    pub fn refund_unit(currency: Currency) -> i64 {
        amounts::unit(currency)
    }

    /// Opens an order for a payment. Repeated, it is the same order.
    ///
    /// # Errors
    /// PayPal does not answer, or refuses.
    pub async fn open(
        &self,
        payment: PaymentId,
        amount: Money,
        description: &str,
        ways: Ways<'_>,
        patience: Patience,
    ) -> Result<Opened, Failure> {
        let request = json!({
            "intent": "CAPTURE",
            "purchase_units": [{
                "reference_id": "order",
                "custom_id": payment.to_string(),
                "description": shortened(description, 127),
                "amount": paypal_amount(amount)?,
            }],
            "payment_source": { "paypal": { "experience_context": {
                "return_url": ways.return_url,
                "cancel_url": ways.cancel_url,
                "user_action": "PAY_NOW",
                "shipping_preference": "NO_SHIPPING",
            }}},
        });
        let key = format!("open-{payment}");
        let call = Call::post("/v2/checkout/orders", request.to_string(), Some(&key));
        let order: Order = self.connection.send(&call, patience).await?;
        let link = order.links.iter();
        let approve = link.clone().find(|link| link.rel == "payer-action");
        let approve = approve.or_else(|| link.clone().find(|link| link.rel == "approve"));
        let approve = approve.ok_or_else(|| unreadable("no address to approve at"))?;
        Ok(Opened {
            approve_url: approve.href.clone(),
            reference: order.id,
        })
    }

    /// Where an attempt stands.
    ///
    /// # Errors
    /// PayPal does not answer, or knows no such order.
    pub async fn ask(&self, reference: &str, patience: Patience) -> Result<Standing, Failure> {
        let path = format!("/v2/checkout/orders/{}", path_part(reference)?);
        let order: Result<Order, Failure> = self.connection.send(&Call::get(&path), patience).await;
        match order {
            Ok(order) => order.standing(),
            // Orders that nobody approves are forgotten after some hours.
            Err(Failure::Refused { status: 404, .. }) => Ok(Standing::Cancelled),
            Err(failure) => Err(failure),
        }
    }

    /// Takes the money of an order that the buyer has approved. Repeated, it is taken once.
    ///
    /// # Errors
    /// PayPal does not answer: whether the money came is not known. Or it refuses otherwise than by a decline.
    pub async fn capture(
        &self,
        payment: PaymentId,
        reference: &str,
        patience: Patience,
    ) -> Result<Standing, Failure> {
        let path = format!("/v2/checkout/orders/{}/capture", path_part(reference)?);
        let key = format!("capture-{payment}");
        let call = Call::post(&path, "{}".to_owned(), Some(&key));
        let order: Result<Order, Failure> = self.connection.send(&call, patience).await;
        match order {
            Ok(order) => order.standing(),
            Err(Failure::Refused { code, .. }) if code == "ORDER_NOT_APPROVED" => {
                Ok(Standing::Open)
            }
            Err(Failure::Refused { code, .. }) if code == "ORDER_ALREADY_CAPTURED" => {
                self.ask(reference, patience).await
            }
            Err(Failure::Refused { code, .. }) if is_decline(&code) => Ok(Standing::Declined(code)),
            Err(failure) => Err(failure),
        }
    }

    /// Sends money back. Repeated, it is the same refund.
    ///
    /// # Errors
    /// PayPal does not answer, or refuses.
    pub async fn refund(
        &self,
        refund: Uuid,
        capture: &str,
        amount: Money,
        patience: Patience,
    ) -> Result<ProviderRefund, Failure> {
        let path = format!("/v2/payments/captures/{}/refund", path_part(capture)?);
        let request = json!({ "amount": paypal_amount(amount)?, "custom_id": refund.to_string() });
        let key = format!("refund-{refund}");
        let call = Call::post(&path, request.to_string(), Some(&key));
        let refund: Refund = self.connection.send(&call, patience).await?;
        Ok(refund.into())
    }

    /// Where a refund stands.
    ///
    /// # Errors
    /// PayPal does not answer, or knows no such refund.
    pub async fn ask_refund(
        &self,
        reference: &str,
        patience: Patience,
    ) -> Result<ProviderRefund, Failure> {
        let path = format!("/v2/payments/refunds/{}", path_part(reference)?);
        let refund: Refund = self.connection.send(&Call::get(&path), patience).await?;
        Ok(refund.into())
    }

    /// Verifies a webhook and reads it.
    ///
    /// # Errors
    /// Its signature does not hold, or cannot be looked at now.
    pub async fn read_webhook(
        &self,
        transmission: &Transmission,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Notice, Untrusted> {
        let connection = &self.connection;
        self.webhooks
            .verify(connection, transmission, body, now)
            .await?;
        Self::read_stored(body)
    }

    /// Reads a webhook that was verified before.
    ///
    /// # Errors
    /// It is not what PayPal describes.
    pub fn read_stored(body: &[u8]) -> Result<Notice, Untrusted> {
        webhooks::read(body)
    }
}

/// What the buyer's bank or PayPal said no to; the buyer may choose another way to pay.
fn is_decline(code: &str) -> bool {
    [
        "INSTRUMENT_DECLINED",
        "PAYER_CANNOT_PAY",
        "PAYER_ACCOUNT_RESTRICTED",
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
        "TRANSACTION_REFUSED",
        "PAYMENT_DENIED",
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
    ]
    .contains(&code)
}

/// PayPal's names go into addresses: nothing else may.
fn path_part(reference: &str) -> Result<&str, Failure> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match !reference.is_empty() && reference.chars().all(is_name) {
        true => Ok(reference),
        false => Err(unreadable("a name of that kind")),
    }
}

fn shortened(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

#[cfg(test)]
#[path = "paypal/description_tests.rs"]
mod description_tests;
#[cfg(test)]
#[path = "paypal/tests.rs"]
mod tests;
