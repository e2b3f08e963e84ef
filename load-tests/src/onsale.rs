//! An on-sale: many buyers take and pay all seats of a hall; then everything they were told is checked.

mod buyer;
mod scene;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use sqlx::PgPool;

use crate::box_office::{Hall, Terms, import, put_on_sale};
use crate::checker::ledger::Ledger;
use crate::checker::{Circumstances, Violation, check_history, outlook};
use crate::connection::Connection;
use crate::database::connect;
use crate::figures::Figures;
use crate::history::History;
use crate::house::{Availability, House, SeatState, read_availability, read_house};
use crate::outcome::Outcome;
use crate::say::say;
use crate::scratch::Scratch;
use crate::server::{Recipe, Server};
use crate::verdict::{Verdict, fails};
use crate::watcher::Watcher;
use scene::Scene;

/// How long a server may take to its first readiness: it makes its database.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// Sell a whole hall to many buyers at once, and check all that they were told
#[derive(Debug, Clone, Args)]
pub struct OnsaleArgs {
    /// The server's executable [default: target/release/frontrow, else target/debug/frontrow]
    #[arg(long)]
    pub frontrow: Option<PathBuf>,
    /// A pretix seating plan to sell [default: a generated hall]
    #[arg(long)]
    pub plan: Option<PathBuf>,
    /// A price for a category of the plan: 'Category I=8000' [default: one for each, falling]
    #[arg(long = "price", requires = "plan")]
    pub prices: Vec<String>,
    /// Accept a plan that repeats guids of seats, and key its seats anew
    #[arg(long, requires = "plan")]
    pub rekey_seats: bool,
    /// How many seats a generated hall has
    #[arg(long, default_value_t = 738, conflicts_with = "plan")]
    pub seats: usize,
    /// How many people buy at the same time
    #[arg(long, default_value_t = 2_000)]
    pub buyers: usize,
    /// How long a hold lasts
    #[arg(long, default_value_t = 20)]
    pub hold_secs: u32,
    /// How long the sale may take until all is sold
    #[arg(long, default_value_t = 600)]
    pub timeout_secs: u64,
    /// Decides what each buyer does
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// A server that runs already, instead of one of our own: host and port
    #[arg(long, requires = "database_url")]
    pub url: Option<SocketAddr>,
    /// The database of that server
    #[arg(long, requires = "url")]
    pub database_url: Option<String>,
}

/// Runs the sale.
///
/// # Errors
/// The harness itself could not work, or promises were broken.
pub async fn run(args: &OnsaleArgs) -> Outcome<Verdict> {
    let mut scratch = Scratch::new("onsale")?;
    let violations = sell_in(args, &scratch).await;
    if fails(&violations) {
        scratch.keep();
    }
    Ok(Verdict::of("onsale", &violations?))
}

async fn sell_in(args: &OnsaleArgs, scratch: &Scratch) -> Outcome<Vec<Violation>> {
    let mut recipe = Recipe::new(args.frontrow.as_deref(), scratch.path())?;
    let server = match args.url {
        Some(address) => {
            recipe.address = address;
            recipe.database_url.clone_from(&args.database_url);
            None
        }
        None => Some(start(&recipe).await?),
    };
    let violations = sell(args, &recipe).await?;
    if let Some(server) = server {
        server.stop().await?;
    }
    Ok(violations)
}

async fn start(recipe: &Recipe) -> Outcome<Server> {
    let mut server = recipe.start()?;
    server.ready(START_TIMEOUT).await?;
    Ok(server)
}

