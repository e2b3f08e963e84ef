//! Choosing seats for a party: the best together, or the nearest to what was taken.
//!
//! First choice is a window of neighbours in one run. Among windows, one that leaves no orphan
//! (a single free seat between taken ones or an aisle) beats one that does; then the lower cost
//! wins: the distance to what people look at, or to the seats that were wanted. Where no run has
//! so many free neighbours, the party sits as near to each other as it can.
//!
//! Accessible seats are left to those who ask for one, as long as the others suffice: until then they
//! are as good as taken.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::manifest::{Point, SeatIndex, SectionIndex};
use crate::rows::{Run, centre, distance};
use crate::seat_map::SeatMap;
use crate::seat_map::command::Sections;

/// How many places to gather a scattered party around are tried.
const SEEDS_MAX: usize = 8;

/// How good a window is: orphans left, then summed cost. The lower, the better.
type Score = (u32, u64);

/// A window of neighbours.
struct Window {
    score: Score,
    seats: Vec<SeatIndex>,
}

/// Which seats may be chosen.
#[derive(Clone, Copy)]
pub(super) struct Range<'a> {
    /// Where.
    pub sections: &'a Sections,
    /// And of which kind.
    pub access: Access,
}

/// What becomes of accessible seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// There has to be one among the chosen.
    Wanted,
    /// They are left to others.
    Spared,
    /// They are seats like all others.
    Any,
}

