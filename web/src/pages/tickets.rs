//! What a buyer has bought: the confirmation with all tickets, and each ticket for the door.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::{OrderId, TicketId};
use operations::orders::TicketView;
use operations::papers::{self, Papers};
use serde::Serialize;
use store::catalogue::SessionStatus;

use super::gateway::frame::{GatewayStep, Loaded};
use super::words;
use crate::access::OrderCredential;
use crate::context::Context;
use crate::error::{Answer, Problem};

/// The confirmation: all tickets.
#[derive(Serialize)]
struct Confirmation {
    #[serde(flatten)]
    occasion: Occasion,
    tickets: Vec<Ticket>,
    total: String,
}

/// One ticket, large, with the way to its neighbours.
#[derive(Serialize)]
struct Alone {
    #[serde(flatten)]
    occasion: Occasion,
    ticket: Ticket,
    back: Back,
    before: Option<String>,
    after: Option<String>,
}

/// Where the header leads back to.
#[derive(Serialize)]
struct Back {
    href: String,
    label: &'static str,
}

/// What all tickets of an order have in common.
#[derive(Serialize)]
struct Occasion {
    order_id: String,
    session_id: String,
    pnr: String,
    title: String,
    artists: Vec<String>,
    when: String,
    zone: String,
    /// `19:00`, or with its day if that is another one.
    doors_open: Option<String>,
    venue: String,
    address: String,
    /// What became of the session where it does not take place as printed.
    changed: Option<&'static str>,
    count: usize,
    all_pdf: String,
    calendar: String,
}

#[derive(Serialize)]
struct Ticket {
    number: usize,
    section: String,
    row: Option<String>,
    seat: Option<String>,
    holder: String,
    price: String,
    /// What the code says, and the code as markup.
    code: String,
    image: String,
    page: String,
    pdf: String,
}

/// The end of the gateway. Who has not paid yet is sent to what is missing.
pub async fn confirmation(
    context: web::Data<Context>,
    by: OrderCredential,
) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by).await?;
    if let Some(elsewhere) = loaded.elsewhere_than(GatewayStep::Confirmation) {
        return Ok(elsewhere);
    }
    let papers = papers::of_order(&context.app, by.order, &by.credential).await?;
    let page = Confirmation {
        tickets: tickets(&papers),
        total: words::money(papers.order.total),
        occasion: Occasion::of(&papers),
    };
    context
        .templates
        .page("pages/gateway/confirmation.html", &page)
}

/// A ticket to be held up at the door.
pub async fn show(
    context: web::Data<Context>,
    request: HttpRequest,
    by: OrderCredential,
) -> Answer<HttpResponse> {
    let wanted: Option<TicketId> = request.match_info().query("ticket").parse().ok();
    let papers = papers::of_order(&context.app, by.order, &by.credential).await?;
    let mut all = papers.order.tickets.iter();
    let position = all.position(|ticket| Some(ticket.ticket_id) == wanted);
    let position = position.ok_or_else(Problem::not_found)?;
    let mut tickets = tickets(&papers);
    let address = |position: usize| tickets.get(position).map(|ticket| ticket.page.clone());
    let (before, after) = (
        position.checked_sub(1).and_then(address),
        address(position + 1),
    );
    let page = Alone {
        occasion: Occasion::of(&papers),
        back: Back {
            href: format!("/gateway/orders/{}/confirmation", by.order),
            label: "Order",
        },
        before,
        after,
        ticket: tickets.swap_remove(position),
    };
    context.templates.page("pages/gateway/ticket.html", &page)
}

fn tickets(papers: &Papers) -> Vec<Ticket> {
    let order = papers.order.order_id;
    let tickets = papers.order.tickets.iter().zip(1..);
    tickets
        .map(|(ticket, number)| Ticket::of(order, ticket, number))
        .collect()
}

impl Occasion {
    fn of(papers: &Papers) -> Self {
        let (order, session) = (&papers.order, &papers.session);
        let zone = &session.venue.time_zone;
        let doors_open = session.doors_open_at.map(|at| {
            let same_day = words::day(at, zone) == words::day(session.starts_at, zone);
            if same_day {
                words::time(at, zone)
            } else {
                words::local(at, zone)
            }
        });
        Self {
            order_id: order.order_id.to_string(),
            session_id: order.session_id.to_string(),
            pnr: order.pnr.to_string(),
            title: session.event.title.clone(),
            artists: session.event.artists.clone(),
            when: words::local(session.starts_at, zone),
            zone: words::zone(session.starts_at, zone),
            doors_open,
            venue: session.venue.name.clone(),
            address: papers.address().join(", "),
            changed: match session.sale.status {
                SessionStatus::Postponed => Some("postponed"),
                SessionStatus::Cancelled => Some("cancelled"),
                SessionStatus::Draft | SessionStatus::OnSale | SessionStatus::Paused => None,
            },
            count: order.tickets.len(),
            all_pdf: format!("/api/gateway/orders/{}/tickets.pdf", order.order_id),
            calendar: format!("/api/gateway/orders/{}/calendar.ics", order.order_id),
        }
    }
}

impl Ticket {
    fn of(order: OrderId, ticket: &TicketView, number: usize) -> Self {
        let ticket_id = ticket.ticket_id;
        let label = format!("QR code of ticket {number}");
        Self {
            number,
            section: ticket.section_name.clone(),
            row: ticket.row.clone(),
            seat: ticket.number.clone(),
            holder: ticket.holder.clone(),
            price: words::money(ticket.price),
            code: ticket.code.clone(),
            image: papers::code_image(&ticket.code, &label),
            page: format!("/gateway/orders/{order}/tickets/{ticket_id}"),
            pdf: format!("/api/gateway/orders/{order}/tickets/{ticket_id}.pdf"),
        }
    }
}
