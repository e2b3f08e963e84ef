//! Small versions of everything here that runs a server, together within two minutes.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use crate::bench::{self, BenchArgs};
use crate::crowd;
use crate::drill::{self, DrillArgs};
use crate::onsale::{self, OnsaleArgs};
use crate::outcome::Outcome;
use crate::payments::away::{self, AwayArgs};
use crate::payments::{self, Executables};
use crate::rivals::{self, RivalsArgs};
use crate::say::say;
use crate::steps::{self, Manner, Operation, StepsArgs};
use crate::verdict::Verdict;

/// Run small versions of the on-sale, the drill, the benchmarks and the crowds
#[derive(Debug, Clone, Args)]
pub struct SmokeArgs {
    /// The server's executable [default: target/release/frontrow, else target/debug/frontrow]
    #[arg(long)]
    pub frontrow: Option<PathBuf>,
}

/// Runs all of them.
///
/// # Errors
/// The harness itself could not work.
pub async fn run(args: &SmokeArgs) -> Outcome<Verdict> {
    let began = Instant::now();
    let onsale = onsale::run(&small_onsale(args)).await?;
    let drill = drill::run(&small_drill(args)).await?;
    let bench = bench::run(&small_bench(args)).await?;
    let rivals = rivals::run(&small_rivals(args)).await?;
    let steps = steps::run(&small_steps(args)).await?;
    let away = away::run(&small_away(args)).await?;
    let waiting = payments::run(&payments::small(executables(args))).await?;
    let crowd = crowd::run_all(&crowd::small(), args.frontrow.as_deref()).await?;
    let verdict = onsale.and(drill).and(bench).and(rivals);
    let verdict = verdict.and(steps).and(away).and(waiting).and(crowd);
    say(format_args!("smoke: {:.0?}", began.elapsed()));
    Ok(verdict)
}

fn small_onsale(args: &SmokeArgs) -> OnsaleArgs {
    OnsaleArgs {
        frontrow: args.frontrow.clone(),
        plan: None,
        prices: Vec::new(),
        rekey_seats: false,
        seats: 60,
        buyers: 50,
        hold_secs: 4,
        timeout_secs: 60,
        seed: 1,
        url: None,
        database_url: None,
    }
}

fn small_drill(args: &SmokeArgs) -> DrillArgs {
    DrillArgs {
        frontrow: args.frontrow.clone(),
        kills: 1,
        postgres_every: 1,
        in_flight: 50,
        connections: 96,
        seats: 2_000,
        // Machines that test many things at once are slow; the drill itself is strict.
        recovery_limit_ms: 15_000,
        expect_failure: false,
        seed: 1,
    }
}

fn small_bench(args: &SmokeArgs) -> BenchArgs {
    BenchArgs {
        frontrow: args.frontrow.clone(),
        connections: vec![16],
        subjects: Vec::new(),
        rounds: 1,
        secs: 1.0,
        warm_up_secs: 0.2,
        seats: 12_000,
        seats_per_order: 4,
        expected_rate: 1_500.0,
    }
}

/// Kills alone, and few of them: each starts a server.
fn small_steps(args: &SmokeArgs) -> StepsArgs {
    StepsArgs {
        executables: executables(args),
        operations: vec![Operation::Paypal],
        manners: vec![Manner::Kill],
        every: 5,
        houses: 1,
    }
}

fn small_away(args: &SmokeArgs) -> AwayArgs {
    AwayArgs {
        executables: executables(args),
        // Long enough for slow machines to notice, to turn and to pay meanwhile.
        secs: 6,
        around_secs: 1,
        buyers: 16,
    }
}

/// Both of the same build.
fn executables(args: &SmokeArgs) -> Executables {
    let frontrow = args.frontrow.clone();
    let sandbox = frontrow.as_ref().map(|it| it.with_file_name("sandbox"));
    Executables { frontrow, sandbox }
}

/// The Postgres rivals only: Redis is installed for benchmarks alone.
fn small_rivals(args: &SmokeArgs) -> RivalsArgs {
    RivalsArgs {
        frontrow: args.frontrow.clone(),
        connections: vec![16],
        only: rivals::postgres_kinds(),
        rounds: 1,
        secs: 0.4,
        warm_up_secs: 0.1,
        pilot_secs: 0.0,
        places: 12_000,
        plot: None,
        without_raw: true,
    }
}
