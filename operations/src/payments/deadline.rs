//! The end of an attempt that was not paid in time, and of pins that nobody needs any more.

use actors::{CommandError, Session, SessionError};
use domain::order::PaymentState;
use domain::seat_map::Command;
use domain::{OrderId, PaymentId};
use integrations::{Patience, Standing};
use store::payments::Payment;

use super::PaymentError;
use super::at_provider::{self, Cancellation};
use super::hearing::hear_in_turn;
use super::settling::settle_in_turn;
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
        PaymentState::Succeeded => Ok(()),
        // Its session was cancelled while it was being paid.
        PaymentState::Refunded => unpin_order(app, &payment).await,
        PaymentState::Pending | PaymentState::Declined | PaymentState::Cancelled => {
            end(app, &payment, app.providers.patience.job).await
        }
    }
}

/// Ends an attempt, for those who have the order's turn.
pub(super) async fn end(
    app: &App,
    payment: &Payment,
    patience: Patience,
) -> Result<(), PaymentError> {
    match at_provider::withdraw(app, payment, patience).await? {
        Cancellation::AlreadyCaptured(Some(capture)) => {
            hear_in_turn(app, payment, Standing::Captured(capture)).await?;
            Ok(())
        }
        Cancellation::AlreadyCaptured(None) => settle_in_turn(app, payment, None).await,
        Cancellation::Busy => Err(PaymentError::StillProcessing),
        Cancellation::Cancelled => {
            let (pool, id) = (&app.pool, payment.payment_id);
            store::payments::end_pending(pool, id, PaymentState::Cancelled).await?;
            unpin_order(app, payment).await
        }
    }
}

async fn unpin_order(app: &App, payment: &Payment) -> Result<(), PaymentError> {
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
