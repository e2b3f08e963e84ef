//! Our actor beside what people would use instead, on the same machine in the same run.
//!
//! All have the same HTTP server, JSON, generator and durability; the rivals' front has none of our middleware, no order,
//! no idempotency key, which is to their advantage. They use the same Postgres cluster with the same settings. Whoever is measured
//! has the machine for itself: the others' processes are idle or ended.

pub mod front;
mod kind;
mod raw;
mod stage;
mod table;

pub use table::median;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use clap::Args;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use uuid::Uuid;

use crate::bench::cpu::Processes;
use crate::bench::deck::Pool;
use crate::bench::machine::Machine;
use crate::bench::measure::{Manner, Measurement, measure};
use crate::bench::subject::{Ask, Script, Subject};
use crate::box_office::{Hall, Terms, import, put_on_sale};
use crate::connection::Connection;
use crate::database::{Durability, connect};
use crate::house::{read_house, standing_sections};
use crate::outcome::Outcome;
use crate::say::say;
use crate::scratch::Scratch;
use crate::server::{Recipe, Server};
use crate::verdict::Verdict;
use kind::Kind;
use raw::Raw;
use stage::{Front, Redis, Tables};
use table::{Results, Who};

const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A front that reaches less of what its database does by itself is the limit.
const FAIR_SHARE: f64 = 0.7;

/// How many claims a second of ours are prepared for at least.
const EXPECTED_RATE: f64 = 40_000.0;

/// How many places the rivals' tables have at most: more than the quickest takes in a measurement, and soon filled anew.
const RIVAL_PLACES_MAX: usize = 60_000;

/// At how many connections the best pool is looked for.
const PILOT_CONNECTIONS: usize = 256;

/// Measure our actor beside Postgres and Redis behind the same front
#[derive(Debug, Clone, Args)]
pub struct RivalsArgs {
    /// The server's executable [default: target/release/frontrow, else target/debug/frontrow]
    #[arg(long)]
    pub frontrow: Option<PathBuf>,
    /// How many connections ask at the same time
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 256, 1_024])]
    pub connections: Vec<usize>,
    /// Which rivals [default: all]
    #[arg(long, value_enum, value_delimiter = ',')]
    pub only: Vec<Kind>,
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// How long each measurement takes
    #[arg(long, default_value_t = 1.5)]
    pub secs: f64,
    #[arg(long, default_value_t = 0.4)]
    pub warm_up_secs: f64,
    /// How long each number of pool connections is tried; nought: the first is taken
    #[arg(long, default_value_t = 0.8)]
    pub pilot_secs: f64,
    /// How many places there are
    #[arg(long, default_value_t = 120_000)]
    pub places: usize,
    /// Leave pgbench and redis-benchmark out
    #[arg(long)]
    pub without_raw: bool,
    /// Where to write the plot
    #[arg(long)]
    pub plot: Option<PathBuf>,
}

/// The rivals that need nothing but Postgres.
pub fn postgres_kinds() -> Vec<Kind> {
    let kinds = Kind::ALL.into_iter();
    kinds.filter(|kind| kind.appendfsync().is_none()).collect()
}

/// A comparison under way.
struct Comparison<'a> {
    args: &'a RivalsArgs,
    scratch: &'a Scratch,
    recipe: Recipe,
    server: Server,
    pool: Pool,
    floor: Uuid,
    tables: Tables,
    seats: Arc<Vec<u32>>,
    kinds: Vec<(Kind, u32)>,
    results: Results,
}

/// Measures everybody and prints the tables.
///
/// # Errors
/// Something of what is measured does not run.
pub async fn run(args: &RivalsArgs) -> Outcome<Verdict> {
    let mut scratch = Scratch::new("rivals")?;
    let verdict = compare_in(args, &scratch).await;
    if verdict.is_err() {
        scratch.keep();
    }
    verdict
}

async fn compare_in(args: &RivalsArgs, scratch: &Scratch) -> Outcome<Verdict> {
    let mut comparison = Comparison::prepare(args, scratch).await?;
    comparison.pilot().await?;
    for round in 0..args.rounds {
        comparison.round(round).await?;
        say(format_args!(
            "round {} of {} is done",
            round + 1,
            args.rounds
        ));
    }
    say(format_args!(
        "medians of {} rounds of {} s, everybody in alternating order:",
        args.rounds, args.secs
    ));
    say(&comparison.results);
    if !args.without_raw {
        comparison.say_shares().await?;
    }
    if let Some(file) = &args.plot {
        std::fs::write(file, comparison.results.plot().to_svg())?;
    }
    let failed = comparison.results.failed();
    comparison.tables.pool.close().await;
    comparison.server.stop().await?;
    if failed > 0.0 {
        say(format_args!(
            "rivals: FAILED, {failed} claims were not answered 200"
        ));
        return Ok(Verdict::Failed);
    }
    Ok(Verdict::Passed)
}

