//! What the public pages show, as it is stored.

use chrono::{DateTime, Utc};
use domain::{
    ArtistId, CategoryId, CityId, Currency, EventId, ManifestId, Money, SessionId, VenueId,
};
use uuid::Uuid;

use crate::catalogue::{Sale, SessionStatus};

/// A kind of event.
#[derive(Debug, Clone)]
pub struct Category {
    /// The category.
    pub category_id: CategoryId,
    /// Its name in English; others are the message catalogue's.
    pub name: String,
    /// Part of its page's address.
    pub slug: String,
}

/// A city with its country.
#[derive(Debug, Clone)]
pub struct City {
    /// The city.
    pub city_id: CityId,
    /// Its name.
    pub name: String,
    /// Part of its page's address.
    pub slug: String,
    /// An ISO 3166 code.
    pub country_code: String,
    /// The country's name in English.
    pub country: String,
}

/// A venue.
#[derive(Debug, Clone)]
pub struct Venue {
    /// The venue.
    pub venue_id: VenueId,
    /// Where it is.
    pub city_id: CityId,
    /// Its name.
    pub name: String,
    /// Part of its page's address.
    pub slug: String,
    /// Its street address, which may be empty.
    pub address: String,
    /// An IANA name.
    pub time_zone: String,
    /// Plain text.
    pub description: String,
    /// How to get there, plain text.
    pub directions: String,
    /// Latitude and longitude in degrees, if they are known.
    pub location: Option<(f64, f64)>,
}

/// Who performs.
#[derive(Debug, Clone)]
pub struct Artist {
    /// The artist.
    pub artist_id: ArtistId,
    /// Their name.
    pub name: String,
    /// Part of their page's address.
    pub slug: String,
    /// Plain text.
    pub description: String,
}

/// What is advertised. It may have no session.
#[derive(Debug, Clone)]
pub struct Event {
    /// The event.
    pub event_id: EventId,
    /// What kind it is.
    pub category_id: CategoryId,
    /// As advertised.
    pub title: String,
    /// Part of its page's address.
    pub slug: String,
    /// Plain text.
    pub description: String,
    /// How its poster is drawn, if it is not its category's way.
    pub poster: Option<String>,
    /// The first ones first.
    pub artists: Vec<ArtistId>,
}

/// A performance that is published.
#[derive(Debug, Clone)]
pub struct Session {
    /// The session.
    pub session_id: SessionId,
    /// What is performed.
    pub event_id: EventId,
    /// Where.
    pub venue_id: VenueId,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// From when tickets are admitted, if that is settled.
    pub doors_open_at: Option<DateTime<Utc>>,
    /// When it can be bought.
    pub sale: Sale,
    /// The currency of all its prices.
    pub currency: Currency,
    /// What its cheapest place costs, all-in.
    pub from_price: Option<Money>,
    /// Its plan as it was frozen.
    pub manifest_id: ManifestId,
    /// How many places it has.
    pub places: u32,
}

/// A kind of article.
#[derive(Debug, Clone)]
pub struct ArticleCategory {
    /// The category.
    pub article_category_id: Uuid,
    /// Its name.
    pub name: String,
    /// Part of its address.
    pub slug: String,
}

/// Something to read.
#[derive(Debug, Clone)]
pub struct Article {
    /// The article.
    pub article_id: Uuid,
    /// What kind it is.
    pub article_category_id: Uuid,
    /// Its title.
    pub title: String,
    /// Part of its address.
    pub slug: String,
    /// Plain text.
    pub summary: String,
    /// Markdown, not to be trusted.
    pub body: String,
    /// The language it is written in.
    pub language: String,
    /// Who wrote it.
    pub author: String,
    /// How its picture is drawn.
    pub poster: Option<String>,
    /// From when it is shown.
    pub published_at: DateTime<Utc>,
    /// What it is about, the first ones first.
    pub events: Vec<EventId>,
}

impl Session {
    /// Whether it is neither called off nor without a date.
    #[must_use]
    pub fn takes_place(&self) -> bool {
        !matches!(
            self.sale.status,
            SessionStatus::Cancelled | SessionStatus::Postponed
        )
    }
}
