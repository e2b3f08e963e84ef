//! What must be true of a history, by itself and against Postgres.
//!
//! ```text
//! records ──tenure──▶ who certainly had, and who may have had, each seat, and when
//!                        ├──ownership──▶ no two orders certainly had one seat at one time
//!                        └──refusals──▶ nobody was refused a seat that certainly was free
//! records ──outlook──▶ what each order must have and may have at the end ──ledger──▶ Postgres agrees
//! ```
//!
//! Interval reasoning: an operation took effect at some instant between its start and its end. What
//! holds at every such instant is certain, what holds at one of them is possible; only what is
//! certainly wrong is a violation.

pub mod ledger;
pub mod outlook;
pub mod ownership;
pub mod refusals;
pub mod tenure;
pub mod violation;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};

use uuid::Uuid;

use crate::history::{Answer, Record};
use crate::timeline::{Micros, SECOND};

pub use violation::Violation;

/// What the checkers know beside the records.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// How late a timer may fire, and the server still be right.
    pub slack: Micros,
    /// How many seats the session has.
    pub capacity: usize,
    /// The seats that were not on sale from the beginning.
    pub never_free: HashSet<u32>,
    /// The orders' deadlines as Postgres has them: a reload may have raised them unseen.
    pub deadlines: BTreeMap<Uuid, Micros>,
}

impl Circumstances {
    /// A house of so many seats, all on sale.
    pub fn of(capacity: usize) -> Self {
        Self {
            slack: 3 * SECOND,
            capacity,
            never_free: HashSet::new(),
            deadlines: BTreeMap::new(),
        }
    }
}

/// All that is wrong with the history of one session by itself.
pub fn check_history(records: &[Record], circumstances: &Circumstances) -> Vec<Violation> {
    let tenures = tenure::of_history(records, circumstances);
    let mut violations = tenures.violations.clone();
    violations.extend(ownership::check(&tenures.seats));
    violations.extend(refusals::check(records, &tenures, circumstances));
    violations.extend(server_errors(records));
    violations
}

/// The records of each order, in the order in which they were sent.
pub fn by_order(records: &[Record]) -> BTreeMap<Uuid, Vec<&Record>> {
    let mut orders: BTreeMap<Uuid, Vec<&Record>> = BTreeMap::new();
    for record in records.iter().filter(|record| !record.order.is_nil()) {
        orders.entry(record.order).or_default().push(record);
    }
    for records in orders.values_mut() {
        records.sort_by_key(|record| record.start);
    }
    orders
}

/// Answers that no client should ever see: other 5xx than 503, a 503 that does not say when to try
/// again, a success that does not follow the contract.
fn server_errors(records: &[Record]) -> impl Iterator<Item = Violation> {
    records.iter().filter_map(|record| match &record.answer {
        Answer::Unknown {
            status: Some(503),
            has_retry_after: true,
            ..
        }
        | Answer::Unknown { status: None, .. } => None,
        Answer::Unknown {
            status: Some(status),
            cause,
            ..
        } => Some(Violation::ServerError {
            order: record.order,
            status: *status,
            cause: cause.clone(),
        }),
        Answer::Order(_) | Answer::PaymentStarted { .. } | Answer::Refused(_) => None,
    })
}
