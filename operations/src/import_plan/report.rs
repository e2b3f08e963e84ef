//! What was read, told to whoever brought the file.

use std::collections::HashMap;
use std::fmt;

use domain::manifest::Point;
use store::places::{Plan, PlanSection};

use super::drawing::FocusRule;
use super::geometry::distance_squared;
use super::pretix::{PretixPlan, Seat, SeatPlace};

/// What was read from a plan's file. `Display` gives lines for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many zones it has.
    pub zones: usize,
    /// How many rows with seats.
    pub rows: usize,
    /// How many seats.
    pub seats: usize,
    /// How many drawn areas.
    pub areas: usize,
    /// The sections made of it, with their number of seats.
    pub sections: Vec<(String, usize)>,
    /// The categories that have seats, with their number, in the file's order.
    pub seats_by_category: Vec<(String, usize)>,
    /// What was accepted and should be known.
    pub warnings: Vec<String>,
}

pub(super) fn of(read: &PretixPlan, plan: &Plan, by: FocusRule) -> Report {
    let rows = || read.zones.iter().flat_map(|zone| &zone.rows);
    let counts = seats_by_category(read);
    let named = read.categories.iter().cloned().zip(counts.iter().copied());
    let empty = named.clone().filter(|(_, count)| *count == 0);
    let mut warnings: Vec<String> = empty
        .map(|(name, _)| format!("the category {name:?} has no seats"))
        .collect();
    warnings.extend(focus_warning(by));
    warnings.extend(overlap_warning(
        rows().flat_map(|row| &row.seats).map(lying),
    ));
    Report {
        zones: read.zones.len(),
        rows: rows().count(),
        seats: counts.iter().sum(),
        areas: plan.areas.len(),
        sections: plan.sections.iter().map(section_line).collect(),
        seats_by_category: named.filter(|(_, count)| *count > 0).collect(),
        warnings,
    }
}

/// How many seats each category has.
pub(super) fn seats_by_category(plan: &PretixPlan) -> Vec<usize> {
    let mut counts = vec![0; plan.categories.len()];
    let rows = plan.zones.iter().flat_map(|zone| &zone.rows);
    for seat in rows.flat_map(|row| &row.seats) {
        if let Some(count) = counts.get_mut(seat.category) {
            *count += 1;
        }
    }
    counts
}

fn lying(seat: &Seat) -> Lying<SeatPlace> {
    Lying {
        position: seat.position,
        diameter: seat.diameter,
        place: seat.place,
    }
}

fn section_line(section: &PlanSection) -> (String, usize) {
    (section.name.clone(), section.seats.len())
}

pub(super) fn focus_warning(by: FocusRule) -> Option<String> {
    match by {
        FocusRule::NamedStage => None,
        FocusRule::OnlyArea => {
            Some("no area is called a stage: the only area is taken for it".to_owned())
        }
        FocusRule::RowsCurve => Some(
            "no stage is drawn: people are taken to look at what the rows curve around".to_owned(),
        ),
        FocusRule::UpperEdge => {
            Some("no area is called a stage: people are taken to look upwards".to_owned())
        }
    }
}

/// Something that lies on the plan, and what it is called.
pub(super) struct Lying<P> {
    pub position: Point,
    /// In hundredths of a unit.
    pub diameter: i32,
    pub place: P,
}

/// Floors drawn on top of each other are common, and hard to click.
pub(super) fn overlap_warning<P: Clone + fmt::Display>(
    seats: impl Iterator<Item = Lying<P>>,
) -> Option<String> {
    let mut uncovered = Uncovered {
        cells: HashMap::new(),
    };
    let mut first: Option<(P, P)> = None;
    let mut count = 0_usize;
    for seat in seats {
        let over = seat.place.clone();
        if let Some(under) = uncovered.add(seat) {
            count += 1;
            first.get_or_insert((over, under));
        }
    }
    let (over, under) = first?;
    Some(format!(
        "{count} seats are drawn on top of others, as {over} on {under}"
    ))
}

/// Seats that lie on no other, by the cell they stand in.
struct Uncovered<P> {
    cells: HashMap<(i32, i32), Vec<Lying<P>>>,
}

impl<P: Clone> Uncovered<P> {
    /// Takes a seat, unless its middle lies on one that is there: then it says which.
    fn add(&mut self, seat: Lying<P>) -> Option<P> {
        let (column, line) = cell(seat.position);
        let cells =
            (column - 1..=column + 1).flat_map(|x| (line - 1..=line + 1).map(move |y| (x, y)));
        let mut near = cells.filter_map(|cell| self.cells.get(&cell)).flatten();
        let under = near
            .find(|other| is_on(&seat, other))
            .map(|other| other.place.clone());
        if under.is_none() {
            self.cells.entry((column, line)).or_default().push(seat);
        }
        under
    }
}

fn is_on<P>(seat: &Lying<P>, under: &Lying<P>) -> bool {
    let radius = i64::from(under.diameter / 2);
    distance_squared(seat.position, under.position) < radius * radius
}

/// Cells of 20 units, the size of pretix's seats: of larger ones only those close by are looked at.
fn cell(position: Point) -> (i32, i32) {
    (position.x.div_euclid(2_000), position.y.div_euclid(2_000))
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "read: {} zones, {} rows, {} seats, {} areas",
            self.zones, self.rows, self.seats, self.areas
        )?;
        for (name, seats) in &self.seats_by_category {
            write!(formatter, "\ncategory {name}: {seats} seats")?;
        }
        for (name, seats) in &self.sections {
            write!(formatter, "\nsection {name}: {seats} seats")?;
        }
        for warning in &self.warnings {
            write!(formatter, "\nnote: {warning}")?;
        }
        Ok(())
    }
}
