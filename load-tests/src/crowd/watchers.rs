//! Watchers of one session while it is taken and sold, and the same frames through others' broadcasters.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use hdrhistogram::Histogram;

use super::broadcaster::Kind;
use super::listener::{Audience, Heard};
use super::sale::{Sale, as_float, claim_latencies, secs, told};
use super::stage::{Stage, live};
use crate::box_office::Hall;
use crate::figures::{latencies, millis};
use crate::history::History;
use crate::outcome::Outcome;
use crate::processes::{resident_kib, tree_micros, tree_resident_kib};
use crate::say::say;
use crate::scratch::Scratch;
use crate::timeline::Timeline;
use crate::verdict::Verdict;

/// How long everything rests before a stretch, so that a crowd's arrival is over.
const REST: Duration = Duration::from_secs(1);

/// How long is sold before anything is measured: what a server does for the first time takes longer.
const WARM_UP: Duration = Duration::from_secs(1);

/// How many of a frame's changes are looked at for each arrival.
const SAMPLED: usize = 4;

/// Sockets that watch one session while it is sold
#[derive(Debug, Clone, Args)]
pub struct WatchersArgs {
    /// How many watch, one stretch after another
    #[arg(long, value_delimiter = ',', default_values_t = [0, 1_000, 5_000, 10_000])]
    pub watchers: Vec<usize>,
    /// How many seats the house has: 20,000 is the arena, 80,000 the stadium
    #[arg(long, default_value_t = 20_000)]
    pub seats: usize,
    /// How many seats a second are taken and sold
    #[arg(long, default_value_t = 2_000.0)]
    pub rate: f64,
    /// How long each stretch is
    #[arg(long, default_value_t = 8.0)]
    pub secs: f64,
    /// How many handshakes are made while the last crowd watches the sale
    #[arg(long, default_value_t = 1_000)]
    pub latecomers: usize,
    /// Bun's executable [default: load-tests/bun/node_modules/.bin/bun, if it is there]
    #[arg(long)]
    pub bun: Option<PathBuf>,
    /// Measure our server alone
    #[arg(long)]
    pub alone: bool,
}

/// A run that takes seconds.
pub fn small() -> WatchersArgs {
    WatchersArgs {
        watchers: vec![0, 40],
        seats: 1_000,
        rate: 100.0,
        secs: 1.5,
        latecomers: 10,
        bun: None,
        alone: true,
    }
}

/// What one stretch came to.
struct Stretch {
    watchers: usize,
    /// Of our server; microseconds of one core a second.
    cpu: f64,
    delivered: usize,
    took: f64,
}

