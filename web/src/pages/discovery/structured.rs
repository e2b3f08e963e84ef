//! What the pages say to machines, in the words of schema.org.

use documents::poster::Format;
use serde_json::{Value, json};
use store::catalogue::SessionStatus;

use super::cards::{Card, art, event_place};
use super::view::View;
use crate::discovery::{Article, Event, Session, Standing};

/// An event page tells of so many performances at most.
const SESSIONS_MAX: usize = 50;

/// As the content of a `<script>`: nothing in it can end it.
pub fn script(data: &Value) -> String {
    data.to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

/// The site.
pub fn site(view: &View) -> Value {
    json!({
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": "Frontrow",
        "url": view.canonical("/"),
        "inLanguage": view.reading.language.tag(),
        "potentialAction": {
            "@type": "SearchAction",
            "target": format!("{}?q={{words}}", view.canonical("/events")),
            "query-input": "required name=words",
        },
    })
}

/// Where a page stands.
pub fn crumbs(view: &View, way: &[(&str, &str)]) -> Value {
    let home = view.speech().say("home");
    let steps = std::iter::once((home.as_str(), "/")).chain(way.iter().copied());
    let items: Vec<Value> = (1..)
        .zip(steps)
        .map(|(position, (name, place))| {
            json!({"@type": "ListItem", "position": position, "name": name, "item": view.canonical(place)})
        })
        .collect();
    json!({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items})
}

/// The events of a list.
pub fn list(view: &View, cards: &[Card]) -> Value {
    let items: Vec<Value> = (1..)
        .zip(cards)
        .map(|(position, card)| {
            let (_, place) = crate::language::split(&card.href);
            json!({"@type": "ListItem", "position": position, "url": view.canonical(place)})
        })
        .collect();
    json!({"@context": "https://schema.org", "@type": "ItemList", "itemListElement": items})
}

/// Each performance of an event as an event of its own, as Google wants them, and the way there.
pub fn event(view: &View, event: &Event) -> Vec<Value> {
    let sessions = event
        .sessions
        .iter()
        .map(|index| &view.catalogue.sessions[*index]);
    let to_come = sessions
        .filter(|session| session.starts_at > view.now)
        .take(SESSIONS_MAX);
    let performances: Vec<Value> = to_come
        .map(|session| performance(view, event, session))
        .collect();
    let category = &view.catalogue.categories[event.category];
    let name = view.category_name(category);
    let place = event_place(event);
    let category_place = format!("/categories/{}", category.slug);
    let way = crumbs(
        view,
        &[(&name, &category_place), (&event.row.title, &place)],
    );
    if performances.is_empty() {
        return vec![way];
    }
    vec![
        json!({"@context": "https://schema.org", "@graph": performances}),
        way,
    ]
}

/// One performance.
pub fn performance(view: &View, event: &Event, session: &Session) -> Value {
    let poster = view.poster(event);
    let picture = |format| view.absolute(&art(&poster, format));
    let zone = &view.catalogue.venues[session.venue].row.time_zone;
    let starts = crate::language::at(session.starts_at, zone);
    let mut data = json!({
        "@type": kind_of(&view.catalogue.categories[event.category].slug),
        "@id": view.absolute(&format!("/sessions/{}", session.row.session_id)),
        "name": event.row.title,
        "url": view.canonical(&event_place(event)),
        "startDate": starts.to_rfc3339(),
        "eventStatus": status(session.row.sale.status),
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": place_of(view, session.venue),
        "image": [picture(Format::Shared)],
        "description": event.row.description,
        "organizer": {"@type": "Organization", "name": view.catalogue.venues[session.venue].row.name,
            "url": view.canonical(&format!("/venues/{}", view.catalogue.venues[session.venue].row.slug))},
        "offers": offer(view, session),
    });
    if let Some(doors) = session.row.doors_open_at {
        data["doorTime"] = crate::language::at(doors.into(), zone).to_rfc3339().into();
    }
    let performers: Vec<Value> = event.artists.iter().map(|artist| {
        let row = &view.catalogue.artists[*artist].row;
        json!({"@type": "PerformingGroup", "name": row.name, "url": view.canonical(&format!("/artists/{}", row.slug))})
    }).collect();
    if !performers.is_empty() {
        data["performer"] = performers.into();
    }
    data
}

fn offer(view: &View, session: &Session) -> Value {
    let availability = match view.standing(session) {
        Standing::OnSale => "InStock",
        Standing::Few | Standing::Last(_) => "LimitedAvailability",
        Standing::ToCome => "PreOrder",
        Standing::SoldOut => "SoldOut",
        Standing::Paused
        | Standing::Postponed
        | Standing::Ended
        | Standing::Cancelled
        | Standing::Past => "OutOfStock",
    };
    let mut offer = json!({
        "@type": "Offer",
        "url": view.absolute(&format!("/sessions/{}", session.row.session_id)),
        "availability": format!("https://schema.org/{availability}"),
        "validFrom": session.row.sale.from.to_datetime().to_rfc3339(),
        "priceCurrency": session.row.currency.code(),
    });
    if let Some(price) = session.row.from_price {
        offer["price"] = crate::language::amount(price).into();
    }
    if let Some(until) = session.row.sale.until {
        offer["validThrough"] = until.to_datetime().to_rfc3339().into();
    }
    offer
}

/// A venue as a page of its own.
pub fn place(view: &View, index: usize) -> Value {
    let mut data = place_of(view, index);
    data["@context"] = "https://schema.org".into();
    data
}

fn place_of(view: &View, index: usize) -> Value {
    let venue = &view.catalogue.venues[index];
    let city = &view.catalogue.cities[venue.city];
    let mut data = json!({
        "@type": "EventVenue",
        "name": venue.row.name,
        "url": view.canonical(&format!("/venues/{}", venue.row.slug)),
        "address": {
            "@type": "PostalAddress",
            "streetAddress": venue.row.address,
            "addressLocality": city.name,
            "addressCountry": city.country_code,
        },
    });
    if let Some((latitude, longitude)) = venue.row.location {
        data["geo"] =
            json!({"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude});
    }
    data
}

/// An artist.
pub fn performer(view: &View, index: usize) -> Value {
    let row = &view.catalogue.artists[index].row;
    json!({
        "@context": "https://schema.org",
        "@type": "PerformingGroup",
        "name": row.name,
        "url": view.canonical(&format!("/artists/{}", row.slug)),
        "description": row.description,
    })
}

/// An article.
pub fn article(view: &View, article: &Article) -> Vec<Value> {
    let row = &article.row;
    let place = format!("/blog/{}", row.slug);
    let data = json!({
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "headline": row.title,
        "description": row.summary,
        "inLanguage": row.language,
        "datePublished": row.published_at.to_rfc3339(),
        "author": {"@type": "Person", "name": row.author, "url": view.canonical("/blog")},
        "image": [view.absolute(&art(&view.article_poster(article), Format::Shared))],
        "mainEntityOfPage": view.canonical(&place),
    });
    let blog = view.speech().say("blog-title");
    vec![
        data,
        crumbs(view, &[(&blog, "/blog"), (&row.title, &place)]),
    ]
}

fn status(status: SessionStatus) -> &'static str {
    match status {
        SessionStatus::OnSale | SessionStatus::Paused | SessionStatus::Draft => {
            "https://schema.org/EventScheduled"
        }
        SessionStatus::Postponed => "https://schema.org/EventPostponed",
        SessionStatus::Cancelled => "https://schema.org/EventCancelled",
    }
}

fn kind_of(category: &str) -> &'static str {
    match category {
        "music" | "classical" | "jazz" => "MusicEvent",
        "theatre" => "TheaterEvent",
        "comedy" => "ComedyEvent",
        "dance" => "DanceEvent",
        "film" => "ScreeningEvent",
        "family" => "ChildrensEvent",
        "festival" => "Festival",
        _ => "Event",
    }
}
