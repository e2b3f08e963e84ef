//! The door: which ones are somebody's, and at each a page that scans by camera or takes what is typed.
//! Without a script it is a form; with one, the island `scanner` does the same over the socket.

use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::pnr::Pnr;
use domain::{SessionId, TicketId, Timestamp};
use operations::doors::{self, Scan, Scanned};
use operations::people::SignedIn;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::see_other;
use crate::access::MaybeLogin;
use crate::context::Context;
use crate::envelope::{self, Allowed, PERMISSIONS_POLICY};
use crate::error::{Answer, Problem};
use crate::input::PathId;
use crate::language::{Reading, Speech};
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
    venue: String,
    when: String,
    /// When the doors open, while they have not.
    opens: Option<String>,
    time_zone: String,
    person: String,
    nonce: String,
    answer: Option<Validated>,
    look: Option<Look>,
    /// When the ticket was admitted, where the venue is.
    first_scan_at: Option<String>,
    board: DoorBoard,
}

/// How a verdict is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Look {
    /// good, bad, warn or told.
    kind: &'static str,
    icon: &'static str,
    /// Its part of the messages' keys.
    verdict: &'static str,
}

#[derive(Serialize)]
struct Doors {
    person: String,
    days: Vec<Day>,
}

/// The doors of a day, where their venues are.
#[derive(Serialize)]
struct Day {
    name: String,
    doors: Vec<OwnDoor>,
}

#[derive(Serialize)]
struct OwnDoor {
    session_id: String,
    title: String,
    venue: String,
    time: String,
    inside: u64,
    expected: u64,
}

/// Which doors are theirs.
pub async fn list(
    context: web::Data<Context>,
    request: HttpRequest,
    login: MaybeLogin,
    reading: Reading,
) -> Answer<HttpResponse> {
    let Some(person) = login.0 else {
        return Ok(to_login(&request));
    };
    if !person.is_staff() {
        return Err(Problem::forbidden());
    }
    let doors = doors::own_doors(&context.app, &person, context.now()).await?;
    let page = Doors {
        person: person.name,
        days: days(&context.messages.in_language(reading.language), doors),
    };
    context
        .templates
        .page(&reading, "pages/venue/doors.html", &page)
}

/// The page of a door.
pub async fn show(
    context: web::Data<Context>,
    request: HttpRequest,
    session: PathId<SessionId>,
    login: MaybeLogin,
    reading: Reading,
) -> Answer<HttpResponse> {
    match login.0 {
        Some(person) => page(&context, &reading, &person, session.0, None).await,
        None => Ok(to_login(&request)),
    }
}

/// The form's answer.
pub async fn scan(
    context: web::Data<Context>,
    session: PathId<SessionId>,
    login: MaybeLogin,
    reading: Reading,
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
    page(&context, &reading, &person, session.0, Some(answer.into())).await
}

fn to_login(request: &HttpRequest) -> HttpResponse {
    see_other(&format!("/login?next={}", request.path()))
}

fn scanned(typed: String, ticket: Option<Uuid>) -> Scanned {
    match ticket {
        Some(ticket) => Scanned::Ticket(TicketId(ticket)),
        None if typed.trim().parse::<Pnr>().is_ok() => Scanned::Pnr(typed.trim().to_owned()),
        None => Scanned::Code(typed.trim().to_owned()),
    }
}

async fn page(
    context: &Context,
    reading: &Reading,
    person: &SignedIn,
    session_id: SessionId,
    answer: Option<Validated>,
) -> Answer<HttpResponse> {
    let speech = context.messages.in_language(reading.language);
    let board = doors::board(&context.app, person, session_id).await?.into();
    let detail = store::catalogue::session(&context.app.pool, session_id).await?;
    let detail = detail.ok_or_else(Problem::not_found)?;
    let time_zone = detail.venue.time_zone.clone();
    let first_scan = answer
        .as_ref()
        .and_then(|answer| answer.first_scan.as_ref());
    let to_come = |at: &Timestamp| *at > context.now();
    let opens = detail.doors_open_at.filter(to_come);
    let page = Page {
        first_scan_at: first_scan.map(|scan| speech.date_time(scan.at.into(), &time_zone)),
        look: answer.as_ref().map(|answer| look(&answer.verdict)),
        when: speech.date_time(detail.starts_at, &time_zone),
        opens: opens.map(|at| speech.date_time(at, &time_zone)),
        session_id: session_id.to_string(),
        title: detail.event.title,
        venue: detail.venue.name,
        time_zone,
        person: person.name.clone(),
        nonce: Uuid::now_v7().to_string(),
        answer,
        board,
    };
    let mut response = context
        .templates
        .page(reading, "pages/venue/door.html", &page)?;
    let headers = response.headers_mut();
    // The only page with a camera, and with a decoder that is compiled code.
    let site = &context.settings.public_url;
    let allowed = Allowed {
        scripts: "'wasm-unsafe-eval'",
        ..Allowed::default()
    };
    let policy = envelope::content_security_policy(site, allowed);
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    let camera = HeaderValue::from_static("camera=(self), geolocation=(), microphone=()");
    headers.insert(PERMISSIONS_POLICY.clone(), camera);
    Ok(response)
}

fn days(speech: &Speech, doors: Vec<doors::OwnDoor>) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for door in doors {
        let name = speech.day(door.starts_at, &door.time_zone);
        let door = OwnDoor {
            session_id: door.session_id.to_string(),
            time: speech.time(door.starts_at, &door.time_zone),
            title: door.title,
            venue: door.venue,
            inside: door.inside,
            expected: door.expected,
        };
        match days.last_mut() {
            Some(day) if day.name == name => day.doors.push(door),
            _ => days.push(Day {
                name,
                doors: vec![door],
            }),
        }
    }
    days
}

/// A verdict at a glance.
fn look(verdict: &str) -> Look {
    let (kind, icon, verdict) = match verdict {
        "admitted" => ("good", "good", "admitted"),
        "already_used" => ("bad", "close", "already_used"),
        "wrong_session" => ("bad", "close", "wrong_session"),
        "refunded" => ("bad", "close", "refunded"),
        "cancelled" => ("bad", "close", "cancelled"),
        "not_paid" => ("bad", "close", "not_paid"),
        "forged" => ("bad", "close", "forged"),
        "too_early" => ("warn", "clock", "too_early"),
        "found" => ("told", "told", "found"),
        _ => ("bad", "close", "unknown"),
    };
    Look {
        kind,
        icon,
        verdict,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_admission_looks_good() {
        let all = [
            "admitted",
            "already_used",
            "wrong_session",
            "refunded",
            "cancelled",
            "not_paid",
            "forged",
            "unknown",
            "too_early",
            "found",
        ];
        let good: Vec<&str> = all
            .into_iter()
            .filter(|it| look(it).kind == "good")
            .collect();
        assert_eq!(good, ["admitted"]);
    }

    #[test]
    fn a_reference_is_told_from_a_code() {
        let pnr = Pnr::from_number(7).to_string();
        assert_eq!(scanned(format!(" {pnr} "), None), Scanned::Pnr(pnr));
        assert_eq!(
            scanned(" FR1.a.b ".to_owned(), None),
            Scanned::Code("FR1.a.b".to_owned())
        );
    }
}
