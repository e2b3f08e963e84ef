//! Nobody was refused a seat that was free, and nobody was offered one that was not.

use std::collections::HashMap;

use crate::checker::tenure::{Tenure, Tenures};
use crate::checker::{Circumstances, Violation};
use crate::history::{Answer, Operation, Record, Refusal, Wish};

/// Every refusal that cannot have been right at any instant of its request.
pub fn check(
    records: &[Record],
    tenures: &Tenures,
    circumstances: &Circumstances,
) -> Vec<Violation> {
    let seats = Seats::new(tenures, circumstances);
    records
        .iter()
        .filter_map(|record| match (&record.operation, &record.answer) {
            (Operation::Claim { wish, .. }, Answer::Refused(refusal)) => {
                Some(seats.judge(record, wish, refusal))
            }
            _ => None,
        })
        .flatten()
        .collect()
}

struct Seats<'a> {
    by_seat: HashMap<u32, Vec<&'a Tenure>>,
    tenures: &'a Tenures,
    circumstances: &'a Circumstances,
}

impl<'a> Seats<'a> {
    fn new(tenures: &'a Tenures, circumstances: &'a Circumstances) -> Self {
        let mut by_seat: HashMap<u32, Vec<&Tenure>> = HashMap::new();
        for tenure in &tenures.seats {
            by_seat.entry(tenure.seat).or_default().push(tenure);
        }
        Self {
            by_seat,
            tenures,
            circumstances,
        }
    }

    fn judge(&self, record: &Record, wish: &Wish, refusal: &Refusal) -> Vec<Violation> {
        match (refusal.code.as_str(), wish) {
            ("seat_taken", _) => self.judge_taken(record, refusal),
            ("sold_out", Wish::Best(wanted)) => {
                self.judge_sold_out(record, *wanted).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn judge_taken(&self, record: &Record, refusal: &Refusal) -> Vec<Violation> {
        let (order, start, end) = (record.order, record.start, record.end);
        let free = refusal
            .taken
            .iter()
            .filter(|seat| !self.may_be_of_another(**seat, record));
        let refused = free.map(|seat| Violation::WronglyRefused {
            order,
            seat: *seat,
            start,
            end,
        });
        let stale = refusal
            .alternative
            .iter()
            .filter(|seat| self.is_of_another(**seat, record));
        let offered = stale.map(|seat| Violation::StaleAlternative { order, seat: *seat });
        refused.chain(offered).collect()
    }

    fn judge_sold_out(&self, record: &Record, wanted: usize) -> Option<Violation> {
        if self.any_seat_may_be_gone(record, true) {
            return None;
        }
        let capacity = u32::try_from(self.circumstances.capacity)
            .expect("a house has fewer seats than u32 counts");
        let free = (0..capacity)
            .filter(|seat| self.is_free_throughout(*seat, record))
            .count();
        (free >= wanted).then_some(Violation::WronglySoldOut {
            order: record.order,
            wanted,
            free,
        })
    }

    /// Whether another order may have had the seat at any instant of the request.
    fn may_be_of_another(&self, seat: u32, record: &Record) -> bool {
        self.circumstances.never_free.contains(&seat)
            || self.any_seat_may_be_gone(record, false)
            || self
                .of(seat)
                .any(|tenure| tenure.order != record.order && touches(tenure, record))
    }

    /// Whether another order certainly had the seat at every instant of the request.
    fn is_of_another(&self, seat: u32, record: &Record) -> bool {
        self.of(seat).any(|tenure| {
            tenure.order != record.order
                && tenure.certain_from <= record.start
                && record.end <= tenure.certain_until
        })
    }

    fn is_free_throughout(&self, seat: u32, record: &Record) -> bool {
        !self.circumstances.never_free.contains(&seat)
            && !self.of(seat).any(|tenure| touches(tenure, record))
    }

    fn any_seat_may_be_gone(&self, record: &Record, also_by_itself: bool) -> bool {
        self.tenures.any_seat.iter().any(|any| {
            (also_by_itself || any.order != record.order)
                && any.from <= record.end
                && record.start <= any.until
        })
    }

    fn of(&self, seat: u32) -> impl Iterator<Item = &&'a Tenure> {
        self.by_seat.get(&seat).into_iter().flatten()
    }
}

fn touches(tenure: &Tenure, record: &Record) -> bool {
    tenure.possible_from <= record.end && record.start <= tenure.possible_until
}
