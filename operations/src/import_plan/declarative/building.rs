//! From blocks to the plan that is stored, and what is told of it.

use domain::Money;
use domain::manifest::{Placement, Point, SectionKind, Shape};
use store::places::{Plan, PlanSeat, PlanSection};

use super::{Block, DeclarativePlan, Places, Row, Seat};
use crate::import_plan::drawing::{self, FocusRule};
use crate::import_plan::geometry::around;
use crate::import_plan::report::{self, Lying, Report};

/// A seat's width and depth, in hundredths of a unit.
const SEAT_SIZE: i32 = 2_000;

/// The plan, and by which rule its focus was found. `prices` are by category.
pub(in crate::import_plan) fn plan(
    read: &DeclarativePlan,
    prices: &[Option<Money>],
) -> Option<(Plan, FocusRule)> {
    let sections = read
        .blocks
        .iter()
        .filter_map(|block| section(block, *prices.get(block.category)?));
    let sections: Vec<PlanSection> = sections.collect();
    let all = around(sections.iter().map(|section| &section.placement))?;
    let (focus, by) = focus(read, &all);
    let plan = Plan {
        sections,
        areas: read.stages.clone(),
        focus,
    };
    Some((plan, by))
}

/// What was read.
pub(in crate::import_plan) fn report(read: &DeclarativePlan, plan: &Plan, by: FocusRule) -> Report {
    let rows = || {
        read.blocks
            .iter()
            .filter_map(|block| match &block.places {
                Places::Seats(rows) => Some((block, rows)),
                Places::Standing { .. } => None,
            })
            .flat_map(|(block, rows)| rows.iter().map(move |row| (block, row)))
    };
    let lying =
        rows().flat_map(|(block, row)| row.seats.iter().map(move |seat| lying(block, row, seat)));
    let counts = read.places_by_category();
    let mut warnings: Vec<String> = report::focus_warning(by).into_iter().collect();
    warnings.extend(report::overlap_warning(lying));
    Report {
        zones: read.blocks.len(),
        rows: rows().count(),
        seats: rows().map(|(_, row)| row.seats.len()).sum(),
        areas: plan.areas.len(),
        sections: read
            .blocks
            .iter()
            .map(|block| (block.name.clone(), block.places.count()))
            .collect(),
        seats_by_category: read.categories.iter().cloned().zip(counts).collect(),
        warnings,
    }
}

fn focus(read: &DeclarativePlan, all: &Placement) -> (Point, FocusRule) {
    let (focus, by) = drawing::focus(&read.stages, all);
    match (by, read.heart) {
        (FocusRule::UpperEdge, Some(heart)) => (heart, FocusRule::RowsCurve),
        _ => (focus, by),
    }
}

fn section(block: &Block, price: Option<Money>) -> Option<PlanSection> {
    let (kind, placement, seats) = match &block.places {
        Places::Seats(rows) => {
            let seats: Vec<PlanSeat> = rows
                .iter()
                .flat_map(|row| row.seats.iter().map(|seat| plan_seat(row, seat)))
                .collect();
            let placement = around(seats.iter().map(|seat| &seat.placement))?;
            (SectionKind::Seated, placement, seats)
        }
        Places::Standing {
            capacity,
            placement,
        } => (
            SectionKind::Standing {
                capacity: *capacity,
            },
            *placement,
            Vec::new(),
        ),
    };
    Some(PlanSection {
        name: block.name.clone(),
        kind,
        starting_price: price?,
        placement,
        seats,
    })
}

fn plan_seat(row: &Row, seat: &Seat) -> PlanSeat {
    PlanSeat {
        guid: format!("{}-{}", row.label, seat.number),
        row: row.label.clone(),
        number: seat.number.clone(),
        placement: Placement {
            position_x: seat.position.x,
            position_y: seat.position.y,
            rotation: seat.rotation,
            shape: Shape::RoundedRectangle,
            size_x: SEAT_SIZE,
            size_y: SEAT_SIZE,
        },
        accessible: seat.accessible,
        disabled: false,
    }
}

fn lying<'a>(block: &'a Block, row: &'a Row, seat: &'a Seat) -> Lying<String> {
    Lying {
        position: seat.position,
        diameter: SEAT_SIZE,
        place: format!("{} {} {}", block.name, row.label, seat.number),
    }
}
