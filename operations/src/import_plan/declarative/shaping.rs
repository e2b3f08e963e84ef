//! Where the seats of grids and arcs stand.

use domain::manifest::Point;

use super::PositionSpec;
use crate::import_plan::geometry::{angle, hundredths, turned};

/// A shape with all its numbers.
#[derive(Debug, Clone)]
pub(super) enum Figure {
    Grid {
        seat_spacing: f64,
        row_spacing: f64,
    },
    Arc {
        radius: f64,
        degrees: f64,
        row_spacing: f64,
    },
}

/// A figure where it stands.
#[derive(Debug, Clone)]
pub(super) struct Shaped {
    pub figure: Figure,
    pub position: PositionSpec,
    pub rotation: f64,
}

impl Shaped {
    /// A seat's middle and its turn, counted from the left; nothing if it is absurdly far away.
    pub(super) fn seat(&self, row: u32, seat: u32, seats_of_row: u32) -> Option<(Point, i32)> {
        let (offset, turn) = match self.figure {
            Figure::Grid {
                seat_spacing,
                row_spacing,
            } => (
                (
                    (f64::from(seat) + 0.5) * seat_spacing,
                    (f64::from(row) + 0.5) * row_spacing,
                ),
                0.0,
            ),
            Figure::Arc {
                radius,
                degrees,
                row_spacing,
            } => {
                // Each seat stands in the middle of its share of the arc.
                let turn = degrees * ((f64::from(seat) + 0.5) / f64::from(seats_of_row) - 0.5);
                let (x, y) = turned((0.0, -(radius + f64::from(row) * row_spacing)), turn);
                ((x, y + radius), turn)
            }
        };
        let (x, y) = turned(offset, self.rotation);
        let point = Point {
            x: hundredths(self.position.x + x)?,
            y: hundredths(self.position.y + y)?,
        };
        Some((point, angle(self.rotation + turn)?))
    }

    /// What an arc's rows curve around.
    pub(super) fn heart(&self) -> Option<Point> {
        let Figure::Arc { radius, .. } = self.figure else {
            return None;
        };
        let (x, y) = turned((0.0, radius), self.rotation);
        Some(Point {
            x: hundredths(self.position.x + x)?,
            y: hundredths(self.position.y + y)?,
        })
    }
}
