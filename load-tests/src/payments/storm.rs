//! The storm: every payment's webhook many times, out of order, with others that came too late and others that are
//! forged. The sandbox sends none of its own, so what is sold is sold by the storm.

use std::time::{Duration, Instant};

use chrono::Utc;
use hdrhistogram::Histogram;
use hmac::{Hmac, KeyInit, Mac};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use sha2::Sha256;
use sqlx::{Connection as _, PgConnection};

use super::buyer::{Attempt, Buyer};
use super::{PaymentsArgs, Stage, WEBHOOK_SECRET, times};
use crate::connection::{Connection, posted};
use crate::figures::{latencies, per_second};
use crate::outcome::Outcome;
use crate::processes;
use crate::say::say;
use crate::verdict::Verdict;

const BUYERS: usize = 32;
const SENDERS: usize = 32;

/// The webhooks that are answered within this time at the 99th percentile.
pub const ANSWER_MAX: Duration = Duration::from_millis(50);

/// How long what was stored may take to be worked off.
const PATIENCE: Duration = Duration::from_secs(600);

/// A delivery, and whether it is to be taken.
pub struct Delivery {
    pub bytes: Vec<u8>,
    pub is_honest: bool,
}

/// What was sent, and how it was answered.
pub struct Sent {
    pub count: usize,
    pub took: Duration,
    /// In microseconds.
    pub answers: Histogram<u64>,
    pub wrong: usize,
}

/// Sells by storm.
///
/// # Errors
/// The harness itself could not work.
pub async fn run(stage: &Stage, args: &PaymentsArgs) -> Outcome<Verdict> {
    let intents = charged(stage, args.storm_payments).await?;
    say(format_args!(
        "storm: {} cards are charged, and nobody was told",
        intents.len()
    ));
    let deliveries = deliveries(&intents, args);
    let cpu = || processes::own_micros(stage.server.pid());
    let (before, began) = (cpu(), Instant::now());
    let Sent {
        count,
        took,
        answers,
        wrong,
    } = send(stage, deliveries).await?;
    let left = still_waiting(stage).await?;
    say(format_args!(
        "storm: {:.0} webhooks a second taken, answered in {}; {left} wait to be worked off; {} µs of the server each",
        per_second(count, took),
        times(&answers),
        (cpu() - before) / u64::try_from(count.max(1))?
    ));
    wait_until_worked_off(stage).await?;
    say(format_args!(
        "storm: worked off {:.0?} after it began",
        began.elapsed()
    ));
    let paid = paid_orders(stage).await?;
    let is_sound = super::audit(&stage.recipe).await?;
    let is_quick = answers.value_at_quantile(0.99) <= u64::try_from(ANSWER_MAX.as_micros())?;
    say(format_args!(
        "storm: {paid} of {} orders are paid, {wrong} webhooks were answered wrongly",
        intents.len()
    ));
    if !is_quick {
        say(format_args!(
            "storm: answers took longer than {ANSWER_MAX:?} at p99"
        ));
    }
    Ok(match paid == intents.len() && wrong == 0 && is_sound {
        true => Verdict::Passed,
        false => Verdict::Failed,
    })
}

/// Sends all of them at once, and waits for the answers.
///
/// # Errors
/// The server does not answer.
pub async fn send(stage: &Stage, deliveries: Vec<Delivery>) -> Outcome<Sent> {
    let count = deliveries.len();
    let mut shares: Vec<Vec<Delivery>> = (0..SENDERS).map(|_| Vec::new()).collect();
    for (number, delivery) in deliveries.into_iter().enumerate() {
        shares[number % SENDERS].push(delivery);
    }
    let began = Instant::now();
    let senders = shares.into_iter().map(|share| send_all(stage, share));
    let all = futures_util::future::join_all(senders).await;
    let took = began.elapsed();
    let mut answers = latencies();
    let mut wrong = 0;
    for sender in all {
        let (times, wrongly_answered) = sender?;
        answers.add(times)?;
        wrong += wrongly_answered;
    }
    Ok(Sent {
        count,
        took,
        answers,
        wrong,
    })
}

/// So many intents whose money has come.
pub async fn charged(stage: &Stage, payments: usize) -> Outcome<Vec<Value>> {
    let crowd = (0..BUYERS).map(|buyer| async move {
        let mut intents = Vec::new();
        let mut hands = Buyer::at(stage);
        for seat in (buyer..payments).step_by(BUYERS) {
            let attempt: Attempt = hands.begin(seat).await?;
            intents.push(hands.charge(&attempt).await?);
        }
        Outcome::Ok(intents)
    });
    let crowds = futures_util::future::join_all(crowd).await;
    let mut all = Vec::with_capacity(payments);
    for intents in crowds {
        all.extend(intents?);
    }
    Ok(all)
}

