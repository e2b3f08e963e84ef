//! What a buyer has bought: the confirmation with all tickets, and each ticket for the door.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::{OrderId, TicketId};
use operations::orders::TicketView;
use operations::papers::{self, Papers};
use serde::Serialize;
use store::catalogue::SessionStatus;

use super::gateway::frame::{Back, GatewayStep, Loaded};
use crate::access::OrderCredential;
use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::language::{Reading, Speech, zone};

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
    reading: Reading,
) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by, reading).await?;
    if let Some(elsewhere) = loaded.elsewhere_than(GatewayStep::Confirmation) {
        return Ok(elsewhere);
    }
    let papers = papers::of_order(&context.app, by.order, &by.credential).await?;
    let page = Confirmation {
        tickets: tickets(&loaded.reading, &loaded.speech(), &papers),
        total: loaded.speech().price(papers.order.total),
        occasion: Occasion::of(&loaded.speech(), &papers),
    };
    context
        .templates
        .page(&loaded.reading, "pages/gateway/confirmation.html", &page)
}

/// A ticket to be held up at the door.
pub async fn show(
    context: web::Data<Context>,
    request: HttpRequest,
    by: OrderCredential,
    reading: Reading,
) -> Answer<HttpResponse> {
    let wanted: Option<TicketId> = request.match_info().query("ticket").parse().ok();
    let papers = papers::of_order(&context.app, by.order, &by.credential).await?;
    let mut all = papers.order.tickets.iter();
    let position = all.position(|ticket| Some(ticket.ticket_id) == wanted);
    let position = position.ok_or_else(Problem::not_found)?;
    let speech = context.messages.in_language(reading.language);
    let mut tickets = tickets(&reading, &speech, &papers);
    let address = |position: usize| tickets.get(position).map(|ticket| ticket.page.clone());
    let (before, after) = (
        position.checked_sub(1).and_then(address),
        address(position + 1),
    );
    let page = Alone {
        occasion: Occasion::of(&speech, &papers),
        back: Back {
            href: reading.link(&format!("/gateway/orders/{}/confirmation", by.order)),
            label: speech.say("ticket-back"),
        },
        before,
        after,
        ticket: tickets.swap_remove(position),
    };
    context
        .templates
        .page(&reading, "pages/gateway/ticket.html", &page)
}

fn tickets(reading: &Reading, speech: &Speech, papers: &Papers) -> Vec<Ticket> {
    let order = papers.order.order_id;
    let tickets = papers.order.tickets.iter().zip(1..);
    tickets
        .map(|(ticket, number)| Ticket::of(reading, speech, order, (ticket, number)))
        .collect()
}

/// A document of the order, in the language of the page that leads to it.
fn document(speech: &Speech, order: OrderId, name: &str) -> String {
    let language = speech.language;
    format!("/api/gateway/orders/{order}/{name}?language={language}")
}

impl Occasion {
    fn of(speech: &Speech, papers: &Papers) -> Self {
        let (order, session) = (&papers.order, &papers.session);
        let time_zone = &session.venue.time_zone;
        let doors_open = session.doors_open_at.map(|at| {
            if speech.day(at, time_zone) == speech.day(session.starts_at, time_zone) {
                speech.time(at, time_zone)
            } else {
                speech.date_time(at, time_zone)
            }
        });
        Self {
            order_id: order.order_id.to_string(),
            session_id: order.session_id.to_string(),
            pnr: order.pnr.to_string(),
            title: session.event.title.clone(),
            artists: session.event.artists.clone(),
            when: speech.date_time(session.starts_at, time_zone),
            zone: zone(session.starts_at, time_zone),
            doors_open,
            venue: session.venue.name.clone(),
            address: papers
                .address(&speech.country_of(&session.venue.country_code))
                .join(", "),
            changed: match session.sale.status {
                SessionStatus::Postponed => Some("postponed"),
                SessionStatus::Cancelled => Some("cancelled"),
                SessionStatus::Draft | SessionStatus::OnSale | SessionStatus::Paused => None,
            },
            count: order.tickets.len(),
            all_pdf: document(speech, order.order_id, "tickets.pdf"),
            calendar: document(speech, order.order_id, "calendar.ics"),
        }
    }
}

impl Ticket {
    fn of(
        reading: &Reading,
        speech: &Speech,
        order: OrderId,
        (ticket, number): (&TicketView, usize),
    ) -> Self {
        let ticket_id = ticket.ticket_id;
        let label = speech.say_of("ticket-code", "number", &number.to_string());
        Self {
            number,
            section: ticket.section_name.clone(),
            row: ticket.row.clone(),
            seat: ticket.number.clone(),
            holder: ticket.holder.clone(),
            price: speech.price(ticket.price),
            code: ticket.code.clone(),
            image: papers::code_image(&ticket.code, &label),
            page: reading.link(&format!("/gateway/orders/{order}/tickets/{ticket_id}")),
            pdf: document(speech, order, &format!("tickets/{ticket_id}.pdf")),
        }
    }
}
