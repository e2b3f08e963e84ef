//! The kill drill: the server is killed (-9) in the middle of an on-sale, again and again, every
//! third time with its Postgres; afterwards nothing that was acknowledged may be missing.
//!
//! A reply counts as acknowledged once it stands, fsynced, in the generator's own file; what is
//! checked is what that file says.

mod inspection;
mod keys;
mod recovery;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::box_office::{Hall, Terms, import, put_on_sale};
use crate::checker::Violation;
use crate::connection::Connection;
use crate::database::{Durability, connect};
use crate::figures::Figures;
use crate::history::History;
use crate::house::{House, read_house};
use crate::load::Load;
use crate::outcome::Outcome;
use crate::say::say;
use crate::scratch::Scratch;
use crate::server::{Recipe, Server};
use crate::verdict::{Verdict, fails};

/// How long a server may take to its first readiness: it makes its database.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// How long the load may take to have enough requests on their way.
const IN_FLIGHT_TIMEOUT: Duration = Duration::from_secs(20);

/// Holds outlive the drill, so that none may be missing because of its timer.
const TERMS: Terms = Terms {
    hold_secs: 1_800,
    max_per_order: 10,
};

/// Kill the server in mid-sale, and look for anything acknowledged that is missing
#[derive(Debug, Clone, Args)]
pub struct DrillArgs {
    /// The server's executable [default: target/release/frontrow, else target/debug/frontrow]
    #[arg(long)]
    pub frontrow: Option<PathBuf>,
    /// How often the server is killed
    #[arg(long, default_value_t = 30)]
    pub kills: usize,
    /// Every so many kills Postgres is killed too
    #[arg(long, default_value_t = 3)]
    pub postgres_every: usize,
    /// A kill waits until so many requests are on their way
    #[arg(long, default_value_t = 50)]
    pub in_flight: usize,
    /// How many connections buy
    #[arg(long, default_value_t = 192)]
    pub connections: u64,
    /// How many seats the hall has
    #[arg(long, default_value_t = 20_000)]
    pub seats: usize,
    /// How soon after its start a killed server must grant a claim again
    #[arg(long, default_value_t = 3_000)]
    pub recovery_limit_ms: u64,
    /// The server is a build that answers before it commits: pass only if that is found out
    #[arg(long)]
    pub expect_failure: bool,
    /// Decides what each buyer does
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Runs the drill.
///
/// # Errors
/// The harness itself could not work, or promises were broken.
pub async fn run(args: &DrillArgs) -> Outcome<Verdict> {
    let mut scratch = Scratch::new("drill")?;
    let violations = drill_in(args, &scratch).await;
    if fails(&violations) != args.expect_failure {
        scratch.keep();
    }
    let violations = violations?;
    let verdict = Verdict::of("drill", &violations);
    if !args.expect_failure {
        return Ok(verdict);
    }
    let lost = violations
        .iter()
        .filter(|violation| violation.is_lost_acknowledgement())
        .count();
    say(format_args!(
        "drill: {lost} lost acknowledgements were expected to be found, at least one"
    ));
    Ok(if lost > 0 {
        Verdict::Passed
    } else {
        Verdict::Failed
    })
}

/// A drill under way.
struct Drill<'a> {
    args: &'a DrillArgs,
    recipe: Recipe,
    venue: String,
    load: Arc<Load>,
    sessions: Vec<uuid::Uuid>,
    dice: StdRng,
    violations: Vec<Violation>,
    /// How long each recovery took from the server's start.
    recoveries: Vec<Duration>,
}

async fn drill_in(args: &DrillArgs, scratch: &Scratch) -> Outcome<Vec<Violation>> {
    let recipe = Recipe::new(args.frontrow.as_deref(), scratch.path())?;
    let mut server = recipe.start()?;
    server.ready(START_TIMEOUT).await?;
    let venue = import(&recipe, &Hall::Generated(args.seats)).await?;
    let house = fresh_house(&recipe, &venue).await?;
    let history = Arc::new(History::in_file(
        &scratch.path().join("acknowledged.jsonl"),
    )?);
    let sessions = vec![house.session];
    let load = Arc::new(Load::new(recipe.address, history, house));
    let dice = StdRng::seed_from_u64(args.seed);
    let (violations, recoveries) = (Vec::new(), Vec::new());
    let mut drill = Drill {
        args,
        recipe,
        venue,
        load,
        sessions,
        dice,
        violations,
        recoveries,
    };

    say(format_args!(
        "drill: {} kills, {} connections, {} seats",
        args.kills, args.connections, args.seats
    ));
    say_durability(&drill.recipe).await?;
    let began = Instant::now();
    let workers = drill.load.start(args.connections, args.seed);
    for kill in 1..=args.kills {
        server = drill.kill_once(server, kill).await?;
        if args.expect_failure
            && drill
                .violations
                .iter()
                .any(Violation::is_lost_acknowledgement)
        {
            break;
        }
    }
    drill.load.end(workers).await?;
    drill.check_all().await?;
    say_durability(&drill.recipe).await?;
    drill.say_summary(began.elapsed())?;
    server.stop().await?;
    Ok(drill.violations)
}

