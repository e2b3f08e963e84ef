//! All that the public pages show, read at once: it is small beside what is sold, and changes seldom.
//!
//! Who keeps it in memory asks for the version and reads again when that has risen. How many places are
//! left is no part of it.

mod documents;
mod newsletter;
mod search;
#[cfg(test)]
pub(crate) mod tests;

use chrono::{DateTime, Utc};
use domain::{
    ArtistId, CategoryId, CityId, Currency, EventId, ManifestId, Money, SessionId, VenueId,
};
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

use crate::catalogue::{Sale, SessionStatus, count, currency_of, sale};

pub use documents::{Document, Place, Weight, Word};
pub use newsletter::{Subscribed, subscribe};
pub use search::{Found, Letters, SearchIndex, WORDS_MAX};

/// Everything, as of one instant.
#[derive(Debug, Clone, Default)]
pub struct Everything {
    /// The version that this is.
    pub version: i64,
    /// By name.
    pub categories: Vec<Category>,
    /// By name.
    pub cities: Vec<City>,
    /// By name.
    pub venues: Vec<Venue>,
    /// By name.
    pub artists: Vec<Artist>,
    /// In no order that matters.
    pub events: Vec<Event>,
    /// Published ones, past ones too, by start.
    pub sessions: Vec<Session>,
    /// By name.
    pub article_categories: Vec<ArticleCategory>,
    /// The newest first; those whose time has not come are among them.
    pub articles: Vec<Article>,
    /// The words of each event.
    pub documents: Vec<Document>,
}

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

/// What has a page of its own with a name in its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// An artist.
    Artist,
    /// A category of events.
    Category,
    /// A city.
    City,
    /// An event.
    Event,
    /// A venue.
    Venue,
    /// An article.
    Article,
}

impl Named {
    fn as_str(self) -> &'static str {
        match self {
            Self::Artist => "artist",
            Self::Category => "category",
            Self::City => "city",
            Self::Event => "event",
            Self::Venue => "venue",
            Self::Article => "article",
        }
    }
}

/// The version of what the public pages show. It rises in the transaction that changes any of it.
///
/// # Errors
/// The database does not answer.
pub async fn version(connection: impl PgExecutor<'_>) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("select version from catalogue_version")
        .fetch_one(connection)
        .await
}

/// Reads everything in one snapshot of the database.
///
/// # Errors
/// The database does not answer.
pub async fn everything(pool: &PgPool) -> Result<Everything, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query!("set transaction isolation level repeatable read, read only")
        .execute(&mut *transaction)
        .await?;
    let everything = Everything {
        version: version(&mut *transaction).await?,
        categories: categories(&mut transaction).await?,
        cities: cities(&mut transaction).await?,
        venues: venues(&mut transaction).await?,
        artists: artists(&mut transaction).await?,
        events: events(&mut transaction).await?,
        sessions: sessions(&mut transaction).await?,
        article_categories: article_categories(&mut transaction).await?,
        articles: articles(&mut transaction).await?,
        documents: documents::documents(&mut transaction).await?,
    };
    transaction.commit().await?;
    Ok(everything)
}

/// What a name in an address led to before it was renamed.
///
/// # Errors
/// The database does not answer.
pub async fn formerly(
    connection: impl PgExecutor<'_>,
    kind: Named,
    slug: &str,
) -> Result<Option<Uuid>, sqlx::Error> {
    if slug.contains('\0') {
        return Ok(None);
    }
    sqlx::query_scalar!(
        "select target_id from former_slug where kind = $1 and slug = $2",
        kind.as_str(),
        slug,
    )
    .fetch_optional(connection)
    .await
}

/// How many places of these sessions are not to be had any more: sold, or withheld by staff. Places that
/// are out of use in the plan itself are not among them.
///
/// # Errors
/// The database does not answer.
pub async fn places_gone(
    connection: impl PgExecutor<'_>,
    sessions: &[SessionId],
) -> Result<Vec<(SessionId, u32)>, sqlx::Error> {
    let ids: Vec<Uuid> = sessions.iter().map(|session| session.0).collect();
    let rows = sqlx::query!(
        r#"select asked.session_id as "session_id!",
               ((select count(*) from taken_seat seat
                 where seat.session_id = asked.session_id and seat.state in ('sold', 'allocated'))
                + (select coalesce(sum(lot.quantity), 0) from taken_standing lot
                   where lot.session_id = asked.session_id and lot.state = 'sold')
                + (select coalesce(sum(section.allocated), 0) from session_section section
                   where section.session_id = asked.session_id))::integer as "gone!"
           from unnest($1::uuid[]) with ordinality as asked (session_id, place)
           order by asked.place"#,
        &ids,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| Ok((SessionId(row.session_id), count(row.gone)?)))
        .collect()
}

