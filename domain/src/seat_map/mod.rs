//! The seat map of one session: a pure state machine.
//!
//! It owns which place belongs to whom and until when. [`SeatMap::decide`] looks at a command and
//! says which changes it makes, or why it is refused; [`SeatMap::apply`] makes a change. Nothing
//! else moves the map: a map is rebuilt by applying what was stored. It knows no clock, no
//! database and no connection; whoever calls it passes the time.
//!
//! # Why no seat is ever sold twice
//!
//! A claim is granted only for seats that [`SeatState::Free`] or the order's own (`claiming`).
//! From there a seat reaches [`SeatState::Sold`] only through the order that holds it (`paying`).
//! Every change names the state it starts from, and `apply` asserts it. One task alone decides
//! for a session, in order, so nothing happens between the look and the grant. The database
//! keeps the second guard: one row per taken seat.

mod allocating;
mod change;
mod choosing;
mod claiming;
mod command;
mod lifetime;
mod orders;
mod paying;
mod refusal;
mod returning;
#[cfg(test)]
mod tests;

pub use change::{Change, DeadlineCause, Ending, GrantedClaim, Lot, LotState, SeatState};
pub use command::{
    Claim, Command, IdempotencyKey, Opening, Places, RequestHash, Return, Rules, Sections, Wish,
};
pub use orders::Order;
pub use refusal::Refusal;

use std::sync::Arc;
use std::time::Duration;

use crate::ids::OrderId;
use crate::manifest::{Manifest, SeatIndex, SectionIndex};
use crate::time::Timestamp;

use orders::Orders;

/// What an order gets at least when its places come back to it: from a failed payment, or after
/// an outage.
pub const GRACE: Duration = Duration::from_secs(60);

/// Who has which place of one session, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatMap {
    manifest: Arc<Manifest>,
    rules: Rules,
    seats: Vec<SeatState>,
    sections: Vec<SectionCounts>,
    free_seats_of_run: Vec<u32>,
    free_accessible_of_section: Vec<u32>,
    orders: Orders,
    #[cfg(test)]
    guard_is_off: bool,
}

/// The places of a section by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SectionCounts {
    /// Anybody may claim them.
    pub free: u32,
    /// Held or pinned.
    pub held: u32,
    /// Sold.
    pub sold: u32,
    /// Allocated or disabled.
    pub withheld: u32,
}

impl SeatMap {
    /// The map of a session in which nothing has happened yet.
    #[must_use]
    pub fn new(manifest: Arc<Manifest>, rules: Rules) -> Self {
        let mut sections: Vec<SectionCounts> = manifest
            .sections()
            .iter()
            .map(|section| SectionCounts {
                free: section.capacity(),
                ..SectionCounts::default()
            })
            .collect();
        let mut free_seats_of_run = vec![0_u32; manifest.rows().runs().count()];
        let mut free_accessible_of_section = vec![0_u32; sections.len()];
        let mut seats = Vec::with_capacity(manifest.seats().len());
        for (index, seat) in manifest.seat_indexes().zip(manifest.seats()) {
            let state = if seat.disabled {
                SeatState::Disabled
            } else {
                SeatState::Free
            };
            sections[seat.section.position()].count_in(state);
            let run = &mut free_seats_of_run[manifest.rows().run_of(index)];
            let is_free = state == SeatState::Free;
            *run = run.saturating_add(u32::from(is_free));
            let accessible = &mut free_accessible_of_section[seat.section.position()];
            *accessible = accessible.saturating_add(u32::from(is_free && seat.accessible));
            seats.push(state);
        }
        Self {
            manifest,
            rules,
            seats,
            sections,
            free_seats_of_run,
            free_accessible_of_section,
            orders: Orders::default(),
            #[cfg(test)]
            guard_is_off: false,
        }
    }

    /// What a command changes at `now`, in order; nothing if it is so already.
    ///
    /// # Errors
    /// The command is refused; then it changes nothing.
    pub fn decide(&self, command: &Command, now: Timestamp) -> Result<Vec<Change>, Refusal> {
        match command {
            Command::Open(opening) => self.decide_open(opening, now),
            Command::Extend { order, credential } => self.decide_extend(*order, credential, now),
            Command::Cancel { order, credential } => self.decide_cancel(*order, credential),
            Command::Claim(claim) => self.decide_claim(claim, now),
            Command::Drop {
                order,
                credential,
                places,
            } => self.decide_drop(*order, credential, places, now),
            Command::Pin { order } => self.decide_pin(*order, now),
            Command::Unpin { order } => Ok(self.decide_unpin(*order, now)),
            Command::Reclaim { opening, places } => self.decide_reclaim(opening, places, now),
            Command::Sell { order } => self.decide_sell(*order),
            Command::Return(places) => self.decide_return(places),
            Command::Expire => Ok(self.decide_expire(now)),
            Command::Allocate { places } => self.decide_allocate(places),
            Command::Deallocate { places } => Ok(self.decide_deallocate(places)),
            Command::Disable { seats } => self.decide_disable(seats),
        }
    }

