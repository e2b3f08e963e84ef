//! An event with all its performances.

use actix_web::{HttpResponse, web};
use chrono::{Datelike, Days, NaiveDate};
use documents::poster::Format;
use serde::Serialize;
use store::discovery::Named;

use super::cards::{Card, Row, Teaser, art, event_place};
use super::view::{Feed, Head, Link, View};
use super::{moved, structured};
use crate::discovery::{Event, Session, Standing};
use crate::error::Answer;

/// More performances than that are shown as a calendar, too.
const LIST_MAX: usize = 8;
const RELATED: usize = 4;

#[derive(Serialize)]
struct EventPage {
    title: String,
    description: Vec<String>,
    category: Link,
    artists: Vec<Link>,
    picture: String,
    price: Option<String>,
    badge: super::cards::Badge,
    sessions: Vec<Row>,
    past: Vec<Row>,
    months: Vec<Month>,
    weekdays: Vec<String>,
    places: Vec<Link>,
    related: Vec<Card>,
    articles: Vec<Teaser>,
    /// The next performance that can be bought, for the one button; if there is none, the next whose sale is to come.
    buy: Option<String>,
}

/// A month of a calendar.
#[derive(Serialize)]
struct Month {
    name: String,
    weeks: Vec<Vec<Day>>,
}

#[derive(Serialize, Default)]
struct Day {
    /// Empty outside of the month.
    number: String,
    /// Said where something is on.
    date: String,
    sessions: Vec<Cell>,
}

#[derive(Serialize)]
struct Cell {
    href: String,
    time: String,
    venue: String,
    /// Where not all performances cost the same.
    price: Option<String>,
    badge: super::cards::Badge,
}

/// The page.
pub async fn show(view: View, slug: web::Path<String>) -> Answer<HttpResponse> {
    if let Some(kept) = view.kept() {
        return Ok(kept);
    }
    let Some(index) = view.catalogue.named(Named::Event, &slug) else {
        let address = |catalogue: &crate::discovery::Catalogue, index: usize| {
            event_place(&catalogue.events[index])
        };
        return moved(&view, Named::Event, &slug, address).await;
    };
    let event = &view.catalogue.events[index];
    let page = event_page(&view, index);
    let poster = view.poster(event);
    let head = Head {
        title: event.row.title.clone(),
        description: event.row.description.clone(),
        place: Some(event_place(event)),
        picture: Some(art(&poster, Format::Shared)),
        kind: "website",
        data: structured::event(&view, event),
        feeds: feeds(&view, event),
        ..Head::default()
    };
    view.page("pages/public/event.html", &head, &page)
}

fn event_page(view: &View, index: usize) -> EventPage {
    let event = &view.catalogue.events[index];
    let category = &view.catalogue.categories[event.category];
    let all = event
        .sessions
        .iter()
        .map(|index| &view.catalogue.sessions[*index]);
    let (to_come, past): (Vec<&Session>, Vec<&Session>) =
        all.partition(|session| session.starts_at > view.now);
    let next = |is_it: fn(Standing) -> bool| {
        let stands = |session: &&&Session| is_it(view.standing(session));
        to_come.iter().find(stands)
    };
    let buy = next(Standing::is_buyable).or_else(|| next(|it| it == Standing::ToCome));
    EventPage {
        title: event.row.title.clone(),
        description: paragraphs(&event.row.description),
        category: Link {
            name: view.category_name(category),
            href: view.link(&format!("/categories/{}", category.slug)),
        },
        artists: event
            .artists
            .iter()
            .map(|index| artist(view, *index))
            .collect(),
        picture: art(&view.poster(event), Format::Tall),
        price: view.lowest_price(&to_come),
        badge: view.badge_of(&to_come),
        buy: buy.map(|session| view.link(&format!("/sessions/{}", session.row.session_id))),
        months: if to_come.len() > LIST_MAX {
            months(view, &to_come)
        } else {
            Vec::new()
        },
        weekdays: (1..=7)
            .map(|day| view.speech().say(&format!("weekday-short-{day}")))
            .collect(),
        places: places(view, &to_come),
        sessions: to_come.iter().map(|session| view.row(session)).collect(),
        past: past
            .iter()
            .rev()
            .take(LIST_MAX)
            .map(|session| view.row(session))
            .collect(),
        related: related(view, index),
        articles: articles(view, index),
    }
}

fn artist(view: &View, index: usize) -> Link {
    let row = &view.catalogue.artists[index].row;
    Link {
        name: row.name.clone(),
        href: view.link(&format!("/artists/{}", row.slug)),
    }
}