async fn categories(connection: &mut PgConnection) -> Result<Vec<Category>, sqlx::Error> {
    let rows = sqlx::query!("select category_id, name, slug from category order by name, slug")
        .fetch_all(connection)
        .await?;
    let category = rows.into_iter().map(|row| Category {
        category_id: CategoryId(row.category_id),
        name: row.name,
        slug: row.slug,
    });
    Ok(category.collect())
}

async fn cities(connection: &mut PgConnection) -> Result<Vec<City>, sqlx::Error> {
    let rows = sqlx::query!(
        "select city_id, city.name, slug, country_code, country.name as country
         from city join country using (country_code) order by city.name, slug"
    )
    .fetch_all(connection)
    .await?;
    let city = rows.into_iter().map(|row| City {
        city_id: CityId(row.city_id),
        name: row.name,
        slug: row.slug,
        country_code: row.country_code,
        country: row.country,
    });
    Ok(city.collect())
}

async fn venues(connection: &mut PgConnection) -> Result<Vec<Venue>, sqlx::Error> {
    let rows = sqlx::query!(
        "select venue_id, city_id, name, slug, address, time_zone, description, directions, latitude, longitude
         from venue order by name, slug"
    )
    .fetch_all(connection)
    .await?;
    let venue = rows.into_iter().map(|row| Venue {
        venue_id: VenueId(row.venue_id),
        city_id: CityId(row.city_id),
        name: row.name,
        slug: row.slug,
        address: row.address,
        time_zone: row.time_zone,
        description: row.description,
        directions: row.directions,
        location: row.latitude.zip(row.longitude),
    });
    Ok(venue.collect())
}

async fn artists(connection: &mut PgConnection) -> Result<Vec<Artist>, sqlx::Error> {
    let rows =
        sqlx::query!("select artist_id, name, slug, description from artist order by name, slug")
            .fetch_all(connection)
            .await?;
    let artist = rows.into_iter().map(|row| Artist {
        artist_id: ArtistId(row.artist_id),
        name: row.name,
        slug: row.slug,
        description: row.description,
    });
    Ok(artist.collect())
}

async fn events(connection: &mut PgConnection) -> Result<Vec<Event>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select event_id, category_id, title, slug, description, poster,
               array(select artist_id from event_artist
                     where event_artist.event_id = event.event_id order by ordinal) as "artists!"
           from event"#
    )
    .fetch_all(connection)
    .await?;
    let event = rows.into_iter().map(|row| Event {
        event_id: EventId(row.event_id),
        category_id: CategoryId(row.category_id),
        title: row.title,
        slug: row.slug,
        description: row.description,
        poster: row.poster,
        artists: row.artists.into_iter().map(ArtistId).collect(),
    });
    Ok(event.collect())
}

async fn sessions(connection: &mut PgConnection) -> Result<Vec<Session>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select session_id, event_id, session.venue_id, starts_at, doors_open_at, status, on_sale_from,
               on_sale_until, currency, from_price,
               manifest_id as "manifest_id!", manifest.places
           from event_session session join manifest using (manifest_id)
           where status <> 'draft'
           order by starts_at, session_id"#
    )
    .fetch_all(connection)
    .await?;
    let session = rows.into_iter().map(|row| {
        let currency = currency_of(&row.currency)?;
        Ok(Session {
            session_id: SessionId(row.session_id),
            event_id: EventId(row.event_id),
            venue_id: VenueId(row.venue_id),
            starts_at: row.starts_at,
            doors_open_at: row.doors_open_at,
            sale: sale(&row.status, row.on_sale_from, row.on_sale_until)?,
            currency,
            from_price: row.from_price.map(|minor| Money { minor, currency }),
            manifest_id: ManifestId(row.manifest_id),
            places: count(row.places)?,
        })
    });
    session.collect()
}

async fn article_categories(
    connection: &mut PgConnection,
) -> Result<Vec<ArticleCategory>, sqlx::Error> {
    sqlx::query_as!(
        ArticleCategory,
        "select article_category_id, name, slug from article_category order by name, slug"
    )
    .fetch_all(connection)
    .await
}

async fn articles(connection: &mut PgConnection) -> Result<Vec<Article>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select article_id, article_category_id, title, slug, summary, body, language, author, poster,
               published_at as "published_at!",
               array(select event_id from article_event
                     where article_event.article_id = article.article_id order by ordinal) as "events!"
           from article where published_at is not null
           order by published_at desc, article_id"#
    )
    .fetch_all(connection)
    .await?;
    let article = rows.into_iter().map(|row| Article {
        article_id: row.article_id,
        article_category_id: row.article_category_id,
        title: row.title,
        slug: row.slug,
        summary: row.summary,
        body: row.body,
        language: row.language,
        author: row.author,
        poster: row.poster,
        published_at: row.published_at,
        events: row.events.into_iter().map(EventId).collect(),
    });
    Ok(article.collect())
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