async fn sell(args: &OnsaleArgs, recipe: &Recipe) -> Outcome<Vec<Violation>> {
    let venue = import(recipe, &hall(args)).await?;
    let terms = Terms {
        hold_secs: args.hold_secs,
        max_per_order: 10,
    };
    let session = put_on_sale(recipe, &venue, terms).await?;
    let mut connection = Connection::new(recipe.address);
    let house = read_house(&mut connection, session).await?;
    let before = read_availability(&mut connection, &house).await?;
    say(format_args!(
        "onsale: {} seats, {} buyers, holds of {} s",
        house.capacity(),
        args.buyers,
        args.hold_secs
    ));

    let watcher = Watcher::start(recipe.address, &house).await?;
    let scene = Arc::new(Scene::new(
        recipe.address,
        house,
        Arc::new(History::new()),
        before.clone(),
    ));
    let began = Instant::now();
    let is_sold_out = crowd(args, &scene).await?;
    let took = began.elapsed();

    let pool = connect(&recipe.database()?).await?;
    let mut violations = check(&scene, &before, &pool, &watcher, &mut connection).await?;
    if !is_sold_out {
        let what = format!("after {took:.1?} the hall is not sold out");
        violations.push(Violation::TooLate { what });
    }
    let seen = watcher.seen();
    say(Figures::of(&scene.history.records()?, took));
    say(format_args!(
        "  watcher           {} deltas with {} changes, {} snapshots, {} gaps",
        seen.deltas, seen.changes, seen.snapshots, seen.gaps
    ));
    Ok(violations)
}

fn hall(args: &OnsaleArgs) -> Hall {
    match &args.plan {
        Some(plan) => Hall::File {
            plan: plan.clone(),
            prices: args.prices.clone(),
            rekey_seats: args.rekey_seats,
        },
        None => Hall::Generated(args.seats),
    }
}

/// Lets everybody buy until all is sold. Returns whether it is.
async fn crowd(args: &OnsaleArgs, scene: &Arc<Scene>) -> Outcome<bool> {
    let mut buyers = tokio::task::JoinSet::new();
    for number in 0..args.buyers {
        let seed = args
            .seed
            .wrapping_mul(1_000_003)
            .wrapping_add(u64::try_from(number)?);
        buyers.spawn(buyer::buy(scene.clone(), seed));
    }
    let is_sold_out = scene
        .keep_board(Duration::from_secs(args.timeout_secs))
        .await;
    while let Some(buyer) = buyers.join_next().await {
        buyer?;
    }
    Ok(is_sold_out)
}

async fn check(
    scene: &Scene,
    before: &Availability,
    pool: &PgPool,
    watcher: &Watcher,
    connection: &mut Connection,
) -> Outcome<Vec<Violation>> {
    let house = &scene.house;
    let mut violations = Vec::new();
    violations.extend(watcher.compare(connection, house).await?);
    let shown = read_availability(connection, house).await?;
    let ledger = Ledger::read(pool, &[house.session]).await?;
    let records = scene.history.records()?;
    let circumstances = Circumstances {
        never_free: not_free(before),
        deadlines: ledger.deadlines(),
        ..Circumstances::of(house.capacity())
    };
    violations.extend(check_history(&records, &circumstances));
    violations.extend(ledger.check_itself());
    violations
        .extend(ledger.check_against(&outlook::of_history(&records, scene.history.timeline.now())));
    violations.extend(check_sums(house, &shown, &ledger));
    Ok(violations)
}

fn not_free(availability: &Availability) -> std::collections::HashSet<u32> {
    let seats = (0_u32..).zip(&availability.seats);
    seats
        .filter(|(_, state)| **state != SeatState::Free)
        .map(|(seat, _)| seat)
        .collect()
}

/// Whether what everybody is shown and what Postgres has add up to the hall.
fn check_sums(house: &House, shown: &Availability, ledger: &Ledger) -> Option<Violation> {
    let held = ledger.count("held") + ledger.count("pinned");
    let sold = ledger.count("sold");
    let off_sale = ledger.count("allocated") + ledger.count("disabled");
    let free = shown.count(SeatState::Free);
    let agree = shown.count(SeatState::Held) == held
        && shown.count(SeatState::Sold) == sold
        && free + held + sold + off_sale == house.capacity();
    say(format_args!(
        "onsale: Postgres has {sold} sold, {held} held, {off_sale} not on sale; {free} are shown free; capacity {}",
        house.capacity()
    ));
    (!agree).then(|| {
        let what = format!(
            "shown: {free} free, {} held, {} sold; Postgres: {held} held, {sold} sold, {off_sale} not on sale; capacity {}",
            shown.count(SeatState::Held),
            shown.count(SeatState::Sold),
            house.capacity()
        );
        Violation::SumsDiffer { what }
    })
}
