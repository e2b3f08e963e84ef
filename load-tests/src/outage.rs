//! Postgres is away for a while in mid-sale: nothing false may be acknowledged, everybody is told
//! when to try again, the server comes back by itself, and no hold is eaten.

mod sleepers;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use uuid::Uuid;

use crate::box_office::{Hall, Terms, import, put_on_sale};
use crate::cart::{Cart, fresh_key};
use crate::checker::ledger::Ledger;
use crate::checker::{Circumstances, Violation, check_history, outlook};
use crate::connection::Connection;
use crate::database::{Durability, connect};
use crate::figures::{Figures, latencies, millis};
use crate::history::{Answer, History, Operation, Record, Wish};
use crate::house::read_house;
use crate::load::Load;
use crate::outcome::Outcome;
use crate::own_postgres::OwnPostgres;
use crate::say::say;
use crate::scratch::Scratch;
use crate::server::Recipe;
use crate::timeline::Micros;
use crate::verdict::{Verdict, fails};
use sleepers::Sleepers;

/// How long a server may take to its first readiness: it makes its database.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// How long the server may take to grant a claim again once Postgres is back.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(60);

/// How long the sale goes on before the outage. The sleepers' holds outlast it by half an outage;
/// they must be long, because an order's whole life is bounded by its hold's length, and a minute
/// after the outage must lie within it.
const SALE_BEFORE: Duration = Duration::from_secs(33);

/// How long the sale goes on after the outage.
const SALE_AFTER: Duration = Duration::from_secs(3);

/// Seats enough, and buyers slow enough, that the fastest server has something left to sell after it.
const HALL_SEATS: usize = 60_000;
const REST: Duration = Duration::from_millis(200);

/// Stop Postgres in mid-sale, and look for false acknowledgements and eaten holds
#[derive(Debug, Clone, Args)]
pub struct OutageArgs {
    /// The server's executable [default: target/release/frontrow, else target/debug/frontrow]
    #[arg(long)]
    pub frontrow: Option<PathBuf>,
    /// How long Postgres is away
    #[arg(long, default_value_t = 10)]
    pub secs: u64,
    /// How it goes away
    #[arg(long, value_enum, default_value_t = Manner::Stop)]
    pub manner: Manner,
    /// How many connections buy
    #[arg(long, default_value_t = 64)]
    pub connections: u64,
    /// How many orders hold seats whose timer runs out during the outage
    #[arg(long, default_value_t = 30)]
    pub sleepers: usize,
    /// Decides what each buyer does
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// How Postgres goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Manner {
    /// It is shut down, and started again: connections are cut, new ones refused.
    Stop,
    /// All its processes are halted, and go on later: connections stay, and nothing answers.
    Freeze,
}

/// When Postgres was away.
#[derive(Debug, Clone, Copy)]
struct Outage {
    from: Micros,
    until: Micros,
}

/// Runs the outage.
///
/// # Errors
/// The harness itself could not work, or promises were broken.
pub async fn run(args: &OutageArgs) -> Outcome<Verdict> {
    let mut scratch = Scratch::new("outage")?;
    let violations = outage_in(args, &scratch).await;
    if fails(&violations) {
        scratch.keep();
    }
    Ok(Verdict::of("outage", &violations?))
}

async fn outage_in(args: &OutageArgs, scratch: &Scratch) -> Outcome<Vec<Violation>> {
    let mut postgres = OwnPostgres::create(scratch.path()).await?;
    let mut recipe = Recipe::new(args.frontrow.as_deref(), scratch.path())?;
    recipe.database_url = Some(postgres.url("frontrow"));
    let mut server = recipe.start()?;
    server.ready(START_TIMEOUT).await?;
    let pool = connect(&recipe.database()?).await?;
    say(Durability::ask(&pool).await?);
    pool.close().await;

    let began = Instant::now();
    let venue = import(&recipe, &Hall::Generated(HALL_SEATS)).await?;
    // Long holds for the sale, and holds that end in mid-outage for those who sleep.
    let sale = put_on_sale(
        &recipe,
        &venue,
        Terms {
            hold_secs: 1_800,
            max_per_order: 10,
        },
    )
    .await?;
    let lead_secs = SALE_BEFORE.as_secs() + args.secs / 2;
    let short = Terms {
        hold_secs: u32::try_from(lead_secs)?,
        max_per_order: 10,
    };
    let sleep = put_on_sale(&recipe, &venue, short).await?;
    let house = read_house(&mut Connection::new(recipe.address), sale).await?;
    let capacity = house.capacity();
    let load = Load::new(recipe.address, Arc::new(History::new()), house).resting(REST);
    let load = Arc::new(load);
    let workers = load.start(args.connections, args.seed);

    let mut sleepers = Sleepers::fall_asleep(&load, sleep, args.sleepers).await?;
    tokio::time::sleep(SALE_BEFORE.saturating_sub(sleepers.fell_asleep_in)).await;
    let outage = go_away(args, &mut postgres, &load).await?;
    let mut violations = wait_for_claim(&load, sale).await?;
    violations.extend(sleepers.wake(outage.until).await);
    tokio::time::sleep(SALE_AFTER).await;
    load.end(workers).await?;

    let records = load.history.records()?;
    violations.extend(check_answers(args, &records, outage));
    violations.extend(check_all(&recipe, &load, &[sale, sleep], capacity).await?);
    say(Figures::of(&records, began.elapsed()));
    server.stop().await?;
    Ok(violations)
}

