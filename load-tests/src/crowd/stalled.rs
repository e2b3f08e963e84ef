//! Clients that never read: what they cost, how soon they are dropped, and whether the others notice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use clap::Args;
use hdrhistogram::Histogram;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::listener::{Audience, shake_with};
use super::sale::{Sale, claim_latencies, told};
use super::stage::{Stage, live};
use super::watchers::change_to_client;
use crate::box_office::Hall;
use crate::figures::millis;
use crate::history::History;
use crate::outcome::Outcome;
use crate::processes::{resident_kib, tcp_kib};
use crate::say::say;
use crate::verdict::Verdict;

const REST: Duration = Duration::from_secs(1);

/// How often is looked what the stalled ones cost and whether they are gone.
const LOOK: Duration = Duration::from_millis(250);

/// What a client that does not read offers the server at most: else the kernel would read for it.
const RECEIVE_BUFFER: u32 = 4_096;

/// Clients that never read, beside some that do
#[derive(Debug, Clone, Args)]
pub struct StalledArgs {
    #[arg(long, default_value_t = 1_000)]
    pub stalled: usize,
    /// How many watch and read
    #[arg(long, default_value_t = 1_000)]
    pub watchers: usize,
    /// How many seats the house has: 20,000 is the arena, 80,000 the stadium
    #[arg(long, default_value_t = 80_000)]
    pub seats: usize,
    #[arg(long, default_value_t = 1_000.0)]
    pub rate: f64,
    #[arg(long, default_value_t = 15.0)]
    pub secs: f64,
}

/// A run that takes seconds.
pub fn small() -> StalledArgs {
    StalledArgs {
        stalled: 20,
        watchers: 20,
        seats: 1_000,
        rate: 100.0,
        secs: 2.0,
    }
}

/// What was seen of the stalled clients.
#[derive(Default)]
struct Seen {
    /// The most that server and kernel held beyond what they held before, in KiB.
    server_kib: u64,
    kernel_kib: u64,
    /// When no more of them were connected.
    gone_after: Option<Duration>,
    left: usize,
}

/// Sells with and without stalled clients.
///
/// # Errors
/// The harness itself could not work.
pub async fn run(args: &StalledArgs, stage: &mut Stage) -> Outcome<Verdict> {
    let history = Arc::new(History::new());
    let house = stage.house(&Hall::of(args.seats)).await?;
    let mut sale = Sale::new(stage.recipe.address, &house, history.clone(), 10);
    let channel = live(&stage.recipe, house.session);
    let mut audience = Audience::new(history.timeline);
    audience.join(&channel, args.watchers).await?;
    let length = Duration::from_secs_f64(args.secs);
    // Both stretches meet a server that has been at work.
    sale.sell(args.rate, Duration::from_secs(1)).await?;

    let without = sell(stage, &mut sale, &audience, args.rate, length, None).await?;
    let (server, kernel) = (resident_kib(stage.server.pid()), tcp_kib());
    let mut stalled = JoinSet::new();
    for _ in 0..args.stalled {
        let channel = super::listener::Channel {
            hello: Some(r#"{"type":"hello"}"#),
            ..channel.clone()
        };
        stalled.spawn(async move { shake_with(&channel, Some(RECEIVE_BUFFER)).await });
    }
    let mut sockets: Vec<(TcpStream, BytesMut)> = Vec::new();
    while let Some(socket) = stalled.join_next().await {
        sockets.push(socket??);
    }
    let mut seen = Seen::default();
    let watch = Watch {
        stage,
        others: args.watchers,
        server,
        kernel,
        seen: &mut seen,
    };
    let with = sell(stage, &mut sale, &audience, args.rate, length, Some(watch)).await?;
    drop(sockets);
    let violations = sale.check(&stage.pool).await?;
    say_seen(args, &seen, &without, &with);
    Ok(Verdict::of("stalled", &violations))
}

struct Watch<'a> {
    stage: &'a Stage,
    others: usize,
    server: u64,
    kernel: u64,
    seen: &'a mut Seen,
}

impl Watch<'_> {
    async fn look(&mut self, length: Duration) -> Outcome<()> {
        let began = Instant::now();
        while began.elapsed() < length {
            let sockets = self.stage.metric("frontrow_sockets").await?;
            let pid = self.stage.server.pid();
            let seen = &mut *self.seen;
            seen.server_kib = seen
                .server_kib
                .max(resident_kib(pid).saturating_sub(self.server));
            seen.kernel_kib = seen.kernel_kib.max(tcp_kib().saturating_sub(self.kernel));
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a count of sockets is a small whole number"
            )]
            let left = (sockets.max(0.0) as usize).saturating_sub(self.others);
            seen.left = left;
            if left == 0 && seen.gone_after.is_none() {
                seen.gone_after = Some(began.elapsed());
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }
}

/// Claims and changes of one stretch.
async fn sell(
    stage: &Stage,
    sale: &mut Sale,
    audience: &Audience,
    rate: f64,
    length: Duration,
    watch: Option<Watch<'_>>,
) -> Outcome<(Histogram<u64>, Histogram<u64>)> {
    tokio::time::sleep(REST).await;
    drop(audience.take_heard());
    let from = sale.history.timeline.now();
    let looking = async {
        match watch {
            Some(mut watch) => watch.look(length).await,
            None => Ok(()),
        }
    };
    let (sold, looked) = tokio::join!(sale.sell(rate, length), looking);
    sold?;
    looked?;
    tokio::time::sleep(REST).await;
    let _ = stage;
    let records = sale.history.records()?;
    let changes = change_to_client(&audience.take_heard(), &told(&records, sale.session));
    Ok((claim_latencies(&records, from), changes))
}

fn say_seen(
    args: &StalledArgs,
    seen: &Seen,
    without: &(Histogram<u64>, Histogram<u64>),
    with: &(Histogram<u64>, Histogram<u64>),
) {
    let each = |kib: u64| kib.checked_div(args.stalled as u64).unwrap_or(0);
    say(format_args!(
        "{} clients that never read, beside {} watchers, {} seats a second taken and sold:\n",
        args.stalled, args.watchers, args.rate
    ));
    say(format_args!(
        "at most {} KiB of the server and {} KiB of the kernel each",
        each(seen.server_kib),
        each(seen.kernel_kib)
    ));
    match seen.gone_after {
        Some(after) => say(format_args!(
            "all were dropped within {:.1} s",
            after.as_secs_f64()
        )),
        None => say(format_args!(
            "{} were still there after {} s",
            seen.left, args.secs
        )),
    }
    say("\n| | without p99 | with p99 | × |\n|---|---|---|---|");
    for (name, without, with) in [
        ("claim", &without.0, &with.0),
        ("change to watcher", &without.1, &with.1),
    ] {
        let (a, b) = (
            without.value_at_quantile(0.99),
            with.value_at_quantile(0.99),
        );
        #[expect(clippy::cast_precision_loss, reason = "latencies are far below 2^52")]
        let ratio = b as f64 / a.max(1) as f64;
        say(format_args!(
            "| {name} | {} | {} | {ratio:.2} |",
            millis(a),
            millis(b)
        ));
    }
}
