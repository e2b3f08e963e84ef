//! A session's page, and the text of each of its sections. The island `seat-map` keeps the page true.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::{SectionId, SessionId};
use serde::Serialize;
use store::catalogue::{self, SessionDetail};

use super::discovery::{SessionMeta, View};
use super::house::{self, House, Row, Section};
use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::input::PathId;
use crate::language::Reading;
use crate::manifests::Manifests;

#[derive(Serialize)]
struct Page {
    title: String,
    artists: Vec<String>,
    description: String,
    venue: String,
    city: String,
    when: String,
    house: House,
    /// What search engines and those who share the address read; none in the moment after it was published.
    meta: Option<SessionMeta>,
}

#[derive(Serialize)]
struct SectionPage {
    session_id: String,
    title: String,
    venue: String,
    when: String,
    section: Section,
    rows: Vec<Row>,
}

/// The page.
pub async fn show(
    context: web::Data<Context>,
    view: View,
    session: PathId<SessionId>,
) -> Answer<HttpResponse> {
    let detail = detail(&context, session.0).await?;
    let live = context.app.registry.session(session.0).await?;
    Manifests::prepare(&context, live.info());
    let speech = view.speech();
    let house = House::of(&context, &speech, &detail, &live, None).await?;
    let page = Page {
        when: speech.date_time(detail.starts_at, &detail.venue.time_zone),
        title: detail.event.title,
        artists: detail.event.artists,
        description: detail.event.description,
        venue: detail.venue.name,
        city: speech.city(&detail.venue.city_slug, &detail.venue.city),
        house,
        meta: SessionMeta::of(&view, session.0),
    };
    context
        .templates
        .page(&view.reading, "pages/public/session.html", &page)
}

/// Every row and seat of one section, for whoever has no script.
pub async fn show_section(
    context: web::Data<Context>,
    request: HttpRequest,
    reading: Reading,
    address: web::Path<(String, String)>,
) -> Answer<HttpResponse> {
    let session_id: SessionId = crate::input::path_id(&request)?;
    let section_id: SectionId = address.1.parse().map_err(|_| Problem::not_found())?;
    let detail = detail(&context, session_id).await?;
    let live = context.app.registry.session(session_id).await?;
    let snapshot = live.feed().snapshot();
    let speech = context.messages.in_language(reading.language);
    let found = house::rows_of(live.info(), &snapshot, section_id, &speech);
    let (section, rows) = found.ok_or_else(Problem::not_found)?;
    let page = SectionPage {
        session_id: session_id.to_string(),
        when: speech.date_time(detail.starts_at, &detail.venue.time_zone),
        title: detail.event.title,
        venue: detail.venue.name,
        section,
        rows,
    };
    context
        .templates
        .page(&reading, "pages/public/section.html", &page)
}

async fn detail(context: &Context, session: SessionId) -> Answer<SessionDetail> {
    let detail = catalogue::session(&context.app.pool, session).await?;
    detail.ok_or_else(Problem::not_found)
}
