//! Calendars to subscribe to, entries to take along, and the blog for readers of feeds.

use std::fmt::Write;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use documents::calendar::{self, Occasion};
use domain::SessionId;
use store::catalogue::SessionStatus;
use store::discovery::Named;

use super::articles::rendered;
use super::cards::event_place;
use super::robots::escaped;
use super::view::View;
use super::{moved, people};
use crate::discovery::Session;
use crate::error::{Answer, Problem};
use crate::language::{Language, in_language};

const CALENDAR: &str = "text/calendar; charset=utf-8";
/// A calendar has so many entries at most, the next ones.
const ENTRIES_MAX: usize = 300;
const ITEMS_MAX: usize = 30;

/// One performance.
pub async fn session(view: View, id: web::Path<String>) -> Answer<HttpResponse> {
    let id: SessionId = id.parse().map_err(|_| Problem::not_found())?;
    let session = view.catalogue.session(id).ok_or_else(Problem::not_found)?;
    let title = view.catalogue.events[session.event].row.title.clone();
    Ok(calendar_of(&view, &title, &[session]))
}

/// All performances of an event.
pub async fn event(view: View, slug: web::Path<String>) -> Answer<HttpResponse> {
    let Some(index) = view.catalogue.named(Named::Event, &slug) else {
        return moved(&view, Named::Event, &slug, |catalogue, index| {
            format!("{}/calendar.ics", event_place(&catalogue.events[index]))
        })
        .await;
    };
    let event = &view.catalogue.events[index];
    let sessions: Vec<&Session> = event
        .sessions
        .iter()
        .map(|at| &view.catalogue.sessions[*at])
        .collect();
    Ok(calendar_of(&view, &event.row.title, &sessions))
}

/// What an artist plays in.
pub async fn artist(view: View, slug: web::Path<String>) -> Answer<HttpResponse> {
    let Some(index) = view.catalogue.named(Named::Artist, &slug) else {
        return moved(&view, Named::Artist, &slug, |catalogue, index| {
            format!(
                "/artists/{}/calendar.ics",
                catalogue.artists[index].row.slug
            )
        })
        .await;
    };
    let sessions = people::to_come(&view, index);
    Ok(calendar_of(
        &view,
        &view.catalogue.artists[index].row.name,
        &sessions,
    ))
}

/// What is on in a venue.
pub async fn venue(view: View, slug: web::Path<String>) -> Answer<HttpResponse> {
    let Some(index) = view.catalogue.named(Named::Venue, &slug) else {
        return moved(&view, Named::Venue, &slug, |catalogue, index| {
            format!("/venues/{}/calendar.ics", catalogue.venues[index].row.slug)
        })
        .await;
    };
    let (venue, start) = (
        &view.catalogue.venues[index],
        view.catalogue.to_come(view.now),
    );
    let to_come = venue.sessions.iter().filter(|session| **session >= start);
    let sessions: Vec<&Session> = to_come
        .map(|session| &view.catalogue.sessions[*session])
        .collect();
    Ok(calendar_of(&view, &venue.row.name, &sessions))
}

fn calendar_of(view: &View, name: &str, sessions: &[&Session]) -> HttpResponse {
    let site = &view.context.settings.public_url;
    let host = site.split("://").last().unwrap_or(site);
    let host = host.split(['/', ':']).next().unwrap_or(host);
    let occasions: Vec<Occasion> = sessions
        .iter()
        .take(ENTRIES_MAX)
        .map(|session| occasion(view, session))
        .collect();
    // Written when the catalogue was: so that nothing changes where nothing has changed.
    let text = calendar::feed(name, host, view.now, &occasions);
    view.text(StatusCode::OK, CALENDAR, text)
}

fn occasion(view: &View, session: &Session) -> Occasion {
    let event = &view.catalogue.events[session.event];
    let venue = &view.catalogue.venues[session.venue];
    let artists = event
        .artists
        .iter()
        .map(|artist| view.catalogue.artists[*artist].row.name.clone());
    let notes = [
        Some(artists.collect::<Vec<_>>().join(", ")),
        Some(event.row.description.clone()),
        Some(
            view.speech()
                .date_time(session.starts_at, &venue.row.time_zone),
        ),
    ];
    let notes = notes.into_iter().flatten().filter(|note| !note.is_empty());
    Occasion {
        name: session.row.session_id.to_string(),
        title: event.row.title.clone(),
        location: [&venue.row.name, &venue.row.address]
            .into_iter()
            .filter(|part| !part.is_empty())
            .cloned()
            .collect(),
        starts_at: session.starts_at,
        is_cancelled: session.row.sale.status == SessionStatus::Cancelled,
        is_tentative: session.row.sale.status == SessionStatus::Postponed,
        notes: notes.collect(),
        url: view.absolute(&format!("/sessions/{}", session.row.session_id)),
    }
}

/// The blog as RSS 2.0, articles of all languages.
pub async fn blog(view: View) -> Answer<HttpResponse> {
    if let Some(kept) = view.kept() {
        return Ok(kept);
    }
    if let Some(next) = view.catalogue.next_article_at(view.now) {
        view.valid_until(next);
    }
    let speech = view.speech();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\">\n\
         <channel><title>{}</title><link>{}</link><description>{}</description>\
         <atom:link href=\"{}\" rel=\"self\" type=\"application/rss+xml\"/>\n",
        escaped(&format!("{} · Frontrow", speech.say("blog-title"))),
        escaped(&view.absolute("/blog")),
        escaped(&speech.say("blog-intro")),
        escaped(&view.absolute("/blog/feed.xml")),
    );
    for (_, article) in view.catalogue.published(view.now).take(ITEMS_MAX) {
        let row = &article.row;
        let language = Language::of(&row.language).unwrap_or_default();
        let address = view.absolute(&in_language(language, &format!("/blog/{}", row.slug)));
        // Writing into memory cannot fail.
        let _ = writeln!(
            text,
            "<item><title>{}</title><link>{}</link><guid isPermaLink=\"false\">{}</guid><pubDate>{}</pubDate>\
             <category>{}</category><description>{}</description></item>",
            escaped(&row.title),
            escaped(&address),
            row.article_id,
            row.published_at.to_rfc2822(),
            escaped(&view.catalogue.article_categories[article.category].name),
            escaped(&rendered(&row.body)),
        );
    }
    text.push_str("</channel></rss>\n");
    Ok(view.text(StatusCode::OK, "application/rss+xml; charset=utf-8", text))
}
