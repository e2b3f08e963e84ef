//! The committed rows of one session, kept as naively as can be: what Postgres would do with the
//! net changes of a batch, constraints and counted rows included.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::seat_map::{
    Change, DeadlineCause, Ending, GRACE, GrantedClaim, IdempotencyKey, Lot, LotState, Opening,
    SeatState,
};
use domain::{Manifest, OrderId, SeatIndex, SectionIndex, Timestamp};
use store::journal::JournalError;

type Claims = BTreeMap<(OrderId, IdempotencyKey), Arc<GrantedClaim>>;

/// The tables.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    pub epoch: u32,
    pub seats: BTreeMap<SeatIndex, SeatState>,
    pub lots: BTreeMap<(OrderId, SectionIndex), Lot>,
    pub orders: BTreeMap<OrderId, OrderRow>,
    /// Claims as they were granted.
    logged_claims: Claims,
    /// Claims of orders that are being paid, or were.
    filed_claims: Claims,
    capacities: BTreeMap<SectionIndex, u32>,
    max_life: Duration,
}

/// An order's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderRow {
    pub opening: Opening,
    pub status: Status,
    pub expires_at: Timestamp,
    pub has_claimed: bool,
    pub is_extended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Pending,
    Cancelled,
    Paid,
}

impl Rows {
    pub fn new(manifest: &Manifest, max_life: Duration) -> Self {
        let sections = manifest.section_indexes().zip(manifest.sections());
        Self {
            capacities: sections.map(|(index, it)| (index, it.capacity())).collect(),
            max_life,
            ..Self::default()
        }
    }

    pub fn raise_epoch(&mut self) -> u32 {
        self.epoch += 1;
        self.epoch
    }

    /// Writes a batch in one transaction: all of it or nothing. The epoch is the caller's to check.
    pub fn write(&mut self, batch: &[Change]) -> Result<(), JournalError> {
        let mut next = self.clone();
        next.move_orders(batch)?;
        next.move_seats(batch)?;
        next.move_lots(batch)?;
        next.insert_claims(batch)?;
        next.check_capacities()?;
        *self = next;
        Ok(())
    }

    /// The payment operation's transaction: sells what is pinned, if anything is.
    pub fn sell(&mut self, order: OrderId) -> bool {
        let is_pending = self
            .orders
            .get(&order)
            .is_some_and(|row| row.status == Status::Pending);
        if !is_pending || !self.is_pinned(order) {
            return false;
        }
        for state in self.seats.values_mut() {
            if *state == SeatState::Pinned(order) {
                *state = SeatState::Sold(order);
            }
        }
        for ((owner, _), lot) in &mut self.lots {
            if *owner == order && lot.state == LotState::Pinned {
                lot.state = LotState::Sold;
            }
        }
        self.row(order).expect("it was found").status = Status::Paid;
        true
    }

    pub fn is_pinned(&self, order: OrderId) -> bool {
        let mut seats = self.seats.values();
        let mut lots = self.lots.iter();
        seats.any(|state| *state == SeatState::Pinned(order))
            || lots.any(|((owner, _), lot)| *owner == order && lot.state == LotState::Pinned)
    }

    /// What leads from an empty map to these rows, after orders were granted what an outage may
    /// have eaten.
    pub fn load(&mut self, now: Timestamp) -> Vec<Change> {
        self.grant_grace(now);
        let mut changes = Vec::new();
        let open = self.orders.values();
        for row in open.filter(|row| row.status == Status::Pending) {
            changes.extend(opened(row));
        }
        changes.extend(self.seats.iter().map(|(seat, state)| Change::Seat {
            seat: *seat,
            from: SeatState::Free,
            to: *state,
        }));
        changes.extend(
            self.lots
                .iter()
                .map(|((order, section), lot)| Change::Standing {
                    section: *section,
                    order: *order,
                    from: Lot::NONE,
                    to: *lot,
                }),
        );
        let is_open = |order: &OrderId| {
            let row = self.orders.get(order);
            row.is_some_and(|row| row.status == Status::Pending)
        };
        for (key, claim) in &self.logged_claims {
            if is_open(&key.0) && !self.filed_claims.contains_key(key) {
                changes.push(Change::Claimed {
                    order: key.0,
                    claim: Arc::clone(claim),
                });
            }
        }
        let filed = self.filed_claims.iter();
        changes.extend(filed.filter(|((order, _), _)| is_open(order)).map(
            |((order, _), claim)| Change::Filed {
                order: *order,
                claims: vec![Arc::clone(claim)],
            },
        ));
        changes
    }

