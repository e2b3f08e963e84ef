//! Cancelling a whole session: nothing more is sold, every order is refunded in full.
//!
//! ```text
//! begin: the session is cancelled, the job is there ──▶ attempts to pay are ended ──▶ paid orders are refunded,
//!        one transaction each ──▶ looked at once more, for money that was just on its way ──▶ finished
//! ```
//!
//! Each order is refunded in a transaction of its own and is not paid afterwards, so a job that was cut short goes on
//! with those that are left.

use std::time::Duration;

use domain::{AccountId, OrderId, SessionId};
use sqlx::PgPool;
use store::jobs::Job;

use crate::App;
use crate::orders::OrderError;
use crate::payments::{self, PaymentError};
use crate::refunds::{Extent, PlacesAfter, RefundError, RefundRequest, refund_in};

pub use store::cancellations::Cancellation;

/// How many orders are looked for at a time.
const ORDERS_AT_A_TIME: i64 = 100;

/// When a session is looked at once more after nothing was left: a sale that had begun before the session was
/// cancelled is committed by then.
const LAST_LOOK_DELAY: Duration = Duration::from_secs(15);

/// Cancels a session and leaves the job that refunds its orders; one that is being cancelled goes on. Whether there is
/// such a session.
///
/// # Errors
/// The database does not answer.
pub async fn begin(
    pool: &PgPool,
    session: SessionId,
    reason: &str,
    by: Option<AccountId>,
) -> Result<bool, store::Error> {
    let mut tx = pool.begin().await?;
    let begun = store::cancellations::begin(&mut tx, session, reason, by).await?;
    if begun {
        let details = serde_json::json!({ "reason": reason });
        let subject = session.to_string();
        store::audit::record(&mut tx, by, "session_cancelled", &subject, &details).await?;
    }
    let known = store::cancellations::find(&mut *tx, session).await?;
    if known
        .as_ref()
        .is_some_and(|known| known.finished_at.is_none())
    {
        store::jobs::add(&mut tx, Job::CancelSession(session), Duration::ZERO).await?;
    }
    tx.commit().await?;
    Ok(known.is_some())
}

/// How far a cancellation has come.
///
/// # Errors
/// The database does not answer.
pub async fn progress(
    pool: &PgPool,
    session: SessionId,
) -> Result<Option<Cancellation>, store::Error> {
    store::cancellations::find(pool, session).await
}

/// Refunds what is left. Repeated, or after having been cut short, it goes on.
///
/// # Errors
/// A provider, the session or the database does not answer; then it is to be repeated.
pub(crate) async fn go_on(app: &App, session: SessionId) -> Result<(), RefundError> {
    let Some(known) = store::cancellations::find(&app.pool, session).await? else {
        return Ok(());
    };
    // The live session sells no more from its next start on.
    app.registry.restart(session).await;
    let open = end_attempts(app, session).await?;
    let refunded = refund_orders(app, session, &known.reason).await?;
    if open > 0 {
        return Err(RefundError::SessionBusy);
    }
    if refunded == 0 && known.orders_left == 0 {
        return Ok(store::cancellations::finish(&app.pool, session).await?);
    }
    let mut connection = app.pool.acquire().await?;
    Ok(store::jobs::add(
        &mut connection,
        Job::CancelSession(session),
        LAST_LOOK_DELAY,
    )
    .await?)
}

/// Ends the attempts that are under way; how many could not be.
async fn end_attempts(app: &App, session: SessionId) -> Result<usize, RefundError> {
    let mut open = 0;
    for attempt in store::cancellations::pending_attempts(&app.pool, session).await? {
        match payments::end_at_deadline(app, attempt).await {
            Ok(()) => {}
            Err(PaymentError::Order(OrderError::Store(error))) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(payment = %attempt, %error, "an attempt in a cancelled session could not be ended");
                open += 1;
            }
        }
    }
    Ok(open)
}

/// Refunds the paid orders, one transaction each; how many it did.
async fn refund_orders(app: &App, session: SessionId, reason: &str) -> Result<usize, RefundError> {
    let (mut after, mut refunded) = (None, 0);
    loop {
        let pool = &app.pool;
        let orders =
            store::cancellations::paid_orders(pool, session, after, ORDERS_AT_A_TIME).await?;
        let Some(last) = orders.last() else {
            return Ok(refunded);
        };
        after = Some(*last);
        for order in orders {
            refunded += usize::from(refund_order(app, session, order, reason).await?);
        }
    }
}

/// Whether it was this one that refunded it.
async fn refund_order(
    app: &App,
    session: SessionId,
    order: OrderId,
    reason: &str,
) -> Result<bool, RefundError> {
    let request = RefundRequest {
        order,
        extent: Extent::Whole,
        places: PlacesAfter::Withheld,
        fee_per_ticket: 0,
        used_too: true,
        reason: reason.to_owned(),
        key: None,
        by: None,
    };
    let mut tx = app.pool.begin().await?;
    let refunded = match refund_in(&mut tx, &request).await {
        // The buyer has the money from their bank: the tickets are taken back all the same.
        Err(RefundError::LostToDispute) => {
            let for_nothing = RefundRequest {
                fee_per_ticket: i64::MAX,
                ..request
            };
            refund_in(&mut tx, &for_nothing).await
        }
        other => other,
    };
    match refunded {
        Ok(_) => {}
        // Refunded by staff since it was looked for.
        Err(RefundError::NotPaid | RefundError::RefundedBefore | RefundError::NoSuchTicket) => {
            return Ok(false);
        }
        Err(error) => return Err(error),
    }
    store::cancellations::count_refunded(&mut tx, session).await?;
    tx.commit().await?;
    Ok(true)
}
