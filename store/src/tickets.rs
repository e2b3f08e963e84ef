//! Tickets: written by the sale, read by their owner.

use domain::{Money, OrderId, SeatIndex, SectionId, SectionIndex, SessionId, TicketId};
use sqlx::{PgConnection, PgExecutor};

use crate::catalogue::{count, currency_of, undecodable};

/// A ticket that a sale writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTicket {
    /// Its id.
    pub ticket_id: TicketId,
    /// Its seat, if its section is seated.
    pub seat: Option<SeatIndex>,
    /// Its section.
    pub section: SectionIndex,
    /// The section's name, as printed.
    pub section_name: String,
    /// The row's label.
    pub row: Option<String>,
    /// The seat's label.
    pub number: Option<String>,
    /// What was paid for it.
    pub price: Money,
}

/// A ticket of a paid order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Its seat, if its section is seated.
    pub seat: Option<SeatIndex>,
    /// Its section in the manifest.
    pub section: SectionIndex,
    /// Its section in the venue's plan.
    pub section_id: SectionId,
    /// The section's name, as printed.
    pub section_name: String,
    /// The row's label.
    pub row: Option<String>,
    /// The seat's label.
    pub number: Option<String>,
    /// Whose name is on it.
    pub holder: String,
    /// What was paid for it.
    pub price: Money,
}

/// Writes the tickets of an order, in the name that its buyer gave.
///
/// # Errors
/// The database does not answer, or a seat has a valid ticket (`ticket_is_one_per_seat`).
pub async fn insert(
    transaction: &mut PgConnection,
    order: OrderId,
    session: SessionId,
    tickets: &[NewTicket],
) -> Result<(), sqlx::Error> {
    let ids: Vec<uuid::Uuid> = tickets.iter().map(|ticket| ticket.ticket_id.0).collect();
    let seats: Vec<Option<i32>> = tickets
        .iter()
        .map(|ticket| seat_column(ticket.seat))
        .collect();
    let sections: Vec<i16> = tickets
        .iter()
        .map(|ticket| section_column(ticket.section))
        .collect();
    let names: Vec<String> = tickets
        .iter()
        .map(|ticket| ticket.section_name.clone())
        .collect();
    let rows: Vec<Option<String>> = tickets.iter().map(|ticket| ticket.row.clone()).collect();
    let numbers: Vec<Option<String>> = tickets.iter().map(|ticket| ticket.number.clone()).collect();
    let prices: Vec<i64> = tickets.iter().map(|ticket| ticket.price.minor).collect();
    let currencies: Vec<String> = tickets
        .iter()
        .map(|ticket| ticket.price.currency.code().to_owned())
        .collect();
    let inserted = sqlx::query!(
        r#"insert into ticket (ticket_id, order_id, session_id, seat_index, section_index, section_name,
               row_label, seat_number, holder, price, currency, ordinal)
           select new.id, $1, $2, new.seat, new.section, new.name, new.row, new.number,
               coalesce((select name from order_details where order_id = $1), ''),
               new.price, new.currency, new.ordinal
           from unnest($3::uuid[], $4::int4[], $5::int2[], $6::text[], $7::text[], $8::text[], $9::int8[],
               $10::text[]) with ordinality
               as new (id, seat, section, name, row, number, price, currency, ordinal)"#,
        order.0,
        session.0,
        &ids,
        &seats as &[Option<i32>],
        &sections,
        &names,
        &rows as &[Option<String>],
        &numbers as &[Option<String>],
        &prices,
        &currencies,
    );
    inserted.execute(transaction).await.map(drop)
}

/// The valid tickets of an order, in their order of sale.
///
/// # Errors
/// The database does not answer.
pub async fn of_order(
    connection: impl PgExecutor<'_>,
    order: OrderId,
) -> Result<Vec<Ticket>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select ticket_id, seat_index, section_index, section_id, section_name, row_label, seat_number,
               holder, ticket.price, currency
           from ticket join session_section using (session_id, section_index)
           where order_id = $1 and status = 'VALID' order by ordinal"#,
        order.0,
    )
    .fetch_all(connection)
    .await?;
    let tickets = rows.into_iter().map(|row| {
        Ok(Ticket {
            ticket_id: TicketId(row.ticket_id),
            seat: row.seat_index.map(count).transpose()?.map(SeatIndex),
            section: section_of(row.section_index)?,
            section_id: SectionId(row.section_id),
            section_name: row.section_name,
            row: row.row_label,
            number: row.seat_number,
            holder: row.holder,
            price: Money {
                minor: row.price,
                currency: currency_of(&row.currency)?,
            },
        })
    });
    tickets.collect()
}

pub(crate) fn section_of(column: i16) -> Result<SectionIndex, sqlx::Error> {
    let index = u16::try_from(column).map_err(|_| undecodable("a section index is negative"))?;
    Ok(SectionIndex(index))
}

fn section_column(section: SectionIndex) -> i16 {
    i16::try_from(section.0).expect("a manifest has fewer sections than i16 counts")
}

fn seat_column(seat: Option<SeatIndex>) -> Option<i32> {
    seat.map(|seat| i32::try_from(seat.0).expect("a manifest has fewer seats than i32 counts"))
}
