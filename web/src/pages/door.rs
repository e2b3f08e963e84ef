//! The door by a form: a code or a PNR is typed, the verdict is large.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::pnr::Pnr;
use domain::{SessionId, TicketId};
use operations::doors::{self, Scan, Scanned};
use operations::people::SignedIn;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{see_other, words};
use crate::access::MaybeLogin;
use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::input::PathId;
use crate::wire::door::{DoorBoard, Validated};

/// The form: what was typed, or the ticket that was picked.
#[derive(Deserialize)]
pub struct Form {
    typed: Option<String>,
    ticket: Option<Uuid>,
    nonce: String,
}

#[derive(Serialize)]
struct Page {
    session_id: String,
    title: String,
    when: String,
    person: String,
    nonce: String,
    answer: Option<Validated>,
    /// When the ticket was admitted, where the venue is.
    first_scan_at: Option<String>,
    board: DoorBoard,
}

/// The page.
pub async fn show(
    context: web::Data<Context>,
    request: HttpRequest,
    session: PathId<SessionId>,
    login: MaybeLogin,
) -> Answer<HttpResponse> {
    match login.0 {
        Some(person) => page(&context, &person, session.0, None).await,
        None => Ok(see_other(&format!("/login?next={}", request.path()))),
    }
}

/// The form's answer.
pub async fn scan(
    context: web::Data<Context>,
    session: PathId<SessionId>,
    login: MaybeLogin,
    form: web::Form<Form>,
) -> Answer<HttpResponse> {
    let person = login.0.ok_or_else(Problem::login_required)?;
    context.limits.scan(person.account_id)?;
    let form = form.into_inner();
    let scan = Scan {
        session_id: session.0,
        scanned: scanned(form.typed.unwrap_or_default(), form.ticket),
        nonce: form.nonce,
        device: "form".to_owned(),
    };
    let answer = doors::validate(&context.app, &person, scan).await?;
    page(&context, &person, session.0, Some(answer.into())).await
}

fn scanned(typed: String, ticket: Option<Uuid>) -> Scanned {
    match ticket {
        Some(ticket) => Scanned::Ticket(TicketId(ticket)),
        None if typed.parse::<Pnr>().is_ok() => Scanned::Pnr(typed),
        None => Scanned::Code(typed.trim().to_owned()),
    }
}

async fn page(
    context: &Context,
    person: &SignedIn,
    session_id: SessionId,
    answer: Option<Validated>,
) -> Answer<HttpResponse> {
    let board = doors::board(&context.app, person, session_id).await?.into();
    let detail = store::catalogue::session(&context.app.pool, session_id).await?;
    let detail = detail.ok_or_else(Problem::not_found)?;
    let time_zone = &detail.venue.time_zone;
    let first_scan = answer
        .as_ref()
        .and_then(|answer| answer.first_scan.as_ref());
    let page = Page {
        first_scan_at: first_scan.map(|scan| words::local(scan.at.into(), time_zone)),
        when: words::local(detail.starts_at, time_zone),
        session_id: session_id.to_string(),
        title: detail.event.title,
        person: person.name.clone(),
        nonce: Uuid::now_v7().to_string(),
        answer,
        board,
    };
    context.templates.page("pages/venue/door.html", &page)
}