    fn grant_grace(&mut self, now: Timestamp) {
        for row in self.orders.values_mut() {
            let end_of_life = row.opening.opened_at.plus(self.max_life);
            let granted = now.plus(GRACE).min(end_of_life);
            if row.status == Status::Pending {
                row.expires_at = row.expires_at.max(granted);
            }
        }
    }

    fn row(&mut self, order: OrderId) -> Result<&mut OrderRow, JournalError> {
        self.orders
            .get_mut(&order)
            .ok_or_else(|| surprise("event_session_order"))
    }

    fn move_orders(&mut self, batch: &[Change]) -> Result<(), JournalError> {
        let sold: BTreeSet<OrderId> = batch.iter().filter_map(sold_order).collect();
        for change in batch {
            match change {
                Change::Opened {
                    opening,
                    expires_at,
                    again,
                } => self.open(*opening, *expires_at, *again)?,
                Change::Deadline {
                    order,
                    expires_at,
                    cause,
                } if !sold.contains(order) => {
                    let row = self.pending(*order)?;
                    row.expires_at = *expires_at;
                    row.has_claimed |= *cause == DeadlineCause::FirstClaim;
                    row.is_extended |= *cause == DeadlineCause::Extension;
                }
                Change::Closed {
                    order,
                    ending: Ending::Cancelled | Ending::Expired,
                } => self.pending(*order)?.status = Status::Cancelled,
                _ => {}
            }
        }
        Ok(())
    }

    fn open(
        &mut self,
        opening: Opening,
        expires_at: Timestamp,
        again: bool,
    ) -> Result<(), JournalError> {
        if again {
            let row = self.row(opening.order)?;
            if row.status != Status::Cancelled {
                return Err(surprise("event_session_order"));
            }
            (row.status, row.expires_at) = (Status::Pending, expires_at);
            return Ok(());
        }
        let row = OrderRow {
            opening,
            status: Status::Pending,
            expires_at,
            has_claimed: false,
            is_extended: false,
        };
        match self.orders.insert(opening.order, row) {
            None => Ok(()),
            Some(_) => Err(constraint("event_session_order_pkey")),
        }
    }

    fn pending(&mut self, order: OrderId) -> Result<&mut OrderRow, JournalError> {
        let row = self.row(order)?;
        if row.status == Status::Pending {
            Ok(row)
        } else {
            Err(surprise("event_session_order"))
        }
    }

    fn move_seats(&mut self, batch: &[Change]) -> Result<(), JournalError> {
        let mut net: BTreeMap<SeatIndex, (SeatState, SeatState)> = BTreeMap::new();
        for change in batch {
            if let Change::Seat { seat, from, to } = change {
                net.entry(*seat).or_insert((*from, *to)).1 = *to;
            }
        }
        for (seat, (from, to)) in net {
            if from == to || matches!(to, SeatState::Sold(_)) {
                continue;
            }
            let row = self.seats.get(&seat).copied();
            match (row, from) {
                (Some(_), SeatState::Free) => return Err(constraint("taken_seat_has_one_owner")),
                (None, SeatState::Free) => {}
                (row, from) if row == Some(from) => {}
                _ => return Err(surprise("taken_seat")),
            }
            if to == SeatState::Free {
                self.seats.remove(&seat);
            } else {
                self.seats.insert(seat, to);
            }
        }
        Ok(())
    }

