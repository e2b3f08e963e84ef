//! What an order must have, and may have, once its last answer has been given.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::checker::by_order;
use crate::history::{Answer, Operation, OrderState, Record, Status, Wish};
use crate::timeline::{Micros, SECOND};

/// Close to its deadline an order may or may not have expired.
const EXPIRY_MARGIN: Micros = SECOND;

/// What Postgres has to say about one order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outlook {
    /// The seats it certainly has.
    pub must: BTreeSet<u32>,
    /// The seats it may have; a superset of `must`.
    pub may: BTreeSet<u32>,
    /// How many seats beyond `may` a "best" claim of unknown fate may have brought.
    pub may_have_more: usize,
    /// A payment may be under way.
    pub is_paying: bool,
    /// Its sale was acknowledged.
    pub is_sold: bool,
    /// What the buyer was told they pay, if it was sold.
    pub total: i64,
}

/// The outlook of every order at an instant after all records.
pub fn of_history(records: &[Record], at: Micros) -> BTreeMap<Uuid, Outlook> {
    by_order(records)
        .into_iter()
        .map(|(order, records)| (order, of_order(&records, at)))
        .collect()
}

fn of_order(records: &[&Record], at: Micros) -> Outlook {
    let mut outlook = Outlook::default();
    let mut deadline = 0;
    for record in records {
        let starts_payment = matches!(record.operation, Operation::StartPayment { .. });
        match &record.answer {
            Answer::Order(state) => {
                outlook = shown(state);
                deadline = state.deadline;
            }
            Answer::Unknown { .. } => doubt(&mut outlook, &record.operation),
            Answer::PaymentStarted { .. } | Answer::Refused(_) => {}
        }
        outlook.is_paying |= starts_payment;
    }
    if !outlook.is_sold && at + EXPIRY_MARGIN > deadline {
        outlook.must.clear();
    }
    outlook
}

fn shown(state: &OrderState) -> Outlook {
    let seats: BTreeSet<u32> = match state.status {
        Status::Pending | Status::Paid => state.seats.iter().copied().collect(),
        Status::Cancelled | Status::Refunded => BTreeSet::new(),
    };
    let is_sold = state.status == Status::Paid;
    Outlook {
        must: seats.clone(),
        may: seats,
        is_sold,
        total: state.total,
        ..Outlook::default()
    }
}

fn doubt(outlook: &mut Outlook, operation: &Operation) {
    match operation {
        Operation::Claim {
            wish: Wish::Seats(seats),
            ..
        } => outlook.may.extend(seats),
        Operation::Claim {
            wish: Wish::Best(quantity),
            ..
        } => outlook.may_have_more += quantity,
        Operation::Drop { seats } => outlook.must.retain(|seat| !seats.contains(seat)),
        Operation::Cancel => outlook.must.clear(),
        Operation::Open
        | Operation::Read
        | Operation::Amount { .. }
        | Operation::Address
        | Operation::StartPayment { .. }
        | Operation::Confirm { .. } => {}
    }
}