/// A search for the best window of a length.
struct Search<'a> {
    wanted: usize,
    range: Range<'a>,
    cost: Cost,
    best: Option<Window>,
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
    pub(super) fn best_together(&self, quantity: u32, range: Range<'_>) -> Vec<SeatIndex> {
        let wanted = usize::try_from(quantity).unwrap_or(usize::MAX);
        self.best_window(wanted, range, Cost::Rank)
            .unwrap_or_else(|| self.gather(wanted, range))
    }

    /// As many free seats as were wanted, near them: in their section first, then anywhere. Who wanted
    /// an accessible seat is offered one if there is any.
    pub(super) fn nearest_alternative(&self, wanted: &[SeatIndex]) -> Vec<SeatIndex> {
        let count = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
        let middle = self.middle(wanted);
        let is_accessible = wanted.iter().any(|seat| self.is_accessible(*seat));
        let access = if is_accessible && self.free_accessible(&Sections::All) == 0 {
            Access::Any
        } else {
            self.access(count, &Sections::All, is_accessible)
        };
        let within = |sections| Range { sections, access };
        let home = wanted.first().map(|seat| self.section_of(*seat));
        let home = home.map_or(Sections::All, Sections::one);
        let mut alternative = self
            .best_window(wanted.len(), within(&home), Cost::Nearness(middle))
            .or_else(|| {
                self.best_window(wanted.len(), within(&Sections::All), Cost::Nearness(middle))
            })
            .or_else(|| self.nearest(wanted.len(), within(&Sections::All), middle))
            .unwrap_or_default();
        alternative.sort_unstable();
        alternative
    }

    /// Accessible seats come last, unless one is asked for.
    pub(super) fn access(&self, quantity: u32, sections: &Sections, is_asked_for: bool) -> Access {
        let others = self
            .free_seats(sections)
            .saturating_sub(self.free_accessible(sections));
        if is_asked_for {
            Access::Wanted
        } else if others >= quantity {
            Access::Spared
        } else {
            Access::Any
        }
    }

    fn best_window(&self, wanted: usize, range: Range<'_>, cost: Cost) -> Option<Vec<SeatIndex>> {
        let mut search = Search {
            wanted,
            range,
            cost,
            best: None,
        };
        for (least_cost, run) in self.promising_runs(&search) {
            if search.cannot_gain((0, least_cost)) {
                break;
            }
            self.try_run(run, least_cost, &mut search);
        }
        search.best.map(|window| window.seats)
    }

    /// The runs with enough free seats, and what a window of each costs at least: cheapest first, so
    /// that a search need not look at every seat of the house.
    fn promising_runs<'a>(&'a self, search: &Search<'a>) -> Vec<(u64, &'a Run)> {
        let wanted = u64::try_from(search.wanted).unwrap_or(u64::MAX);
        let has_room = |index: usize| u64::from(self.free_seats_of_run[index]) >= wanted;
        let fits = |run: &Run| search.range.access != Access::Wanted || run.has_accessible;
        let runs = self
            .runs(search.range.sections)
            .filter(|(index, run)| has_room(*index) && fits(run));
        let mut promising: Vec<(u64, &Run)> = runs
            .map(|(_, run)| (search.cost.at_least(run).saturating_mul(wanted), run))
            .collect();
        promising.sort_by_key(|(least_cost, _)| *least_cost);
        promising
    }

    fn runs<'a>(
        &'a self,
        sections: &'a Sections,
    ) -> Box<dyn Iterator<Item = (usize, &'a Run)> + 'a> {
        let rows = self.manifest.rows();
        match sections {
            Sections::All => Box::new(rows.runs()),
            Sections::Only(sections) => {
                Box::new(sections.iter().flat_map(|it| rows.runs_of_section(*it)))
            }
        }
    }

    /// Slides a window over a run's free neighbours.
    fn try_run(&self, run: &Run, least_cost: u64, search: &mut Search<'_>) {
        for streak in self.streaks(run, search.range.access) {
            if streak.len() >= search.wanted {
                self.try_streak(streak, least_cost, search);
            }
        }
    }

    /// A streak is bounded by taken seats or aisles, so a single seat left at its end is an orphan.
    fn try_streak(&self, streak: &[SeatIndex], least_cost: u64, search: &mut Search<'_>) {
        let last_start = streak.len().saturating_sub(search.wanted);
        for (start, window) in streak.windows(search.wanted).enumerate() {
            let left_over = [start, last_start.saturating_sub(start)];
            let orphans = left_over.iter().map(|seats| u32::from(*seats == 1)).sum();
            if search.cannot_gain((orphans, least_cost)) || !self.suits(window, search.range) {
                continue;
            }
            let costs = window.iter().map(|seat| self.cost(*seat, &search.cost));
            let score = (orphans, costs.fold(0, u64::saturating_add));
            if !search.cannot_gain(score) {
                let seats = window.to_vec();
                search.best = Some(Window { score, seats });
            }
        }
    }

    fn cost(&self, seat: SeatIndex, cost: &Cost) -> u64 {
        match cost {
            Cost::Rank => self.manifest.rows().rank(seat),
            Cost::Nearness(point) => distance(self.centre_of(seat), *point),
        }
    }

    fn suits(&self, seats: &[SeatIndex], range: Range<'_>) -> bool {
        range.access != Access::Wanted || seats.iter().any(|seat| self.is_accessible(*seat))
    }

    /// Seats a party that finds no window: around the best seat of one of the longest streaks, and
    /// across sections, with their prices and doors, only where none of these streaks' has room.
    fn gather(&self, wanted: usize, range: Range<'_>) -> Vec<SeatIndex> {
        let candidates = self.seeds(range).into_iter().filter_map(|seed| {
            let home = Sections::one(self.section_of(seed));
            let at_home = Range {
                sections: &home,
                ..range
            };
            let around = self.centre_of(seed);
            let at_home = self.nearest(wanted, at_home, around);
            let is_away = at_home.is_none();
            let seats = at_home.or_else(|| self.nearest(wanted, range, around))?;
            let costs = seats.iter().map(|seat| {
                let apart = distance(self.centre_of(*seat), around);
                apart
                    .saturating_mul(2)
                    .saturating_add(self.manifest.rows().rank(*seat))
            });
            Some((is_away, costs.fold(0, u64::saturating_add), seats))
        });
        candidates
            .min()
            .map(|(_, _, seats)| seats)
            .unwrap_or_default()
    }

    /// The best seat of each of the longest streaks of free seats; the best accessible one, if there
    /// has to be one.
    fn seeds(&self, range: Range<'_>) -> Vec<SeatIndex> {
        let mut streaks: Vec<(Reverse<usize>, u64, SeatIndex)> = Vec::new();
        for (_, run) in self.runs(range.sections) {
            for streak in self.streaks(run, range.access) {
                let seeds = streak.iter().filter(|seat| self.suits(&[**seat], range));
                let ranked = seeds.map(|seat| (self.manifest.rows().rank(*seat), *seat));
                let best = ranked.min();
                streaks.extend(best.map(|(rank, seat)| (Reverse(streak.len()), rank, seat)));
            }
        }
        if streaks.len() > SEEDS_MAX {
            streaks.select_nth_unstable(SEEDS_MAX);
            streaks.truncate(SEEDS_MAX);
        }
        streaks.into_iter().map(|(_, _, seat)| seat).collect()
    }

    /// The free seats nearest to a point, if there are so many. Where one has to be accessible, they
    /// are those nearest to the nearest of that kind.
    fn nearest(&self, wanted: usize, range: Range<'_>, around: Point) -> Option<Vec<SeatIndex>> {
        if range.access != Access::Wanted {
            return self.nearest_like(wanted, range, around, |_| true);
        }
        let accessible = self.nearest_like(1, range, around, |seat| self.is_accessible(seat))?;
        let mut seats = accessible.clone();
        let is_other = |seat| !accessible.contains(&seat);
        let (others, around) = (
            wanted.saturating_sub(1),
            self.centre_of(*accessible.first()?),
        );
        seats.extend(self.nearest_like(others, range, around, is_other)?);
        Some(seats)
    }

    fn nearest_like(
        &self,
        wanted: usize,
        range: Range<'_>,
        around: Point,
        is_like: impl Fn(SeatIndex) -> bool,
    ) -> Option<Vec<SeatIndex>> {
        let apart = |run: &Run| run.distance_from(around);
        let mut runs: Vec<(u64, &Run)> = self
            .runs(range.sections)
            .map(|(_, run)| (apart(run), run))
            .collect();
        runs.sort_by_key(|(apart, _)| *apart);
        let mut farthest_first = BinaryHeap::new();
        for (apart, run) in runs {
            let is_full = farthest_first.len() >= wanted;
            let farthest = farthest_first.peek().filter(|_| is_full);
            if farthest.is_some_and(|(farthest, _)| *farthest < apart) {
                break;
            }
            let seats = self.streaks(run, range.access).flatten().copied();
            for seat in seats.filter(|seat| is_like(*seat)) {
                farthest_first.push((distance(self.centre_of(seat), around), seat));
                if farthest_first.len() > wanted {
                    farthest_first.pop();
                }
            }
        }
        let seats = farthest_first.into_iter().map(|(_, seat)| seat);
        let seats: Vec<SeatIndex> = seats.collect();
        (seats.len() == wanted).then_some(seats)
    }

    /// The free neighbours of a run; where two taken seats meet there is an empty streak.
    fn streaks(&self, run: &Run, access: Access) -> impl Iterator<Item = &[SeatIndex]> {
        let seats = self.manifest.rows().seats_of(run);
        let is_spared =
            move |seat| access == Access::Spared && run.has_accessible && self.is_accessible(seat);
        seats.split(move |seat| !self.is_free(*seat) || is_spared(*seat))
    }

    fn is_accessible(&self, seat: SeatIndex) -> bool {
        self.manifest.seats()[seat.position()].accessible
    }

    fn section_of(&self, seat: SeatIndex) -> SectionIndex {
        self.manifest.seats()[seat.position()].section
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

impl Search<'_> {
    /// Whether a window of this score, or a worse one, is no better than what was found.
    fn cannot_gain(&self, score: Score) -> bool {
        self.best.as_ref().is_some_and(|best| best.score <= score)
    }
}

impl Cost {
    /// What any seat of a run costs at least.
    fn at_least(&self, run: &Run) -> u64 {
        match self {
            Self::Rank => run.best_rank,
            Self::Nearness(point) => run.distance_from(*point),
        }
    }
}
