//! The demo's town: what is on in twelve venues of eight cities, who plays, and what is written about it.
//!
//! It is read from `programme/`. Days count from the day on which it is loaded, hours are the venue's own.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use domain::Timestamp;
use serde::Deserialize;
use sqlx::PgConnection;
use store::box_office::Counter;
use store::catalogue::SessionStatus;
use store::places::{NewCity, NewVenue};
use store::programme::{NewArticle, VenueTexts};

use super::halls::{self, Tariff};
use super::{DAY_MILLIS, DemoError, HOUR_MILLIS};
use crate::publish::{self, PutOnSale};

const PROGRAMME: &str = include_str!("programme/programme.json");
const ARTICLES: [&str; 6] = [
    include_str!("programme/articles/waiting-room-manners.md"),
    include_str!("programme/articles/a-room-of-limewood.md"),
    include_str!("programme/articles/five-stages-for-children.md"),
    include_str!("programme/articles/the-organ-came-by-road.md"),
    include_str!("programme/articles/what-fado-is-about.md"),
    include_str!("programme/articles/ein-abend-im-dunkeln.md"),
];

#[derive(Deserialize)]
struct Programme {
    cities: Vec<City>,
    venues: Vec<Venue>,
    artists: Vec<Artist>,
    events: Vec<Event>,
    /// Posters of events that are there already, by title.
    posters: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct City {
    name: String,
    country_code: String,
    country: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Venue {
    slug: String,
    name: String,
    city: String,
    address: String,
    time_zone: String,
    currency: String,
    minor_per_euro: i64,
    /// None: the venue is there already.
    hall: Option<String>,
    latitude: f64,
    longitude: f64,
    description: String,
    directions: String,
}

#[derive(Deserialize)]
struct Artist {
    name: String,
    description: String,
}

#[derive(Deserialize)]
struct Event {
    title: String,
    category: String,
    artists: Vec<String>,
    poster: String,
    description: String,
    sessions: Vec<Run>,
}

/// Performances that are sold alike.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    venue: String,
    days: Vec<i64>,
    hour: String,
    sale: String,
    price_factor: f64,
}

/// How a sale stands when the demo is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sale {
    On,
    /// It begins in so many hours.
    InHours(i64),
    /// It begins in so many days.
    InDays(i64),
    /// Nothing is left.
    SoldOut,
    /// So many places are left.
    Last(u32),
    /// One place in fourteen is left.
    Few,
    Over,
    Past,
    Status(SessionStatus),
}

/// Loads all of it, beside the demo's first two venues.
pub(super) async fn make(connection: &mut PgConnection, now: Timestamp) -> Result<(), DemoError> {
    let programme: Programme = serde_json::from_str(PROGRAMME).expect("a test reads the same file");
    for venue in &programme.venues {
        make_venue(connection, &programme, venue).await?;
    }
    for artist in &programme.artists {
        let artist_id = store::events::ensure_artist(connection, &artist.name).await?;
        store::programme::describe_artist(&mut *connection, artist_id, &artist.description).await?;
    }
    for event in &programme.events {
        make_event(connection, &programme, event, now).await?;
    }
    for (title, poster) in &programme.posters {
        if let Some(event) = store::events::event_of_title(&mut *connection, title).await? {
            store::programme::set_poster(&mut *connection, event.event_id, poster).await?;
        }
    }
    for article in ARTICLES {
        make_article(connection, article, now).await?;
    }
    Ok(())
}

async fn make_venue(
    connection: &mut PgConnection,
    programme: &Programme,
    venue: &Venue,
) -> Result<(), DemoError> {
    if let Some(hall) = &venue.hall {
        let city = programme.cities.iter().find(|city| city.name == venue.city);
        let city = city.expect("a test reads the same file");
        let tariff = Tariff {
            currency: venue.currency.parse().expect("a test reads the same file"),
            minor_per_euro: venue.minor_per_euro,
        };
        let new = NewVenue {
            name: &venue.name,
            address: &venue.address,
            time_zone: &venue.time_zone,
            city: NewCity {
                name: &city.name,
                country_code: &city.country_code,
                country_name: &city.country,
            },
            plan: &halls::plan(hall, tariff).expect("a test reads the same file"),
        };
        store::places::insert_venue_in(&mut *connection, &new).await?;
    }
    let texts = VenueTexts {
        description: &venue.description,
        directions: &venue.directions,
        location: (venue.latitude, venue.longitude),
    };
    store::programme::describe_venue(connection, &venue.slug, &texts).await?;
    Ok(())
}

async fn make_event(
    connection: &mut PgConnection,
    programme: &Programme,
    event: &Event,
    now: Timestamp,
) -> Result<(), DemoError> {
    let request = PutOnSale {
        venue: String::new(),
        title: event.title.clone(),
        description: event.description.clone(),
        category: event.category.clone(),
        artists: event.artists.clone(),
        starts_at: now,
        doors_open_at: None,
        on_sale_from: now,
        on_sale_until: None,
        max_per_order: 10,
        max_per_buyer: None,
        hold_secs: 600,
        section_prices: Vec::new(),
        returns: None,
    };
    let key = publish::ensure_event(connection, &request).await?;
    store::programme::set_poster(&mut *connection, key.event_id, &event.poster).await?;
    for run in &event.sessions {
        let venue = programme
            .venues
            .iter()
            .find(|venue| venue.slug == run.venue);
        let venue = venue.expect("a test reads the same file");
        let prices = prices(connection, run).await?;
        for day in &run.days {
            let request = PutOnSale {
                section_prices: prices.clone(),
                ..on_day(&request, run, venue, *day, now)
            };
            let session = publish::put_on_sale_in(connection, &request).await?;
            sell(connection, session.session_id, run.sale(), now).await?;
        }
    }
    Ok(())
}

