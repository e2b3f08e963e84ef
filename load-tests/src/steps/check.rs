//! What an operation came to: as the orders say, as the books say, and as the providers themselves saw it.

use serde_json::Value;
use sqlx::Row;
use uuid::Uuid;

use super::operations::{End, FAVOUR, Operation, Subject};
use super::stage::Stage;
use crate::outcome::Outcome;

/// An order as its rows say.
#[derive(Debug)]
struct Rows {
    status: String,
    tickets: i64,
    /// What its valid tickets cost.
    worth: i64,
    /// What was captured less what went back, in the books.
    booked: i64,
    sold: i64,
    held: i64,
    pinned: i64,
}

/// Checks each order of an operation that has ended.
///
/// # Errors
/// One is not what it must be, and why; or nobody could look.
pub async fn check(stage: &Stage, operation: Operation, subject: &Subject) -> Outcome<()> {
    let outside = stage.outside().await?;
    for (cart, end) in subject.carts.iter().zip(operation.ends()) {
        let order: Uuid = cart.order.parse()?;
        let rows = rows(stage, order).await?;
        let kept = kept_by_providers(stage, &outside, order).await?;
        let is_right = match end {
            End::Paid { tickets } => {
                rows.status == "PAID"
                    && rows.tickets == *tickets
                    && rows.sold == *tickets
                    && kept > 0
            }
            End::Favoured => rows.status == "PAID" && rows.tickets == 2 && rows.sold == 2,
            End::Refunded => rows.status == "REFUNDED" && rows.tickets + rows.sold + kept == 0,
            End::Held => rows.status == "PENDING" && rows.held == 2 && kept == 0,
            End::Unpaid => rows.status != "PAID" && rows.tickets + rows.sold + kept == 0,
        };
        let favour = match end {
            End::Favoured => FAVOUR,
            End::Paid { .. } | End::Refunded | End::Held | End::Unpaid => 0,
        };
        let adds_up = kept == rows.booked && kept + favour == rows.worth && rows.pinned == 0;
        if !is_right || !adds_up {
            return Err(format!("not {end:?}: {rows:?}, and the providers keep {kept}").into());
        }
    }
    Ok(())
}

async fn rows(stage: &Stage, order: Uuid) -> Outcome<Rows> {
    let row = sqlx::query(
        "select status,
             (select count(*) from ticket where ticket.order_id = $1 and ticket.status = 'VALID') as tickets,
             (select coalesce(sum(price), 0)::int8 from ticket
                 where ticket.order_id = $1 and ticket.status = 'VALID') as worth,
             (select coalesce(sum(case when kind in ('captured', 'refund_failed') then amount else -amount end), 0)::int8 from ledger
                 where ledger.order_id = $1) as booked,
             (select count(*) from taken_seat where taken_seat.order_id = $1 and state = 'sold') as sold,
             (select count(*) from taken_seat where taken_seat.order_id = $1 and state = 'held') as held,
             (select count(*) from taken_seat where taken_seat.order_id = $1 and state = 'pinned') as pinned
         from event_session_order where order_id = $1",
    )
    .bind(order)
    .fetch_one(&stage.pool)
    .await?;
    Ok(Rows {
        status: row.try_get("status")?,
        tickets: row.try_get("tickets")?,
        worth: row.try_get("worth")?,
        booked: row.try_get("booked")?,
        sold: row.try_get("sold")?,
        held: row.try_get("held")?,
        pinned: row.try_get("pinned")?,
    })
}

/// What both providers took for an order and have not given back, in minor units.
async fn kept_by_providers(stage: &Stage, outside: &Value, order: Uuid) -> Outcome<i64> {
    let attempts: Vec<Uuid> =
        sqlx::query_scalar("select payment_id from payment where order_id = $1")
            .bind(order)
            .fetch_all(&stage.pool)
            .await?;
    let is_of_order = |id: &Value| {
        let id = id.as_str().and_then(|id| id.parse::<Uuid>().ok());
        id.is_some_and(|id| attempts.contains(&id))
    };
    let intents = outside["stripe"]["intents"].as_array();
    let intents = intents.ok_or("the sandbox tells no intents")?.iter();
    let cards: i64 = intents
        .filter(|intent| is_of_order(&intent["metadata"]["payment"]))
        .map(|intent| match intent["status"].as_str() {
            Some("succeeded") => number(&intent["amount"]) - number(&intent["refunded"]),
            _ => 0,
        })
        .sum();
    let orders = outside["paypal"]["orders"].as_array();
    let orders = orders.ok_or("the sandbox tells no orders")?.iter();
    let paypal: i64 = orders
        .filter(|order| is_of_order(&order["customId"]) && !order["capture"].is_null())
        .map(|order| {
            let refunds = order["refunds"].as_array().into_iter().flatten();
            let refunded: i64 = refunds.map(|refund| cents(&refund["amount"])).sum();
            cents(&order["amount"]) - refunded
        })
        .sum();
    Ok(cards + paypal)
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

/// `80.00` as 8000: the hall is sold in euros.
fn cents(value: &Value) -> i64 {
    let text = value.as_str().unwrap_or_default().replace('.', "");
    text.parse().unwrap_or_default()
}
