//! The medians of all rounds, and the claim as a ratio of the echoes.

use std::collections::BTreeMap;
use std::fmt;

use crate::bench::measure::Measurement;
use crate::bench::subject::Subject;
use crate::figures::{millis, per_second};

/// All measurements of a run, by number of connections and subject, one a round.
#[derive(Default)]
pub struct Results {
    rounds: BTreeMap<(usize, Subject), Vec<Row>>,
}

/// One measurement as a table shows it. Processor times are microseconds of one core an operation.
#[derive(Debug, Clone, Copy)]
struct Row {
    per_second: f64,
    p50_micros: f64,
    p99_micros: f64,
    server: f64,
    postgres: f64,
    generator: f64,
    failed: f64,
}

impl Results {
    /// Adds a measurement.
    pub fn add(&mut self, connections: usize, subject: Subject, measurement: &Measurement) {
        self.rounds
            .entry((connections, subject))
            .or_default()
            .push(Row::of(measurement));
    }

    /// The throughput that claims are to be prepared for: the best that was seen.
    pub fn best_rate(&self, connections: usize, subject: Subject) -> Option<f64> {
        let rounds = self.rounds.get(&(connections, subject))?;
        rounds
            .iter()
            .map(|row| row.per_second)
            .max_by(f64::total_cmp)
    }

    /// How many operations were not answered as they should be, over all.
    pub fn failed(&self) -> f64 {
        self.rounds.values().flatten().map(|row| row.failed).sum()
    }

    /// The median over the rounds of claim divided by echo, each pair from one round.
    fn ratio(&self, connections: usize, echo: Subject, of: fn(&Row) -> f64) -> Option<f64> {
        let claims = self.rounds.get(&(connections, Subject::Claim))?;
        let echoes = self.rounds.get(&(connections, echo))?;
        Some(median(
            claims
                .iter()
                .zip(echoes)
                .map(|(claim, echo)| of(claim) / of(echo))
                .collect(),
        ))
    }

    fn write_ratios(&self, connections: usize, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for echo in [Subject::BareEcho, Subject::Echo] {
            let throughput = self.ratio(connections, echo, |row| row.per_second);
            let server = self.ratio(connections, echo, |row| row.server);
            let all = self.ratio(connections, echo, |row| row.server + row.postgres);
            if let (Some(throughput), Some(server), Some(all)) = (throughput, server, all) {
                let name = format!("claim ÷ {}", echo.name());
                writeln!(
                    formatter,
                    "{connections:>5}  {name:<20} {throughput:>9.3}   server CPU × {server:.2}, with Postgres × {all:.2}"
                )?;
            }
        }
        Ok(())
    }
}

impl Row {
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of one measurement lie far below 2^52"
    )]
    fn of(measurement: &Measurement) -> Self {
        let count = usize::try_from(measurement.latencies.len()).expect("a measurement is short");
        let each = |micros: u64| micros as f64 / (count as f64).max(1.0);
        Self {
            per_second: per_second(count, measurement.took),
            p50_micros: measurement.latencies.value_at_quantile(0.5) as f64,
            p99_micros: measurement.latencies.value_at_quantile(0.99) as f64,
            server: each(measurement.cpu.server),
            postgres: each(measurement.cpu.postgres),
            generator: each(measurement.cpu.generator),
            failed: measurement.failed as f64,
        }
    }

    fn median(rounds: &[Self]) -> Self {
        let of = |value: fn(&Self) -> f64| median(rounds.iter().map(value).collect());
        Self {
            per_second: of(|row| row.per_second),
            p50_micros: of(|row| row.p50_micros),
            p99_micros: of(|row| row.p99_micros),
            server: of(|row| row.server),
            postgres: of(|row| row.postgres),
            generator: of(|row| row.generator),
            failed: of(|row| row.failed),
        }
    }
}

impl fmt::Display for Results {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "conns  {:<20} {:>9} {:>12} {:>12} {:>10} {:>10} {:>10} {:>7}",
            "subject", "per s", "p50", "p99", "server", "Postgres", "generator", "failed"
        )?;
        writeln!(
            formatter,
            "{:>64} {:>10} {:>10}",
            "CPU µs/op", "CPU µs/op", "CPU µs/op"
        )?;
        let mut last = None;
        for ((connections, subject), rounds) in &self.rounds {
            if let Some(last) = last.filter(|last| last != connections) {
                self.write_ratios(last, formatter)?;
            }
            last = Some(*connections);
            let row = Row::median(rounds);
            writeln!(
                formatter,
                "{connections:>5}  {:<20} {:>9.0} {:>12} {:>12} {:>10.1} {:>10.1} {:>10.1} {:>7.0}",
                subject.name(),
                row.per_second,
                show(row.p50_micros),
                show(row.p99_micros),
                row.server,
                row.postgres,
                row.generator,
                row.failed
            )?;
        }
        last.map_or(Ok(()), |last| self.write_ratios(last, formatter))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a latency is positive and short"
)]
fn show(micros: f64) -> String {
    millis(micros as u64)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        len if len % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert!((median(vec![4.0, 1.0, 3.0, 2.0]) - 2.5).abs() < f64::EPSILON);
        assert!((median(vec![9.0, 1.0, 3.0]) - 3.0).abs() < f64::EPSILON);
    }
}
