//! What buyers may return themselves: as their session's policy has it.

use std::time::Duration;

use domain::order::Credential;
use domain::{AccountId, Currency, OrderId, SessionId, Timestamp};
use serde_json::json;
use sqlx::PgPool;
use store::returns::{Policy, Terms as ReturnTerms};

use super::{Extent, PlacesAfter, RefundError, RefundRequest, Refunded, refund};

/// A year.
const HOURS_BEFORE_MAX: u32 = 366 * 24;

/// Gives a buyer their tickets' money back, where the session's policy allows it.
///
/// # Errors
/// The policy does not allow it, or the order is not theirs or not paid.
pub async fn refund_by_buyer(
    pool: &PgPool,
    order: OrderId,
    by: &Credential,
    extent: Extent,
    now: Timestamp,
) -> Result<Refunded, RefundError> {
    let theirs = store::orders::order_of(pool, by, order).await?;
    theirs.ok_or(RefundError::NotPaid)?;
    refund_by_policy(pool, order, extent, now).await
}

/// The same for whoever answers for the buyer: until so many hours before the start, less a fee a ticket. Tickets that
/// were used stay paid.
///
/// # Errors
/// The policy does not allow it, or the order is not paid.
pub async fn refund_by_policy(
    pool: &PgPool,
    order: OrderId,
    extent: Extent,
    now: Timestamp,
) -> Result<Refunded, RefundError> {
    let policy = store::returns::of_order(pool, order).await?;
    let Policy { terms, starts_at } = policy.ok_or(RefundError::NotAllowed)?;
    let notice = Duration::from_secs(u64::from(terms.hours_before) * 3600);
    if matches!(extent, Extent::Favour(_)) || now.plus(notice) > starts_at {
        return Err(RefundError::NotAllowed);
    }
    let request = RefundRequest {
        order,
        extent,
        places: PlacesAfter::OnSale,
        fee_per_ticket: terms.fee,
        used_too: false,
        reason: "returned by the buyer".to_owned(),
        key: None,
        by: None,
    };
    refund(pool, &request).await
}

/// Sets until when a session's buyers may return tickets themselves, and for what fee; or that they may not.
///
/// # Errors
/// There is no such session, or the terms make no sense.
pub async fn set_policy(
    pool: &PgPool,
    session: SessionId,
    terms: Option<ReturnTerms>,
    by: Option<AccountId>,
) -> Result<(), RefundError> {
    if terms.is_some_and(|terms| !is_sensible(terms)) {
        return Err(RefundError::NoSuchTerms);
    }
    let mut tx = pool.begin().await?;
    if !store::returns::set(&mut *tx, session, terms).await? {
        return Err(RefundError::NoSuchSession);
    }
    let details = terms.map(|terms| json!({ "hoursBefore": terms.hours_before, "fee": terms.fee }));
    let (subject, details) = (session.to_string(), details.unwrap_or_default());
    store::audit::record(&mut tx, by, "return_policy_set", &subject, &details).await?;
    Ok(tx.commit().await?)
}

/// Whether a session's buyers may return tickets, and in which currency its fee is; nothing where there is no such
/// session.
///
/// # Errors
/// The database does not answer.
pub async fn policy_of(
    pool: &PgPool,
    session: SessionId,
) -> Result<Option<(Option<ReturnTerms>, Currency)>, store::Error> {
    store::returns::of_session(pool, session).await
}

/// Whether terms can be kept: a fee of less than nothing would be a gift, and nobody plans for years.
#[must_use]
pub fn is_sensible(terms: ReturnTerms) -> bool {
    terms.fee >= 0 && terms.hours_before <= HOURS_BEFORE_MAX
}
