//! Attempts to pay: how each begins, what it is for, and how it ends.

use std::time::Duration;

use domain::order::{OrderStatus, PaymentState, Provider};
use domain::seat_map::{IdempotencyKey, Places, RequestHash};
use domain::{Money, OrderId, PaymentId, RefundId, SeatIndex, SectionIndex, SessionId, Timestamp};
use sqlx::{PgConnection, PgExecutor};

use crate::catalogue::{count, currency_of, undecodable};
use crate::jobs::{ATTEMPTS_MAX, Job};
use crate::orders::{hash_of, order_status};
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

/// An attempt that begins.
#[derive(Debug, Clone, Copy)]
pub struct NewPayment<'a> {
    /// Its id.
    pub payment_id: PaymentId,
    /// What is paid.
    pub order_id: OrderId,
    /// Who takes the money.
    pub provider: Option<Provider>,
    /// The client's name for its request.
    pub key: &'a IdempotencyKey,
    /// The hash of that request.
    pub request_hash: RequestHash,
    /// How long its places stay pinned, within the order's whole life.
    pub pinned_for: Duration,
    /// How long an order may live.
    pub order_life_max: Duration,
}

/// What a payment that begins ran into.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The order has an attempt of this key.
    #[error("the key has been used")]
    KeyIsTaken,
    /// Another attempt of the order is under way.
    #[error("another payment is under way")]
    AnotherIsPending,
    /// The order is gone, or its whole life is over.
    #[error("the order is not pending")]
    OrderIsOver,
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

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

/// Writes a new attempt with the job that ends it; says until when its places are to stay pinned.
///
/// # Errors
/// The key is taken, another attempt is pending, or the order is over.
pub async fn begin(
    connection: impl PgExecutor<'_>,
    payment: &NewPayment<'_>,
) -> Result<Duration, BeginError> {
    let deadline = Job::PaymentDeadline {
        order: payment.order_id,
        payment: payment.payment_id,
    };
    let remaining = sqlx::query_scalar!(
        "select begin_payment($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        payment.payment_id.0,
        payment.order_id.0,
        provider_word(payment.provider),
        payment.key.as_str(),
        payment.request_hash.0.as_slice(),
        payment.pinned_for.as_secs_f64(),
        payment.order_life_max.as_secs_f64(),
        deadline.task(),
        deadline.key(),
        ATTEMPTS_MAX,
    )
    .fetch_one(connection)
    .await
    .map_err(begin_error)?;
    let secs = remaining.ok_or(BeginError::OrderIsOver)?;
    Ok(Duration::try_from_secs_f64(secs).unwrap_or_default())
}

/// An attempt.
///
/// # Errors
/// The database does not answer.
pub async fn find(
    connection: impl PgExecutor<'_>,
    payment: PaymentId,
) -> Result<Option<Payment>, sqlx::Error> {
    let row = sqlx::query_as!(
        PaymentRow,
        r#"select payment_id, order_id, session_id, o.status as order_status, provider, request_hash,
               state, amount, refunded, currency, seats, standing_sections, standing_quantities, pinned_until,
               provider_reference, hand_over, capture_reference, capture_begun_at is not null as "capture_begun!",
               exists (select from event_session s where s.session_id = o.session_id and s.status = 'cancelled')
                   as "session_is_cancelled!", idempotency_key
           from payment join event_session_order o using (order_id) where payment_id = $1"#,
        payment.0,
    );
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
    let row = sqlx::query_as!(
        PaymentRow,
        r#"select payment_id, order_id, session_id, o.status as order_status, provider, request_hash,
               state, amount, refunded, currency, seats, standing_sections, standing_quantities, pinned_until,
               provider_reference, hand_over, capture_reference, capture_begun_at is not null as "capture_begun!",
               exists (select from event_session s where s.session_id = o.session_id and s.status = 'cancelled')
                   as "session_is_cancelled!", idempotency_key
           from payment join event_session_order o using (order_id) where payment_id = $1
           for update of payment"#,
        payment.0,
    );
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
    let rows = sqlx::query_as!(
        PaymentRow,
        r#"select payment_id, order_id, session_id, o.status as order_status, provider, request_hash,
               state, amount, refunded, currency, seats, standing_sections, standing_quantities, pinned_until,
               provider_reference, hand_over, capture_reference, capture_begun_at is not null as "capture_begun!",
               exists (select from event_session s where s.session_id = o.session_id and s.status = 'cancelled')
                   as "session_is_cancelled!", idempotency_key
           from payment join event_session_order o using (order_id) where order_id = $1 order by payment_id"#,
        order.0,
    );
    let rows = rows.fetch_all(connection).await?;
    rows.into_iter().map(payment_of).collect()
}