/// Measures one crowd after another, then the others.
///
/// # Errors
/// The harness itself could not work.
pub async fn run(args: &WatchersArgs, stage: &mut Stage) -> Outcome<Verdict> {
    let history = Arc::new(History::new());
    let mut violations = Vec::new();
    let mut stretches = Vec::new();
    let mut frames = Heard::default();
    say(format_args!(
        "{} seats a second taken and sold in orders of ten, binary deltas, for {} s each",
        args.rate, args.secs
    ));
    say(
        "\n| watchers | seats/s | claim p50 ms | p99 ms | tick ms | change to client p50 ms | p99 ms | frames/s | server CPU % | CPU µs/frame | KiB a watcher | handshakes/s | ended |",
    );
    say("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    warm_up(args, stage, &history).await?;
    for watchers in &args.watchers {
        let house = stage.house(&Hall::of(args.seats)).await?;
        let mut sale = Sale::new(stage.recipe.address, &house, history.clone(), 10);
        let is_last = Some(watchers) == args.watchers.last();
        let latecomers = if is_last { args.latecomers } else { 0 };
        let (stretch, heard) =
            stretch(args, stage, &mut sale, *watchers, latecomers, &stretches).await?;
        stretches.push(stretch);
        frames = heard;
        violations.extend(sale.check(&stage.pool).await?);
    }
    if !args.alone {
        let most = args.watchers.iter().copied().max().unwrap_or(0);
        others(args, &frames, most, history.timeline).await?;
    }
    Ok(Verdict::of("watchers", &violations))
}

/// Nothing of a server's first sale is measured: plans are made, files grow, pools open.
async fn warm_up(args: &WatchersArgs, stage: &Stage, history: &Arc<History>) -> Outcome<()> {
    let house = stage.house(&Hall::Generated(args.seats)).await?;
    let mut sale = Sale::new(stage.recipe.address, &house, history.clone(), 10);
    sale.sell(args.rate, WARM_UP * 2).await?;
    Ok(())
}

async fn stretch(
    args: &WatchersArgs,
    stage: &Stage,
    sale: &mut Sale,
    watchers: usize,
    latecomers: usize,
    before: &[Stretch],
) -> Outcome<(Stretch, Heard)> {
    let timeline = sale.history.timeline;
    let channel = live(&stage.recipe, sale.session);
    let mut audience = Audience::new(timeline);
    let resident = resident_kib(stage.server.pid());
    audience.join(&channel, watchers).await?;
    tokio::time::sleep(REST).await;
    let a_watcher = resident_kib(stage.server.pid()).saturating_sub(resident);
    // The house's own first touches, and the crowd's.
    sale.sell(args.rate, WARM_UP).await?;
    drop(audience.take_heard());
    let (from, cpu) = (timeline.now(), stage.processes().times());
    let length = Duration::from_secs_f64(args.secs);
    let mut late = Audience::new(timeline);
    let (sold, joined) = tokio::join!(sale.sell(args.rate, length), async {
        tokio::time::sleep(length / 2).await;
        late.join(&channel, latecomers).await
    });
    let (sold, joined) = (sold?, joined?);
    let used = stage.processes().times().since(&cpu);
    let tick = stage.metric("frontrow_tick_seconds").await? * 1_000.0;
    // The last tick may still come.
    tokio::time::sleep(REST).await;
    let heard = audience.take_heard();
    let records = sale.history.records()?;
    let claims = claim_latencies(&records, from);
    let changes = change_to_client(&heard, &told(&records, sale.session));
    let took = sold.took.as_secs_f64();
    let stretch = Stretch {
        watchers,
        cpu: as_float(used.server) / took,
        delivered: heard.arrivals.len(),
        took,
    };
    say(format_args!(
        "| {watchers} | {:.0} | {} | {} | {tick:.0} | {} | {} | {:.0} | {:.0} | {} | {} | {} | {} |",
        as_float(sold.seats as u64) / took,
        millis_of(&claims, 0.5),
        millis_of(&claims, 0.99),
        millis_of(&changes, 0.5),
        millis_of(&changes, 0.99),
        as_float(stretch.delivered as u64) / took,
        stretch.cpu / 10_000.0,
        cost_of_frame(&stretch, before),
        a_watcher
            .checked_div(watchers as u64)
            .map_or("–".into(), |each| each.to_string()),
        if latecomers == 0 {
            "–".into()
        } else {
            format!("{:.0}", as_float(latecomers as u64) / joined.as_secs_f64())
        },
        heard.ended,
    ));
    if sold.paid < sold.seats {
        say(format_args!(
            "note: {} of {} seats were paid",
            sold.paid, sold.seats
        ));
    }
    Ok((stretch, heard))
}

/// What the crowd costs beyond the sale itself, by frame.
fn cost_of_frame(stretch: &Stretch, before: &[Stretch]) -> String {
    let alone = before.iter().find(|other| other.watchers == 0);
    match alone {
        Some(alone) if stretch.delivered > 0 => {
            let frames_a_second = as_float(stretch.delivered as u64) / stretch.took;
            format!("{:.1}", (stretch.cpu - alone.cpu) / frames_a_second)
        }
        _ => "–".to_owned(),
    }
}

/// From a seat's answer to its frame at each listener.
pub fn change_to_client(
    heard: &Heard,
    told: &std::collections::HashMap<(u32, u8), u64>,
) -> Histogram<u64> {
    let mut histogram = latencies();
    let samples: Vec<Vec<u64>> = heard
        .frames
        .iter()
        .map(|frame| {
            let changes = frame.changes();
            let step = changes.len().div_ceil(SAMPLED).max(1);
            changes
                .iter()
                .step_by(step)
                .filter_map(|change| told.get(change).copied())
                .collect()
        })
        .collect();
    for (frame, at) in &heard.arrivals {
        for told_at in &samples[*frame as usize] {
            // A frame may overtake the answer over HTTP.
            histogram.saturating_record(at.saturating_sub(*told_at).max(1));
        }
    }
    histogram
}

async fn others(
    args: &WatchersArgs,
    heard: &Heard,
    watchers: usize,
    timeline: Timeline,
) -> Outcome<()> {
    let length = heard
        .frames
        .last()
        .zip(heard.frames.first())
        .map_or(0.0, |(last, first)| secs(last.first_at - first.first_at));
    say(format_args!(
        "\nThe last stretch's {} frames ({} KiB) at the same distances over {length:.1} s, to {watchers} listeners:\n",
        heard.frames.len(),
        heard
            .frames
            .iter()
            .map(|frame| frame.bytes.len())
            .sum::<usize>()
            / 1_024,
    ));
    say(
        "| | frames delivered | publication to client p50 ms | p99 ms | CPU % | CPU µs/frame | KiB a listener |",
    );
    say("|---|---|---|---|---|---|---|");
    let default = PathBuf::from("load-tests/bun/node_modules/.bin/bun");
    let bun = args
        .bun
        .clone()
        .or_else(|| default.exists().then_some(default));
    for kind in [Kind::Nchan, Kind::Bun] {
        other(kind, bun.as_deref(), heard, watchers, timeline).await?;
    }
    Ok(())
}

async fn other(
    kind: Kind,
    bun: Option<&Path>,
    heard: &Heard,
    watchers: usize,
    timeline: Timeline,
) -> Outcome<()> {
    let scratch = Scratch::new("broadcast")?;
    let Some(broadcaster) = kind.start(scratch.path(), bun).await? else {
        say(format_args!(
            "| {} | not installed | | | | | |",
            kind.name()
        ));
        return Ok(());
    };
    let resident = tree_resident_kib(broadcaster.pid());
    let mut audience = Audience::new(timeline);
    audience.join(&broadcaster.channel(), watchers).await?;
    tokio::time::sleep(REST).await;
    let a_listener = tree_resident_kib(broadcaster.pid()).saturating_sub(resident);
    drop(audience.take_heard());
    let (cpu, began) = (tree_micros(broadcaster.pid()), timeline.now());
    let sent = broadcaster.replay(&heard.frames, timeline).await?;
    tokio::time::sleep(REST).await;
    let used = tree_micros(broadcaster.pid()) - cpu;
    let took = secs(timeline.now() - began);
    let got = audience.take_heard();
    let mut histogram = latencies();
    for (frame, at) in &got.arrivals {
        // Frames are heard in the order in which they are sent.
        if let Some(sent_at) = sent.get(*frame as usize) {
            histogram.saturating_record(at.saturating_sub(*sent_at).max(1));
        }
    }
    say(format_args!(
        "| {} | {} of {} | {} | {} | {:.0} | {:.1} | {} |",
        kind.name(),
        got.arrivals.len(),
        heard.frames.len() * audience.len(),
        millis_of(&histogram, 0.5),
        millis_of(&histogram, 0.99),
        as_float(used) / took / 10_000.0,
        as_float(used) / as_float(got.arrivals.len() as u64).max(1.0),
        a_listener.checked_div(watchers as u64).unwrap_or(0),
    ));
    Ok(())
}

fn millis_of(histogram: &Histogram<u64>, quantile: f64) -> String {
    if histogram.is_empty() {
        return "–".to_owned();
    }
    millis(histogram.value_at_quantile(quantile)).replace(" ms", "")
}
