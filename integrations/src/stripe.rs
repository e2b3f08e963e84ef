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

use std::collections::HashMap;
use std::time::Duration;

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
use uuid::Uuid;

use crate::stripe_signature;
use crate::{
    About, Capture, Failure, Notice, Patience, ProviderRefund, RefundStanding, Standing, Untrusted,
};

/// Connections that are kept for the next request.
const IDLE_CONNECTIONS_MAX: usize = 32;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// What Stripe answers when an intent is asked for what its state does not allow.
const UNEXPECTED_STATE: &str = "payment_intent_unexpected_state";

/// An account at Stripe, or what plays it. Not `Debug`: it has secrets in it.
pub struct Stripe {
    http: reqwest::Client,
    settings: Settings,
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
        crate::install_cryptography();
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build();
        let http = http.map_err(|error| Failure::Unanswered(error.to_string()))?;
        Ok(Self { http, settings })
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

    /// Whether an amount can be charged at all.
    #[must_use]
    pub fn can_charge(&self, amount: Money) -> bool {
        stripe_amount(amount).is_ok()
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
    /// Stripe does not answer, or knows no such intent.
    pub async fn ask(&self, reference: &str, patience: Patience) -> Result<Standing, Failure> {
        let request = RetrievePaymentIntent::new(reference);
        let intent: PaymentIntent = self.send(&request, None, patience).await?;
        standing_of_intent(&intent)
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
        stripe_signature::verify(signature, body, &self.settings.webhook_secret, now)?;
        let event: Event = serde_json::from_slice(body).map_err(|_| Untrusted::Unreadable)?;
        let is_live = !self.settings.secret_key.contains("_test_");
        if event.account.is_some() || event.livemode != is_live {
            return Err(Untrusted::Foreign);
        }
        notice(event)
    }

    /// Reads a webhook that was verified before.
    ///
    /// # Errors
    /// It is not what Stripe describes.
    pub fn read_stored(body: &[u8]) -> Result<Notice, Untrusted> {
        notice(serde_json::from_slice(body).map_err(|_| Untrusted::Unreadable)?)
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
        patience.ask(ask).await
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

/// Stripe's event, as far as it is the same in all versions of its API.
#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    livemode: bool,
    /// Of somebody else, connected to our account.
    #[serde(default)]
    account: Option<String>,
    data: EventData,
}

#[derive(Deserialize)]
struct EventData {
    object: serde_json::Value,
}

#[derive(Deserialize)]
struct EventIntent {
    id: String,
    status: String,
    #[serde(default)]
    amount_received: i64,
    currency: String,
    #[serde(default)]
    latest_charge: Option<serde_json::Value>,
    #[serde(default)]
    last_payment_error: Option<LastError>,
    #[serde(default)]
    metadata: HashMap<String, String>,
}

#[derive(Deserialize)]
struct LastError {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    decline_code: Option<String>,
}

#[derive(Deserialize)]
struct EventRefund {
    id: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    failure_reason: Option<String>,
    #[serde(default)]
    metadata: Option<HashMap<String, String>>,
}

#[derive(Deserialize)]
struct EventDispute {
    #[serde(default)]
    payment_intent: Option<String>,
    #[serde(default)]
    reason: String,
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

/// The address is left out: it may name what the log should not.
fn unanswered(error: reqwest::Error) -> Failure {
    Failure::Unanswered(error.without_url().to_string())
}

fn unreadable(what: &str) -> Failure {
    Failure::Unreadable(what.to_owned())
}

fn standing_of_intent(intent: &PaymentIntent) -> Result<Standing, Failure> {
    let error = intent.last_payment_error.as_ref();
    let error = error.map(|error| LastError {
        code: error.code.as_ref().map(ToString::to_string),
        decline_code: error.decline_code.clone(),
    });
    standing(
        intent.status.as_str(),
        error.as_ref(),
        intent.amount_received,
        &intent.currency.to_string(),
        intent
            .latest_charge
            .as_ref()
            .map(|charge| charge.id().to_string()),
        intent.id.as_str(),
    )
}

/// What a status means. One that is new to us is waited with.
fn standing(
    status: &str,
    error: Option<&LastError>,
    received: i64,
    currency: &str,
    charge: Option<String>,
    intent: &str,
) -> Result<Standing, Failure> {
    Ok(match (status, error) {
        ("succeeded", _) => Standing::Captured(Capture {
            reference: charge.unwrap_or_else(|| intent.to_owned()),
            amount: money_of(received, currency)?,
        }),
        ("canceled", _) => Standing::Cancelled,
        ("processing", _) => Standing::Processing,
        ("requires_payment_method", Some(error)) => {
            let reason = error.decline_code.as_ref().or(error.code.as_ref());
            Standing::Declined(reason.cloned().unwrap_or_default())
        }
        (_, _) => Standing::Open,
    })
}

fn provider_refund(refund: &Refund) -> ProviderRefund {
    ProviderRefund {
        reference: refund.id.to_string(),
        standing: refund_standing(refund.status.as_deref(), refund.failure_reason.as_deref()),
    }
}

fn refund_standing(status: Option<&str>, reason: Option<&str>) -> RefundStanding {
    match status {
        Some("succeeded") => RefundStanding::Done,
        Some(status @ ("failed" | "canceled")) => {
            RefundStanding::Failed(reason.unwrap_or(status).to_owned())
        }
        _ => RefundStanding::Pending,
    }
}

fn notice(event: Event) -> Result<Notice, Untrusted> {
    let object = event.data.object;
    let about = match event.kind.as_str() {
        "payment_intent.succeeded"
        | "payment_intent.payment_failed"
        | "payment_intent.canceled" => about_intent(read(object)?)?,
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            about_refund(read(object)?)
        }
        "charge.dispute.created" => about_dispute(read(object)?),
        _ => About::Nothing,
    };
    Ok(Notice {
        event_id: event.id,
        kind: event.kind,
        about,
    })
}

fn read<T: serde::de::DeserializeOwned>(object: serde_json::Value) -> Result<T, Untrusted> {
    serde_json::from_value(object).map_err(|_| Untrusted::Unreadable)
}

fn about_intent(intent: EventIntent) -> Result<About, Untrusted> {
    let charge = intent.latest_charge.as_ref().and_then(|charge| {
        let id = charge.as_str().or_else(|| charge.get("id")?.as_str());
        id.map(str::to_owned)
    });
    let standing = standing(
        &intent.status,
        intent.last_payment_error.as_ref(),
        intent.amount_received,
        &intent.currency,
        charge,
        &intent.id,
    );
    let payment = intent.metadata.get("payment");
    Ok(About::Attempt {
        payment: payment.and_then(|payment| payment.parse().ok()),
        standing: standing.map_err(|_| Untrusted::Unreadable)?,
        reference: Some(intent.id),
    })
}

fn about_refund(refund: EventRefund) -> About {
    let ours = refund
        .metadata
        .as_ref()
        .and_then(|metadata| metadata.get("refund"));
    About::Refund {
        refund: ours.and_then(|refund| refund.parse().ok()),
        standing: refund_standing(refund.status.as_deref(), refund.failure_reason.as_deref()),
        reference: refund.id,
    }
}

fn about_dispute(dispute: EventDispute) -> About {
    match dispute.payment_intent {
        Some(reference) => About::Dispute {
            reference,
            reason: dispute.reason,
        },
        None => About::Nothing,
    }
}

fn stripe_currency(currency: Currency) -> stripe_types::Currency {
    let code = currency.code().to_ascii_lowercase();
    code.parse()
        .unwrap_or_else(|never: std::convert::Infallible| match never {})
}

/// How many decimals Stripe gives a currency, which is not always what ISO 4217 does.
/// <https://docs.stripe.com/currencies#minor-units>
fn stripe_decimals(currency: Currency) -> u32 {
    match currency.code() {
        "ISK" | "UGX" => 2,
        "MGA" => 0,
        _ => currency.decimals(),
    }
}

/// An amount in Stripe's minor units. Where Stripe has three decimals, the last must be zero.
fn stripe_amount(amount: Money) -> Result<i64, Failure> {
    let (ours, theirs) = (amount.currency.decimals(), stripe_decimals(amount.currency));
    let converted = rescaled(amount.minor, ours, theirs);
    let fits = |minor: &i64| *minor > 0 && (theirs < 3 || minor % 10 == 0);
    converted.filter(fits).ok_or(Failure::NotChargeable(amount))
}

fn money_of(minor: i64, code: &str) -> Result<Money, Failure> {
    let currency: Currency = code
        .to_ascii_uppercase()
        .parse()
        .map_err(|_| unreadable("no currency"))?;
    let minor = rescaled(minor, stripe_decimals(currency), currency.decimals());
    let minor = minor.ok_or_else(|| unreadable("no amount of that currency"))?;
    Ok(Money { minor, currency })
}

fn rescaled(minor: i64, from: u32, to: u32) -> Option<i64> {
    let scale = 10_i64.pow(from.abs_diff(to));
    if to >= from {
        return minor.checked_mul(scale);
    }
    (minor % scale == 0).then(|| minor / scale)
}

#[cfg(test)]
#[path = "stripe/tests.rs"]
mod tests;
