//! Tickets, as their owner reads them.

use domain::{Money, OrderId, SeatIndex, SectionId, SectionIndex, TicketId};
use sqlx::PgExecutor;

use crate::columns::{count, currency_of, undecodable};

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

/// The valid tickets of an order, in their order of sale.
///
/// # Errors
/// The database does not answer.
pub async fn of_order(
    connection: impl PgExecutor<'_>,
    order: OrderId,
) -> Result<Vec<Ticket>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select ticket_id, seat_index, section_index, section_name, row_label, seat_number, holder, price, currency,
               (select section_id from session_section s where s.session_id = ticket.session_id
                   and s.section_index = ticket.section_index) as "section_id!"
           from ticket where order_id = $1 and status = 'VALID' order by ordinal"#,
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
