//! Refunds: money that goes back, and the tickets it was for.
//!
//! ```text
//! due ──the provider took it on──▶ sent ──it says so──▶ done (booked)
//!  └──────────────────────────────────┴──it refuses──▶ failed ◀──┘ it could not be paid out (booked as come back)
//! ```
//!
//! Staff see to those that failed. One that they have paid out by other means is done, whatever its provider says again.

mod places;

use std::time::Duration;

use domain::order::{PaymentState, Provider};
use domain::{AccountId, Money, OrderId, PaymentId, RefundId, TicketId};
use sqlx::{PgConnection, PgExecutor};

use crate::columns::{currency_of, undecodable};
use crate::payments::provider;

pub use places::{DueReturn, SoldPlaces, next_return, note_returned, places_of};

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundState {
    Due,
    Sent,
    Done,
    Failed,
}

/// Why money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundKind {
    /// There were no places for it any more, or it came twice.
    Returned,
    /// Tickets were taken back for it.
    Tickets(PlacesAfter),
    /// A favour: the tickets stay valid.
    Favour,
}

/// What becomes of places whose tickets are refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlacesAfter {
    /// Anybody may buy them.
    OnSale,
    /// Staff keep them.
    Withheld,
}

/// A refund to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewRefund<'a> {
    pub payment: PaymentId,
    pub amount: Money,
    /// What the tickets that it takes back had cost.
    pub ticket_value: i64,
    pub kind: RefundKind,
    pub reason: &'a str,
    /// The client's name for its request.
    pub key: Option<&'a str>,
    pub by: Option<AccountId>,
}

/// A refund as it is stored, with what sending it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    pub refund_id: RefundId,
    pub payment_id: PaymentId,
    pub order_id: OrderId,
    pub provider: Option<Provider>,
    pub amount: Money,
    pub state: RefundState,
    /// The provider's name for it.
    pub reference: Option<String>,
    /// The provider's name for the attempt that is refunded.
    pub payment_reference: Option<String>,
    /// What a refund at PayPal names.
    pub capture_reference: Option<String>,
}

/// A ticket that may be refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundableTicket {
    pub ticket_id: TicketId,
    pub price: i64,
    /// Whether somebody has come in with it.
    pub is_admitted: bool,
}

/// Writes a refund that takes these tickets back: they stop admitting with this transaction. All of the money back,
/// and no valid ticket left: the payment is refunded.
///
/// # Errors
/// The database does not answer, more would go back than came (`payment_refund_within_amount`), or the key was used
/// (`refund_key_is_unique_in_payment`).
pub async fn insert(
    transaction: &mut PgConnection,
    refund: &NewRefund<'_>,
    tickets: &[TicketId],
) -> Result<RefundId, sqlx::Error> {
    let refund_id = RefundId(uuid::Uuid::now_v7());
    let (kind, places) = kind_words(refund.kind);
    sqlx::query!(
        "insert into refund (refund_id, payment_id, amount, reason, ticket_value, kind, places, places_returned_at,
             refund_key, requested_by, state)
         values ($1, $2, $3, $4, $5, $6, $7, case when $6 <> 'tickets' then now() end, $8, $9,
             case when $3 = 0::bigint then 'done' else 'due' end)",
        refund_id.0,
        refund.payment.0,
        refund.amount.minor,
        refund.reason,
        refund.ticket_value,
        kind,
        places,
        refund.key,
        refund.by.map(|account| account.0),
    )
    .execute(&mut *transaction)
    .await?;
    if !tickets.is_empty() {
        take_tickets_back(transaction, refund_id, tickets).await?;
    }
    let counted = sqlx::query!(
        "update payment set refunded = refunded + $2, settled_at = now(),
             state = case when refunded + $2 >= amount and ($3 = 'returned' or not exists (
                 select from ticket where ticket.order_id = payment.order_id and ticket.status = 'VALID'))
                 then 'refunded' else state end
         where payment_id = $1",
        refund.payment.0,
        refund.amount.minor,
        kind,
    );
    counted.execute(transaction).await?;
    Ok(refund_id)
}

