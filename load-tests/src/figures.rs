//! The figures of a history: how much was asked, how it was answered, how long it took.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::history::{Answer, Operation, Record, Status};

/// What a run amounts to.
#[derive(Debug)]
pub struct Figures {
    took: Duration,
    requests: usize,
    orders: usize,
    paid: usize,
    cancelled: usize,
    expired: usize,
    drops: usize,
    declined: usize,
    claims: usize,
    granted: usize,
    repeated: usize,
    /// Requests of unknown fate, by status and code, or by what broke the connection.
    unknown: BTreeMap<String, usize>,
    refusals: BTreeMap<String, usize>,
    /// By kind of operation, in microseconds.
    latencies: BTreeMap<&'static str, Histogram<u64>>,
}

impl Figures {
    /// The figures of a run that took so long.
    pub fn of(records: &[Record], took: Duration) -> Self {
        let mut figures = Self::nothing(took);
        let mut keys = HashSet::new();
        let mut paid = HashSet::new();
        for record in records {
            figures.count_answer(&record.answer);
            let latencies = figures
                .latencies
                .entry(record.operation.name())
                .or_insert_with(latencies);
            latencies.saturating_record(record.end - record.start);
            figures.count_operation(record);
            if let Operation::Claim { key, .. } = &record.operation {
                figures.count_claim(record);
                figures.repeated += usize::from(!keys.insert((record.order, key)));
            }
            if matches!(&record.answer, Answer::Order(order) if order.status == Status::Paid) {
                paid.insert(record.order);
            }
        }
        figures.requests = records.len();
        figures.paid = paid.len();
        figures
    }

    fn nothing(took: Duration) -> Self {
        Self {
            took,
            requests: 0,
            orders: 0,
            paid: 0,
            cancelled: 0,
            expired: 0,
            drops: 0,
            declined: 0,
            claims: 0,
            granted: 0,
            repeated: 0,
            unknown: BTreeMap::new(),
            refusals: BTreeMap::new(),
            latencies: BTreeMap::new(),
        }
    }

    fn count_answer(&mut self, answer: &Answer) {
        match answer {
            Answer::Order(_) | Answer::PaymentStarted { .. } => {}
            Answer::Refused(refusal) => {
                *self
                    .refusals
                    .entry(format!("{} {}", refusal.status, refusal.code))
                    .or_default() += 1;
            }
            Answer::Unknown { status, cause, .. } => {
                let status = status.map_or("no answer:".to_owned(), |status| status.to_string());
                *self.unknown.entry(format!("{status} {cause}")).or_default() += 1;
            }
        }
    }

    fn count_operation(&mut self, record: &Record) {
        let Answer::Order(order) = &record.answer else {
            return;
        };
        match &record.operation {
            Operation::Open => self.orders += 1,
            Operation::Drop { .. } => self.drops += 1,
            Operation::Cancel => self.cancelled += 1,
            Operation::Confirm { succeed: false, .. } => self.declined += 1,
            Operation::Read => self.expired += usize::from(order.status == Status::Cancelled),
            Operation::Confirm { succeed: true, .. }
            | Operation::Amount { .. }
            | Operation::Address
            | Operation::Claim { .. }
            | Operation::StartPayment { .. } => {}
        }
    }

    fn count_claim(&mut self, record: &Record) {
        self.claims += 1;
        self.granted += usize::from(matches!(record.answer, Answer::Order(_)));
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.took.as_secs_f64();
        writeln!(formatter, "  duration          {secs:.1} s")?;
        writeln!(formatter, "  requests          {}", self.requests)?;
        writeln!(
            formatter,
            "  orders            {} opened, {} paid, {} cancelled, {} seen expired; {} drops, {} payments declined",
            self.orders, self.paid, self.cancelled, self.expired, self.drops, self.declined
        )?;
        writeln!(
            formatter,
            "  claims            {} ({:.0}/s), granted {}, repeated keys {}",
            self.claims,
            per_second(self.claims, self.took),
            self.granted,
            self.repeated
        )?;
        for (name, latencies) in &self.latencies {
            writeln!(
                formatter,
                "  {:<17} p50 {}, p99 {}, max {}",
                format!("{name} took"),
                millis(latencies.value_at_quantile(0.5)),
                millis(latencies.value_at_quantile(0.99)),
                millis(latencies.max())
            )?;
        }
        write_counts(formatter, "refusals ", &self.refusals)?;
        writeln!(formatter)?;
        write_counts(formatter, "no result", &self.unknown)
    }
}

fn write_counts(
    formatter: &mut fmt::Formatter<'_>,
    name: &str,
    counts: &BTreeMap<String, usize>,
) -> fmt::Result {
    write!(formatter, "  {name}        ")?;
    if counts.is_empty() {
        return write!(formatter, " none");
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(what, count)| format!("{what} × {count}"))
        .collect();
    write!(formatter, " {}", counts.join("; "))
}

/// An empty histogram of microseconds, three digits exact, up to two minutes.
pub fn latencies() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 120_000_000, 3).expect("the bounds are constant and right")
}

/// How many a second.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a run lie far below 2^52"
)]
pub fn per_second(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64().max(f64::EPSILON)
}

/// Microseconds as milliseconds.
pub fn millis(micros: u64) -> String {
    format!("{}.{:02} ms", micros / 1000, micros % 1000 / 10)
}
