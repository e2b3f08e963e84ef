//! The rows of orders, as far as their life before a payment goes.

use chrono::{DateTime, Utc};
use domain::SessionId;
use domain::order::Buyer;
use domain::seat_map::Ending;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::journal::JournalError;
use crate::journal::net::{Net, OrderNet, RowBefore};
use crate::journal::write::check;

pub async fn update(connection: &mut PgConnection, net: &Net) -> Result<(), JournalError> {
    let columns = OrderColumns::of(net);
    if columns.ids.is_empty() {
        return Ok(());
    }
    let expected = columns.ids.len();
    let done = sqlx::query!(
        "update event_session_order
         set status = moved.status,
             ending = moved.ending,
             expire_if_not_completed_at =
                 coalesce(moved.deadline, event_session_order.expire_if_not_completed_at),
             has_claimed = moved.has_claimed or event_session_order.has_claimed and not moved.is_reopened,
             is_extended = moved.is_extended or event_session_order.is_extended and not moved.is_reopened
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::boolean[], $7::boolean[],
                     $8::boolean[])
              as moved(order_id, former, status, ending, deadline, has_claimed, is_extended, is_reopened)
         where event_session_order.order_id = moved.order_id
           and event_session_order.status = moved.former",
        &columns.ids,
        columns.former as _,
        columns.statuses as _,
        columns.endings as _,
        columns.deadlines as _,
        &columns.has_claimed,
        &columns.is_extended,
        &columns.is_reopened,
    );
    check(
        "event_session_order",
        expected,
        done.execute(connection).await?.rows_affected(),
    )
}

pub async fn insert(
    connection: &mut PgConnection,
    session_id: SessionId,
    net: &Net,
) -> Result<(), JournalError> {
    let columns = NewOrderColumns::of(net);
    if columns.ids.is_empty() {
        return Ok(());
    }
    let expected = columns.ids.len();
    let done = sqlx::query!(
        "insert into event_session_order (order_id, session_id, account_id, secret_hash, buyer_email_hash,
             pnr, status, ending, opened_at, expire_if_not_completed_at, has_claimed, is_extended)
         select new.order_id, $1, new.account_id, new.secret_hash, new.buyer_email_hash,
             new.pnr, new.status, new.ending, new.opened_at, new.deadline, new.has_claimed, new.is_extended
         from unnest($2::uuid[], $3::uuid[], $4::bytea[], $5::bytea[], $6::text[], $7::text[], $8::text[],
                     $9::timestamptz[], $10::timestamptz[], $11::boolean[], $12::boolean[])
              as new(order_id, account_id, secret_hash, buyer_email_hash, pnr, status, ending,
                     opened_at, deadline, has_claimed, is_extended)",
        session_id.0,
        &columns.ids,
        columns.accounts as _,
        &columns.secret_hashes,
        columns.email_hashes as _,
        &columns.pnrs,
        columns.statuses as _,
        columns.endings as _,
        &columns.opened,
        &columns.deadlines,
        &columns.has_claimed,
        &columns.is_extended,
    );
    check(
        "event_session_order",
        expected,
        done.execute(connection).await?.rows_affected(),
    )
}

/// Columns of the orders whose rows exist.
#[derive(Default)]
struct OrderColumns {
    ids: Vec<Uuid>,
    former: Vec<&'static str>,
    statuses: Vec<&'static str>,
    endings: Vec<Option<&'static str>>,
    deadlines: Vec<Option<DateTime<Utc>>>,
    has_claimed: Vec<bool>,
    is_extended: Vec<bool>,
    is_reopened: Vec<bool>,
}

impl OrderColumns {
    fn of(net: &Net) -> Self {
        let mut columns = Self::default();
        for (id, order) in &net.orders {
            let former = match order.before {
                RowBefore::Missing => continue,
                RowBefore::Pending => "PENDING",
                RowBefore::Cancelled => "CANCELLED",
            };
            let (status, ending) = order_end_columns(order);
            columns.ids.push(id.0);
            columns.former.push(former);
            columns.statuses.push(status);
            columns.endings.push(ending);
            columns.deadlines.push(order.expires_at.map(crate::instant));
            columns.has_claimed.push(order.has_claimed);
            columns.is_extended.push(order.is_extended);
            columns.is_reopened.push(order.is_reopened());
        }
        columns
    }
}

/// Columns of new orders.
#[derive(Default)]
struct NewOrderColumns {
    ids: Vec<Uuid>,
    accounts: Vec<Option<Uuid>>,
    secret_hashes: Vec<Vec<u8>>,
    email_hashes: Vec<Option<Vec<u8>>>,
    pnrs: Vec<String>,
    statuses: Vec<&'static str>,
    endings: Vec<Option<&'static str>>,
    opened: Vec<DateTime<Utc>>,
    deadlines: Vec<DateTime<Utc>>,
    has_claimed: Vec<bool>,
    is_extended: Vec<bool>,
}

impl NewOrderColumns {
    fn of(net: &Net) -> Self {
        let mut columns = Self::default();
        for (id, order) in &net.orders {
            let (Some(opening), RowBefore::Missing) = (order.opening, order.before) else {
                continue;
            };
            let (status, ending) = order_end_columns(order);
            columns.ids.push(id.0);
            columns
                .accounts
                .push(opening.owner.account.map(|account| account.0));
            columns
                .secret_hashes
                .push(opening.owner.secret_hash.0.to_vec());
            columns.email_hashes.push(match opening.buyer {
                Some(Buyer::Email(hash)) => Some(hash.to_vec()),
                Some(Buyer::Account(_)) | None => None,
            });
            columns.pnrs.push(opening.pnr.to_string());
            columns.statuses.push(status);
            columns.endings.push(ending);
            columns.opened.push(crate::instant(opening.opened_at));
            let deadline = order
                .expires_at
                .expect("an order is opened with a deadline");
            columns.deadlines.push(crate::instant(deadline));
            columns.has_claimed.push(order.has_claimed);
            columns.is_extended.push(order.is_extended);
        }
        columns
    }
}

/// The status and the ending of an order that the journal writes.
fn order_end_columns(order: &OrderNet) -> (&'static str, Option<&'static str>) {
    match order.ending {
        Some(Ending::Cancelled) => ("CANCELLED", Some("cancelled")),
        Some(Ending::Expired) => ("CANCELLED", Some("expired")),
        Some(Ending::Sold) | None => ("PENDING", None),
    }
}