/// A refund.
///
/// # Errors
/// The database does not answer.
pub async fn find(
    connection: impl PgExecutor<'_>,
    refund: RefundId,
) -> Result<Option<Refund>, sqlx::Error> {
    let row = sqlx::query!(
        "select refund_id, payment_id, order_id, provider, refund.amount, currency, refund.state,
             refund.provider_reference, payment.provider_reference as payment_reference, capture_reference
         from refund join payment using (payment_id) where refund_id = $1",
        refund.0,
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Refund {
        refund_id: RefundId(row.refund_id),
        payment_id: PaymentId(row.payment_id),
        order_id: OrderId(row.order_id),
        provider: provider(&row.provider)?,
        amount: Money {
            minor: row.amount,
            currency: currency_of(&row.currency)?,
        },
        state: refund_state(&row.state)?,
        reference: row.provider_reference,
        payment_reference: row.payment_reference,
        capture_reference: row.capture_reference,
    }))
}

/// The refund that a provider has a name for.
///
/// # Errors
/// The database does not answer.
pub async fn by_reference(
    connection: impl PgExecutor<'_>,
    reference: &str,
) -> Result<Option<RefundId>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        "select refund_id from refund where provider_reference = $1",
        reference,
    );
    Ok(found.fetch_optional(connection).await?.map(RefundId))
}

/// The refund of a payment that was asked for under a key.
///
/// # Errors
/// The database does not answer.
pub async fn by_key(
    connection: impl PgExecutor<'_>,
    payment: PaymentId,
    key: &str,
) -> Result<Option<(RefundId, i64)>, sqlx::Error> {
    let found = sqlx::query!(
        "select refund_id, amount from refund where payment_id = $1 and refund_key = $2",
        payment.0,
        key,
    );
    let found = found.fetch_optional(connection).await?;
    Ok(found.map(|row| (RefundId(row.refund_id), row.amount)))
}

/// Moves a refund on that is under way, or that was done and fails for the first time; whether it did.
///
/// # Errors
/// The database does not answer.
pub async fn advance(
    connection: impl PgExecutor<'_>,
    refund: RefundId,
    to: RefundState,
    reference: Option<&str>,
    failure: Option<&str>,
) -> Result<bool, sqlx::Error> {
    let moved = sqlx::query!(
        "update refund set state = $2, provider_reference = coalesce($3, provider_reference), failure = $4,
             heard_at = now()
         where refund_id = $1 and (state in ('due', 'sent')
             or state = 'done' and $2 = 'failed' and failure is null)",
        refund.0,
        state_word(to),
        reference,
        failure,
    );
    Ok(moved.execute(connection).await?.rows_affected() == 1)
}

/// Refunds that a provider took on and was not heard about for `quiet_for`, at most `limit`; they count as heard.
///
/// # Errors
/// The database does not answer.
pub async fn take_quiet(
    connection: impl PgExecutor<'_>,
    quiet_for: Duration,
    limit: i64,
) -> Result<Vec<RefundId>, sqlx::Error> {
    let taken = sqlx::query_scalar!(
        "update refund set heard_at = now()
         where refund_id in (
             select refund_id from refund
             where state = 'sent' and heard_at < now() - make_interval(secs => $1)
             order by heard_at limit $2 for update skip locked)
         returning refund_id",
        quiet_for.as_secs_f64(),
        limit,
    );
    let taken = taken.fetch_all(connection).await?;
    Ok(taken.into_iter().map(RefundId).collect())
}

