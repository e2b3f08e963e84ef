//! A scan over HTTP. Only staff may ask, and only for their own sessions.

use actix_web::web;
use domain::{SessionId, TicketId};
use operations::doors::{self, Scan, Scanned};

use crate::access::Staff;
use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::input::JsonBody;
use crate::openapi::ProblemDocument;
use crate::wire::door::{Validate, Validated};

/// Judges a scan, and admits its ticket if that is right
///
/// A PNR alone answers `found` with the order's tickets and admits nothing.
#[utoipa::path(post, path = "/api/public/validate", tag = "public", security(("login" = [])),
    request_body = Validate,
    responses((status = 200, body = Validated), (status = "default", body = ProblemDocument)))]
pub async fn validate(
    context: web::Data<Context>,
    staff: Staff,
    body: JsonBody<Validate>,
) -> Answer<web::Json<Validated>> {
    let scan = scan(body.value)?;
    let answer = doors::validate(&context.app, &staff.0, scan).await?;
    Ok(web::Json(answer.into()))
}

fn scan(body: Validate) -> Answer<Scan> {
    Ok(Scan {
        session_id: SessionId(body.session_id),
        scanned: scanned(body.code, body.pnr, body.ticket_id.map(TicketId))?,
        nonce: body.nonce,
        device: body.device.unwrap_or_default(),
    })
}

/// The one thing that was scanned or typed.
pub(crate) fn scanned(
    code: Option<String>,
    pnr: Option<String>,
    ticket: Option<TicketId>,
) -> Answer<Scanned> {
    match (code, pnr, ticket) {
        (Some(code), None, None) => Ok(Scanned::Code(code)),
        (None, Some(pnr), None) => Ok(Scanned::Pnr(pnr)),
        (None, None, Some(ticket)) => Ok(Scanned::Ticket(ticket)),
        _ => {
            let reason = "must say exactly one of: code, pnr, ticketId";
            Err(Problem::invalid_fields([("body", reason)]))
        }
    }
}
