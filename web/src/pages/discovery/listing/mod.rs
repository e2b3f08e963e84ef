//! What is on, by category, city, artist, venue, date and words. All that is chosen stands in the address.

mod face;
mod wish;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use store::discovery::Named;

use self::wish::{Part, Query, Wish, address};
use super::cards::Card;
use super::view::{Head, View};
use super::{moved, structured};
use crate::discovery::{Catalogue, PAGE_EVENTS, find};
use crate::error::Answer;

/// All events.
pub async fn show(view: View, query: web::Query<Query>) -> Answer<HttpResponse> {
    if let Some(kept) = view.kept() {
        return Ok(kept);
    }
    let wish = Wish::of(&view, query.into_inner()).await?;
    let speech = view.speech();
    let heading = if wish.query.q.is_empty() {
        speech.say("events-title")
    } else {
        speech.say_of("search-title", "words", &wish.query.q)
    };
    respond(&view, wish, heading, speech.say("events-intro"), "/events")
}

/// The events of a category.
pub async fn category(
    view: View,
    slug: web::Path<String>,
    query: web::Query<Query>,
) -> Answer<HttpResponse> {
    of(view, &CATEGORY, &slug, query.into_inner()).await
}

/// The events of a city.
pub async fn city(
    view: View,
    slug: web::Path<String>,
    query: web::Query<Query>,
) -> Answer<HttpResponse> {
    of(view, &CITY, &slug, query.into_inner()).await
}

/// What has a page of its events: where it stands, what chooses it, and how the page begins.
struct Subject {
    named: Named,
    folder: &'static str,
    slug: fn(&Catalogue, usize) -> &str,
    part: Part,
    heading: fn(&View, usize) -> String,
    intro: fn(&View, usize) -> String,
}

const CATEGORY: Subject = Subject {
    named: Named::Category,
    folder: "/categories",
    slug: |catalogue, index| &catalogue.categories[index].slug,
    part: |query| &mut query.category,
    heading: |view, index| view.category_name(&view.catalogue.categories[index]),
    intro: category_intro,
};

const CITY: Subject = Subject {
    named: Named::City,
    folder: "/cities",
    slug: |catalogue, index| &catalogue.cities[index].slug,
    part: |query| &mut query.city,
    heading: |view, index| view.city_name(&view.catalogue.cities[index]),
    intro: city_intro,
};

impl Subject {
    fn place(&self, catalogue: &Catalogue, index: usize) -> String {
        format!("{}/{}", self.folder, (self.slug)(catalogue, index))
    }
}

async fn of(view: View, subject: &Subject, slug: &str, mut query: Query) -> Answer<HttpResponse> {
    if let Some(kept) = view.kept() {
        return Ok(kept);
    }
    let Some(index) = view.catalogue.named(subject.named, slug) else {
        let place = |catalogue: &Catalogue, index| subject.place(catalogue, index);
        return moved(&view, subject.named, slug, place).await;
    };
    let place = subject.place(&view.catalogue, index);
    (subject.slug)(&view.catalogue, index).clone_into((subject.part)(&mut query));
    let wish = Wish::of(&view, query).await?;
    let (heading, intro) = (
        (subject.heading)(&view, index),
        (subject.intro)(&view, index),
    );
    respond(&view, wish, heading, intro, &place)
}

fn category_intro(view: &View, index: usize) -> String {
    let (row, speech) = (&view.catalogue.categories[index], view.speech());
    speech.say_or(
        &format!("category-{}-intro", row.slug),
        &speech.say_of("category-intro", "category", &view.category_name(row)),
    )
}

fn city_intro(view: &View, index: usize) -> String {
    let row = &view.catalogue.cities[index];
    let venues = view.catalogue.venues.iter();
    let here = venues.filter(|venue| venue.city == index);
    let names: Vec<&str> = here.map(|venue| venue.row.name.as_str()).collect();
    let key = if names.is_empty() {
        "city-intro-empty"
    } else {
        "city-intro"
    };
    let country = view.country_name(&row.country_code, &row.country);
    let parts = [("country", country.as_str()), ("venues", &names.join(", "))];
    view.speech().say_parts(key, &parts)
}

fn respond(
    view: &View,
    wish: Wish,
    heading: String,
    intro: String,
    place: &str,
) -> Answer<HttpResponse> {
    let findings = find(&view.catalogue, &wish.criteria, view.now);
    let pages = findings.events.len().div_ceil(PAGE_EVENTS).max(1);
    let is_beyond = wish.page > pages;
    let shown = findings
        .events
        .iter()
        .skip((wish.page - 1).saturating_mul(PAGE_EVENTS))
        .take(PAGE_EVENTS);
    let cards: Vec<Card> = shown
        .map(|(event, sessions)| view.card(*event, sessions))
        .collect();
    let head = Head {
        title: heading.clone(),
        description: intro.clone(),
        place: Some(canonical_place(&wish, pages)),
        data: vec![
            structured::list(view, &cards),
            structured::crumbs(view, &[(&heading, place)]),
        ],
        // What people type, sort or page through is no page of its own.
        hidden: !wish.query.q.is_empty() || is_beyond || cards.is_empty(),
        ..Head::default()
    };
    let status = if is_beyond {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::OK
    };
    let listing = wish.listing(view, findings, cards, (heading, intro), pages);
    view.page_of_status(status, "pages/public/listing.html", &head, &listing)
}

/// One address for what reads alike: the page of a category or a city where that alone is chosen, and each further page by
/// itself, for it shows other events.
fn canonical_place(wish: &Wish, pages: usize) -> String {
    let mut query = wish.query.clone();
    query.sort.clear();
    if (2..=pages).contains(&wish.page) {
        query.page = wish.page.to_string();
    }
    let parts: [(&str, Part); 2] = [(CATEGORY.folder, CATEGORY.part), (CITY.folder, CITY.part)];
    for (folder, part) in parts {
        let mut others = query.clone();
        let slug = std::mem::take(part(&mut others));
        let page = std::mem::take(&mut others.page);
        if !slug.is_empty() && address("", &others).is_empty() {
            let page = Query {
                page,
                ..Query::default()
            };
            return address(&format!("{folder}/{slug}"), &page);
        }
    }
    address("/events", &query)
}
