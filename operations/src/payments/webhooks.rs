//! Webhooks: verified, stored once, answered; worked off as jobs.

use std::sync::Arc;

use domain::order::Provider;
use domain::{OrderId, PaymentId, RefundId, Timestamp};
use integrations::paypal::{Paypal, Transmission};
use integrations::stripe::Stripe;
use integrations::{About, Notice, ProviderRefund, Standing, Untrusted};
use store::webhooks::{NewEvent, WorkedOffBy};
use thiserror::Error;

use super::cashier::Came;
use super::disputes::{self, Told};
use super::hearing::hear;
use super::{PaymentError, refunding};
use crate::App;

/// What became of a webhook at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceivedWebhook {
    /// It is stored, and will be worked off.
    Stored,
    /// It was stored before.
    Known,
    /// It is of no concern here.
    Ignored,
}

/// Why a webhook was not taken.
#[derive(Debug, Error)]
pub enum WebhookError {
    /// Nobody here listens to that provider.
    #[error("the provider is not configured")]
    NotConfigured,
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    #[error(transparent)]
    Store(#[from] Arc<store::Error>),
}

/// Takes a webhook of Stripe.
///
/// # Errors
/// Its signature does not hold, or the database does not answer.
pub async fn receive_stripe(
    app: &App,
    signature: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<ReceivedWebhook, WebhookError> {
    let stripe = app.providers.stripe.as_ref();
    let stripe = stripe.ok_or(WebhookError::NotConfigured)?;
    let notice = stripe.read_webhook(signature, body, now)?;
    keep(app, Provider::Stripe, &notice, body).await
}

/// Takes a webhook of PayPal.
///
/// # Errors
/// Its signature does not hold or cannot be looked at, or the database does not answer.
pub async fn receive_paypal(
    app: &App,
    transmission: &Transmission,
    body: &[u8],
    now: Timestamp,
) -> Result<ReceivedWebhook, WebhookError> {
    let paypal = app.providers.paypal.as_ref();
    let paypal = paypal.ok_or(WebhookError::NotConfigured)?;
    let notice = paypal.read_webhook(transmission, body, now).await?;
    keep(app, Provider::Paypal, &notice, body).await
}

async fn keep(
    app: &App,
    provider: Provider,
    notice: &Notice,
    body: &[u8],
) -> Result<ReceivedWebhook, WebhookError> {
    if notice.about == About::Nothing {
        return Ok(ReceivedWebhook::Ignored);
    }
    let came = Came::of(provider, notice).zip(app.providers.cashier.place());
    let event = NewEvent {
        provider,
        event_id: notice.event_id.clone(),
        kind: notice.kind.clone(),
        body: body.to_vec(),
        by: match came {
            Some(_) => WorkedOffBy::Caller,
            None => WorkedOffBy::Job,
        },
    };
    if !app.providers.inbox.put(&app.desk.lines, event).await? {
        return Ok(ReceivedWebhook::Known);
    }
    if let Some((came, place)) = came {
        place.take(came);
    }
    Ok(ReceivedWebhook::Stored)
}

/// Does what a stored webhook says. Repeated, it does nothing more.
///
/// # Errors
/// The provider, the session or the database does not answer; then it is to be repeated.
pub(crate) async fn work_off(
    app: &App,
    provider: Provider,
    event_id: &str,
) -> Result<(), PaymentError> {
    let Some(event) = store::webhooks::find(&app.pool, provider, event_id).await? else {
        return Ok(());
    };
    if event.is_worked_off {
        return Ok(());
    }
    let notice = match provider {
        Provider::Stripe => Stripe::read_stored(&event.body),
        Provider::Paypal => Paypal::read_stored(&event.body),
        Provider::Test => return Ok(()),
    };
    let outcome = match notice {
        Ok(notice) => follow(app, provider, notice.about).await?,
        Err(_) => "unreadable",
    };
    store::webhooks::worked_off(&app.pool, provider, event_id, outcome).await?;
    Ok(())
}

/// What came of it, for the inbox.
async fn follow(app: &App, provider: Provider, about: About) -> Result<&'static str, PaymentError> {
    match about {
        About::Attempt {
            reference,
            payment,
            standing,
        } => follow_attempt(app, provider, reference.as_deref(), payment, standing).await,
        About::Refund {
            reference,
            refund,
            standing,
        } => {
            let known = match store::refunds::by_reference(&app.pool, &reference).await? {
                Some(known) => Some(known),
                None => refund.map(RefundId),
            };
            let Some(known) = known else {
                return Ok("refused: an unknown refund");
            };
            if store::refunds::find(&app.pool, known).await?.is_none() {
                return Ok("refused: an unknown refund");
            }
            let said = ProviderRefund {
                reference,
                standing,
            };
            refunding::hear(app, known, &said).await?;
            Ok("refund noted")
        }
        About::Dispute {
            reference,
            of,
            amount,
            reason,
            standing,
        } => {
            let told = Told {
                reference,
                of,
                amount,
                reason,
                standing,
            };
            disputes::note(app, provider, &told).await
        }
        About::Nothing => Ok("nothing"),
    }
}

async fn follow_attempt(
    app: &App,
    provider: Provider,
    reference: Option<&str>,
    payment: Option<PaymentId>,
    standing: Standing,
) -> Result<&'static str, PaymentError> {
    let known = match reference {
        Some(reference) => store::attempts::by_reference(&app.pool, provider, reference).await?,
        None => None,
    };
    let known = match (known, payment) {
        (Some(known), _) => Some(known),
        (None, Some(hint)) => hinted(app, provider, reference, hint).await?,
        (None, None) => None,
    };
    let Some(known) = known else {
        tracing::warn!(
            ?provider,
            "a webhook is about an attempt that is not known here"
        );
        return Ok("refused: an unknown attempt");
    };
    let (payment, order) = known;
    Ok(hear(app, order, payment, standing).await?.word())
}

/// The attempt that was sent along, if it is of that provider and goes by no other name there: a process may have
/// died before it learned the name.
async fn hinted(
    app: &App,
    provider: Provider,
    reference: Option<&str>,
    hint: PaymentId,
) -> Result<Option<(PaymentId, OrderId)>, PaymentError> {
    let payment = store::payments::find(&app.pool, hint).await?;
    let Some(payment) = payment.filter(|payment| payment.provider == Some(provider)) else {
        return Ok(None);
    };
    match (payment.provider_reference.as_deref(), reference) {
        (Some(named), Some(reference)) if named != reference => Ok(None),
        (None, Some(reference)) => {
            // Refunds will have to name it.
            store::attempts::opened(&app.pool, hint, reference, None).await?;
            Ok(Some((hint, payment.order_id)))
        }
        (_, _) => Ok(Some((hint, payment.order_id))),
    }
}
