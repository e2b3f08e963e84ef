//! How events and performances look in lists: the same on every page.

use documents::poster::{Format, Poster};
use domain::Money;
use serde::Serialize;
use store::discovery::{Category, City};

use super::view::{Link, View};
use crate::discovery::{Article, Event, Session, Standing};
use crate::language::{LocalDate, at};

/// A badge tells at most so many performances apart; of more, the next ones.
const BADGE_SESSIONS_MAX: usize = 24;

/// An event in a list.
#[derive(Serialize)]
pub struct Card {
    pub href: String,
    pub title: String,
    pub picture: String,
    pub artists: String,
    pub category: String,
    /// The first date that fits, as a calendar's leaf.
    pub date: Option<LocalDate>,
    /// `Sat 12 Dec – Mon 14 Dec`.
    pub when: String,
    /// `5 dates`, where there are several.
    pub dates: Option<String>,
    pub place: String,
    pub price: Option<String>,
    pub badge: Badge,
}

/// A badge that the island `live-badges` keeps true.
#[derive(Serialize, Clone)]
pub struct Badge {
    pub standing: &'static str,
    pub text: String,
    /// How it looks: good, warn, bad, told or nothing.
    pub kind: &'static str,
    /// The performances it speaks of that can be bought, or will be, with what is left of each and, where its sale is to come,
    /// when that begins: `id:enough id:last:3 id:enough:0:1798761600`.
    pub sessions: String,
    /// When the sale begins that it counts down to.
    pub opens_at: Option<String>,
}

/// A performance in a list.
#[derive(Serialize)]
pub struct Row {
    pub href: String,
    pub title: String,
    pub event_href: String,
    pub date: LocalDate,
    pub instant: String,
    pub venue: Link,
    pub city: Link,
    pub price: Option<String>,
    pub badge: Badge,
    /// When the sale begins, where the venue is, if that is to come.
    pub opens: Option<String>,
    pub time_zone: String,
    pub is_past: bool,
}

/// An article in a list.
#[derive(Serialize)]
pub struct Teaser {
    pub href: String,
    pub title: String,
    pub summary: String,
    pub picture: String,
    pub category: String,
    pub date: String,
    pub machine: String,
    pub language: String,
    pub is_foreign: bool,
}

impl View {
    /// A category's name in the page's language.
    pub fn category_name(&self, category: &Category) -> String {
        self.speech().category(&category.slug, &category.name)
    }

    /// A city's name in the page's language.
    pub fn city_name(&self, city: &City) -> String {
        self.speech().city(&city.slug, &city.name)
    }

    /// A country's name in the page's language.
    pub fn country_name(&self, code: &str, name: &str) -> String {
        self.speech().country(code, name)
    }

    /// An event with those of its performances that fit.
    pub fn card(&self, event: usize, sessions: &[usize]) -> Card {
        let speech = self.speech();
        let event = &self.catalogue.events[event];
        let all: Vec<&Session> = sessions
            .iter()
            .map(|index| &self.catalogue.sessions[*index])
            .collect();
        let artists = event
            .artists
            .iter()
            .map(|index| self.catalogue.artists[*index].row.name.as_str());
        Card {
            href: self.link(&event_place(event)),
            title: event.row.title.clone(),
            picture: art(&self.poster(event), Format::Tall),
            artists: artists.collect::<Vec<_>>().join(", "),
            category: self.category_name(&self.catalogue.categories[event.category]),
            date: all.first().map(|session| self.local(session)),
            when: self.when(&all),
            dates: (all.len() > 1).then(|| speech.say_count("dates-count", all.len())),
            place: self.place(&all),
            price: self.lowest_price(&all),
            badge: self.badge_of(&all),
        }
    }

