//! A stampede: everybody comes within one second, on a house with room for all of them.
//!
//! Each buyer opens an order and claims two seats, half of them named and half the best there are. Everyone must be
//! answered: held, refused with a reason, or sent away with a time to come back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::task::JoinSet;

use super::sale::check;
use super::stage::Stage;
use crate::bench::deck::Pool;
use crate::bench::measure::{Manner, measure};
use crate::bench::subject::{Ask, Script};
use crate::box_office::Hall;
use crate::cart::{Cart, fresh_key};
use crate::checker::Violation;
use crate::figures::{latencies, millis, per_second};
use crate::history::{Answer, History, Operation, Record, Wish};
use crate::house::House;
use crate::outcome::Outcome;
use crate::say::say;
use crate::verdict::Verdict;

/// Goodput beyond saturation may fall to this share of the peak.
const GOODPUT_MIN: f64 = 0.9;

/// Everybody comes within one second
#[derive(Debug, Clone, Args)]
pub struct StampedeArgs {
    #[arg(long, default_value_t = 10_000)]
    pub buyers: usize,
    /// How many seats the house has: 20,000 is the arena, 80,000 the stadium
    #[arg(long, default_value_t = 20_000)]
    pub seats: usize,
    /// Within how long they come
    #[arg(long, default_value_t = 1.0)]
    pub within_secs: f64,
    /// Connections that claim without pause: to saturation, and to four times as many
    #[arg(long, value_delimiter = ',', default_values_t = [256, 1_024, 4_096])]
    pub goodput: Vec<usize>,
    #[arg(long, default_value_t = 2.0)]
    pub goodput_secs: f64,
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// How many seats the house for the goodput has
    #[arg(long, default_value_t = 150_000)]
    pub goodput_seats: usize,
}

/// A run that takes seconds.
pub fn small() -> StampedeArgs {
    StampedeArgs {
        buyers: 200,
        seats: 1_000,
        within_secs: 0.3,
        goodput: vec![4, 16],
        goodput_secs: 0.5,
        rounds: 1,
        goodput_seats: 12_000,
    }
}

/// Lets everybody in at once, then asks how much gets done beyond saturation.
///
/// # Errors
/// The harness itself could not work.
pub async fn run(args: &StampedeArgs, stage: &mut Stage) -> Outcome<Verdict> {
    let house = stage.house(&Hall::of(args.seats)).await?;
    let history = Arc::new(History::new());
    let cpu = stage.processes().times();
    let began = std::time::Instant::now();
    rush(args, stage, &house, &history).await?;
    let took = began.elapsed();
    let used = stage.processes().times().since(&cpu);
    let records = history.records()?;
    say_answers(&records, args.buyers, took);
    say(format_args!(
        "processors: server {} ms, Postgres {} ms, generator {} ms",
        used.server / 1_000,
        used.postgres / 1_000,
        used.generator / 1_000
    ));
    let mut violations = check(&history, house.session, house.capacity(), &stage.pool).await?;
    violations.extend(unanswered(&records));
    let verdict = goodput(args, stage).await?;
    Ok(Verdict::of("stampede", &violations).and(verdict))
}

async fn rush(
    args: &StampedeArgs,
    stage: &Stage,
    house: &House,
    history: &Arc<History>,
) -> Outcome<()> {
    let mut dice = StdRng::seed_from_u64(1);
    let began = tokio::time::Instant::now();
    let mut buyers = JoinSet::new();
    for _ in 0..args.buyers {
        let comes = began + Duration::from_secs_f64(dice.random_range(0.0..args.within_secs));
        let cart = Cart::new(stage.recipe.address, house.session, history.clone());
        let wish = pick_wish(house, &mut dice);
        buyers.spawn(async move {
            tokio::time::sleep_until(comes).await;
            claim_once(cart, wish).await;
        });
    }
    while let Some(buyer) = buyers.join_next().await {
        buyer?;
    }
    Ok(())
}

fn pick_wish(house: &House, dice: &mut StdRng) -> Wish {
    if dice.random_bool(0.5) {
        return Wish::Best(2);
    }
    let row = &house.rows[dice.random_range(0..house.rows.len())];
    let len = row.len().min(2);
    let start = dice.random_range(0..=row.len() - len);
    Wish::Seats(row[start..start + len].to_vec())
}

