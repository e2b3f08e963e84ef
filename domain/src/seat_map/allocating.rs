//! What staff withhold: allocations that can be released, and seats out of use.

use crate::manifest::{SeatIndex, SectionIndex};
use crate::seat_map::change::{Change, SeatState};
use crate::seat_map::command::Places;
use crate::seat_map::{Refusal, SeatMap};

impl SeatMap {
    pub(super) fn decide_allocate(&self, places: &Places) -> Result<Vec<Change>, Refusal> {
        let mut changes = self.withhold(&places.seats, SeatState::Allocated)?;
        for (section, quantity) in places.standing_by_section() {
            let from = self.check_standing_section(section)?;
            let free = self.sections[section.position()].free;
            if quantity > free {
                return Err(Refusal::SoldOut { free });
            }
            let to = from.saturating_add(quantity);
            if from != to {
                changes.push(Change::Allocation { section, from, to });
            }
        }
        Ok(changes)
    }

    /// Places that are not allocated stay what they are.
    pub(super) fn decide_deallocate(&self, places: &Places) -> Vec<Change> {
        let allocated = self
            .distinct(&places.seats)
            .into_iter()
            .filter(|seat| self.seats.get(seat.position()) == Some(&SeatState::Allocated));
        let seats = allocated.map(|seat| Change::Seat {
            seat,
            from: SeatState::Allocated,
            to: SeatState::Free,
        });
        let standing = places.standing_by_section().into_iter();
        let standing = standing.filter_map(|(section, quantity)| {
            let from = self.check_standing_section(section).ok()?;
            let to = from.saturating_sub(quantity);
            (from != to).then_some(Change::Allocation { section, from, to })
        });
        seats.chain(standing).collect()
    }

    pub(super) fn decide_disable(&self, seats: &[SeatIndex]) -> Result<Vec<Change>, Refusal> {
        self.withhold(seats, SeatState::Disabled)
    }

    /// Takes free seats from sale; those that are in the wanted state already are left alone.
    fn withhold(&self, seats: &[SeatIndex], to: SeatState) -> Result<Vec<Change>, Refusal> {
        let seats = self.distinct(seats);
        let is_unknown = |seat: &&SeatIndex| self.manifest.seat(**seat).is_none();
        let unknown: Vec<SeatIndex> = seats.iter().filter(is_unknown).copied().collect();
        if !unknown.is_empty() {
            return Err(Refusal::InvalidPlaces { seats: unknown });
        }
        let states = seats
            .iter()
            .map(|seat| (*seat, self.seats[seat.position()]));
        let (free, others): (Vec<_>, Vec<_>) = states
            .filter(|(_, state)| *state != to)
            .partition(|(_, state)| *state == SeatState::Free);
        if !others.is_empty() {
            let taken = others.into_iter().map(|(seat, _)| seat).collect();
            return Err(Refusal::SeatTaken {
                taken,
                alternative: Vec::new(),
            });
        }
        Ok(free
            .into_iter()
            .map(|(seat, from)| Change::Seat { seat, from, to })
            .collect())
    }

    /// How many places of a standing section are withheld.
    fn check_standing_section(&self, section: SectionIndex) -> Result<u32, Refusal> {
        match self.manifest.section(section) {
            Some(found) if !found.is_seated() => Ok(self.sections[section.position()].withheld),
            Some(_) | None => Err(Refusal::InvalidPlaces { seats: Vec::new() }),
        }
    }

    fn distinct(&self, seats: &[SeatIndex]) -> Vec<SeatIndex> {
        let mut seats = seats.to_vec();
        seats.sort_unstable();
        seats.dedup();
        seats
    }
}
