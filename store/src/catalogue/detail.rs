//! An event or a session with all that its page tells of it.

use chrono::{DateTime, Utc};
use domain::{CityId, Currency, EventId, ManifestId, SessionId, Timestamp, VenueId};
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use super::listing::{ListedSession, ListingRow, SESSIONS_PER_EVENT_MAX};
use super::{Sale, sale};
use crate::columns::{count, currency_of};
use crate::instant;

/// An event as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventDetail {
    /// The event.
    pub event: EventSummary,
    /// Its sessions to come, by start.
    pub sessions: Vec<ListedSession>,
}

/// What is advertised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSummary {
    /// The event.
    pub event_id: EventId,
    /// Part of its page's address.
    pub slug: String,
    /// As advertised.
    pub title: String,
    /// Plain text.
    pub description: String,
    /// The category's name.
    pub category: String,
    /// The category's slug.
    pub category_slug: String,
    /// The artists' names, the first ones first.
    pub artists: Vec<String>,
}

/// A place, with what is printed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VenueSummary {
    /// The venue.
    pub venue_id: VenueId,
    /// Part of its page's address.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its street address, which may be empty.
    pub address: String,
    /// An IANA name.
    pub time_zone: String,
    /// The city it is in.
    pub city_id: CityId,
    /// The city's name.
    pub city: String,
    /// Part of the city's page's address.
    pub city_slug: String,
    /// An ISO 3166 code.
    pub country_code: String,
}

/// A session as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionDetail {
    /// The session.
    pub session_id: SessionId,
    /// What is performed.
    pub event: EventSummary,
    /// Where.
    pub venue: VenueSummary,
    /// When it begins.
    pub starts_at: Timestamp,
    /// From when tickets are admitted; at any time if that is not settled.
    pub doors_open_at: Option<Timestamp>,
    /// When it can be bought.
    pub sale: Sale,
    /// The currency of all its prices.
    pub currency: Currency,
    /// The most places of one order.
    pub max_per_order: u32,
    /// The most places of one buyer, over all their orders.
    pub max_per_buyer: Option<u32>,
    /// How long a cart hold lasts.
    pub hold_secs: u32,
    /// Its places.
    pub manifest_id: ManifestId,
}

/// A published event by its slug, with its sessions that have not begun.
///
/// # Errors
/// The database does not answer.
pub async fn event(
    pool: &PgPool,
    slug: &str,
    now: Timestamp,
) -> Result<Option<EventDetail>, sqlx::Error> {
    let Some(event) = event_summary(pool, slug).await? else {
        return Ok(None);
    };
    let sessions = sessions_of_event(pool, event.event_id, now).await?;
    Ok(Some(EventDetail { event, sessions }))
}

/// A published session.
///
/// # Errors
/// The database does not answer.
pub async fn session(
    connection: impl PgExecutor<'_>,
    session_id: SessionId,
) -> Result<Option<SessionDetail>, sqlx::Error> {
    let row = sqlx::query_as!(
        SessionRow,
        r#"select session.session_id, session.starts_at, session.doors_open_at, session.status,
               session.on_sale_from, session.on_sale_until, session.currency,
               session.max_per_order, session.max_per_buyer, session.hold_secs,
               session.manifest_id as "manifest_id!",
               event.event_id, event.slug as event_slug, event.title, event.description,
               category.name as category, category.slug as category_slug,
               array(select artist.name from event_artist join artist using (artist_id)
                     where event_artist.event_id = event.event_id
                     order by event_artist.ordinal) as "artists!",
               venue.venue_id, venue.slug as venue_slug, venue.name as venue, venue.address,
               venue.time_zone, city.city_id, city.name as city, city.slug as city_slug,
               city.country_code
           from event_session session
           join event using (event_id)
           join category using (category_id)
           join venue using (venue_id)
           join city using (city_id)
           where session.session_id = $1 and session.status <> 'draft'"#,
        session_id.0,
    )
    .fetch_optional(connection)
    .await?;
    row.map(SessionDetail::try_from).transpose()
}

