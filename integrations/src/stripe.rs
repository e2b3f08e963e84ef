//! Stripe: a PaymentIntent an attempt, confirmed by the Payment Element in the buyer's browser.
//!
//! ```text
//! requires_payment_method ──▶ requires_action ──▶ processing ──▶ succeeded
//!    ▲  │ (Open, or Declined    (Open: the bank     (Processing)    (Captured)
//!    │  │  after a refusal)      asks the buyer)
//!    └──┴── a refusal ◀──────────────┘          cancel ──▶ canceled (Cancelled)
//! ```
//!
//! Requests and answers are async-stripe's types; they travel over a client of our own, since its one makes a new
//! connection for every request. Webhooks are read by a few fields of theirs: the event's whole type follows one
//! version of Stripe's API, and an account of another version must not lose us payments.

mod amounts;
mod events;
mod signature;
mod standings;

use std::collections::HashMap;

use bytes::Bytes;
use domain::{Currency, Money, PaymentId, Timestamp};
use serde::Deserialize;
use stripe_client_core::{
    CustomizedStripeRequest, IdempotencyKey, RequestStrategy, StripeClient, StripeClientErr,
    StripeMethod, StripeRequest,
};
use stripe_core::payment_intent::{
    CancelPaymentIntent, CreatePaymentIntent, CreatePaymentIntentAutomaticPaymentMethods,
    RetrievePaymentIntent,
};
use stripe_core::refund::{CreateRefund, RetrieveRefund};
use stripe_shared::{PaymentIntent, Refund};
use tokio::time::Instant;
use uuid::Uuid;

use self::amounts::{stripe_amount, stripe_currency};
use self::standings::{provider_refund, standing_of_intent};
use crate::health::Health;
use crate::{Failure, Notice, Patience, ProviderRefund, Standing, Untrusted};

/// What Stripe answers when an intent is asked for what its state does not allow.
const UNEXPECTED_STATE: &str = "payment_intent_unexpected_state";
/// It has nothing of that name.
const UNKNOWN: &str = "resource_missing";

/// An account at Stripe, or what plays it. Not `Debug`: it has secrets in it.
pub struct Stripe {
    http: reqwest::Client,
    settings: Settings,
    health: Health,
}

/// Where Stripe is and what it knows us by.
#[derive(Clone)]
pub struct Settings {
    pub secret_key: String,
    pub publishable_key: String,
    /// Of the webhook endpoint.
    pub webhook_secret: String,
    /// Such as `https://api.stripe.com`.
    pub api_url: String,
    /// Where the browser gets Stripe.js.
    pub script_url: String,
}

/// An attempt that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Stripe's name for the intent.
    pub reference: String,
    /// What lets the buyer's browser confirm it, and nothing else.
    pub client_secret: String,
}

/// The answer to a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withdrawal {
    /// No money comes any more.
    Withdrawn,
    /// It cannot be withdrawn; it stands so.
    TooLate(Standing),
}

impl Stripe {
    /// Reaches nobody yet.
    ///
    /// # Errors
    /// The system gives no HTTP client.
    pub fn new(settings: Settings) -> Result<Self, Failure> {
        let http = crate::http_client()?;
        Ok(Self {
            http,
            settings,
            health: Health::of("Stripe"),
        })
    }

    /// What the browser needs: never a secret.
    #[must_use]
    pub fn publishable_key(&self) -> &str {
        &self.settings.publishable_key
    }

    /// Where the browser gets Stripe.js.
    #[must_use]
    pub fn script_url(&self) -> &str {
        &self.settings.script_url
    }

    /// What a page with the Payment Element has to allow beside itself: where its script, its frames and its requests
    /// come from. <https://docs.stripe.com/security/guide#content-security-policy>
    #[must_use]
    pub fn origins(&self) -> Vec<String> {
        let script: Option<reqwest::Url> = self.settings.script_url.parse().ok();
        let origin = script.map(|url| url.origin().ascii_serialization());
        let is_stripe = origin.as_deref() == Some("https://js.stripe.com");
        let theirs = [
            "https://*.js.stripe.com",
            "https://hooks.stripe.com",
            "https://api.stripe.com",
        ];
        let theirs = theirs.into_iter().filter(|_| is_stripe).map(str::to_owned);
        origin.into_iter().chain(theirs).collect()
    }

