//! A file's sections, each checked, each fault told with its place.

use std::collections::HashSet;

use domain::Manifest;
use domain::manifest::{Placement, Point, Shape};
use store::places::{Drawing, Label, Outline};

use super::numbering::Sequence;
use super::shaping::{Figure, Shaped};
use super::{
    AccessibleSpec, Block, DeclarativePlan, Document, Faults, Places, PositionSpec, Row, Seat,
    SeatsPerRow, SectionSpec, SequenceSpec,
};
use crate::import_plan::geometry::{angle, hundredths, turned};

const NAME_CHARACTERS_MAX: usize = 80;
/// Between the middles of two seats of a row, where the file does not say.
const SEAT_SPACING_DEFAULT: f64 = 25.0;
/// Between two rows, where the file does not say.
const ROW_SPACING_DEFAULT: f64 = 36.0;
const ROWS_MAX: u32 = 1_000;
const SEATS_PER_ROW_MAX: u32 = 2_000;
const CAPACITY_MAX: u32 = 1_000_000;
/// The height of letters on a stage.
const LABEL_SIZE: i32 = 4_000;

/// Reads a plan; `capacities` are by the names of general-admission sections, for files that do not say them.
///
/// Without faults added, the plan is sound.
pub(in crate::import_plan) fn read(
    document: &Document,
    capacities: &[(String, u32)],
    faults: &mut Faults,
) -> Option<DeclarativePlan> {
    let (count, most) = (document.sections.len(), Manifest::MAX_SECTIONS);
    if count > most {
        faults.add("sections", format!("{count} sections are more than {most}"));
        return None;
    }
    let mut reader = Reader {
        plan: DeclarativePlan {
            categories: Vec::new(),
            blocks: Vec::new(),
            stages: Vec::new(),
            heart: None,
        },
        capacities,
        hearts: Vec::new(),
        names: HashSet::new(),
        seats_left: Manifest::MAX_SEATS,
        faults,
    };
    for (index, section) in document.sections.iter().enumerate() {
        reader.section(&format!("sections[{index}]"), section);
    }
    reader.check_capacities();
    reader.finish()
}

struct Reader<'a> {
    plan: DeclarativePlan,
    capacities: &'a [(String, u32)],
    /// What rows curve around, once for each row.
    hearts: Vec<(Point, u32)>,
    names: HashSet<String>,
    seats_left: usize,
    faults: &'a mut Faults,
}

