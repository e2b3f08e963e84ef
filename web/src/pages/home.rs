//! What is on sale, and what will be.

use actix_web::{HttpResponse, web};
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use store::catalogue::{self, EventFilter, ListedEvent, ListedSession, Sale, SessionStatus};

use super::words::{self, LocalDate};
use crate::context::Context;
use crate::error::Answer;

/// Which page.
#[derive(Deserialize)]
pub struct Query {
    page: Option<u32>,
}

#[derive(Serialize)]
struct Page {
    groups: Vec<Group>,
    page: u32,
    next_page: Option<u32>,
}

/// Events that stand alike with their sale.
#[derive(Serialize)]
struct Group {
    standing: Standing,
    events: Vec<Event>,
}

#[derive(Serialize)]
struct Event {
    title: String,
    sessions: Vec<Session>,
}

#[derive(Serialize)]
struct Session {
    session_id: String,
    date: LocalDate,
    venue: String,
    city: String,
    standing: Standing,
    sale: String,
    from_price: Option<String>,
}

/// How a sale stands, the most wanted first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    OnSale,
    ToCome,
    Over,
}

/// The page.
pub async fn show(context: web::Data<Context>, query: web::Query<Query>) -> Answer<HttpResponse> {
    let filter = EventFilter {
        page: query.page.unwrap_or(1).max(1),
        buyable_first: true,
        ..EventFilter::default()
    };
    let now = context.now();
    let found = catalogue::events(&context.app.pool, &filter, now).await?;
    let page = Page {
        groups: groups(found.events, now),
        page: filter.page,
        next_page: found.next_page,
    };
    context.templates.page("pages/public/home.html", &page)
}

fn groups(events: Vec<ListedEvent>, now: Timestamp) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for event in events {
        let best = event.sessions.iter().map(|it| Standing::of(&it.sale, now));
        let standing = best.min().unwrap_or(Standing::Over);
        let event = Event::new(event, now);
        match groups.iter_mut().find(|group| group.standing == standing) {
            Some(group) => group.events.push(event),
            None => groups.push(Group {
                standing,
                events: vec![event],
            }),
        }
    }
    groups
}

impl Standing {
    fn of(sale: &Sale, now: Timestamp) -> Self {
        match sale.status {
            SessionStatus::OnSale if sale.is_on(now) => Self::OnSale,
            SessionStatus::OnSale if now < sale.from => Self::ToCome,
            SessionStatus::OnSale
            | SessionStatus::Draft
            | SessionStatus::Paused
            | SessionStatus::Postponed
            | SessionStatus::Cancelled => Self::Over,
        }
    }
}

impl Event {
    fn new(event: ListedEvent, now: Timestamp) -> Self {
        let sessions = event.sessions.into_iter();
        Self {
            title: event.title,
            sessions: sessions.map(|it| Session::new(it, now)).collect(),
        }
    }
}

impl Session {
    fn new(session: ListedSession, now: Timestamp) -> Self {
        Self {
            session_id: session.session_id.to_string(),
            date: words::local_date(session.starts_at, &session.time_zone),
            standing: Standing::of(&session.sale, now),
            sale: super::session::sale_words(&session.sale, &session.time_zone, now),
            from_price: session
                .from_price
                .filter(|price| price.minor > 0)
                .map(words::money),
            venue: session.venue,
            city: session.city,
        }
    }
}
