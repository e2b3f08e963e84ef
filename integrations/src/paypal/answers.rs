//! What PayPal answers, as far as it is read, and what that means.

use serde::Deserialize;

use super::amounts::Amount;
use super::connection::unreadable;
use crate::{Capture, Failure, ProviderRefund, RefundStanding, Standing};

#[derive(Deserialize)]
pub struct Order {
    pub id: String,
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub purchase_units: Vec<PurchaseUnit>,
    #[serde(default)]
    pub links: Vec<Link>,
}

#[derive(Deserialize)]
pub struct PurchaseUnit {
    #[serde(default)]
    pub custom_id: Option<String>,
    #[serde(default)]
    pub payments: Payments,
}

#[derive(Deserialize, Default)]
pub struct Payments {
    #[serde(default)]
    pub captures: Vec<CaptureResource>,
}

#[derive(Deserialize)]
pub struct CaptureResource {
    pub id: String,
    pub status: String,
    pub amount: Amount,
    #[serde(default)]
    pub custom_id: Option<String>,
    #[serde(default)]
    pub supplementary_data: Option<SupplementaryData>,
}

#[derive(Deserialize)]
pub struct SupplementaryData {
    #[serde(default)]
    pub related_ids: Option<RelatedIds>,
}

#[derive(Deserialize)]
pub struct RelatedIds {
    #[serde(default)]
    pub order_id: Option<String>,
}

#[derive(Deserialize)]
pub struct Link {
    pub href: String,
    pub rel: String,
}

#[derive(Deserialize)]
pub struct Refund {
    pub id: String,
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub custom_id: Option<String>,
}

impl Order {
    pub fn standing(&self) -> Result<Standing, Failure> {
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
    pub fn standing(&self) -> Result<Standing, Failure> {
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

impl From<Refund> for ProviderRefund {
    fn from(refund: Refund) -> Self {
        Self {
            standing: refund_standing(&refund.status),
            reference: refund.id,
        }
    }
}

pub fn refund_standing(status: &str) -> RefundStanding {
    match status {
        "COMPLETED" => RefundStanding::Done,
        "FAILED" | "CANCELLED" => RefundStanding::Failed(status.to_owned()),
        _ => RefundStanding::Pending,
    }
}