impl<'a> Comparison<'a> {
    async fn prepare(args: &'a RivalsArgs, scratch: &'a Scratch) -> Outcome<Self> {
        let mut recipe = Recipe::new(args.frontrow.as_deref(), scratch.path())?;
        recipe.is_bench = true;
        let mut server = recipe.start()?;
        server.ready(START_TIMEOUT).await?;
        say(Machine::look(&recipe)?);
        let database = connect(&recipe.database()?).await?;
        say(Durability::ask(&database).await?);
        database.close().await;
        let hall = Hall::WithFloor {
            seats: args.places,
            standing: args.places,
        };
        let venue = import(&recipe, &hall).await?;
        let terms = Terms {
            hold_secs: 1_800,
            max_per_order: 4,
        };
        let session = put_on_sale(&recipe, &venue, terms).await?;
        let mut connection = Connection::new(recipe.address);
        let house = read_house(&mut connection, session).await?;
        let floors = standing_sections(&mut connection, session).await?;
        let floor = *floors.first().ok_or("the hall has no floor")?;
        let mut dice = StdRng::seed_from_u64(1);
        let pool = Pool::new(recipe.address, &house, 4, &mut dice);
        let places = rival_places(args)?;
        let tables = Tables::create(&recipe.database()?, places).await?;
        let mut seats: Vec<u32> = (0..u32::try_from(places)?).collect();
        seats.shuffle(&mut dice);
        let kinds = Kind::ALL.into_iter();
        let kinds = kinds.filter(|kind| args.only.is_empty() || args.only.contains(kind));
        Ok(Self {
            args,
            scratch,
            recipe,
            server,
            pool,
            floor,
            tables,
            seats: Arc::new(seats),
            kinds: kinds.map(|kind| (kind, kind.pool_sizes()[0])).collect(),
            results: Results::default(),
        })
    }

    /// Finds each rival's best number of connections to its database.
    async fn pilot(&mut self) -> Outcome<()> {
        if self.args.pilot_secs == 0.0 {
            return Ok(());
        }
        for index in 0..self.kinds.len() {
            let kind = self.kinds[index].0;
            let mut best = (0, 0);
            for size in kind.pool_sizes() {
                let secs = self.args.pilot_secs;
                let measurement = self.rival(kind, *size, PILOT_CONNECTIONS, secs).await?;
                best = best.max((measurement.latencies.len(), *size));
            }
            self.kinds[index].1 = best.1;
            say(format_args!(
                "{}: best with {} connections",
                kind.name(),
                best.1
            ));
        }
        Ok(())
    }

    async fn round(&mut self, round: usize) -> Outcome<()> {
        let ours = [Who::Echo, Who::OursNamed, Who::OursBest, Who::OursStanding];
        let rivals = self.kinds.iter().map(|(kind, _)| Who::Rival(*kind));
        let mut order: Vec<Who> = ours.into_iter().chain(rivals).collect();
        // Whatever warms or grows in a round would favour whoever always comes last.
        if round % 2 == 1 {
            order.reverse();
        }
        for connections in self.args.connections.clone() {
            for who in &order {
                let measurement = self.measure(*who, connections).await?;
                self.results.add(*who, connections, &measurement);
            }
        }
        Ok(())
    }

    async fn measure(&mut self, who: Who, connections: usize) -> Outcome<Measurement> {
        match who {
            Who::Echo => {
                let nothing = Arc::default();
                let script = || Subject::BareEcho.script(&nothing);
                measure(self.manner(), connections, script).await
            }
            Who::OursNamed => self.ours(who, connections, Ask::Named).await,
            Who::OursBest => self.ours(who, connections, Ask::Best).await,
            Who::OursStanding => {
                let ask = Ask::Standing(self.floor);
                self.ours(who, connections, ask).await
            }
            Who::Rival(kind) => {
                let known = self.kinds.iter().find(|(other, _)| *other == kind);
                let size = known.map_or(kind.pool_sizes()[0], |(_, size)| *size);
                self.rival(kind, size, connections, self.args.secs).await
            }
        }
    }

