//! The first drawing of a house: rows as lines, or sections as shapes where there are very many seats. It
//! is part of the page, so that the house stands there before any script has run.

use std::fmt::Write;

use domain::manifest::{Manifest, Placement, Point, Seat};
use serde::Serialize;
use store::places::{Drawing, Outline};

/// A house with more seats is drawn by its sections alone, so that the page stays small.
const ROWS_SEATS_MAX: usize = 5_000;

/// How many points a row has at most: enough for a bend.
const ROW_POINTS: usize = 7;

/// A wider step between neighbours, as a multiple of a seat's width, is an aisle.
const AISLE_WIDTHS: i64 = 2;

/// What `partials/house.html` writes as SVG. All numbers are whole plan units.
#[derive(Serialize)]
pub struct Skeleton {
    view_box: String,
    /// The rows, as one path.
    rows: String,
    /// How thick a row is.
    thickness: i32,
    /// Sections, where rows are not drawn, and standing sections.
    sections: Vec<Figure>,
    /// The stage and its like.
    areas: Vec<Figure>,
    /// The same where they have corners.
    polygons: Vec<String>,
}

#[derive(Serialize)]
struct Figure {
    x: i32,
    y: i32,
    width: i32,
    height: i32,
    transform: String,
}

/// A rectangle that grows, in hundredths.
struct Reach {
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
}

/// The drawing; nothing where no place has a position of its own.
pub fn skeleton(manifest: &Manifest, areas: &[Drawing]) -> Option<Skeleton> {
    let reach = Reach::of(manifest)?.with_areas(areas);
    let seats = manifest.seats();
    let with_rows = seats.len() <= ROWS_SEATS_MAX;
    let drawn = manifest
        .sections()
        .iter()
        .filter(|section| !section.is_seated() || !with_rows);
    Some(Skeleton {
        view_box: reach.view_box(),
        rows: if with_rows {
            rows(seats)
        } else {
            String::new()
        },
        thickness: seats
            .first()
            .map_or(1, |seat| (seat.placement.size_y / 100).max(1)),
        sections: drawn
            .map(|section| Figure::of(&section.placement))
            .collect(),
        areas: areas.iter().filter_map(figure).collect(),
        polygons: areas.iter().filter_map(polygon).collect(),
    })
}

impl Reach {
    /// Of all places. All on one spot is no drawing.
    fn of(manifest: &Manifest) -> Option<Self> {
        let seats = manifest.seats().iter().map(|seat| &seat.placement);
        let standing = manifest
            .sections()
            .iter()
            .filter(|section| !section.is_seated());
        let places = seats.chain(standing.map(|section| &section.placement));
        let reach = places.fold(None, |reach: Option<Self>, place| {
            let (x, y) = (place.size_x / 2, place.size_y / 2);
            let (left, right) = (place.position_x - x, place.position_x + x);
            let (top, bottom) = (place.position_y - y, place.position_y + y);
            Some(match reach {
                None => Self {
                    left,
                    top,
                    right,
                    bottom,
                },
                Some(reach) => Self {
                    left: reach.left.min(left),
                    top: reach.top.min(top),
                    right: reach.right.max(right),
                    bottom: reach.bottom.max(bottom),
                },
            })
        })?;
        let first = manifest.seats().first().map(|seat| seat.placement);
        let apart = |seat: &Seat| {
            first.is_some_and(|first| {
                (first.position_x, first.position_y)
                    != (seat.placement.position_x, seat.placement.position_y)
            })
        };
        let is_drawn = manifest.seats().len() <= 1 || manifest.seats().iter().any(apart);
        (is_drawn && reach.right > reach.left && reach.bottom > reach.top).then_some(reach)
    }

    /// With the stage and its like, as the map has it. What begins and ends near the house is shown whole; something far away
    /// does not make the house small.
    fn with_areas(self, areas: &[Drawing]) -> Self {
        let (near, reach) = (self.grown(6), self.grown(3));
        areas.iter().fold(self, |all, area| {
            let corners = corners(area);
            let most = if corners.iter().all(|corner| near.holds(corner)) {
                &near
            } else {
                &reach
            };
            corners.iter().fold(all, |all, Point { x, y }| Self {
                left: all.left.min(*x.max(&most.left)),
                top: all.top.min(*y.max(&most.top)),
                right: all.right.max(*x.min(&most.right)),
                bottom: all.bottom.max(*y.min(&most.bottom)),
            })
        })
    }

    /// Larger by so many tenths on each side.
    fn grown(&self, tenths: i32) -> Self {
        let part = |from: i32, to: i32| (to - from) / 10 * tenths;
        let (x, y) = (part(self.left, self.right), part(self.top, self.bottom));
        Self {
            left: self.left - x,
            top: self.top - y,
            right: self.right + x,
            bottom: self.bottom + y,
        }
    }

