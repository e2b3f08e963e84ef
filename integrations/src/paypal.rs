//! PayPal: an order (Orders v2) an attempt, approved by the buyer at PayPal, its money captured by us.
//!
//! ```text
//! CREATED, PAYER_ACTION_REQUIRED ──▶ APPROVED ──capture──▶ COMPLETED
//!    (Open)                          (Approved)            (Captured, Processing or Declined, as its capture is)
//! ```
//!
//! Nothing cancels an order: its money moves only when we capture it, so an attempt is withdrawn by never doing so.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use domain::{Currency, Money, PaymentId, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

pub use crate::paypal_signature::Transmission;
use crate::paypal_signature::{may_be_fetched, verify};
use crate::{
    About, Capture, Failure, Notice, Patience, ProviderRefund, RefundStanding, Standing, Untrusted,
};

const IDLE_CONNECTIONS_MAX: usize = 32;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// A token is renewed so long before it ends.
const TOKEN_MARGIN: Duration = Duration::from_secs(60);
/// PayPal has a handful of certificates at a time.
const CERTIFICATES_MAX: usize = 16;
const CERTIFICATE_LEN_MAX: usize = 64 * 1024;
/// A webhook waits for its certificate once, and not for long: PayPal delivers it again.
const CERTIFICATE_TIMEOUT: Duration = Duration::from_secs(3);
/// The currencies PayPal takes, and those of them that it takes no decimals of.
/// <https://developer.paypal.com/api/rest/reference/currency-codes/>
const CURRENCIES: [&str; 24] = [
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY",
    "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD",
];
const WITHOUT_DECIMALS: [&str; 3] = ["HUF", "JPY", "TWD"];

