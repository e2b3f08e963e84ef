//! What stands outside and takes money: Stripe and PayPal.
//!
//! Two modules with the same few functions, each speaking its provider's own words: open an attempt,
//! ask where it stands, refund, ask after a refund, read a webhook. What differs stays different: Stripe
//! has intents that can be cancelled, PayPal has orders whose money moves when we capture it.
//! Nothing here knows an order's rules or the database.

mod health;
mod patience;
pub mod paypal;
pub mod stripe;

use std::time::Duration;

use domain::{Money, PaymentId};
use thiserror::Error;
use uuid::Uuid;

pub use patience::Patience;

/// Connections that a client keeps for the next request.
const IDLE_CONNECTIONS_MAX: usize = 32;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Why a provider did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Failure {
    /// It did not answer in time, or said that it cannot now. Whether it did what was asked is not known.
    #[error("the provider does not answer: {0}")]
    Unanswered(String),
    /// It will not do it, however often it is asked.
    #[error("the provider refuses ({status} {code}): {message}")]
    Refused {
        /// Of its HTTP answer.
        status: u16,
        /// In the provider's words, such as `charge_already_refunded`.
        code: String,
        /// For people who run the house.
        message: String,
    },
    /// It answered what it should not.
    #[error("the provider's answer cannot be read: {0}")]
    Unreadable(String),
    /// The amount cannot be charged in that currency there.
    #[error("{0:?} cannot be charged there")]
    NotChargeable(Money),
}

/// Money that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// What refunds name: Stripe's charge, PayPal's capture.
    pub reference: String,
    /// What came.
    pub amount: Money,
}

/// Where an attempt stands at its provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It waits for the buyer.
    Open,
    /// The buyer has agreed; the money moves when we ask for it. PayPal alone.
    Approved,
    /// The provider is busy with it, and it cannot be withdrawn.
    Processing,
    /// The money came.
    Captured(Capture),
    /// The buyer's bank refused, in the provider's words.
    Declined(String),
    /// It was withdrawn, or has lapsed.
    Cancelled,
}

/// Where a refund stands at its provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundStanding {
    /// The money is on its way back.
    Done,
    /// The provider has not decided.
    Pending,
    /// It will not happen, in the provider's words.
    Failed(String),
}

/// A refund as its provider knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRefund {
    /// The provider's name for it.
    pub reference: String,
    pub standing: RefundStanding,
}

/// A webhook whose signature held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The provider's name for the event: the same for every delivery of it.
    pub event_id: String,
    /// In the provider's words.
    pub kind: String,
    pub about: About,
}

/// What a webhook says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// An attempt to pay stands so.
    Attempt {
        /// The provider's name for the attempt, where it tells.
        reference: Option<String>,
        /// Ours, as it was sent along.
        payment: Option<PaymentId>,
        standing: Standing,
    },
    /// A refund stands so.
    Refund {
        reference: String,
        /// Ours, as it was sent along.
        refund: Option<Uuid>,
        standing: RefundStanding,
    },
    /// A buyer disputes a payment at their bank.
    Dispute {
        /// The provider's name for the dispute.
        reference: String,
        of: Disputed,
        amount: Money,
        /// In the provider's words.
        reason: String,
        standing: DisputeStanding,
    },
    /// Nothing that concerns us.
    Nothing,
}

/// What a dispute is about, by the name that its provider gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disputed {
    /// The attempt.
    Attempt(String),
    /// What refunds of the attempt name.
    Capture(String),
}

/// Where a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeStanding {
    /// Staff can still answer it at the provider.
    Open,
    /// The money stays.
    Won,
    /// The buyer has the money back.
    Lost,
}

/// Why a webhook was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Untrusted {
    /// It has no signature, or none that holds.
    #[error("the signature does not hold")]
    Forged,
    /// Its signature was made too long ago.
    #[error("the signature is too old")]
    Stale,
    /// It is signed, but of another account or mode.
    #[error("the event is of another account")]
    Foreign,
    /// It is signed, but not what the provider describes.
    #[error("the event cannot be read")]
    Unreadable,
    /// Whether the signature holds cannot be found out now.
    #[error("the provider's certificate cannot be had: {0}")]
    Undecided(Failure),
}

/// Makes ring the process's cryptography, if nobody has chosen yet. Two providers in one graph would panic.
pub fn install_cryptography() {
    // Refused only where it was done before.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A client that goes where it is told and nowhere else: it follows no redirection and asks no proxy.
fn http_client() -> Result<reqwest::Client, Failure> {
    install_cryptography();
    let client = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build();
    client.map_err(|error| Failure::Unanswered(error.to_string()))
}
