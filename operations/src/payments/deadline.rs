//! The end of an attempt that was not paid in time, and of pins that nobody needs any more.

use actors::{CommandError, Session, SessionError};
use domain::order::{PaymentState, Provider};
use domain::seat_map::Command;
use domain::{OrderId, PaymentId};
use store::payments::Payment;

use super::PaymentError;
use super::settling::settle_in_turn;
use super::test_provider::{self, Cancellation};
use crate::App;
use crate::orders::OrderError;
use crate::turns::turn_of;

/// Ends an attempt whose time is up: cancelled at the provider, and only when that is confirmed
/// unpinned; settled if the money had come. Repeated, it goes on where it was.
///
/// # Errors
/// The session or the database does not answer; then it is to be repeated.
pub async fn end_at_deadline(app: &App, payment: PaymentId) -> Result<(), PaymentError> {
    let Some(known) = store::payments::find(&app.pool, payment).await? else {
        return Ok(());
    };
    let _turn = turn_of(known.order_id).await;
    let Some(payment) = store::payments::find(&app.pool, payment).await? else {
        return Ok(());
    };
    match payment.state {
        PaymentState::Succeeded | PaymentState::Refunded => Ok(()),
        PaymentState::Pending | PaymentState::Declined | PaymentState::Cancelled => {
            end(app, &payment).await
        }
    }
}

async fn end(app: &App, payment: &Payment) -> Result<(), PaymentError> {
    match cancel_at_provider(app, payment).await? {
        Cancellation::AlreadyCaptured => settle_in_turn(app, payment.payment_id).await,
        Cancellation::Cancelled => {
            let (pool, id) = (&app.pool, payment.payment_id);
            store::payments::end_pending(pool, id, PaymentState::Cancelled).await?;
            match app.registry.session(payment.session_id).await {
                Ok(session) => {
                    unpin_unless_pending(app, &session, payment.order_id).await?;
                    Ok(())
                }
                // Nothing is pinned where there is no session.
                Err(SessionError::Unknown) => Ok(()),
                Err(error) => Err(OrderError::from(error).into()),
            }
        }
    }
}

/// Takes the pin off an order that has no attempt under way; whether it had none.
pub(crate) async fn release_dead_pin(
    app: &App,
    session: &Session,
    order: OrderId,
) -> Result<bool, OrderError> {
    let _turn = turn_of(order).await;
    unpin_unless_pending(app, session, order).await
}

async fn unpin_unless_pending(
    app: &App,
    session: &Session,
    order: OrderId,
) -> Result<bool, OrderError> {
    let is_pending = store::payments::is_pending(&app.pool, order).await?;
    if !is_pending && !store::payments::is_paid(&app.pool, order).await? {
        unpin(session, order).await?;
        return Ok(true);
    }
    Ok(false)
}

/// Returns the order's places to the buyer's hold. An order that is not pinned stays as it is.
pub(super) async fn unpin(session: &Session, order: OrderId) -> Result<(), OrderError> {
    match session.command(Command::Unpin { order }).await {
        Ok(()) | Err(CommandError::Refused(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn cancel_at_provider(app: &App, payment: &Payment) -> Result<Cancellation, store::Error> {
    match payment.provider {
        Some(Provider::Test) => test_provider::cancel(&app.pool, payment.payment_id).await,
        // Nobody took these on: there is nothing to withdraw.
        Some(Provider::Stripe | Provider::Paypal) | None => Ok(Cancellation::Cancelled),
    }
}
