//! The rivals' figures: medians of all rounds with their spread, in each contest, and what they say of the aims.

use std::collections::BTreeMap;
use std::fmt;

use super::kind::{Contest, Kind};
use crate::bench::measure::Measurement;
use crate::figures::per_second;
use crate::plot::{Line, Plot};

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// The same front with nothing behind it: ours, bare.
    Echo,
    /// Our actor, asked for a named seat, the best one, a standing place.
    OursNamed,
    OursBest,
    OursStanding,
    Rival(Kind),
}

/// One measurement. Processor times are microseconds of one core an operation.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    per_second: f64,
    p50_millis: f64,
    p99_millis: f64,
    front: f64,
    database: f64,
    generator: f64,
    failed: f64,
}

/// All measurements, one a round.
#[derive(Default)]
pub struct Results {
    rounds: BTreeMap<(Who, usize), Vec<Row>>,
}

/// What is asked of our actor beside a rival.
struct Aim {
    words: &'static str,
    rival: Who,
    ours: Who,
    factor: f64,
    connections: &'static [usize],
}

const AIMS: [Aim; 6] = [
    Aim {
        words: "half the echo",
        rival: Who::Echo,
        ours: Who::OursNamed,
        factor: 0.5,
        connections: &[256, 1_024],
    },
    Aim {
        words: "5 times the single UPDATE",
        rival: Who::Rival(Kind::Update),
        ours: Who::OursNamed,
        factor: 5.0,
        connections: &[256, 1_024],
    },
    Aim {
        words: "20 times the counter row",
        rival: Who::Rival(Kind::Counter),
        ours: Who::OursStanding,
        factor: 20.0,
        connections: &[256, 1_024],
    },
    Aim {
        words: "not behind Redis with appendfsync always",
        rival: Who::Rival(Kind::RedisAlways),
        ours: Who::OursNamed,
        factor: 1.0,
        connections: &[1, 16, 256, 1_024],
    },
    Aim {
        words: "beside SKIP LOCKED, best (no aim)",
        rival: Who::Rival(Kind::SkipLockedBest),
        ours: Who::OursBest,
        factor: 0.0,
        connections: &[256, 1_024],
    },
    Aim {
        words: "beside SKIP LOCKED, standing (no aim)",
        rival: Who::Rival(Kind::SkipLockedStanding),
        ours: Who::OursStanding,
        factor: 0.0,
        connections: &[256, 1_024],
    },
];

impl Who {
    /// Everybody, contest by contest.
    pub fn all() -> Vec<Self> {
        let ours = [
            Self::Echo,
            Self::OursNamed,
            Self::OursBest,
            Self::OursStanding,
        ];
        let rivals = Kind::ALL.map(Self::Rival);
        ours.into_iter().chain(rivals).collect()
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Echo => "echo, bare",
            Self::OursNamed => "actor, named seat",
            Self::OursBest => "actor, best seat",
            Self::OursStanding => "actor, standing",
            Self::Rival(kind) => kind.name(),
        }
    }

    fn contest(self) -> Option<Contest> {
        match self {
            Self::Echo => None,
            Self::OursNamed => Some(Contest::NamedSeat),
            Self::OursBest => Some(Contest::BestSeat),
            Self::OursStanding => Some(Contest::StandingPlace),
            Self::Rival(kind) => Some(kind.contest()),
        }
    }
}

impl Row {
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of one measurement lie far below 2^52"
    )]
    pub fn of(measurement: &Measurement) -> Self {
        let count = usize::try_from(measurement.latencies.len()).expect("a measurement is short");
        let each = |micros: u64| micros as f64 / (count as f64).max(1.0);
        let quantile = |at| measurement.latencies.value_at_quantile(at) as f64 / 1_000.0;
        Self {
            per_second: per_second(count, measurement.took),
            p50_millis: quantile(0.5),
            p99_millis: quantile(0.99),
            front: each(measurement.cpu.server),
            database: each(measurement.cpu.postgres),
            generator: each(measurement.cpu.generator),
            failed: measurement.failed as f64,
        }
    }
}

impl Results {
    pub fn add(&mut self, who: Who, connections: usize, measurement: &Measurement) {
        self.rounds
            .entry((who, connections))
            .or_default()
            .push(Row::of(measurement));
    }

    /// The best throughput seen, which the next measurement is prepared for.
    pub fn best_rate(&self, who: Who) -> Option<f64> {
        let rows = self.rounds.iter().filter(|((other, _), _)| *other == who);
        rows.flat_map(|(_, rows)| rows.iter().map(|row| row.per_second))
            .max_by(f64::total_cmp)
    }

    pub fn failed(&self) -> f64 {
        self.rounds.values().flatten().map(|row| row.failed).sum()
    }

