//! A refund on its way through the provider. That it is due, and why, was decided and written before.

use domain::RefundId;
use domain::order::{PaymentState, Provider};
use integrations::{Failure, ProviderRefund, RefundStanding};
use store::refunds::{Refund, RefundState};

use super::{PaymentError, test_provider};
use crate::App;

/// Sends a refund's money back. Repeated, it is sent once: the provider knows it by our id.
///
/// # Errors
/// The provider does not answer; then it is to be repeated.
pub(crate) async fn send_refund(app: &App, refund: RefundId) -> Result<(), PaymentError> {
    let Some(refund) = store::refunds::find(&app.pool, refund).await? else {
        return Ok(());
    };
    if refund.state != RefundState::Due {
        return Ok(());
    }
    match send(app, &refund).await {
        Ok(sent) => hear(app, refund.refund_id, &sent).await,
        Err(PaymentError::Provider(Failure::Refused { code, message, .. })) => {
            let standing = RefundStanding::Failed(format!("{code}: {message}"));
            let refused = ProviderRefund {
                reference: String::new(),
                standing,
            };
            hear(app, refund.refund_id, &refused).await
        }
        // It will never be taken: staff had better see it at once.
        Err(PaymentError::Provider(failure @ Failure::NotChargeable(_))) => {
            let refused = ProviderRefund {
                reference: String::new(),
                standing: RefundStanding::Failed(failure.to_string()),
            };
            hear(app, refund.refund_id, &refused).await
        }
        Err(error) => Err(error),
    }
}

/// Asks the provider about a refund that it took on.
pub(super) async fn ask_refund(app: &App, refund: RefundId) -> Result<(), PaymentError> {
    let Some(refund) = store::refunds::find(&app.pool, refund).await? else {
        return Ok(());
    };
    let Some(reference) = &refund.reference else {
        return Ok(());
    };
    let patience = app.providers.patience.job;
    let asked = match refund.provider {
        Some(Provider::Stripe) => {
            let stripe = app.providers.stripe.as_ref();
            let stripe = stripe.ok_or(PaymentError::ProviderUnavailable)?;
            stripe.ask_refund(reference, patience).await?
        }
        Some(Provider::Paypal) => {
            let paypal = app.providers.paypal.as_ref();
            let paypal = paypal.ok_or(PaymentError::ProviderUnavailable)?;
            paypal.ask_refund(reference, patience).await?
        }
        Some(Provider::Test) | None => return Ok(()),
    };
    hear(app, refund.refund_id, &asked).await
}

/// Follows what a provider says of a refund. Done is in the books with the transaction that says so, and so is a
/// failure of what was done.
pub(super) async fn hear(
    app: &App,
    refund: RefundId,
    said: &ProviderRefund,
) -> Result<(), PaymentError> {
    let (state, failure) = match &said.standing {
        RefundStanding::Done => (RefundState::Done, None),
        RefundStanding::Pending => (RefundState::Sent, None),
        RefundStanding::Failed(reason) => (RefundState::Failed, Some(reason.as_str())),
    };
    let reference = Some(said.reference.as_str()).filter(|reference| !reference.is_empty());
    let mut tx = app.pool.begin().await?;
    let is_moved = store::refunds::advance(&mut *tx, refund, state, reference, failure).await?;
    match state {
        RefundState::Done if is_moved => store::ledger::book_refund(&mut tx, refund).await?,
        RefundState::Failed if is_moved => {
            store::ledger::book_failed_refund(&mut tx, refund).await?;
        }
        RefundState::Due | RefundState::Sent | RefundState::Done | RefundState::Failed => {}
    }
    tx.commit().await?;
    if let Some(reason) = failure.filter(|_| is_moved) {
        tracing::error!(%refund, reason, "a refund was refused by its provider: staff have to see to it");
    }
    Ok(())
}

async fn send(app: &App, refund: &Refund) -> Result<ProviderRefund, PaymentError> {
    let (id, amount, patience) = (
        refund.refund_id.0,
        refund.amount,
        app.providers.patience.job,
    );
    match refund.provider {
        Some(Provider::Stripe) => {
            let stripe = app.providers.stripe.as_ref();
            let stripe = stripe.ok_or(PaymentError::ProviderUnavailable)?;
            let intent = refund.payment_reference.as_deref();
            let intent = intent.ok_or(PaymentError::NotFound)?;
            let sent = stripe.refund(id, intent, amount, patience);
            sent.await.map_err(not_sent)
        }
        Some(Provider::Paypal) => {
            let paypal = app.providers.paypal.as_ref();
            let paypal = paypal.ok_or(PaymentError::ProviderUnavailable)?;
            let capture = refund.capture_reference.as_deref();
            let capture = capture.ok_or(PaymentError::NotFound)?;
            let sent = paypal.refund(id, capture, amount, patience);
            sent.await.map_err(not_sent)
        }
        Some(Provider::Test) => {
            let payment = store::payments::find(&app.pool, refund.payment_id).await?;
            // The demo's provider knows all or nothing.
            if payment.is_some_and(|payment| payment.state == PaymentState::Refunded) {
                test_provider::refund(&app.pool, refund.payment_id).await?;
            }
            Ok(done())
        }
        None => Ok(done()),
    }
}

fn not_sent(failure: Failure) -> PaymentError {
    match failure {
        Failure::NotChargeable(_) => PaymentError::Provider(failure),
        failure => failure.into(),
    }
}

fn done() -> ProviderRefund {
    ProviderRefund {
        reference: String::new(),
        standing: RefundStanding::Done,
    }
}
