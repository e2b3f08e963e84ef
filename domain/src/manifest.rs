//! All sellable places of a session, frozen from the venue's plan when the session is published.
//!
//! Sections and seats keep the geometry the plan gave them, in hundredths of a plan unit (and of a
//! degree), so that no rule here needs a float. Positions are absolute in the plan, not relative
//! to the section. Seats of one section are consecutive; an index never changes its meaning.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ids::SectionId;
use crate::rows::Rows;

/// A seat's place in the manifest, 0-based and dense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeatIndex(pub u32);

impl SeatIndex {
    /// The same as a position in a slice.
    #[must_use]
    pub fn position(self) -> usize {
        usize::try_from(self.0).expect("a seat index fits the address space")
    }
}

/// A section's place in the manifest, 0-based and dense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SectionIndex(pub u16);

impl SectionIndex {
    /// The same as a position in a slice.
    #[must_use]
    pub fn position(self) -> usize {
        usize::from(self.0)
    }
}

/// The drawn outline of a section or seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A circle or an ellipse.
    Ellipse,
    /// A rectangle.
    Rectangle,
    /// A rectangle with rounded corners.
    RoundedRectangle,
}

/// Where and how a thing is drawn, in hundredths of a plan unit and of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Placement {
    /// The centre, rightwards.
    pub position_x: i32,
    /// The centre, downwards.
    pub position_y: i32,
    /// Clockwise.
    pub rotation: i32,
    /// The outline.
    pub shape: Shape,
    /// The full width before rotation.
    pub size_x: i32,
    /// The full height before rotation.
    pub size_y: i32,
}

/// A point of the plan, in hundredths of a plan unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Rightwards.
    pub x: i32,
    /// Downwards.
    pub y: i32,
}

/// What a section sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SectionKind {
    /// Reserved seats.
    Seated,
    /// General admission.
    Standing {
        /// How many people it takes.
        capacity: u32,
    },
}

/// A section as it was frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Section {
    /// The section of the venue's plan it was frozen from.
    pub section_id: SectionId,
    /// As printed on tickets.
    pub name: String,
    /// What it sells.
    #[serde(flatten)]
    pub kind: SectionKind,
    /// Its drawing.
    #[serde(flatten)]
    pub placement: Placement,
}

/// A seat as it was frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WrittenSeat", rename_all = "camelCase")]
pub struct Seat {
    /// The section it stands in.
    pub section: SectionIndex,
    /// The row's label.
    pub row: String,
    /// The seat's label within its row.
    pub number: String,
    /// Its drawing.
    #[serde(flatten)]
    pub placement: Placement,
    /// A wheelchair place or otherwise accessible.
    pub accessible: bool,
    /// Out of use in the plan itself: never on sale.
    pub disabled: bool,
}

/// A seat as it is written. To read it so is quick: `flatten` would gather each seat's fields in a list first, and there are
/// many seats.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenSeat {
    section: SectionIndex,
    row: String,
    number: String,
    position_x: i32,
    position_y: i32,
    rotation: i32,
    shape: Shape,
    size_x: i32,
    size_y: i32,
    #[serde(default)]
    accessible: bool,
    #[serde(default)]
    disabled: bool,
}

/// The places of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Document", into = "Document")]
pub struct Manifest {
    sections: Vec<Section>,
    seats: Vec<Seat>,
    focus: Point,
    rows: Rows,
}

/// A manifest as it is stored.
#[derive(Clone, Serialize, Deserialize)]
struct Document {
    sections: Vec<Section>,
    seats: Vec<Seat>,
    focus: Point,
}

/// Why places do not form a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidManifest {
    /// There is nothing to sell.
    #[error("the plan has no seat and no standing place")]
    Empty,
    /// More sections or seats than can be indexed.
    #[error("the plan has more sections or seats than {0}")]
    TooLarge(usize),
    /// A seat stands in a section that is missing or standing, or away from its section's other seats.
    #[error("seat {0} does not follow the seats of its section")]
    Misplaced(usize),
}

impl Manifest {
    /// The most seats of one session.
    pub const MAX_SEATS: usize = 200_000;
    /// The most sections of one session.
    pub const MAX_SECTIONS: usize = 2_000;