    /// Makes one change.
    ///
    /// # Panics
    /// When the change does not start from the present state: then it was not decided here.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Opened {
                opening,
                expires_at,
                ..
            } => self.orders.open(*opening, *expires_at),
            Change::Deadline {
                order,
                expires_at,
                cause,
            } => {
                self.orders.set_deadline(*order, *expires_at, *cause);
            }
            Change::Claimed { order, claim } => self.orders.record_claim(*order, Arc::clone(claim)),
            Change::Filed { order, claims } => self.orders.file_claims(*order, claims),
            Change::Seat { seat, from, to } => self.move_seat(*seat, *from, *to),
            Change::Standing {
                section,
                order,
                from,
                to,
            } => {
                self.move_standing(*section, *order, *from, *to);
            }
            Change::Allocation { section, from, to } => self.move_allocation(*section, *from, *to),
            Change::Closed { order, ending } => self.orders.close(*order, *ending),
        }
    }

    /// When [`Command::Expire`] has something to do next.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.orders.next_deadline()
    }

    /// The places it is about.
    #[must_use]
    pub fn manifest(&self) -> &Arc<Manifest> {
        &self.manifest
    }

    /// The state of every seat, by seat index.
    #[must_use]
    pub fn seats(&self) -> &[SeatState] {
        &self.seats
    }

    /// The counts of every section, by section index.
    #[must_use]
    pub fn sections(&self) -> &[SectionCounts] {
        &self.sections
    }

    /// An open order.
    #[must_use]
    pub fn order(&self, order: OrderId) -> Option<&Order> {
        self.orders.get(order)
    }

    /// Every open order, in no order.
    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter()
    }

    /// Whether any order is open.
    #[must_use]
    pub fn has_open_orders(&self) -> bool {
        !self.orders.is_empty()
    }

    fn move_seat(&mut self, seat: SeatIndex, from: SeatState, to: SeatState) {
        let state = &mut self.seats[seat.position()];
        #[cfg(test)]
        let from = if self.guard_is_off { *state } else { from };
        assert_eq!(
            *state, from,
            "a change of seat {seat:?} starts from another state"
        );
        *state = to;
        let place = &self.manifest.seats()[seat.position()];
        let section = place.section.position();
        self.sections[section].count_out(from);
        self.sections[section].count_in(to);
        let count_free = |count: &mut u32| {
            *count = count
                .saturating_add(u32::from(to == SeatState::Free))
                .saturating_sub(u32::from(from == SeatState::Free));
        };
        count_free(&mut self.free_seats_of_run[self.manifest.rows().run_of(seat)]);
        if place.accessible {
            count_free(&mut self.free_accessible_of_section[section]);
        }
        self.orders.move_seat(seat, from, to);
    }

    fn move_standing(&mut self, section: SectionIndex, order: OrderId, from: Lot, to: Lot) {
        let counts = &mut self.sections[section.position()];
        counts.move_out(from.quantity, counts_of_lot(from.state));
        counts.move_in(to.quantity, counts_of_lot(to.state));
        self.orders.move_standing(section, order, from, to);
    }

    fn move_allocation(&mut self, section: SectionIndex, from: u32, to: u32) {
        let counts = &mut self.sections[section.position()];
        assert_eq!(
            counts.withheld, from,
            "an allocation starts from another number"
        );
        counts.move_out(from, |counts| &mut counts.withheld);
        counts.move_in(to, |counts| &mut counts.withheld);
    }
}

/// Which count of a section a lot's places are in.
fn counts_of_lot(state: LotState) -> fn(&mut SectionCounts) -> &mut u32 {
    match state {
        LotState::Held | LotState::Pinned => |counts| &mut counts.held,
        LotState::Sold => |counts| &mut counts.sold,
    }
}

impl SectionCounts {
    fn of_state(&mut self, state: SeatState) -> &mut u32 {
        match state {
            SeatState::Free => &mut self.free,
            SeatState::Held(_) | SeatState::Pinned(_) => &mut self.held,
            SeatState::Sold(_) => &mut self.sold,
            SeatState::Allocated | SeatState::Disabled => &mut self.withheld,
        }
    }

    fn count_in(&mut self, state: SeatState) {
        let count = self.of_state(state);
        *count = count.saturating_add(1);
    }

    fn count_out(&mut self, state: SeatState) {
        let count = self.of_state(state);
        *count = count
            .checked_sub(1)
            .expect("a seat was counted in before it is counted out");
    }

    /// Moves places from the free ones into a count.
    fn move_in(&mut self, quantity: u32, count: fn(&mut Self) -> &mut u32) {
        self.free = self
            .free
            .checked_sub(quantity)
            .expect("no more places are taken than are free");
        let count = count(self);
        *count = count.saturating_add(quantity);
    }

    /// Moves places out of a count back to the free ones.
    fn move_out(&mut self, quantity: u32, count: fn(&mut Self) -> &mut u32) {
        let count = count(self);
        *count = count
            .checked_sub(quantity)
            .expect("no more places are given back than were taken");
        self.free = self.free.saturating_add(quantity);
    }
}
