//! The books: every movement of money, written in the transaction that learns of it and never changed.

use domain::order::Provider;
use domain::{PaymentId, RefundId};
use sqlx::PgConnection;

use crate::payments::provider_word;

/// Books the money of a payment as come: its whole amount, once. Nothing to pay is no movement.
///
/// # Errors
/// The database does not answer, or it was booked before (`ledger_captures_once_per_payment`).
pub async fn book_capture(
    transaction: &mut PgConnection,
    payment: PaymentId,
) -> Result<(), sqlx::Error> {
    let booked = sqlx::query!(
        "insert into ledger (kind, payment_id, order_id, session_id, amount, currency, provider)
         select 'captured', payment_id, order_id, session_id, amount, payment.currency, provider
         from payment join event_session_order using (order_id)
         where payment_id = $1 and amount > 0",
        payment.0,
    );
    booked.execute(transaction).await.map(drop)
}

/// Books what a lost dispute took.
///
/// # Errors
/// The database does not answer, or it was booked before (`ledger_books_a_dispute_once`).
pub async fn book_dispute(
    transaction: &mut PgConnection,
    provider: Provider,
    reference: &str,
) -> Result<(), sqlx::Error> {
    let booked = sqlx::query!(
        "insert into ledger (kind, payment_id, order_id, session_id, dispute_reference, amount, currency, provider)
         select 'disputed', payment_id, order_id, session_id, reference, dispute.amount, dispute.currency,
             dispute.provider
         from dispute join payment using (payment_id) join event_session_order using (order_id)
         where dispute.provider = $1 and reference = $2",
        provider_word(Some(provider)),
        reference,
    );
    booked.execute(transaction).await.map(drop)
}

/// Books a refund as gone.
///
/// # Errors
/// The database does not answer, or it was booked before (`ledger_books_a_refund_once`).
pub async fn book_refund(
    transaction: &mut PgConnection,
    refund: RefundId,
) -> Result<(), sqlx::Error> {
    let booked = sqlx::query!(
        "insert into ledger (kind, payment_id, order_id, session_id, refund_id, amount, currency, provider)
         select 'refunded', payment_id, order_id, session_id, refund_id, refund.amount, payment.currency, provider
         from refund join payment using (payment_id) join event_session_order using (order_id)
         where refund_id = $1 and refund.amount > 0",
        refund.0,
    );
    booked.execute(transaction).await.map(drop)
}

/// Books a refund that was booked as gone as come back. One that never went is no movement.
///
/// # Errors
/// The database does not answer, or it was booked before (`ledger_books_a_failure_once`).
pub async fn book_failed_refund(
    transaction: &mut PgConnection,
    refund: RefundId,
) -> Result<(), sqlx::Error> {
    let booked = sqlx::query!(
        "insert into ledger (kind, payment_id, order_id, session_id, refund_id, amount, currency, provider)
         select 'refund_failed', payment_id, order_id, session_id, refund_id, amount, currency, provider
         from ledger where refund_id = $1 and kind = 'refunded'",
        refund.0,
    );
    booked.execute(transaction).await.map(drop)
}
