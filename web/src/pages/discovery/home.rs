//! The front page: what is next, what is about to begin, what is nearly gone, and where to look.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::cards::{Card, Row, Teaser};
use super::structured;
use super::view::{Head, Link, View};
use crate::discovery::{Criteria, Standing, find};
use crate::error::Answer;

const LEADING: usize = 1;
const NEXT: usize = 10;
const ROWS: usize = 5;
const ARTICLES: usize = 3;

#[derive(Serialize)]
struct Home {
    leading: Vec<Card>,
    next: Vec<Card>,
    opening: Vec<Row>,
    nearly_gone: Vec<Row>,
    cities: Vec<City>,
    articles: Vec<Teaser>,
    events: String,
    is_empty: bool,
}

#[derive(Serialize)]
struct City {
    #[serde(flatten)]
    link: Link,
    country: String,
    count: String,
}

/// Old addresses of this page had a number.
#[derive(Deserialize)]
pub struct Query {}

/// The page.
pub async fn show(view: View, _: web::Query<Query>) -> Answer<HttpResponse> {
    if let Some(kept) = view.kept() {
        return Ok(kept);
    }
    let found = find(&view.catalogue, &Criteria::default(), view.now);
    // What can be bought leads; the rest follows by date.
    let mut events = found.events;
    let is_buyable = |sessions: &[usize]| {
        let mut sessions = sessions
            .iter()
            .map(|index| &view.catalogue.sessions[*index]);
        sessions.any(|session| view.standing(session).is_buyable())
    };
    events.sort_by_key(|(_, sessions)| !is_buyable(sessions));
    let leading = leading(&view, &events);
    let is_leading = |event: usize| Some(event) == leading;
    let cards = |events: Vec<&(usize, Vec<usize>)>| -> Vec<Card> {
        events
            .into_iter()
            .map(|(event, sessions)| view.card(*event, sessions))
            .collect()
    };
    let others = events
        .iter()
        .filter(|(event, _)| !is_leading(*event))
        .take(NEXT);
    let head_of = events
        .iter()
        .filter(|(event, _)| is_leading(*event))
        .take(LEADING);
    let home = Home {
        leading: cards(head_of.collect()),
        next: cards(others.collect()),
        opening: opening(&view),
        nearly_gone: nearly_gone(&view),
        cities: cities(&view, &found.by_city),
        articles: articles(&view),
        events: view.link("/events"),
        is_empty: events.is_empty(),
    };
    let speech = view.speech();
    let head = Head {
        title: speech.say("home-title"),
        description: speech.say("home-description"),
        place: Some("/".to_owned()),
        picture: Some("/art/rays/0/frontrow/shared.png".to_owned()),
        data: vec![structured::site(&view)],
        ..Head::default()
    };
    view.page("pages/public/home.html", &head, &home)
}

/// The event with most places to come: what most people may find something in.
fn leading(view: &View, events: &[(usize, Vec<usize>)]) -> Option<usize> {
    let places = |sessions: &[usize]| -> u64 {
        let places = sessions
            .iter()
            .map(|index| view.catalogue.sessions[*index].row.places);
        places.map(u64::from).max().unwrap_or_default()
    };
    let next = events.iter().take(24);
    let own_poster = |event: usize| view.catalogue.events[event].row.poster.is_some();
    let most = next.max_by_key(|(event, sessions)| (own_poster(*event), places(sessions)));
    most.map(|(event, _)| *event)
}

fn opening(view: &View) -> Vec<Row> {
    let to_come = &view.catalogue.sessions[view.catalogue.to_come(view.now)..];
    let mut opening: Vec<_> = to_come
        .iter()
        .filter(|session| view.standing(session) == Standing::ToCome)
        .collect();
    opening.sort_by_key(|session| (session.row.sale.from, session.starts_at));
    opening
        .into_iter()
        .take(ROWS)
        .map(|session| view.row(session))
        .collect()
}

fn nearly_gone(view: &View) -> Vec<Row> {
    let to_come = &view.catalogue.sessions[view.catalogue.to_come(view.now)..];
    let few = to_come
        .iter()
        .filter(|session| matches!(view.standing(session), Standing::Few | Standing::Last(_)));
    few.take(ROWS).map(|session| view.row(session)).collect()
}

fn cities(view: &View, counts: &std::collections::HashMap<usize, usize>) -> Vec<City> {
    let with_events = view.catalogue.cities.iter().enumerate();
    let city = |(index, row): (usize, &store::discovery::City)| {
        let count = counts.get(&index).copied()?;
        Some(City {
            link: Link {
                name: view.city_name(row),
                href: view.link(&format!("/cities/{}", row.slug)),
            },
            country: view.country_name(&row.country_code, &row.country),
            count: view.speech().say_count("events-count", count),
        })
    };
    with_events.filter_map(city).collect()
}

fn articles(view: &View) -> Vec<Teaser> {
    if let Some(next) = view.catalogue.next_article_at(view.now) {
        view.valid_until(next);
    }
    let published = view.catalogue.published(view.now);
    published
        .take(ARTICLES)
        .map(|(_, article)| view.teaser(article))
        .collect()
}
