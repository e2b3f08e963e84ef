//! Reading a plan.

use domain::manifest::{Placement, Point, SectionKind};
use domain::{Currency, Money, SectionId, VenueId};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

use super::plan::{Drawing, PlanSeat, PlanSection, StoredPlan, StoredSection, shape_of};
use crate::columns::{count, currency_of};

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