    /// The most that was reached at any number of connections: a median.
    pub fn peak(&self, who: Who) -> f64 {
        let medians = self
            .rounds
            .keys()
            .filter(|(other, _)| *other == who)
            .map(|(_, connections)| self.median(who, *connections, |row| row.per_second));
        medians.fold(0.0, f64::max)
    }

    fn values(&self, who: Who, connections: usize, of: fn(&Row) -> f64) -> Vec<f64> {
        let rows = self.rounds.get(&(who, connections));
        rows.into_iter().flatten().map(of).collect()
    }

    fn median(&self, who: Who, connections: usize, of: fn(&Row) -> f64) -> f64 {
        median(self.values(who, connections, of))
    }

    fn connections(&self) -> Vec<usize> {
        let mut all: Vec<usize> = self
            .rounds
            .keys()
            .map(|(_, connections)| *connections)
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Throughput by connections, a line for each.
    pub fn plot(&self) -> Plot {
        let lines = Who::all().into_iter().filter_map(|who| {
            let points = self.connections().into_iter().map(|connections| {
                let rate = self.median(who, connections, |row| row.per_second);
                (connections, rate)
            });
            let points: Vec<_> = points
                .filter(|(_, rate)| rate.is_finite() && *rate > 0.0)
                .collect();
            (!points.is_empty()).then(|| Line {
                name: who.name(),
                is_ours: matches!(who, Who::OursNamed | Who::OursBest | Who::OursStanding),
                points,
            })
        });
        Plot {
            title: "Durable claims a second, by connections",
            lines: lines.collect(),
        }
    }

    fn write_row(
        &self,
        formatter: &mut fmt::Formatter<'_>,
        who: Who,
        connections: usize,
    ) -> fmt::Result {
        let rates = self.values(who, connections, |row| row.per_second);
        let (least, most) = rates
            .iter()
            .fold((f64::MAX, 0.0_f64), |(least, most), rate| {
                (least.min(*rate), most.max(*rate))
            });
        let of = |value| self.median(who, connections, value);
        writeln!(
            formatter,
            "| {connections} | {} | {:.0} ({least:.0} to {most:.0}) | {:.2} | {:.2} | {:.1} | {:.1} | {:.1} |",
            who.name(),
            median(rates),
            of(|row| row.p50_millis),
            of(|row| row.p99_millis),
            of(|row| row.front),
            of(|row| row.database),
            of(|row| row.generator),
        )
    }

    fn write_aim(&self, formatter: &mut fmt::Formatter<'_>, aim: &Aim) -> fmt::Result {
        for connections in aim.connections {
            let ratio = |of: fn(&Row) -> f64| {
                let ours = self.values(aim.ours, *connections, of);
                let theirs = self.values(aim.rival, *connections, of);
                median(ours.iter().zip(&theirs).map(|(a, b)| a / b).collect())
            };
            let throughput = ratio(|row| row.per_second);
            if throughput.is_nan() {
                continue;
            }
            let p99 = ratio(|row| row.p99_millis);
            let is_met = throughput >= aim.factor && (aim.factor != 1.0 || p99 <= 1.0);
            let verdict = if is_met { "met" } else { "MISSED" };
            let verdict = if aim.factor == 0.0 { "–" } else { verdict };
            writeln!(
                formatter,
                "| {} | {connections} | {throughput:.2} | {p99:.2} | {verdict} |",
                aim.words
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Results {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for contest in [
            Contest::NamedSeat,
            Contest::BestSeat,
            Contest::StandingPlace,
        ] {
            writeln!(formatter, "\n{}:\n", contest_words(contest))?;
            writeln!(
                formatter,
                "| connections | | a second (least to most) | p50 ms | p99 ms | front µs | database µs | generator µs |\n|---|---|---|---|---|---|---|---|"
            )?;
            for connections in self.connections() {
                let fits = |who: &Who| who.contest().is_none_or(|other| other == contest);
                for who in Who::all().into_iter().filter(fits) {
                    if self.rounds.contains_key(&(who, connections)) {
                        self.write_row(formatter, who, connections)?;
                    }
                }
            }
        }
        writeln!(
            formatter,
            "\nOur actor beside them (medians of the ratios of each round):\n\n| aim | connections | throughput × | p99 × | |\n|---|---|---|---|---|"
        )?;
        AIMS.iter()
            .try_for_each(|aim| self.write_aim(formatter, aim))
    }
}

fn contest_words(contest: Contest) -> &'static str {
    match contest {
        Contest::NamedSeat => "A named free seat",
        Contest::BestSeat => "The best free seat",
        Contest::StandingPlace => "A standing place",
    }
}

/// The middle value; of an even number, the mean of the two middle ones.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        len if len % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}
