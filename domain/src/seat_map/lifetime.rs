//! How an order begins, lives longer, and ends unpaid.

use crate::ids::OrderId;
use crate::order::Credential;
use crate::seat_map::change::{Change, DeadlineCause, Ending, Lot, SeatState};
use crate::seat_map::command::{Opening, Places};
use crate::seat_map::{Order, Refusal, SeatMap};
use crate::time::Timestamp;

/// How many orders one decision lets expire, so that a batch stays small however many are due.
const EXPIRED_ORDERS_MAX: usize = 500;

impl SeatMap {
    pub(super) fn decide_open(
        &self,
        opening: &Opening,
        now: Timestamp,
    ) -> Result<Vec<Change>, Refusal> {
        if self.orders.get(opening.order).is_some() {
            return Err(Refusal::AlreadyOpen);
        }
        self.check_on_sale(now)?;
        let end_of_life = opening.opened_at.plus(self.rules.max_life);
        let expires_at = now.plus(self.rules.hold).min(end_of_life);
        Ok(vec![Change::Opened {
            opening: *opening,
            expires_at,
            again: false,
        }])
    }

    pub(super) fn decide_extend(
        &self,
        order: OrderId,
        credential: &Credential,
        now: Timestamp,
    ) -> Result<Vec<Change>, Refusal> {
        let found = self.order_of_bearer(order, credential)?;
        check_cart_is_open(found, now)?;
        if found.is_extended {
            return Err(Refusal::AlreadyExtended);
        }
        let extended = found.expires_at.plus(self.rules.hold);
        let expires_at = self.deadline_no_earlier(found, extended);
        Ok(vec![Change::Deadline {
            order,
            expires_at,
            cause: DeadlineCause::Extension,
        }])
    }

    pub(super) fn decide_cancel(
        &self,
        order: OrderId,
        credential: &Credential,
    ) -> Result<Vec<Change>, Refusal> {
        let found = self.order_of_bearer(order, credential)?;
        if found.is_pinned() {
            return Err(Refusal::PaymentUnderWay);
        }
        Ok(self.end_unpaid(found, Ending::Cancelled))
    }

    pub(super) fn decide_drop(
        &self,
        order: OrderId,
        credential: &Credential,
        places: &Places,
        now: Timestamp,
    ) -> Result<Vec<Change>, Refusal> {
        let found = self.order_of_bearer(order, credential)?;
        check_cart_is_open(found, now)?;
        let mut changes = Vec::new();
        for seat in &places.seats {
            // A seat named twice is given back once.
            let free = Change::Seat {
                seat: *seat,
                from: SeatState::Held(order),
                to: SeatState::Free,
            };
            if found.seats.binary_search(seat).is_ok() && !changes.contains(&free) {
                changes.push(free);
            }
        }
        for (section, quantity) in places.standing_by_section() {
            let from = found.lot(section);
            let kept = from.quantity.saturating_sub(quantity);
            if kept < from.quantity {
                let to = Lot {
                    quantity: kept,
                    ..from
                };
                changes.push(Change::Standing {
                    section,
                    order,
                    from,
                    to,
                });
            }
        }
        Ok(changes)
    }

    pub(super) fn decide_expire(&self, now: Timestamp) -> Vec<Change> {
        let due = self.orders.due(now).take(EXPIRED_ORDERS_MAX);
        due.flat_map(|order| self.end_unpaid(order, Ending::Expired))
            .collect()
    }

    /// The order, if whoever asks may touch it.
    pub(super) fn order_of_bearer(
        &self,
        order: OrderId,
        credential: &Credential,
    ) -> Result<&Order, Refusal> {
        let found = self.orders.get(order).ok_or(Refusal::UnknownOrder)?;
        if found.opening.owner.admits(credential) {
            Ok(found)
        } else {
            Err(Refusal::Forbidden)
        }
    }

    pub(super) fn check_on_sale(&self, now: Timestamp) -> Result<(), Refusal> {
        let rules = &self.rules;
        if !rules.stopped && now < rules.on_sale_from {
            return Err(Refusal::NotOnSale {
                opens_at: Some(rules.on_sale_from),
            });
        }
        if rules.stopped || rules.on_sale_until.is_some_and(|until| now >= until) {
            return Err(Refusal::NotOnSale { opens_at: None });
        }
        Ok(())
    }

    /// The deadline that is wanted for an order, within its life; never earlier than the one it has.
    pub(super) fn deadline_no_earlier(&self, order: &Order, wanted: Timestamp) -> Timestamp {
        let end_of_life = order.opening.opened_at.plus(self.rules.max_life);
        order.expires_at.max(wanted.min(end_of_life))
    }

    fn end_unpaid(&self, order: &Order, ending: Ending) -> Vec<Change> {
        let id = order.opening.order;
        let held = SeatState::Held(id);
        let seats = order.seats.iter();
        let seats = seats.map(|seat| Change::Seat {
            seat: *seat,
            from: held,
            to: SeatState::Free,
        });
        let standing = order
            .standing
            .iter()
            .map(|(section, lot)| Change::Standing {
                section: *section,
                order: id,
                from: *lot,
                to: Lot::NONE,
            });
        seats
            .chain(standing)
            .chain([Change::Closed { order: id, ending }])
            .collect()
    }
}

/// Whether the order's places may still be changed by its buyer.
pub(super) fn check_cart_is_open(order: &Order, now: Timestamp) -> Result<(), Refusal> {
    if order.is_pinned() {
        return Err(Refusal::PaymentUnderWay);
    }
    if now >= order.expires_at {
        return Err(Refusal::OrderExpired);
    }
    Ok(())
}
