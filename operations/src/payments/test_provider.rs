//! The demo's own payment provider. It plays the worst of them: money may come even after it
//! confirmed a cancellation. Its whole state is the intent; what follows from it is our business.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::PaymentId;
use sqlx::{PgConnection, PgPool};
use store::test_intents::{self, IntentState};
use subtle::ConstantTimeEq;

use super::PaymentError;

/// Whether something happened by this request or had happened before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// By this one.
    Now,
    /// By an earlier one.
    Before,
}

/// The answer to a cancellation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancellation {
    /// The intent is withdrawn, or never was, or was declined.
    Cancelled,
    /// Too late: the money has come.
    AlreadyCaptured,
}

/// Opens an intent for a payment.
///
/// # Errors
/// The database does not answer.
pub async fn create(tx: &mut PgConnection, payment: PaymentId) -> Result<(), store::Error> {
    let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    test_intents::create(tx, payment, &token).await
}

/// The token that confirms an intent, if there is one.
///
/// # Errors
/// The database does not answer.
pub async fn token(pool: &PgPool, payment: PaymentId) -> Result<Option<String>, store::Error> {
    let intent = test_intents::find(pool, payment).await?;
    Ok(intent.map(|intent| intent.confirm_token))
}

/// Whether the token is the one that was handed out.
///
/// # Errors
/// It is not, or there is no such intent.
pub async fn check_token(
    pool: &PgPool,
    payment: PaymentId,
    token: &str,
) -> Result<(), PaymentError> {
    let intent = test_intents::find(pool, payment)
        .await?
        .ok_or(PaymentError::NotFound)?;
    let fits = intent.confirm_token.as_bytes().ct_eq(token.as_bytes());
    if bool::from(fits) {
        Ok(())
    } else {
        Err(PaymentError::NotFound)
    }
}

/// The buyer pays.
///
/// # Errors
/// The intent was declined, or its money went back.
pub async fn capture(tx: &mut PgConnection, payment: PaymentId) -> Result<Answer, PaymentError> {
    let from = [IntentState::Open, IntentState::Cancelled];
    advance(tx, payment, &from, IntentState::Captured).await
}

/// The buyer's bank refuses.
///
/// # Errors
/// The intent is over otherwise.
pub async fn decline(tx: &mut PgConnection, payment: PaymentId) -> Result<Answer, PaymentError> {
    advance(tx, payment, &[IntentState::Open], IntentState::Declined).await
}

/// Withdraws an intent. When it answers `Cancelled`, a decent provider takes no money any more.
///
/// # Errors
/// The database does not answer.
pub async fn cancel(pool: &PgPool, payment: PaymentId) -> Result<Cancellation, store::Error> {
    test_intents::advance(pool, payment, &[IntentState::Open], IntentState::Cancelled).await?;
    let intent = test_intents::find(pool, payment).await?;
    Ok(match intent.map(|intent| intent.state) {
        Some(IntentState::Captured) => Cancellation::AlreadyCaptured,
        Some(
            IntentState::Open
            | IntentState::Cancelled
            | IntentState::Declined
            | IntentState::Refunded,
        )
        | None => Cancellation::Cancelled,
    })
}

/// Sends captured money back. Repeated, it does nothing.
///
/// # Errors
/// The database does not answer.
pub async fn refund(pool: &PgPool, payment: PaymentId) -> Result<(), store::Error> {
    let from = [IntentState::Captured];
    test_intents::advance(pool, payment, &from, IntentState::Refunded)
        .await
        .map(drop)
}

async fn advance(
    tx: &mut PgConnection,
    payment: PaymentId,
    from: &[IntentState],
    to: IntentState,
) -> Result<Answer, PaymentError> {
    if test_intents::advance(&mut *tx, payment, from, to).await? {
        return Ok(Answer::Now);
    }
    let intent = test_intents::find(&mut *tx, payment)
        .await?
        .ok_or(PaymentError::NotFound)?;
    if intent.state == to {
        Ok(Answer::Before)
    } else {
        Err(PaymentError::Over)
    }
}
