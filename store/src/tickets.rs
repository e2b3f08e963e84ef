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

/// The valid tickets of several orders, each order's in their order of sale.
///
/// # Errors
/// The database does not answer.
pub async fn of_orders(
    connection: impl PgExecutor<'_>,
    orders: &[OrderId],
) -> Result<Vec<(OrderId, Ticket)>, sqlx::Error> {
    let orders: Vec<_> = orders.iter().map(|order| order.0).collect();
    // Which are valid is asked of an order's own tickets: there is an index of all that are, which is not to be walked through.
    let rows = sqlx::query!(
        r#"with kept as materialized (select * from ticket where order_id = any($1))
           select order_id, ticket_id, seat_index, section_index, section_name, row_label, seat_number, holder, price,
               currency, (select section_id from session_section s where s.session_id = kept.session_id
                   and s.section_index = kept.section_index) as "section_id!"
           from kept where status = 'VALID' order by order_id, ordinal"#,
        &orders,
    )
    .fetch_all(connection)
    .await?;
    let tickets = rows.into_iter().map(|row| {
        let ticket = Ticket {
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
        };
        Ok((OrderId(row.order_id), ticket))
    });
    tickets.collect()
}

/// The valid tickets of an order, in their order of sale.
///
/// # Errors
/// The database does not answer.
pub async fn of_order(
    connection: impl PgExecutor<'_>,
    order: OrderId,
) -> Result<Vec<Ticket>, sqlx::Error> {
    let tickets = of_orders(connection, &[order]).await?.into_iter();
    Ok(tickets.map(|(_, ticket)| ticket).collect())
}

pub(crate) fn section_of(column: i16) -> Result<SectionIndex, sqlx::Error> {
    let index = u16::try_from(column).map_err(|_| undecodable("a section index is negative"))?;
    Ok(SectionIndex(index))
}