    /// Whether it has not answered for a while, so that another way to pay is better.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.health.rests(Instant::now())
    }

    /// Whether an amount can be charged at all.
    #[must_use]
    pub fn can_charge(&self, amount: Money) -> bool {
        stripe_amount(amount).is_ok()
    }

    /// The smallest part of an amount that can go back by itself, in our minor units.
    #[must_use]
    pub fn refund_unit(currency: Currency) -> i64 {
        amounts::unit(currency)
    }

    /// Opens an intent for a payment. Repeated, it is the same intent.
    ///
    /// # Errors
    /// Stripe does not answer, or refuses.
    pub async fn open(
        &self,
        payment: PaymentId,
        amount: Money,
        description: &str,
        patience: Patience,
    ) -> Result<Opened, Failure> {
        let request =
            CreatePaymentIntent::new(stripe_amount(amount)?, stripe_currency(amount.currency))
                .automatic_payment_methods(CreatePaymentIntentAutomaticPaymentMethods::new(true))
                .description(description)
                .metadata(HashMap::from([("payment".to_owned(), payment.to_string())]));
        let intent: PaymentIntent = self
            .send(&request, Some(&format!("open-{payment}")), patience)
            .await?;
        let client_secret = intent.client_secret;
        let client_secret = client_secret.ok_or_else(|| unreadable("no client_secret"))?;
        Ok(Opened {
            reference: intent.id.to_string(),
            client_secret,
        })
    }

    /// Where an attempt stands.
    ///
    /// # Errors
    /// Stripe does not answer, or refuses.
    pub async fn ask(&self, reference: &str, patience: Patience) -> Result<Standing, Failure> {
        let request = RetrievePaymentIntent::new(reference);
        let intent: Result<PaymentIntent, Failure> = self.send(&request, None, patience).await;
        match intent {
            Ok(intent) => standing_of_intent(&intent),
            Err(failure) if is_unknown(&failure) => Ok(Standing::Cancelled),
            Err(failure) => Err(failure),
        }
    }

    /// Withdraws an attempt, unless its money has come or is about to.
    ///
    /// # Errors
    /// Stripe does not answer; then it is not known whether the attempt was withdrawn.
    pub async fn withdraw(
        &self,
        reference: &str,
        patience: Patience,
    ) -> Result<Withdrawal, Failure> {
        let request = CancelPaymentIntent::new(reference);
        let cancelled: Result<PaymentIntent, Failure> = self.send(&request, None, patience).await;
        match cancelled {
            Ok(_) => Ok(Withdrawal::Withdrawn),
            Err(failure) if is_unknown(&failure) => Ok(Withdrawal::Withdrawn),
            Err(Failure::Refused { code, .. }) if code == UNEXPECTED_STATE => {
                match self.ask(reference, patience).await? {
                    Standing::Cancelled => Ok(Withdrawal::Withdrawn),
                    standing => Ok(Withdrawal::TooLate(standing)),
                }
            }
            Err(failure) => Err(failure),
        }
    }

    /// Sends money back. Repeated, it is the same refund.
    ///
    /// # Errors
    /// Stripe does not answer, or refuses.
    pub async fn refund(
        &self,
        refund: Uuid,
        reference: &str,
        amount: Money,
        patience: Patience,
    ) -> Result<ProviderRefund, Failure> {
        let request = CreateRefund::new()
            .payment_intent(reference)
            .amount(stripe_amount(amount)?)
            .metadata(HashMap::from([("refund".to_owned(), refund.to_string())]));
        let key = format!("refund-{refund}");
        let refund: Refund = self.send(&request, Some(&key), patience).await?;
        Ok(provider_refund(&refund))
    }

    /// Where a refund stands.
    ///
    /// # Errors
    /// Stripe does not answer, or knows no such refund.
    pub async fn ask_refund(
        &self,
        reference: &str,
        patience: Patience,
    ) -> Result<ProviderRefund, Failure> {
        let refund: Refund = self
            .send(&RetrieveRefund::new(reference), None, patience)
            .await?;
        Ok(provider_refund(&refund))
    }

    /// Verifies a webhook and reads it.
    ///
    /// # Errors
    /// Its signature does not hold, or it is not of our account.
    pub fn read_webhook(
        &self,
        signature: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Notice, Untrusted> {
        signature::verify(signature, body, &self.settings.webhook_secret, now)?;
        let event = events::parse(body)?;
        let is_live = !self.settings.secret_key.contains("_test_");
        match event.is_ours(is_live) {
            true => events::notice(event),
            false => Err(Untrusted::Foreign),
        }
    }

    /// Reads a webhook that was verified before.
    ///
    /// # Errors
    /// It is not what Stripe describes.
    pub fn read_stored(body: &[u8]) -> Result<Notice, Untrusted> {
        events::notice(events::parse(body)?)
    }

    async fn send<Request>(
        &self,
        request: &Request,
        key: Option<&str>,
        patience: Patience,
    ) -> Result<Request::Output, Failure>
    where
        Request: StripeRequest,
        Request::Output: Answer,
    {
        let strategy = match key {
            Some(key) => RequestStrategy::Idempotent(
                IdempotencyKey::new(key).expect("our keys are short and not empty"),
            ),
            None => RequestStrategy::Once,
        };
        let ask = || {
            let request = request.customize().request_strategy(strategy.clone());
            Request::Output::of(request, self)
        };
        patience.ask(&self.health, ask).await
    }
}

