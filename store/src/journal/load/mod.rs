//! Reading a session back: the stored rows as the changes that lead to them.

mod claims;

use chrono::{DateTime, Utc};
use domain::order::{Buyer, Owner, SecretHash};
use domain::pnr::Pnr;
use domain::seat_map::{Change, DeadlineCause, Ending, Lot, LotState, Opening, SeatState};
use domain::{AccountId, OrderId, SeatIndex, SectionIndex, SessionId, Timestamp};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::journal::Grace;

/// Raises the epoch and commits. Waits for a batch in flight. The database's clock besides.
pub(super) async fn raise_epoch(
    pool: &PgPool,
    session_id: SessionId,
) -> Result<(u32, DateTime<Utc>), sqlx::Error> {
    let raised = sqlx::query!(
        r#"insert into session_owner (session_id, epoch) values ($1, 1)
         on conflict (session_id) do update set epoch = session_owner.epoch + 1
         returning epoch, clock_timestamp() as "clock!""#,
        session_id.0,
    );
    let raised = raised.fetch_one(pool).await?;
    let epoch = u32::try_from(raised.epoch);
    let epoch = epoch.map_err(|_| undecodable("an epoch is out of range"))?;
    Ok((epoch, raised.clock))
}

/// Reads all that is stored, at one instant of the database.
pub(super) async fn changes(
    pool: &PgPool,
    session_id: SessionId,
    now: Timestamp,
    grace: Grace,
    forget_before: DateTime<Utc>,
) -> Result<Vec<Change>, sqlx::Error> {
    let mut tx = pool
        .begin_with("begin isolation level repeatable read")
        .await?;
    // A plan that was kept from when a session's tables were empty would be wrong once they are full.
    sqlx::query("set local plan_cache_mode = force_custom_plan")
        .execute(&mut *tx)
        .await?;
    grant_grace(&mut tx, session_id, now, grace).await?;
    let mut changes = Vec::new();
    let sold = read_orders(&mut tx, session_id, &mut changes).await?;
    read_seats(&mut tx, session_id, &mut changes).await?;
    read_standing(&mut tx, session_id, &mut changes).await?;
    read_allocations(&mut tx, session_id, &mut changes).await?;
    claims::forget_claims(&mut tx, session_id, forget_before).await?;
    claims::read_claims(&mut tx, session_id, &mut changes).await?;
    let closed = sold.into_iter().map(|order| Change::Closed {
        order,
        ending: Ending::Sold,
    });
    changes.extend(closed);
    tx.commit().await?;
    Ok(changes)
}

