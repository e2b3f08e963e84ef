//! The net change of a batch: one row at most for each place and order, whatever happened to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::seat_map::{
    Change, DeadlineCause, Ending, GrantedClaim, Lot, LotState, Opening, SeatState,
};
use domain::{OrderId, SeatIndex, SectionIndex, Timestamp};

/// What a batch leaves behind.
#[derive(Debug, Default)]
pub(super) struct Net {
    /// The first and the last state of each seat that changed.
    pub seats: BTreeMap<SeatIndex, (SeatState, SeatState)>,
    /// The first and the last lot of each order and section that changed.
    pub lots: BTreeMap<(OrderId, SectionIndex), (Lot, Lot)>,
    /// By how much the taken and the allocated places of a section change.
    pub sections: BTreeMap<SectionIndex, SectionDelta>,
    /// What happened to orders.
    pub orders: BTreeMap<OrderId, OrderNet>,
    /// The claims that were granted, for the log.
    pub granted: Vec<(OrderId, Arc<GrantedClaim>)>,
    /// The claims that were filed under their order.
    pub filed: Vec<(OrderId, Arc<GrantedClaim>)>,
}

/// The change of a standing section's counts.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct SectionDelta {
    pub taken: i64,
    pub allocated: i64,
}

/// What happened to one order.
#[derive(Debug, Default)]
pub(super) struct OrderNet {
    /// Its row before the batch.
    pub before: RowBefore,
    /// It was opened in this batch, for the first time or again: what was before is forgotten.
    pub opening: Option<Opening>,
    pub expires_at: Option<Timestamp>,
    pub has_claimed: bool,
    pub is_extended: bool,
    pub ending: Option<Ending>,
}

/// An order's row as a batch finds it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowBefore {
    /// There is none.
    Missing,
    /// The order is open.
    #[default]
    Pending,
    /// The order was closed unpaid.
    Cancelled,
}

impl Net {
    pub fn of(batch: &[Change]) -> Self {
        let mut net = Self::default();
        for change in batch {
            net.add(change);
        }
        net.seats
            .retain(|_, (first, last)| first != last && !matches!(last, SeatState::Sold(_)));
        // A sale has written its places already; fewer of them are a refund's.
        net.lots.retain(|_, (first, last)| {
            first != last && (last.state != LotState::Sold || first.state == LotState::Sold)
        });
        net.sections
            .retain(|_, delta| *delta != SectionDelta::default());
        net.orders
            .retain(|_, order| order.opening.is_some() || order.is_updated());
        net
    }

    pub fn is_empty(&self) -> bool {
        self.seats.is_empty()
            && self.lots.is_empty()
            && self.sections.is_empty()
            && self.orders.is_empty()
            && self.granted.is_empty()
            && self.filed.is_empty()
    }

    /// Whether it ends orders whose time is up, and nothing else that anybody waits for.
    pub fn only_expires(&self) -> bool {
        !self.orders.is_empty()
            && self.granted.is_empty()
            && self.filed.is_empty()
            && self
                .orders
                .values()
                .all(|order| order.ending == Some(Ending::Expired))
    }

    fn add(&mut self, change: &Change) {
        match change {
            Change::Opened {
                opening,
                expires_at,
                again,
            } => self.open(*opening, *expires_at, *again),
            Change::Deadline {
                order,
                expires_at,
                cause,
            } => {
                let order = self.orders.entry(*order).or_default();
                order.expires_at = Some(*expires_at);
                order.has_claimed |= *cause == DeadlineCause::FirstClaim;
                order.is_extended |= *cause == DeadlineCause::Extension;
            }
            Change::Claimed { order, claim } => self.granted.push((*order, Arc::clone(claim))),
            Change::Filed { order, claims } => {
                let claims = claims.iter().map(|claim| (*order, Arc::clone(claim)));
                self.filed.extend(claims);
            }
            Change::Seat { seat, from, to } => {
                let states = self.seats.entry(*seat).or_insert((*from, *to));
                if matches!(from, SeatState::Sold(_)) {
                    // The row says so since the sale, whatever came before it in this batch.
                    states.0 = *from;
                }
                states.1 = *to;
            }
            Change::Standing {
                section,
                order,
                from,
                to,
            } => {
                let lots = self.lots.entry((*order, *section));
                let lots = lots.or_insert((*from, *to));
                if from.state == LotState::Sold {
                    lots.0 = *from;
                }
                lots.1 = *to;
                let taken = i64::from(to.quantity) - i64::from(from.quantity);
                self.sections.entry(*section).or_default().taken += taken;
            }
            Change::Allocation { section, from, to } => {
                let allocated = i64::from(*to) - i64::from(*from);
                self.sections.entry(*section).or_default().allocated += allocated;
            }
            Change::Closed { order, ending } => {
                self.orders.entry(*order).or_default().ending = Some(*ending);
            }
        }
    }

    /// An order that was closed earlier in the batch still has the row it had before the batch.
    fn open(&mut self, opening: Opening, expires_at: Timestamp, again: bool) {
        let first_seen = if again {
            RowBefore::Cancelled
        } else {
            RowBefore::Missing
        };
        let before = self
            .orders
            .get(&opening.order)
            .map_or(first_seen, |order| order.before);
        // Only an order that this batch has closed has claims in it.
        if self.orders.contains_key(&opening.order) {
            self.granted.retain(|(order, _)| *order != opening.order);
            self.filed.retain(|(order, _)| *order != opening.order);
        }
        let order = OrderNet {
            before,
            opening: Some(opening),
            expires_at: Some(expires_at),
            ..OrderNet::default()
        };
        self.orders.insert(opening.order, order);
    }
}

impl OrderNet {
    /// Whether it was closed before or within this batch, and opened again.
    pub fn is_reopened(&self) -> bool {
        self.opening.is_some() && self.before != RowBefore::Missing
    }

    /// Whether its row must be updated. A sale has updated it already.
    pub fn is_updated(&self) -> bool {
        self.expires_at.is_some() && self.ending != Some(Ending::Sold)
            || matches!(self.ending, Some(Ending::Cancelled | Ending::Expired))
    }
}