/// What async-stripe can read: its own bound, named once.
trait Answer: Sized {
    fn of(
        request: stripe_client_core::CustomizableStripeRequest<Self>,
        stripe: &Stripe,
    ) -> impl Future<Output = Result<Self, Failure>> + Send;
}

impl Answer for PaymentIntent {
    async fn of(
        request: stripe_client_core::CustomizableStripeRequest<Self>,
        stripe: &Stripe,
    ) -> Result<Self, Failure> {
        request.send(stripe).await
    }
}

impl Answer for Refund {
    async fn of(
        request: stripe_client_core::CustomizableStripeRequest<Self>,
        stripe: &Stripe,
    ) -> Result<Self, Failure> {
        request.send(stripe).await
    }
}

impl StripeClient for Stripe {
    type Err = Failure;

    async fn execute(&self, request: CustomizedStripeRequest) -> Result<Bytes, Failure> {
        let (request, customized) = request.into_pieces();
        let mut url = format!("{}/v1{}", self.settings.api_url, request.path);
        if let Some(query) = request.query.filter(|query| !query.is_empty()) {
            url = format!("{url}?{query}");
        }
        let mut call = match request.method {
            StripeMethod::Get => self.http.get(url),
            StripeMethod::Post => self.http.post(url),
            StripeMethod::Delete => self.http.delete(url),
        };
        call = call
            .bearer_auth(&self.settings.secret_key)
            .header("stripe-version", stripe_client_core::VERSION.as_str());
        let key = customized
            .request_strategy
            .and_then(|strategy| strategy.get_key());
        if let Some(key) = key {
            call = call.header("idempotency-key", key.as_str());
        }
        if let Some(body) = request.body {
            call = call
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body);
        }
        let answer = call.send().await.map_err(unanswered)?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.map_err(unanswered)?;
        match status {
            200..=299 => Ok(body),
            _ => Err(failure_of(status, &body)),
        }
    }
}

impl StripeClientErr for Failure {
    fn deserialize_err(message: impl std::fmt::Display) -> Self {
        Self::Unreadable(message.to_string())
    }
}

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorDetails,
}

#[derive(Deserialize)]
struct ErrorDetails {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

/// Too many requests, one with the same key under way, or trouble of theirs: ask again.
fn failure_of(status: u16, body: &[u8]) -> Failure {
    let details = serde_json::from_slice::<ErrorBody>(body)
        .ok()
        .map(|body| body.error);
    let kind = details
        .as_ref()
        .map(|details| details.kind.clone())
        .unwrap_or_default();
    if matches!(status, 409 | 424 | 429 | 500..) && kind != "idempotency_error" {
        return Failure::Unanswered(format!("it answers {status}"));
    }
    let (code, message) = match details {
        Some(details) => (details.code.unwrap_or(details.kind), details.message),
        None => (String::new(), None),
    };
    Failure::Refused {
        status,
        code,
        message: message.unwrap_or_default(),
    }
}

/// What the account does not have nobody pays there: it was of an account that is not used any more, or of test data
/// that were deleted.
fn is_unknown(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused { status: 404, code, .. } if code == UNKNOWN)
}

/// The address is left out: it may name what the log should not.
fn unanswered(error: reqwest::Error) -> Failure {
    Failure::Unanswered(error.without_url().to_string())
}

fn unreadable(what: &str) -> Failure {
    Failure::Unreadable(what.to_owned())
}

#[cfg(test)]
#[path = "stripe/tests.rs"]
mod tests;
