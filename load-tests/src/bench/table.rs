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

    /// Claim divided by echo in each round, by a figure of both.
    fn ratios(&self, connections: usize, echo: Subject, of: fn(&Row) -> f64) -> Vec<f64> {
        let rounds = |subject| self.rounds.get(&(connections, subject));
        let (Some(claims), Some(echoes)) = (rounds(Subject::Claim), rounds(echo)) else {
            return Vec::new();
        };
        let pairs = claims.iter().zip(echoes);
        pairs.map(|(claim, echo)| of(claim) / of(echo)).collect()
    }

    fn write_ratios(&self, connections: usize, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for echo in [Subject::BareEcho, Subject::Echo] {
            let of = |value| Spread::of(self.ratios(connections, echo, value));
            let throughput = of(|row| row.per_second);
            if throughput.median.is_nan() {
                continue;
            }
            let name = format!("claim ÷ {}", echo.name());
            writeln!(
                formatter,
                "{connections:>5}  {name:<20} {throughput:.3}   p99 × {:.2}   CPU: server × {:.2}, generator × {:.2}, all with Postgres × {:.2}",
                of(|row| row.p99_micros).median,
                of(|row| row.server).median,
                of(|row| row.generator).median,
                of(Row::all_processors).median,
            )?;
        }
        Ok(())
    }
}

/// The median of several rounds, with the least and the most.
#[derive(Debug, Clone, Copy)]
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    fn of(values: Vec<f64>) -> Self {
        let least = values.iter().copied().fold(f64::NAN, f64::min);
        let most = values.iter().copied().fold(f64::NAN, f64::max);
        Self {
            median: median(values),
            least,
            most,
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            median,
            least,
            most,
        } = self;
        let decimals = formatter.precision().unwrap_or(0);
        write!(
            formatter,
            "{median:.decimals$} ({least:.decimals$} to {most:.decimals$})"
        )
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

    /// What one operation costs in all, its asking included.
    fn all_processors(&self) -> f64 {
        self.server + self.postgres + self.generator
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
            "conns  {:<20} {:>26} {:>11} {:>11} {:>8} {:>9} {:>10} {:>6} {:>7}",
            "subject", "per s", "p50", "p99", "server", "Postgres", "generator", "all", "failed"
        )?;
        writeln!(formatter, "{:>87}", "CPU µs an operation")?;
        let mut last = None;
        for ((connections, subject), rounds) in &self.rounds {
            if let Some(last) = last.filter(|last| last != connections) {
                self.write_ratios(last, formatter)?;
            }
            last = Some(*connections);
            let row = Row::median(rounds);
            let rates = Spread::of(rounds.iter().map(|row| row.per_second).collect());
            writeln!(
                formatter,
                "{connections:>5}  {:<20} {:>26} {:>11} {:>11} {:>8.1} {:>9.1} {:>10.1} {:>6.1} {:>7.0}",
                subject.name(),
                rates.to_string(),
                show(row.p50_micros),
                show(row.p99_micros),
                row.server,
                row.postgres,
                row.generator,
                row.all_processors(),
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

    #[test]
    fn a_spread_shows_the_median_between_the_least_and_the_most() {
        let spread = Spread::of(vec![0.5, 0.25, 0.75]);
        assert_eq!(format!("{spread:.2}"), "0.50 (0.25 to 0.75)");
    }
}
