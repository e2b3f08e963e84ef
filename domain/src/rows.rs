//! Which seats are neighbours: the rows of a manifest, cut where an aisle runs through.
//!
//! A *run* is a longest sequence of seats of one row with no gap between them. Two seats next to
//! each other in a run are next to each other in the house.

use std::ops::Range;

use crate::manifest::{Point, Seat, SeatIndex, SectionIndex};

/// A gap counts as an aisle when it is wider than so many hundredths of the row's usual distance.
const AISLE_PERCENT: u64 = 160;

/// Seats without a gap between them, in the order people sit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its seats as a range of `Rows::seats_of`.
    range: Range<usize>,
    /// The lowest rank among its seats.
    pub best_rank: u64,
    /// Whether any of its seats is accessible.
    pub has_accessible: bool,
    /// The least coordinates of its seats.
    low: Point,
    /// The greatest coordinates of its seats.
    high: Point,
}

impl Run {
    /// How far every seat of it is from a point at least.
    #[must_use]
    pub fn distance_from(&self, point: Point) -> u64 {
        let nearest = Point {
            x: point.x.clamp(self.low.x, self.high.x),
            y: point.y.clamp(self.low.y, self.high.y),
        };
        distance(nearest, point)
    }
}

/// All runs of a manifest, grouped by section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    order: Vec<SeatIndex>,
    runs: Vec<Run>,
    run_of_seat: Vec<usize>,
    runs_of_section: Vec<Range<usize>>,
    ranks: Vec<u64>,
}

impl Rows {
    /// Finds the runs of seats that are grouped by section; `focus` is what people look at.
    #[must_use]
    pub fn new(seats: &[Seat], section_count: usize, focus: Point) -> Self {
        let ranks = seats
            .iter()
            .map(|seat| distance(centre(seat), focus))
            .collect();
        let mut rows = Self {
            order: Vec::with_capacity(seats.len()),
            runs: Vec::new(),
            run_of_seat: vec![0; seats.len()],
            runs_of_section: Vec::with_capacity(section_count),
            ranks,
        };
        let mut indexed: Vec<(SeatIndex, &Seat)> = (0_u32..).map(SeatIndex).zip(seats).collect();
        indexed.sort_by_key(|(_, seat)| seat.section);
        let mut sections = indexed
            .chunk_by_mut(|(_, a), (_, b)| a.section == b.section)
            .peekable();
        for section in (0_u16..).map(SectionIndex).take(section_count) {
            let first = rows.runs.len();
            if let Some(seats) = sections.next_if(|seats| seats[0].1.section == section) {
                rows.add_section(seats);
            }
            rows.runs_of_section.push(first..rows.runs.len());
        }
        rows
    }

    /// Every run.
    pub fn runs(&self) -> impl Iterator<Item = (usize, &Run)> {
        self.runs.iter().enumerate()
    }

    /// The runs of one section.
    pub fn runs_of_section(&self, section: SectionIndex) -> impl Iterator<Item = (usize, &Run)> {
        let range = self.runs_of_section[section.position()].clone();
        range.clone().zip(&self.runs[range])
    }

    /// The seats of a run, in the order people sit.
    #[must_use]
    pub fn seats_of(&self, run: &Run) -> &[SeatIndex] {
        &self.order[run.range.clone()]
    }

    /// The run a seat belongs to.
    #[must_use]
    pub fn run_of(&self, seat: SeatIndex) -> usize {
        self.run_of_seat[seat.position()]
    }

    /// How far a seat is from what people look at: the lower, the better.
    #[must_use]
    pub fn rank(&self, seat: SeatIndex) -> u64 {
        self.ranks[seat.position()]
    }

    fn add_section(&mut self, seats: &mut [(SeatIndex, &Seat)]) {
        let is_same_row = |(_, a): &(_, &Seat), (_, b): &(_, &Seat)| a.row == b.row;
        seats.sort_by(|(_, a), (_, b)| a.row.cmp(&b.row));
        let mut gaps = Vec::with_capacity(seats.len());
        for row in seats.chunk_by_mut(is_same_row) {
            sort_along(row);
            gaps.extend(gaps_of(row));
        }
        let usual_gap = usual_gap(gaps);
        for row in seats.chunk_by(is_same_row) {
            self.add_row(row, usual_gap);
        }
    }