async fn claim_once(mut cart: Cart, wish: Wish) {
    if let Answer::Order(_) = cart.perform(&Operation::Open).await {
        let key = fresh_key();
        cart.perform(&Operation::Claim { key, wish }).await;
    }
}

fn say_answers(records: &[Record], buyers: usize, took: Duration) {
    let mut answers: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut times: BTreeMap<&str, _> = BTreeMap::new();
    for record in records {
        let name = record.operation.name();
        *answers.entry((name, what(&record.answer))).or_default() += 1;
        times
            .entry(name)
            .or_insert_with(latencies)
            .saturating_record(record.end - record.start);
    }
    say(format_args!(
        "{buyers} buyers within a second; the last was answered after {took:.2?}\n"
    ));
    say("| request | answer | how many |\n|---|---|---|");
    for ((name, answer), count) in &answers {
        say(format_args!("| {name} | {answer} | {count} |"));
    }
    for (name, times) in &times {
        say(format_args!(
            "{name}: p50 {}, p99 {}, max {}",
            millis(times.value_at_quantile(0.5)),
            millis(times.value_at_quantile(0.99)),
            millis(times.max())
        ));
    }
}

fn what(answer: &Answer) -> String {
    match answer {
        Answer::Order(_) | Answer::PaymentStarted { .. } => "granted".to_owned(),
        Answer::Refused(refusal) => format!("refused: {}", refusal.code),
        Answer::Unknown {
            status: Some(status),
            has_retry_after,
            ..
        } => {
            let retry = if *has_retry_after {
                "with Retry-After"
            } else {
                "without Retry-After"
            };
            format!("{status} {retry}")
        }
        Answer::Unknown { cause, .. } => format!("none: {cause}"),
    }
}

/// Nobody may hang.
fn unanswered(records: &[Record]) -> impl Iterator<Item = Violation> {
    let lost = records
        .iter()
        .filter(|record| matches!(record.answer, Answer::Unknown { status: None, .. }));
    lost.map(|record| Violation::TooLate {
        what: format!("a buyer was not answered: {:?}", record.answer),
    })
}

/// How many claims are granted at saturation and far beyond it.
async fn goodput(args: &StampedeArgs, stage: &Stage) -> Outcome<Verdict> {
    let house = stage.house(&Hall::Generated(args.goodput_seats)).await?;
    let mut pool = Pool::new(
        stage.recipe.address,
        &house,
        4,
        &mut StdRng::seed_from_u64(1),
    );
    let manner = Manner {
        address: stage.recipe.address,
        processes: stage.processes(),
        warm_up: Duration::from_millis(300),
        stretch: Duration::from_secs_f64(args.goodput_secs),
    };
    let mut rates: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for round in 0..args.rounds {
        let mut order = args.goodput.clone();
        if round % 2 == 1 {
            order.reverse();
        }
        for connections in order {
            let (deck, orders) = pool.prepare(args.goodput_seats).await?;
            let script = || Script::claims(deck.clone(), Ask::Named);
            let measured = measure(manner, connections, script).await?;
            pool.give_back(orders).await?;
            let granted = usize::try_from(measured.latencies.len())?;
            let rate = per_second(granted, measured.took);
            rates.entry(connections).or_default().push(rate);
        }
    }
    let medians: Vec<(usize, f64)> = rates
        .into_iter()
        .map(|(connections, rates)| (connections, crate::rivals::median(rates)))
        .collect();
    Ok(judge(&medians))
}

fn judge(medians: &[(usize, f64)]) -> Verdict {
    let peak = medians.iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
    say(
        "\n| connections that claim without pause | granted a second | of the peak |\n|---|---|---|",
    );
    for (connections, rate) in medians {
        say(format_args!(
            "| {connections} | {rate:.0} | {:.2} |",
            rate / peak
        ));
    }
    let last = medians.last().map_or(0.0, |(_, rate)| *rate);
    if last < GOODPUT_MIN * peak {
        say(format_args!(
            "aim MISSED: goodput at the most connections is below {GOODPUT_MIN} of the peak"
        ));
    }
    Verdict::Passed
}
