//! Lengths and points of a plan: floats in the file, hundredths of a unit from here on.

use domain::manifest::{Placement, Point, Shape};

/// A plan's coordinates lie within a million units; whoever draws further out made a mistake.
const UNITS_MAX: f64 = 1_000_000.0;

/// A length in hundredths, if it is one that a plan can have.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the value was checked to be far inside i32"
)]
pub(crate) fn hundredths(units: f64) -> Option<i32> {
    (units.abs() <= UNITS_MAX).then(|| (units * 100.0).round() as i32)
}

/// An angle in hundredths of a degree, from nought to a full turn.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a full turn is far inside i32"
)]
pub(crate) fn angle(degrees: f64) -> Option<i32> {
    degrees
        .is_finite()
        .then(|| (degrees.rem_euclid(360.0) * 100.0).round() as i32)
}

/// The point turned clockwise around the origin. Plans count downwards, so this is the usual formula.
pub(super) fn turned((x, y): (f64, f64), degrees: f64) -> (f64, f64) {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    (x * cosine - y * sine, x * sine + y * cosine)
}

/// The square of the distance.
pub(super) fn distance_squared(a: Point, b: Point) -> i64 {
    let (x, y) = (
        i64::from(a.x) - i64::from(b.x),
        i64::from(a.y) - i64::from(b.y),
    );
    x * x + y * y
}

/// The upright rectangle around all placements, turned ones taken as if they were upright.
pub(crate) fn around<'a>(placements: impl Iterator<Item = &'a Placement>) -> Option<Placement> {
    let edges = placements.map(|placement| {
        let (half_x, half_y) = (placement.size_x / 2, placement.size_y / 2);
        let (x, y) = (placement.position_x, placement.position_y);
        [x - half_x, y - half_y, x + half_x, y + half_y]
    });
    let [left, top, right, bottom] = edges.reduce(|a, b| {
        [
            a[0].min(b[0]),
            a[1].min(b[1]),
            a[2].max(b[2]),
            a[3].max(b[3]),
        ]
    })?;
    Some(Placement {
        position_x: left.midpoint(right),
        position_y: top.midpoint(bottom),
        rotation: 0,
        shape: Shape::Rectangle,
        size_x: right - left,
        size_y: bottom - top,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_rounded_to_hundredths_and_absurd_ones_refused() {
        assert_eq!(hundredths(1_261.056_731), Some(126_106));
        assert_eq!(hundredths(-0.005), Some(-1));
        for absurd in [f64::NAN, f64::INFINITY, -1e300, 1_000_000.5] {
            assert_eq!(hundredths(absurd), None, "{absurd}");
        }
    }

    #[test]
    fn a_quarter_turn_clockwise_takes_right_to_down() {
        let (x, y) = turned((1.0, 0.0), 90.0);
        assert!(x.abs() < 1e-9 && (y - 1.0).abs() < 1e-9, "{x} {y}");
        assert_eq!(angle(-90.0), Some(27_000));
    }
}