    /// A performance.
    pub fn row(&self, session: &Session) -> Row {
        let event = &self.catalogue.events[session.event];
        let venue = &self.catalogue.venues[session.venue];
        let city = &self.catalogue.cities[session.city];
        let standing = self.standing(session);
        let opens = (standing == Standing::ToCome).then(|| {
            let speech = self.speech();
            let when = speech.short_date_time(session.row.sale.from, &venue.row.time_zone);
            speech.say_of("opens-from", "when", &when)
        });
        Row {
            href: self.link(&format!("/sessions/{}", session.row.session_id)),
            title: event.row.title.clone(),
            event_href: self.link(&event_place(event)),
            date: self.local(session),
            instant: session.row.starts_at.to_rfc3339(),
            venue: Link {
                name: venue.row.name.clone(),
                href: self.link(&format!("/venues/{}", venue.row.slug)),
            },
            city: Link {
                name: self.city_name(city),
                href: self.link(&format!("/cities/{}", city.slug)),
            },
            price: self.lowest_price(&[session]),
            badge: self.badge_of(&[session]),
            opens,
            time_zone: venue.row.time_zone.clone(),
            is_past: standing == Standing::Past,
        }
    }

    /// An article.
    pub fn teaser(&self, article: &Article) -> Teaser {
        let row = &article.row;
        let day = row.published_at.date_naive();
        Teaser {
            href: self.link(&format!("/blog/{}", row.slug)),
            title: row.title.clone(),
            summary: row.summary.clone(),
            picture: art(&self.article_poster(article), Format::Wide),
            category: self.catalogue.article_categories[article.category]
                .name
                .clone(),
            date: self.speech().date(day),
            machine: day.to_string(),
            language: row.language.clone(),
            is_foreign: row.language != self.reading.language.tag(),
        }
    }

    /// An event's poster: its own, or one of its category's kind.
    pub fn poster(&self, event: &Event) -> Poster {
        let own = event.row.poster.as_deref().and_then(Poster::named);
        own.unwrap_or_else(|| {
            let category = &self.catalogue.categories[event.category];
            Poster::by_chance(styles_of(&category.slug), &event.row.event_id.to_string())
        })
    }

    /// An article's picture.
    pub fn article_poster(&self, article: &Article) -> Poster {
        let own = article.row.poster.as_deref().and_then(Poster::named);
        own.unwrap_or_else(|| {
            Poster::by_chance(
                &["tiles", "ribbons", "blobs"],
                &article.row.article_id.to_string(),
            )
        })
    }

    /// A performance's beginning, where its venue is.
    pub fn local(&self, session: &Session) -> LocalDate {
        let zone = &self.catalogue.venues[session.venue].row.time_zone;
        self.speech().local(session.starts_at, zone)
    }

    /// The lowest price of several performances, if they are all in one currency and cost something.
    pub fn lowest_price(&self, sessions: &[&Session]) -> Option<String> {
        let prices: Vec<Money> = sessions
            .iter()
            .filter_map(|session| session.row.from_price)
            .collect();
        let first = prices.first()?;
        let lowest = prices
            .iter()
            .filter(|price| price.currency == first.currency)
            .map(|price| price.minor);
        let price = Money {
            minor: lowest.min()?,
            ..*first
        };
        let (speech, text) = (self.speech(), self.speech().price(price));
        Some(match price.minor {
            0 => text,
            _ => speech.say_of("price-from", "price", &text),
        })
    }

    /// How several performances stand together: as the best of them.
    pub fn badge_of(&self, sessions: &[&Session]) -> Badge {
        let stands = sessions
            .iter()
            .map(|session| (self.standing(session), *session));
        let stands: Vec<(Standing, &Session)> = stands.collect();
        let Some((best, of)) = stands
            .iter()
            .min_by_key(|(standing, session)| (*standing, session.starts_at))
        else {
            return Badge {
                standing: "none",
                text: self.speech().say("badge-no-date"),
                kind: "",
                sessions: String::new(),
                opens_at: None,
            };
        };
        let watched = stands
            .iter()
            .filter(|(standing, _)| {
                standing.is_buyable() || matches!(standing, Standing::SoldOut | Standing::ToCome)
            })
            .take(BADGE_SESSIONS_MAX)
            .map(|(standing, session)| watched(*standing, session));
        Badge {
            standing: best.as_str(),
            text: self.badge_text(*best),
            kind: kind_of(*best),
            sessions: watched.collect::<Vec<_>>().join(" "),
            opens_at: (*best == Standing::ToCome)
                .then(|| of.row.sale.from.to_datetime().to_rfc3339()),
        }
    }

