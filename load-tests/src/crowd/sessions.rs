//! Many sessions: what an idle one costs, whether two hundred on sale get as much done as one, and how soon a large one is back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::sale::as_float;
use super::stage::Stage;
use crate::bench::deck::{Deck, Pool, PreparedOrder};
use crate::bench::measure::{Manner, measure};
use crate::bench::subject::{Ask, Script};
use crate::box_office::Hall;
use crate::connection::{Connection, Headers, request};
use crate::figures::per_second;
use crate::house::House;
use crate::outcome::Outcome;
use crate::processes::resident_kib;
use crate::rivals::median;
use crate::say::say;
use crate::verdict::Verdict;

/// How many connections wake sessions, or hold seats.
const HANDS: usize = 32;

/// How many connections each session on sale has.
const CONNECTIONS_EACH: usize = 2;

/// How many times as many seats the one session has that is sold beside many.
const SEATS_OF_ONE: usize = 50;

/// Seats of each order that is held when a session is taken over.
const HELD_EACH: usize = 10;

/// What a session is brought back from.
const READ: [&str; 4] = [
    "select document from manifest join event_session using (manifest_id) where session_id = $1",
    "select * from event_session_order where session_id = $1 and status = 'PENDING'",
    "select state, array_agg(seat_index), array_agg(order_id) from taken_seat where session_id = $1 group by state",
    "select * from claim_log where session_id = $1 order by entry",
];

/// Many sessions in one process, and one that comes back
#[derive(Debug, Clone, Args)]
pub struct SessionsArgs {
    /// How many are only in memory
    #[arg(long, default_value_t = 10_000)]
    pub idle: usize,
    /// How many seats each of these has
    #[arg(long, default_value_t = 2_000)]
    pub idle_seats: usize,
    /// How many are sold at once
    #[arg(long, default_value_t = 200)]
    pub on_sale: usize,
    #[arg(long, default_value_t = 2.0)]
    pub secs: f64,
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// How many seats the house has that is taken over: 20,000 is the arena, 80,000 the stadium
    #[arg(long, default_value_t = 20_000)]
    pub seats: usize,
    /// How many of them are held then
    #[arg(long, default_value_t = 10_000)]
    pub held: usize,
    /// How often the server is killed and started
    #[arg(long, default_value_t = 5)]
    pub kills: usize,
}

/// A run that takes seconds.
pub fn small() -> SessionsArgs {
    SessionsArgs {
        idle: 20,
        idle_seats: 200,
        on_sale: 4,
        secs: 0.4,
        rounds: 1,
        seats: 1_000,
        held: 100,
        kills: 1,
    }
}

/// Runs all three.
///
/// # Errors
/// The harness itself could not work.
pub async fn run(args: &SessionsArgs, stage: &mut Stage) -> Outcome<Verdict> {
    side_by_side(args, stage).await?;
    idle(args, stage).await?;
    takeover(args, stage).await
}

/// Publishes more sessions like one: the harness knows the tables, and ten thousand commands would take an hour.
async fn copies(stage: &Stage, of: Uuid, count: usize) -> Outcome<Vec<Uuid>> {
    let ids: Vec<Uuid> = (0..count).map(|_| Uuid::now_v7()).collect();
    sqlx::query(
        "insert into event_session (session_id, event_id, venue_id, manifest_id, status, starts_at, on_sale_from, currency,
             max_per_order, hold_secs)
         select copy, event_id, venue_id, manifest_id, status, starts_at, on_sale_from, currency, max_per_order, hold_secs
         from event_session, unnest($2::uuid[]) as copy where session_id = $1",
    )
    .bind(of)
    .bind(&ids)
    .execute(&stage.pool)
    .await?;
    sqlx::query(
        "insert into session_section (session_id, section_index, section_id, name, price, capacity)
         select copy, section_index, section_id, name, price, capacity
         from session_section, unnest($2::uuid[]) as copy where session_id = $1",
    )
    .bind(of)
    .bind(&ids)
    .execute(&stage.pool)
    .await?;
    Ok(ids)
}

