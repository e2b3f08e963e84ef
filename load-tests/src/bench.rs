//! Durable claims over HTTP beside an echo of the same size on the same server, in one run.
//!
//! What is measured: a claim of one named free seat, with a fresh idempotency key, by an order that
//! was opened before, until its answer 200 has arrived; the server gives it only after the commit
//! that has the seat. Each order claims a few seats, as buyers do. Opening orders beforehand and
//! cancelling them afterwards is not measured. The echo takes the same request and answers an
//! order's JSON: bare, and through the same middleware and body reader as a claim.

pub mod cpu;
pub mod deck;
pub mod machine;
pub mod measure;
pub mod subject;
mod table;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::box_office::{Hall, Terms, import, put_on_sale};
use crate::connection::Connection;
use crate::database::{Durability, connect};
use crate::house::read_house;
use crate::outcome::Outcome;
use crate::say::say;
use crate::scratch::Scratch;
use crate::server::{Recipe, Server};
use crate::verdict::Verdict;
use cpu::Processes;
use deck::Pool;
use machine::Machine;
use measure::{Manner, Measurement, measure};
use subject::Subject;
use table::Results;

/// How long a server may take to its first readiness: it makes its database.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// How many claims a second one connection can make at most, for each waits for the disk.
const ONE_CONNECTION_MAX: f64 = 4_000.0;

/// Measure durable claims beside an echo on the same server
#[derive(Debug, Clone, Args)]
pub struct BenchArgs {
    /// The server's executable [default: target/release/frontrow, else target/debug/frontrow]
    #[arg(long)]
    pub frontrow: Option<PathBuf>,
    /// How many connections ask at the same time
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 256, 1_024])]
    pub connections: Vec<usize>,
    /// What is measured [default: all of it]
    #[arg(long, value_enum, value_delimiter = ',')]
    pub subjects: Vec<Subject>,
    /// How often everything is measured; the medians are printed
    #[arg(long, default_value_t = 5)]
    pub rounds: usize,
    /// How long each measurement takes
    #[arg(long, default_value_t = 4.0)]
    pub secs: f64,
    /// How long each subject runs before it is measured
    #[arg(long, default_value_t = 1.0)]
    pub warm_up_secs: f64,
    /// How many seats the hall has
    #[arg(long, default_value_t = 120_000)]
    pub seats: usize,
    /// How many seats each order claims, one by one
    #[arg(long, default_value_t = 4)]
    pub seats_per_order: usize,
    /// How many claims a second are prepared for to begin with, however many connections there are
    #[arg(long, default_value_t = 40_000.0)]
    pub expected_rate: f64,
}

/// Measures everything and prints the tables.
///
/// # Errors
/// The server does not do what is asked.
pub async fn run(args: &BenchArgs) -> Outcome<Verdict> {
    let mut scratch = Scratch::new("bench")?;
    let verdict = bench_in(args, &scratch).await;
    if verdict.is_err() {
        scratch.keep();
    }
    verdict
}

/// A benchmark under way.
struct Bench<'a> {
    args: &'a BenchArgs,
    manner: Manner,
    pool: Pool,
    results: Results,
}

async fn bench_in(args: &BenchArgs, scratch: &Scratch) -> Outcome<Verdict> {
    let mut recipe = Recipe::new(args.frontrow.as_deref(), scratch.path())?;
    recipe.is_bench = true;
    let mut server = recipe.start()?;
    server.ready(START_TIMEOUT).await?;
    say(Machine::look(&recipe)?);
    let database = connect(&recipe.database()?).await?;
    say(Durability::ask(&database).await?);
    database.close().await;

    let mut bench = prepare(args, &recipe, &server).await?;
    for round in 0..args.rounds {
        bench.round(round).await?;
    }
    say(format_args!(
        "a claim: one named free seat, a fresh key, an order opened before ({} seats each); answered after its commit",
        args.seats_per_order
    ));
    say(format_args!(
        "medians of {} rounds of {} s, subjects in alternating order:",
        args.rounds, args.secs
    ));
    say(&bench.results);
    server.stop().await?;
    Ok(bench.verdict())
}

async fn prepare<'a>(args: &'a BenchArgs, recipe: &Recipe, server: &Server) -> Outcome<Bench<'a>> {
    let venue = import(recipe, &Hall::Generated(args.seats)).await?;
    let max_per_order = u32::try_from(args.seats_per_order)?;
    let session = put_on_sale(
        recipe,
        &venue,
        Terms {
            hold_secs: 1_800,
            max_per_order,
        },
    )
    .await?;
    let house = read_house(&mut Connection::new(recipe.address), session).await?;
    let mut dice = StdRng::seed_from_u64(1);
    let processes = Processes {
        server: server.pid(),
        postmaster: server.postmaster(),
    };
    let manner = Manner {
        address: recipe.address,
        processes,
        warm_up: Duration::from_secs_f64(args.warm_up_secs),
        stretch: Duration::from_secs_f64(args.secs),
    };
    let pool = Pool::new(recipe.address, &house, args.seats_per_order, &mut dice);
    Ok(Bench {
        args,
        manner,
        pool,
        results: Results::default(),
    })
}

impl Bench<'_> {
    async fn round(&mut self, round: usize) -> Outcome<()> {
        let mut subjects = Subject::ALL.to_vec();
        subjects.retain(|subject| {
            self.args.subjects.is_empty() || self.args.subjects.contains(subject)
        });
        // Whatever grows or warms in a round would favour whoever always comes last.
        if round % 2 == 1 {
            subjects.reverse();
        }
        for connections in self.args.connections.clone() {
            for &subject in &subjects {
                let measurement = self.measure(subject, connections).await?;
                self.results.add(connections, subject, &measurement);
            }
        }
        say(format_args!(
            "round {} of {} is done",
            round + 1,
            self.args.rounds
        ));
        Ok(())
    }

    async fn measure(&mut self, subject: Subject, connections: usize) -> Outcome<Measurement> {
        if subject != Subject::Claim {
            let nothing = Arc::default();
            return measure(self.manner, connections, || subject.script(&nothing)).await;
        }
        let (deck, orders) = self.pool.prepare(self.claims_needed(connections)).await?;
        let measurement = measure(self.manner, connections, || subject.script(&deck)).await?;
        self.pool.give_back(orders).await?;
        Ok(measurement)
    }

    /// How many claims a measurement may take, with room for a faster one than was seen.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "rates and connections are small positive numbers"
    )]
    fn claims_needed(&self, connections: usize) -> usize {
        let seen = self.results.best_rate(connections, Subject::Claim);
        let expected = || ONE_CONNECTION_MAX * connections as f64;
        let rate = seen.unwrap_or_else(|| expected().min(self.args.expected_rate)) * 1.5;
        (rate * (self.args.warm_up_secs + self.args.secs)) as usize
            + connections * self.args.seats_per_order
    }

    /// A benchmark in which claims failed has measured something else.
    fn verdict(&self) -> Verdict {
        let failed = self.results.failed();
        if failed > 0.0 {
            say(format_args!(
                "bench: FAILED, {failed} operations were not answered 200"
            ));
            return Verdict::Failed;
        }
        Verdict::Passed
    }
}
