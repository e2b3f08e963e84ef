//! From sale to sale: places whose tickets were refunded.

use crate::manifest::SectionIndex;
use crate::seat_map::change::{Change, Lot, LotState, SeatState};
use crate::seat_map::command::Return;
use crate::seat_map::{Refusal, SeatMap};

impl SeatMap {
    /// The map has forgotten how many standing places a closed order bought, so the command says it; the journal
    /// writes nothing unless its row says the same.
    pub(super) fn decide_return(&self, places: &Return) -> Result<Vec<Change>, Refusal> {
        if self.orders.get(places.order).is_some() {
            // It is sold, but this map has not been told yet.
            return Err(Refusal::PaymentUnderWay);
        }
        let rises = |a: &(SectionIndex, u32, u32), b: &(SectionIndex, u32, u32)| a.0 < b.0;
        if !places.standing.is_sorted_by(rises) {
            return Err(Refusal::InvalidPlaces { seats: Vec::new() });
        }
        let mut changes = self.returned_seats(places);
        for (section, sold, kept) in &places.standing {
            let found = self.manifest.section(*section);
            let counts = self.sections.get(section.position());
            let is_possible = found.is_some_and(|section| !section.is_seated())
                && counts.is_some_and(|counts| counts.sold >= *sold);
            if !is_possible || kept > sold {
                return Err(Refusal::InvalidPlaces { seats: Vec::new() });
            }
            if kept == sold {
                continue;
            }
            changes.push(Change::Standing {
                section: *section,
                order: places.order,
                from: sold_lot(*sold),
                to: sold_lot(*kept),
            });
            if places.withhold {
                let from = self.sections[section.position()].withheld;
                let to = from.saturating_add(sold.saturating_sub(*kept));
                changes.push(Change::Allocation {
                    section: *section,
                    from,
                    to,
                });
            }
        }
        Ok(changes)
    }

    fn returned_seats(&self, places: &Return) -> Vec<Change> {
        let mut seats = places.seats.clone();
        seats.sort_unstable();
        seats.dedup();
        let bought = SeatState::Sold(places.order);
        let to = match places.withhold {
            true => SeatState::Allocated,
            false => SeatState::Free,
        };
        let seats = seats.into_iter();
        let seats = seats.filter(|seat| self.seats.get(seat.position()) == Some(&bought));
        let changes = seats.map(|seat| Change::Seat {
            seat,
            from: bought,
            to,
        });
        changes.collect()
    }
}

fn sold_lot(quantity: u32) -> Lot {
    match quantity {
        0 => Lot::NONE,
        quantity => Lot {
            quantity,
            state: LotState::Sold,
        },
    }
}
