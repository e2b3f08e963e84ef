//! Reading what is on sale: for the pages and the public API, and for the actors that sell it.
//!
//! Nothing here shows a draft: a session that is not published does not exist for these readers.

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use domain::{
    CityId, Currency, EventId, Manifest, ManifestId, Money, SessionId, Timestamp, VenueId,
};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::instant;

/// How many events one page of the listing has.
pub const EVENTS_PER_PAGE: u32 = 24;
/// How many sessions of one event the listing shows, the next ones first.
const SESSIONS_PER_EVENT_MAX: i64 = 100;

/// Where a session stands with its sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Being prepared: staff alone know of it.
    Draft,
    /// Sold between its on-sale instants.
    OnSale,
    /// Its sale stands still.
    Paused,
    /// It takes place later than was said.
    Postponed,
    /// It does not take place.
    Cancelled,
}

/// What a session's actor must know before it loads the places that are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSession {
    /// The session.
    pub session_id: SessionId,
    /// Its places; `manifest` reads them.
    pub manifest_id: ManifestId,
    /// The currency of all its prices.
    pub currency: Currency,
    /// Where it stands with its sale; never `Draft` here.
    pub status: SessionStatus,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When its sale begins.
    pub on_sale_from: Timestamp,
    /// When its sale ends, if that is settled.
    pub on_sale_until: Option<Timestamp>,
    /// The most places of one order.
    pub max_per_order: u32,
    /// The most places of one buyer, over all their orders.
    pub max_per_buyer: Option<u32>,
    /// How long a cart hold lasts.
    pub hold_secs: u32,
    /// The all-in price of a place, by section index.
    pub prices: Vec<Money>,
}

/// Which events to list. Absent is any. A place in a page's address, so all of it is text or an instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// The slug or id of a category.
    pub category: Option<String>,
    /// The slug or id of a city.
    pub city: Option<String>,
    /// The slug or id of an artist.
    pub artist: Option<String>,
    /// The slug or id of a venue.
    pub venue: Option<String>,
    /// Only these, as a search found them.
    pub found: Option<Vec<EventId>>,
    /// Sessions that begin then or later; else from now on.
    pub from: Option<Timestamp>,
    /// Sessions that begin before then.
    pub to: Option<Timestamp>,
    /// Which page, from 1. Nought is taken as 1.
    pub page: u32,
    /// Events that can be bought now first, then those whose sale is to come; else by date alone.
    pub buyable_first: bool,
}

/// A page of the listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// The events by their first session that fits.
    pub events: Vec<ListedEvent>,
    /// The number of the next page, if there is one.
    pub next_page: Option<u32>,
}

/// An event with its sessions that fit, by start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEvent {
    /// The event.
    pub event_id: EventId,
    /// Part of its page's address.
    pub slug: String,
    /// As advertised.
    pub title: String,
    /// At least one.
    pub sessions: Vec<ListedSession>,
}

/// A session in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSession {
    /// The session.
    pub session_id: SessionId,
    /// When it begins.
    pub starts_at: Timestamp,
    /// The venue's time zone, an IANA name.
    pub time_zone: String,
    /// The venue's name.
    pub venue: String,
    /// The city's name.
    pub city: String,
    /// When it can be bought.
    pub sale: Sale,
    /// What its cheapest section costs, all-in; one that costs nothing counts only if all do.
    pub from_price: Option<Money>,
}

/// When a session can be bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sale {
    /// Where the session stands.
    pub status: SessionStatus,
    /// When its sale begins.
    pub from: Timestamp,
    /// When its sale ends, if that is settled.
    pub until: Option<Timestamp>,
}

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

impl Sale {
    /// Whether it can be bought now.
    #[must_use]
    pub fn is_on(&self, now: Timestamp) -> bool {
        self.status == SessionStatus::OnSale
            && self.from <= now
            && self.until.is_none_or(|until| now < until)
    }
}

impl SessionStatus {
    /// The word for it in the database and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::OnSale => "on_sale",
            Self::Paused => "paused",
            Self::Postponed => "postponed",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn from_column(word: &str) -> Result<Self, sqlx::Error> {
        let all = [
            Self::Draft,
            Self::OnSale,
            Self::Paused,
            Self::Postponed,
            Self::Cancelled,
        ];
        all.into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| undecodable(&format!("no session has the status {word:?}")))
    }
}