/// A fifth is forged; of the rest, each payment has its own event at least once, and every tenth is of a decline that
/// happened before.
fn deliveries(intents: &[Value], args: &PaymentsArgs) -> Vec<Delivery> {
    let mut random = StdRng::seed_from_u64(args.seed);
    let now = Utc::now().timestamp();
    let mut all: Vec<Delivery> = Vec::with_capacity(args.storm_webhooks);
    let honest = args.storm_webhooks * 4 / 5;
    for number in 0..honest.max(intents.len()) {
        let which = match number < intents.len() {
            true => number,
            false => random.random_range(0..intents.len()),
        };
        let event = match number >= intents.len() && number % 10 == 0 {
            true => declined(which, &intents[which]),
            false => succeeded(which, &intents[which]),
        };
        all.push(Delivery {
            bytes: delivered(&event, WEBHOOK_SECRET, now),
            is_honest: true,
        });
    }
    while all.len() < args.storm_webhooks {
        let which = random.random_range(0..intents.len());
        let event = succeeded(which, &intents[which]);
        let (secret, signed_at) = match all.len() % 2 {
            0 => ("whsec_of_somebody_else", now),
            _ => (WEBHOOK_SECRET, now - 3_600),
        };
        all.push(Delivery {
            bytes: delivered(&event, secret, signed_at),
            is_honest: false,
        });
    }
    all.shuffle(&mut random);
    all
}

pub fn succeeded(which: usize, intent: &Value) -> Vec<u8> {
    event(
        format!("evt_storm_{which}"),
        "payment_intent.succeeded",
        intent,
    )
}

pub fn declined(which: usize, intent: &Value) -> Vec<u8> {
    let mut declined = intent.clone();
    declined["status"] = json!("requires_payment_method");
    declined["last_payment_error"] = json!({ "code": "card_declined" });
    event(
        format!("evt_declined_{which}"),
        "payment_intent.payment_failed",
        &declined,
    )
}

fn event(id: String, kind: &str, object: &Value) -> Vec<u8> {
    let event = json!({
        "id": id, "object": "event", "type": kind, "livemode": false, "data": { "object": object }
    });
    event.to_string().into_bytes()
}

pub fn delivered(body: &[u8], secret: &str, seconds: i64) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length is a key");
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    let bytes = mac.finalize().into_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let signature = format!("t={seconds},v1={hex}");
    posted(
        "/webhooks/stripe",
        "application/json",
        ("stripe-signature", &signature),
        body,
    )
}

async fn send_all(stage: &Stage, share: Vec<Delivery>) -> Outcome<(Histogram<u64>, usize)> {
    let mut connection = Connection::new(stage.server.address);
    let mut times = latencies();
    let mut wrong = 0;
    for delivery in share {
        let began = Instant::now();
        let answer = connection.send(&delivery.bytes).await?;
        times.saturating_record(u64::try_from(began.elapsed().as_micros())?);
        wrong += usize::from((answer.status == 200) != delivery.is_honest);
    }
    Ok((times, wrong))
}

/// How long it took.
pub async fn wait_until_worked_off(stage: &Stage) -> Outcome<Duration> {
    let began = Instant::now();
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if still_waiting(stage).await? == 0 {
            return Ok(began.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Err("webhooks were not worked off in time".into())
}

pub async fn still_waiting(stage: &Stage) -> Outcome<i64> {
    count(
        stage,
        "select count(*) from webhook_event where worked_off_at is null",
    )
    .await
}

pub async fn paid_orders(stage: &Stage) -> Outcome<usize> {
    let paid = count(
        stage,
        "select count(*) from event_session_order o where status = 'PAID'
             and (select count(*) from ledger where ledger.order_id = o.order_id and kind = 'captured') = 1
             and (select count(*) from ticket where ticket.order_id = o.order_id and status = 'VALID') = 1",
    );
    Ok(usize::try_from(paid.await?)?)
}

async fn count(stage: &Stage, sql: &'static str) -> Outcome<i64> {
    let mut connection = PgConnection::connect_with(&stage.recipe.database()?).await?;
    let count = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(count)
}