impl Reader<'_> {
    fn section(&mut self, place: &str, spec: &SectionSpec) {
        let name = self.name(place, spec);
        let position = self.required(place, "position", spec.position);
        let rotation = spec.rotation.unwrap_or_default();
        if angle(rotation).is_none() {
            self.faults.add(place, "the rotation is no finite number");
        }
        let shaped = |figure| Shaped {
            figure,
            position,
            rotation,
        };
        match spec.kind.as_deref() {
            Some("grid") => {
                let figure = Figure::Grid {
                    seat_spacing: self.spacing(
                        place,
                        "seatSpacing",
                        spec.seat_spacing,
                        SEAT_SPACING_DEFAULT,
                    ),
                    row_spacing: self.spacing(
                        place,
                        "rowSpacing",
                        spec.row_spacing,
                        ROW_SPACING_DEFAULT,
                    ),
                };
                self.seats(place, name, spec, &shaped(figure));
            }
            Some("arc") => {
                let figure = self.arc(place, spec);
                self.seats(place, name, spec, &shaped(figure));
            }
            Some("ga") => self.standing(place, name, spec, position),
            Some("stage") => self.stage(place, name, spec, position),
            Some(other) => self.faults.add(
                place,
                format!("the type {other:?} is not grid, arc, ga or stage"),
            ),
            None => self.faults.add(place, "the type is missing"),
        }
    }

    fn name(&mut self, place: &str, spec: &SectionSpec) -> String {
        let name = self
            .faults
            .text(place, "the name", spec.name.as_deref(), NAME_CHARACTERS_MAX);
        let name = name.unwrap_or_default();
        if !name.is_empty() && !self.names.insert(name.clone()) {
            self.faults
                .add(place, format!("the name {name:?} is used twice"));
        }
        name
    }

    fn category(&mut self, place: &str, name: &str, spec: &SectionSpec) -> usize {
        let category = match &spec.category {
            Some(given) => self
                .faults
                .text(place, "the category", Some(given), NAME_CHARACTERS_MAX)
                .unwrap_or_default(),
            None => name.to_owned(),
        };
        let known = self
            .plan
            .categories
            .iter()
            .position(|other| *other == category);
        known.unwrap_or_else(|| {
            self.plan.categories.push(category);
            self.plan.categories.len() - 1
        })
    }

    fn arc(&mut self, place: &str, spec: &SectionSpec) -> Figure {
        let radius = self.required_length(place, "radius", spec.radius);
        let degrees = spec.arc_degrees.unwrap_or(f64::NAN);
        if !(degrees > 0.0 && degrees <= 360.0) {
            self.faults
                .add(place, "arcDegrees is not more than 0 and at most 360");
        }
        Figure::Arc {
            radius,
            degrees,
            row_spacing: self.spacing(place, "rowSpacing", spec.row_spacing, ROW_SPACING_DEFAULT),
        }
    }

    fn seats(&mut self, place: &str, name: String, spec: &SectionSpec, shaped: &Shaped) {
        // Known even if the section has a fault, so that its price has none.
        let category = self.category(place, &name, spec);
        let Some(counts) = self.counts(place, spec) else {
            return;
        };
        let seats: usize = counts.iter().map(|count| *count as usize).sum();
        let Some(left) = self.seats_left.checked_sub(seats) else {
            let most = Manifest::MAX_SEATS;
            self.faults.add(
                place,
                format!("with this section the plan has more than {most} seats"),
            );
            return;
        };
        self.seats_left = left;
        let rows = self.sequence(&format!("{place}.numbering.rows"), &spec.numbering.rows);
        let numbers = self.sequence(&format!("{place}.numbering.seats"), &spec.numbering.seats);
        let (Some(rows), Some(numbers)) = (rows, numbers) else {
            return;
        };
        let mut made = Vec::with_capacity(counts.len());
        for (row, count) in (0_u32..).zip(counts) {
            let Some(seats) = row_of_seats(shaped, row, count, numbers) else {
                self.faults
                    .add(place, format!("row {} stands absurdly far away", row + 1));
                return;
            };
            made.push(Row {
                label: rows.label(row),
                seats,
            });
        }
        self.accessible(place, &spec.accessible, &mut made);
        let row_count = u32::try_from(made.len()).unwrap_or(ROWS_MAX);
        self.hearts
            .extend(shaped.heart().map(|heart| (heart, row_count)));
        self.plan.blocks.push(Block {
            name,
            category,
            places: Places::Seats(made),
        });
    }

    /// How many seats each row has.
    fn counts(&mut self, place: &str, spec: &SectionSpec) -> Option<Vec<u32>> {
        let is_sound = |count: &u32| (1..=SEATS_PER_ROW_MAX).contains(count);
        match (&spec.seats_per_row, spec.rows) {
            (None, _) => self.faults.add(place, "seatsPerRow is missing"),
            (_, Some(rows)) if !(1..=ROWS_MAX).contains(&rows) => self
                .faults
                .add(place, format!("rows is {rows}, not 1 to {ROWS_MAX}")),
            (Some(SeatsPerRow::Same(_)), None) => self.faults.add(place, "rows is missing"),
            (Some(SeatsPerRow::Same(count)), Some(rows)) if is_sound(count) => {
                return Some(vec![*count; rows as usize]);
            }
            (Some(SeatsPerRow::Same(count)), Some(_)) => self.faults.add(
                place,
                format!("seatsPerRow is {count}, not 1 to {SEATS_PER_ROW_MAX}"),
            ),
            (Some(SeatsPerRow::Each(counts)), rows) => {
                let rows = rows.map_or(counts.len(), |rows| rows as usize);
                if counts.len() != rows || counts.is_empty() {
                    let message = format!(
                        "seatsPerRow lists {} rows, and rows is {rows}",
                        counts.len()
                    );
                    self.faults.add(place, message);
                } else if let Some(row) = counts.iter().position(|count| !is_sound(count)) {
                    let message = format!(
                        "seatsPerRow is {}, not 1 to {SEATS_PER_ROW_MAX}",
                        counts[row]
                    );
                    self.faults
                        .add(format!("{place}.seatsPerRow[{row}]"), message);
                } else {
                    return Some(counts.clone());
                }
            }
        }
        None
    }

    fn sequence(&mut self, place: &str, spec: &SequenceSpec) -> Option<Sequence> {
        Sequence::of(spec)
            .map_err(|fault| self.faults.add(place, fault))
            .ok()
    }

    fn accessible(&mut self, place: &str, specs: &[AccessibleSpec], rows: &mut [Row]) {
        for (index, spec) in specs.iter().enumerate() {
            for number in &spec.seats {
                let row = rows.iter_mut().find(|row| row.label == spec.row);
                let seat =
                    row.and_then(|row| row.seats.iter_mut().find(|seat| seat.number == *number));
                match seat {
                    Some(seat) => seat.accessible = true,
                    None => self.faults.add(
                        format!("{place}.accessible[{index}]"),
                        format!("there is no seat {number:?} in row {:?}", spec.row),
                    ),
                }
            }
        }
    }

    fn standing(&mut self, place: &str, name: String, spec: &SectionSpec, at: PositionSpec) {
        let category = self.category(place, &name, spec);
        let typed = self.capacities.iter().find(|(section, _)| *section == name);
        let capacity = typed.map(|(_, capacity)| *capacity).or(spec.capacity);
        let capacity = match capacity {
            Some(capacity) if (1..=CAPACITY_MAX).contains(&capacity) => capacity,
            Some(capacity) => {
                let message = format!("the capacity is {capacity}, not 1 to {CAPACITY_MAX}");
                return self.faults.add(place, message);
            }
            None => {
                let message = format!(
                    "the capacity of {name:?} is not in the file: give --capacity '{name}=500'"
                );
                return self.faults.add(place, message);
            }
        };
        let Some(placement) = self.figure(place, spec, at) else {
            return;
        };
        self.plan.blocks.push(Block {
            name,
            category,
            places: Places::Standing {
                capacity,
                placement,
            },
        });
    }

    fn stage(&mut self, place: &str, name: String, spec: &SectionSpec, at: PositionSpec) {
        let Some(placement) = self.figure(place, spec, at) else {
            return;
        };
        let position = Point {
            x: placement.position_x,
            y: placement.position_y,
        };
        self.plan.stages.push(Drawing {
            outline: Outline::Figure(placement),
            color: None,
            border_color: None,
            label: Some(Label {
                text: name,
                position,
                size: LABEL_SIZE,
                color: None,
            }),
        });
    }

    /// A rectangle by its upper left corner, or an ellipse in such a rectangle.
    fn figure(&mut self, place: &str, spec: &SectionSpec, at: PositionSpec) -> Option<Placement> {
        let size = (
            self.required_length(place, "width", spec.width),
            self.required_length(place, "height", spec.height),
        );
        let shape = match spec.shape.as_deref() {
            None | Some("RECT") => Some(Shape::Rectangle),
            Some("ELLIPSE" | "CIRCLE") => Some(Shape::Ellipse),
            Some(other) => {
                self.faults.add(
                    place,
                    format!("the shape {other:?} is not RECT, ELLIPSE or CIRCLE"),
                );
                None
            }
        };
        let turn = spec.rotation.unwrap_or_default();
        let (x, y) = turned((size.0 / 2.0, size.1 / 2.0), turn);
        let middle = hundredths(at.x + x).zip(hundredths(at.y + y));
        let Some((position_x, position_y)) = middle else {
            self.faults.add(place, "the figure reaches absurdly far");
            return None;
        };
        Some(Placement {
            position_x,
            position_y,
            rotation: angle(turn)?,
            shape: shape?,
            size_x: hundredths(size.0)?,
            size_y: hundredths(size.1)?,
        })
    }

    fn required(
        &mut self,
        place: &str,
        what: &str,
        position: Option<PositionSpec>,
    ) -> PositionSpec {
        let position = position.unwrap_or_else(|| {
            self.faults.add(place, format!("the {what} is missing"));
            PositionSpec { x: 0.0, y: 0.0 }
        });
        if hundredths(position.x).is_none() || hundredths(position.y).is_none() {
            self.faults
                .add(place, format!("the {what} is absurdly far away"));
        }
        position
    }

    fn required_length(&mut self, place: &str, what: &str, length: Option<f64>) -> f64 {
        let length = length.unwrap_or_else(|| {
            self.faults.add(place, format!("{what} is missing"));
            1.0
        });
        self.sound_length(place, what, length)
    }

    fn spacing(&mut self, place: &str, what: &str, length: Option<f64>, default: f64) -> f64 {
        self.sound_length(place, what, length.unwrap_or(default))
    }

    fn sound_length(&mut self, place: &str, what: &str, length: f64) -> f64 {
        if length > 0.0 && hundredths(length).is_some() {
            return length;
        }
        self.faults.add(
            place,
            format!("{what} is {length}, not more than 0 and at most a million"),
        );
        1.0
    }

    fn check_capacities(&mut self) {
        for (name, _) in self.capacities {
            let is_standing = |block: &Block| {
                block.name == *name && matches!(block.places, Places::Standing { .. })
            };
            if !self.plan.blocks.iter().any(is_standing) && self.faults.is_empty() {
                let message = format!("the plan has no general admission {name:?}");
                self.faults.add("--capacity", message);
            }
        }
    }

    fn finish(mut self) -> Option<DeclarativePlan> {
        if self.plan.blocks.is_empty() && self.faults.is_empty() {
            self.faults.add("sections", "the plan has no places");
            return None;
        }
        self.plan.heart = middle(&self.hearts);
        Some(self.plan)
    }
}

fn row_of_seats(shaped: &Shaped, row: u32, count: u32, numbers: Sequence) -> Option<Vec<Seat>> {
    let seats = (0..count).map(|seat| {
        let (position, rotation) = shaped.seat(row, seat, count)?;
        let at = if numbers.from_right {
            count - 1 - seat
        } else {
            seat
        };
        Some(Seat {
            number: numbers.label(at),
            position,
            rotation,
            accessible: false,
        })
    });
    seats.collect()
}

/// The middle of points, each with its weight.
fn middle(points: &[(Point, u32)]) -> Option<Point> {
    let weight: i64 = points.iter().map(|(_, weight)| i64::from(*weight)).sum();
    let sum = |of: fn(&Point) -> i32| -> Option<i32> {
        let sum: i64 = points
            .iter()
            .map(|(point, weight)| i64::from(of(point)) * i64::from(*weight))
            .sum();
        i32::try_from(sum.checked_div(weight)?).ok()
    };
    Some(Point {
        x: sum(|point| point.x)?,
        y: sum(|point| point.y)?,
    })
}