/// The prices of a run that are not the venue's own.
async fn prices(connection: &mut PgConnection, run: &Run) -> Result<Vec<String>, DemoError> {
    let hundredths = run.hundredths();
    if hundredths == 100 {
        return Ok(Vec::new());
    }
    let plan = store::places::plan_for_share(connection, &run.venue).await?;
    let sections = plan.map(|plan| plan.sections).unwrap_or_default();
    let price = |section: &store::places::StoredSection| {
        let minor = halls::at_factor(section.section.starting_price, hundredths);
        format!("{}={minor}", section.section.name)
    };
    Ok(sections.iter().map(price).collect())
}

fn on_day(request: &PutOnSale, run: &Run, venue: &Venue, day: i64, now: Timestamp) -> PutOnSale {
    let starts_at = local_instant(venue, run, day, now);
    let (from, until) = match run.sale() {
        Sale::InHours(hours) => (now.0 + hours * HOUR_MILLIS, starts_at.0),
        Sale::InDays(days) => (now.0 + days * DAY_MILLIS, starts_at.0),
        Sale::Over => (now.0 - 30 * DAY_MILLIS, now.0 - HOUR_MILLIS),
        Sale::Past => (starts_at.0 - 60 * DAY_MILLIS, starts_at.0),
        Sale::On | Sale::SoldOut | Sale::Last(_) | Sale::Few | Sale::Status(_) => {
            (now.0 - DAY_MILLIS, starts_at.0)
        }
    };
    PutOnSale {
        venue: run.venue.clone(),
        starts_at,
        doors_open_at: Some(Timestamp(starts_at.0 - HOUR_MILLIS)),
        on_sale_from: Timestamp(from),
        on_sale_until: Some(Timestamp(until.max(from + 1))),
        ..request.clone()
    }
}

/// The run's hour on a day, where the venue is.
fn local_instant(venue: &Venue, run: &Run, day: i64, now: Timestamp) -> Timestamp {
    let zone: Tz = venue.time_zone.parse().expect("a test reads the same file");
    let today: NaiveDate = now.to_datetime().with_timezone(&zone).date_naive();
    let days = Days::new(day.unsigned_abs());
    let date = if day < 0 { today - days } else { today + days };
    let hour = NaiveTime::parse_from_str(&run.hour, "%H:%M").expect("a test reads the same file");
    // An hour that a change of the clocks leaves out is taken in UTC: it is a demo.
    let local = zone.from_local_datetime(&date.and_time(hour)).earliest();
    let instant = local.map_or_else(
        || Utc.from_utc_datetime(&date.and_time(hour)),
        |it| it.to_utc(),
    );
    Timestamp::from(instant)
}

async fn sell(
    connection: &mut PgConnection,
    session: domain::SessionId,
    sale: Sale,
    now: Timestamp,
) -> Result<(), DemoError> {
    let places_left = match sale {
        Sale::SoldOut => 0,
        Sale::Last(left) => left,
        Sale::Few => store::box_office::places(&mut *connection, session).await? / 14,
        Sale::Status(status) => {
            store::programme::set_status(connection, session, status).await?;
            return Ok(());
        }
        Sale::On | Sale::InHours(_) | Sale::InDays(_) | Sale::Over | Sale::Past => return Ok(()),
    };
    let counter = Counter {
        holder: "Box office",
        email: "box-office@frontrow.example",
        sold_at: Timestamp(now.0 - HOUR_MILLIS),
    };
    store::box_office::sell_all_but(connection, session, places_left, &counter).await?;
    Ok(())
}

async fn make_article(
    connection: &mut PgConnection,
    file: &str,
    now: Timestamp,
) -> Result<(), DemoError> {
    let (head, body) = file.split_once("\n\n").expect("a test reads the same file");
    let field = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.into_iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value)
    };
    let days: i64 = field("days_ago")
        .parse()
        .expect("a test reads the same file");
    let article = NewArticle {
        title: field("title"),
        category: field("category"),
        author: field("author"),
        summary: field("summary"),
        body: body.trim(),
        language: match field("language") {
            "" => "en",
            language => language,
        },
        poster: field("poster"),
        published_at: Timestamp(now.0 - days * DAY_MILLIS),
    };
    let article_id = store::programme::insert_article(&mut *connection, &article).await?;
    for (ordinal, title) in (0..).zip(field("events").split(", ")) {
        if let Some(event) = store::events::event_of_title(&mut *connection, title).await? {
            store::programme::relate(&mut *connection, article_id, event.event_id, ordinal).await?;
        }
    }
    Ok(())
}

impl Run {
    fn sale(&self) -> Sale {
        let (word, number) = self.sale.split_once(':').unwrap_or((&self.sale, "0"));
        let number: u32 = number.parse().unwrap_or_default();
        match word {
            "soon" => Sale::InHours(i64::from(number)),
            "later" => Sale::InDays(i64::from(number)),
            "soldout" => Sale::SoldOut,
            "last" => Sale::Last(number),
            "few" => Sale::Few,
            "over" => Sale::Over,
            "past" => Sale::Past,
            "paused" => Sale::Status(SessionStatus::Paused),
            "postponed" => Sale::Status(SessionStatus::Postponed),
            "cancelled" => Sale::Status(SessionStatus::Cancelled),
            _ => Sale::On,
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "factors are small")]
    fn hundredths(&self) -> i64 {
        (self.price_factor * 100.0).round() as i64
    }
}