    fn move_lots(&mut self, batch: &[Change]) -> Result<(), JournalError> {
        let mut net: BTreeMap<(OrderId, SectionIndex), (Lot, Lot)> = BTreeMap::new();
        for change in batch {
            if let Change::Standing {
                section,
                order,
                from,
                to,
            } = change
            {
                net.entry((*order, *section)).or_insert((*from, *to)).1 = *to;
            }
        }
        for (place, (from, to)) in net {
            if from == to || to.state == LotState::Sold {
                continue;
            }
            let row = self.lots.get(&place).copied();
            if row.unwrap_or(Lot::NONE) != from {
                return Err(surprise("taken_standing"));
            }
            if to.quantity == 0 {
                self.lots.remove(&place);
            } else {
                self.lots.insert(place, to);
            }
        }
        Ok(())
    }

    /// An order that is opened again has forgotten its claims.
    fn insert_claims(&mut self, batch: &[Change]) -> Result<(), JournalError> {
        for change in batch {
            match change {
                Change::Opened { opening, again, .. } if *again => {
                    let is_kept = |(order, _): &(OrderId, _), _: &mut _| *order != opening.order;
                    self.logged_claims.retain(is_kept);
                    self.filed_claims.retain(is_kept);
                }
                Change::Claimed { order, claim } => {
                    insert_claim(&mut self.logged_claims, *order, claim)?;
                }
                Change::Filed { order, claims } => {
                    for claim in claims {
                        insert_claim(&mut self.filed_claims, *order, claim)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check_capacities(&self) -> Result<(), JournalError> {
        for (section, capacity) in &self.capacities {
            let lots = self.lots.iter().filter(|((_, other), _)| other == section);
            if lots.map(|(_, lot)| lot.quantity).sum::<u32>() > *capacity {
                return Err(constraint("standing_within_capacity"));
            }
        }
        Ok(())
    }
}

fn insert_claim(
    claims: &mut Claims,
    order: OrderId,
    claim: &Arc<GrantedClaim>,
) -> Result<(), JournalError> {
    let key = (order, claim.key.clone());
    match claims.insert(key, Arc::clone(claim)) {
        None => Ok(()),
        Some(_) => Err(constraint("claim_key_is_unique_in_order")),
    }
}

fn opened(row: &OrderRow) -> Vec<Change> {
    let order = row.opening.order;
    let causes = [
        (row.has_claimed, DeadlineCause::FirstClaim),
        (row.is_extended, DeadlineCause::Extension),
    ];
    let causes = causes.into_iter().filter(|(is_so, _)| *is_so);
    let deadlines = causes.map(|(_, cause)| Change::Deadline {
        order,
        expires_at: row.expires_at,
        cause,
    });
    let opened = Change::Opened {
        opening: row.opening,
        expires_at: row.expires_at,
        again: false,
    };
    [opened].into_iter().chain(deadlines).collect()
}

fn sold_order(change: &Change) -> Option<OrderId> {
    match change {
        Change::Closed {
            order,
            ending: Ending::Sold,
        } => Some(*order),
        _ => None,
    }
}

fn surprise(table: &str) -> JournalError {
    JournalError::Surprise {
        table: table.to_owned(),
        counts: "0 of 1 rows".to_owned(),
    }
}

/// A violated constraint, as a database's error without the database.
fn constraint(name: &'static str) -> JournalError {
    JournalError::Database(sqlx::Error::Protocol(name.to_owned()))
}

/// The outage of a database.
pub fn outage() -> JournalError {
    JournalError::Database(sqlx::Error::PoolTimedOut)
}

/// Whose a seat is.
pub fn owner(state: SeatState) -> Option<OrderId> {
    match state {
        SeatState::Held(order) | SeatState::Pinned(order) | SeatState::Sold(order) => Some(order),
        SeatState::Free | SeatState::Allocated | SeatState::Disabled => None,
    }
}
