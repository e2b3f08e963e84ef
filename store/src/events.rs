//! Categories, artists, events and their sessions, as they are made and published.

use domain::{
    ArtistId, CategoryId, Currency, EventId, Manifest, ManifestId, Money, SectionId, SessionId,
    Timestamp, VenueId,
};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::catalogue::SessionStatus;
use crate::{instant, slug};

/// An event to make.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent<'a> {
    /// As advertised.
    pub title: &'a str,
    /// Plain text, which may be empty.
    pub description: &'a str,
    /// What kind of event it is.
    pub category: CategoryId,
    /// Who performs, the first ones first.
    pub artists: &'a [ArtistId],
}

/// An event with its slug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventKey {
    /// The event.
    pub event_id: EventId,
    /// Part of its page's address.
    pub slug: String,
}

/// A session to publish.
#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    /// What is performed.
    pub event: EventId,
    /// Where.
    pub venue: VenueId,
    /// The places it sells.
    pub manifest: ManifestId,
    /// Where it stands with its sale.
    pub status: SessionStatus,
    /// When it begins.
    pub starts_at: Timestamp,
    /// From when tickets are admitted; at any time if not given.
    pub doors_open_at: Option<Timestamp>,
    /// When its sale begins.
    pub on_sale_from: Timestamp,
    /// When its sale ends; never if not given.
    pub on_sale_until: Option<Timestamp>,
    /// The currency of all its prices.
    pub currency: Currency,
    /// Prices that differ from their section's starting price.
    pub section_prices: &'a [(SectionId, i64)],
    /// The most places of one order.
    pub max_per_order: u32,
    /// The most places of one buyer, over all their orders.
    pub max_per_buyer: Option<u32>,
    /// How long a cart hold lasts.
    pub hold_secs: u32,
}

/// The category of a slug, made with this name if there is none.
///
/// # Errors
/// The database does not answer.
pub async fn ensure_category(
    connection: &mut PgConnection,
    slug: &str,
    name: &str,
) -> Result<CategoryId, sqlx::Error> {
    sqlx::query!(
        "insert into category (category_id, name, slug) values ($1, $2, $3) on conflict (slug) do nothing",
        Uuid::now_v7(),
        name,
        slug,
    )
    .execute(&mut *connection)
    .await?;
    let category_id = sqlx::query_scalar!("select category_id from category where slug = $1", slug)
        .fetch_one(connection)
        .await?;
    Ok(CategoryId(category_id))
}

/// The artist of a name, made if there is none.
///
/// # Errors
/// The database does not answer.
pub async fn ensure_artist(
    connection: &mut PgConnection,
    name: &str,
) -> Result<ArtistId, sqlx::Error> {
    let found = sqlx::query_scalar!(
        "select artist_id from artist where lower(name) = lower($1) order by artist_id limit 1",
        name,
    )
    .fetch_optional(&mut *connection)
    .await?;
    if let Some(artist_id) = found {
        return Ok(ArtistId(artist_id));
    }
    let base = slug::of(name);
    let taken = sqlx::query_scalar!("select slug from artist where starts_with(slug, $1)", base)
        .fetch_all(&mut *connection)
        .await?;
    let artist_id = Uuid::now_v7();
    sqlx::query!(
        "insert into artist (artist_id, name, slug) values ($1, $2, $3)",
        artist_id,
        name,
        slug::free(&base, &taken),
    )
    .execute(connection)
    .await?;
    Ok(ArtistId(artist_id))
}

/// The event of a title, the oldest if there are several.
///
/// # Errors
/// The database does not answer.
pub async fn event_of_title(
    connection: impl PgExecutor<'_>,
    title: &str,
) -> Result<Option<EventKey>, sqlx::Error> {
    let row = sqlx::query!(
        "select event_id, slug from event where title = $1 order by event_id limit 1",
        title,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| EventKey {
        event_id: EventId(row.event_id),
        slug: row.slug,
    }))
}

/// Makes an event with its artists.
///
/// # Errors
/// The database does not answer.
pub async fn insert_event(
    connection: &mut PgConnection,
    event: &NewEvent<'_>,
) -> Result<EventKey, sqlx::Error> {
    let base = slug::of(event.title);
    let taken = sqlx::query_scalar!("select slug from event where starts_with(slug, $1)", base)
        .fetch_all(&mut *connection)
        .await?;
    let slug = slug::free(&base, &taken);
    let event_id = EventId(Uuid::now_v7());
    sqlx::query!(
        "insert into event (event_id, category_id, title, slug, description)
         values ($1, $2, $3, $4, $5)",
        event_id.0,
        event.category.0,
        event.title,
        slug,
        event.description,
    )
    .execute(&mut *connection)
    .await?;
    insert_event_artists(connection, event_id, event.artists).await?;
    Ok(EventKey { event_id, slug })
}

