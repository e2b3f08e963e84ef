//! What a provider says about an attempt to pay: its name there, and when it was last heard of.

use std::collections::HashSet;
use std::time::Duration;

use domain::order::Provider;
use domain::{OrderId, PaymentId};
use sqlx::PgExecutor;

use crate::payments::provider_word;

/// Notes that an attempt is open at its provider, once; whether it did.
///
/// # Errors
/// The database does not answer, or another attempt has the name (`payment_reference_is_unique_at_provider`).
pub async fn opened(
    connection: impl PgExecutor<'_>,
    payment: PaymentId,
    reference: &str,
    hand_over: Option<&str>,
) -> Result<bool, sqlx::Error> {
    let noted = sqlx::query!(
        "update payment set provider_reference = $2, hand_over = $3, heard_at = now()
         where payment_id = $1 and provider_reference is null",
        payment.0,
        reference,
        hand_over,
    );
    Ok(noted.execute(connection).await?.rows_affected() == 1)
}

/// An attempt that its provider has taken on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedAttempt {
    pub payment: PaymentId,
    /// The provider's name for it.
    pub reference: String,
    /// What the buyer goes on with.
    pub hand_over: String,
}

/// The same for several attempts in one statement; of each, whether it did.
///
/// # Errors
/// The database does not answer, or one of the names belongs to another attempt: nothing is noted.
pub async fn opened_together(
    connection: impl PgExecutor<'_>,
    attempts: &[OpenedAttempt],
) -> Result<Vec<bool>, sqlx::Error> {
    let payments: Vec<_> = attempts.iter().map(|it| it.payment.0).collect();
    let references: Vec<_> = attempts.iter().map(|it| it.reference.as_str()).collect();
    let hand_overs: Vec<_> = attempts.iter().map(|it| it.hand_over.as_str()).collect();
    let noted = sqlx::query_scalar!(
        "update payment set provider_reference = told.reference, hand_over = told.hand_over, heard_at = now()
         from unnest($1::uuid[], $2::text[], $3::text[]) as told (payment_id, reference, hand_over)
         where payment.payment_id = told.payment_id and provider_reference is null
         returning payment.payment_id",
        &payments,
        &references as &[&str],
        &hand_overs as &[&str],
    );
    let noted: HashSet<_> = noted.fetch_all(connection).await?.into_iter().collect();
    Ok(payments.iter().map(|it| noted.contains(it)).collect())
}

/// The attempt that a provider has a name for, and its order.
///
/// # Errors
/// The database does not answer.
pub async fn by_reference(
    connection: impl PgExecutor<'_>,
    provider: Provider,
    reference: &str,
) -> Result<Option<(PaymentId, OrderId)>, sqlx::Error> {
    let found = sqlx::query!(
        "select payment_id, order_id from payment where provider = $1 and provider_reference = $2",
        provider_word(Some(provider)),
        reference,
    );
    let found = found.fetch_optional(connection).await?;
    Ok(found.map(|row| (PaymentId(row.payment_id), OrderId(row.order_id))))
}

/// The attempt whose money PayPal has a name for.
///
/// # Errors
/// The database does not answer.
pub async fn by_paypal_capture(
    connection: impl PgExecutor<'_>,
    capture_reference: &str,
) -> Result<Option<PaymentId>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        "select payment_id from payment where provider = 'paypal' and capture_reference = $1",
        capture_reference,
    );
    Ok(found.fetch_optional(connection).await?.map(PaymentId))
}

/// Notes that the money of a pending attempt is about to be asked for; whether it is still pending.
///
/// # Errors
/// The database does not answer.
pub async fn begin_capture(
    connection: impl PgExecutor<'_>,
    payment: PaymentId,
) -> Result<bool, sqlx::Error> {
    let noted = sqlx::query!(
        "update payment set capture_begun_at = coalesce(capture_begun_at, now())
         where payment_id = $1 and state = 'pending'",
        payment.0,
    );
    Ok(noted.execute(connection).await?.rows_affected() == 1)
}

/// Notes what refunds of an attempt have to name.
///
/// # Errors
/// The database does not answer.
pub async fn captured(
    connection: impl PgExecutor<'_>,
    payment: PaymentId,
    capture_reference: &str,
) -> Result<(), sqlx::Error> {
    let noted = sqlx::query!(
        "update payment set capture_reference = $2, heard_at = now()
         where payment_id = $1 and capture_reference is null",
        payment.0,
        capture_reference,
    );
    noted.execute(connection).await.map(drop)
}

/// Notes why an attempt came to nothing.
///
/// # Errors
/// The database does not answer.
pub async fn note_failure(
    connection: impl PgExecutor<'_>,
    payment: PaymentId,
    failure: &str,
) -> Result<(), sqlx::Error> {
    let noted = sqlx::query!(
        "update payment set failure = $2, heard_at = now() where payment_id = $1",
        payment.0,
        failure,
    );
    noted.execute(connection).await.map(drop)
}

/// Pending attempts that nothing was heard of for `quiet_for`, at most `limit`. They count as heard from now on, so
/// that of several processes one asks.
///
/// # Errors
/// The database does not answer.
pub async fn take_quiet(
    connection: impl PgExecutor<'_>,
    quiet_for: Duration,
    limit: i64,
) -> Result<Vec<PaymentId>, sqlx::Error> {
    let taken = sqlx::query_scalar!(
        "update payment set heard_at = now()
         where payment_id in (
             select payment_id from payment
             where state = 'pending' and provider in ('stripe', 'paypal')
                 and heard_at < now() - make_interval(secs => $1)
             order by heard_at limit $2 for update skip locked)
         returning payment_id",
        quiet_for.as_secs_f64(),
        limit,
    );
    let taken = taken.fetch_all(connection).await?;
    Ok(taken.into_iter().map(PaymentId).collect())
}
