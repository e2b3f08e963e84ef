//! Disputes: payments that a buyer contests at their bank, or at PayPal.

use domain::order::Provider;
use domain::{Money, PaymentId};
use sqlx::{PgConnection, PgExecutor};

use crate::payments::provider_word;

/// Where a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeState {
    Open,
    Won,
    Lost,
}

/// A dispute as its provider tells it.
#[derive(Debug, Clone, Copy)]
pub struct NewDispute<'a> {
    pub provider: Provider,
    /// The provider's name for it.
    pub reference: &'a str,
    pub payment: PaymentId,
    pub amount: Money,
    pub reason: &'a str,
    pub state: DisputeState,
}

/// Notes a dispute, or that one has ended; whether that was news. One that has ended stays as it is: its news come in
/// any order.
///
/// # Errors
/// The database does not answer.
pub async fn note(
    transaction: &mut PgConnection,
    dispute: &NewDispute<'_>,
) -> Result<bool, sqlx::Error> {
    let noted = sqlx::query!(
        "insert into dispute (provider, reference, payment_id, amount, currency, reason, state, closed_at)
         values ($1, $2, $3, $4, $5, $6, $7, case when $7 <> 'open' then now() end)
         on conflict on constraint dispute_is_noted_once do update
             set state = excluded.state, closed_at = now(), amount = excluded.amount
             where dispute.state = 'open' and excluded.state <> 'open'",
        provider_word(Some(dispute.provider)),
        dispute.reference,
        dispute.payment.0,
        dispute.amount.minor,
        dispute.amount.currency.code(),
        dispute.reason,
        state_word(dispute.state),
    );
    Ok(noted.execute(transaction).await?.rows_affected() == 1)
}

/// What lost disputes took of a payment, in minor units.
///
/// # Errors
/// The database does not answer.
pub async fn lost_of(
    connection: impl PgExecutor<'_>,
    payment: PaymentId,
) -> Result<i64, sqlx::Error> {
    let lost = sqlx::query_scalar!(
        r#"select coalesce(sum(amount), 0)::int8 as "lost!" from dispute where payment_id = $1 and state = 'lost'"#,
        payment.0,
    );
    lost.fetch_one(connection).await
}

fn state_word(state: DisputeState) -> &'static str {
    match state {
        DisputeState::Open => "open",
        DisputeState::Won => "won",
        DisputeState::Lost => "lost",
    }
}