/// An order's latest attempt.
///
/// # Errors
/// The database does not answer.
pub async fn latest(
    connection: impl PgExecutor<'_>,
    order: OrderId,
) -> Result<Option<Payment>, sqlx::Error> {
    let row = sqlx::query_as!(
        PaymentRow,
        r#"select payment_id, order_id, session_id, o.status as order_status, provider, request_hash,
               state, amount, refunded, currency, seats, standing_sections, standing_quantities, pinned_until,
               provider_reference, hand_over, capture_reference, capture_begun_at is not null as "capture_begun!",
               exists (select from event_session s where s.session_id = o.session_id and s.status = 'cancelled')
                   as "session_is_cancelled!", idempotency_key
           from payment join event_session_order o using (order_id) where order_id = $1
           order by (state = 'succeeded') desc, payment_id desc limit 1"#,
        order.0,
    );
    row.fetch_optional(connection)
        .await?
        .map(payment_of)
        .transpose()
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

/// The same for places that are pinned now, and for no others.
///
/// # Errors
/// The database does not answer.
pub async fn fix_pinned(
    connection: impl PgExecutor<'_>,
    payment: PaymentId,
    amount: Money,
    places: &Places,
) -> Result<bool, sqlx::Error> {
    let (sections, quantities) = standing_columns(places);
    let fixed = sqlx::query!(
        "update payment set amount = $2, currency = $3, seats = $4, standing_sections = $5, standing_quantities = $6
         where payment_id = $1 and state = 'pending' and amount is null
             and array(select seat_index from taken_seat t
                 where t.order_id = payment.order_id and t.state = 'pinned' order by 1) = $4
             and array(select section_index from taken_standing t
                 where t.order_id = payment.order_id and t.state = 'pinned' order by section_index) = $5
             and array(select quantity from taken_standing t
                 where t.order_id = payment.order_id and t.state = 'pinned' order by section_index) = $6",
        payment.0,
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

fn begin_error(error: sqlx::Error) -> BeginError {
    match crate::violated_constraint(&error) {
        Some("payment_key_is_unique_in_order") => BeginError::KeyIsTaken,
        Some("payment_is_one_pending_per_order") => BeginError::AnotherIsPending,
        Some(_) | None => BeginError::Store(error),
    }
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

pub(crate) fn provider(word: &str) -> Result<Option<Provider>, sqlx::Error> {
    match word {
        "stripe" => Ok(Some(Provider::Stripe)),
        "paypal" => Ok(Some(Provider::Paypal)),
        "test" => Ok(Some(Provider::Test)),
        "none" => Ok(None),
        other => Err(undecodable(&format!("there is no provider {other:?}"))),
    }
}

pub(crate) fn provider_word(provider: Option<Provider>) -> &'static str {
    match provider {
        Some(Provider::Stripe) => "stripe",
        Some(Provider::Paypal) => "paypal",
        Some(Provider::Test) => "test",
        None => "none",
    }
}

fn payment_state(word: &str) -> Result<PaymentState, sqlx::Error> {
    match word {
        "pending" => Ok(PaymentState::Pending),
        "succeeded" => Ok(PaymentState::Succeeded),
        "declined" => Ok(PaymentState::Declined),
        "cancelled" => Ok(PaymentState::Cancelled),
        "refunded" => Ok(PaymentState::Refunded),
        other => Err(undecodable(&format!("no payment has the state {other:?}"))),
    }
}

pub(crate) fn state_word(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Pending => "pending",
        PaymentState::Succeeded => "succeeded",
        PaymentState::Declined => "declined",
        PaymentState::Cancelled => "cancelled",
        PaymentState::Refunded => "refunded",
    }
}

fn seats_of(column: &[i32]) -> Result<Vec<SeatIndex>, sqlx::Error> {
    column
        .iter()
        .map(|seat| count(*seat).map(SeatIndex))
        .collect()
}

fn seat_column(seats: &[SeatIndex]) -> Vec<i32> {
    let indexes = seats.iter().map(|seat| i32::try_from(seat.0));
    indexes
        .map(|index| index.expect("a manifest has fewer seats than i32 counts"))
        .collect()
}

fn lot(section: i16, quantity: i32) -> Result<(SectionIndex, u32), sqlx::Error> {
    let section = u16::try_from(section).map_err(|_| undecodable("a section index is negative"))?;
    Ok((SectionIndex(section), count(quantity)?))
}

fn standing_columns(places: &Places) -> (Vec<i16>, Vec<i32>) {
    let columns = places.standing.iter().map(|(section, quantity)| {
        let section =
            i16::try_from(section.0).expect("a manifest has fewer sections than i16 counts");
        (section, i32::try_from(*quantity).unwrap_or(i32::MAX))
    });
    columns.unzip()
}