/// What the actor of a published session must know; nothing for a draft or an unknown session.
///
/// # Errors
/// The database does not answer.
pub async fn live_session(
    connection: impl PgExecutor<'_>,
    session_id: SessionId,
) -> Result<Option<LiveSession>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select manifest_id as "manifest_id!", currency, status, starts_at, on_sale_from, on_sale_until,
               max_per_order, max_per_buyer, hold_secs,
               array(select price from session_section section
                     where section.session_id = event_session.session_id
                     order by section_index) as "prices!"
           from event_session
           where session_id = $1 and status <> 'draft' and manifest_id is not null"#,
        session_id.0,
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let currency = currency_of(&row.currency)?;
    Ok(Some(LiveSession {
        session_id,
        manifest_id: ManifestId(row.manifest_id),
        currency,
        status: SessionStatus::from_column(&row.status)?,
        starts_at: row.starts_at.into(),
        on_sale_from: row.on_sale_from.into(),
        on_sale_until: row.on_sale_until.map(Timestamp::from),
        max_per_order: count(row.max_per_order)?,
        max_per_buyer: row.max_per_buyer.map(count).transpose()?,
        hold_secs: count(row.hold_secs)?,
        prices: row
            .prices
            .into_iter()
            .map(|minor| Money { minor, currency })
            .collect(),
    }))
}

/// A frozen plan.
///
/// # Errors
/// The database does not answer, or the document is no manifest.
pub async fn manifest(
    connection: impl PgExecutor<'_>,
    manifest_id: ManifestId,
) -> Result<Option<Manifest>, sqlx::Error> {
    let document = sqlx::query_scalar!(
        r#"select document as "document: Json<Manifest>" from manifest where manifest_id = $1"#,
        manifest_id.0,
    )
    .fetch_optional(connection)
    .await?;
    Ok(document.map(|Json(manifest)| manifest))
}

