//! Choosing seats for a party: the best together, or the nearest to what was taken.
//!
//! First choice is a window of neighbours in one run. Among windows, one that leaves no orphan
//! (a single free seat between taken ones or an aisle) beats one that does; then the lower cost
//! wins: the distance to what people look at, or to the seats that were wanted. Where no run has
//! so many free neighbours, the party sits as near to each other as it can.

use crate::manifest::{Point, SeatIndex, SectionIndex};
use crate::rows::{Run, centre, distance};
use crate::seat_map::SeatMap;

/// How many places to gather a scattered party around are tried.
const SEEDS_MAX: usize = 8;

/// How good a window is: orphans left, then summed cost. The lower, the better.
type Score = (u32, u64);

/// A window of neighbours.
struct Window {
    score: Score,
    seats: Vec<SeatIndex>,
}

/// What a seat costs the chooser: the lower, the better.
enum Cost {
    /// Its distance to what people look at.
    Rank,
    /// Its distance to a point of the plan.
    Nearness(Point),
}

impl SeatMap {
    /// So many free seats, together if possible, the best first. There must be enough of them.
    pub(super) fn best_together(
        &self,
        quantity: u32,
        section: Option<SectionIndex>,
    ) -> Vec<SeatIndex> {
        let wanted = usize::try_from(quantity).unwrap_or(usize::MAX);
        self.best_window(wanted, section, &Cost::Rank)
            .unwrap_or_else(|| self.gather(wanted, section))
    }

    /// As many free seats as were wanted, near them: in their section first, then anywhere.
    pub(super) fn nearest_alternative(&self, wanted: &[SeatIndex]) -> Vec<SeatIndex> {
        let cost = Cost::Nearness(self.middle(wanted));
        let section = wanted
            .first()
            .map(|seat| self.manifest.seats()[seat.position()].section);
        let mut alternative = self
            .best_window(wanted.len(), section, &cost)
            .or_else(|| self.best_window(wanted.len(), None, &cost))
            .or_else(|| self.nearest(wanted.len(), None, self.middle(wanted)))
            .unwrap_or_default();
        alternative.sort_unstable();
        alternative
    }

    fn best_window(
        &self,
        wanted: usize,
        section: Option<SectionIndex>,
        cost: &Cost,
    ) -> Option<Vec<SeatIndex>> {
        let mut best: Option<Window> = None;
        for (index, run) in self.runs(section) {
            let free = usize::try_from(self.free_seats_of_run[index]).unwrap_or(usize::MAX);
            if free < wanted || self.cannot_beat(run, wanted, cost, best.as_ref()) {
                continue;
            }
            self.try_run(run, wanted, cost, &mut best);
        }
        best.map(|window| window.seats)
    }

