//! Disputes. Staff answer them at the provider; here they are on record, what is lost is in the books, and the audit
//! tells which are open.

use domain::order::Provider;
use domain::{Money, PaymentId};
use integrations::{DisputeStanding, Disputed};
use serde_json::json;
use store::disputes::{DisputeState, NewDispute};

use super::PaymentError;
use crate::App;

/// A dispute as a webhook tells it.
pub(super) struct Told {
    pub reference: String,
    pub of: Disputed,
    pub amount: Money,
    pub reason: String,
    pub standing: DisputeStanding,
}

/// Notes a dispute, and books what it lost; what came of it, for the inbox. Repeated, it is noted and booked once.
pub(super) async fn note(
    app: &App,
    provider: Provider,
    told: &Told,
) -> Result<&'static str, PaymentError> {
    let Some(payment) = disputed(app, provider, &told.of).await? else {
        return Ok("refused: an unknown attempt");
    };
    let known = store::payments::find(&app.pool, payment).await?;
    let known = known.ok_or(PaymentError::NotFound)?;
    if known
        .amount
        .is_none_or(|paid| paid.currency != told.amount.currency)
    {
        return Ok("refused: another currency");
    }
    let (state, action) = match told.standing {
        DisputeStanding::Open => (DisputeState::Open, "payment_disputed"),
        DisputeStanding::Won => (DisputeState::Won, "dispute_won"),
        DisputeStanding::Lost => (DisputeState::Lost, "dispute_lost"),
    };
    let dispute = NewDispute {
        provider,
        reference: &told.reference,
        payment,
        amount: told.amount,
        reason: &told.reason,
        state,
    };
    let mut tx = app.pool.begin().await?;
    if !store::disputes::note(&mut tx, &dispute).await? {
        return Ok("nothing new");
    }
    if told.standing == DisputeStanding::Lost {
        store::ledger::book_dispute(&mut tx, provider, &told.reference).await?;
    }
    let subject = known.order_id.to_string();
    let details = json!({
        "payment": payment, "dispute": told.reference, "amount": told.amount, "reason": told.reason,
    });
    store::audit::record(&mut tx, None, action, &subject, &details).await?;
    tx.commit().await?;
    tracing::warn!(order = %known.order_id, standing = ?told.standing, reason = told.reason, "a payment is disputed");
    Ok("dispute noted")
}

async fn disputed(
    app: &App,
    provider: Provider,
    of: &Disputed,
) -> Result<Option<PaymentId>, store::Error> {
    match of {
        Disputed::Attempt(reference) => {
            let known = store::attempts::by_reference(&app.pool, provider, reference).await?;
            Ok(known.map(|(payment, _)| payment))
        }
        Disputed::Capture(reference) => {
            store::attempts::by_paypal_capture(&app.pool, reference).await
        }
    }
}
