//! How cost grows with the house: claims by name and best available, of one, two and eight seats.
//!
//! Each connection has orders of its own, claims, and gives back what it got, again and again: a house of any size stays as it
//! is. Figures are of both kinds of request together, half and half.

use std::time::Duration;

use clap::Args;

use super::sale::as_float;
use super::stage::Stage;
use crate::bench::deck::{cancel_all, open_order};
use crate::bench::measure::{Manner, measure};
use crate::bench::subject::{Cycle, Script};
use crate::box_office::Hall;
use crate::figures::per_second;
use crate::house::House;
use crate::outcome::Outcome;
use crate::rivals::median;
use crate::say::say;
use crate::verdict::Verdict;

/// So many that the smallest house has room for all of them with eight seats each.
const CONNECTIONS: usize = 12;

/// For how long they claim before it is measured.
const WARM_UP: Duration = Duration::from_millis(200);

/// How many claims a second each connection may make before its orders are used up.
const CLAIMS_PER_SECOND: usize = 1_500;

/// Claims in houses of all sizes
#[derive(Debug, Clone, Args)]
pub struct GrowthArgs {
    /// How many seats the houses have: generated halls, the arena of 20,000, the stadium of 80,000
    #[arg(long, value_delimiter = ',', default_values_t = [100, 2_000, 20_000, 80_000])]
    pub houses: Vec<usize>,
    /// How many seats a claim asks for
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 8])]
    pub parties: Vec<usize>,
    #[arg(long, default_value_t = 1.0)]
    pub secs: f64,
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
}

/// A run that takes seconds.
pub fn small() -> GrowthArgs {
    GrowthArgs {
        houses: vec![100],
        parties: vec![1, 8],
        secs: 0.4,
        rounds: 1,
    }
}

/// One line of the table.
#[derive(Default)]
struct Line {
    rates: Vec<f64>,
    p99_micros: Vec<f64>,
    server: Vec<f64>,
    postgres: Vec<f64>,
    failed: u64,
}

/// Measures every house with every party, by name and best available.
///
/// # Errors
/// The harness itself could not work.
pub async fn run(args: &GrowthArgs, stage: &mut Stage) -> Outcome<Verdict> {
    let mut houses = Vec::new();
    for seats in &args.houses {
        houses.push(stage.house(&Hall::of(*seats)).await?);
    }
    say(format_args!(
        "{CONNECTIONS} connections claim and give back in turn; medians of {} rounds of {} s\n",
        args.rounds, args.secs
    ));
    say(
        "| seats of the house | asked for | requests/s | p99 ms | server µs | Postgres µs | refused |\n|---|---|---|---|---|---|---|",
    );
    let mut failed = 0;
    for is_best in [false, true] {
        for house in &houses {
            for party in &args.parties {
                let mut line = Line::default();
                for _ in 0..args.rounds {
                    add(&mut line, stage, house, args.secs, *party, is_best).await?;
                }
                let asked = if is_best { "best" } else { "named" };
                say(format_args!(
                    "| {} | {party} {asked} | {:.0} | {:.2} | {:.1} | {:.1} | {} |",
                    house.capacity(),
                    median(line.rates),
                    median(line.p99_micros) / 1_000.0,
                    median(line.server),
                    median(line.postgres),
                    line.failed
                ));
                // The smallest house may have no eight seats together left: that is an answer, too.
                failed += if is_best { 0 } else { line.failed };
            }
        }
    }
    if failed > 0 {
        say(format_args!(
            "growth: FAILED, {failed} requests were not answered 200"
        ));
        return Ok(Verdict::Failed);
    }
    Ok(Verdict::Passed)
}

async fn add(
    line: &mut Line,
    stage: &Stage,
    house: &House,
    secs: f64,
    party: usize,
    is_best: bool,
) -> Outcome<()> {
    let seats: Vec<u32> = house.rows.iter().flatten().copied().collect();
    // Apart from each other, as buyers are.
    let step = seats.len() / CONNECTIONS;
    let (mut cycles, mut orders) = (Vec::new(), Vec::new());
    let length = WARM_UP + Duration::from_secs_f64(secs);
    let claims = CLAIMS_PER_SECOND * usize::try_from(length.as_millis())? / 1_000;
    for connection in 0..CONNECTIONS {
        let mut its_orders = Vec::new();
        for _ in 0..claims.div_ceil(Cycle::CLAIMS_EACH) {
            its_orders.push(open_order(stage.recipe.address, house.session).await?);
        }
        orders.extend_from_slice(&its_orders);
        let at = connection * step;
        let seats = seats[at..at + party].to_vec();
        cycles.push(Cycle::new(its_orders, seats, is_best));
    }
    let cycles = std::sync::Mutex::new(cycles);
    let manner = Manner {
        address: stage.recipe.address,
        processes: stage.processes(),
        warm_up: WARM_UP,
        stretch: Duration::from_secs_f64(secs),
    };
    let script = || {
        let mut cycles = cycles.lock().expect("no holder panics");
        Script::Cycle(cycles.pop().expect("there is one for each connection"))
    };
    let measured = measure(manner, CONNECTIONS, script).await?;
    // Some hold what they were about to give back.
    cancel_all(stage.recipe.address, orders).await?;
    let count = measured.latencies.len();
    line.rates
        .push(per_second(usize::try_from(count)?, measured.took));
    line.p99_micros
        .push(as_float(measured.latencies.value_at_quantile(0.99)));
    line.server
        .push(as_float(measured.cpu.server) / as_float(count).max(1.0));
    line.postgres
        .push(as_float(measured.cpu.postgres) / as_float(count).max(1.0));
    line.failed += measured.failed;
    Ok(())
}
