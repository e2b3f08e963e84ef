//! Orders as they are stored: those that are closed, and what their buyers typed.
//!
//! Open orders are read from the live session; the journal alone writes their rows while they
//! are open. What a buyer typed has a table of its own, so that typing never waits for the journal.

use domain::order::{Credential, OrderStatus, Owner, SecretHash};
use domain::pnr::Pnr;
use domain::seat_map::{Ending, IdempotencyKey, RequestHash};
use domain::{AccountId, Currency, OrderId, SessionId, Timestamp};
use sqlx::PgExecutor;

use crate::columns::{count, currency_of, undecodable};
use crate::details::StoredAddress;

/// An order's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOrder {
    /// The order.
    pub order_id: OrderId,
    /// Its session.
    pub session_id: SessionId,
    /// Whose it is.
    pub owner: Owner,
    /// Its reference.
    pub pnr: Pnr,
    /// Where it stands.
    pub status: OrderStatus,
    /// How it ended, if it ended unsold.
    pub ending: Option<Ending>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it expires or would have.
    pub expires_at: Timestamp,
    /// The currency of its session.
    pub currency: Currency,
}

/// What a buyer has typed so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Details {
    /// How many places they want.
    pub quantity: Option<u32>,
    /// Whether the address is there.
    pub has_address: bool,
}

struct OrderRow {
    order_id: uuid::Uuid,
    session_id: uuid::Uuid,
    account_id: Option<uuid::Uuid>,
    secret_hash: Vec<u8>,
    pnr: String,
    status: String,
    ending: Option<String>,
    opened_at: chrono::DateTime<chrono::Utc>,
    expire_if_not_completed_at: chrono::DateTime<chrono::Utc>,
    currency: String,
}

/// The order, if it is of this owner.
///
/// # Errors
/// The database does not answer.
pub async fn order_of(
    connection: impl PgExecutor<'_>,
    by: &Credential,
    order: OrderId,
) -> Result<Option<StoredOrder>, sqlx::Error> {
    let row = sqlx::query_as!(
        OrderRow,
        "select order_id, session_id, account_id, secret_hash, pnr, o.status, ending, opened_at,
             expire_if_not_completed_at, currency
         from event_session_order o join event_session using (session_id)
         where (secret_hash = $1 or account_id = $2) and order_id = $3",
        secret_column(by),
        account_column(by),
        order.0,
    );
    row.fetch_optional(connection)
        .await?
        .map(stored_order)
        .transpose()
}

/// The order, for operations that nobody's request leads to.
///
/// # Errors
/// The database does not answer.
pub async fn order(
    connection: impl PgExecutor<'_>,
    order: OrderId,
) -> Result<Option<StoredOrder>, sqlx::Error> {
    let row = sqlx::query_as!(
        OrderRow,
        "select order_id, session_id, account_id, secret_hash, pnr, o.status, ending, opened_at,
             expire_if_not_completed_at, currency
         from event_session_order o join event_session using (session_id)
         where order_id = $1",
        order.0,
    );
    row.fetch_optional(connection)
        .await?
        .map(stored_order)
        .transpose()
}

/// Whether there is such an order, whosever it is.
///
/// # Errors
/// The database does not answer.
pub async fn exists(connection: impl PgExecutor<'_>, order: OrderId) -> Result<bool, sqlx::Error> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from event_session_order where order_id = $1) as "exists!""#,
        order.0,
    );
    found.fetch_one(connection).await
}

