//! A venue's plan: its sections with their seats, and what is drawn around them.

use domain::manifest::{Placement, Point, SectionKind, Shape};
use domain::{Money, SectionId, VenueId};
use serde::{Deserialize, Serialize};

use crate::columns::undecodable;

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

/// The word for a shape in the database.
pub(super) fn shape_word(shape: Shape) -> &'static str {
    match shape {
        Shape::Ellipse => "ellipse",
        Shape::Rectangle => "rectangle",
        Shape::RoundedRectangle => "rounded_rectangle",
    }
}

/// The shape of a word in the database.
pub(super) fn shape_of(word: &str) -> Result<Shape, sqlx::Error> {
    let shapes = [Shape::Ellipse, Shape::Rectangle, Shape::RoundedRectangle];
    shapes
        .into_iter()
        .find(|shape| shape_word(*shape) == word)
        .ok_or_else(|| undecodable(&format!("{word:?} is no shape")))
}