/// The payment that paid an order, locked: nobody else refunds it until this transaction ends.
///
/// # Errors
/// The database does not answer.
pub async fn lock_payment_of(
    transaction: &mut PgConnection,
    order: OrderId,
) -> Result<Option<PaymentId>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        "select payment_id from payment
         where order_id = $1 and (state = $2 or state = $3)
             and exists (select from event_session_order where order_id = $1 and status = 'PAID')
         order by state = 'succeeded' desc, settled_at desc limit 1 for update of payment",
        order.0,
        crate::payments::state_word(PaymentState::Succeeded),
        crate::payments::state_word(PaymentState::Refunded),
    );
    Ok(found.fetch_optional(transaction).await?.map(PaymentId))
}

/// Whether an order was paid, or came too late to be, and has been refunded.
///
/// # Errors
/// The database does not answer.
pub async fn is_refunded(
    connection: impl PgExecutor<'_>,
    order: OrderId,
) -> Result<bool, sqlx::Error> {
    let found = sqlx::query_scalar!(
        r#"select exists (
               select from event_session_order where order_id = $1 and status = 'REFUNDED') as "exists!""#,
        order.0,
    );
    found.fetch_one(connection).await
}

/// The valid tickets of an order, locked, so that none is admitted while it is refunded.
///
/// # Errors
/// The database does not answer.
pub async fn lock_tickets(
    transaction: &mut PgConnection,
    order: OrderId,
) -> Result<Vec<RefundableTicket>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select ticket_id, price,
               exists (select from admission where admission.ticket_id = ticket.ticket_id) as "is_admitted!"
           from ticket where order_id = $1 and status = 'VALID' order by ordinal for update of ticket"#,
        order.0,
    )
    .fetch_all(transaction)
    .await?;
    let tickets = rows.into_iter().map(|row| RefundableTicket {
        ticket_id: TicketId(row.ticket_id),
        price: row.price,
        is_admitted: row.is_admitted,
    });
    Ok(tickets.collect())
}

async fn take_tickets_back(
    transaction: &mut PgConnection,
    refund: RefundId,
    tickets: &[TicketId],
) -> Result<(), sqlx::Error> {
    let ids: Vec<uuid::Uuid> = tickets.iter().map(|ticket| ticket.0).collect();
    let taken = sqlx::query!(
        "update ticket set status = 'REFUNDED', refund_id = $1 where ticket_id = any($2) and status = 'VALID'",
        refund.0,
        &ids,
    );
    taken.execute(transaction).await.map(drop)
}

/// Marks a paid order refunded.
///
/// # Errors
/// The database does not answer.
pub async fn mark_paid_order_refunded(
    transaction: &mut PgConnection,
    order: OrderId,
) -> Result<(), sqlx::Error> {
    let marked = sqlx::query!(
        "update event_session_order set status = 'REFUNDED' where order_id = $1 and status = 'PAID'",
        order.0,
    );
    marked.execute(transaction).await.map(drop)
}

fn kind_words(kind: RefundKind) -> (&'static str, &'static str) {
    match kind {
        RefundKind::Returned => ("returned", "on_sale"),
        RefundKind::Tickets(PlacesAfter::OnSale) => ("tickets", "on_sale"),
        RefundKind::Tickets(PlacesAfter::Withheld) => ("tickets", "withheld"),
        RefundKind::Favour => ("favour", "on_sale"),
    }
}

fn places_after(word: &str) -> Result<PlacesAfter, sqlx::Error> {
    match word {
        "on_sale" => Ok(PlacesAfter::OnSale),
        "withheld" => Ok(PlacesAfter::Withheld),
        other => Err(undecodable(&format!("no places become {other:?}"))),
    }
}

fn state_word(state: RefundState) -> &'static str {
    match state {
        RefundState::Due => "due",
        RefundState::Sent => "sent",
        RefundState::Done => "done",
        RefundState::Failed => "failed",
    }
}

fn refund_state(word: &str) -> Result<RefundState, sqlx::Error> {
    match word {
        "due" => Ok(RefundState::Due),
        "sent" => Ok(RefundState::Sent),
        "done" => Ok(RefundState::Done),
        "failed" => Ok(RefundState::Failed),
        other => Err(undecodable(&format!("no refund has the state {other:?}"))),
    }
}
