//! Who had which seat and when, as far as the answers tell.
//!
//! One order's buyer asks one thing after another, so its records are walked in the order they were
//! sent. Each answer that shows the order settles what was open before it.

use std::collections::{BTreeMap, HashSet};

use uuid::Uuid;

use crate::checker::{Circumstances, Violation, by_order};
use crate::history::{Answer, Operation, OrderState, Record, Status, Wish};
use crate::timeline::Micros;

/// Never, as the end of a tenure.
pub const NEVER: Micros = Micros::MAX;

/// Server and generator read the same clock, but not at the same moment: a hold is called certain
/// only until a little before its deadline.
const DEADLINE_MARGIN: Micros = 100_000;

/// A stretch of time in which an order had a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenure {
    pub order: Uuid,
    pub seat: u32,
    /// It may have begun here already …
    pub possible_from: Micros,
    /// … and certainly had here.
    pub certain_from: Micros,
    /// Until here it certainly lasted. Before `certain_from` if it never was certain …
    pub certain_until: Micros,
    /// … and it may have until here.
    pub possible_until: Micros,
}

/// A stretch of time in which an order may have had any seat: a "best" claim of unknown fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnySeat {
    pub order: Uuid,
    pub from: Micros,
    pub until: Micros,
}

/// All tenures of a history, and what was wrong already while they were told.
#[derive(Debug, Default)]
pub struct Tenures {
    pub seats: Vec<Tenure>,
    pub any_seat: Vec<AnySeat>,
    pub violations: Vec<Violation>,
}

/// The tenures of all orders.
pub fn of_history(records: &[Record], circumstances: &Circumstances) -> Tenures {
    let mut tenures = Tenures::default();
    for (order, records) in by_order(records) {
        let mut walk = Walk::new(order, circumstances, &mut tenures);
        for record in records {
            walk.step(record);
        }
        walk.end();
    }
    tenures
}

/// A tenure that has not ended as far as is known.
struct Open {
    possible_from: Micros,
    certain_from: Micros,
    /// When a release of unknown fate was sent.
    doubtful_from: Option<Micros>,
}

struct Walk<'a> {
    order: Uuid,
    slack: Micros,
    /// The last deadline there will ever be, as Postgres has it.
    last_deadline: Micros,
    deadline: Micros,
    open: BTreeMap<u32, Open>,
    unknown_claims: Vec<(Micros, Wish)>,
    granted_keys: HashSet<String>,
    is_payment_started: bool,
    is_paid: bool,
    tenures: &'a mut Tenures,
}

impl<'a> Walk<'a> {
    fn new(order: Uuid, circumstances: &Circumstances, tenures: &'a mut Tenures) -> Self {
        Self {
            order,
            slack: circumstances.slack,
            last_deadline: circumstances
                .deadlines
                .get(&order)
                .copied()
                .unwrap_or_default(),
            deadline: 0,
            open: BTreeMap::new(),
            unknown_claims: Vec::new(),
            granted_keys: HashSet::new(),
            is_payment_started: false,
            is_paid: false,
            tenures,
        }
    }

    fn step(&mut self, record: &Record) {
        self.is_payment_started |= matches!(record.operation, Operation::StartPayment { .. });
        match &record.answer {
            Answer::Order(state) => self.settle(record, state),
            Answer::Unknown { .. } => self.doubt(record),
            Answer::PaymentStarted { .. } | Answer::Refused(_) => {}
        }
    }

    /// An operation whose fate is not known: what it would have changed is uncertain from its start.
    fn doubt(&mut self, record: &Record) {
        match &record.operation {
            Operation::Claim { wish, .. } => self.unknown_claims.push((record.start, wish.clone())),
            Operation::Drop { .. } | Operation::Cancel => {
                for (seat, open) in &mut self.open {
                    if releases(&record.operation, *seat) {
                        open.doubtful_from.get_or_insert(record.start);
                    }
                }
            }
            Operation::Open
            | Operation::Read
            | Operation::Amount { .. }
            | Operation::Address
            | Operation::StartPayment { .. }
            | Operation::Confirm { .. } => {}
        }
    }

    /// An answer shows the order: at some instant within the record it had exactly these seats.
    fn settle(&mut self, record: &Record, state: &OrderState) {
        let shown: HashSet<u32> = state.seats.iter().copied().collect();
        let gone: Vec<u32> = self
            .open
            .keys()
            .copied()
            .filter(|seat| !shown.contains(seat))
            .collect();
        for seat in gone {
            self.close(seat, record);
        }
        let gained: Vec<u32> = state
            .seats
            .iter()
            .copied()
            .filter(|seat| !self.open.contains_key(seat))
            .collect();
        self.check_grant(record, state, &gained);
        for seat in &state.seats {
            self.keep(*seat, record);
        }
        for seat in gained {
            self.gain(seat, record);
        }
        self.settle_unknown_claims(&shown, record.end);
        self.deadline = state.deadline;
        self.last_deadline = self.last_deadline.max(state.deadline);
        self.is_paid = state.status == Status::Paid;
    }

