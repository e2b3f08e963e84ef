//! The claims that were granted, under their keys.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::journal::JournalError;
use crate::journal::net::{ClaimRow, Net};
use crate::journal::write::{check, quantity_column, section_column};

/// Forgets the claims of orders that are opened again: their places were given up.
pub async fn delete(connection: &mut PgConnection, net: &Net) -> Result<(), JournalError> {
    let reopened = net.orders.iter().filter(|(_, order)| order.is_reopened());
    let orders: Vec<Uuid> = reopened.map(|(id, _)| id.0).collect();
    if orders.is_empty() {
        return Ok(());
    }
    sqlx::query!("delete from claim where order_id = any($1)", &orders)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn insert(
    connection: &mut PgConnection,
    claims: &[ClaimRow],
) -> Result<(), JournalError> {
    if claims.is_empty() {
        return Ok(());
    }
    let orders: Vec<Uuid> = claims.iter().map(|claim| claim.order.0).collect();
    let keys: Vec<&str> = claims.iter().map(|claim| claim.key.as_str()).collect();
    let hashes: Vec<&[u8]> = claims
        .iter()
        .map(|claim| claim.request_hash.0.as_slice())
        .collect();
    let seats: Vec<String> = claims.iter().map(seats_literal).collect();
    let standing = |claim: &ClaimRow| claim.places.standing.first().copied();
    let sections: Vec<Option<i16>> = claims
        .iter()
        .map(|claim| standing(claim).map(|(section, _)| section_column(section)))
        .collect();
    let quantities: Vec<Option<i32>> = claims
        .iter()
        .map(|claim| standing(claim).map(|(_, quantity)| quantity_column(quantity)))
        .collect();
    let done = sqlx::query!(
        "insert into claim (order_id, idempotency_key, request_hash, seats, standing_section, standing_quantity)
         select new.order_id, new.idempotency_key, new.request_hash, new.seats::integer[],
                new.standing_section, new.standing_quantity
         from unnest($1::uuid[], $2::text[], $3::bytea[], $4::text[], $5::smallint[], $6::integer[])
              as new(order_id, idempotency_key, request_hash, seats, standing_section, standing_quantity)",
        &orders,
        keys as _,
        hashes as _,
        &seats,
        sections as _,
        quantities as _,
    );
    check(
        "claim",
        claims.len(),
        done.execute(connection).await?.rows_affected(),
    )
}

/// The seats of a claim as an array literal: `unnest` would flatten an array of arrays.
fn seats_literal(claim: &ClaimRow) -> String {
    let seats: Vec<String> = claim
        .places
        .seats
        .iter()
        .map(|seat| seat.0.to_string())
        .collect();
    format!("{{{}}}", seats.join(","))
}