async fn idle(args: &SessionsArgs, stage: &Stage) -> Outcome<()> {
    let house = stage.house(&Hall::Generated(args.idle_seats)).await?;
    let ids = copies(stage, house.session, args.idle).await?;
    let before = resident_kib(stage.server.pid());
    let began = Instant::now();
    let mut hands = JoinSet::new();
    for share in ids.chunks(ids.len().div_ceil(HANDS).max(1)) {
        let (share, address) = (share.to_vec(), stage.recipe.address);
        hands.spawn(async move { wake(address, &share).await });
    }
    while let Some(hand) = hands.join_next().await {
        hand??;
    }
    let took = began.elapsed();
    let grown = resident_kib(stage.server.pid()).saturating_sub(before);
    say(format_args!(
        "\n{} idle sessions of {} seats: {} bytes each; all were brought to memory in {took:.1?} ({:.0} a second)",
        args.idle,
        args.idle_seats,
        (grown * 1_024).checked_div(args.idle as u64).unwrap_or(0),
        per_second(args.idle, took)
    ));
    Ok(())
}

async fn wake(address: std::net::SocketAddr, sessions: &[Uuid]) -> Outcome<()> {
    let mut connection = Connection::new(address);
    for session in sessions {
        let path = format!("/api/public/sessions/{session}/availability");
        let answer = connection
            .send(&request("GET", &path, Headers::default(), None))
            .await?;
        if answer.status != 200 {
            return Err(format!("an idle session was answered {}", answer.status).into());
        }
    }
    Ok(())
}

/// Many sessions on sale beside one that is asked by as many connections.
async fn side_by_side(args: &SessionsArgs, stage: &Stage) -> Outcome<()> {
    let connections = args.on_sale * CONNECTIONS_EACH;
    let small = stage.house(&Hall::Generated(args.idle_seats)).await?;
    let mut sessions = copies(stage, small.session, args.on_sale - 1).await?;
    sessions.push(small.session);
    let large = stage
        .house(&Hall::Generated(args.idle_seats * SEATS_OF_ONE))
        .await?;
    let mut many = Vec::new();
    for session in sessions {
        let house = House {
            session,
            rows: small.rows.clone(),
        };
        many.push(pool(stage, &house));
    }
    let mut one = vec![pool(stage, &large)];
    let (mut rates, mut least, mut most) = ([Vec::new(), Vec::new()], f64::MAX, 0.0_f64);
    for round in 0..args.rounds {
        let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
        for which in order {
            let pools = if which == 0 { &mut one } else { &mut many };
            let (rate, counts) = contest(args, stage, pools, connections).await?;
            rates[which].push(rate);
            if which == 1 {
                least = counts.iter().copied().fold(least, f64::min);
                most = counts.iter().copied().fold(most, f64::max);
            }
        }
    }
    let [one, many] = rates.map(median);
    say(format_args!(
        "\n{connections} connections claim from one session: {one:.0} a second; from {} sessions: {many:.0} a second ({:.2})",
        args.on_sale,
        many / one
    ));
    say(format_args!(
        "fairness among the {}: the least got {least:.0} claims in a round, the most {most:.0} ({:.2})",
        args.on_sale,
        least / most.max(1.0)
    ));
    Ok(())
}

fn pool(stage: &Stage, house: &House) -> Pool {
    Pool::new(
        stage.recipe.address,
        house,
        4,
        &mut StdRng::seed_from_u64(1),
    )
}