async fn fresh_house(recipe: &Recipe, venue: &str) -> Outcome<House> {
    let session = put_on_sale(recipe, venue, TERMS).await?;
    read_house(&mut Connection::new(recipe.address), session).await
}

async fn say_durability(recipe: &Recipe) -> Outcome<()> {
    let pool = connect(&recipe.database()?).await?;
    say(Durability::ask(&pool).await?);
    pool.close().await;
    Ok(())
}

impl Drill<'_> {
    async fn kill_once(&mut self, server: Server, kill: usize) -> Outcome<Server> {
        let with_postgres = kill.is_multiple_of(self.args.postgres_every);
        tokio::time::sleep(Duration::from_millis(self.dice.random_range(200..1_200))).await;
        let in_flight = self.wait_for_requests().await?;
        let broken_from = self.load.history.timeline.now();
        let killed_at = Instant::now();
        server.kill(with_postgres)?;
        let load = self.load.clone();
        // From here on every request has its fate, and none is sent but by this drill.
        let mut stage = load.stage.write().await;

        let mut server = self.recipe.start()?;
        let recovery = recovery::wait(&mut server, &self.load, stage.session, killed_at).await?;
        let found =
            inspection::after_kill(&self.recipe, &self.load, &self.sessions, broken_from).await?;
        say(format_args!(
            "kill {kill:>2}{}: {in_flight} in flight, {} left without an answer ({} claims); first claim {:.2?} after the start, {:.2?} after the kill; {} acknowledged orders checked, {} keys repeated, {} violations",
            if with_postgres { " with Postgres" } else { "" },
            found.unanswered,
            found.unanswered_claims,
            recovery.from_start,
            recovery.from_kill,
            found.orders,
            found.keys,
            found.violations.len(),
        ));
        self.note(recovery.from_start, found.violations);
        // Half a house is still a sale in full swing; a fuller one would mostly refuse.
        if found.taken * 2 > stage.capacity() {
            *stage = fresh_house(&self.recipe, &self.venue).await?;
            self.sessions.push(stage.session);
        }
        Ok(server)
    }

    async fn wait_for_requests(&self) -> Outcome<usize> {
        let deadline = Instant::now() + IN_FLIGHT_TIMEOUT;
        while Instant::now() < deadline {
            let in_flight = self.load.history.unanswered();
            if in_flight >= self.args.in_flight {
                return Ok(in_flight);
            }
            tokio::task::yield_now().await;
        }
        Err(format!(
            "there never were {} requests in flight at once",
            self.args.in_flight
        )
        .into())
    }

    fn note(&mut self, recovery: Duration, found: Vec<Violation>) {
        self.recoveries.push(recovery);
        let limit = Duration::from_millis(self.args.recovery_limit_ms);
        if recovery > limit {
            let what = format!(
                "the first claim succeeded {recovery:.1?} after the start, later than {limit:?}"
            );
            self.violations.push(Violation::TooLate { what });
        }
        self.add(found);
    }

    /// Adds what was not found before.
    fn add(&mut self, found: Vec<Violation>) {
        let known: HashSet<String> = self.violations.iter().map(ToString::to_string).collect();
        self.violations.extend(
            found
                .into_iter()
                .filter(|violation| !known.contains(&violation.to_string())),
        );
    }

    /// The whole history by itself and against Postgres, once all is over.
    async fn check_all(&mut self) -> Outcome<()> {
        let found = inspection::of_all(&self.recipe, &self.load, &self.sessions).await?;
        self.add(found);
        Ok(())
    }

    fn say_summary(&self, took: Duration) -> Outcome<()> {
        say(Figures::of(&self.load.history.records()?, took));
        let longest = self.recoveries.iter().max().copied().unwrap_or_default();
        say(format_args!(
            "  recoveries        {}, the longest {longest:.2?} from the server's start to the first granted claim",
            self.recoveries.len()
        ));
        Ok(())
    }
}
