//! The rows of seats that are not free.

use domain::seat_map::SeatState;
use domain::{SeatIndex, SessionId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::journal::JournalError;
use crate::journal::net::Net;
use crate::journal::write::check;

pub type SeatMove = (SeatIndex, SeatState, SeatState);

/// Seats by what their row needs.
#[derive(Default)]
pub struct SeatRows {
    pub gone: Vec<SeatMove>,
    pub moved: Vec<SeatMove>,
    pub new: Vec<SeatMove>,
}

impl SeatRows {
    pub fn of(net: &Net) -> Self {
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

pub async fn delete(
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

pub async fn update(
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

pub async fn insert(
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
