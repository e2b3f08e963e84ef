//! What follows from where a provider says that an attempt stands: from its webhook, on the buyer's return, or asked.

use domain::OrderId;
use domain::PaymentId;
use domain::order::{Credential, PaymentState, Provider};
use integrations::{Capture, Patience, Standing};
use store::payments::Payment;

use super::PaymentError;
use super::at_provider::{self, Cancellation};
use super::settling::settle_in_turn;
use crate::App;
use crate::orders::{self, OrderView};
use crate::turns::turn_of;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// The money came, and is settled.
    Settled,
    /// The attempt is declined.
    Declined,
    /// The attempt is over.
    Ended,
    /// Nothing has changed.
    Nothing,
    /// Money of another amount or currency came: nothing was changed.
    OtherAmount,
}

impl Heard {
    /// For the inbox.
    pub fn word(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Declined => "declined",
            Self::Ended => "ended",
            Self::Nothing => "nothing new",
            Self::OtherAmount => "refused: another amount",
        }
    }
}

/// The buyer is back from the provider, or says so: it is asked where the order's attempt stands.
///
/// # Errors
/// The order is not theirs, or the provider, the session or the database does not answer; then a webhook, or the
/// reconciler, brings the answer later.
pub async fn on_return(
    app: &App,
    order: OrderId,
    by: &Credential,
) -> Result<OrderView, PaymentError> {
    orders::view(app, order, by).await?;
    if let Some(payment) = store::payments::pending(&app.pool, order).await? {
        ask_and_hear(app, payment, app.providers.patience.buyer).await?;
    }
    Ok(orders::view(app, order, by).await?)
}

/// Asks the provider about an attempt, and follows its answer.
pub(super) async fn ask_and_hear(
    app: &App,
    payment: PaymentId,
    patience: Patience,
) -> Result<Heard, PaymentError> {
    let known = store::payments::find(&app.pool, payment).await?;
    let known = known.ok_or(PaymentError::NotFound)?;
    // Asked before the turn is taken: others of the order need not wait for it.
    let standing = at_provider::ask(app, &known, patience).await?;
    hear(app, known.order_id, payment, standing).await
}

/// Follows what a provider said about an order's attempt. Repeated, late or out of order, it does no harm.
pub(super) async fn hear(
    app: &App,
    order: OrderId,
    payment: PaymentId,
    standing: Standing,
) -> Result<Heard, PaymentError> {
    let _turn = turn_of(order).await;
    let known = store::payments::find(&app.pool, payment).await?;
    let known = known.ok_or(PaymentError::NotFound)?;
    hear_in_turn(app, &known, standing).await
}

/// The same, for those who have the order's turn.
pub(super) async fn hear_in_turn(
    app: &App,
    payment: &Payment,
    standing: Standing,
) -> Result<Heard, PaymentError> {
    let is_pending = payment.state == PaymentState::Pending;
    match standing {
        Standing::Captured(capture) => captured(app, payment, &capture).await,
        Standing::Approved if is_pending => approved(app, payment).await,
        Standing::Declined(reason) if is_pending => declined(app, payment, &reason).await,
        Standing::Cancelled if is_pending => {
            let (pool, id) = (&app.pool, payment.payment_id);
            store::payments::end_pending(pool, id, PaymentState::Cancelled).await?;
            Ok(Heard::Ended)
        }
        Standing::Open
        | Standing::Processing
        | Standing::Approved
        | Standing::Declined(_)
        | Standing::Cancelled => Ok(Heard::Nothing),
    }
}

async fn captured(app: &App, payment: &Payment, capture: &Capture) -> Result<Heard, PaymentError> {
    let id = payment.payment_id;
    if payment.amount != Some(capture.amount) {
        let (expected, came) = (payment.amount, capture.amount);
        tracing::error!(payment = %id, ?expected, ?came, "money of another amount came; nothing was sold");
        return Ok(Heard::OtherAmount);
    }
    settle_in_turn(app, payment, Some(capture)).await?;
    Ok(Heard::Settled)
}

/// The buyer has agreed: the money is asked for, unless the attempt was left meanwhile. That it is about to be is
/// durable first, so that whoever ends the attempt after a crash asks whether it came.
async fn approved(app: &App, payment: &Payment) -> Result<Heard, PaymentError> {
    if payment.provider != Some(Provider::Paypal)
        || !store::attempts::begin_capture(&app.pool, payment.payment_id).await?
    {
        return Ok(Heard::Nothing);
    }
    match at_provider::capture(app, payment, app.providers.patience.buyer).await? {
        Standing::Captured(capture) => captured(app, payment, &capture).await,
        Standing::Declined(reason) => declined(app, payment, &reason).await,
        Standing::Open | Standing::Approved | Standing::Processing | Standing::Cancelled => {
            Ok(Heard::Nothing)
        }
    }
}

/// A declined attempt is withdrawn, too, so that its money cannot come any more; the places stay pinned for another
/// one until the deadline, or until the buyer changes the cart.
async fn declined(app: &App, payment: &Payment, reason: &str) -> Result<Heard, PaymentError> {
    match withdraw_declined(app, payment).await? {
        Cancellation::AlreadyCaptured(Some(capture)) => captured(app, payment, &capture).await,
        Cancellation::AlreadyCaptured(None) | Cancellation::Busy => Ok(Heard::Nothing),
        Cancellation::Cancelled => {
            let (pool, id) = (&app.pool, payment.payment_id);
            store::attempts::note_failure(pool, id, reason).await?;
            store::payments::end_pending(pool, id, PaymentState::Declined).await?;
            Ok(Heard::Declined)
        }
    }
}

/// PayPal has nothing to be withdrawn: a capture that was declined is over.
async fn withdraw_declined(app: &App, payment: &Payment) -> Result<Cancellation, PaymentError> {
    match payment.provider {
        Some(Provider::Paypal) => Ok(Cancellation::Cancelled),
        Some(Provider::Stripe | Provider::Test) | None => {
            at_provider::withdraw(app, payment, app.providers.patience.buyer).await
        }
    }
}
