//! What was read, told to whoever brought the file.

use std::collections::HashMap;
use std::fmt;

use store::places::{Plan, PlanSection};

use super::drawing::FocusRule;
use super::pretix::{PretixPlan, Seat};

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
    let mut cells: HashMap<(i32, i32), &Seat> = HashMap::new();
    let mut covered = 0_usize;
    let mut example = None;
    for seat in seats {
        let width = seat.diameter.max(1);
        let cell = (
            seat.position.x.div_euclid(width),
            seat.position.y.div_euclid(width),
        );
        match cells.get(&cell) {
            Some(under) => {
                covered += 1;
                example.get_or_insert((seat.place, under.place));
            }
            None => {
                cells.insert(cell, seat);
            }
        }
    }
    let (over, under) = example?;
    Some(format!(
        "about {covered} seats are drawn on top of others, as {over} on {under}"
    ))
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "read: {} zones, {} rows, {} seats, {} areas",
            self.zones, self.rows, self.seats, self.areas
        )?;
        for (name, seats) in &self.seats_by_category {
            writeln!(formatter, "category {name}: {seats} seats")?;
        }
        for (name, seats) in &self.sections {
            writeln!(formatter, "section {name}: {seats} seats")?;
        }
        for warning in &self.warnings {
            writeln!(formatter, "note: {warning}")?;
        }
        Ok(())
    }
}
