//! Venues: all of them by city, and each with its plan, the way there, and what is on.

use actix_web::{HttpResponse, web};
use documents::poster::{Format, Poster};
use serde::Serialize;
use store::discovery::Named;

use super::cards::{Row, art};
use super::event::paragraphs;
use super::view::{Feed, Head, Link, View};
use super::{moved, structured};
use crate::error::Answer;
use crate::pages::drawing::{self, Skeleton};

/// A page shows so many performances; the listing has all.
const ROWS_MAX: usize = 30;

#[derive(Serialize)]
struct Venues {
    cities: Vec<City>,
}

#[derive(Serialize)]
struct City {
    #[serde(flatten)]
    link: Link,
    country: String,
    venues: Vec<Venue>,
}

#[derive(Serialize)]
struct Venue {
    #[serde(flatten)]
    link: Link,
    address: String,
    dates: String,
}

#[derive(Serialize)]
struct VenuePage {
    name: String,
    description: Vec<String>,
    directions: Vec<String>,
    address: String,
    city: Link,
    country: String,
    map: Option<String>,
    skeleton: Option<Skeleton>,
    places: Option<String>,
    sections: Vec<Section>,
    sessions: Vec<Row>,
    upcoming: String,
    all: Option<String>,
    calendar: String,
}

#[derive(Serialize)]
struct Section {
    name: String,
    places: String,
}

/// All venues.
pub async fn list(view: View) -> Answer<HttpResponse> {
    if let Some(kept) = view.kept() {
        return Ok(kept);
    }
    let start = view.catalogue.to_come(view.now);
    let venues_of = |index: usize| {
        let venues = view
            .catalogue
            .venues
            .iter()
            .filter(move |venue| venue.city == index);
        venues.map(|venue| Venue {
            link: Link {
                name: venue.row.name.clone(),
                href: view.link(&format!("/venues/{}", venue.row.slug)),
            },
            address: venue.row.address.clone(),
            dates: view.speech().say_count(
                "dates-to-come",
                venue
                    .sessions
                    .iter()
                    .filter(|session| **session >= start)
                    .count(),
            ),
        })
    };
    let cities = view
        .catalogue
        .cities
        .iter()
        .enumerate()
        .map(|(index, row)| City {
            link: Link {
                name: view.city_name(row),
                href: view.link(&format!("/cities/{}", row.slug)),
            },
            country: view.country_name(&row.country_code, &row.country),
            venues: venues_of(index).collect(),
        });
    let page = Venues {
        cities: cities.filter(|city| !city.venues.is_empty()).collect(),
    };
    let speech = view.speech();
    let head = Head {
        title: speech.say("venues-title"),
        description: speech.say("venues-intro"),
        data: vec![structured::crumbs(
            &view,
            &[(&speech.say("venues-title"), "/venues")],
        )],
        ..Head::default()
    };
    view.page("pages/public/venues.html", &head, &page)
}

/// One venue.
pub async fn show(view: View, slug: web::Path<String>) -> Answer<HttpResponse> {
    if let Some(kept) = view.kept() {
        return Ok(kept);
    }
    let Some(index) = view.catalogue.named(Named::Venue, &slug) else {
        let address = |catalogue: &crate::discovery::Catalogue, index: usize| {
            format!("/venues/{}", catalogue.venues[index].row.slug)
        };
        return moved(&view, Named::Venue, &slug, address).await;
    };
    let page = venue_page(&view, index).await?;
    let row = &view.catalogue.venues[index].row;
    let place = format!("/venues/{}", row.slug);
    let head = Head {
        title: row.name.clone(),
        description: row.description.clone(),
        place: Some(place.clone()),
        picture: Some(art(
            &Poster::by_chance(&["windows"], &row.venue_id.to_string()),
            Format::Shared,
        )),
        data: vec![
            structured::place(&view, index),
            structured::crumbs(
                &view,
                &[
                    (&view.speech().say("venues-title"), "/venues"),
                    (&row.name, &place),
                ],
            ),
        ],
        feeds: vec![Feed {
            media_type: "text/calendar",
            title: view.speech().say_of("feed-of", "name", &row.name),
            href: page.calendar.clone(),
        }],
        ..Head::default()
    };
    view.page("pages/public/venue.html", &head, &page)
}

async fn venue_page(view: &View, index: usize) -> Answer<VenuePage> {
    let venue = &view.catalogue.venues[index];
    let city = &view.catalogue.cities[venue.city];
    let start = view.catalogue.to_come(view.now);
    let to_come: Vec<usize> = venue
        .sessions
        .iter()
        .copied()
        .filter(|session| *session >= start)
        .collect();
    let (skeleton, sections, places) = plan(view, index).await?;
    let speech = view.speech();
    Ok(VenuePage {
        name: venue.row.name.clone(),
        description: paragraphs(&venue.row.description),
        directions: paragraphs(&venue.row.directions),
        address: venue.row.address.clone(),
        city: Link { name: view.city_name(city), href: view.link(&format!("/cities/{}", city.slug)) },
        country: view.country_name(&city.country_code, &city.country),
        map: venue.row.location.map(|(latitude, longitude)| {
            format!("https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}")
        }),
        skeleton,
        places,
        sections,
        upcoming: speech.say_count("dates-to-come", to_come.len()),
        all: (to_come.len() > ROWS_MAX).then(|| view.link(&format!("/events?venue={}", venue.row.slug))),
        sessions: to_come
            .iter()
            .take(ROWS_MAX)
            .map(|session| view.row(&view.catalogue.sessions[*session]))
            .collect(),
        calendar: format!("/venues/{}/calendar.ics", venue.row.slug),
    })
}

/// The plan as it was frozen last, and what is in it.
async fn plan(
    view: &View,
    index: usize,
) -> Answer<(Option<Skeleton>, Vec<Section>, Option<String>)> {
    let venue = &view.catalogue.venues[index];
    let Some(last) = venue.sessions.last() else {
        return Ok((None, Vec::new(), None));
    };
    let (pool, manifest_id) = (
        &view.context.app.pool,
        view.catalogue.sessions[*last].row.manifest_id,
    );
    let Some(manifest) = store::catalogue::manifest(pool, manifest_id).await? else {
        return Ok((None, Vec::new(), None));
    };
    let areas = store::places::areas(pool, venue.row.venue_id).await?;
    let speech = view.speech();
    let mut seats = vec![0_usize; manifest.sections().len()];
    for seat in manifest.seats() {
        seats[seat.section.position()] += 1;
    }
    let sections = manifest
        .sections()
        .iter()
        .zip(seats)
        .map(|(section, seats)| Section {
            name: section.name.clone(),
            places: if section.is_seated() {
                speech.say_count("seats-count", seats)
            } else {
                speech.say_count(
                    "standing-count",
                    usize::try_from(section.capacity()).unwrap_or_default(),
                )
            },
        });
    let places = usize::try_from(manifest.places()).unwrap_or_default();
    Ok((
        drawing::skeleton(&manifest, &areas),
        sections.collect(),
        Some(speech.say_count("places-count", places)),
    ))
}