struct SessionRow {
    session_id: Uuid,
    starts_at: DateTime<Utc>,
    doors_open_at: Option<DateTime<Utc>>,
    status: String,
    on_sale_from: DateTime<Utc>,
    on_sale_until: Option<DateTime<Utc>>,
    currency: String,
    max_per_order: i32,
    max_per_buyer: Option<i32>,
    hold_secs: i32,
    manifest_id: Uuid,
    event_id: Uuid,
    event_slug: String,
    title: String,
    description: String,
    category: String,
    category_slug: String,
    artists: Vec<String>,
    venue_id: Uuid,
    venue_slug: String,
    venue: String,
    address: String,
    time_zone: String,
    city_id: Uuid,
    city: String,
    city_slug: String,
    country_code: String,
}

impl TryFrom<SessionRow> for SessionDetail {
    type Error = sqlx::Error;

    fn try_from(row: SessionRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            session_id: SessionId(row.session_id),
            event: EventSummary {
                event_id: EventId(row.event_id),
                slug: row.event_slug,
                title: row.title,
                description: row.description,
                category: row.category,
                category_slug: row.category_slug,
                artists: row.artists,
            },
            venue: VenueSummary {
                venue_id: VenueId(row.venue_id),
                slug: row.venue_slug,
                name: row.venue,
                address: row.address,
                time_zone: row.time_zone,
                city_id: CityId(row.city_id),
                city: row.city,
                city_slug: row.city_slug,
                country_code: row.country_code,
            },
            starts_at: row.starts_at.into(),
            doors_open_at: row.doors_open_at.map(Timestamp::from),
            sale: sale(&row.status, row.on_sale_from, row.on_sale_until)?,
            currency: currency_of(&row.currency)?,
            max_per_order: count(row.max_per_order)?,
            max_per_buyer: row.max_per_buyer.map(count).transpose()?,
            hold_secs: count(row.hold_secs)?,
            manifest_id: ManifestId(row.manifest_id),
        })
    }
}

async fn event_summary(pool: &PgPool, slug: &str) -> Result<Option<EventSummary>, sqlx::Error> {
    if slug.contains('\0') {
        return Ok(None);
    }
    let row = sqlx::query!(
        r#"select event.event_id, event.slug, event.title, event.description,
               category.name as category, category.slug as category_slug,
               array(select artist.name from event_artist join artist using (artist_id)
                     where event_artist.event_id = event.event_id
                     order by event_artist.ordinal) as "artists!"
           from event
           join category using (category_id)
           where event.slug = $1
               and exists (select from event_session
                           where event_session.event_id = event.event_id and status <> 'draft')"#,
        slug,
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| EventSummary {
        event_id: EventId(row.event_id),
        slug: row.slug,
        title: row.title,
        description: row.description,
        category: row.category,
        category_slug: row.category_slug,
        artists: row.artists,
    }))
}

async fn sessions_of_event(
    pool: &PgPool,
    event_id: EventId,
    now: Timestamp,
) -> Result<Vec<ListedSession>, sqlx::Error> {
    let rows = sqlx::query_as!(
        ListingRow,
        r#"select event.event_id, event.slug, event.title, session.session_id, session.starts_at,
               session.status, session.on_sale_from, session.on_sale_until, venue.time_zone,
               venue.name as venue, city.name as city, session.currency,
               (select coalesce(min(price) filter (where price > 0), min(price))
                from session_section section
                where section.session_id = session.session_id) as from_price
           from event_session session
           join event using (event_id)
           join venue using (venue_id)
           join city using (city_id)
           where session.event_id = $1 and session.status <> 'draft' and session.starts_at >= $2
           order by session.starts_at, session.session_id
           limit $3"#,
        event_id.0,
        instant(now),
        SESSIONS_PER_EVENT_MAX,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(ListedSession::try_from).collect()
}
