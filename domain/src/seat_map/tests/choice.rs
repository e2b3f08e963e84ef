//! What the seat map may choose where the choice is its own: checked by brute force over all
//! windows of all rows.

use super::plan::PlanSeat;
use super::reference::{Model, rising};
use crate::manifest::{SeatIndex, SectionIndex};

impl Model {
    /// Every run of free neighbours of a length, with the single seats that taking it would leave.
    fn windows(&self, wanted: usize, section: Option<SectionIndex>) -> Vec<(u32, Vec<PlanSeat>)> {
        let mut windows = Vec::new();
        for block in self.plan().blocks(section) {
            let free = |place: Option<usize>| {
                let seat = place.and_then(|place| block.get(place));
                seat.is_some_and(|seat| self.is_free(seat.index))
            };
            for start in 0..block.len() {
                let end = start + wanted;
                if end > block.len() || !(start..end).all(|place| free(Some(place))) {
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

    pub fn check_best(&self, wanted: usize, section: Option<SectionIndex>, seats: &[SeatIndex]) {
        assert_eq!(seats.len(), wanted);
        let windows = self.windows(wanted, section);
        if !windows.is_empty() {
            return self.check_window(seats, &windows, self.plan().focus);
        }
        let is_around = |seed: &PlanSeat| {
            let home = self.plan().section_of(seed.index);
            let at_home = self.free_seats(Some(home));
            let scope = if at_home.len() >= wanted {
                at_home
            } else {
                self.free_seats(section)
            };
            are_nearest(seats, &scope, (seed.x, seed.y))
        };
        let seeds = self.free_seats(section);
        assert!(
            seeds.iter().any(is_around),
            "{seats:?} are not near each other"
        );
    }

    pub fn check_alternative(&self, wanted: &[SeatIndex], alternative: &[SeatIndex]) {
        let count = i64::try_from(wanted.len()).unwrap();
        let wanted_seats = self
            .plan()
            .seats(None)
            .filter(|seat| wanted.contains(&SeatIndex(seat.index)));
        let sum = wanted_seats.fold((0, 0), |(x, y), seat| (x + seat.x, y + seat.y));
        let middle = (sum.0 / count, sum.1 / count);
        let home = self.plan().section_of(wanted[0].0);
        for section in [Some(home), None] {
            let windows = self.windows(wanted.len(), section);
            if !windows.is_empty() {
                return self.check_window(alternative, &windows, middle);
            }
        }
        let free = self.free_seats(None);
        if free.len() < wanted.len() {
            assert_eq!(alternative, []);
        } else {
            assert_eq!(alternative.len(), wanted.len());
            assert!(are_nearest(alternative, &free, middle), "{alternative:?}");
        }
    }
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
