//! Orders as they are stored: those that are closed, and what their buyers typed.
//!
//! Open orders are read from the live session; the journal alone writes their rows while they
//! are open. What a buyer typed has a table of its own, so that typing never waits for the journal.

use std::collections::HashMap;

use domain::order::{Credential, OrderStatus, Owner, SecretHash};
use domain::pnr::Pnr;
use domain::seat_map::{Ending, IdempotencyKey, RequestHash};
use domain::{AccountId, Currency, OrderId, SessionId, Timestamp};
use sqlx::{PgConnection, PgExecutor};

use crate::columns::{count, currency_of, undecodable};
use crate::details::StoredAddress;
use crate::payments::Latest;
use crate::tickets::Ticket;

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

/// An order as its rows say.
#[derive(Debug, Clone)]
pub struct OrderRows {
    pub order: StoredOrder,
    /// The attempt to pay it that counts.
    pub payment: Option<Latest>,
    /// Those that are valid, in their order of sale, once it is paid.
    pub tickets: Vec<Ticket>,
}

/// Orders for their owners, in two statements. Of each nothing if there is no such order, or it is not of this owner.
///
/// # Errors
/// The database does not answer.
pub async fn of_owners(
    connection: &mut PgConnection,
    asked: &[(OrderId, Credential)],
) -> Result<Vec<Option<OrderRows>>, sqlx::Error> {
    let mut found = without_tickets(&mut *connection, asked).await?;
    let rows = found.iter_mut().flatten();
    let mut paid: HashMap<OrderId, Vec<&mut OrderRows>> = HashMap::new();
    for rows in rows.filter(|rows| rows.order.status == OrderStatus::Paid) {
        paid.entry(rows.order.order_id).or_default().push(rows);
    }
    if paid.is_empty() {
        return Ok(found);
    }
    let orders: Vec<OrderId> = paid.keys().copied().collect();
    for (order, ticket) in crate::tickets::of_orders(connection, &orders).await? {
        for rows in paid.get_mut(&order).into_iter().flatten() {
            rows.tickets.push(ticket.clone());
        }
    }
    Ok(found)
}

