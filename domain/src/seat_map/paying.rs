//! From hold to sale: what the payment operation asks of the map.
//!
//! A pinned place belongs to the payment operation: no timer frees it, no buyer changes it. The
//! sale is written by that operation in its own transaction; [`super::Command::Sell`] only learns of it.

use crate::ids::OrderId;
use crate::manifest::SeatIndex;
use crate::seat_map::change::{Change, DeadlineCause, Ending, Lot, LotState, SeatState};
use crate::seat_map::command::{Opening, Places};
use crate::seat_map::{GRACE, Order, Refusal, SeatMap};
use crate::time::Timestamp;

impl SeatMap {
    pub(super) fn decide_pin(
        &self,
        order: OrderId,
        now: Timestamp,
    ) -> Result<Vec<Change>, Refusal> {
        let found = self.orders.get(order).ok_or(Refusal::UnknownOrder)?;
        if found.is_pinned() {
            return Ok(Vec::new());
        }
        if now >= found.expires_at {
            return Err(Refusal::OrderExpired);
        }
        if found.quantity() == 0 {
            return Err(Refusal::NothingHeld);
        }
        let mut changes = change_all(found, SeatState::Held, SeatState::Pinned, LotState::Pinned);
        let claims: Vec<_> = found.unfiled_claims().cloned().collect();
        if !claims.is_empty() {
            changes.push(Change::Filed { order, claims });
        }
        Ok(changes)
    }

    /// Nothing happens to an order that is not pinned, or not open any more.
    pub(super) fn decide_unpin(&self, order: OrderId, now: Timestamp) -> Vec<Change> {
        let Some(found) = self.orders.get(order).filter(|found| found.is_pinned()) else {
            return Vec::new();
        };
        let mut changes = change_all(found, SeatState::Pinned, SeatState::Held, LotState::Held);
        let expires_at = self.deadline_no_earlier(found, now.plus(GRACE));
        if expires_at != found.expires_at {
            changes.push(Change::Deadline {
                order,
                expires_at,
                cause: DeadlineCause::Grace,
            });
        }
        changes
    }

    pub(super) fn decide_reclaim(
        &self,
        opening: &Opening,
        places: &Places,
        now: Timestamp,
    ) -> Result<Vec<Change>, Refusal> {
        let order = opening.order;
        let places = self.as_an_order_has_them(places)?;
        if let Some(found) = self.orders.get(order) {
            let is_so = found.is_pinned() && found.places() == places;
            return if is_so {
                Ok(Vec::new())
            } else {
                Err(Refusal::AlreadyOpen)
            };
        }
        self.check_all_free(&places)?;
        let expires_at = now.plus(GRACE);
        let mut changes = vec![Change::Opened {
            opening: *opening,
            expires_at,
            again: true,
        }];
        changes.extend(places.seats.iter().map(|seat| Change::Seat {
            seat: *seat,
            from: SeatState::Free,
            to: SeatState::Pinned(order),
        }));
        changes.extend(
            places
                .standing
                .iter()
                .map(|(section, quantity)| Change::Standing {
                    section: *section,
                    order,
                    from: Lot::NONE,
                    to: Lot {
                        quantity: *quantity,
                        state: LotState::Pinned,
                    },
                }),
        );
        Ok(changes)
    }

    /// An order that is not open any more was sold before this map was loaded.
    pub(super) fn decide_sell(&self, order: OrderId) -> Result<Vec<Change>, Refusal> {
        let Some(found) = self.orders.get(order) else {
            return Ok(Vec::new());
        };
        if !found.is_pinned() {
            return Err(Refusal::NothingHeld);
        }
        let mut changes = change_all(found, SeatState::Pinned, SeatState::Sold, LotState::Sold);
        changes.push(Change::Closed {
            order,
            ending: Ending::Sold,
        });
        Ok(changes)
    }

    /// The places as an order lists them: seats rising, each section once. Some that no order can
    /// have are refused.
    fn as_an_order_has_them(&self, places: &Places) -> Result<Places, Refusal> {
        let mut seats = places.seats.clone();
        seats.sort_unstable();
        let standing = places.standing_by_section();
        let are_seats = seats.iter().all(|seat| self.manifest.seat(*seat).is_some())
            && seats.is_sorted_by(|a, b| a < b);
        let are_standing = standing.iter().all(|(section, quantity)| {
            let found = self.manifest.section(*section);
            *quantity > 0 && found.is_some_and(|section| !section.is_seated())
        });
        let is_empty = seats.is_empty() && standing.is_empty();
        if is_empty || !are_seats || !are_standing {
            return Err(Refusal::InvalidPlaces { seats: Vec::new() });
        }
        let standing = standing.into_iter().collect();
        Ok(Places { seats, standing })
    }

    /// The guard again: what was paid late is given only if nobody has it.
    fn check_all_free(&self, places: &Places) -> Result<(), Refusal> {
        let is_taken = |seat: &&SeatIndex| !self.is_free(**seat);
        let taken: Vec<SeatIndex> = places.seats.iter().filter(is_taken).copied().collect();
        if !taken.is_empty() {
            return Err(Refusal::SeatTaken {
                taken,
                alternative: Vec::new(),
            });
        }
        for (section, quantity) in &places.standing {
            let free = self.sections[section.position()].free;
            if *quantity > free {
                return Err(Refusal::SoldOut { free });
            }
        }
        Ok(())
    }
}

/// Moves every place of an order from one state to another.
fn change_all(
    order: &Order,
    from: fn(OrderId) -> SeatState,
    to: fn(OrderId) -> SeatState,
    lot_state: LotState,
) -> Vec<Change> {
    let id = order.opening.order;
    let seats = order.seats.iter();
    let seats = seats.map(|seat| Change::Seat {
        seat: *seat,
        from: from(id),
        to: to(id),
    });
    let standing = order
        .standing
        .iter()
        .map(|(section, lot)| Change::Standing {
            section: *section,
            order: id,
            from: *lot,
            to: Lot {
                state: lot_state,
                ..*lot
            },
        });
    seats.chain(standing).collect()
}