fn places(view: &View, sessions: &[&Session]) -> Vec<Link> {
    let mut venues: Vec<usize> = sessions.iter().map(|session| session.venue).collect();
    venues.sort_unstable();
    venues.dedup();
    let link = |index: usize| {
        let venue = &view.catalogue.venues[index];
        Link {
            name: format!(
                "{}, {}",
                venue.row.name,
                view.city_name(&view.catalogue.cities[venue.city])
            ),
            href: view.link(&format!("/venues/{}", venue.row.slug)),
        }
    };
    venues.into_iter().map(link).collect()
}

/// Other events of the category, those by the same artists first, by their next performances.
fn related(view: &View, index: usize) -> Vec<Card> {
    let catalogue = &view.catalogue;
    let event = &catalogue.events[index];
    let by_same = event.artists.iter();
    let mut by_same: Vec<usize> = by_same
        .flat_map(|artist| catalogue.artists[*artist].events.iter().copied())
        .filter(|other| *other != index && !to_come(view, *other).is_empty())
        .collect();
    by_same.sort_by_key(|other| {
        let is_alike = catalogue.events[*other].category == event.category;
        (is_alike, to_come(view, *other)[0])
    });
    by_same.dedup();
    let alike = catalogue.sessions[catalogue.to_come(view.now)..].iter();
    let alike = alike
        .map(|session| session.event)
        .filter(|other| *other != index && catalogue.events[*other].category == event.category);
    let mut others: Vec<usize> = Vec::with_capacity(RELATED);
    for other in by_same.into_iter().chain(alike) {
        if others.len() == RELATED {
            break;
        }
        if !others.contains(&other) {
            others.push(other);
        }
    }
    let card = |other: usize| view.card(other, to_come(view, other));
    others.into_iter().map(card).collect()
}

/// The performances of an event that have not begun.
fn to_come(view: &View, event: usize) -> &[usize] {
    let sessions = &view.catalogue.events[event].sessions;
    let first = view.catalogue.to_come(view.now);
    &sessions[sessions.partition_point(|session| *session < first)..]
}

fn articles(view: &View, index: usize) -> Vec<Teaser> {
    let about = view
        .catalogue
        .published(view.now)
        .filter(|(_, article)| article.events.contains(&index));
    about
        .take(2)
        .map(|(_, article)| view.teaser(article))
        .collect()
}

fn feeds(view: &View, event: &Event) -> Vec<Feed> {
    let title = view.speech().say_of("feed-of", "name", &event.row.title);
    vec![Feed {
        media_type: "text/calendar",
        title,
        href: format!("/events/{}/calendar.ics", event.row.slug),
    }]
}

/// The months in which there are performances, each whole.
fn months(view: &View, sessions: &[&Session]) -> Vec<Month> {
    let price = |session: &&Session| session.row.from_price;
    let with_prices = sessions.iter().any(|it| price(it) != price(&sessions[0]));
    let mut firsts: Vec<NaiveDate> = sessions
        .iter()
        .filter_map(|session| session.day.with_day(1))
        .collect();
    firsts.sort_unstable();
    firsts.dedup();
    firsts
        .into_iter()
        .take(12)
        .map(|first| month(view, first, sessions, with_prices))
        .collect()
}

fn month(view: &View, first: NaiveDate, sessions: &[&Session], with_prices: bool) -> Month {
    let lead = first.weekday().num_days_from_monday();
    let mut days: Vec<Day> = (0..lead).map(|_| Day::default()).collect();
    let mut date = first;
    while date.month() == first.month() {
        let on_day: Vec<&&Session> = sessions
            .iter()
            .filter(|session| session.day == date)
            .collect();
        let cell = |session: &&Session| Cell {
            href: view.link(&format!("/sessions/{}", session.row.session_id)),
            time: view.hour(session),
            venue: view.catalogue.venues[session.venue].row.name.clone(),
            price: with_prices
                .then_some(session.row.from_price)
                .flatten()
                .map(|price| view.speech().price(price)),
            badge: view.badge_of(&[session]),
        };
        days.push(Day {
            number: date.day().to_string(),
            date: if on_day.is_empty() {
                String::new()
            } else {
                view.speech().date(date)
            },
            sessions: on_day.into_iter().map(cell).collect(),
        });
        date = date + Days::new(1);
    }
    while !days.len().is_multiple_of(7) {
        days.push(Day::default());
    }
    let mut weeks = Vec::new();
    let mut week = Vec::new();
    for day in days {
        week.push(day);
        if week.len() == 7 {
            weeks.push(std::mem::take(&mut week));
        }
    }
    Month {
        name: view.speech().month(first),
        weeks,
    }
}

/// Text as it was typed, parted where a line is empty.
pub fn paragraphs(text: &str) -> Vec<String> {
    let parts = text.split("\n\n").map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}