/// An account at PayPal, or what plays it. Not `Debug`: it has secrets in it.
pub struct Paypal {
    http: reqwest::Client,
    settings: Settings,
    api: reqwest::Url,
    token: tokio::sync::Mutex<Option<Token>>,
    certificates: Mutex<HashMap<String, Vec<u8>>>,
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

#[derive(Clone)]
struct Token {
    value: String,
    ends_at: Instant,
}

impl Paypal {
    /// Reaches nobody yet.
    ///
    /// # Errors
    /// The address is none, or the system gives no HTTP client.
    pub fn new(settings: Settings) -> Result<Self, Failure> {
        crate::install_cryptography();
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build();
        let http = http.map_err(|error| Failure::Unanswered(error.to_string()))?;
        let api = settings.api_url.parse();
        let api = api.map_err(|_| Failure::Unreadable("the address of its API".to_owned()))?;
        Ok(Self {
            http,
            settings,
            api,
            token: tokio::sync::Mutex::new(None),
            certificates: Mutex::default(),
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

    /// Whether an amount can be charged at all.
    #[must_use]
    pub fn can_charge(&self, amount: Money) -> bool {
        paypal_value(amount).is_ok() && amount.minor > 0
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
        let call = Call::post("/v2/checkout/orders", Some(&request), Some(&key));
        let order: Order = self.send(&call, patience).await?;
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
        let order: Result<Order, Failure> = self.send(&Call::get(&path), patience).await;
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
        let empty = json!({});
        let call = Call::post(&path, Some(&empty), Some(&key));
        let order: Result<Order, Failure> = self.send(&call, patience).await;
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
        let call = Call::post(&path, Some(&request), Some(&key));
        let refund: Refund = self.send(&call, patience).await?;
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
        let refund: Refund = self.send(&Call::get(&path), patience).await?;
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
        let certificate = self.certificate(&transmission.certificate_url).await?;
        verify(
            transmission,
            body,
            &self.settings.webhook_id,
            &certificate,
            now,
        )?;
        Self::read_stored(body)
    }

    /// Reads a webhook that was verified before.
    ///
    /// # Errors
    /// It is not what PayPal describes.
    pub fn read_stored(body: &[u8]) -> Result<Notice, Untrusted> {
        let event: Event = serde_json::from_slice(body).map_err(|_| Untrusted::Unreadable)?;
        let about = about(&event.event_type, event.resource)?;
        Ok(Notice {
            event_id: event.id,
            kind: event.event_type,
            about,
        })
    }

    /// A certificate from where it may be fetched, once.
    async fn certificate(&self, address: &str) -> Result<Vec<u8>, Untrusted> {
        let url: reqwest::Url = address.parse().map_err(|_| Untrusted::Forged)?;
        if !may_be_fetched(&url, &self.api) {
            return Err(Untrusted::Forged);
        }
        let known = self
            .certificates
            .lock()
            .expect("nobody panics with it")
            .get(address)
            .cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let fetched = self
            .fetch_certificate(url)
            .await
            .map_err(Untrusted::Undecided)?;
        let mut certificates = self.certificates.lock().expect("nobody panics with it");
        if certificates.len() >= CERTIFICATES_MAX {
            certificates.clear();
        }
        certificates.insert(address.to_owned(), fetched.clone());
        Ok(fetched)
    }

    async fn fetch_certificate(&self, url: reqwest::Url) -> Result<Vec<u8>, Failure> {
        let answer = self.http.get(url).timeout(CERTIFICATE_TIMEOUT).send().await;
        let answer = answer
            .and_then(reqwest::Response::error_for_status)
            .map_err(unanswered)?;
        let mut answer = answer;
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(unanswered)? {
            body.extend_from_slice(&piece);
            if body.len() > CERTIFICATE_LEN_MAX {
                return Err(unreadable("a certificate of that size"));
            }
        }
        Ok(body)
    }

    async fn send<T: serde::de::DeserializeOwned>(
        &self,
        call: &Call<'_>,
        patience: Patience,
    ) -> Result<T, Failure> {
        patience.ask(|| self.send_once(call)).await
    }

    async fn send_once<T: serde::de::DeserializeOwned>(
        &self,
        call: &Call<'_>,
    ) -> Result<T, Failure> {
        let token = self.token().await?;
        let url = format!("{}{}", self.settings.api_url, call.path);
        let mut request = match call.is_post {
            true => self.http.post(url),
            false => self.http.get(url),
        };
        request = request
            .bearer_auth(token)
            .header("prefer", "return=representation");
        if let Some(key) = call.key {
            request = request.header("paypal-request-id", key);
        }
        if let Some(body) = call.body {
            request = request.json(body);
        }
        let answer = request.send().await.map_err(unanswered)?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.map_err(unanswered)?;
        match status {
            200..=299 => {
                serde_json::from_slice(&body).map_err(|error| unreadable(&error.to_string()))
            }
            401 => {
                // It was revoked, or ended earlier than it said: the next try gets a new one.
                *self.token.lock().await = None;
                Err(Failure::Unanswered("it answers 401".to_owned()))
            }
            _ => Err(failure_of(status, &body)),
        }
    }

    /// One is fetched at a time: whoever comes meanwhile waits for it.
    async fn token(&self) -> Result<String, Failure> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| token.ends_at > Instant::now()) {
            return Ok(token.value.clone());
        }
        let answer = self
            .http
            .post(format!("{}/v1/oauth2/token", self.settings.api_url))
            .basic_auth(&self.settings.client_id, Some(&self.settings.client_secret))
            .form(&[("grant_type", "client_credentials")])
            .send();
        let answer = answer.await.map_err(unanswered)?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.map_err(unanswered)?;
        if !(200..=299).contains(&status) {
            return Err(failure_of(status, &body));
        }
        let granted: Granted =
            serde_json::from_slice(&body).map_err(|error| unreadable(&error.to_string()))?;
        let life = Duration::from_secs(granted.expires_in).saturating_sub(TOKEN_MARGIN);
        *kept = Some(Token {
            value: granted.access_token.clone(),
            ends_at: Instant::now() + life,
        });
        Ok(granted.access_token)
    }
}

struct Call<'a> {
    is_post: bool,
    path: &'a str,
    body: Option<&'a Value>,
    key: Option<&'a str>,
}

impl<'a> Call<'a> {
    fn get(path: &'a str) -> Self {
        Self {
            is_post: false,
            path,
            body: None,
            key: None,
        }
    }

