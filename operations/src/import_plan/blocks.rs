//! Telling rows of one name apart.
//!
//! A hall may have a row A in each of its blocks. A block is what stands together: a row belongs
//! to the block that has seats within two seat spacings of most of its own, of half of them at least, and
//! has no seat of the same row and number. Only where tickets of one section would read the same do rows get their
//! block's number.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use domain::manifest::Point;

use super::geometry::distance_squared;
use super::pretix::{Row, Zone};

/// More blocks than that in one zone are no blocks but a mistake.
pub(super) const BLOCKS_MAX: usize = 1_000;

/// Where the file does not say, because no row has two seats: hundredths of a unit.
const SPACING_DEFAULT: i64 = 2_500;

/// A seat's two coordinates and its block.
type Neighbour = (i32, i32, usize);

/// The block of each row of the zone, from nought in the order of the file; nothing if there are too many.
pub(super) fn of_rows(zone: &Zone) -> Option<Vec<usize>> {
    let mut blocks = Blocks::new(&zone.rows);
    zone.rows.iter().map(|row| blocks.join(row)).collect()
}

/// The blocks of a zone while its rows come in.
struct Blocks<'a> {
    /// The square of the distance within which seats stand together.
    reach_squared: i64,
    /// The width of a cell of `near`.
    reach: i64,
    /// The seats that have come, with their block, by cell, so that a seat is compared with neighbours alone.
    near: HashMap<(i64, i64), HashSet<Neighbour>>,
    /// The rows and numbers that each block has.
    labels: Vec<HashSet<(&'a str, &'a str)>>,
}

impl<'a> Blocks<'a> {
    fn new(rows: &[Row]) -> Self {
        let reach_squared = 4 * spacing_squared(rows);
        let reach = reach_squared.isqrt().max(1);
        Self {
            reach_squared,
            reach,
            near: HashMap::new(),
            labels: Vec::new(),
        }
    }

    fn join(&mut self, row: &'a Row) -> Option<usize> {
        let is_beside = |seats: usize| 2 * seats >= row.seats.len();
        let fits = |block: usize| {
            let labels = &self.labels[block];
            row.seats
                .iter()
                .all(|seat| !labels.contains(&(row.label.as_str(), seat.number.as_str())))
        };
        let candidates = self.seats_beside(row).into_iter();
        let candidates = candidates.filter(|(block, seats)| is_beside(*seats) && fits(*block));
        // Of two blocks with as many neighbours the earlier one, so that the answer is always the same.
        let best = candidates.max_by_key(|(block, seats)| (*seats, Reverse(*block)));
        let block = best.map_or(self.labels.len(), |(block, _)| block);
        if block == BLOCKS_MAX {
            return None;
        }
        if block == self.labels.len() {
            self.labels.push(HashSet::new());
        }
        self.add(row, block);
        Some(block)
    }

    /// How many of the row's seats stand beside each block.
    fn seats_beside(&self, row: &Row) -> HashMap<usize, usize> {
        let mut counts = HashMap::new();
        for seat in &row.seats {
            for block in self.blocks_beside(seat.position) {
                *counts.entry(block).or_default() += 1;
            }
        }
        counts
    }

    fn blocks_beside(&self, at: Point) -> HashSet<usize> {
        let (column, line) = self.cell(at);
        let cells =
            (column - 1..=column + 1).flat_map(|x| (line - 1..=line + 1).map(move |y| (x, y)));
        let others = cells.filter_map(|cell| self.near.get(&cell)).flatten();
        let beside = others
            .filter(|(x, y, _)| distance_squared(at, Point { x: *x, y: *y }) <= self.reach_squared);
        beside.map(|(_, _, block)| *block).collect()
    }

    fn add(&mut self, row: &'a Row, block: usize) {
        for seat in &row.seats {
            let cell = self.cell(seat.position);
            self.near
                .entry(cell)
                .or_default()
                .insert((seat.position.x, seat.position.y, block));
            self.labels[block].insert((&row.label, &seat.number));
        }
    }

    fn cell(&self, point: Point) -> (i64, i64) {
        (
            i64::from(point.x).div_euclid(self.reach),
            i64::from(point.y).div_euclid(self.reach),
        )
    }
}

/// The square of the usual distance between neighbours in a row: the median.
fn spacing_squared(rows: &[Row]) -> i64 {
    let neighbours = rows.iter().flat_map(|row| row.seats.windows(2));
    let mut distances: Vec<i64> = neighbours
        .map(|pair| distance_squared(pair[0].position, pair[1].position))
        .collect();
    let middle = distances.len() / 2;
    if distances.is_empty() {
        return SPACING_DEFAULT * SPACING_DEFAULT;
    }
    *distances.select_nth_unstable(middle).1
}
