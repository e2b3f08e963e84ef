//! PayPal's webhooks: whether they are PayPal's, and what they say.
//!
//! The signature is checked here. Where its certificate is of an authority that this program does not know, PayPal
//! itself is asked about the delivery: authorities change, and an account must not go deaf by it.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use domain::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Settings;
use super::amounts::Amount;
use super::answers::{CaptureResource, Order, Refund, refund_standing};
use super::connection::{Call, Connection, unanswered, unreadable};
use super::signature::{Issuers, Signature, Transmission, may_be_fetched, verify};
use crate::{About, DisputeStanding, Disputed, Failure, Notice, Patience, Untrusted};

/// PayPal has a handful of certificates at a time.
const CERTIFICATES_MAX: usize = 16;
const CERTIFICATE_LEN_MAX: usize = 64 * 1024;
/// A webhook waits for its certificate once, and not for long: PayPal delivers it again.
const CERTIFICATE_TIMEOUT: Duration = Duration::from_secs(3);
const ASK_PATIENCE: Patience = Patience {
    one_try: Duration::from_secs(3),
    in_all: Duration::from_secs(3),
};

/// What is known of the account's webhook and of PayPal's certificates.
pub struct Webhooks {
    webhook_id: String,
    api: reqwest::Url,
    issuers: Issuers,
    certificates: Mutex<HashMap<String, Vec<u8>>>,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    event_type: String,
    #[serde(default)]
    resource: Value,
}

#[derive(Deserialize)]
struct Dispute {
    dispute_id: String,
    dispute_amount: Amount,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    disputed_transactions: Vec<DisputedTransaction>,
    #[serde(default)]
    dispute_outcome: Option<DisputeOutcome>,
}

#[derive(Deserialize)]
struct DisputedTransaction {
    seller_transaction_id: String,
}

#[derive(Deserialize)]
struct DisputeOutcome {
    #[serde(default)]
    outcome_code: String,
}

#[derive(Deserialize)]
struct Verification {
    verification_status: String,
}

impl Webhooks {
    pub fn new(settings: &Settings, api: &reqwest::Url) -> Self {
        Self {
            webhook_id: settings.webhook_id.clone(),
            issuers: Issuers::of(api),
            api: api.clone(),
            certificates: Mutex::default(),
        }
    }

    /// Whether a delivery is PayPal's.
    ///
    /// # Errors
    /// It is not, or that cannot be found out now.
    pub async fn verify(
        &self,
        connection: &Connection,
        transmission: &Transmission,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), Untrusted> {
        let chain = self
            .certificate(connection, &transmission.certificate_url)
            .await?;
        let webhook_id = &self.webhook_id;
        match verify(transmission, body, webhook_id, &chain, &self.issuers, now)? {
            Signature::Holds => Ok(()),
            Signature::OfUnknownIssuer => self.ask(connection, transmission, body).await,
        }
    }

    /// PayPal's own word on a delivery. Its body is passed on as it came, for its bytes are what was signed.
    async fn ask(
        &self,
        connection: &Connection,
        transmission: &Transmission,
        body: &[u8],
    ) -> Result<(), Untrusted> {
        let body = std::str::from_utf8(body).map_err(|_| Untrusted::Forged)?;
        let question = json!({
            "auth_algo": transmission.algorithm,
            "cert_url": transmission.certificate_url,
            "transmission_id": transmission.id,
            "transmission_sig": transmission.signature,
            "transmission_time": transmission.time,
            "webhook_id": self.webhook_id,
        });
        let question = question.to_string();
        let members = question.strip_suffix('}').expect("an object ends so");
        let question = format!("{members},\"webhook_event\":{body}}}");
        let path = "/v1/notifications/verify-webhook-signature";
        let call = Call::post(path, question, None);
        let answer: Result<Verification, Failure> = connection.send(&call, ASK_PATIENCE).await;
        match answer {
            Ok(answer) if answer.verification_status == "SUCCESS" => Ok(()),
            Ok(_) | Err(Failure::Refused { .. }) => Err(Untrusted::Forged),
            Err(failure) => Err(Untrusted::Undecided(failure)),
        }
    }

