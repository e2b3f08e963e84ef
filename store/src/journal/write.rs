//! The statements of a batch: a handful, however many changes it has.

use chrono::{DateTime, Utc};
use domain::order::Buyer;
use domain::seat_map::{Ending, Lot, LotState, SeatState};
use domain::{OrderId, SeatIndex, SectionIndex, SessionId};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::journal::JournalError;
use crate::journal::net::{ClaimRow, Net, OrderNet};

/// Writes a batch in one transaction, at an epoch.
pub(super) async fn write_batch(
    connection: &mut PgConnection,
    session_id: SessionId,
    epoch: u32,
    net: &Net,
) -> Result<(), JournalError> {
    let mut tx = connection.begin().await?;
    lock_owner(&mut tx, session_id, epoch).await?;
    write_net(&mut tx, session_id, net).await?;
    tx.commit().await?;
    Ok(())
}

/// Locks the owner's row at its epoch, so that a takeover waits for this batch or stops it.
async fn lock_owner(
    connection: &mut PgConnection,
    session_id: SessionId,
    epoch: u32,
) -> Result<(), JournalError> {
    // `for key share` would not do: it does not conflict with the update that raises the epoch.
    let owner = sqlx::query_scalar!(
        "select epoch from session_owner where session_id = $1 and epoch = $2 for share",
        session_id.0,
        i64::from(epoch),
    );
    owner
        .fetch_optional(connection)
        .await?
        .map(|_| ())
        .ok_or(JournalError::Fenced(epoch))
}

/// Writes all of a batch: deletes, updates, inserts; an order's row before what refers to it.
async fn write_net(
    connection: &mut PgConnection,
    session_id: SessionId,
    net: &Net,
) -> Result<(), JournalError> {
    let seats = SeatRows::of(net);
    let lots = LotRows::of(net);
    delete_seats(connection, session_id, &seats.gone).await?;
    delete_lots(connection, &lots.gone).await?;
    update_orders(connection, net).await?;
    update_seats(connection, session_id, &seats.moved).await?;
    update_lots(connection, &lots.moved).await?;
    update_sections(connection, session_id, net).await?;
    insert_orders(connection, session_id, net).await?;
    insert_seats(connection, session_id, &seats.new).await?;
    insert_lots(connection, session_id, &lots.new).await?;
    insert_claims(connection, &net.claims).await
}

/// A batch that does not find the rows it was decided on must not be committed.
fn check(table: &'static str, expected: usize, affected: u64) -> Result<(), JournalError> {
    if u64::try_from(expected).is_ok_and(|expected| expected == affected) {
        Ok(())
    } else {
        Err(JournalError::Surprise {
            table,
            expected,
            affected,
        })
    }
}

type SeatMove = (SeatIndex, SeatState, SeatState);

/// Seats by what their row needs.
#[derive(Default)]
struct SeatRows {
    gone: Vec<SeatMove>,
    moved: Vec<SeatMove>,
    new: Vec<SeatMove>,
}

impl SeatRows {
    fn of(net: &Net) -> Self {
        let mut rows = Self::default();
        for (seat, (from, to)) in &net.seats {
            let kind = match (from, to) {
                (SeatState::Free, _) => &mut rows.new,
                (_, SeatState::Free) => &mut rows.gone,
                (_, _) => &mut rows.moved,
            };
            kind.push((*seat, *from, *to));
        }
        rows
    }
}

/// Columns of seats, as Postgres unnests them.
#[derive(Default)]
struct SeatColumns {
    seats: Vec<i32>,
    from_states: Vec<&'static str>,
    from_orders: Vec<Option<Uuid>>,
    to_states: Vec<&'static str>,
    to_orders: Vec<Option<Uuid>>,
}

impl SeatColumns {
    fn of(rows: &[SeatMove]) -> Self {
        let mut columns = Self::default();
        for (seat, from, to) in rows {
            columns.seats.push(seat_column(*seat));
            let ((from_state, from_order), (to_state, to_order)) =
                (state_columns(*from), state_columns(*to));
            columns.from_states.push(from_state);
            columns.from_orders.push(from_order);
            columns.to_states.push(to_state);
            columns.to_orders.push(to_order);
        }
        columns
    }
}

fn seat_column(seat: SeatIndex) -> i32 {
    i32::try_from(seat.0).expect("a manifest has fewer seats than an integer column counts")
}

fn section_column(section: SectionIndex) -> i16 {
    i16::try_from(section.0).expect("a manifest has fewer sections than a smallint column counts")
}

fn quantity_column(quantity: u32) -> i32 {
    i32::try_from(quantity).expect("a section's capacity fits an integer column")
}

fn state_columns(state: SeatState) -> (&'static str, Option<Uuid>) {
    match state {
        SeatState::Free => ("free", None),
        SeatState::Held(order) => ("held", Some(order.0)),
        SeatState::Pinned(order) => ("pinned", Some(order.0)),
        SeatState::Sold(order) => ("sold", Some(order.0)),
        SeatState::Allocated => ("allocated", None),
        SeatState::Disabled => ("disabled", None),
    }
}