    /// Cuts a row at its aisles. A row of two seats cannot tell its usual gap; then it is the section's.
    fn add_row(&mut self, row: &[(SeatIndex, &Seat)], gap_of_section: u64) {
        let usual_gap = match row {
            [] | [_] | [_, _] => gap_of_section,
            _ => usual_gap(gaps_of(row).collect()),
        };
        let widest = widest_gap(usual_gap);
        for run in row.chunk_by(|(_, a), (_, b)| distance(centre(a), centre(b)) <= widest) {
            self.add_run(run);
        }
    }

    fn add_run(&mut self, seats: &[(SeatIndex, &Seat)]) {
        let start = self.order.len();
        for (seat, _) in seats {
            self.order.push(*seat);
            self.run_of_seat[seat.position()] = self.runs.len();
        }
        let ranks = seats.iter().map(|(seat, _)| self.rank(*seat));
        let centres = || seats.iter().map(|(_, seat)| centre(seat));
        let corner = |x: Option<i32>, y: Option<i32>| Point {
            x: x.unwrap_or(0),
            y: y.unwrap_or(0),
        };
        self.runs.push(Run {
            range: start..self.order.len(),
            best_rank: ranks.min().unwrap_or(u64::MAX),
            has_accessible: seats.iter().any(|(_, seat)| seat.accessible),
            low: corner(
                centres().map(|at| at.x).min(),
                centres().map(|at| at.y).min(),
            ),
            high: corner(
                centres().map(|at| at.x).max(),
                centres().map(|at| at.y).max(),
            ),
        });
    }
}

/// A seat's centre.
#[must_use]
pub fn centre(seat: &Seat) -> Point {
    Point {
        x: seat.placement.position_x,
        y: seat.placement.position_y,
    }
}

/// The distance of two points, in hundredths of a plan unit, rounded down.
#[must_use]
pub fn distance(a: Point, b: Point) -> u64 {
    let x = u64::from(a.x.abs_diff(b.x));
    let y = u64::from(a.y.abs_diff(b.y));
    x.saturating_mul(x)
        .saturating_add(y.saturating_mul(y))
        .isqrt()
}

/// Sorts a row's seats along the axis that leaves fewer aisles: so rows of one label that stand
/// apart, one behind the other or beside it, are not mixed.
fn sort_along(row: &mut [(SeatIndex, &Seat)]) {
    row.sort_by_key(|(_, seat)| (centre(seat).y, centre(seat).x));
    let down: Vec<u64> = gaps_of(row).collect();
    row.sort_by_key(|(_, seat)| (centre(seat).x, centre(seat).y));
    let across: Vec<u64> = gaps_of(row).collect();
    let widest = widest_gap(usual_gap(down.clone()).min(usual_gap(across.clone())));
    let aisles = |gaps: &[u64]| gaps.iter().filter(|gap| **gap > widest).count();
    if aisles(&down) < aisles(&across) {
        row.sort_by_key(|(_, seat)| (centre(seat).y, centre(seat).x));
    }
}

/// The distances from seat to seat.
fn gaps_of(row: &[(SeatIndex, &Seat)]) -> impl Iterator<Item = u64> {
    let pairs = row.windows(2);
    pairs.map(|pair| distance(centre(pair[0].1), centre(pair[1].1)))
}

/// The widest gap that is no aisle.
fn widest_gap(usual_gap: u64) -> u64 {
    usual_gap.saturating_mul(AISLE_PERCENT) / 100
}

/// The median gap, of two the narrower: aisles are the fewer and wider ones.
fn usual_gap(mut gaps: Vec<u64>) -> u64 {
    let middle = gaps.len().saturating_sub(1) / 2;
    if gaps.is_empty() {
        return 0;
    }
    *gaps.select_nth_unstable(middle).1
}

#[cfg(test)]
mod tests;
