//! The claims of a session's pending orders: those that were filed, and the others from the log.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::seat_map::{Change, GrantedClaim, IdempotencyKey, Places, RequestHash};
use domain::{OrderId, SeatIndex, SectionIndex, SessionId};
use futures_util::TryStreamExt;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{count, hash, section_index, undecodable};

/// Claims by their order and key.
type LoggedClaims = BTreeMap<OrderId, BTreeMap<IdempotencyKey, Arc<GrantedClaim>>>;

/// A batch's claims as they were logged: one element a claim, the seats of all one after another.
struct LogEntry {
    reopened: Vec<Uuid>,
    order_ids: Vec<Uuid>,
    idempotency_keys: Vec<String>,
    request_hashes: Vec<Vec<u8>>,
    seat_counts: Vec<i32>,
    standing_sections: Vec<Option<i16>>,
    standing_quantities: Vec<Option<i32>>,
    seats: Vec<i32>,
}

/// Drops what was logged of claims that nobody can repeat any more.
pub(super) async fn forget_claims(
    connection: &mut PgConnection,
    session_id: SessionId,
    before: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from claim_log where session_id = $1 and written_at < $2",
        session_id.0,
        before,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The claims of pending orders: those filed with their orders, and the others from the log.
pub(super) async fn read_claims(
    connection: &mut PgConnection,
    session_id: SessionId,
    changes: &mut Vec<Change>,
) -> Result<(), sqlx::Error> {
    let filed = read_filed_claims(connection, session_id).await?;
    let is_filed = |order: &OrderId, key: &IdempotencyKey| {
        let claims = filed.get(order);
        claims.is_some_and(|claims| claims.iter().any(|claim| claim.key == *key))
    };
    for (order, claims) in read_claim_log(connection, session_id).await? {
        let unfiled = claims.into_iter().filter(|(key, _)| !is_filed(&order, key));
        changes.extend(unfiled.map(|(_, claim)| Change::Claimed { order, claim }));
    }
    let filed = filed.into_iter();
    changes.extend(filed.map(|(order, claims)| Change::Filed { order, claims }));
    Ok(())
}

async fn read_filed_claims(
    connection: &mut PgConnection,
    session_id: SessionId,
) -> Result<BTreeMap<OrderId, Vec<Arc<GrantedClaim>>>, sqlx::Error> {
    let rows = sqlx::query!(
        "select order_id, idempotency_key, request_hash, seats, standing_section, standing_quantity
         from claim join event_session_order using (order_id)
         where session_id = $1 and status = 'PENDING'
         order by order_id, idempotency_key",
        session_id.0,
    )
    .fetch_all(connection)
    .await?;
    let mut filed: BTreeMap<OrderId, Vec<Arc<GrantedClaim>>> = BTreeMap::new();
    for row in rows {
        let claim = GrantedClaim {
            key: key(&row.idempotency_key)?,
            request_hash: RequestHash(hash(&row.request_hash)?),
            places: Places {
                seats: seats(&row.seats)?,
                standing: standing(row.standing_section, row.standing_quantity)?,
            },
        };
        let claims = filed.entry(OrderId(row.order_id)).or_default();
        claims.push(Arc::new(claim));
    }
    Ok(filed)
}

/// Reads the log from its beginning. Orders that were opened again have forgotten what was before.
async fn read_claim_log(
    connection: &mut PgConnection,
    session_id: SessionId,
) -> Result<LoggedClaims, sqlx::Error> {
    let pending: HashSet<Uuid> = sqlx::query_scalar!(
        "select order_id from event_session_order where session_id = $1 and status = 'PENDING'",
        session_id.0,
    )
    .fetch_all(&mut *connection)
    .await?
    .into_iter()
    .collect();
    let entries = sqlx::query_as!(
        LogEntry,
        r#"select reopened, order_ids, idempotency_keys, request_hashes, seat_counts,
               standing_sections as "standing_sections: Vec<Option<i16>>",
               standing_quantities as "standing_quantities: Vec<Option<i32>>", seats
           from claim_log where session_id = $1 order by entry"#,
        session_id.0,
    );
    let mut entries = entries.fetch(connection);
    let mut claims = LoggedClaims::new();
    while let Some(entry) = entries.try_next().await? {
        for reopened in &entry.reopened {
            claims.remove(&OrderId(*reopened));
        }
        entry.read(&pending, &mut claims)?;
    }
    Ok(claims)
}

impl LogEntry {
    /// Adds the claims of pending orders.
    fn read(&self, pending: &HashSet<Uuid>, claims: &mut LoggedClaims) -> Result<(), sqlx::Error> {
        let claims_count = self.order_ids.len();
        let is_whole = self.idempotency_keys.len() == claims_count
            && self.request_hashes.len() == claims_count
            && self.seat_counts.len() == claims_count
            && self.standing_sections.len() == claims_count
            && self.standing_quantities.len() == claims_count;
        if !is_whole {
            return Err(undecodable("logged claims lack columns"));
        }
        let mut seats_left = self.seats.as_slice();
        for (at, order) in self.order_ids.iter().enumerate() {
            let seat_count = usize::try_from(self.seat_counts[at]).unwrap_or(usize::MAX);
            let split = seats_left.split_at_checked(seat_count);
            let (its_seats, rest) =
                split.ok_or_else(|| undecodable("a logged claim lacks seats"))?;
            seats_left = rest;
            if !pending.contains(order) {
                continue;
            }
            let key = key(&self.idempotency_keys[at])?;
            let claim = GrantedClaim {
                key: key.clone(),
                request_hash: RequestHash(hash(&self.request_hashes[at])?),
                places: Places {
                    seats: seats(its_seats)?,
                    standing: standing(self.standing_sections[at], self.standing_quantities[at])?,
                },
            };
            let of_order = claims.entry(OrderId(*order)).or_default();
            of_order.insert(key, Arc::new(claim));
        }
        Ok(())
    }
}

fn key(text: &str) -> Result<IdempotencyKey, sqlx::Error> {
    IdempotencyKey::new(text).ok_or_else(|| undecodable("an idempotency key is malformed"))
}

fn seats(indexes: &[i32]) -> Result<Vec<SeatIndex>, sqlx::Error> {
    let seats = indexes.iter().map(|seat| count(*seat).map(SeatIndex));
    seats.collect()
}

fn standing(
    section: Option<i16>,
    quantity: Option<i32>,
) -> Result<Vec<(SectionIndex, u32)>, sqlx::Error> {
    let standing = section.zip(quantity).into_iter();
    standing
        .map(|(section, quantity)| Ok((section_index(section)?, count(quantity)?)))
        .collect()
}
