//! Events with their sessions that fit what is looked for, a page at a time.

use chrono::{DateTime, Utc};
use domain::{EventId, Money, SessionId, Timestamp};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::{Sale, sale};
use crate::columns::currency_of;
use crate::instant;

/// How many events one page of the listing has.
pub const EVENTS_PER_PAGE: u32 = 24;
/// How many sessions of one event the listing shows, the next ones first.
pub(super) const SESSIONS_PER_EVENT_MAX: i64 = 100;

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

pub(super) struct ListingRow {
    pub event_id: Uuid,
    pub slug: String,
    pub title: String,
    pub session_id: Uuid,
    pub starts_at: DateTime<Utc>,
    pub status: String,
    pub on_sale_from: DateTime<Utc>,
    pub on_sale_until: Option<DateTime<Utc>>,
    pub time_zone: String,
    pub venue: String,
    pub city: String,
    pub currency: String,
    pub from_price: Option<i64>,
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
