//! Sessions that are being cancelled, with how far it has come.

use domain::{AccountId, OrderId, PaymentId, SessionId, Timestamp};
use sqlx::{PgConnection, PgExecutor};

use crate::columns::count;

/// How far a cancellation has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancellation {
    pub session_id: SessionId,
    pub reason: String,
    pub started_at: Timestamp,
    pub orders_refunded: u32,
    /// Orders that are still paid.
    pub orders_left: u32,
    /// Attempts to pay that have not ended.
    pub attempts_left: u32,
    /// Refunds that no provider has confirmed yet.
    pub refunds_under_way: u32,
    /// Refunds that a provider refused.
    pub refunds_failed: u32,
    pub finished_at: Option<Timestamp>,
}

/// Begins to cancel a session, or leaves it as it is; whether there is such a session and it was not begun before.
///
/// # Errors
/// The database does not answer.
pub async fn begin(
    transaction: &mut PgConnection,
    session: SessionId,
    reason: &str,
    by: Option<AccountId>,
) -> Result<bool, sqlx::Error> {
    let begun = sqlx::query!(
        "insert into session_cancellation (session_id, reason, requested_by)
         select session_id, $2, $3 from event_session where session_id = $1
         on conflict (session_id) do nothing",
        session.0,
        reason,
        by.map(|account| account.0),
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "update event_session set status = 'cancelled' where session_id = $1 and status <> 'cancelled'",
        session.0,
    )
    .execute(transaction)
    .await?;
    Ok(begun.rows_affected() == 1)
}

/// How far it has come.
///
/// # Errors
/// The database does not answer.
pub async fn find(
    connection: impl PgExecutor<'_>,
    session: SessionId,
) -> Result<Option<Cancellation>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select session_id, reason, started_at, orders_refunded, finished_at,
               (select count(*) from event_session_order o
                where o.session_id = c.session_id and o.status = 'PAID')::int4 as "orders_left!",
               (select count(*) from payment join event_session_order o using (order_id)
                where o.session_id = c.session_id and payment.state = 'pending')::int4 as "attempts_left!",
               (select count(*) from refund join payment using (payment_id) join event_session_order o using (order_id)
                where o.session_id = c.session_id and refund.state in ('due', 'sent'))::int4 as "under_way!",
               (select count(*) from refund join payment using (payment_id) join event_session_order o using (order_id)
                where o.session_id = c.session_id and refund.state = 'failed')::int4 as "failed!"
           from session_cancellation c where session_id = $1"#,
        session.0,
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Cancellation {
        session_id: SessionId(row.session_id),
        reason: row.reason,
        started_at: row.started_at.into(),
        orders_refunded: count(row.orders_refunded)?,
        orders_left: count(row.orders_left)?,
        attempts_left: count(row.attempts_left)?,
        refunds_under_way: count(row.under_way)?,
        refunds_failed: count(row.failed)?,
        finished_at: row.finished_at.map(Timestamp::from),
    }))
}

/// Paid orders of a session, at most `limit`, that come after one.
///
/// # Errors
/// The database does not answer.
pub async fn paid_orders(
    connection: impl PgExecutor<'_>,
    session: SessionId,
    after: Option<OrderId>,
    limit: i64,
) -> Result<Vec<OrderId>, sqlx::Error> {
    let orders = sqlx::query_scalar!(
        "select order_id from event_session_order
         where session_id = $1 and status = 'PAID' and ($2::uuid is null or order_id > $2)
         order by order_id limit $3",
        session.0,
        after.map(|order| order.0),
        limit,
    );
    let orders = orders.fetch_all(connection).await?;
    Ok(orders.into_iter().map(OrderId).collect())
}

/// Attempts to pay orders of a session that have not ended.
///
/// # Errors
/// The database does not answer.
pub async fn pending_attempts(
    connection: impl PgExecutor<'_>,
    session: SessionId,
) -> Result<Vec<PaymentId>, sqlx::Error> {
    let attempts = sqlx::query_scalar!(
        "select payment_id from payment join event_session_order using (order_id)
         where session_id = $1 and state = 'pending' order by payment_id",
        session.0,
    );
    let attempts = attempts.fetch_all(connection).await?;
    Ok(attempts.into_iter().map(PaymentId).collect())
}

/// Counts one more order.
///
/// # Errors
/// The database does not answer.
pub async fn count_refunded(
    transaction: &mut PgConnection,
    session: SessionId,
) -> Result<(), sqlx::Error> {
    let counted = sqlx::query!(
        "update session_cancellation set orders_refunded = orders_refunded + 1 where session_id = $1",
        session.0,
    );
    counted.execute(transaction).await.map(drop)
}

/// Notes that nothing is left to be refunded.
///
/// # Errors
/// The database does not answer.
pub async fn finish(
    connection: impl PgExecutor<'_>,
    session: SessionId,
) -> Result<(), sqlx::Error> {
    let finished = sqlx::query!(
        "update session_cancellation set finished_at = coalesce(finished_at, now()) where session_id = $1",
        session.0,
    );
    finished.execute(connection).await.map(drop)
}

/// Whether a session is cancelled.
///
/// # Errors
/// The database does not answer.
pub async fn is_cancelled(
    connection: impl PgExecutor<'_>,
    session: SessionId,
) -> Result<bool, sqlx::Error> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from event_session where session_id = $1 and status = 'cancelled') as "exists!""#,
        session.0,
    );
    found.fetch_one(connection).await
}