async fn go_away(args: &OutageArgs, postgres: &mut OwnPostgres, load: &Load) -> Outcome<Outage> {
    let timeline = load.history.timeline;
    let in_flight = load.history.unanswered();
    match args.manner {
        Manner::Stop => postgres.stop().await?,
        Manner::Freeze => postgres.freeze(true)?,
    }
    let from = timeline.now();
    say(format_args!(
        "outage: Postgres is away ({:?}) with {in_flight} requests in flight",
        args.manner
    ));
    tokio::time::sleep(Duration::from_secs(args.secs)).await;
    let until = timeline.now();
    match args.manner {
        Manner::Stop => postgres.start().await?,
        Manner::Freeze => postgres.freeze(false)?,
    }
    Ok(Outage { from, until })
}

/// The server must come back by itself.
async fn wait_for_claim(load: &Load, session: Uuid) -> Outcome<Vec<Violation>> {
    let back = Instant::now();
    while back.elapsed() < RECOVERY_TIMEOUT {
        let mut cart = Cart::new(load.address, session, load.history.clone());
        cart.perform(&Operation::Open).await;
        let claim = Operation::Claim {
            key: fresh_key(),
            wish: Wish::Best(1),
        };
        if cart.opened().is_some() && matches!(cart.perform(&claim).await, Answer::Order(_)) {
            say(format_args!(
                "outage: a claim was granted {:.0?} after Postgres was back",
                back.elapsed()
            ));
            return Ok(Vec::new());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let what = format!("no claim was granted within {RECOVERY_TIMEOUT:?} after Postgres was back");
    Ok(vec![Violation::TooLate { what }])
}

/// What was answered while Postgres was away.
fn check_answers(args: &OutageArgs, records: &[Record], outage: Outage) -> Vec<Violation> {
    let meanwhile: Vec<&Record> = records
        .iter()
        .filter(|record| record.start >= outage.from && record.end < outage.until)
        .collect();
    let told = |record: &&&Record| {
        matches!(
            record.answer,
            Answer::Unknown {
                status: Some(503),
                ..
            }
        )
    };
    let told = meanwhile.iter().filter(told).count();
    let mut waits = latencies();
    for record in &meanwhile {
        waits.saturating_record(record.end - record.start);
    }
    say(format_args!(
        "outage: {} requests were answered meanwhile, {told} of them 503; answered after p50 {}, p99 {}",
        meanwhile.len(),
        millis(waits.value_at_quantile(0.5)),
        millis(waits.value_at_quantile(0.99))
    ));
    let mut violations: Vec<Violation> = meanwhile
        .iter()
        .filter_map(|record| false_acknowledgement(record))
        .collect();
    if told == 0 && args.manner == Manner::Stop {
        violations.push(Violation::TooLate {
            what: "nobody was answered 503 during the outage".into(),
        });
    }
    violations.extend(records.iter().filter_map(|record| match &record.answer {
        Answer::Unknown {
            status: None,
            cause,
            ..
        } => {
            let what = format!(
                "{:?} of order {} was never answered: {cause}",
                record.operation, record.order
            );
            Some(Violation::TooLate { what })
        }
        _ => None,
    }));
    violations
}

/// A fresh write that was answered "done" with no database to write to.
fn false_acknowledgement(record: &Record) -> Option<Violation> {
    let is_write = match record.operation {
        Operation::Open
        | Operation::Claim { .. }
        | Operation::Confirm { .. }
        | Operation::StartPayment { .. } => true,
        // These may change nothing, and then there is nothing to write.
        Operation::Read
        | Operation::Amount { .. }
        | Operation::Address
        | Operation::Drop { .. }
        | Operation::Cancel => false,
    };
    let is_done = matches!(
        record.answer,
        Answer::Order(_) | Answer::PaymentStarted { .. }
    );
    (is_write && is_done).then(|| {
        let what = format!("{:?} of {:?}", record.answer, record.operation);
        Violation::FalseAcknowledgement {
            order: record.order,
            what,
        }
    })
}

async fn check_all(
    recipe: &Recipe,
    load: &Load,
    sessions: &[Uuid],
    capacity: usize,
) -> Outcome<Vec<Violation>> {
    let pool = connect(&recipe.database()?).await?;
    let ledger = Ledger::read(&pool, sessions).await?;
    pool.close().await;
    let records = load.history.records()?;
    let outlooks = outlook::of_history(&records, load.history.timeline.now());
    let mut violations = ledger.check_itself();
    violations.extend(ledger.check_against(&outlooks));
    let circumstances = Circumstances {
        deadlines: ledger.deadlines(),
        ..Circumstances::of(capacity)
    };
    for session in sessions {
        let of_session: Vec<Record> = records
            .iter()
            .filter(|record| record.session == *session)
            .cloned()
            .collect();
        violations.extend(check_history(&of_session, &circumstances));
    }
    Ok(violations)
}
