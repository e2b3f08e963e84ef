//! The rows of standing places, and the guarded counts of their sections.

use domain::seat_map::{Lot, LotState};
use domain::{OrderId, SectionIndex, SessionId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::journal::JournalError;
use crate::journal::net::Net;
use crate::journal::write::{check, quantity_column, section_column};

pub type LotMove = (OrderId, SectionIndex, Lot, Lot);

/// Lots by what their row needs.
#[derive(Default)]
pub struct LotRows {
    pub gone: Vec<LotMove>,
    pub moved: Vec<LotMove>,
    pub new: Vec<LotMove>,
}

impl LotRows {
    pub fn of(net: &Net) -> Self {
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

pub async fn delete(connection: &mut PgConnection, rows: &[LotMove]) -> Result<(), JournalError> {
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

pub async fn update(connection: &mut PgConnection, rows: &[LotMove]) -> Result<(), JournalError> {
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

pub async fn insert(
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
pub async fn update_sections(
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
