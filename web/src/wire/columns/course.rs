//! Where the next seat of a row is to be expected. The map computes the same (web/ui/map/course.ts): with sums, products
//! and `floor` alone, so that both come to the same to the last bit.

use std::array;
use std::f64::consts::PI;

/// `x`, `y` and rotation, in hundredths.
pub type Place = [i64; 3];

/// In hundredths of a degree.
const HALF_TURN: i64 = 18_000;

/// In radians.
const HUNDREDTH_OF_DEGREE: f64 = PI / 18_000.0;

/// A seat further off than that stands beyond a gap, and says nothing about how the row goes on.
const NEAR_MAX: i64 = 3;

/// Rows are walked from seat to seat: the next one is expected a step on, turned by as much as the seats turn, and a row begins
/// as far from the one before it as that one did.
#[derive(Debug, Default)]
pub struct Course {
    last: Place,
    /// The first seat of the last row, and how far that was from the row's before it.
    begin: Place,
    begin_step: Place,
    /// From a seat to the next one.
    step: [f64; 3],
    /// From the first seat of the last row that has two to its second one.
    first_step: [f64; 3],
    /// How many seats of the row were passed.
    passed: usize,
    is_beyond_gap: bool,
}

impl Course {
    /// Where the next seat is expected.
    pub fn expected(&mut self, begins_row: bool) -> Place {
        if begins_row {
            self.passed = 0;
            return array::from_fn(|part| self.begin[part] + self.begin_step[part]);
        }
        array::from_fn(|part| whole(float(self.last[part]) + self.step[part]))
    }

    /// Goes on to where that seat is, `apart` from where it was expected.
    pub fn go(&mut self, seat: Place, apart: Place) {
        let mut gone: [f64; 3] = array::from_fn(|part| float(seat[part] - self.last[part]));
        gone[2] = float((seat[2] - self.last[2] + HALF_TURN).rem_euclid(2 * HALF_TURN) - HALF_TURN);
        let is_near = apart.iter().all(|part| part.abs() <= NEAR_MAX);
        let is_gap = self.passed > 1 && !is_near && !self.is_beyond_gap;
        if self.passed == 0 {
            self.begin_step = array::from_fn(|part| seat[part] - self.begin[part]);
            self.begin = seat;
            self.step = self.first_step;
        } else if is_gap {
            self.turn(gone[2]);
        } else if self.passed > 1 && is_near {
            // What is rounded makes a step a little longer or shorter: a third of it is believed.
            self.step = array::from_fn(|part| self.step[part] + float(apart[part]) / 3.0);
            self.turn(self.step[2]);
        } else {
            self.step = gone;
            self.turn(gone[2]);
        }
        if self.passed == 1 {
            self.first_step = gone;
        }
        self.is_beyond_gap = is_gap;
        self.last = seat;
        self.passed += 1;
    }

    /// Turns the step; for small angles, by the first terms of cosine and sine.
    fn turn(&mut self, hundredths: f64) {
        let [x, y, turn] = self.step;
        let angle = hundredths * HUNDREDTH_OF_DEGREE;
        let cosine = 1.0 - angle * angle / 2.0;
        let sine = angle - angle * angle * angle / 6.0;
        self.step = [cosine * x - sine * y, sine * x + cosine * y, turn];
    }
}

#[expect(clippy::cast_precision_loss, reason = "hundredths of what fits a plan")]
fn float(hundredths: i64) -> f64 {
    hundredths as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rounded, and never far from the plan"
)]
fn whole(hundredths: f64) -> i64 {
    (hundredths + 0.5).floor() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How far each seat of a row is from where it was expected.
    fn apart(rows: &[&[Place]]) -> Vec<Place> {
        let mut course = Course::default();
        let mut all = Vec::new();
        for row in rows {
            for (at, &seat) in row.iter().enumerate() {
                let expected = course.expected(at == 0);
                let apart = array::from_fn(|part| seat[part] - expected[part]);
                course.go(seat, apart);
                all.push(apart);
            }
        }
        all
    }

    #[test]
    fn straight_rows_go_on_as_they_began() {
        let row = |y| [[1_000, y, 0], [1_055, y, 0], [1_110, y, 0], [1_165, y, 0]];
        let apart = apart(&[&row(500), &row(590), &row(680)]);
        let [first, second, third] = [&apart[..4], &apart[4..8], &apart[8..]];
        assert_eq!(first, [[1_000, 500, 0], [55, 0, 0], [0; 3], [0; 3]]);
        assert_eq!(second, [[-1_000, -410, 0], [0; 3], [0; 3], [0; 3]]);
        assert_eq!(third, [[0; 3]; 4]);
    }

    /// Seats on an arc around a stage above it, `angles` in degrees from its middle.
    fn arc(radius: f64, angles: &[f64]) -> Vec<Place> {
        let seat = |degrees: &f64| {
            let (sine, cosine) = degrees.to_radians().sin_cos();
            [-sine * radius, cosine * radius, degrees * 100.0].map(whole)
        };
        angles.iter().map(seat).collect()
    }

    #[test]
    fn an_arc_goes_on_and_an_aisle_costs_one_seat() {
        let angles: Vec<f64> = (0..40)
            .map(|seat| f64::from(seat) - if seat < 20 { 22.0 } else { 20.5 })
            .collect();
        let apart = apart(&[&arc(90_000.0, &angles), &arc(99_000.0, &angles)]);
        let far: Vec<usize> = (0..80)
            .filter(|&seat| apart[seat].iter().any(|part| part.abs() > NEAR_MAX))
            .collect();
        // Where rows begin, what the first step is, and behind the aisle.
        assert_eq!(far, [0, 1, 20, 40, 41, 60]);
    }

    #[test]
    fn seats_that_stand_anyhow_are_no_further_off_than_the_plan_is_wide() {
        let anyhow = |seat: i64| {
            [
                seat * 7_919 % 5_003,
                seat * 104_729 % 4_001,
                seat * 613 % 36_000,
            ]
        };
        let seats: Vec<Place> = (0..500).map(anyhow).collect();
        let apart = apart(&[&seats]);
        assert!(apart.iter().flatten().all(|part| part.abs() < 10 * 36_000));
    }
}
