//! What was read, told to whoever brought the file.

use std::collections::HashMap;
use std::fmt;

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
    warnings.extend(overlap_warning(rows().flat_map(|row| &row.seats)));
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

fn section_line(section: &PlanSection) -> (String, usize) {
    (section.name.clone(), section.seats.len())
}

fn focus_warning(by: FocusRule) -> Option<String> {
    match by {
        FocusRule::NamedStage => None,
        FocusRule::OnlyArea => {
            Some("no area is called a stage: the only area is taken for it".to_owned())
        }
        FocusRule::UpperEdge => {
            Some("no area is called a stage: people are taken to look upwards".to_owned())
        }
    }
}

/// Floors drawn on top of each other are common, and hard to click.
fn overlap_warning<'a>(seats: impl Iterator<Item = &'a Seat>) -> Option<String> {
    let mut uncovered = Uncovered::default();
    let covered: Vec<_> = seats
        .filter_map(|seat| uncovered.add(seat).map(|under| (seat.place, under)))
        .collect();
    let (over, under) = covered.first()?;
    let count = covered.len();
    Some(format!(
        "{count} seats are drawn on top of others, as {over} on {under}"
    ))
}

/// Seats that lie on no other, by the cell they stand in.
#[derive(Default)]
struct Uncovered<'a> {
    cells: HashMap<(i32, i32), Vec<&'a Seat>>,
}

impl<'a> Uncovered<'a> {
    /// Takes a seat, unless its middle lies on one that is there: then it says which.
    fn add(&mut self, seat: &'a Seat) -> Option<SeatPlace> {
        let (column, line) = cell(seat);
        let cells =
            (column - 1..=column + 1).flat_map(|x| (line - 1..=line + 1).map(move |y| (x, y)));
        let mut near = cells.filter_map(|cell| self.cells.get(&cell)).flatten();
        let under = near
            .find(|other| is_on(seat, other))
            .map(|other| other.place);
        if under.is_none() {
            self.cells.entry((column, line)).or_default().push(seat);
        }
        under
    }
}

fn is_on(seat: &Seat, under: &Seat) -> bool {
    let radius = i64::from(under.diameter / 2);
    distance_squared(seat.position, under.position) < radius * radius
}

/// Cells of 20 units, the size of pretix's seats: of larger ones only those close by are looked at.
fn cell(seat: &Seat) -> (i32, i32) {
    (
        seat.position.x.div_euclid(2_000),
        seat.position.y.div_euclid(2_000),
    )
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