async fn delete_seats(
    connection: &mut PgConnection,
    session_id: SessionId,
    rows: &[SeatMove],
) -> Result<(), JournalError> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = SeatColumns::of(rows);
    let done = sqlx::query!(
        "delete from taken_seat
         using unnest($2::integer[], $3::text[], $4::uuid[]) as gone(seat_index, state, order_id)
         where taken_seat.session_id = $1
           and taken_seat.seat_index = gone.seat_index
           and taken_seat.state = gone.state
           and taken_seat.order_id is not distinct from gone.order_id",
        session_id.0,
        &columns.seats,
        columns.from_states as _,
        columns.from_orders as _,
    );
    check(
        "taken_seat",
        rows.len(),
        done.execute(connection).await?.rows_affected(),
    )
}

async fn update_seats(
    connection: &mut PgConnection,
    session_id: SessionId,
    rows: &[SeatMove],
) -> Result<(), JournalError> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = SeatColumns::of(rows);
    let done = sqlx::query!(
        "update taken_seat
         set state = moved.to_state, order_id = moved.to_order
         from unnest($2::integer[], $3::text[], $4::uuid[], $5::text[], $6::uuid[])
              as moved(seat_index, from_state, from_order, to_state, to_order)
         where taken_seat.session_id = $1
           and taken_seat.seat_index = moved.seat_index
           and taken_seat.state = moved.from_state
           and taken_seat.order_id is not distinct from moved.from_order",
        session_id.0,
        &columns.seats,
        columns.from_states as _,
        columns.from_orders as _,
        columns.to_states as _,
        columns.to_orders as _,
    );
    check(
        "taken_seat",
        rows.len(),
        done.execute(connection).await?.rows_affected(),
    )
}

async fn insert_seats(
    connection: &mut PgConnection,
    session_id: SessionId,
    rows: &[SeatMove],
) -> Result<(), JournalError> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = SeatColumns::of(rows);
    let done = sqlx::query!(
        "insert into taken_seat (session_id, seat_index, state, order_id)
         select $1, new.seat_index, new.state, new.order_id
         from unnest($2::integer[], $3::text[], $4::uuid[]) as new(seat_index, state, order_id)",
        session_id.0,
        &columns.seats,
        columns.to_states as _,
        columns.to_orders as _,
    );
    check(
        "taken_seat",
        rows.len(),
        done.execute(connection).await?.rows_affected(),
    )
}

type LotMove = (OrderId, SectionIndex, Lot, Lot);

/// Lots by what their row needs.
#[derive(Default)]
struct LotRows {
    gone: Vec<LotMove>,
    moved: Vec<LotMove>,
    new: Vec<LotMove>,
}

impl LotRows {
    fn of(net: &Net) -> Self {
        let mut rows = Self::default();
        for ((order, section), (from, to)) in &net.lots {
            let kind = match (from.quantity, to.quantity) {
                (0, _) => &mut rows.new,
                (_, 0) => &mut rows.gone,
                (_, _) => &mut rows.moved,
            };
            kind.push((*order, *section, *from, *to));
        }
        rows
    }
}

/// Columns of lots, as Postgres unnests them.
#[derive(Default)]
struct LotColumns {
    orders: Vec<Uuid>,
    sections: Vec<i16>,
    from_states: Vec<&'static str>,
    from_quantities: Vec<i32>,
    to_states: Vec<&'static str>,
    to_quantities: Vec<i32>,
}

impl LotColumns {
    fn of(rows: &[LotMove]) -> Self {
        let mut columns = Self::default();
        for (order, section, from, to) in rows {
            columns.orders.push(order.0);
            columns.sections.push(section_column(*section));
            columns.from_states.push(lot_state_column(from.state));
            columns.from_quantities.push(quantity_column(from.quantity));
            columns.to_states.push(lot_state_column(to.state));
            columns.to_quantities.push(quantity_column(to.quantity));
        }
        columns
    }
}

fn lot_state_column(state: LotState) -> &'static str {
    match state {
        LotState::Held => "held",
        LotState::Pinned => "pinned",
        LotState::Sold => "sold",
    }
}

async fn delete_lots(connection: &mut PgConnection, rows: &[LotMove]) -> Result<(), JournalError> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = LotColumns::of(rows);
    let done = sqlx::query!(
        "delete from taken_standing
         using unnest($1::uuid[], $2::smallint[], $3::text[], $4::integer[])
               as gone(order_id, section_index, state, quantity)
         where taken_standing.order_id = gone.order_id
           and taken_standing.section_index = gone.section_index
           and taken_standing.state = gone.state
           and taken_standing.quantity = gone.quantity",
        &columns.orders,
        &columns.sections,
        columns.from_states as _,
        &columns.from_quantities,
    );
    check(
        "taken_standing",
        rows.len(),
        done.execute(connection).await?.rows_affected(),
    )
}