    /// A certificate from where it may be fetched, once.
    async fn certificate(
        &self,
        connection: &Connection,
        address: &str,
    ) -> Result<Vec<u8>, Untrusted> {
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
        let fetched = fetch_certificate(connection, url)
            .await
            .map_err(Untrusted::Undecided)?;
        let mut certificates = self.certificates.lock().expect("nobody panics with it");
        if certificates.len() >= CERTIFICATES_MAX {
            certificates.clear();
        }
        certificates.insert(address.to_owned(), fetched.clone());
        Ok(fetched)
    }
}

async fn fetch_certificate(connection: &Connection, url: reqwest::Url) -> Result<Vec<u8>, Failure> {
    let answer = connection
        .http
        .get(url)
        .timeout(CERTIFICATE_TIMEOUT)
        .send()
        .await;
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

/// What a delivery says.
///
/// # Errors
/// It is not what PayPal describes.
pub fn read(body: &[u8]) -> Result<Notice, Untrusted> {
    let event: Event = serde_json::from_slice(body).map_err(|_| Untrusted::Unreadable)?;
    let about = about(&event.event_type, event.resource)?;
    Ok(Notice {
        event_id: event.id,
        kind: event.event_type,
        about,
    })
}

fn about(kind: &str, resource: Value) -> Result<About, Untrusted> {
    Ok(match kind {
        "CHECKOUT.ORDER.APPROVED" => {
            let order: Order = read_resource(resource)?;
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
            let capture: CaptureResource = read_resource(resource)?;
            let standing = capture.standing().map_err(|_| Untrusted::Unreadable)?;
            let related = capture.supplementary_data.and_then(|data| data.related_ids);
            About::Attempt {
                payment: capture.custom_id.and_then(|id| id.parse().ok()),
                standing,
                reference: related.and_then(|ids| ids.order_id),
            }
        }
        "PAYMENT.CAPTURE.REFUNDED" | "PAYMENT.REFUND.PENDING" | "PAYMENT.REFUND.FAILED" => {
            let refund: Refund = read_resource(resource)?;
            About::Refund {
                refund: refund.custom_id.and_then(|id| id.parse().ok()),
                standing: refund_standing(&refund.status),
                reference: refund.id,
            }
        }
        "CUSTOMER.DISPUTE.CREATED" | "CUSTOMER.DISPUTE.UPDATED" | "CUSTOMER.DISPUTE.RESOLVED" => {
            about_dispute(read_resource(resource)?)?
        }
        _ => About::Nothing,
    })
}

/// A dispute names the capture as the seller's transaction. What its outcome is called tells who has the money.
fn about_dispute(dispute: Dispute) -> Result<About, Untrusted> {
    let capture = dispute.disputed_transactions.into_iter().next();
    let Some(capture) = capture.map(|transaction| transaction.seller_transaction_id) else {
        return Ok(About::Nothing);
    };
    let amount = dispute.dispute_amount.money();
    let outcome = dispute.dispute_outcome.map(|outcome| outcome.outcome_code);
    let standing = match (dispute.status.as_str(), outcome.as_deref()) {
        ("RESOLVED", Some("RESOLVED_BUYER_FAVOUR" | "ACCEPTED")) => DisputeStanding::Lost,
        // In the seller's favour, paid out by PayPal, cancelled or denied: the money stays.
        ("RESOLVED", Some(_)) => DisputeStanding::Won,
        (_, _) => DisputeStanding::Open,
    };
    Ok(About::Dispute {
        reference: dispute.dispute_id,
        of: Disputed::Capture(capture),
        amount: amount.map_err(|_| Untrusted::Unreadable)?,
        reason: dispute.reason,
        standing,
    })
}

fn read_resource<T: serde::de::DeserializeOwned>(resource: Value) -> Result<T, Untrusted> {
    serde_json::from_value(resource).map_err(|_| Untrusted::Unreadable)
}

#[cfg(test)]
#[path = "webhooks_tests.rs"]
pub mod tests;
