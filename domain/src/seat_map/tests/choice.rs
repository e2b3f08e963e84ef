//! What the seat map may choose where the choice is its own: checked by brute force over all
//! windows of all rows.

use super::plan::PlanSeat;
use super::reference::{Model, rising};
use crate::manifest::SeatIndex;
use crate::seat_map::Sections;

/// What becomes of accessible seats: one has to be among the chosen, none may be, or it is all the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Accessible {
    Wanted,
    Spared,
    Any,
}

impl Model {
    /// By the rule as people say it: they come last, unless one is asked for.
    fn rule(&self, wanted: usize, sections: &Sections, is_asked_for: bool) -> Accessible {
        let free = self.free_seats(sections);
        let others = free.iter().filter(|seat| !seat.is_accessible).count();
        match is_asked_for {
            true => Accessible::Wanted,
            false if others >= wanted => Accessible::Spared,
            false => Accessible::Any,
        }
    }

    /// The seats that may be chosen.
    fn eligible(&self, sections: &Sections, rule: Accessible) -> Vec<PlanSeat> {
        let mut seats = self.free_seats(sections);
        seats.retain(|seat| rule != Accessible::Spared || !seat.is_accessible);
        seats
    }

    /// Every run of neighbours of a length that may be chosen, with the single seats that taking it would
    /// leave.
    fn windows(
        &self,
        wanted: usize,
        sections: &Sections,
        rule: Accessible,
    ) -> Vec<(u32, Vec<PlanSeat>)> {
        let mut windows = Vec::new();
        for block in self.plan().blocks(sections) {
            let free = |place: Option<usize>| {
                let seat = place.and_then(|place| block.get(place));
                seat.is_some_and(|seat| {
                    let is_spared = rule == Accessible::Spared && seat.is_accessible;
                    self.is_free(seat.index) && !is_spared
                })
            };
            for start in 0..block.len() {
                let end = start + wanted;
                if end > block.len() || !(start..end).all(|place| free(Some(place))) {
                    continue;
                }
                let mut seats = block[start..end].iter();
                if rule == Accessible::Wanted && !seats.any(|seat| seat.is_accessible) {
                    continue;
                }
                let left = free(start.checked_sub(1)) && !free(start.checked_sub(2));
                let right = free(Some(end)) && !free(Some(end + 1));
                let orphans = u32::from(left) + u32::from(right);
                windows.push((orphans, block[start..end].to_vec()));
            }
        }
        windows
    }

    /// Whether the seats are one of the windows, and none has fewer orphans or then a lower cost.
    fn check_window(
        &self,
        seats: &[SeatIndex],
        windows: &[(u32, Vec<PlanSeat>)],
        target: (i64, i64),
    ) {
        let score = |(orphans, window): &(u32, Vec<PlanSeat>)| {
            let costs = window.iter().map(|seat| distance((seat.x, seat.y), target));
            (*orphans, costs.sum::<u64>())
        };
        let is_it = |window: &[PlanSeat]| {
            let indexes: Vec<SeatIndex> = window.iter().map(|seat| SeatIndex(seat.index)).collect();
            rising(&indexes) == seats
        };
        let chosen = windows.iter().find(|(_, window)| is_it(window));
        let chosen = chosen.unwrap_or_else(|| panic!("{seats:?} are no free neighbours"));
        assert_eq!(
            Some(score(chosen)),
            windows.iter().map(score).min(),
            "{seats:?}"
        );
    }

    pub fn check_best(
        &self,
        wanted: usize,
        sections: &Sections,
        accessible: bool,
        seats: &[SeatIndex],
    ) {
        assert_eq!(seats.len(), wanted);
        let rule = self.rule(wanted, sections, accessible);
        let windows = self.windows(wanted, sections, rule);
        if !windows.is_empty() {
            return self.check_window(seats, &windows, self.plan().focus);
        }
        let is_around = |seed: &PlanSeat| {
            let home = Sections::one(self.plan().section_of(seed.index));
            let at_home = self.eligible(&home, rule);
            let scope = if at_home.len() >= wanted {
                at_home
            } else {
                self.eligible(sections, rule)
            };
            are_nearest(seats, &scope, (seed.x, seed.y))
        };
        let mut seeds = self.eligible(sections, rule);
        seeds.retain(|seed| rule != Accessible::Wanted || is_chosen_accessible(seed, seats));
        assert!(
            seeds.iter().any(is_around),
            "{seats:?} are not near each other"
        );
    }

    pub fn check_alternative(&self, wanted: &[SeatIndex], alternative: &[SeatIndex]) {
        let count = i64::try_from(wanted.len()).unwrap();
        let wanted_seats = self.plan().seats(&Sections::All);
        let wanted_seats: Vec<PlanSeat> = wanted_seats
            .filter(|seat| wanted.contains(&SeatIndex(seat.index)))
            .collect();
        let sum = wanted_seats
            .iter()
            .fold((0, 0), |(x, y), seat| (x + seat.x, y + seat.y));
        let middle = (sum.0 / count, sum.1 / count);
        let free = self.free_seats(&Sections::All);
        let is_asked_for = wanted_seats.iter().any(|seat| seat.is_accessible);
        let rule = match is_asked_for && !free.iter().any(|seat| seat.is_accessible) {
            true => Accessible::Any,
            false => self.rule(wanted.len(), &Sections::All, is_asked_for),
        };
        let home = Sections::one(self.plan().section_of(wanted[0].0));
        for sections in [home, Sections::All] {
            let windows = self.windows(wanted.len(), &sections, rule);
            if !windows.is_empty() {
                return self.check_window(alternative, &windows, middle);
            }
        }
        let free = self.eligible(&Sections::All, rule);
        if free.len() < wanted.len() {
            return assert_eq!(alternative, []);
        }
        assert_eq!(alternative.len(), wanted.len());
        let accessible = || free.iter().filter(|seat| seat.is_accessible);
        let apart = |seat: &PlanSeat| distance((seat.x, seat.y), middle);
        let is_right = match rule {
            Accessible::Wanted => accessible().any(|seed| {
                Some(apart(seed)) == accessible().map(apart).min()
                    && is_chosen_accessible(seed, alternative)
                    && are_nearest(alternative, &free, (seed.x, seed.y))
            }),
            Accessible::Spared | Accessible::Any => are_nearest(alternative, &free, middle),
        };
        assert!(is_right, "{alternative:?}");
    }
}

fn is_chosen_accessible(seat: &PlanSeat, chosen: &[SeatIndex]) -> bool {
    seat.is_accessible && chosen.contains(&SeatIndex(seat.index))
}

fn distance(a: (i64, i64), b: (i64, i64)) -> u64 {
    let (x, y) = (a.0 - b.0, a.1 - b.1);
    u64::try_from(x * x + y * y).unwrap().isqrt()
}

/// Whether no free seat that was left is nearer to a point than one that was chosen.
fn are_nearest(chosen: &[SeatIndex], free: &[PlanSeat], around: (i64, i64)) -> bool {
    let is_chosen = |seat: &&PlanSeat| chosen.contains(&SeatIndex(seat.index));
    let (taken, left): (Vec<&PlanSeat>, Vec<&PlanSeat>) = free.iter().partition(is_chosen);
    let far = taken
        .iter()
        .map(|seat| distance((seat.x, seat.y), around))
        .max();
    let near = left
        .iter()
        .map(|seat| distance((seat.x, seat.y), around))
        .min();
    taken.len() == chosen.len() && near.is_none_or(|near| far <= Some(near))
}