async fn update_lots(connection: &mut PgConnection, rows: &[LotMove]) -> Result<(), JournalError> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = LotColumns::of(rows);
    let done = sqlx::query!(
        "update taken_standing
         set state = moved.to_state, quantity = moved.to_quantity
         from unnest($1::uuid[], $2::smallint[], $3::text[], $4::integer[], $5::text[], $6::integer[])
              as moved(order_id, section_index, from_state, from_quantity, to_state, to_quantity)
         where taken_standing.order_id = moved.order_id
           and taken_standing.section_index = moved.section_index
           and taken_standing.state = moved.from_state
           and taken_standing.quantity = moved.from_quantity",
        &columns.orders,
        &columns.sections,
        columns.from_states as _,
        &columns.from_quantities,
        columns.to_states as _,
        &columns.to_quantities,
    );
    check(
        "taken_standing",
        rows.len(),
        done.execute(connection).await?.rows_affected(),
    )
}

async fn insert_lots(
    connection: &mut PgConnection,
    session_id: SessionId,
    rows: &[LotMove],
) -> Result<(), JournalError> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = LotColumns::of(rows);
    let done = sqlx::query!(
        "insert into taken_standing (order_id, section_index, session_id, quantity, state)
         select new.order_id, new.section_index, $1, new.quantity, new.state
         from unnest($2::uuid[], $3::smallint[], $4::text[], $5::integer[])
              as new(order_id, section_index, state, quantity)",
        session_id.0,
        &columns.orders,
        &columns.sections,
        columns.to_states as _,
        &columns.to_quantities,
    );
    check(
        "taken_standing",
        rows.len(),
        done.execute(connection).await?.rows_affected(),
    )
}

/// Moves the guarded counts: one row a section, written here alone.
async fn update_sections(
    connection: &mut PgConnection,
    session_id: SessionId,
    net: &Net,
) -> Result<(), JournalError> {
    if net.sections.is_empty() {
        return Ok(());
    }
    let delta =
        |delta: i64| i32::try_from(delta).expect("a section's capacity fits an integer column");
    let sections: Vec<i16> = net
        .sections
        .keys()
        .map(|section| section_column(*section))
        .collect();
    let taken: Vec<i32> = net.sections.values().map(|it| delta(it.taken)).collect();
    let allocated: Vec<i32> = net
        .sections
        .values()
        .map(|it| delta(it.allocated))
        .collect();
    let done = sqlx::query!(
        "update session_section
         set taken = session_section.taken + delta.taken,
             allocated = session_section.allocated + delta.allocated
         from unnest($2::smallint[], $3::integer[], $4::integer[])
              as delta(section_index, taken, allocated)
         where session_section.session_id = $1
           and session_section.section_index = delta.section_index",
        session_id.0,
        &sections,
        &taken,
        &allocated,
    );
    check(
        "session_section",
        sections.len(),
        done.execute(connection).await?.rows_affected(),
    )
}

/// The status and the ending of an order that the journal writes.
fn order_end_columns(order: &OrderNet) -> (&'static str, Option<&'static str>) {
    match order.ending {
        Some(Ending::Cancelled) => ("CANCELLED", Some("cancelled")),
        Some(Ending::Expired) => ("CANCELLED", Some("expired")),
        Some(Ending::Sold) | None => ("PENDING", None),
    }
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
}

async fn update_orders(connection: &mut PgConnection, net: &Net) -> Result<(), JournalError> {
    let mut columns = OrderColumns::default();
    for (id, order) in &net.orders {
        let again = order.opened.map(|(_, again)| again);
        if again == Some(false) {
            continue;
        }
        let (status, ending) = order_end_columns(order);
        columns.ids.push(id.0);
        columns.former.push(if again == Some(true) {
            "CANCELLED"
        } else {
            "PENDING"
        });
        columns.statuses.push(status);
        columns.endings.push(ending);
        columns.deadlines.push(order.expires_at.map(crate::instant));
        columns.has_claimed.push(order.has_claimed);
        columns.is_extended.push(order.is_extended);
    }
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
             has_claimed = event_session_order.has_claimed or moved.has_claimed,
             is_extended = event_session_order.is_extended or moved.is_extended
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::boolean[], $7::boolean[])
              as moved(order_id, former, status, ending, deadline, has_claimed, is_extended)
         where event_session_order.order_id = moved.order_id
           and event_session_order.status = moved.former",
        &columns.ids,
        columns.former as _,
        columns.statuses as _,
        columns.endings as _,
        columns.deadlines as _,
        &columns.has_claimed,
        &columns.is_extended,
    );
    check(
        "event_session_order",
        expected,
        done.execute(connection).await?.rows_affected(),
    )
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
            let Some((opening, false)) = order.opened else {
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

async fn insert_orders(
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

async fn insert_claims(
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