    fn gain(&mut self, seat: u32, record: &Record) {
        let claim = matches!(record.operation, Operation::Claim { .. }).then_some(record.start);
        let doubtful = self
            .unknown_claims
            .iter()
            .filter(|(_, wish)| may_bring(wish, seat))
            .map(|(start, _)| *start);
        let Some(possible_from) = doubtful.chain(claim).min() else {
            self.tenures.violations.push(Violation::FromNowhere {
                order: self.order,
                seat,
            });
            return;
        };
        self.open.insert(
            seat,
            Open {
                possible_from,
                certain_from: record.end,
                doubtful_from: None,
            },
        );
    }

    /// The seat is still there. If it may have been away in between, a new stretch begins.
    fn keep(&mut self, seat: u32, record: &Record) {
        let Some(open) = self.open.get(&seat) else {
            return;
        };
        let expired_from = (record.start + DEADLINE_MARGIN > self.deadline && !self.is_paid)
            .then(|| self.certain_deadline());
        let Some(away_from) = open.doubtful_from.into_iter().chain(expired_from).min() else {
            return;
        };
        let open = self.open.remove(&seat).expect("it was found just now");
        self.push(seat, &open, away_from, record.end);
        self.open.insert(
            seat,
            Open {
                possible_from: away_from,
                certain_from: record.end,
                doubtful_from: None,
            },
        );
    }

    fn close(&mut self, seat: u32, record: &Record) {
        let open = self.open.remove(&seat).expect("only open seats are closed");
        let released = releases(&record.operation, seat).then_some(record.start);
        let expired =
            (record.end + DEADLINE_MARGIN > self.deadline).then(|| self.certain_deadline());
        let ends = [open.doubtful_from, released, expired];
        let Some(certain_until) = ends.into_iter().flatten().min() else {
            self.tenures.violations.push(Violation::Vanished {
                order: self.order,
                seat,
            });
            return;
        };
        let by_time_alone =
            open.doubtful_from.is_none() && released.is_none() && !self.is_payment_started;
        let timer = if by_time_alone {
            self.last_deadline + self.slack
        } else {
            NEVER
        };
        self.push(seat, &open, certain_until, record.end.min(timer));
    }

    fn end(mut self) {
        for (seat, open) in std::mem::take(&mut self.open) {
            let deadline = if self.is_paid {
                NEVER
            } else {
                self.certain_deadline()
            };
            let certain_until = open.doubtful_from.unwrap_or(NEVER).min(deadline);
            let possible_until = self.last_end();
            self.push(seat, &open, certain_until, possible_until);
        }
        let end = self.last_end();
        self.settle_unknown_claims(&HashSet::new(), end);
    }

    /// Until when what is left open may have lasted. Time does not end what is being paid or is sold.
    fn last_end(&self) -> Micros {
        if self.is_paid || self.is_payment_started {
            NEVER
        } else {
            self.last_deadline + self.slack
        }
    }

    fn settle_unknown_claims(&mut self, shown: &HashSet<u32>, until: Micros) {
        for (from, wish) in std::mem::take(&mut self.unknown_claims) {
            match wish {
                Wish::Seats(seats) => {
                    for seat in seats.into_iter().filter(|seat| !shown.contains(seat)) {
                        let open = Open {
                            possible_from: from,
                            certain_from: NEVER,
                            doubtful_from: None,
                        };
                        self.push(seat, &open, from, until);
                    }
                }
                Wish::Best(_) => self.tenures.any_seat.push(AnySeat {
                    order: self.order,
                    from,
                    until,
                }),
            }
        }
    }

    /// A fresh claim brings exactly what it asks for, a repeated key nothing more.
    fn check_grant(&mut self, record: &Record, state: &OrderState, gained: &[u32]) {
        let Operation::Claim { key, wish } = &record.operation else {
            return;
        };
        if state.status != Status::Pending || record.end + DEADLINE_MARGIN > state.deadline {
            return;
        }
        let is_repeated = !self.granted_keys.insert(key.clone());
        let is_right = match wish {
            Wish::Seats(seats) => seats.iter().all(|seat| state.seats.contains(seat)),
            Wish::Best(quantity) => {
                is_repeated || !self.unknown_claims.is_empty() || gained.len() == *quantity
            }
        };
        if !is_right || (is_repeated && !gained.is_empty()) {
            let violation = Violation::GrantedOtherwise {
                order: self.order,
                wish: wish.clone(),
                gained: gained.to_vec(),
            };
            self.tenures.violations.push(violation);
        }
    }

    fn certain_deadline(&self) -> Micros {
        self.deadline.saturating_sub(DEADLINE_MARGIN)
    }

    fn push(&mut self, seat: u32, open: &Open, certain_until: Micros, possible_until: Micros) {
        self.tenures.seats.push(Tenure {
            order: self.order,
            seat,
            possible_from: open.possible_from,
            certain_from: open.certain_from,
            certain_until,
            possible_until,
        });
    }
}

fn releases(operation: &Operation, seat: u32) -> bool {
    match operation {
        Operation::Drop { seats } => seats.contains(&seat),
        Operation::Cancel => true,
        Operation::Open
        | Operation::Read
        | Operation::Amount { .. }
        | Operation::Address
        | Operation::Claim { .. }
        | Operation::StartPayment { .. }
        | Operation::Confirm { .. } => false,
    }
}

fn may_bring(wish: &Wish, seat: u32) -> bool {
    match wish {
        Wish::Seats(seats) => seats.contains(&seat),
        Wish::Best(_) => true,
    }
}