    fn holds(&self, Point { x, y }: &Point) -> bool {
        (self.left..=self.right).contains(x) && (self.top..=self.bottom).contains(y)
    }

    fn view_box(&self) -> String {
        let (left, top) = (self.left / 100, self.top / 100);
        let (width, height) = (self.right / 100 - left, self.bottom / 100 - top);
        format!("{left} {top} {} {}", width.max(1), height.max(1))
    }
}

fn corners(drawing: &Drawing) -> Vec<Point> {
    match &drawing.outline {
        Outline::Figure(place) => {
            let (x, y) = (place.size_x / 2, place.size_y / 2);
            let corner = |x: i32, y: i32| Point {
                x: place.position_x + x,
                y: place.position_y + y,
            };
            vec![corner(-x, -y), corner(x, y)]
        }
        Outline::Polygon { points } => points.clone(),
        Outline::None => Vec::new(),
    }
}

/// One line a row, broken at aisles.
fn rows(seats: &[Seat]) -> String {
    let mut path = String::new();
    let together = |one: &Seat, other: &Seat| {
        let step = |one: i32, other: i32| i64::from(one) - i64::from(other);
        let x = step(one.placement.position_x, other.placement.position_x);
        let y = step(one.placement.position_y, other.placement.position_y);
        let aisle = AISLE_WIDTHS * i64::from(one.placement.size_x.max(one.placement.size_y));
        (one.section, &one.row) == (other.section, &other.row) && x * x + y * y <= aisle * aisle
    };
    for row in seats.chunk_by(together) {
        draw_row(&mut path, row);
    }
    path
}

fn draw_row(path: &mut String, row: &[Seat]) {
    let last = row.len().saturating_sub(1);
    let points = last.min(ROW_POINTS - 1);
    let mut command = 'M';
    for point in 0..=points {
        let seat = &row[last * point / points.max(1)];
        let (x, y) = (
            seat.placement.position_x / 100,
            seat.placement.position_y / 100,
        );
        // Writing into memory cannot fail.
        let _ = write!(path, "{command}{x} {y}");
        command = 'L';
    }
    if points == 0 {
        path.push_str("h0");
    }
}

fn figure(drawing: &Drawing) -> Option<Figure> {
    match &drawing.outline {
        Outline::Figure(placement) => Some(Figure::of(placement)),
        Outline::Polygon { .. } | Outline::None => None,
    }
}

fn polygon(drawing: &Drawing) -> Option<String> {
    let Outline::Polygon { points } = &drawing.outline else {
        return None;
    };
    let corners = points
        .iter()
        .map(|point| format!("{},{}", point.x / 100, point.y / 100));
    Some(corners.collect::<Vec<_>>().join(" "))
}

impl Figure {
    fn of(place: &Placement) -> Self {
        let (width, height) = (place.size_x / 100, place.size_y / 100);
        let (x, y) = (place.position_x / 100, place.position_y / 100);
        Self {
            x: x - width / 2,
            y: y - height / 2,
            width: width.max(1),
            height: height.max(1),
            transform: format!("rotate({} {x} {y})", place.rotation / 100),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::SectionIndex;
    use domain::manifest::Shape;

    use super::*;

    fn seat(row: &str, x: i32, y: i32) -> Seat {
        let placement = Placement {
            position_x: x * 100,
            position_y: y * 100,
            rotation: 0,
            shape: Shape::Ellipse,
            size_x: 2_000,
            size_y: 2_000,
        };
        Seat {
            section: SectionIndex(0),
            row: row.to_owned(),
            number: "1".to_owned(),
            placement,
            accessible: false,
            disabled: false,
        }
    }

    #[test]
    fn the_stage_belongs_to_the_picture_as_far_as_it_leaves_the_house_large() {
        let house = || Reach {
            left: 0,
            top: 0,
            right: 10_000,
            bottom: 10_000,
        };
        let wall = |x: i32, y: i32| Drawing {
            outline: Outline::Polygon {
                points: vec![Point { x, y }],
            },
            color: None,
            border_color: None,
            label: None,
        };
        let stage = [wall(5_000, -2_000)];
        assert_eq!(house().with_areas(&stage).view_box(), "0 -20 100 120");
        let near = [wall(5_000, -5_000)];
        assert_eq!(house().with_areas(&near).view_box(), "0 -50 100 150");
        let far = [wall(5_000, 90_000), wall(-90_000, 5_000)];
        assert_eq!(house().with_areas(&far).view_box(), "-30 0 130 130");
    }

    #[test]
    fn a_row_is_a_line_that_breaks_at_an_aisle_and_ends_with_the_row() {
        let seats = [
            seat("1", 0, 0),
            seat("1", 25, 0),
            seat("1", 50, 0),
            seat("1", 150, 0),
            seat("2", 150, 30),
            seat("2", 175, 30),
        ];
        assert_eq!(rows(&seats), "M0 0L25 0L50 0M150 0h0M150 30L175 30");
    }
}
