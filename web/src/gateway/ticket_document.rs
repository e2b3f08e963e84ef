//! An order's tickets as PDF, and its entry for a calendar. As the order, they are their owner's alone.

use std::sync::Arc;

use actix_web::http::header::{
    self, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::TicketId;
use operations::papers::{self, Papers};
use serde::Deserialize;

use super::ticket_texts;
use crate::access::OrderCredential;
use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::language::{Language, Reading};
use crate::openapi::ProblemDocument;

const PDF: &str = "application/pdf";
const CALENDAR: &str = "text/calendar; charset=utf-8";

/// In which language, if not in that of whoever asks.
#[derive(Deserialize)]
pub struct Query {
    language: Option<String>,
}

impl Query {
    fn language(&self, reading: &Reading) -> Language {
        let asked = self.language.as_deref().and_then(Language::of);
        asked.unwrap_or(reading.language)
    }
}

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
    reading: Reading,
    query: web::Query<Query>,
) -> Answer<HttpResponse> {
    let ticket: Option<TicketId> = request.match_info().query("ticket").parse().ok();
    let ticket = ticket.ok_or_else(Problem::not_found)?;
    pdf(&context, &by, query.language(&reading), Some(ticket)).await
}

/// All tickets of an order as one PDF
#[utoipa::path(get, path = "/api/gateway/orders/{eventSessionOrderId}/tickets.pdf",
    tag = "gateway", security(("orderSecret" = [])),
    params(("eventSessionOrderId" = uuid::Uuid, Path)),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>),
        (status = "default", body = ProblemDocument)))]
pub async fn show_all(
    context: web::Data<Context>,
    by: OrderCredential,
    reading: Reading,
    query: web::Query<Query>,
) -> Answer<HttpResponse> {
    pdf(&context, &by, query.language(&reading), None).await
}

/// An order's entry for a calendar
#[utoipa::path(get, path = "/api/gateway/orders/{eventSessionOrderId}/calendar.ics",
    tag = "gateway", security(("orderSecret" = [])),
    params(("eventSessionOrderId" = uuid::Uuid, Path)),
    responses((status = 200, content_type = "text/calendar", body = String),
        (status = "default", body = ProblemDocument)))]
pub async fn calendar(
    context: web::Data<Context>,
    by: OrderCredential,
    reading: Reading,
    query: web::Query<Query>,
) -> Answer<HttpResponse> {
    let papers = papers::of_order(&context.app, by.order, &by.credential).await?;
    let speech = context.messages.in_language(query.language(&reading));
    let notes = ticket_texts::notes(&speech, &papers);
    let country = speech.country_of(&papers.session.venue.country_code);
    let site = &context.settings.public_url;
    let entry = papers.calendar(site, &country, notes, context.now());
    let name = name(&papers, "", "ics");
    Ok(file(CALENDAR, name, entry.into_bytes()))
}

async fn pdf(
    context: &Context,
    by: &OrderCredential,
    language: Language,
    only: Option<TicketId>,
) -> Answer<HttpResponse> {
    let papers = papers::of_order(&context.app, by.order, &by.credential).await?;
    let messages = Arc::clone(&context.messages);
    let number = ticket_texts::file_part(&messages.in_language(language), &papers, only);
    let name = name(&papers, &number, "pdf");
    // Beside the worker's other requests: an order's tickets may take a while.
    let made =
        web::block(move || ticket_texts::pdf(&messages.in_language(language), &papers, only)).await;
    let made = made.map_err(|error| Problem::defect(&error))?;
    Ok(file(PDF, name, made.ok_or_else(Problem::not_found)?))
}

/// What a file is called where it is kept: in plain letters for old readers, and as the event is called.
struct Name {
    plain: String,
    full: String,
}

/// `part` says which of the tickets it is.
fn name(papers: &Papers, part: &str, ending: &str) -> Name {
    let pnr = &papers.order.pnr;
    let title = &papers.session.event.title;
    let is_kept = |character: &char| !character.is_control() && !"/\\:*?\"<>|".contains(*character);
    let title: String = title.chars().filter(is_kept).take(80).collect();
    Name {
        plain: format!("Frontrow {pnr}{part}.{ending}"),
        full: format!("{} {pnr}{part}.{ending}", title.trim()),
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