/// Published events with sessions that fit, by the first of these.
///
/// # Errors
/// The database does not answer.
pub async fn events(
    connection: impl PgExecutor<'_>,
    filter: &EventFilter,
    now: Timestamp,
) -> Result<EventPage, sqlx::Error> {
    if filter.is_beyond_text() {
        return Ok(EventPage {
            events: Vec::new(),
            next_page: None,
        });
    }
    let page = filter.page.max(1);
    let mut events = grouped(listing(connection, filter, page, now).await?)?;
    let per_page = usize::try_from(EVENTS_PER_PAGE).expect("a page is small");
    let has_more = events.len() > per_page;
    events.truncate(per_page);
    Ok(EventPage {
        events,
        next_page: has_more.then(|| page.saturating_add(1)),
    })
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
               venue.time_zone, city.city_id, city.name as city, city.country_code
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

struct ListingRow {
    event_id: Uuid,
    slug: String,
    title: String,
    session_id: Uuid,
    starts_at: DateTime<Utc>,
    status: String,
    on_sale_from: DateTime<Utc>,
    on_sale_until: Option<DateTime<Utc>>,
    time_zone: String,
    venue: String,
    city: String,
    currency: String,
    from_price: Option<i64>,
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
    country_code: String,
}

impl EventFilter {
    /// Whether it holds what no text in the database can: Postgres takes no zero character.
    fn is_beyond_text(&self) -> bool {
        [&self.category, &self.city, &self.artist, &self.venue]
            .into_iter()
            .flatten()
            .any(|text| text.contains('\0'))
    }
}

impl TryFrom<ListingRow> for ListedSession {
    type Error = sqlx::Error;

    fn try_from(row: ListingRow) -> Result<Self, sqlx::Error> {
        let currency = currency_of(&row.currency)?;
        Ok(Self {
            from_price: row.from_price.map(|minor| Money { minor, currency }),
            session_id: SessionId(row.session_id),
            starts_at: row.starts_at.into(),
            time_zone: row.time_zone,
            venue: row.venue,
            city: row.city,
            sale: sale(&row.status, row.on_sale_from, row.on_sale_until)?,
        })
    }
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

/// A page's sessions that fit and those of one event more, the sessions of an event after each other.
#[expect(clippy::too_many_lines, reason = "it is one statement")]
async fn listing(
    connection: impl PgExecutor<'_>,
    filter: &EventFilter,
    page: u32,
    now: Timestamp,
) -> Result<Vec<ListingRow>, sqlx::Error> {
    let found = filter.found.as_ref();
    let found = found.map(|found| found.iter().map(|event| event.0).collect::<Vec<_>>());
    sqlx::query_as!(
        ListingRow,
        r#"with fitting as (
               select session.event_id, session.session_id, session.starts_at, session.status,
                   session.on_sale_from, session.on_sale_until, venue.time_zone,
                   venue.name as venue, city.name as city, session.currency,
                   case when session.status <> 'on_sale' or session.on_sale_until <= $11 then 2
                        when session.on_sale_from > $11 then 1
                        else 0 end as rank,
                   row_number() over (partition by session.event_id
                                      order by session.starts_at, session.session_id) as place
               from event_session session
               join event using (event_id)
               join category using (category_id)
               join venue using (venue_id)
               join city using (city_id)
               where session.status <> 'draft'
                   and session.starts_at >= $1
                   and ($2::timestamptz is null or session.starts_at < $2)
                   and ($3::text is null or $3 in (category.slug, category.category_id::text))
                   and ($4::text is null or $4 in (city.slug, city.city_id::text))
                   and ($5::text is null or $5 in (venue.slug, venue.venue_id::text))
                   and ($6::text is null or exists (
                       select from event_artist join artist using (artist_id)
                       where event_artist.event_id = event.event_id
                           and $6 in (artist.slug, artist.artist_id::text)))
                   and ($7::uuid[] is null or event.event_id = any($7))
           ), page as (
               select event_id, min(starts_at) as first_starts_at,
                   case when $12 then min(rank) else 0 end as first_rank
               from fitting
               group by event_id
               order by first_rank, first_starts_at, event_id
               limit $8 offset $9
           )
           select event.event_id, event.slug, event.title, fitting.session_id as "session_id!",
               fitting.starts_at as "starts_at!", fitting.status as "status!",
               fitting.on_sale_from as "on_sale_from!", fitting.on_sale_until,
               fitting.time_zone as "time_zone!", fitting.venue as "venue!", fitting.city as "city!",
               fitting.currency as "currency!",
               (select coalesce(min(price) filter (where price > 0), min(price))
                from session_section section
                where section.session_id = fitting.session_id) as from_price
           from page
           join event using (event_id)
           join fitting using (event_id)
           where fitting.place <= $10
           order by page.first_rank, page.first_starts_at, event_id, fitting.place"#,
        instant(filter.from.unwrap_or(now)),
        filter.to.map(instant),
        filter.category.as_deref(),
        filter.city.as_deref(),
        filter.venue.as_deref(),
        filter.artist.as_deref(),
        found.as_deref(),
        // One more than is shown tells whether there is a next page.
        i64::from(EVENTS_PER_PAGE) + 1,
        i64::from(page - 1) * i64::from(EVENTS_PER_PAGE),
        SESSIONS_PER_EVENT_MAX,
        instant(now),
        filter.buyable_first,
    )
    .fetch_all(connection)
    .await
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

/// The rows of one event follow each other.
fn grouped(rows: Vec<ListingRow>) -> Result<Vec<ListedEvent>, sqlx::Error> {
    let mut events: Vec<ListedEvent> = Vec::new();
    for mut row in rows {
        let event_id = EventId(row.event_id);
        if events.last().is_none_or(|last| last.event_id != event_id) {
            let (slug, title) = (
                std::mem::take(&mut row.slug),
                std::mem::take(&mut row.title),
            );
            events.push(ListedEvent {
                event_id,
                slug,
                title,
                sessions: Vec::new(),
            });
        }
        let last = events.last_mut().expect("an event was just pushed");
        last.sessions.push(row.try_into()?);
    }
    Ok(events)
}

pub(crate) fn sale(
    status: &str,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
) -> Result<Sale, sqlx::Error> {
    Ok(Sale {
        status: SessionStatus::from_column(status)?,
        from: from.into(),
        until: until.map(Timestamp::from),
    })
}

pub(crate) fn currency_of(code: &str) -> Result<Currency, sqlx::Error> {
    code.parse()
        .map_err(|_| undecodable(&format!("{code:?} is no currency")))
}

pub(crate) fn count(number: i32) -> Result<u32, sqlx::Error> {
    u32::try_from(number).map_err(|_| undecodable(&format!("{number} is no count")))
}

/// A value that the schema's constraints keep out.
pub(crate) fn undecodable(message: &str) -> sqlx::Error {
    sqlx::Error::Decode(message.into())
}