    fn badge_text(&self, standing: Standing) -> String {
        let speech = self.speech();
        match standing {
            Standing::Last(count) => {
                speech.say_count("badge-last", usize::try_from(count).unwrap_or_default())
            }
            other => speech.say(&format!("badge-{}", other.as_str().replace('_', "-"))),
        }
    }

    /// From when to when.
    fn when(&self, sessions: &[&Session]) -> String {
        let speech = self.speech();
        let (Some(first), Some(last)) = (sessions.first(), sessions.last()) else {
            return String::new();
        };
        if first.day == last.day {
            return speech.short_date(first.day);
        }
        format!(
            "{} – {}",
            speech.short_date(first.day),
            speech.short_date(last.day)
        )
    }

    /// The venue and its city, or how many there are.
    fn place(&self, sessions: &[&Session]) -> String {
        let mut venues: Vec<usize> = sessions.iter().map(|session| session.venue).collect();
        venues.sort_unstable();
        venues.dedup();
        let city = |venue: &usize| &self.catalogue.cities[self.catalogue.venues[*venue].city];
        let mut cities: Vec<String> = venues
            .iter()
            .map(|venue| self.city_name(city(venue)))
            .collect();
        cities.dedup();
        match venues.as_slice() {
            [] => String::new(),
            [venue] => format!("{}, {}", self.catalogue.venues[*venue].row.name, cities[0]),
            _ if cities.len() <= 3 => cities.join(", "),
            _ => self.speech().say_count("cities-count", cities.len()),
        }
    }

    /// The hour of the day where the venue is.
    pub fn hour(&self, session: &Session) -> String {
        let zone = &self.catalogue.venues[session.venue].row.time_zone;
        at(session.starts_at, zone).format("%H:%M").to_string()
    }
}

/// An event's address without its language.
pub fn event_place(event: &Event) -> String {
    format!("/events/{}", event.row.slug)
}

/// The address of a picture.
pub fn art(poster: &Poster, format: Format) -> String {
    let ending = if format == Format::Shared {
        "png"
    } else {
        "svg"
    };
    format!(
        "/art/{}/{}.{ending}",
        poster.name().replace(':', "/"),
        format.as_str()
    )
}

fn watched(standing: Standing, session: &Session) -> String {
    let (id, left) = (session.row.session_id, left_of(standing));
    if standing == Standing::ToCome {
        let opens = session.row.sale.from.to_datetime().timestamp();
        return format!("{id}:{left}:0:{opens}");
    }
    format!("{id}:{left}")
}

fn left_of(standing: Standing) -> String {
    match standing {
        Standing::SoldOut => "nothing".to_owned(),
        Standing::Last(count) => format!("last:{count}"),
        Standing::Few => "few".to_owned(),
        _ => "enough".to_owned(),
    }
}

fn kind_of(standing: Standing) -> &'static str {
    match standing {
        Standing::OnSale => "good",
        Standing::Few | Standing::Last(_) => "warn",
        Standing::ToCome => "told",
        Standing::Cancelled | Standing::SoldOut | Standing::Postponed => "bad",
        Standing::Paused | Standing::Ended | Standing::Past => "",
    }
}

/// How posters of a category look where nobody chose.
fn styles_of(category: &str) -> &'static [&'static str] {
    match category {
        "music" | "festival" => &["bars", "waves", "ribbons", "rays", "rings"],
        "classical" => &["stars", "rings", "keys", "hills"],
        "theatre" | "gala" => &["curtain", "steps", "hills", "rays"],
        "comedy" => &["face", "steps", "blobs"],
        "film" => &["beam", "windows"],
        "dance" => &["ribbons", "blobs", "waves"],
        _ => &["tiles", "blobs", "windows", "rings"],
    }
}
