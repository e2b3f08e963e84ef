//! What is asked of a provider about an attempt: the same few questions, whoever it is.

use domain::PaymentId;
use domain::order::Provider;
use integrations::paypal::Ways;
use integrations::stripe::Withdrawal;
use integrations::{Capture, Patience, Standing};
use store::payments::Payment;

use super::{PaymentError, test_provider};
use crate::App;

/// What the buyer goes on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HandOver {
    /// The provider's name for the attempt.
    pub reference: String,
    /// Stripe's client secret, or the address to approve at.
    pub hand_over: String,
}

/// The answer to a cancellation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cancellation {
    /// The attempt is withdrawn, or never was, or was declined.
    Cancelled,
    /// Too late: the money has come. The demo's provider says no more.
    AlreadyCaptured(Option<Capture>),
    /// Too late or too early: the provider is busy with it.
    Busy,
}

/// Opens an attempt. Repeated, it is the same one there.
pub(super) async fn open(
    app: &App,
    payment: &Payment,
    patience: Patience,
) -> Result<HandOver, PaymentError> {
    let amount = payment.amount.ok_or(PaymentError::NotFound)?;
    let id = payment.payment_id;
    match payment.provider {
        Some(Provider::Stripe) => {
            let stripe = app.providers.stripe.as_ref();
            let stripe = stripe.ok_or(PaymentError::ProviderUnavailable)?;
            let description = description(payment);
            let opened = stripe.open(id, amount, &description, patience);
            let opened = opened.await?;
            Ok(HandOver {
                reference: opened.reference,
                hand_over: opened.client_secret,
            })
        }
        Some(Provider::Paypal) => {
            let paypal = app.providers.paypal.as_ref();
            let paypal = paypal.ok_or(PaymentError::ProviderUnavailable)?;
            let page = payment_page(app, payment);
            let ways = Ways {
                return_url: &format!("{page}/return?attempt={id}"),
                cancel_url: &format!("{page}/return?attempt={id}&left=1"),
            };
            let description = description(payment);
            let opened = paypal.open(id, amount, &description, ways, patience);
            let opened = opened.await?;
            Ok(HandOver {
                reference: opened.reference,
                hand_over: opened.approve_url,
            })
        }
        Some(Provider::Test) | None => Err(PaymentError::ProviderUnavailable),
    }
}

/// Where an attempt stands. One that was never opened there is as good as cancelled: nobody has what pays it.
pub(super) async fn ask(
    app: &App,
    payment: &Payment,
    patience: Patience,
) -> Result<Standing, PaymentError> {
    let Some(reference) = &payment.provider_reference else {
        return Ok(Standing::Open);
    };
    match payment.provider {
        Some(Provider::Stripe) => {
            let stripe = app.providers.stripe.as_ref();
            let stripe = stripe.ok_or(PaymentError::ProviderUnavailable)?;
            Ok(stripe.ask(reference, patience).await?)
        }
        Some(Provider::Paypal) => {
            let paypal = app.providers.paypal.as_ref();
            let paypal = paypal.ok_or(PaymentError::ProviderUnavailable)?;
            Ok(paypal.ask(reference, patience).await?)
        }
        Some(Provider::Test) | None => Ok(Standing::Open),
    }
}

/// Takes the money of an attempt that the buyer has approved: PayPal's alone.
pub(super) async fn capture(
    app: &App,
    payment: &Payment,
    patience: Patience,
) -> Result<Standing, PaymentError> {
    let reference = payment.provider_reference.as_deref();
    let reference = reference.ok_or(PaymentError::NotFound)?;
    let paypal = app.providers.paypal.as_ref();
    let paypal = paypal.ok_or(PaymentError::ProviderUnavailable)?;
    let captured = paypal.capture(payment.payment_id, reference, patience);
    Ok(captured.await?)
}

/// An attempt with its name at the provider. Where the answer to its opening was lost, that is not known: opened once more
/// under its own key, it is the same. PayPal's need no name, for no money of theirs moves by itself.
pub(super) async fn found(
    app: &App,
    payment: Payment,
    patience: Patience,
) -> Result<Payment, PaymentError> {
    let is_nameless = payment.provider_reference.is_none() && payment.amount.is_some();
    if !is_nameless || payment.provider != Some(Provider::Stripe) {
        return Ok(payment);
    }
    let opened = open(app, &payment, patience).await?;
    Ok(Payment {
        provider_reference: Some(opened.reference),
        ..payment
    })
}

/// Withdraws an attempt. When this answers `Cancelled`, no money comes any more.
pub(super) async fn withdraw(
    app: &App,
    payment: &Payment,
    patience: Patience,
) -> Result<Cancellation, PaymentError> {
    match (payment.provider, &payment.provider_reference) {
        (Some(Provider::Test), _) => cancel_test(app, payment.payment_id).await,
        (Some(Provider::Stripe), Some(reference)) => {
            let stripe = app.providers.stripe.as_ref();
            let stripe = stripe.ok_or(PaymentError::ProviderUnavailable)?;
            let withdrawn = stripe.withdraw(reference, patience);
            Ok(match withdrawn.await? {
                Withdrawal::Withdrawn => Cancellation::Cancelled,
                Withdrawal::TooLate(standing) => too_late(standing),
            })
        }
        // PayPal's money moves only when it is asked for: what never was cannot come.
        (Some(Provider::Paypal), Some(_)) if payment.capture_begun => {
            Ok(too_late(ask(app, payment, patience).await?))
        }
        (Some(Provider::Paypal), Some(_)) => Ok(Cancellation::Cancelled),
        // It was never opened there, or what pays it was never handed to anybody.
        (Some(Provider::Stripe | Provider::Paypal), None) | (None, _) => {
            Ok(Cancellation::Cancelled)
        }
    }
}

fn too_late(standing: Standing) -> Cancellation {
    match standing {
        Standing::Captured(capture) => Cancellation::AlreadyCaptured(Some(capture)),
        Standing::Processing => Cancellation::Busy,
        Standing::Open | Standing::Approved | Standing::Declined(_) | Standing::Cancelled => {
            Cancellation::Cancelled
        }
    }
}

async fn cancel_test(app: &App, payment: PaymentId) -> Result<Cancellation, PaymentError> {
    Ok(match test_provider::cancel(&app.pool, payment).await? {
        test_provider::Cancellation::Cancelled => Cancellation::Cancelled,
        test_provider::Cancellation::AlreadyCaptured => Cancellation::AlreadyCaptured(None),
    })
}

/// What the buyer and the house read in the provider's lists. No name, no address.
fn description(payment: &Payment) -> String {
    format!("Order {}", payment.order_id)
}

fn payment_page(app: &App, payment: &Payment) -> String {
    let order = payment.order_id;
    format!(
        "{}/gateway/orders/{order}/payment",
        app.providers.public_url
    )
}
