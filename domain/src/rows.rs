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
                seats.sort_by(|(_, a), (_, b)| a.row.cmp(&b.row));
                for row in seats.chunk_by_mut(|(_, a), (_, b)| a.row == b.row) {
                    rows.add_row(row);
                }
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

    fn add_row(&mut self, row: &mut [(SeatIndex, &Seat)]) {
        sort_along(row);
        let gaps: Vec<u64> = row
            .windows(2)
            .map(|pair| distance(centre(pair[0].1), centre(pair[1].1)))
            .collect();
        let widest = aisle_width(&gaps);
        let mut start = self.order.len();
        for (position, (seat, _)) in row.iter().enumerate() {
            self.order.push(*seat);
            if gaps.get(position).is_none_or(|gap| *gap > widest) {
                self.add_run(start..self.order.len());
                start = self.order.len();
            }
        }
    }

    fn add_run(&mut self, range: Range<usize>) {
        for seat in &self.order[range.clone()] {
            self.run_of_seat[seat.position()] = self.runs.len();
        }
        let ranks = self.order[range.clone()]
            .iter()
            .map(|seat| self.ranks[seat.position()]);
        let best_rank = ranks.min().unwrap_or(u64::MAX);
        self.runs.push(Run { range, best_rank });
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

/// Sorts a row's seats along the axis on which it is longer.
fn sort_along(row: &mut [(SeatIndex, &Seat)]) {
    let spread = |coordinate: fn(Point) -> i32| {
        let coordinates = row.iter().map(|(_, seat)| coordinate(centre(seat)));
        let (low, high) = (coordinates.clone().min(), coordinates.max());
        low.zip(high).map_or(0, |(low, high)| high.abs_diff(low))
    };
    if spread(|point| point.x) >= spread(|point| point.y) {
        row.sort_by_key(|(_, seat)| (centre(seat).x, centre(seat).y));
    } else {
        row.sort_by_key(|(_, seat)| (centre(seat).y, centre(seat).x));
    }
}

/// The widest gap of a row that is no aisle: its usual gap is the median one.
fn aisle_width(gaps: &[u64]) -> u64 {
    let mut sorted = gaps.to_vec();
    sorted.sort_unstable();
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0);
    median.saturating_mul(AISLE_PERCENT) / 100
}
