//! Taking payments: pin, pay, sell, tell.
//!
//! ```text
//! start ──▶ attempt and its deadline job durable ──▶ places pinned ──▶ amount fixed ──▶ open at the provider
//!                                                                             │
//!     the money came: settle ──▶ still pinned, or pinned again ──▶ sold ──▶ the actor is told
//!                                              └──▶ gone ──▶ refunded in full
//! ```
//!
//! An attempt's states, and what moves it:
//!
//! ```text
//!              ┌─ the money came: webhook, return, reconciler, deadline ──▶ succeeded ──places gone──▶ refunded
//!              │                                                               ▲                        ▲
//!  pending ────┼─ declined, and withdrawn ─────────────────▶ declined ─────────┤ the money came        │
//!              └─ deadline, other provider, failing ───────▶ cancelled ────────┘ all the same, or twice┘
//! ```
//!
//! A crash between any two steps ends well: before the money came, through the deadline job, which
//! withdraws at the provider and unpins; afterwards, through the settle job, the webhook's job or the
//! reconciler, whichever comes first. All of them converge on [`settle`].

mod at_provider;
mod beginning;
mod cashier;
#[cfg(test)]
mod crashes;
mod deadline;
mod demo;
mod disputes;
mod hearing;
mod inbox;
mod leaving;
#[cfg(test)]
#[path = "../tests/payments/outside.rs"]
mod outside;
#[cfg(test)]
mod provider_crashes;
mod providers;
mod reconciling;
mod refunding;
mod register;
mod settling;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;
pub mod test_provider;
mod webhooks;

use domain::order::{PaymentState, Provider, Step};
use domain::seat_map::Refusal;
use domain::{Money, PaymentId};
use integrations::Failure;
use store::payments::BeginError;
use thiserror::Error;

pub use self::beginning::{continuation, start};
pub(crate) use self::cashier::{
    close as close_cashier, open as open_cashier, sweep as sweep_webhooks,
};
pub use self::deadline::end_at_deadline;
pub(crate) use self::deadline::release_dead_pin;
pub use self::demo::confirm_test;
pub use self::hearing::on_return;
pub use self::leaving::leave;
pub(crate) use self::leaving::withdraw_left;
pub use self::providers::{Offer, Patiences, Providers};
pub use self::reconciling::reconcile;
pub(crate) use self::refunding::send_refund;
pub use self::settling::settle;
pub(crate) use self::settling::tell_sale;
pub(crate) use self::webhooks::work_off;
pub use self::webhooks::{ReceivedWebhook, WebhookError, receive_paypal, receive_stripe};
use crate::App;
use crate::orders::OrderError;
pub use integrations::Untrusted;
pub use integrations::paypal::Transmission;

/// An attempt to pay that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedPayment {
    pub payment_id: PaymentId,
    pub state: PaymentState,
    /// For the provider `test`: the token that is part of the address to confirm at.
    pub test_token: Option<String>,
    /// For Stripe: what lets the buyer's browser confirm the intent.
    pub client_secret: Option<String>,
    /// For PayPal: where the buyer agrees.
    pub approve_url: Option<String>,
}

/// What the buyer tells the demo's provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestOutcome {
    Succeed,
    Decline,
}

/// Why a payment did not begin or go on.
#[derive(Debug, Error)]
pub enum PaymentError {
    #[error(transparent)]
    Order(#[from] OrderError),
    /// Steps of the gateway are still to be done.
    #[error("the order is not complete")]
    StepMissing(Vec<Step>),
    /// The provider is not configured here; `test` never is outside the demo.
    #[error("the payment provider is not available")]
    ProviderUnavailable,
    /// The payment provider does not answer; perhaps another one does.
    #[error("the payment provider does not answer")]
    ProviderFailing,
    /// The provider is busy with the attempt, so that it can be neither ended nor settled yet.
    #[error("the payment provider is still busy with the payment")]
    StillProcessing,
    /// The provider refuses what it should not.
    #[error(transparent)]
    Provider(Failure),
    /// There is no such attempt, or the token is wrong.
    #[error("there is no such payment")]
    NotFound,
    /// The attempt was declined, cancelled or refunded already.
    #[error("the payment is over")]
    Over,
    /// The key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
}

/// Where there is nothing to pay, no provider is needed.
fn check_provider(app: &App, provider: Provider, amount: Money) -> Result<(), PaymentError> {
    match offer(app, provider, amount) {
        _ if amount.minor == 0 => Ok(()),
        Offer::Open => Ok(()),
        Offer::Failing => Err(PaymentError::ProviderFailing),
        Offer::None => Err(PaymentError::ProviderUnavailable),
    }
}

/// Whether an amount can be paid with a provider now.
#[must_use]
pub fn offer(app: &App, provider: Provider, amount: Money) -> Offer {
    match provider {
        Provider::Test if app.demo => Offer::Open,
        Provider::Test => Offer::None,
        Provider::Stripe | Provider::Paypal => app.providers.offer(provider, amount),
    }
}

impl From<Failure> for PaymentError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unanswered(_) => Self::ProviderFailing,
            Failure::NotChargeable(_) => Self::ProviderUnavailable,
            Failure::Refused { .. } | Failure::Unreadable(_) => Self::Provider(failure),
        }
    }
}

impl From<store::Error> for PaymentError {
    fn from(error: store::Error) -> Self {
        Self::Order(error.into())
    }
}

impl From<BeginError> for PaymentError {
    fn from(error: BeginError) -> Self {
        match error {
            // Only a process that died with the turn in hand leaves the key behind unseen.
            BeginError::KeyIsTaken => Self::KeyReused,
            BeginError::AnotherIsPending => Self::Order(Refusal::PaymentUnderWay.into()),
            BeginError::OrderIsOver => Self::Order(Refusal::OrderExpired.into()),
            BeginError::Store(error) => error.into(),
        }
    }
}