    fn post(path: &'a str, body: Option<&'a Value>, key: Option<&'a str>) -> Self {
        Self {
            is_post: true,
            path,
            body,
            key,
        }
    }
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: u64,
}

#[derive(Deserialize)]
struct Order {
    id: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    purchase_units: Vec<PurchaseUnit>,
    #[serde(default)]
    links: Vec<Link>,
}

#[derive(Deserialize)]
struct PurchaseUnit {
    #[serde(default)]
    custom_id: Option<String>,
    #[serde(default)]
    payments: Payments,
}

#[derive(Deserialize, Default)]
struct Payments {
    #[serde(default)]
    captures: Vec<CaptureResource>,
}

#[derive(Deserialize)]
struct CaptureResource {
    id: String,
    status: String,
    amount: Amount,
    #[serde(default)]
    custom_id: Option<String>,
    #[serde(default)]
    supplementary_data: Option<SupplementaryData>,
}

#[derive(Deserialize)]
struct SupplementaryData {
    #[serde(default)]
    related_ids: Option<RelatedIds>,
}

#[derive(Deserialize)]
struct RelatedIds {
    #[serde(default)]
    order_id: Option<String>,
}

#[derive(Deserialize)]
struct Amount {
    currency_code: String,
    value: String,
}

#[derive(Deserialize)]
struct Link {
    href: String,
    rel: String,
}

#[derive(Deserialize)]
struct Refund {
    id: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    custom_id: Option<String>,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    event_type: String,
    #[serde(default)]
    resource: Value,
}

#[derive(Deserialize, Default)]
struct ErrorBody {
    #[serde(default)]
    name: String,
    /// Where the token is refused.
    #[serde(default)]
    error: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Vec<ErrorDetail>,
}

#[derive(Deserialize)]
struct ErrorDetail {
    #[serde(default)]
    issue: String,
}

impl Order {
    fn standing(&self) -> Result<Standing, Failure> {
        let captures = self
            .purchase_units
            .iter()
            .flat_map(|unit| &unit.payments.captures);
        match self.status.as_str() {
            "COMPLETED" => match captures.last() {
                Some(capture) => capture.standing(),
                None => Err(unreadable("a completed order without a capture")),
            },
            "APPROVED" => Ok(Standing::Approved),
            "VOIDED" => Ok(Standing::Cancelled),
            _ => Ok(Standing::Open),
        }
    }
}

impl CaptureResource {
    /// Money that went back later has come all the same.
    fn standing(&self) -> Result<Standing, Failure> {
        Ok(match self.status.as_str() {
            "COMPLETED" | "REFUNDED" | "PARTIALLY_REFUNDED" => Standing::Captured(Capture {
                reference: self.id.clone(),
                amount: self.amount.money()?,
            }),
            "DECLINED" | "FAILED" => Standing::Declined(self.status.clone()),
            _ => Standing::Processing,
        })
    }
}

impl Amount {
    fn money(&self) -> Result<Money, Failure> {
        let currency: Currency = self
            .currency_code
            .parse()
            .map_err(|_| unreadable("no currency"))?;
        let minor = minor_of(&self.value, currency.decimals());
        let minor = minor.ok_or_else(|| unreadable("no amount of that currency"))?;
        Ok(Money { minor, currency })
    }
}

impl From<Refund> for ProviderRefund {
    fn from(refund: Refund) -> Self {
        Self {
            standing: refund_standing(&refund.status),
            reference: refund.id,
        }
    }
}

fn refund_standing(status: &str) -> RefundStanding {
    match status {
        "COMPLETED" => RefundStanding::Done,
        "FAILED" | "CANCELLED" => RefundStanding::Failed(status.to_owned()),
        _ => RefundStanding::Pending,
    }
}

fn about(kind: &str, resource: Value) -> Result<About, Untrusted> {
    Ok(match kind {
        "CHECKOUT.ORDER.APPROVED" => {
            let order: Order = read(resource)?;
            let custom_id = order
                .purchase_units
                .iter()
                .find_map(|unit| unit.custom_id.as_ref());
            About::Attempt {
                payment: custom_id.and_then(|id| id.parse().ok()),
                standing: order.standing().map_err(|_| Untrusted::Unreadable)?,
                reference: Some(order.id),
            }
        }
        "PAYMENT.CAPTURE.COMPLETED" | "PAYMENT.CAPTURE.DENIED" | "PAYMENT.CAPTURE.DECLINED" => {
            let capture: CaptureResource = read(resource)?;
            let standing = capture.standing().map_err(|_| Untrusted::Unreadable)?;
            let related = capture.supplementary_data.and_then(|data| data.related_ids);
            About::Attempt {
                payment: capture.custom_id.and_then(|id| id.parse().ok()),
                standing,
                reference: related.and_then(|ids| ids.order_id),
            }
        }
        "PAYMENT.CAPTURE.REFUNDED" | "PAYMENT.REFUND.PENDING" | "PAYMENT.REFUND.FAILED" => {
            let refund: Refund = read(resource)?;
            About::Refund {
                refund: refund.custom_id.and_then(|id| id.parse().ok()),
                standing: refund_standing(&refund.status),
                reference: refund.id,
            }
        }
        _ => About::Nothing,
    })
}

fn read<T: serde::de::DeserializeOwned>(resource: Value) -> Result<T, Untrusted> {
    serde_json::from_value(resource).map_err(|_| Untrusted::Unreadable)
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

/// Too many requests, or trouble of theirs: ask again.
fn failure_of(status: u16, body: &[u8]) -> Failure {
    if matches!(status, 409 | 429 | 500..) {
        return Failure::Unanswered(format!("it answers {status}"));
    }
    let error: ErrorBody = serde_json::from_slice(body).unwrap_or_default();
    let issue = error.details.into_iter().map(|detail| detail.issue);
    let mut codes = issue
        .chain([error.name, error.error])
        .filter(|code| !code.is_empty());
    Failure::Refused {
        status,
        code: codes.next().unwrap_or_default(),
        message: error.message,
    }
}

fn unanswered(error: reqwest::Error) -> Failure {
    Failure::Unanswered(error.without_url().to_string())
}

fn unreadable(what: &str) -> Failure {
    Failure::Unreadable(what.to_owned())
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

fn paypal_amount(amount: Money) -> Result<Value, Failure> {
    let value = paypal_value(amount)?;
    Ok(json!({ "currency_code": amount.currency.code(), "value": value }))
}

/// An amount in PayPal's notation: `80.00`, `4500` for yen.
fn paypal_value(amount: Money) -> Result<String, Failure> {
    let code = amount.currency.code();
    let unchargeable = Failure::NotChargeable(amount);
    if !CURRENCIES.contains(&code) || amount.minor < 0 {
        return Err(unchargeable);
    }
    let unit = 10_i64.pow(amount.currency.decimals());
    let (whole, fraction) = (amount.minor / unit, amount.minor % unit);
    match (WITHOUT_DECIMALS.contains(&code), fraction) {
        (true, 0) => Ok(whole.to_string()),
        (true, _) => Err(unchargeable),
        (false, _) => Ok(format!("{whole}.{fraction:02}")),
    }
}

/// `80.00` as 8000, `80` as 8000 too; `80.005` is no amount of a currency with two decimals.
fn minor_of(value: &str, decimals: u32) -> Option<i64> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let width = usize::try_from(decimals).ok()?;
    let (kept, rest) = fraction.split_at(fraction.len().min(width));
    if rest.bytes().any(|digit| digit != b'0') {
        return None;
    }
    format!("{whole}{kept:0<width$}").parse().ok()
}

#[cfg(test)]
#[path = "paypal/tests.rs"]
mod tests;
