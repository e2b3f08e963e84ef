//! Sections out of zones: one for each category that has seats in a zone.

use std::collections::{HashMap, HashSet};

use domain::Money;
use domain::manifest::{Placement, Point, SectionKind, Shape};
use store::places::{PlanSeat, PlanSection};

use super::blocks;
use super::faults::Faults;
use super::geometry::around;
use super::pretix::{PretixPlan, Row, Seat, Zone};

/// The sections of a plan, and how rows were named where that needs saying.
pub(super) struct Sections {
    pub sections: Vec<PlanSection>,
    pub warnings: Vec<String>,
}

/// Part of a row: its seats of one category.
struct Piece<'a> {
    row: &'a Row,
    block: usize,
    seats: Vec<&'a Seat>,
}

/// Makes the sections. `prices` are by category; one without a price has no seats.
pub(super) fn of_plan(
    plan: &PretixPlan,
    prices: &[Option<Money>],
    faults: &mut Faults,
) -> Sections {
    let mut made = Sections {
        sections: Vec::new(),
        warnings: Vec::new(),
    };
    for (index, zone) in plan.zones.iter().enumerate() {
        let Some(blocks) = blocks::of_rows(zone) else {
            let most = blocks::BLOCKS_MAX;
            faults.add(
                format!("zones[{index}]"),
                format!("more than {most} rows read the same"),
            );
            continue;
        };
        for (category, name) in plan.categories.iter().enumerate() {
            let Some(price) = prices[category] else {
                continue;
            };
            let pieces = pieces(zone, &blocks, category);
            if !pieces.is_empty() {
                made.add(format!("{}, {name}", zone.name), price, &pieces);
            }
        }
    }
    made
}

impl Sections {
    fn add(&mut self, name: String, price: Money, pieces: &[Piece<'_>]) {
        let by_block = read_the_same(pieces);
        if by_block {
            let blocks: HashSet<usize> = pieces.iter().map(|piece| piece.block).collect();
            let (count, example) = (blocks.len(), label(&pieces[0], by_block));
            self.warnings.push(format!(
                "{name}: rows of {count} blocks have the same names, so they are told apart by block: {example:?}"
            ));
        }
        let seats = seats(pieces, by_block);
        let placement = around(seats.iter().map(|seat| &seat.placement));
        self.sections.push(PlanSection {
            name,
            kind: SectionKind::Seated,
            starting_price: price,
            placement: placement.expect("a section has seats"),
            seats,
        });
    }
}

fn pieces<'a>(zone: &'a Zone, blocks: &[usize], category: usize) -> Vec<Piece<'a>> {
    let rows = zone.rows.iter().zip(blocks);
    let pieces = rows.map(|(row, block)| Piece {
        row,
        block: *block,
        seats: row
            .seats
            .iter()
            .filter(|seat| seat.category == category)
            .collect(),
    });
    pieces.filter(|piece| !piece.seats.is_empty()).collect()
}

/// Whether two tickets would read the same if rows had no more than their name.
fn read_the_same(pieces: &[Piece<'_>]) -> bool {
    let mut seen = HashSet::new();
    let mut labels = pieces.iter().flat_map(|piece| {
        piece
            .seats
            .iter()
            .map(|seat| (&piece.row.label, &seat.number))
    });
    !labels.all(|label| seen.insert(label))
}

fn label(piece: &Piece<'_>, by_block: bool) -> String {
    if by_block {
        format!("{} (block {})", piece.row.label, piece.block + 1)
    } else {
        piece.row.label.clone()
    }
}

/// Row by row in the order in which their names first come, and along each row.
fn seats(pieces: &[Piece<'_>], by_block: bool) -> Vec<PlanSeat> {
    let mut order: Vec<String> = Vec::new();
    let mut rows: HashMap<String, Vec<&Piece<'_>>> = HashMap::new();
    for piece in pieces {
        let label = label(piece, by_block);
        let row = rows.entry(label.clone()).or_default();
        if row.is_empty() {
            order.push(label);
        }
        row.push(piece);
    }
    order
        .into_iter()
        .flat_map(|label| row_seats(&rows[&label], &label))
        .collect()
}

fn row_seats(pieces: &[&Piece<'_>], label: &str) -> Vec<PlanSeat> {
    let mut seats: Vec<&Seat> = pieces
        .iter()
        .flat_map(|piece| &piece.seats)
        .copied()
        .collect();
    // One piece stands in the file as it stands in the hall; several may come in any order.
    if pieces.len() > 1 {
        sort_along(&mut seats);
    }
    seats
        .into_iter()
        .map(|seat| plan_seat(seat, label))
        .collect()
}

/// Sorts seats by their place on the line from the first to the one farthest from it.
fn sort_along(seats: &mut [&Seat]) {
    let from_first = |seat: &Seat, first: Point| {
        (
            i64::from(seat.position.x) - i64::from(first.x),
            i64::from(seat.position.y) - i64::from(first.y),
        )
    };
    let Some(first) = seats.first().map(|seat| seat.position) else {
        return;
    };
    let directions = seats.iter().map(|seat| from_first(seat, first));
    let Some((x, y)) = directions.max_by_key(|(x, y)| x * x + y * y) else {
        return;
    };
    seats.sort_by_key(|seat| {
        let (along_x, along_y) = from_first(seat, first);
        along_x * x + along_y * y
    });
}

fn plan_seat(seat: &Seat, label: &str) -> PlanSeat {
    PlanSeat {
        guid: seat.guid.clone(),
        row: label.to_owned(),
        number: seat.number.clone(),
        placement: Placement {
            position_x: seat.position.x,
            position_y: seat.position.y,
            rotation: 0,
            shape: Shape::Ellipse,
            size_x: seat.diameter,
            size_y: seat.diameter,
        },
        // The format has no word for either.
        accessible: false,
        disabled: false,
    }
}