/// Claims a second over all, and how many each session granted.
async fn contest(
    args: &SessionsArgs,
    stage: &Stage,
    pools: &mut [Pool],
    connections: usize,
) -> Outcome<(f64, Vec<f64>)> {
    let mut decks: Vec<(Arc<Deck>, Vec<PreparedOrder>)> = Vec::new();
    // As many as there are seats: a deck that ran out would end the measurement.
    for pool in pools.iter_mut() {
        decks.push(pool.prepare(args.idle_seats * SEATS_OF_ONE).await?);
    }
    let next = std::sync::atomic::AtomicUsize::new(0);
    let script = || {
        let turn = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % decks.len();
        Script::claims(decks[turn].0.clone(), Ask::Named)
    };
    let manner = Manner {
        address: stage.recipe.address,
        processes: stage.processes(),
        warm_up: Duration::from_millis(200),
        stretch: Duration::from_secs_f64(args.secs),
    };
    let measured = measure(manner, connections, script).await?;
    let granted = usize::try_from(measured.latencies.len())?;
    let counts = decks
        .iter()
        .map(|(deck, orders)| as_float((orders.len() - deck.len()) as u64 * 4));
    let counts = counts.collect();
    for (pool, (_, orders)) in pools.iter_mut().zip(decks) {
        pool.give_back(orders).await?;
    }
    Ok((per_second(granted, measured.took), counts))
}

/// Kills and starts the server while nobody holds anything, and again while a house has many holds: a start is ready when the
/// sessions with holds are live, so that the difference is what bringing them back takes.
async fn takeover(args: &SessionsArgs, stage: &mut Stage) -> Outcome<Verdict> {
    let house = stage.house(&Hall::of(args.seats)).await?;
    let without = boots(stage, args.kills).await?;
    let mut pool = Pool::new(
        stage.recipe.address,
        &house,
        HELD_EACH,
        &mut StdRng::seed_from_u64(1),
    );
    let (_, orders) = pool.prepare(args.held).await?;
    hold(stage, &orders).await?;
    let with = boots(stage, args.kills).await?;
    let reading = reading(stage, house.session, args.kills).await?;
    say(format_args!(
        "\n{} seats with {} held, after kill -9 ({} times): ready in {with:.0} ms from the start of the process, \
         {without:.0} ms where nothing is held; so the session is back within {:.0} ms, of which Postgres takes {reading:.0} to \
         hand out what is read",
        house.capacity(),
        args.held,
        args.kills,
        with - without
    ));
    let held: i64 = sqlx::query_scalar(
        "select count(*) from taken_seat where session_id = $1 and state = 'held'",
    )
    .bind(house.session)
    .fetch_one(&stage.pool)
    .await?;
    if usize::try_from(held)? != args.held {
        say(format_args!(
            "sessions: FAILED, {held} of {} holds are left",
            args.held
        ));
        return Ok(Verdict::Failed);
    }
    Ok(Verdict::Passed)
}

/// Milliseconds from a start of the process to its readiness: the median of some.
async fn boots(stage: &mut Stage, kills: usize) -> Outcome<f64> {
    let mut took = Vec::new();
    for _ in 0..kills {
        stage.restart().await?;
        let micros = u64::try_from(stage.server.started_at.elapsed().as_micros())?;
        took.push(as_float(micros) / 1_000.0);
    }
    Ok(median(took))
}

/// Milliseconds that Postgres takes to hand out what a session is brought back from, to a client that does not look at it:
/// the median of some.
async fn reading(stage: &Stage, session: Uuid, rounds: usize) -> Outcome<f64> {
    let mut took = Vec::new();
    for _ in 0..rounds {
        let began = Instant::now();
        for what in READ {
            sqlx::query(what)
                .bind(session)
                .fetch_all(&stage.pool)
                .await?;
        }
        let micros = u64::try_from(began.elapsed().as_micros())?;
        took.push(as_float(micros) / 1_000.0);
    }
    Ok(median(took))
}

async fn hold(stage: &Stage, orders: &[PreparedOrder]) -> Outcome<()> {
    let mut connection = Connection::new(stage.recipe.address);
    for order in orders {
        let key = Uuid::new_v4().to_string();
        let headers = Headers {
            bearer: Some(&order.secret),
            idempotency_key: Some(&key),
        };
        let body = format!("{{\"seats\":{:?}}}", order.seats);
        let claim = request("POST", &order.path, headers, Some(body.as_bytes()));
        let answer = connection.send(&claim).await?;
        if answer.status != 200 {
            return Err(format!("a hold was answered {}", answer.status).into());
        }
    }
    Ok(())
}
