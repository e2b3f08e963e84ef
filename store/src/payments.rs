//! Attempts to pay: how each begins, what it is for, and how it ends.

mod beginning;
mod columns;
mod reading;

use domain::order::{OrderStatus, PaymentState, Provider};
use domain::seat_map::{Places, RequestHash};
use domain::{Money, OrderId, PaymentId, RefundId, SessionId, Timestamp};
use sqlx::{PgConnection, PgExecutor};

pub use self::beginning::{BeginError, NewPayment, begin, begin_together};
use self::columns::{lot, seat_column, seats_of, standing_columns};
pub(crate) use self::columns::{provider, provider_word, state_word};
pub use self::reading::{
    find, is_paid, is_pending, latest, lock, of_order, of_references, pending,
};
use crate::refunds::{NewRefund, RefundKind};

/// An attempt to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The attempt.
    pub payment_id: PaymentId,
    /// What is paid.
    pub order_id: OrderId,
    /// The order's session.
    pub session_id: SessionId,
    /// Where the order stands.
    pub order_status: OrderStatus,
    /// Who takes the money; nobody where there is nothing to pay.
    pub provider: Option<Provider>,
    /// The client's name for the request that began it.
    pub key: String,
    /// The hash of that request.
    pub request_hash: RequestHash,
    /// Where it stands.
    pub state: PaymentState,
    /// What it costs; known once the order's places are pinned.
    pub amount: Option<Money>,
    /// What it pays for; empty until the order's places are pinned.
    pub places: Places,
    /// Until when the places stay pinned for it.
    pub pinned_until: Timestamp,
    /// How much of it goes back, in minor units.
    pub refunded: i64,
    /// The provider's name for it, once it is open there.
    pub provider_reference: Option<String>,
    /// What the buyer goes on with: Stripe's client secret, or the address to approve at.
    pub hand_over: Option<String>,
    /// What refunds name, once the money came.
    pub capture_reference: Option<String>,
    /// Whether the provider was told to take the money.
    pub capture_begun: bool,
    /// Whether what it pays for will not take place.
    pub session_is_cancelled: bool,
}

/// As much of an attempt as an order shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latest {
    pub payment_id: PaymentId,
    pub provider: Option<Provider>,
    pub state: PaymentState,
    pub pinned_until: Timestamp,
}

/// Writes what a pending attempt is for, once; whether it did.
///
/// # Errors
/// The database does not answer.
pub async fn fix(
    connection: impl PgExecutor<'_>,
    payment: PaymentId,
    provider: Option<Provider>,
    amount: Money,
    places: &Places,
) -> Result<bool, sqlx::Error> {
    let (sections, quantities) = standing_columns(places);
    let fixed = sqlx::query!(
        "update payment set provider = $2, amount = $3, currency = $4, seats = $5,
             standing_sections = $6, standing_quantities = $7
         where payment_id = $1 and state = 'pending' and amount is null",
        payment.0,
        provider_word(provider),
        amount.minor,
        amount.currency.code(),
        &seat_column(&places.seats),
        &sections,
        &quantities,
    );
    Ok(fixed.execute(connection).await?.rows_affected() == 1)
}

/// Moves a pending attempt on; whether it was pending.
///
/// # Errors
/// The database does not answer.
pub async fn end_pending(
    connection: impl PgExecutor<'_>,
    payment: PaymentId,
    state: PaymentState,
) -> Result<bool, sqlx::Error> {
    let ended = sqlx::query!(
        "update payment set state = $2, settled_at = now() where payment_id = $1 and state = 'pending'",
        payment.0,
        state_word(state),
    );
    Ok(ended.execute(connection).await?.rows_affected() == 1)
}

/// The places of an order that are pinned, rising.
///
/// # Errors
/// The database does not answer.
pub async fn pinned_places(
    transaction: &mut PgConnection,
    order: OrderId,
) -> Result<Places, sqlx::Error> {
    let seats = sqlx::query_scalar!(
        "select seat_index from taken_seat where order_id = $1 and state = 'pinned' order by 1",
        order.0,
    )
    .fetch_all(&mut *transaction)
    .await?;
    let standing = sqlx::query!(
        "select section_index, quantity from taken_standing
         where order_id = $1 and state = 'pinned' order by 1",
        order.0,
    )
    .fetch_all(&mut *transaction)
    .await?;
    let standing = standing
        .into_iter()
        .map(|row| lot(row.section_index, row.quantity));
    Ok(Places {
        seats: seats_of(&seats)?,
        standing: standing.collect::<Result<_, _>>()?,
    })
}

/// Notes that `amount` of a payment goes back, and why, where there are no tickets yet. All of it back: the payment
/// is refunded.
///
/// # Errors
/// The database does not answer, or more would go back than came (`payment_refund_within_amount`).
pub async fn refund(
    transaction: &mut PgConnection,
    payment: PaymentId,
    amount: Money,
    reason: &str,
) -> Result<RefundId, sqlx::Error> {
    let refund = NewRefund {
        payment,
        amount,
        ticket_value: 0,
        kind: RefundKind::Returned,
        reason,
        key: None,
        by: None,
    };
    crate::refunds::insert(transaction, &refund, &[]).await
}

/// Marks a cancelled order refunded: its money came too late and went back.
///
/// # Errors
/// The database does not answer.
pub async fn mark_cancelled_order_refunded(
    transaction: &mut PgConnection,
    order: OrderId,
) -> Result<(), sqlx::Error> {
    let marked = sqlx::query!(
        "update event_session_order set status = 'REFUNDED' where order_id = $1 and status = 'CANCELLED'",
        order.0,
    );
    marked.execute(transaction).await.map(drop)
}
