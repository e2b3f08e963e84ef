//! Countries, cities, venues, and the plans that sessions are published from.
//!
//! A plan's seats are stored row by row and along each row, so that their ordinal is their order.

use domain::manifest::{Placement, Point, SectionKind, Shape};
use domain::{CityId, Currency, Money, SectionId, VenueId};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor, PgPool};
use thiserror::Error;
use uuid::Uuid;

use crate::catalogue::{count, currency_of, undecodable};
use crate::slug;

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

/// A venue's places, and what is drawn around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// In the order in which they are shown.
    pub sections: Vec<PlanSection>,
    /// What sells nothing: the stage, stairs, words.
    pub areas: Vec<Drawing>,
    /// What people look at.
    pub focus: Point,
}

/// A section of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSection {
    /// Unique in its venue.
    pub name: String,
    /// What it sells.
    pub kind: SectionKind,
    /// What a place costs where a session says nothing else.
    pub starting_price: Money,
    /// Its drawing.
    pub placement: Placement,
    /// Row by row, along each row.
    pub seats: Vec<PlanSeat>,
}

/// A seat of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSeat {
    /// Its name in the file it came from; unique in its section.
    pub guid: String,
    /// The row's label.
    pub row: String,
    /// The seat's label within its row.
    pub number: String,
    /// Its drawing.
    pub placement: Placement,
    /// A wheelchair place or otherwise accessible.
    pub accessible: bool,
    /// Out of use.
    pub disabled: bool,
}

/// Something drawn that sells nothing. Lengths in hundredths of a plan unit, as for seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Drawing {
    /// What is drawn.
    pub outline: Outline,
    /// Its fill, as `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// Its border, as `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub border_color: Option<String>,
    /// What is written on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
}

/// The outline of a drawing; all points are the plan's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outline {
    /// A rectangle or an ellipse.
    Figure(Placement),
    /// A closed line.
    Polygon {
        /// Its corners in order.
        points: Vec<Point>,
    },
    /// Nothing but its label.
    None,
}

/// Words on a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Label {
    /// The words.
    pub text: String,
    /// Their middle.
    pub position: Point,
    /// The letters' height.
    pub size: i32,
    /// As `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
}

/// A venue's plan as it is stored, in the order of its sections and seats.
#[derive(Debug, Clone)]
pub struct StoredPlan {
    /// The venue.
    pub venue_id: VenueId,
    /// What people look at.
    pub focus: Point,
    /// The sections.
    pub sections: Vec<StoredSection>,
}

/// A section with its id.
#[derive(Debug, Clone)]
pub struct StoredSection {
    /// The section.
    pub section_id: SectionId,
    /// What it is.
    pub section: PlanSection,
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
    insert_plan(connection, venue_id, venue.plan).await?;
    Ok(MadeVenue { venue_id, slug })
}

