//! Writing a plan, a statement for each kind of row.

use domain::VenueId;
use domain::manifest::{Placement, SectionKind};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use super::plan::{Drawing, Plan, PlanSection, shape_word};

/// Writes all of a new venue's plan.
pub(super) async fn insert_plan(
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
