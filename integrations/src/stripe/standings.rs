//! What the states of Stripe's objects mean.

use serde::Deserialize;
use stripe_shared::{PaymentIntent, Refund};

use super::amounts::money_of;
use crate::{Capture, Failure, ProviderRefund, RefundStanding, Standing};

#[derive(Deserialize)]
pub struct LastError {
    #[serde(default)]
    pub code: Option<String>,
    #[serde(default)]
    pub decline_code: Option<String>,
}

pub fn standing_of_intent(intent: &PaymentIntent) -> Result<Standing, Failure> {
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
pub fn standing(
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

pub fn provider_refund(refund: &Refund) -> ProviderRefund {
    ProviderRefund {
        reference: refund.id.to_string(),
        standing: refund_standing(refund.status.as_deref(), refund.failure_reason.as_deref()),
    }
}

pub fn refund_standing(status: Option<&str>, reason: Option<&str>) -> RefundStanding {
    match status {
        Some("succeeded") => RefundStanding::Done,
        Some(status @ ("failed" | "canceled")) => {
            RefundStanding::Failed(reason.unwrap_or(status).to_owned())
        }
        _ => RefundStanding::Pending,
    }
}
