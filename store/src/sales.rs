//! The sale: the one transaction that turns pinned places into sold ones.

use std::collections::HashSet;
use std::time::Duration;

use domain::order::Provider;
use domain::{Money, OrderId, PaymentId, SeatIndex, SectionIndex, TicketId};
use sqlx::PgExecutor;

use crate::columns::undecodable;
use crate::jobs::{ATTEMPTS_MAX, Job};
use crate::payments::provider_word;

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

/// What a payment has paid for.
#[derive(Debug, Clone, Copy)]
pub struct Sale<'a> {
    pub payment: PaymentId,
    pub order: OrderId,
    /// What refunds name, where the provider has told.
    pub capture: Option<&'a str>,
    /// In their order of sale, in the name that the buyer gave.
    pub tickets: &'a [NewTicket],
    /// What need not be done any more.
    pub needless: &'a [Job],
    /// When the session is told, should that not have been done before.
    pub tell_after: Duration,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sold {
    /// The order is paid and its places are sold.
    Now,
    /// The payment was settled before.
    Before,
    /// The order's pinned places are not those that were paid for.
    NotPinned,
    /// The order is paid by another payment, or was refunded, or its session is cancelled.
    OrderIsOver,
}

/// The SQLSTATE of places that went away in the same moment.
const PLACES_GONE: &str = "FR005";

/// Sells what was paid for, with everything that follows from it, or changes nothing. Nothing where there is no such
/// payment.
///
/// # Errors
/// The database does not answer; another payment of the order has succeeded (`payment_succeeds_once_per_order`), or a
/// seat has a valid ticket (`ticket_is_one_per_seat`).
pub async fn sell(
    connection: impl PgExecutor<'_>,
    sale: &Sale<'_>,
) -> Result<Option<Sold>, sqlx::Error> {
    let tickets = Columns::of(sale.tickets);
    let needless: Vec<String> = sale.needless.iter().map(Job::key).collect();
    let sold = sqlx::query_scalar!(
        "select sell_payment($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        sale.payment.0,
        sale.capture,
        &tickets.ids,
        &tickets.seats as &[Option<i32>],
        &tickets.sections,
        &tickets.names,
        &tickets.rows as &[Option<String>],
        &tickets.numbers as &[Option<String>],
        &tickets.prices,
        &tickets.currencies,
        &needless,
        Job::TellSale(sale.order).task(),
        sale.tell_after.as_secs_f64(),
        Job::WithdrawAttempt(sale.payment).task(),
        ATTEMPTS_MAX,
    );
    match sold.fetch_one(connection).await {
        Ok(word) => word.as_deref().map(sold_of).transpose(),
        Err(error) if is_places_gone(&error) => Ok(Some(Sold::NotPinned)),
        Err(error) => Err(error),
    }
}

/// A pending payment whose money came, as a webhook has told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldSale {
    pub payment: PaymentId,
    /// What refunds name.
    pub capture: String,
    /// The webhook, which is ticked off with the sale.
    pub provider: Provider,
    pub event_id: String,
    /// In their order of sale, in the name that the buyer gave.
    pub tickets: Vec<NewTicket>,
}

/// Sells what several payments have paid for, in one transaction; which of them. Those that are not as usual are left as
/// they were, for [`sell`] to say why. `tell_after`: when sessions are told, should that not have been done before.
///
/// # Errors
/// The database does not answer, or a constraint or another's change stands in the way of one of them: nothing is sold.
pub async fn sell_together(
    connection: impl PgExecutor<'_>,
    sales: &[ToldSale],
    tell_after: Duration,
) -> Result<HashSet<PaymentId>, sqlx::Error> {
    let (mut payments, mut captures, mut ordinals) = (Vec::new(), Vec::new(), Vec::new());
    let (mut providers, mut events) = (Vec::new(), Vec::new());
    let (mut paid_by, mut tickets) = (Vec::new(), Columns::default());
    for sale in sales {
        payments.push(sale.payment.0);
        captures.push(sale.capture.as_str());
        providers.push(provider_word(Some(sale.provider)));
        events.push(sale.event_id.as_str());
        for (ordinal, ticket) in (1..).zip(&sale.tickets) {
            paid_by.push(sale.payment.0);
            ordinals.push(ordinal);
            tickets.push(ticket);
        }
    }
    let sold = sqlx::query_scalar!(
        r#"select sell_payments($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
           as "payment!""#,
        &payments,
        &captures as &[&str],
        &providers as &[&str],
        &events as &[&str],
        &paid_by,
        &tickets.ids,
        &tickets.seats as &[Option<i32>],
        &tickets.sections,
        &tickets.names,
        &tickets.rows as &[Option<String>],
        &tickets.numbers as &[Option<String>],
        &tickets.prices,
        &tickets.currencies,
        &ordinals as &[i32],
        Job::DEADLINE_TASK,
        Job::TELL_TASK,
        tell_after.as_secs_f64(),
        ATTEMPTS_MAX,
    );
    let sold = sold.fetch_all(connection).await?;
    Ok(sold.into_iter().map(PaymentId).collect())
}

fn sold_of(word: &str) -> Result<Sold, sqlx::Error> {
    match word {
        "sold" => Ok(Sold::Now),
        "settled" => Ok(Sold::Before),
        "not_pinned" => Ok(Sold::NotPinned),
        "over" => Ok(Sold::OrderIsOver),
        other => Err(undecodable(&format!("no sale ends in {other:?}"))),
    }
}

fn is_places_gone(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.as_deref() == Some(PLACES_GONE)
}

/// Tickets as columns.
#[derive(Default)]
struct Columns {
    ids: Vec<uuid::Uuid>,
    seats: Vec<Option<i32>>,
    sections: Vec<i16>,
    names: Vec<String>,
    rows: Vec<Option<String>>,
    numbers: Vec<Option<String>>,
    prices: Vec<i64>,
    currencies: Vec<String>,
}

impl Columns {
    fn of(tickets: &[NewTicket]) -> Self {
        let mut columns = Self::default();
        for ticket in tickets {
            columns.push(ticket);
        }
        columns
    }

    fn push(&mut self, ticket: &NewTicket) {
        self.ids.push(ticket.ticket_id.0);
        self.seats.push(seat_column(ticket.seat));
        self.sections.push(section_column(ticket.section));
        self.names.push(ticket.section_name.clone());
        self.rows.push(ticket.row.clone());
        self.numbers.push(ticket.number.clone());
        self.prices.push(ticket.price.minor);
        let code = ticket.price.currency.code();
        self.currencies.push(code.to_owned());
    }
}

fn section_column(section: SectionIndex) -> i16 {
    i16::try_from(section.0).expect("a manifest has fewer sections than i16 counts")
}

fn seat_column(seat: Option<SeatIndex>) -> Option<i32> {
    seat.map(|seat| i32::try_from(seat.0).expect("a manifest has fewer seats than i32 counts"))
}
