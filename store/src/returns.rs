//! Whether buyers may return tickets of a session themselves: until when, and what that costs them.

use domain::{Currency, OrderId, SessionId, Timestamp};
use sqlx::PgExecutor;

use crate::columns::{count, currency_of, undecodable};

/// What a session's buyers were promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Before the start.
    pub hours_before: u32,
    /// What is kept of each ticket, in minor units.
    pub fee: i64,
}

/// The terms of a session that begins then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    pub terms: Terms,
    pub starts_at: Timestamp,
}

/// Sets a session's terms, or that its buyers return nothing; whether there is such a session.
///
/// # Errors
/// The database does not answer, or the fee is negative (`session_refund_fee_is_not_negative`).
pub async fn set(
    connection: impl PgExecutor<'_>,
    session: SessionId,
    terms: Option<Terms>,
) -> Result<bool, sqlx::Error> {
    let hours = terms.map(|terms| i32::try_from(terms.hours_before));
    let hours = hours.transpose();
    let hours = hours.map_err(|_| undecodable("no policy counts so many hours"))?;
    let set = sqlx::query!(
        "update event_session set buyer_refund_hours = $2, buyer_refund_fee = $3 where session_id = $1",
        session.0,
        hours,
        terms.map_or(0, |terms| terms.fee),
    );
    Ok(set.execute(connection).await?.rows_affected() == 1)
}

/// A session's terms, none where buyers return nothing, and the currency of its fee.
///
/// # Errors
/// The database does not answer.
pub async fn of_session(
    connection: impl PgExecutor<'_>,
    session: SessionId,
) -> Result<Option<(Option<Terms>, Currency)>, sqlx::Error> {
    let row = sqlx::query!(
        "select buyer_refund_hours, buyer_refund_fee, currency from event_session where session_id = $1",
        session.0,
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let terms = row.buyer_refund_hours.map(|hours| {
        Ok(Terms {
            hours_before: count(hours)?,
            fee: row.buyer_refund_fee,
        })
    });
    let terms: Result<_, sqlx::Error> = terms.transpose();
    Ok(Some((terms?, currency_of(&row.currency)?)))
}

/// The policy of an order's session; nothing where buyers return nothing.
///
/// # Errors
/// The database does not answer.
pub async fn of_order(
    connection: impl PgExecutor<'_>,
    order: OrderId,
) -> Result<Option<Policy>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select buyer_refund_hours as "hours!", buyer_refund_fee, starts_at
           from event_session_order o join event_session using (session_id)
           where order_id = $1 and buyer_refund_hours is not null"#,
        order.0,
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let terms = Terms {
        hours_before: count(row.hours)?,
        fee: row.buyer_refund_fee,
    };
    Ok(Some(Policy {
        terms,
        starts_at: row.starts_at.into(),
    }))
}