/// Stores a frozen plan, or finds it stored: plans of one content are one.
///
/// # Errors
/// The database does not answer.
pub async fn ensure_manifest(
    connection: &mut PgConnection,
    venue: VenueId,
    content_hash: &[u8; 32],
    manifest: &Manifest,
) -> Result<ManifestId, sqlx::Error> {
    sqlx::query!(
        "insert into manifest (manifest_id, venue_id, content_hash, document, places) values ($1, $2, $3, $4, $5)
         on conflict (content_hash) do nothing",
        Uuid::now_v7(),
        venue.0,
        content_hash.as_slice(),
        Json(manifest) as _,
        column(manifest.places()),
    )
    .execute(&mut *connection)
    .await?;
    let manifest_id = sqlx::query_scalar!(
        "select manifest_id from manifest where content_hash = $1",
        content_hash.as_slice(),
    )
    .fetch_one(connection)
    .await?;
    Ok(ManifestId(manifest_id))
}

/// Makes a session without its sections.
///
/// # Errors
/// Its sale ends before it begins, or the database does not answer.
pub async fn insert_session(
    connection: impl PgExecutor<'_>,
    session: &NewSession<'_>,
) -> Result<SessionId, sqlx::Error> {
    let session_id = SessionId(Uuid::now_v7());
    let section_prices: std::collections::BTreeMap<String, i64> = session
        .section_prices
        .iter()
        .map(|(id, minor)| (id.to_string(), *minor))
        .collect();
    sqlx::query!(
        "insert into event_session (session_id, event_id, venue_id, manifest_id, status, starts_at,
             doors_open_at, on_sale_from, on_sale_until, currency, section_prices, max_per_order,
             max_per_buyer, hold_secs)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        session_id.0,
        session.event.0,
        session.venue.0,
        session.manifest.0,
        session.status.as_str(),
        instant(session.starts_at),
        session.doors_open_at.map(instant),
        instant(session.on_sale_from),
        session.on_sale_until.map(instant),
        session.currency.code(),
        Json(section_prices) as _,
        column(session.max_per_order),
        session.max_per_buyer.map(column),
        column(session.hold_secs),
    )
    .execute(connection)
    .await?;
    Ok(session_id)
}

/// Freezes the sections of a session with their prices. `prices` are by section index.
///
/// # Errors
/// The database does not answer.
pub async fn insert_session_sections(
    connection: &mut PgConnection,
    session_id: SessionId,
    manifest: &Manifest,
    prices: &[Money],
) -> Result<(), sqlx::Error> {
    let sections = manifest.sections();
    let ids: Vec<Uuid> = sections
        .iter()
        .map(|section| section.section_id.0)
        .collect();
    let names: Vec<String> = sections
        .iter()
        .map(|section| section.name.clone())
        .collect();
    let prices: Vec<i64> = prices.iter().map(|price| price.minor).collect();
    let capacities: Vec<Option<i32>> = sections
        .iter()
        .map(|section| (!section.is_seated()).then(|| column(section.capacity())))
        .collect();
    sqlx::query!(
        "insert into session_section (session_id, section_index, section_id, name, price, capacity)
         select $1, (ordinal - 1)::smallint, section_id, name, price, capacity
         from unnest($2::uuid[], $3::text[], $4::bigint[], $5::integer[])
             with ordinality as given (section_id, name, price, capacity, ordinal)",
        session_id.0,
        &ids,
        &names,
        &prices,
        &capacities as &[Option<i32>],
    )
    .execute(&mut *connection)
    .await?;
    // One that costs nothing counts only if all do.
    let paid = prices.iter().filter(|price| **price > 0).min();
    sqlx::query!(
        "update event_session set from_price = $2 where session_id = $1",
        session_id.0,
        paid.or(prices.iter().min()),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_event_artists(
    connection: impl PgExecutor<'_>,
    event_id: EventId,
    artists: &[ArtistId],
) -> Result<(), sqlx::Error> {
    let artist_ids: Vec<Uuid> = artists.iter().map(|artist| artist.0).collect();
    sqlx::query!(
        "insert into event_artist (event_id, artist_id, ordinal)
         select $1, artist_id, ordinal - 1
         from unnest($2::uuid[]) with ordinality as given (artist_id, ordinal)",
        event_id.0,
        &artist_ids,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A count as Postgres takes it; none of ours comes near the end.
fn column(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