/// The plan of a venue, kept from being changed until the transaction ends.
///
/// # Errors
/// The database does not answer.
pub async fn plan_for_share(
    connection: &mut PgConnection,
    venue_slug: &str,
) -> Result<Option<StoredPlan>, sqlx::Error> {
    // Who changes a plan locks its venue; so sections and seats are read as of one instant.
    let venue = sqlx::query!(
        "select venue_id, focus_x, focus_y from venue where slug = $1 for share",
        venue_slug,
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(venue) = venue else { return Ok(None) };
    let venue_id = VenueId(venue.venue_id);
    let mut sections = sections(&mut *connection, venue_id).await?;
    fill_seats(connection, venue_id, &mut sections).await?;
    let focus = Point {
        x: venue.focus_x,
        y: venue.focus_y,
    };
    Ok(Some(StoredPlan {
        venue_id,
        focus,
        sections,
    }))
}

/// What is drawn around a venue's places.
///
/// # Errors
/// The database does not answer.
pub async fn areas(
    connection: impl PgExecutor<'_>,
    venue_id: VenueId,
) -> Result<Vec<Drawing>, sqlx::Error> {
    let drawings = sqlx::query_scalar!(
        r#"select drawing as "drawing: Json<Drawing>" from venue_area
           where venue_id = $1 order by ordinal"#,
        venue_id.0,
    )
    .fetch_all(connection)
    .await?;
    Ok(drawings.into_iter().map(|Json(drawing)| drawing).collect())
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

async fn insert_plan(
    connection: &mut PgConnection,
    venue_id: VenueId,
    plan: &Plan,
) -> Result<(), sqlx::Error> {
    let section_ids: Vec<Uuid> = plan.sections.iter().map(|_| Uuid::now_v7()).collect();
    insert_sections(&mut *connection, venue_id, &section_ids, &plan.sections).await?;
    insert_seats(&mut *connection, &section_ids, &plan.sections).await?;
    insert_areas(connection, venue_id, &plan.areas).await
}

async fn insert_sections(
    connection: impl PgExecutor<'_>,
    venue_id: VenueId,
    section_ids: &[Uuid],
    sections: &[PlanSection],
) -> Result<(), sqlx::Error> {
    let names: Vec<String> = sections
        .iter()
        .map(|section| section.name.clone())
        .collect();
    let kinds: Vec<String> = sections
        .iter()
        .map(|section| kind_word(section.kind).to_owned())
        .collect();
    let capacities: Vec<Option<i32>> = sections
        .iter()
        .map(|section| capacity(section.kind))
        .collect();
    let prices: Vec<i64> = sections
        .iter()
        .map(|section| section.starting_price.minor)
        .collect();
    let currencies: Vec<String> = sections
        .iter()
        .map(|section| section.starting_price.currency.code().to_owned())
        .collect();
    let placements = Placements::of(sections.iter().map(|section| &section.placement));
    sqlx::query!(
        "insert into section (section_id, venue_id, ordinal, name, kind, capacity, starting_price,
             currency, position_x, position_y, rotation, shape, size_x, size_y)
         select section_id, $1, ordinal - 1, name, kind, capacity, price,
             currency, x, y, rotation, shape, size_x, size_y
         from unnest($2::uuid[], $3::text[], $4::text[], $5::integer[], $6::bigint[], $7::text[],
             $8::integer[], $9::integer[], $10::integer[], $11::text[], $12::integer[], $13::integer[])
             with ordinality
             as given (section_id, name, kind, capacity, price, currency, x, y, rotation, shape,
                 size_x, size_y, ordinal)",
        venue_id.0,
        section_ids,
        &names,
        &kinds,
        &capacities as &[Option<i32>],
        &prices,
        &currencies,
        &placements.x,
        &placements.y,
        &placements.rotations,
        &placements.shapes,
        &placements.size_x,
        &placements.size_y,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_seats(
    connection: impl PgExecutor<'_>,
    section_ids: &[Uuid],
    sections: &[PlanSection],
) -> Result<(), sqlx::Error> {
    let placed = || section_ids.iter().zip(sections);
    let ids: Vec<Uuid> = placed()
        .flat_map(|(id, section)| section.seats.iter().map(|_| *id))
        .collect();
    let ordinals: Vec<i32> = sections
        .iter()
        .flat_map(|section| (0..).take(section.seats.len()))
        .collect();
    let seats = || sections.iter().flat_map(|section| &section.seats);
    let guids: Vec<String> = seats().map(|seat| seat.guid.clone()).collect();
    let rows: Vec<String> = seats().map(|seat| seat.row.clone()).collect();
    let numbers: Vec<String> = seats().map(|seat| seat.number.clone()).collect();
    let accessible: Vec<bool> = seats().map(|seat| seat.accessible).collect();
    let disabled: Vec<bool> = seats().map(|seat| seat.disabled).collect();
    let placements = Placements::of(seats().map(|seat| &seat.placement));
    sqlx::query!(
        "insert into seat (section_id, ordinal, guid, row_label, seat_number, position_x, position_y,
             rotation, shape, size_x, size_y, accessible, disabled)
         select * from unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[],
             $6::integer[], $7::integer[], $8::integer[], $9::text[], $10::integer[], $11::integer[],
             $12::boolean[], $13::boolean[])",
        &ids,
        &ordinals,
        &guids,
        &rows,
        &numbers,
        &placements.x,
        &placements.y,
        &placements.rotations,
        &placements.shapes,
        &placements.size_x,
        &placements.size_y,
        &accessible,
        &disabled,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_areas(
    connection: impl PgExecutor<'_>,
    venue_id: VenueId,
    areas: &[Drawing],
) -> Result<(), sqlx::Error> {
    let drawings: Vec<Json<&Drawing>> = areas.iter().map(Json).collect();
    sqlx::query!(
        "insert into venue_area (venue_id, ordinal, drawing)
         select $1, ordinal - 1, drawing
         from unnest($2::jsonb[]) with ordinality as given (drawing, ordinal)",
        venue_id.0,
        &drawings as &[Json<&Drawing>],
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn sections(
    connection: impl PgExecutor<'_>,
    venue_id: VenueId,
) -> Result<Vec<StoredSection>, sqlx::Error> {
    let rows = sqlx::query!(
        "select section_id, name, capacity, starting_price, currency, position_x, position_y,
             rotation, shape, size_x, size_y
         from section where venue_id = $1 order by ordinal",
        venue_id.0,
    )
    .fetch_all(connection)
    .await?;
    let stored = rows.into_iter().map(|row| {
        let currency: Currency = currency_of(&row.currency)?;
        let capacity = row.capacity.map(count).transpose()?;
        let section = PlanSection {
            name: row.name,
            kind: capacity.map_or(SectionKind::Seated, |capacity| SectionKind::Standing {
                capacity,
            }),
            starting_price: Money {
                minor: row.starting_price,
                currency,
            },
            placement: Placement {
                position_x: row.position_x,
                position_y: row.position_y,
                rotation: row.rotation,
                shape: shape_of(&row.shape)?,
                size_x: row.size_x,
                size_y: row.size_y,
            },
            seats: Vec::new(),
        };
        Ok(StoredSection {
            section_id: SectionId(row.section_id),
            section,
        })
    });
    stored.collect()
}

/// Reads the seats of all sections in their order, so that each goes to the section at hand.
async fn fill_seats(
    connection: impl PgExecutor<'_>,
    venue_id: VenueId,
    sections: &mut [StoredSection],
) -> Result<(), sqlx::Error> {
    let rows = sqlx::query!(
        "select section_id, guid, row_label, seat_number, seat.position_x, seat.position_y,
             seat.rotation, seat.shape, seat.size_x, seat.size_y, accessible, disabled
         from seat join section using (section_id)
         where section.venue_id = $1
         order by section.ordinal, seat.ordinal",
        venue_id.0,
    )
    .fetch_all(connection)
    .await?;
    let mut at = 0;
    for row in rows {
        while sections[at].section_id.0 != row.section_id {
            at += 1;
        }
        sections[at].section.seats.push(PlanSeat {
            guid: row.guid,
            row: row.row_label,
            number: row.seat_number,
            placement: Placement {
                position_x: row.position_x,
                position_y: row.position_y,
                rotation: row.rotation,
                shape: shape_of(&row.shape)?,
                size_x: row.size_x,
                size_y: row.size_y,
            },
            accessible: row.accessible,
            disabled: row.disabled,
        });
    }
    Ok(())
}

/// Placements as columns.
struct Placements {
    x: Vec<i32>,
    y: Vec<i32>,
    rotations: Vec<i32>,
    shapes: Vec<String>,
    size_x: Vec<i32>,
    size_y: Vec<i32>,
}

impl Placements {
    fn of<'a>(placements: impl Iterator<Item = &'a Placement> + Clone) -> Self {
        Self {
            x: placements
                .clone()
                .map(|placement| placement.position_x)
                .collect(),
            y: placements
                .clone()
                .map(|placement| placement.position_y)
                .collect(),
            rotations: placements
                .clone()
                .map(|placement| placement.rotation)
                .collect(),
            shapes: placements
                .clone()
                .map(|placement| shape_word(placement.shape).to_owned())
                .collect(),
            size_x: placements
                .clone()
                .map(|placement| placement.size_x)
                .collect(),
            size_y: placements.map(|placement| placement.size_y).collect(),
        }
    }
}

fn kind_word(kind: SectionKind) -> &'static str {
    match kind {
        SectionKind::Seated => "seated",
        SectionKind::Standing { .. } => "standing",
    }
}

fn capacity(kind: SectionKind) -> Option<i32> {
    match kind {
        SectionKind::Seated => None,
        // More people than Postgres can count stand nowhere.
        SectionKind::Standing { capacity } => Some(i32::try_from(capacity).unwrap_or(i32::MAX)),
    }
}

fn shape_word(shape: Shape) -> &'static str {
    match shape {
        Shape::Ellipse => "ellipse",
        Shape::Rectangle => "rectangle",
        Shape::RoundedRectangle => "rounded_rectangle",
    }
}

fn shape_of(word: &str) -> Result<Shape, sqlx::Error> {
    let shapes = [Shape::Ellipse, Shape::Rectangle, Shape::RoundedRectangle];
    shapes
        .into_iter()
        .find(|shape| shape_word(*shape) == word)
        .ok_or_else(|| undecodable(&format!("{word:?} is no shape")))
}
