//! Taking payments: pin, pay, sell, tell.

use domain::order::{Credential, PaymentState, Provider, Step};
use domain::seat_map::{IdempotencyKey, RequestHash};
use domain::{OrderId, PaymentId};
use thiserror::Error;

use crate::App;
use crate::orders::{OrderError, OrderView};

/// An attempt to pay that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedPayment {
    pub payment_id: PaymentId,
    pub state: PaymentState,
    /// For the provider `test`: the token that is part of the address to confirm at.
    pub test_token: Option<String>,
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

/// Begins to pay an order. Nothing to pay: succeeded at once.
pub async fn start(
    _app: &App,
    _order: OrderId,
    _by: &Credential,
    _key: IdempotencyKey,
    _request_hash: RequestHash,
    _provider: Provider,
) -> Result<StartedPayment, PaymentError> {
    todo!()
}

/// The buyer's answer to the demo's provider, as its webhook would bring it.
pub async fn confirm_test(
    _app: &App,
    _payment: PaymentId,
    _token: &str,
    _outcome: TestOutcome,
) -> Result<OrderView, PaymentError> {
    todo!()
}
