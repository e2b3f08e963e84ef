//! An order's tickets as PDF, and its entry for a calendar. As the order, they are their owner's alone.

use actix_web::http::header::{
    self, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::{Money, TicketId};
use operations::papers::{self, Papers};

use crate::access::OrderCredential;
use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::openapi::ProblemDocument;
use crate::pages::words;

const PDF: &str = "application/pdf";
const CALENDAR: &str = "text/calendar; charset=utf-8";

/// A ticket as a PDF
#[utoipa::path(get, path = "/api/gateway/orders/{eventSessionOrderId}/tickets/{ticketId}.pdf",
    tag = "gateway", security(("orderSecret" = [])),
    params(("eventSessionOrderId" = uuid::Uuid, Path), ("ticketId" = uuid::Uuid, Path)),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>),
        (status = "default", body = ProblemDocument)))]
pub async fn show(
    context: web::Data<Context>,
    request: HttpRequest,
    by: OrderCredential,
) -> Answer<HttpResponse> {
    let ticket: Option<TicketId> = request.match_info().query("ticket").parse().ok();
    let ticket = ticket.ok_or_else(Problem::not_found)?;
    pdf(&context, &by, Some(ticket)).await
}

/// All tickets of an order as one PDF
#[utoipa::path(get, path = "/api/gateway/orders/{eventSessionOrderId}/tickets.pdf",
    tag = "gateway", security(("orderSecret" = [])),
    params(("eventSessionOrderId" = uuid::Uuid, Path)),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>),
        (status = "default", body = ProblemDocument)))]
pub async fn show_all(context: web::Data<Context>, by: OrderCredential) -> Answer<HttpResponse> {
    pdf(&context, &by, None).await
}

/// An order's entry for a calendar
#[utoipa::path(get, path = "/api/gateway/orders/{eventSessionOrderId}/calendar.ics",
    tag = "gateway", security(("orderSecret" = [])),
    params(("eventSessionOrderId" = uuid::Uuid, Path)),
    responses((status = 200, content_type = "text/calendar", body = String),
        (status = "default", body = ProblemDocument)))]
pub async fn calendar(context: web::Data<Context>, by: OrderCredential) -> Answer<HttpResponse> {
    let papers = papers::of_order(&context.app, by.order, &by.credential).await?;
    let entry = papers.calendar(&context.settings.public_url, context.now());
    let name = name(&papers, None, "ics");
    Ok(file(CALENDAR, name, entry.into_bytes()))
}

async fn pdf(
    context: &Context,
    by: &OrderCredential,
    only: Option<TicketId>,
) -> Answer<HttpResponse> {
    let papers = papers::of_order(&context.app, by.order, &by.credential).await?;
    let name = name(&papers, only, "pdf");
    // Beside the worker's other requests: an order's tickets may take a while.
    let made = web::block(move || papers.pdf(only, price)).await;
    let made = made.map_err(|error| Problem::defect(&error))?;
    Ok(file(PDF, name, made.ok_or_else(Problem::not_found)?))
}

fn price(money: Money) -> String {
    words::money(money)
}

/// What a file is called where it is kept: in plain letters for old readers, and as the event is called.
struct Name {
    plain: String,
    full: String,
}

fn name(papers: &Papers, only: Option<TicketId>, ending: &str) -> Name {
    let pnr = &papers.order.pnr;
    let mut tickets = papers.order.tickets.iter();
    let number = only.and_then(|only| tickets.position(|ticket| ticket.ticket_id == only));
    let number = number.map(|number| format!(" ticket {}", number + 1));
    let number = number.unwrap_or_default();
    let title = &papers.session.event.title;
    let is_kept = |character: &char| !character.is_control() && !"/\\:*?\"<>|".contains(*character);
    let title: String = title.chars().filter(is_kept).take(80).collect();
    Name {
        plain: format!("Frontrow {pnr}{number}.{ending}"),
        full: format!("{} {pnr}{number}.{ending}", title.trim()),
    }
}

/// Nobody keeps it on the way: who may read it is asked each time. The name follows RFC 6266.
fn file(media_type: &'static str, name: Name, bytes: Vec<u8>) -> HttpResponse {
    let full = ExtendedValue {
        charset: Charset::Ext("UTF-8".to_owned()),
        language_tag: None,
        value: name.full.into_bytes(),
    };
    let disposition = ContentDisposition {
        disposition: DispositionType::Inline,
        parameters: vec![
            DispositionParam::Filename(name.plain),
            DispositionParam::FilenameExt(full),
        ],
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response.insert_header(disposition);
    response.content_type(media_type).body(bytes)
}