async fn without_tickets(
    connection: &mut PgConnection,
    asked: &[(OrderId, Credential)],
) -> Result<Vec<Option<OrderRows>>, sqlx::Error> {
    let (orders, secrets, accounts) = asked_columns(asked.iter().map(|(order, by)| (*order, by)));
    let rows = sqlx::query!(
        r#"select number as "number!", o.order_id, o.session_id, o.account_id, o.secret_hash, pnr, o.status, ending,
               opened_at, expire_if_not_completed_at, currency, payment_id as "payment_id?", provider as "provider?",
               latest.state as "state?", pinned_until as "pinned_until?"
           from unnest($1::uuid[], $2::bytea[], $3::uuid[]) with ordinality
               as asked (order_id, by_secret, by_account, number)
           join event_session_order o
               on o.order_id = asked.order_id and (o.secret_hash = by_secret or o.account_id = by_account)
           join event_session using (session_id)
           left join lateral (
               select payment_id, provider, state, pinned_until from payment where payment.order_id = o.order_id
               order by (state = 'succeeded') desc, payment_id desc limit 1) as latest on true"#,
        &orders,
        &secrets as &[Option<&[u8]>],
        &accounts as &[Option<uuid::Uuid>],
    );
    let mut found = vec![None; asked.len()];
    for row in rows.fetch_all(connection).await? {
        let attempt = (row.payment_id, row.provider, row.state, row.pinned_until);
        let order = OrderRow {
            order_id: row.order_id,
            session_id: row.session_id,
            account_id: row.account_id,
            secret_hash: row.secret_hash,
            pnr: row.pnr,
            status: row.status,
            ending: row.ending,
            opened_at: row.opened_at,
            expire_if_not_completed_at: row.expire_if_not_completed_at,
            currency: row.currency,
        };
        let payment = match attempt {
            (Some(payment), Some(provider), Some(state), Some(pinned_until)) => {
                Some(Latest::read(payment, &provider, &state, pinned_until)?)
            }
            (_, _, _, _) => None,
        };
        let place = usize::try_from(row.number - 1).ok();
        let place = place.and_then(|place| found.get_mut(place));
        *place.ok_or_else(|| undecodable("an order was not asked for"))? = Some(OrderRows {
            order: stored_order(order)?,
            payment,
            tickets: Vec::new(),
        });
    }
    Ok(found)
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

/// Who buys a pending order, as its owner says.
#[derive(Debug, Clone)]
pub struct NewAddress {
    pub by: Credential,
    pub order: OrderId,
    pub address: StoredAddress,
}

/// Notes who buys pending orders, in one statement. Of each what is typed then; nothing if it is not theirs or not pending.
///
/// # Errors
/// The database does not answer, or two are of one order: nothing is noted.
pub async fn set_addresses(
    connection: impl PgExecutor<'_>,
    addresses: &[NewAddress],
) -> Result<Vec<Option<Details>>, sqlx::Error> {
    let (orders, secrets, accounts) = asked_columns(addresses.iter().map(|it| (it.order, &it.by)));
    let of = |part: fn(&StoredAddress) -> &str| -> Vec<&str> {
        addresses.iter().map(|it| part(&it.address)).collect()
    };
    let perhaps = |part: fn(&StoredAddress) -> Option<&str>| -> Vec<Option<&str>> {
        addresses.iter().map(|it| part(&it.address)).collect()
    };
    // In the order of their keys, so that no two of these wait for each other in a circle.
    let rows = sqlx::query!(
        r#"insert into order_details
               (order_id, name, email, phone, line1, line2, postcode, city, country, state)
           select order_id, name, email, phone, line1, line2, postcode, city, country, state
           from unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                   $9::text[], $10::text[], $11::text[], $12::text[])
               as typed (order_id, by_secret, by_account, name, email, phone, line1, line2, postcode, city, country, state)
           join event_session_order o using (order_id)
           where (o.secret_hash = by_secret or o.account_id = by_account) and o.status = 'PENDING'
           order by order_id
           on conflict (order_id) do update set name = excluded.name, email = excluded.email,
               phone = excluded.phone, line1 = excluded.line1, line2 = excluded.line2,
               postcode = excluded.postcode, city = excluded.city, country = excluded.country,
               state = excluded.state
           returning order_id, quantity, name is not null as "has_address!""#,
        &orders,
        &secrets as &[Option<&[u8]>],
        &accounts as &[Option<uuid::Uuid>],
        &of(|it| &it.name) as &[&str],
        &of(|it| &it.email) as &[&str],
        &perhaps(|it| it.phone.as_deref()) as &[Option<&str>],
        &of(|it| &it.line1) as &[&str],
        &perhaps(|it| it.line2.as_deref()) as &[Option<&str>],
        &of(|it| &it.postcode) as &[&str],
        &of(|it| &it.city) as &[&str],
        &of(|it| &it.country) as &[&str],
        &perhaps(|it| it.state.as_deref()) as &[Option<&str>],
    )
    .fetch_all(connection)
    .await?;
    let noted = rows
        .into_iter()
        .map(|row| Ok((row.order_id, details(row.quantity, row.has_address)?)));
    let noted: HashMap<_, _> = noted.collect::<Result<_, sqlx::Error>>()?;
    Ok(orders.iter().map(|it| noted.get(it).copied()).collect())
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

/// Orders and who asks for them, as columns.
type AskedColumns<'a> = (
    Vec<uuid::Uuid>,
    Vec<Option<&'a [u8]>>,
    Vec<Option<uuid::Uuid>>,
);

fn asked_columns<'a>(asked: impl Iterator<Item = (OrderId, &'a Credential)>) -> AskedColumns<'a> {
    let mut columns = AskedColumns::default();
    for (order, by) in asked {
        columns.0.push(order.0);
        columns.1.push(secret_column(by));
        columns.2.push(account_column(by));
    }
    columns
}