/// Gives open orders the time that an outage may have eaten.
async fn grant_grace(
    connection: &mut PgConnection,
    session_id: SessionId,
    now: Timestamp,
    grace: Grace,
) -> Result<(), sqlx::Error> {
    let max_life_millis = i64::try_from(grace.max_life.as_millis()).unwrap_or(i64::MAX);
    sqlx::query!(
        "update event_session_order
         set expire_if_not_completed_at = greatest(expire_if_not_completed_at,
                 least($2, opened_at + $3::bigint * interval '1 millisecond'))
         where session_id = $1 and status = 'PENDING' and expire_if_not_completed_at < $2",
        session_id.0,
        crate::instant(now.plus(grace.at_least)),
        max_life_millis,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Opens the pending orders, and the sold ones that count towards a buyer's limit. Returns these.
async fn read_orders(
    connection: &mut PgConnection,
    session_id: SessionId,
    changes: &mut Vec<Change>,
) -> Result<Vec<OrderId>, sqlx::Error> {
    let rows = sqlx::query!(
        "select order_id, account_id, secret_hash, buyer_email_hash, pnr, opened_at,
                expire_if_not_completed_at, has_claimed, is_extended, status = 'PAID' as \"is_paid!\"
         from event_session_order
         where session_id = $1
           and (status = 'PENDING'
                or status = 'PAID' and (account_id is not null or buyer_email_hash is not null))",
        session_id.0,
    )
    .fetch_all(connection)
    .await?;
    let mut sold = Vec::new();
    for row in rows {
        let order = OrderId(row.order_id);
        let account = row.account_id.map(AccountId);
        let email = row.buyer_email_hash.as_deref().map(hash).transpose()?;
        let opening = Opening {
            order,
            pnr: row
                .pnr
                .parse::<Pnr>()
                .map_err(|error| undecodable(&error.to_string()))?,
            owner: Owner {
                secret_hash: SecretHash(hash(&row.secret_hash)?),
                account,
            },
            buyer: account.map(Buyer::Account).or(email.map(Buyer::Email)),
            opened_at: row.opened_at.into(),
        };
        let expires_at = row.expire_if_not_completed_at.into();
        changes.push(Change::Opened {
            opening,
            expires_at,
            again: false,
        });
        let causes = [
            (row.has_claimed, DeadlineCause::FirstClaim),
            (row.is_extended, DeadlineCause::Extension),
        ];
        let causes = causes.into_iter().filter(|(is_so, _)| *is_so);
        changes.extend(causes.map(|(_, cause)| Change::Deadline {
            order,
            expires_at,
            cause,
        }));
        if row.is_paid {
            sold.push(order);
        }
    }
    Ok(sold)
}

async fn read_seats(
    connection: &mut PgConnection,
    session_id: SessionId,
    changes: &mut Vec<Change>,
) -> Result<(), sqlx::Error> {
    // A row a state: to read a row a seat takes several times as long.
    let rows = sqlx::query!(
        r#"select state, array_agg(seat_index) as "seat_indexes!",
               array_agg(order_id) as "order_ids!: Vec<Option<Uuid>>"
           from taken_seat where session_id = $1
           group by state"#,
        session_id.0,
    )
    .fetch_all(connection)
    .await?;
    for row in rows {
        for (seat_index, order_id) in row.seat_indexes.into_iter().zip(row.order_ids) {
            let seat = u32::try_from(seat_index).map(SeatIndex);
            let seat = seat.map_err(|_| undecodable("a seat index is negative"))?;
            let to = seat_state(&row.state, order_id.map(OrderId))?;
            changes.push(Change::Seat {
                seat,
                from: SeatState::Free,
                to,
            });
        }
    }
    Ok(())
}

async fn read_standing(
    connection: &mut PgConnection,
    session_id: SessionId,
    changes: &mut Vec<Change>,
) -> Result<(), sqlx::Error> {
    let rows = sqlx::query!(
        "select order_id, section_index, quantity, state from taken_standing where session_id = $1",
        session_id.0,
    )
    .fetch_all(connection)
    .await?;
    for row in rows {
        let to = Lot {
            quantity: count(row.quantity)?,
            state: lot_state(&row.state)?,
        };
        let (section, order) = (section_index(row.section_index)?, OrderId(row.order_id));
        changes.push(Change::Standing {
            section,
            order,
            from: Lot::NONE,
            to,
        });
    }
    Ok(())
}

async fn read_allocations(
    connection: &mut PgConnection,
    session_id: SessionId,
    changes: &mut Vec<Change>,
) -> Result<(), sqlx::Error> {
    let rows = sqlx::query!(
        "select section_index, allocated from session_section where session_id = $1 and allocated > 0",
        session_id.0,
    )
    .fetch_all(connection)
    .await?;
    for row in rows {
        let (section, to) = (section_index(row.section_index)?, count(row.allocated)?);
        changes.push(Change::Allocation {
            section,
            from: 0,
            to,
        });
    }
    Ok(())
}

fn seat_state(state: &str, order: Option<OrderId>) -> Result<SeatState, sqlx::Error> {
    match (state, order) {
        ("held", Some(order)) => Ok(SeatState::Held(order)),
        ("pinned", Some(order)) => Ok(SeatState::Pinned(order)),
        ("sold", Some(order)) => Ok(SeatState::Sold(order)),
        ("allocated", None) => Ok(SeatState::Allocated),
        ("disabled", None) => Ok(SeatState::Disabled),
        (_, _) => Err(undecodable(&format!("no seat is {state:?}"))),
    }
}

fn lot_state(state: &str) -> Result<LotState, sqlx::Error> {
    match state {
        "held" => Ok(LotState::Held),
        "pinned" => Ok(LotState::Pinned),
        "sold" => Ok(LotState::Sold),
        _ => Err(undecodable(&format!("no standing place is {state:?}"))),
    }
}

fn section_index(section: i16) -> Result<SectionIndex, sqlx::Error> {
    u16::try_from(section)
        .map(SectionIndex)
        .map_err(|_| undecodable("a section index is negative"))
}

fn count(count: i32) -> Result<u32, sqlx::Error> {
    u32::try_from(count).map_err(|_| undecodable("a count is negative"))
}

fn hash(bytes: &[u8]) -> Result<[u8; 32], sqlx::Error> {
    bytes
        .try_into()
        .map_err(|_| undecodable("a hash does not have 32 bytes"))
}

fn undecodable(reason: &str) -> sqlx::Error {
    sqlx::Error::Decode(reason.into())
}