/// The hash of the body of a granted claim, by its key.
///
/// # Errors
/// The database does not answer.
pub async fn granted_claim(
    connection: impl PgExecutor<'_>,
    order: OrderId,
    key: &IdempotencyKey,
) -> Result<Option<RequestHash>, sqlx::Error> {
    let hash = sqlx::query_scalar!(
        "select request_hash from claim where order_id = $1 and idempotency_key = $2",
        order.0,
        key.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    hash.map(|hash| hash_of(hash).map(RequestHash)).transpose()
}

/// Notes how many places the owner of a pending order wants; nothing if it is not theirs or not pending.
///
/// # Errors
/// The database does not answer.
pub async fn set_quantity(
    connection: impl PgExecutor<'_>,
    by: &Credential,
    order: OrderId,
    quantity: u32,
) -> Result<Option<Details>, sqlx::Error> {
    let row = sqlx::query!(
        r#"insert into order_details (order_id, quantity)
           select order_id, $4 from event_session_order
           where (secret_hash = $1 or account_id = $2) and order_id = $3 and status = 'PENDING'
           on conflict (order_id) do update set quantity = excluded.quantity
           returning quantity, name is not null as "has_address!""#,
        secret_column(by),
        account_column(by),
        order.0,
        i32::try_from(quantity).unwrap_or(i32::MAX),
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| details(row.quantity, row.has_address))
        .transpose()
}

/// Notes who buys a pending order; nothing if it is not theirs or not pending.
///
/// # Errors
/// The database does not answer.
pub async fn set_address(
    connection: impl PgExecutor<'_>,
    by: &Credential,
    order: OrderId,
    address: &StoredAddress,
) -> Result<Option<Details>, sqlx::Error> {
    let row = sqlx::query!(
        r#"insert into order_details
               (order_id, name, email, phone, line1, line2, postcode, city, country, state)
           select order_id, $4, $5, $6, $7, $8, $9, $10, $11, $12 from event_session_order
           where (secret_hash = $1 or account_id = $2) and order_id = $3 and status = 'PENDING'
           on conflict (order_id) do update set name = excluded.name, email = excluded.email,
               phone = excluded.phone, line1 = excluded.line1, line2 = excluded.line2,
               postcode = excluded.postcode, city = excluded.city, country = excluded.country,
               state = excluded.state
           returning quantity, name is not null as "has_address!""#,
        secret_column(by),
        account_column(by),
        order.0,
        address.name,
        address.email,
        address.phone,
        address.line1,
        address.line2,
        address.postcode,
        address.city,
        address.country,
        address.state,
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| details(row.quantity, row.has_address))
        .transpose()
}

pub(crate) fn order_status(word: &str) -> Result<OrderStatus, sqlx::Error> {
    match word {
        "PENDING" => Ok(OrderStatus::Pending),
        "PAID" => Ok(OrderStatus::Paid),
        "CANCELLED" => Ok(OrderStatus::Cancelled),
        "REFUNDED" => Ok(OrderStatus::Refunded),
        other => Err(undecodable(&format!("no order has the status {other:?}"))),
    }
}

pub(crate) fn pnr_of(text: &str) -> Result<Pnr, sqlx::Error> {
    text.parse()
        .map_err(|_| undecodable(&format!("{text:?} is no PNR")))
}

pub(crate) fn hash_of(bytes: Vec<u8>) -> Result<[u8; 32], sqlx::Error> {
    bytes
        .try_into()
        .map_err(|_| undecodable("a hash has another length than 32"))
}

fn stored_order(row: OrderRow) -> Result<StoredOrder, sqlx::Error> {
    Ok(StoredOrder {
        order_id: OrderId(row.order_id),
        session_id: SessionId(row.session_id),
        owner: Owner {
            secret_hash: SecretHash(hash_of(row.secret_hash)?),
            account: row.account_id.map(AccountId),
        },
        pnr: pnr_of(&row.pnr)?,
        status: order_status(&row.status)?,
        ending: row.ending.as_deref().map(ending).transpose()?,
        opened_at: row.opened_at.into(),
        expires_at: row.expire_if_not_completed_at.into(),
        currency: currency_of(&row.currency)?,
    })
}

pub(crate) fn ending(word: &str) -> Result<Ending, sqlx::Error> {
    match word {
        "cancelled" => Ok(Ending::Cancelled),
        "expired" => Ok(Ending::Expired),
        other => Err(undecodable(&format!("no order ends {other:?}"))),
    }
}

fn details(quantity: Option<i32>, has_address: bool) -> Result<Details, sqlx::Error> {
    Ok(Details {
        quantity: quantity.map(count).transpose()?,
        has_address,
    })
}

pub(crate) fn secret_column(by: &Credential) -> Option<&[u8]> {
    by.secret_hash.as_ref().map(|hash| hash.0.as_slice())
}

pub(crate) fn account_column(by: &Credential) -> Option<uuid::Uuid> {
    by.account.map(|account| account.0)
}
