//! One measurement: so many connections, one subject, one stretch of time.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use crate::bench::cpu::{CpuTimes, Processes};
use crate::bench::subject::Script;
use crate::connection::Connection;
use crate::figures::latencies;
use crate::outcome::Outcome;

/// A measurement shorter than this says nothing.
const SHORTEST: Duration = Duration::from_millis(300);

/// How often the end of the stretch is looked for.
const TICK: Duration = Duration::from_millis(5);

/// How a subject is measured.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    pub address: SocketAddr,
    pub processes: Processes,
    pub warm_up: Duration,
    pub stretch: Duration,
}

/// What was measured.
#[derive(Debug, Clone)]
pub struct Measurement {
    pub took: Duration,
    /// Microseconds of each operation that was answered 200.
    pub latencies: Histogram<u64>,
    /// Operations that were answered otherwise.
    pub failed: u64,
    pub cpu: CpuTimes,
}

/// The stretch of time that counts. It ends early when there is nothing left to ask.
struct Window {
    began: Instant,
    from: Duration,
    until_micros: AtomicU64,
}

/// What all connections saw: a histogram each would be the generator's dearest part with thousands of them.
struct Tally {
    latencies: Histogram<u64>,
    failed: u64,
}

/// Measures what so many connections ask, each by a script of its own.
///
/// # Errors
/// The server cannot be reached, or there was too little to ask.
pub async fn measure(
    manner: Manner,
    connections: usize,
    script: impl Fn() -> Script,
) -> Outcome<Measurement> {
    // Opened beforehand: thousands of handshakes are a test of their own, and a long one.
    let opened = connect(manner.address, connections).await?;
    let until = manner.warm_up + manner.stretch;
    let until_micros = AtomicU64::new(u64::try_from(until.as_micros())?);
    let window = Arc::new(Window {
        began: Instant::now(),
        from: manner.warm_up,
        until_micros,
    });
    let total = Arc::new(Mutex::new(Tally {
        latencies: latencies(),
        failed: 0,
    }));
    let mut drivers = JoinSet::new();
    for connection in opened {
        drivers.spawn(drive(connection, script(), window.clone(), total.clone()));
    }
    tokio::time::sleep_until((window.began + manner.warm_up).into()).await;
    let before = manner.processes.times();
    while window.began.elapsed() < window.until() {
        tokio::time::sleep(TICK).await;
    }
    let cpu = manner.processes.times().since(&before);
    while let Some(driver) = drivers.join_next().await {
        driver??;
    }
    let took = window.until().saturating_sub(manner.warm_up);
    if took < SHORTEST {
        return Err(format!("only {took:?} could be measured: prepare for a higher --expected-rate, with more --seats").into());
    }
    let total = total.lock().expect("all holders are done");
    Ok(Measurement {
        took,
        latencies: total.latencies.clone(),
        failed: total.failed,
        cpu,
    })
}

impl Window {
    fn until(&self) -> Duration {
        Duration::from_micros(self.until_micros.load(Ordering::Relaxed))
    }

    fn end_now(&self) {
        let now = u64::try_from(self.began.elapsed().as_micros()).expect("a measurement is short");
        self.until_micros.fetch_min(now, Ordering::Relaxed);
    }
}

async fn drive(
    mut connection: Connection,
    mut script: Script,
    window: Arc<Window>,
    total: Arc<Mutex<Tally>>,
) -> Outcome<()> {
    let mut bytes = Vec::with_capacity(512);
    loop {
        bytes.clear();
        if !script.write_next(&mut bytes) {
            window.end_now();
            break;
        }
        let sent = window.began.elapsed();
        let answer = connection.send(&bytes).await?;
        let answered = window.began.elapsed();
        script.hear(&answer.body);
        if answered >= window.until() {
            break;
        }
        if answered >= window.from {
            let mut total = total.lock().expect("no holder panics");
            total.count(answer.status, answered - sent);
        }
    }
    Ok(())
}

async fn connect(address: SocketAddr, connections: usize) -> Outcome<Vec<Connection>> {
    let mut opening = JoinSet::new();
    for _ in 0..connections {
        let mut connection = Connection::new(address);
        opening.spawn(async move { connection.open().await.map(|()| connection) });
    }
    let mut opened = Vec::with_capacity(connections);
    while let Some(connection) = opening.join_next().await {
        opened.push(connection??);
    }
    Ok(opened)
}

impl Tally {
    fn count(&mut self, status: u16, took: Duration) {
        if status == 200 {
            self.latencies
                .saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        } else {
            self.failed += 1;
        }
    }
}
