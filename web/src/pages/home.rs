//! What is on sale.

use actix_web::{HttpResponse, web};
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use store::catalogue::{self, EventFilter, ListedEvent, ListedSession};

use super::words;
use crate::context::Context;
use crate::error::Answer;

/// Which page.
#[derive(Deserialize)]
pub struct Query {
    page: Option<u32>,
}

#[derive(Serialize)]
struct Page {
    events: Vec<Event>,
    next_page: Option<u32>,
}

#[derive(Serialize)]
struct Event {
    title: String,
    sessions: Vec<Session>,
}

#[derive(Serialize)]
struct Session {
    session_id: String,
    when: String,
    venue: String,
    city: String,
    sale: String,
}

/// The page.
pub async fn show(context: web::Data<Context>, query: web::Query<Query>) -> Answer<HttpResponse> {
    let filter = EventFilter {
        page: query.page.unwrap_or(1),
        ..EventFilter::default()
    };
    let now = context.now();
    let found = catalogue::events(&context.app.pool, &filter, now).await?;
    let events = found
        .events
        .into_iter()
        .map(|event| Event::new(event, now))
        .collect();
    context.templates.page(
        "pages/public/home.html",
        &Page {
            events,
            next_page: found.next_page,
        },
    )
}

impl Event {
    fn new(event: ListedEvent, now: Timestamp) -> Self {
        let sessions = event
            .sessions
            .into_iter()
            .map(|it| Session::new(it, now))
            .collect();
        Self {
            title: event.title,
            sessions,
        }
    }
}

impl Session {
    fn new(session: ListedSession, now: Timestamp) -> Self {
        Self {
            session_id: session.session_id.to_string(),
            when: words::local(session.starts_at, &session.time_zone),
            sale: super::session::sale_words(&session.sale, &session.time_zone, now),
            venue: session.venue,
            city: session.city,
        }
    }
}
