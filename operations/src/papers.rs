//! What the owner of a paid order is given: its tickets to print, and its entry for a calendar.

use documents::calendar::{self, Entry};
use documents::qr::Qr;
use documents::ticket::{self, Occasion, Ticket, Words};
use domain::order::Credential;
use domain::{OrderId, TicketId, Timestamp};
use store::catalogue::{self, SessionDetail, SessionStatus};

use crate::App;
use crate::orders::{self, OrderError, OrderView, TicketView};

/// A paid order with all that is printed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Papers {
    /// The order; it has a ticket at least.
    pub order: OrderView,
    /// What it is for.
    pub session: SessionDetail,
}

/// What is written on an order's tickets, in the language of whoever reads them.
pub struct Texts<'a> {
    /// When it begins, where the venue is.
    pub when: String,
    /// What belongs to that: the zone, when the doors open.
    pub when_more: String,
    /// What the venue's country is called.
    pub country: String,
    /// The document's title.
    pub document_title: String,
    /// What is printed beside the facts.
    pub words: Words,
    /// What is written on one ticket, given its place among the order's, from 1.
    pub of: &'a dyn Fn(&TicketView, usize) -> TicketTexts,
}

/// What is written on one ticket.
pub struct TicketTexts {
    /// Which of the order's tickets it is.
    pub number: String,
    /// What was paid for it.
    pub price: String,
    /// Row and seat.
    pub stub: String,
    /// At the foot of the page.
    pub footer: String,
}

/// An order's papers, for its owner.
///
/// # Errors
/// There is no such order or it has no tickets, or it is somebody else's.
pub async fn of_order(app: &App, order: OrderId, by: &Credential) -> Result<Papers, OrderError> {
    let order = orders::view(app, order, by).await?;
    if order.tickets.is_empty() {
        return Err(OrderError::NotFound);
    }
    let session = catalogue::session(&app.pool, order.session_id).await?;
    let session = session.ok_or(OrderError::NotFound)?;
    Ok(Papers { order, session })
}

/// A ticket's code as an `<svg>`.
#[must_use]
pub fn code_image(code: &str, label: &str) -> String {
    Qr::of(code).svg(label)
}

impl Papers {
    /// The tickets as a PDF: this one, or all of them. Nothing if there is no such ticket.
    ///
    /// It takes some milliseconds a ticket: call it where blocking is allowed.
    #[must_use]
    pub fn pdf(&self, only: Option<TicketId>, texts: Texts) -> Option<Vec<u8>> {
        let numbered = self.order.tickets.iter().zip(1..);
        let wanted = numbered.filter(|(ticket, _)| only.is_none_or(|it| it == ticket.ticket_id));
        let tickets: Vec<Ticket> = wanted
            .map(|(ticket, number)| printed(ticket, (texts.of)(ticket, number)))
            .collect();
        (!tickets.is_empty()).then(|| ticket::pdf(&self.occasion(texts), &tickets))
    }

    /// The entry for a calendar. `site` is where this house is found, such as `https://tickets.example`; `country` what
    /// the venue's is called; `notes` say what else there is to know.
    #[must_use]
    pub fn calendar(
        &self,
        site: &str,
        country: &str,
        notes: Vec<String>,
        now: Timestamp,
    ) -> String {
        let order_id = self.order.order_id;
        let host = site.split("://").last().unwrap_or(site);
        let mut location = vec![self.session.venue.name.clone()];
        location.extend(self.address(country));
        calendar::ics(&Entry {
            order_id,
            title: self.session.event.title.clone(),
            location,
            starts_at: self.session.starts_at,
            is_cancelled: self.session.sale.status == SessionStatus::Cancelled,
            notes,
            url: format!("{site}/gateway/orders/{order_id}/confirmation"),
            host: host.split(['/', ':']).next().unwrap_or(host).to_owned(),
            written_at: now,
        })
    }

    fn occasion(&self, texts: Texts) -> Occasion {
        let session = &self.session;
        Occasion {
            title: session.event.title.clone(),
            artists: session.event.artists.clone(),
            venue: session.venue.name.clone(),
            address: self.address(&texts.country),
            when: texts.when,
            when_more: texts.when_more,
            pnr: self.order.pnr.to_string(),
            document_title: texts.document_title,
            words: texts.words,
        }
    }

    /// Where the venue is: the street if it is known, the city unless the street names it, the country as it is called.
    #[must_use]
    pub fn address(&self, country: &str) -> Vec<String> {
        let venue = &self.session.venue;
        let city = (!venue.address.contains(&venue.city)).then_some(venue.city.as_str());
        let parts = [Some(venue.address.as_str()), city, Some(country)];
        let parts = parts.into_iter().flatten();
        parts
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

fn printed(ticket: &TicketView, texts: TicketTexts) -> Ticket {
    Ticket {
        ticket_id: ticket.ticket_id,
        number: texts.number,
        section: ticket.section_name.clone(),
        row: ticket.row.clone(),
        seat: ticket.number.clone(),
        holder: ticket.holder.clone(),
        price: texts.price,
        stub: texts.stub,
        footer: texts.footer,
        code: ticket.code.clone(),
    }
}
