//! The declarative form of a plan: sections as grids, arcs and general admission, a few numbers each.
//!
//! As published, a section has `name`, `type`, `position`, and by its type `rows`, `seatsPerRow`, `radius`, `arcDegrees`,
//! `rowSpacing`, `numbering`, or `shape`, `width`, `height`. A grid's position is its upper left corner, as
//! a general-admission rectangle's is; an arc's is the middle of its first row, whose centre lies `radius`
//! below, and later rows stand farther out. `toLeft` counts from the right. Fields that are not known here are passed over.
//!
//! Beyond what is published, all of it optional: `rotation` (degrees clockwise around the position), `seatSpacing`,
//! `seatsPerRow` as a list with a number for each row, `category` (what a price goes by, instead of the name),
//! `capacity` of general admission, `accessible` seats, and the type `stage`, which is drawn and sells nothing.

mod building;
mod numbering;
mod reading;
mod shaping;
#[cfg(test)]
mod tests;

use domain::manifest::{Placement, Point};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::places::Drawing;

use super::faults::Faults;

pub(super) use building::{plan, report};
pub(super) use reading::read;

/// A plan as its file has it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a seating plan")]
pub(crate) struct Document {
    pub sections: Vec<SectionSpec>,
}

/// A section as its file has it. Which fields count, its type decides.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, expecting = "a section")]
pub(crate) struct SectionSpec {
    pub name: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub category: Option<String>,
    pub position: Option<PositionSpec>,
    pub rotation: Option<f64>,
    pub rows: Option<u32>,
    pub seats_per_row: Option<SeatsPerRow>,
    pub row_spacing: Option<f64>,
    pub seat_spacing: Option<f64>,
    pub radius: Option<f64>,
    pub arc_degrees: Option<f64>,
    pub numbering: NumberingSpec,
    pub accessible: Vec<AccessibleSpec>,
    pub shape: Option<String>,
    pub width: Option<f64>,
    pub height: Option<f64>,
    pub capacity: Option<u32>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(expecting = "a position")]
pub(crate) struct PositionSpec {
    pub x: f64,
    pub y: f64,
}

/// The same number for all rows, or one for each.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a number of seats, or a list of one for each row"
)]
pub(crate) enum SeatsPerRow {
    Same(u32),
    Each(Vec<u32>),
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, expecting = "a numbering")]
pub(crate) struct NumberingSpec {
    pub rows: SequenceSpec,
    pub seats: SequenceSpec,
}

/// How labels follow each other.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, expecting = "a sequence of labels")]
pub(crate) struct SequenceSpec {
    /// `arabic`, `roman` or `alpha`; what `from` looks like, if not given.
    pub format: Option<String>,
    /// The first label.
    pub from: Option<String>,
    /// `toRight` or `toLeft`.
    pub direction: Option<String>,
}

/// Accessible seats of a row, by their labels.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(expecting = "accessible seats")]
pub(crate) struct AccessibleSpec {
    pub row: String,
    pub seats: Vec<String>,
}

/// A plan without faults.
#[derive(Debug)]
pub(super) struct DeclarativePlan {
    /// What prices go by, in the file's order.
    pub categories: Vec<String>,
    pub blocks: Vec<Block>,
    pub stages: Vec<Drawing>,
    /// The middle of what the rows curve around, where any do.
    pub heart: Option<Point>,
}

/// A section that sells places.
#[derive(Debug)]
pub(super) struct Block {
    /// Unique.
    pub name: String,
    /// Its place in the plan's categories.
    pub category: usize,
    pub places: Places,
}

#[derive(Debug)]
pub(super) enum Places {
    Seats(Vec<Row>),
    Standing { capacity: u32, placement: Placement },
}

#[derive(Debug)]
pub(super) struct Row {
    pub label: String,
    /// From left to right.
    pub seats: Vec<Seat>,
}

#[derive(Debug)]
pub(super) struct Seat {
    pub number: String,
    pub position: Point,
    /// In hundredths of a degree.
    pub rotation: i32,
    pub accessible: bool,
}

impl Document {
    /// As a file has it: without the fields that say nothing.
    pub(crate) fn to_json(&self) -> String {
        let mut value = serde_json::to_value(self).expect("a document is plain data");
        prune(&mut value);
        value.to_string()
    }
}

impl DeclarativePlan {
    /// How many places each category has.
    pub(super) fn places_by_category(&self) -> Vec<usize> {
        let mut counts = vec![0; self.categories.len()];
        for block in &self.blocks {
            if let Some(count) = counts.get_mut(block.category) {
                *count += block.places.count();
            }
        }
        counts
    }
}

impl Places {
    fn count(&self) -> usize {
        match self {
            Self::Seats(rows) => rows.iter().map(|row| row.seats.len()).sum(),
            Self::Standing { capacity, .. } => usize::try_from(*capacity).unwrap_or(usize::MAX),
        }
    }
}

/// Takes out what is absent or empty.
fn prune(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(prune);
            fields.retain(|_, field| !is_empty(field));
        }
        Value::Array(items) => items.iter_mut().for_each(prune),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
