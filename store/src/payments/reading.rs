//! Reading attempts to pay.

use std::collections::HashMap;

use domain::order::Provider;
use domain::seat_map::{Places, RequestHash};
use domain::{Money, OrderId, PaymentId, SessionId};
use sqlx::{PgConnection, PgExecutor};

use super::columns::{lot, payment_state, provider, provider_word, seats_of};
use super::{Latest, Payment};
use crate::columns::currency_of;
use crate::orders::{hash_of, order_status};

struct PaymentRow {
    payment_id: uuid::Uuid,
    order_id: uuid::Uuid,
    session_id: uuid::Uuid,
    order_status: String,
    provider: String,
    request_hash: Vec<u8>,
    state: String,
    amount: Option<i64>,
    currency: String,
    seats: Vec<i32>,
    standing_sections: Vec<i16>,
    standing_quantities: Vec<i32>,
    pinned_until: chrono::DateTime<chrono::Utc>,
    refunded: i64,
    provider_reference: Option<String>,
    hand_over: Option<String>,
    capture_reference: Option<String>,
    capture_begun: bool,
    session_is_cancelled: bool,
    idempotency_key: String,
}

/// The attempts that a query's last part names, each with its order. One list of columns for all of them.
macro_rules! attempts {
    ($which:literal, $($arguments:tt)*) => {
        sqlx::query_as!(
            PaymentRow,
            r#"select payment_id, order_id, session_id, o.status as order_status, provider, request_hash,
                   state, amount, refunded, currency, seats, standing_sections, standing_quantities, pinned_until,
                   provider_reference, hand_over, capture_reference, capture_begun_at is not null as "capture_begun!",
                   exists (select from event_session s where s.session_id = o.session_id and s.status = 'cancelled')
                       as "session_is_cancelled!", idempotency_key
               from payment join event_session_order o using (order_id) "# + $which,
            $($arguments)*
        )
    };
}

/// An attempt.
///
/// # Errors
/// The database does not answer.
pub async fn find(
    connection: impl PgExecutor<'_>,
    payment: PaymentId,
) -> Result<Option<Payment>, sqlx::Error> {
    let row = attempts!("where payment_id = $1", payment.0);
    row.fetch_optional(connection)
        .await?
        .map(payment_of)
        .transpose()
}

/// An attempt, locked: nobody else settles it until this transaction ends.
///
/// # Errors
/// The database does not answer.
pub async fn lock(
    transaction: &mut PgConnection,
    payment: PaymentId,
) -> Result<Option<Payment>, sqlx::Error> {
    let row = attempts!("where payment_id = $1 for update of payment", payment.0);
    row.fetch_optional(transaction)
        .await?
        .map(payment_of)
        .transpose()
}

/// All attempts of an order, the first first.
///
/// # Errors
/// The database does not answer.
pub async fn of_order(
    connection: impl PgExecutor<'_>,
    order: OrderId,
) -> Result<Vec<Payment>, sqlx::Error> {
    let rows = attempts!("where order_id = $1 order by payment_id", order.0);
    let rows = rows.fetch_all(connection).await?;
    rows.into_iter().map(payment_of).collect()
}

/// Where the attempts of several orders stand that count: of each the one that succeeded, else the latest. Orders without
/// any are left out.
///
/// # Errors
/// The database does not answer.
pub async fn latest(
    connection: impl PgExecutor<'_>,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Latest>, sqlx::Error> {
    let orders: Vec<_> = orders.iter().map(|order| order.0).collect();
    let rows = sqlx::query!(
        "select distinct on (order_id) order_id, payment_id, provider, state, pinned_until from payment where order_id = any($1)
         order by order_id, (state = 'succeeded') desc, payment_id desc",
        &orders,
    );
    let rows = rows.fetch_all(connection).await?;
    let latest = rows.into_iter().map(|row| {
        let latest = Latest::read(row.payment_id, &row.provider, &row.state, row.pinned_until)?;
        Ok((OrderId(row.order_id), latest))
    });
    latest.collect()
}

impl Latest {
    pub(crate) fn read(
        payment: uuid::Uuid,
        provider_word: &str,
        state: &str,
        pinned_until: chrono::DateTime<chrono::Utc>,
    ) -> Result<Self, sqlx::Error> {
        Ok(Self {
            payment_id: PaymentId(payment),
            provider: provider(provider_word)?,
            state: payment_state(state)?,
            pinned_until: pinned_until.into(),
        })
    }
}

/// Attempts by what their providers call them, in no order; those that are not known here are left out.
///
/// # Errors
/// The database does not answer.
pub async fn of_references(
    connection: impl PgExecutor<'_>,
    references: &[(Provider, &str)],
) -> Result<Vec<Payment>, sqlx::Error> {
    let (providers, names): (Vec<&str>, Vec<&str>) = references
        .iter()
        .map(|(provider, name)| (provider_word(Some(*provider)), *name))
        .unzip();
    let rows = attempts!(
        "where (provider, provider_reference) in (select * from unnest($1::text[], $2::text[]))
            and provider_reference is not null",
        &providers as &[&str],
        &names as &[&str]
    );
    let rows = rows.fetch_all(connection).await?;
    rows.into_iter().map(payment_of).collect()
}

/// The order's attempt that is under way, if there is one.
///
/// # Errors
/// The database does not answer.
pub async fn pending(
    connection: impl PgExecutor<'_>,
    order: OrderId,
) -> Result<Option<PaymentId>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        "select payment_id from payment where order_id = $1 and state = 'pending'",
        order.0,
    );
    Ok(found.fetch_optional(connection).await?.map(PaymentId))
}

/// Whether an attempt of the order is under way.
///
/// # Errors
/// The database does not answer.
pub async fn is_pending(
    connection: impl PgExecutor<'_>,
    order: OrderId,
) -> Result<bool, sqlx::Error> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from payment where order_id = $1 and state = 'pending') as "exists!""#,
        order.0,
    );
    found.fetch_one(connection).await
}

/// Whether an attempt of the order has succeeded.
///
/// # Errors
/// The database does not answer.
pub async fn is_paid(connection: impl PgExecutor<'_>, order: OrderId) -> Result<bool, sqlx::Error> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from payment where order_id = $1 and state = 'succeeded') as "exists!""#,
        order.0,
    );
    found.fetch_one(connection).await
}

fn payment_of(row: PaymentRow) -> Result<Payment, sqlx::Error> {
    let currency = currency_of(&row.currency)?;
    let standing = row.standing_sections.iter().zip(&row.standing_quantities);
    let standing = standing.map(|(section, quantity)| lot(*section, *quantity));
    Ok(Payment {
        payment_id: PaymentId(row.payment_id),
        order_id: OrderId(row.order_id),
        session_id: SessionId(row.session_id),
        order_status: order_status(&row.order_status)?,
        provider: provider(&row.provider)?,
        key: row.idempotency_key,
        request_hash: RequestHash(hash_of(row.request_hash)?),
        state: payment_state(&row.state)?,
        amount: row.amount.map(|minor| Money { minor, currency }),
        places: Places {
            seats: seats_of(&row.seats)?,
            standing: standing.collect::<Result<_, _>>()?,
        },
        pinned_until: row.pinned_until.into(),
        refunded: row.refunded,
        provider_reference: row.provider_reference,
        hand_over: row.hand_over,
        capture_reference: row.capture_reference,
        capture_begun: row.capture_begun,
        session_is_cancelled: row.session_is_cancelled,
    })
}
