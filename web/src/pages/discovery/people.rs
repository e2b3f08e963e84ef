//! Artists: all of them, and each with what they play in.

use actix_web::{HttpResponse, web};
use documents::poster::{Format, Poster};
use serde::Serialize;
use store::discovery::Named;

use super::cards::{Card, Row, art};
use super::event::paragraphs;
use super::view::{Feed, Head, Link, View};
use super::{moved, structured};
use crate::discovery::Session;
use crate::error::Answer;

#[derive(Serialize)]
struct Artists {
    artists: Vec<Person>,
}

#[derive(Serialize)]
struct Person {
    #[serde(flatten)]
    link: Link,
    picture: String,
    dates: String,
}

#[derive(Serialize)]
struct ArtistPage {
    name: String,
    description: Vec<String>,
    picture: String,
    sessions: Vec<Row>,
    past: Vec<Card>,
    calendar: String,
    upcoming: String,
}

/// All artists.
pub async fn list(view: View) -> Answer<HttpResponse> {
    if let Some(kept) = view.kept() {
        return Ok(kept);
    }
    let artists = view
        .catalogue
        .artists
        .iter()
        .enumerate()
        .map(|(index, artist)| Person {
            link: Link {
                name: artist.row.name.clone(),
                href: view.link(&format!("/artists/{}", artist.row.slug)),
            },
            picture: portrait(&artist.row.slug),
            dates: view
                .speech()
                .say_count("dates-to-come", to_come(&view, index).len()),
        });
    let artists = Artists {
        artists: artists.collect(),
    };
    let speech = view.speech();
    let head = Head {
        title: speech.say("artists-title"),
        description: speech.say("artists-intro"),
        data: vec![structured::crumbs(
            &view,
            &[(&speech.say("artists-title"), "/artists")],
        )],
        ..Head::default()
    };
    view.page("pages/public/artists.html", &head, &artists)
}

/// One artist.
pub async fn show(view: View, slug: web::Path<String>) -> Answer<HttpResponse> {
    if let Some(kept) = view.kept() {
        return Ok(kept);
    }
    let Some(index) = view.catalogue.named(Named::Artist, &slug) else {
        let address = |catalogue: &crate::discovery::Catalogue, index: usize| {
            format!("/artists/{}", catalogue.artists[index].row.slug)
        };
        return moved(&view, Named::Artist, &slug, address).await;
    };
    let artist = &view.catalogue.artists[index];
    let sessions = to_come(&view, index);
    let start = view.catalogue.to_come(view.now);
    let past = artist.events.iter().filter(|event| {
        let sessions = &view.catalogue.events[**event].sessions;
        !sessions.is_empty() && sessions.iter().all(|session| *session < start)
    });
    let calendar = format!("/artists/{}/calendar.ics", artist.row.slug);
    let page = ArtistPage {
        name: artist.row.name.clone(),
        description: paragraphs(&artist.row.description),
        picture: portrait(&artist.row.slug),
        upcoming: view.speech().say_count("dates-to-come", sessions.len()),
        sessions: sessions.iter().map(|session| view.row(session)).collect(),
        past: past
            .map(|event| view.card(*event, &view.catalogue.events[*event].sessions))
            .collect(),
        calendar: calendar.clone(),
    };
    let place = format!("/artists/{}", artist.row.slug);
    let head = Head {
        title: artist.row.name.clone(),
        description: artist.row.description.clone(),
        place: Some(place.clone()),
        picture: Some(portrait_shared(&artist.row.slug)),
        kind: "profile",
        data: vec![
            structured::performer(&view, index),
            structured::crumbs(
                &view,
                &[
                    (&view.speech().say("artists-title"), "/artists"),
                    (&artist.row.name, &place),
                ],
            ),
        ],
        feeds: vec![Feed {
            media_type: "text/calendar",
            title: view.speech().say_of("feed-of", "name", &artist.row.name),
            href: calendar,
        }],
        ..Head::default()
    };
    view.page("pages/public/artist.html", &head, &page)
}

/// What an artist plays in that has not begun, by start.
pub fn to_come(view: &View, artist: usize) -> Vec<&Session> {
    let start = view.catalogue.to_come(view.now);
    let events = view.catalogue.artists[artist].events.iter();
    let sessions = events.flat_map(|event| view.catalogue.events[*event].sessions.iter().copied());
    let mut sessions: Vec<usize> = sessions.filter(|session| *session >= start).collect();
    sessions.sort_unstable();
    sessions
        .into_iter()
        .map(|session| &view.catalogue.sessions[session])
        .collect()
}

fn portrait_of(slug: &str) -> Poster {
    let seed: String = slug
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(40)
        .collect();
    Poster::by_chance(
        &["portrait"],
        if seed.is_empty() { "nobody" } else { &seed },
    )
}

fn portrait(slug: &str) -> String {
    art(&portrait_of(slug), Format::Square)
}

fn portrait_shared(slug: &str) -> String {
    art(&portrait_of(slug), Format::Shared)
}