    /// Freezes places. `seats` are ordered by section; `focus` is what people look at: the stage.
    ///
    /// # Errors
    /// Nothing to sell, too much of it, or seats that are not grouped by their seated section.
    pub fn new(
        sections: Vec<Section>,
        seats: Vec<Seat>,
        focus: Point,
    ) -> Result<Self, InvalidManifest> {
        if sections.len() > Self::MAX_SECTIONS {
            return Err(InvalidManifest::TooLarge(Self::MAX_SECTIONS));
        }
        if seats.len() > Self::MAX_SEATS {
            return Err(InvalidManifest::TooLarge(Self::MAX_SEATS));
        }
        let mut last = SectionIndex(0);
        for (position, seat) in seats.iter().enumerate() {
            let seated = sections
                .get(seat.section.position())
                .is_some_and(Section::is_seated);
            if !seated || seat.section < last {
                return Err(InvalidManifest::Misplaced(position));
            }
            last = seat.section;
        }
        let rows = Rows::new(&seats, sections.len(), focus);
        let manifest = Self {
            sections,
            seats,
            focus,
            rows,
        };
        let standing: u64 = manifest
            .sections
            .iter()
            .map(|section| u64::from(section.capacity()))
            .sum();
        if manifest.seats.is_empty() && standing == 0 {
            return Err(InvalidManifest::Empty);
        }
        Ok(manifest)
    }

    /// The sections by their index.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The seats by their index.
    #[must_use]
    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// How many places can be sold at most: seats that are not out of use, and standing places.
    #[must_use]
    pub fn places(&self) -> u32 {
        let seats = self.seats.iter().filter(|seat| !seat.disabled).count();
        let seats = u32::try_from(seats).expect("MAX_SEATS fits u32");
        let standing = self.sections.iter().map(Section::capacity);
        standing.fold(seats, u32::saturating_add)
    }

    /// What people look at.
    #[must_use]
    pub fn focus(&self) -> Point {
        self.focus
    }

    /// Which seats are neighbours.
    #[must_use]
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// The seat at an index, if there is one.
    #[must_use]
    pub fn seat(&self, index: SeatIndex) -> Option<&Seat> {
        self.seats.get(index.position())
    }

    /// The section at an index, if there is one.
    #[must_use]
    pub fn section(&self, index: SectionIndex) -> Option<&Section> {
        self.sections.get(index.position())
    }

    /// Where a section stands in this manifest.
    #[must_use]
    pub fn section_index(&self, section_id: SectionId) -> Option<SectionIndex> {
        let position = self
            .sections
            .iter()
            .position(|section| section.section_id == section_id)?;
        u16::try_from(position).ok().map(SectionIndex)
    }

    /// Every seat index, rising.
    pub fn seat_indexes(&self) -> impl Iterator<Item = SeatIndex> + use<> {
        let count = u32::try_from(self.seats.len()).expect("MAX_SEATS fits u32");
        (0..count).map(SeatIndex)
    }

    /// Every section index, rising.
    pub fn section_indexes(&self) -> impl Iterator<Item = SectionIndex> + use<> {
        let count = u16::try_from(self.sections.len()).expect("MAX_SECTIONS fits u16");
        (0..count).map(SectionIndex)
    }
}

impl Section {
    /// Whether it sells reserved seats.
    #[must_use]
    pub fn is_seated(&self) -> bool {
        self.kind == SectionKind::Seated
    }

    /// How many people a standing section takes; none for a seated one.
    #[must_use]
    pub fn capacity(&self) -> u32 {
        match self.kind {
            SectionKind::Seated => 0,
            SectionKind::Standing { capacity } => capacity,
        }
    }
}

impl From<WrittenSeat> for Seat {
    fn from(written: WrittenSeat) -> Self {
        Self {
            section: written.section,
            row: written.row,
            number: written.number,
            placement: Placement {
                position_x: written.position_x,
                position_y: written.position_y,
                rotation: written.rotation,
                shape: written.shape,
                size_x: written.size_x,
                size_y: written.size_y,
            },
            accessible: written.accessible,
            disabled: written.disabled,
        }
    }
}

impl TryFrom<Document> for Manifest {
    type Error = InvalidManifest;

    fn try_from(document: Document) -> Result<Self, Self::Error> {
        Self::new(document.sections, document.seats, document.focus)
    }
}

impl From<Manifest> for Document {
    fn from(manifest: Manifest) -> Self {
        Self {
            sections: manifest.sections,
            seats: manifest.seats,
            focus: manifest.focus,
        }
    }
}

#[cfg(test)]
mod tests;
