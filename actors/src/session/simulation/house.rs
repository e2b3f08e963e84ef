//! The house as everybody may see it, counted anew from rows or followed change by change.

use std::collections::BTreeMap;

use domain::seat_map::{Change, Lot, LotState, SeatState};
use domain::{Manifest, SectionIndex};

use super::rows::Rows;
use crate::feed::screen::Screen;

/// The state of each seat as the wire says it, and the places of each standing section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct House {
    seats: Vec<u8>,
    /// By section: its id, and free, held and sold places.
    standing: BTreeMap<SectionIndex, (String, [u64; 3])>,
}

impl House {
    pub fn empty(manifest: &Manifest) -> Self {
        let sections = manifest.section_indexes().zip(manifest.sections());
        let standing = sections.filter(|(_, section)| section.capacity() > 0);
        let standing = standing.map(|(index, section)| {
            let free = u64::from(section.capacity());
            (index, (section.section_id.to_string(), [free, 0, 0]))
        });
        Self {
            seats: vec![0; manifest.seats().len()],
            standing: standing.collect(),
        }
    }

    pub fn of_rows(manifest: &Manifest, rows: &Rows) -> Self {
        let mut house = Self::empty(manifest);
        for (seat, state) in &rows.seats {
            house.seats[seat.position()] = shown(*state);
        }
        for ((_, section), lot) in &rows.lots {
            house.move_lot(*section, Lot::NONE, *lot);
        }
        house
    }

    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Seat { seat, to, .. } => self.seats[seat.position()] = shown(*to),
            Change::Standing {
                section, from, to, ..
            } => self.move_lot(*section, *from, *to),
            _ => {}
        }
    }

    fn move_lot(&mut self, section: SectionIndex, from: Lot, to: Lot) {
        let (_, counts) = self.standing.get_mut(&section).expect("it is standing");
        counts[0] += u64::from(from.quantity);
        counts[column(from)] -= u64::from(from.quantity);
        counts[0] -= u64::from(to.quantity);
        counts[column(to)] += u64::from(to.quantity);
    }

    /// The free places of each section.
    pub fn free(&self, manifest: &Manifest) -> Vec<u32> {
        let sections = manifest.sections().iter();
        let mut free: Vec<u32> = sections.map(domain::manifest::Section::capacity).collect();
        for (seat, state) in manifest.seats().iter().zip(&self.seats) {
            free[seat.section.position()] += u32::from(*state == 0);
        }
        free
    }

    /// Whether a client's screen shows exactly this.
    pub fn is_on(&self, screen: &Screen) -> bool {
        let standing: BTreeMap<String, [u64; 3]> = self.standing.values().cloned().collect();
        screen.seats == self.seats && screen.standing == standing
    }
}

fn shown(state: SeatState) -> u8 {
    match state {
        SeatState::Free => 0,
        SeatState::Held(_) | SeatState::Pinned(_) => 1,
        SeatState::Sold(_) => 2,
        SeatState::Allocated | SeatState::Disabled => 3,
    }
}

fn column(lot: Lot) -> usize {
    match lot.state {
        LotState::Held | LotState::Pinned => 1,
        LotState::Sold => 2,
    }
}
