//! Turning to another way to pay in the middle of one: the attempt that is left is voided.

use std::time::Duration;

use domain::order::{Credential, PaymentState, Provider};
use domain::seat_map::Refusal;
use domain::{OrderId, PaymentId};
use integrations::Standing;
use store::jobs::Job;
use store::payments::Payment;

use super::PaymentError;
use super::at_provider::{self, Cancellation};
use super::deadline::end;
use super::hearing::hear_in_turn;
use super::settling::settle_in_turn;
use crate::App;
use crate::orders::{self, OrderError, OrderView};
use crate::turns::turn_of;

/// How soon a provider that did not answer is asked again to withdraw an attempt.
const WITHDRAW_DELAY: Duration = Duration::from_secs(2);

/// The buyer gives up the attempt that is under way: the order can be changed, or paid otherwise.
///
/// Where the provider does not answer, or not as it should, the attempt is over for us, a job goes on withdrawing it, and
/// the places stay pinned. Should its money come all the same, it is settled like any that comes late.
///
/// # Errors
/// The order is not theirs, or the provider is busy with the attempt.
pub async fn leave(app: &App, order: OrderId, by: &Credential) -> Result<OrderView, PaymentError> {
    orders::view(app, order, by).await?;
    let turn = turn_of(order).await;
    if let Some(payment) = pending(app, order).await? {
        match end(app, &payment, app.providers.patience.leaver).await {
            Err(error) if is_the_providers(&error) => {
                leave_unconfirmed(app, &payment, &error).await?;
            }
            ended => ended?,
        }
    }
    drop(turn);
    Ok(orders::view(app, order, by).await?)
}

/// Voids an attempt with another provider, for one that begins now. In the order's turn; the places stay pinned.
pub(super) async fn leave_for(
    app: &App,
    attempts: &[Payment],
    provider: Provider,
) -> Result<(), PaymentError> {
    let mut pending = attempts
        .iter()
        .filter(|attempt| attempt.state == PaymentState::Pending);
    let Some(other) = pending.find(|other| other.provider != Some(provider)) else {
        return Ok(());
    };
    match at_provider::withdraw(app, other, app.providers.patience.leaver).await {
        Ok(Cancellation::Cancelled) => {
            let (pool, id) = (&app.pool, other.payment_id);
            store::payments::end_pending(pool, id, PaymentState::Cancelled).await?;
            Ok(())
        }
        Ok(Cancellation::AlreadyCaptured(Some(capture))) => {
            hear_in_turn(app, other, Standing::Captured(capture)).await?;
            Err(OrderError::Paid.into())
        }
        Ok(Cancellation::AlreadyCaptured(None)) => {
            settle_in_turn(app, other, None).await?;
            Err(OrderError::Paid.into())
        }
        Ok(Cancellation::Busy) => Err(OrderError::from(Refusal::PaymentUnderWay).into()),
        Err(error) if is_the_providers(&error) => leave_unconfirmed(app, other, &error).await,
        Err(error) => Err(error),
    }
}

/// Withdraws an attempt that was left while its provider did not answer.
///
/// # Errors
/// It still does not; then it is to be repeated.
pub(crate) async fn withdraw_left(app: &App, payment: PaymentId) -> Result<(), PaymentError> {
    let Some(known) = store::payments::find(&app.pool, payment).await? else {
        return Ok(());
    };
    let _turn = turn_of(known.order_id).await;
    let Some(payment) = store::payments::find(&app.pool, payment).await? else {
        return Ok(());
    };
    if matches!(
        payment.state,
        PaymentState::Succeeded | PaymentState::Refunded
    ) {
        return Ok(());
    }
    let patience = app.providers.patience.job;
    let payment = at_provider::found(app, payment, patience).await?;
    match at_provider::withdraw(app, &payment, patience).await? {
        Cancellation::Cancelled => {
            let (pool, id) = (&app.pool, payment.payment_id);
            store::payments::end_pending(pool, id, PaymentState::Cancelled).await?;
            Ok(())
        }
        Cancellation::AlreadyCaptured(Some(capture)) => {
            hear_in_turn(app, &payment, Standing::Captured(capture)).await?;
            Ok(())
        }
        Cancellation::AlreadyCaptured(None) => settle_in_turn(app, &payment, None).await,
        Cancellation::Busy => Err(PaymentError::StillProcessing),
    }
}

/// Whether it is the provider that stands in the way: silent, refusing us, or not configured here any more. Whoever wants
/// to pay otherwise does not wait until somebody has seen to that.
fn is_the_providers(error: &PaymentError) -> bool {
    matches!(
        error,
        PaymentError::ProviderFailing
            | PaymentError::ProviderUnavailable
            | PaymentError::Provider(_)
    )
}

/// Ends an attempt of which it is not known whether it is withdrawn, and leaves that to a job.
pub(super) async fn leave_unconfirmed(
    app: &App,
    payment: &Payment,
    why: &PaymentError,
) -> Result<(), PaymentError> {
    if !matches!(why, PaymentError::ProviderFailing) {
        tracing::error!(payment = %payment.payment_id, %why, "a payment provider does not withdraw an attempt");
    }
    let mut tx = app.pool.begin().await?;
    let id = payment.payment_id;
    store::payments::end_pending(&mut *tx, id, PaymentState::Cancelled).await?;
    store::jobs::add(&mut tx, Job::WithdrawAttempt(id), WITHDRAW_DELAY).await?;
    Ok(tx.commit().await?)
}

async fn pending(app: &App, order: OrderId) -> Result<Option<Payment>, PaymentError> {
    match store::payments::pending(&app.pool, order).await? {
        Some(payment) => Ok(store::payments::find(&app.pool, payment).await?),
        None => Ok(None),
    }
}