    fn runs(&self, section: Option<SectionIndex>) -> Box<dyn Iterator<Item = (usize, &Run)> + '_> {
        match section {
            Some(section) => Box::new(self.manifest.rows().runs_of_section(section)),
            None => Box::new(self.manifest.rows().runs()),
        }
    }

    /// Whether even the best seat of a run, had by everybody, is worse than what was found.
    fn cannot_beat(&self, run: &Run, wanted: usize, cost: &Cost, best: Option<&Window>) -> bool {
        let wanted = u64::try_from(wanted).unwrap_or(u64::MAX);
        match cost {
            Cost::Rank => {
                best.is_some_and(|best| best.score <= (0, run.best_rank.saturating_mul(wanted)))
            }
            Cost::Nearness(_) => false,
        }
    }

    /// Slides a window over a run's free neighbours.
    fn try_run(&self, run: &Run, wanted: usize, cost: &Cost, best: &mut Option<Window>) {
        let seats = self.manifest.rows().seats_of(run);
        for streak in seats.chunk_by(|a, b| self.is_free(*a) == self.is_free(*b)) {
            if self.is_free(streak[0]) && streak.len() >= wanted {
                self.try_streak(streak, wanted, cost, best);
            }
        }
    }

    /// A streak is bounded by taken seats or aisles, so a single seat left at its end is an orphan.
    fn try_streak(
        &self,
        streak: &[SeatIndex],
        wanted: usize,
        cost: &Cost,
        best: &mut Option<Window>,
    ) {
        let last_start = streak.len().saturating_sub(wanted);
        for (start, window) in streak.windows(wanted).enumerate() {
            let left_over = [start, last_start.saturating_sub(start)];
            let orphans = left_over.iter().map(|seats| u32::from(*seats == 1)).sum();
            let costs = window.iter().map(|seat| self.cost(*seat, cost));
            let score = (orphans, costs.fold(0, u64::saturating_add));
            if best.as_ref().is_none_or(|best| score < best.score) {
                *best = Some(Window {
                    score,
                    seats: window.to_vec(),
                });
            }
        }
    }

    fn cost(&self, seat: SeatIndex, cost: &Cost) -> u64 {
        match cost {
            Cost::Rank => self.manifest.rows().rank(seat),
            Cost::Nearness(point) => distance(self.centre_of(seat), *point),
        }
    }

    /// Seats a party that finds no window: around the best seat of each of the longest streaks, in
    /// one section if that has room.
    fn gather(&self, wanted: usize, section: Option<SectionIndex>) -> Vec<SeatIndex> {
        let candidates = self.seeds(section).into_iter().filter_map(|seed| {
            let home = self.manifest.seats()[seed.position()].section;
            let around = self.centre_of(seed);
            let near_home = self.nearest(wanted, Some(home), around);
            let seats = near_home.or_else(|| self.nearest(wanted, section, around))?;
            let costs = seats.iter().map(|seat| {
                let apart = distance(self.centre_of(*seat), around);
                apart
                    .saturating_mul(2)
                    .saturating_add(self.manifest.rows().rank(*seat))
            });
            Some((costs.fold(0, u64::saturating_add), seats))
        });
        candidates.min().map(|(_, seats)| seats).unwrap_or_default()
    }

    /// The best seat of each of the longest streaks of free seats.
    fn seeds(&self, section: Option<SectionIndex>) -> Vec<SeatIndex> {
        let mut streaks: Vec<(std::cmp::Reverse<usize>, u64, SeatIndex)> = Vec::new();
        for (_, run) in self.runs(section) {
            let seats = self.manifest.rows().seats_of(run);
            for streak in seats.chunk_by(|a, b| self.is_free(*a) == self.is_free(*b)) {
                let best = streak
                    .iter()
                    .map(|seat| (self.manifest.rows().rank(*seat), *seat))
                    .min();
                if let Some((rank, seat)) = best.filter(|(_, seat)| self.is_free(*seat)) {
                    streaks.push((std::cmp::Reverse(streak.len()), rank, seat));
                }
            }
        }
        if streaks.len() > SEEDS_MAX {
            streaks.select_nth_unstable(SEEDS_MAX);
            streaks.truncate(SEEDS_MAX);
        }
        streaks.into_iter().map(|(_, _, seat)| seat).collect()
    }

    /// The free seats nearest to a point, if there are so many.
    fn nearest(
        &self,
        wanted: usize,
        section: Option<SectionIndex>,
        around: Point,
    ) -> Option<Vec<SeatIndex>> {
        let runs = self.runs(section);
        let seats = runs.flat_map(|(_, run)| self.manifest.rows().seats_of(run));
        let free = seats.filter(|seat| self.is_free(**seat));
        let mut by_distance: Vec<(u64, SeatIndex)> = free
            .map(|seat| (distance(self.centre_of(*seat), around), *seat))
            .collect();
        if by_distance.len() < wanted {
            return None;
        }
        if by_distance.len() > wanted {
            by_distance.select_nth_unstable(wanted);
            by_distance.truncate(wanted);
        }
        Some(by_distance.into_iter().map(|(_, seat)| seat).collect())
    }

    /// The point in the middle of seats.
    fn middle(&self, seats: &[SeatIndex]) -> Point {
        let count = i64::try_from(seats.len()).unwrap_or(i64::MAX).max(1);
        let mean = |coordinate: fn(Point) -> i32| {
            let coordinates = seats
                .iter()
                .map(|seat| i64::from(coordinate(self.centre_of(*seat))));
            let mean = coordinates
                .fold(0_i64, i64::saturating_add)
                .checked_div(count);
            mean.and_then(|mean| i32::try_from(mean).ok()).unwrap_or(0)
        };
        Point {
            x: mean(|point| point.x),
            y: mean(|point| point.y),
        }
    }

    fn centre_of(&self, seat: SeatIndex) -> Point {
        centre(&self.manifest.seats()[seat.position()])
    }
}