    async fn ours(&mut self, who: Who, connections: usize, ask: Ask) -> Outcome<Measurement> {
        let needed = self.claims_needed(who, connections);
        let (deck, orders) = self.pool.prepare(needed).await?;
        let script = || Script::claims(deck.clone(), ask);
        let measurement = measure(self.manner(), connections, script).await?;
        self.pool.give_back(orders).await?;
        Ok(measurement)
    }

    /// How many claims a measurement may take, with room for a faster one than was seen.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate times seconds is a small positive number"
    )]
    fn claims_needed(&self, who: Who, connections: usize) -> usize {
        // More connections may do many times what fewer did, so what was seen is not enough to go by.
        let seen = self.results.best_rate(who).unwrap_or(0.0);
        let rate = seen.max(EXPECTED_RATE) * 1.5;
        (rate * (self.args.warm_up_secs + self.args.secs)) as usize + connections * 4
    }

    async fn rival(
        &self,
        kind: Kind,
        size: u32,
        connections: usize,
        secs: f64,
    ) -> Outcome<Measurement> {
        let redis = self.redis(kind).await?;
        let (socket, database) = match &redis {
            Some(redis) => (redis.socket.clone(), Some(redis.pid())),
            None => {
                self.tables.reset().await?;
                (self.postgres_socket(), self.server.postmaster())
            }
        };
        let front = Front::start(kind, size, &socket).await?;
        let manner = Manner {
            address: front.address,
            processes: Processes {
                server: front.pid(),
                postmaster: database,
            },
            warm_up: Duration::from_secs_f64(self.args.warm_up_secs),
            stretch: Duration::from_secs_f64(secs),
        };
        let next = Arc::new(AtomicUsize::new(0));
        let script = || Script::Rival {
            seats: self.seats.clone(),
            next: next.clone(),
        };
        measure(manner, connections, script).await
    }

    async fn redis(&self, kind: Kind) -> Outcome<Option<Redis>> {
        match kind.appendfsync() {
            Some(appendfsync) => Redis::start(self.scratch.path(), appendfsync)
                .await
                .map(Some),
            None => Ok(None),
        }
    }

    fn manner(&self) -> Manner {
        Manner {
            address: self.recipe.address,
            processes: Processes {
                server: self.server.pid(),
                postmaster: self.server.postmaster(),
            },
            warm_up: Duration::from_secs_f64(self.args.warm_up_secs),
            stretch: Duration::from_secs_f64(self.args.secs),
        }
    }

    fn postgres_socket(&self) -> PathBuf {
        self.recipe.data_dir.join("postgres")
    }

    /// Says what share of its database's own throughput each rival reaches through its front.
    async fn say_shares(&self) -> Outcome<()> {
        say("Rivals beside their databases alone (pgbench -M prepared, redis-benchmark):\n");
        say("| | pool | at most | its database alone | share | |\n|---|---|---|---|---|---|");
        for (kind, size) in &self.kinds {
            let raw = self.raw(*kind).await?;
            let peak = self.results.peak(Who::Rival(*kind));
            let share = peak / raw.per_second;
            let verdict = if share >= FAIR_SHARE {
                "the database is the limit"
            } else {
                "the front is the limit"
            };
            say(format_args!(
                "| {} | {size} | {peak:.0} | {:.0} with {} clients | {share:.2} | {verdict} |",
                kind.name(),
                raw.per_second,
                raw.clients
            ));
        }
        Ok(())
    }

    async fn raw(&self, kind: Kind) -> Outcome<Raw> {
        if let Some(redis) = self.redis(kind).await? {
            return raw::redis_benchmark(&redis.socket).await;
        }
        let (socket, folder) = (self.postgres_socket(), self.scratch.path());
        let places = rival_places(self.args)?;
        let mut best = Raw {
            per_second: 0.0,
            clients: 0,
        };
        for clients in raw::CLIENTS {
            self.tables.reset().await?;
            let per_second = raw::pgbench(kind, clients, &socket, folder, places).await?;
            if per_second > best.per_second {
                best = Raw {
                    per_second,
                    clients,
                };
            }
        }
        Ok(best)
    }
}

fn rival_places(args: &RivalsArgs) -> Outcome<i32> {
    Ok(i32::try_from(args.places.min(RIVAL_PLACES_MAX))?)
}
