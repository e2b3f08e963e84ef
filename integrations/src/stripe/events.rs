//! Stripe's webhooks, by the few fields of theirs that are the same in all versions of its API.

use std::collections::HashMap;

use serde::Deserialize;

use super::amounts::money_of;
use super::standings::{LastError, refund_standing, standing};
use crate::{About, DisputeStanding, Disputed, Notice, Untrusted};

/// Stripe's event, as far as it is the same in all versions of its API.
#[derive(Deserialize)]
pub struct Event {
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
    id: String,
    amount: i64,
    currency: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    payment_intent: Option<String>,
    #[serde(default)]
    reason: String,
}

/// Reads a webhook.
///
/// # Errors
/// It is not what Stripe describes.
pub fn parse(body: &[u8]) -> Result<Event, Untrusted> {
    serde_json::from_slice(body).map_err(|_| Untrusted::Unreadable)
}

impl Event {
    /// Whether it is of this account, and of its mode.
    pub fn is_ours(&self, is_live: bool) -> bool {
        self.account.is_none() && self.livemode == is_live
    }
}

/// What it says.
///
/// # Errors
/// It is not what Stripe describes.
pub fn notice(event: Event) -> Result<Notice, Untrusted> {
    let object = event.data.object;
    let about = match event.kind.as_str() {
        "payment_intent.succeeded"
        | "payment_intent.payment_failed"
        | "payment_intent.canceled" => about_intent(read(object)?)?,
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            about_refund(read(object)?)
        }
        "charge.dispute.created" | "charge.dispute.updated" | "charge.dispute.closed" => {
            about_dispute(read(object)?)?
        }
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

fn about_dispute(dispute: EventDispute) -> Result<About, Untrusted> {
    let standing = match dispute.status.as_str() {
        "lost" => DisputeStanding::Lost,
        // A warning that came to nothing took no money.
        "won" | "warning_closed" | "prevented" => DisputeStanding::Won,
        _ => DisputeStanding::Open,
    };
    let amount = money_of(dispute.amount, &dispute.currency);
    Ok(match dispute.payment_intent {
        Some(intent) => About::Dispute {
            reference: dispute.id,
            of: Disputed::Attempt(intent),
            amount: amount.map_err(|_| Untrusted::Unreadable)?,
            reason: dispute.reason,
            standing,
        },
        None => About::Nothing,
    })
}
