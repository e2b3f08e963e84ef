//! Countries, cities, venues, and the plans that sessions are published from.
//!
//! A plan's seats are stored row by row and along each row, so that their ordinal is their order.

mod plan;
mod plan_reading;
mod plan_writing;

use domain::{CityId, VenueId};
use sqlx::{PgConnection, PgExecutor, PgPool};
use thiserror::Error;
use uuid::Uuid;

use crate::slug;

pub use plan::{Drawing, Label, Outline, Plan, PlanSeat, PlanSection, StoredPlan, StoredSection};
pub use plan_reading::{areas, plan_for_share};

/// A venue to make.
#[derive(Debug, Clone)]
pub struct NewVenue<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its street address, which may be empty.
    pub address: &'a str,
    /// An IANA name.
    pub time_zone: &'a str,
    /// Where it is; made if it is not there.
    pub city: NewCity<'a>,
    /// Its places.
    pub plan: &'a Plan,
}

/// A city, found by name and country or made.
#[derive(Debug, Clone, Copy)]
pub struct NewCity<'a> {
    /// Its name.
    pub name: &'a str,
    /// The country's ISO 3166 code.
    pub country_code: &'a str,
    /// The country's name, for a country that is not there.
    pub country_name: &'a str,
}

/// A venue that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeVenue {
    /// The venue.
    pub venue_id: VenueId,
    /// Part of its page's address.
    pub slug: String,
}

/// Why a venue was not made.
#[derive(Debug, Error)]
pub enum VenueError {
    /// The city has a venue of this name.
    #[error("there is a venue of this name in this city already: {slug}")]
    Exists {
        /// The slug of that venue.
        slug: String,
    },
    /// The database refused.
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

/// Makes a venue with its whole plan, in one transaction.
///
/// # Errors
/// The city has a venue of this name, or the database does not answer.
pub async fn insert_venue(pool: &PgPool, venue: &NewVenue<'_>) -> Result<MadeVenue, VenueError> {
    let mut transaction = pool.begin().await?;
    let made = insert_venue_in(&mut transaction, venue).await?;
    transaction.commit().await?;
    Ok(made)
}

/// Makes a venue with its whole plan, within a transaction.
///
/// # Errors
/// The city has a venue of this name, or the database does not answer.
pub async fn insert_venue_in(
    connection: &mut PgConnection,
    venue: &NewVenue<'_>,
) -> Result<MadeVenue, VenueError> {
    let city_id = ensure_city(connection, &venue.city).await?;
    if let Some(slug) = venue_of_name(&mut *connection, city_id, venue.name).await? {
        return Err(VenueError::Exists { slug });
    }
    let base = slug::of(venue.name);
    let slug = slug::free(&base, &venue_slugs(&mut *connection, &base).await?);
    let venue_id = VenueId(Uuid::now_v7());
    let focus = venue.plan.focus;
    sqlx::query!(
        "insert into venue (venue_id, city_id, name, slug, address, time_zone, focus_x, focus_y)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        venue_id.0,
        city_id.0,
        venue.name,
        slug,
        venue.address,
        venue.time_zone,
        focus.x,
        focus.y,
    )
    .execute(&mut *connection)
    .await?;
    plan_writing::insert_plan(connection, venue_id, venue.plan).await?;
    Ok(MadeVenue { venue_id, slug })
}

/// The venue of a slug.
///
/// # Errors
/// The database does not answer.
pub async fn venue_id(
    connection: impl PgExecutor<'_>,
    slug: &str,
) -> Result<Option<VenueId>, sqlx::Error> {
    let venue_id = sqlx::query_scalar!("select venue_id from venue where slug = $1", slug)
        .fetch_optional(connection)
        .await?;
    Ok(venue_id.map(VenueId))
}

async fn ensure_city(
    connection: &mut PgConnection,
    city: &NewCity<'_>,
) -> Result<CityId, sqlx::Error> {
    sqlx::query!(
        "insert into country (country_code, name) values ($1, $2) on conflict do nothing",
        city.country_code,
        city.country_name,
    )
    .execute(&mut *connection)
    .await?;
    let found = sqlx::query_scalar!(
        "select city_id from city where country_code = $1 and lower(name) = lower($2)
         order by city_id limit 1",
        city.country_code,
        city.name,
    )
    .fetch_optional(&mut *connection)
    .await?;
    match found {
        Some(city_id) => Ok(CityId(city_id)),
        None => insert_city(connection, city).await,
    }
}

async fn insert_city(
    connection: &mut PgConnection,
    city: &NewCity<'_>,
) -> Result<CityId, sqlx::Error> {
    let base = slug::of(city.name);
    let taken = sqlx::query_scalar!("select slug from city where starts_with(slug, $1)", base)
        .fetch_all(&mut *connection)
        .await?;
    let city_id = Uuid::now_v7();
    sqlx::query!(
        "insert into city (city_id, country_code, name, slug) values ($1, $2, $3, $4)",
        city_id,
        city.country_code,
        city.name,
        slug::free(&base, &taken),
    )
    .execute(connection)
    .await?;
    Ok(CityId(city_id))
}

async fn venue_of_name(
    connection: impl PgExecutor<'_>,
    city_id: CityId,
    name: &str,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select slug from venue where city_id = $1 and lower(name) = lower($2)
         order by venue_id limit 1",
        city_id.0,
        name,
    )
    .fetch_optional(connection)
    .await
}

async fn venue_slugs(
    connection: impl PgExecutor<'_>,
    base: &str,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!("select slug from venue where starts_with(slug, $1)", base)
        .fetch_all(connection)
        .await
}
