//! A sale at a steady pace: so many seats a second are taken and paid, in orders of neighbours, whatever the server does.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hdrhistogram::Histogram;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use crate::cart::{Cart, fresh_key};
use crate::checker::ledger::Ledger;
use crate::checker::{Circumstances, Violation, check_history, outlook};
use crate::figures::latencies;
use crate::history::{Answer, History, Operation, Record, Wish};
use crate::house::House;
use crate::outcome::Outcome;
use crate::payment::pay_once;
use crate::timeline::{Micros, SECOND};

/// How often a request of unknown fate is repeated.
const ATTEMPTS: u32 = 20;

/// The state of a seat in a delta.
pub const HELD: u8 = 1;
pub const SOLD: u8 = 2;

/// Orders that are to be bought, one after another.
pub struct Sale {
    pub address: SocketAddr,
    pub session: Uuid,
    pub history: Arc<History>,
    /// Seats side by side, an order each.
    parties: Vec<Vec<u32>>,
    capacity: usize,
}

/// What became of a stretch of a sale.
pub struct Sold {
    pub took: Duration,
    pub seats: usize,
    /// Of these.
    pub paid: usize,
}

impl Sale {
    /// A whole house in orders of so many seats, one after another as the manifest has them.
    pub fn new(address: SocketAddr, house: &House, history: Arc<History>, party: usize) -> Self {
        let seats: Vec<u32> = house.rows.iter().flatten().copied().collect();
        let parties = seats.chunks(party);
        Self {
            address,
            session: house.session,
            history,
            parties: parties.map(<[u32]>::to_vec).collect(),
            capacity: house.capacity(),
        }
    }

    /// Sells for so long, at so many seats a second, or until nothing is left.
    ///
    /// # Errors
    /// A buyer panicked.
    pub async fn sell(&mut self, seats_per_second: f64, length: Duration) -> Outcome<Sold> {
        let began = Instant::now();
        let mut due = began;
        let mut buyers = JoinSet::new();
        let mut seats = 0;
        while due < began + length {
            let Some(party) = self.parties.pop() else {
                break;
            };
            sleep_until(due).await;
            due += Duration::from_secs_f64(as_float(party.len() as u64) / seats_per_second);
            seats += party.len();
            let cart = Cart::new(self.address, self.session, self.history.clone());
            buyers.spawn(buy(cart, party));
        }
        let mut paid = 0;
        while let Some(buyer) = buyers.join_next().await {
            paid += buyer?;
        }
        Ok(Sold {
            took: began.elapsed(),
            seats,
            paid,
        })
    }

    /// All that is wrong with what buyers were told, by itself and against Postgres.
    ///
    /// # Errors
    /// Postgres does not answer.
    pub async fn check(&self, pool: &sqlx::PgPool) -> Outcome<Vec<Violation>> {
        check(&self.history, self.session, self.capacity, pool).await
    }
}

/// All that is wrong with the history of a session, by itself and against Postgres.
///
/// # Errors
/// Postgres does not answer.
pub async fn check(
    history: &History,
    session: Uuid,
    capacity: usize,
    pool: &sqlx::PgPool,
) -> Outcome<Vec<Violation>> {
    let ledger = Ledger::read(pool, &[session]).await?;
    let mut records = history.records()?;
    records.retain(|record| record.session == session);
    let circumstances = Circumstances {
        deadlines: ledger.deadlines(),
        ..Circumstances::of(capacity)
    };
    let mut violations = check_history(&records, &circumstances);
    violations.extend(ledger.check_itself());
    let expected = outlook::of_history(&records, history.timeline.now());
    violations.extend(ledger.check_against(&expected));
    Ok(violations)
}

/// How long claims took, of those that were sent since an instant.
pub fn claim_latencies(records: &[Record], since: Micros) -> Histogram<u64> {
    let mut histogram = latencies();
    let claims = records.iter().filter(|record| {
        record.start >= since && matches!(record.operation, Operation::Claim { .. })
    });
    claims.for_each(|record| histogram.saturating_record(record.end - record.start));
    histogram
}

/// When each seat of a session was said to be held or sold.
pub fn told(records: &[Record], session: Uuid) -> HashMap<(u32, u8), Micros> {
    let mut told = HashMap::new();
    for record in records.iter().filter(|record| record.session == session) {
        let Answer::Order(order) = &record.answer else {
            continue;
        };
        let state = match &record.operation {
            Operation::Claim { .. } => HELD,
            Operation::Confirm { succeed: true, .. } => SOLD,
            _ => continue,
        };
        for seat in &order.seats {
            told.entry((*seat, state)).or_insert(record.end);
        }
    }
    told
}

/// Returns how many seats were paid.
async fn buy(mut cart: Cart, party: Vec<u32>) -> usize {
    let quantity = party.len();
    let Answer::Order(_) = cart.insist(&Operation::Open, ATTEMPTS).await else {
        return 0;
    };
    let claim = Operation::Claim {
        key: fresh_key(),
        wish: Wish::Seats(party),
    };
    let Answer::Order(_) = cart.insist(&claim, ATTEMPTS).await else {
        return 0;
    };
    cart.insist(&Operation::Amount { quantity }, ATTEMPTS).await;
    cart.insist(&Operation::Address, ATTEMPTS).await;
    if pay_once(&mut cart, true).await {
        quantity
    } else {
        0
    }
}

/// A figure of a run.
#[expect(
    clippy::cast_precision_loss,
    reason = "figures of a run lie far below 2^52"
)]
pub fn as_float(count: u64) -> f64 {
    count as f64
}

/// How long ago something was, in seconds.
#[expect(clippy::cast_precision_loss, reason = "a run is short")]
pub fn secs(micros: Micros) -> f64 {
    micros as f64 / SECOND as f64
}
