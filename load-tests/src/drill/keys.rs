//! A client that repeats its idempotency key after a crash learns the truth.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use sqlx::PgPool;
use uuid::Uuid;

use crate::checker::Violation;
use crate::checker::ledger::Ledger;
use crate::checker::outlook::Outlook;
use crate::drill::inspection::{is_broken, is_claim};
use crate::history::{Answer, Operation, Record, Status};
use crate::load::Load;
use crate::outcome::Outcome;
use crate::timeline::Micros;

/// How many claims that were answered are repeated after each kill; all that were not are.
const ANSWERED_MAX: usize = 50;

/// What repeating found.
#[derive(Default)]
pub struct Repeated {
    pub count: usize,
    pub violations: Vec<Violation>,
}

/// A claim that is repeated, and what is known of it.
struct Case<'a> {
    record: &'a Record,
    /// Whether Postgres has it as granted.
    is_granted: bool,
    /// The seats that its order has in Postgres.
    seats: BTreeSet<u32>,
}

/// Repeats claims by their keys: those without an answer, and the last that were granted and stand.
///
/// # Errors
/// Postgres does not answer.
pub async fn repeat(
    pool: &PgPool,
    load: &Load,
    records: &[Record],
    ledger: &Ledger,
    outlooks: &BTreeMap<Uuid, Outlook>,
    broken_from: Micros,
) -> Outcome<Repeated> {
    let claims = records.iter().filter(|record| is_claim(record));
    let (broken, answered): (Vec<&Record>, Vec<&Record>) =
        claims.partition(|record| is_broken(record, broken_from));
    let standing = answered
        .into_iter()
        .rev()
        .filter(|record| stands(record, outlooks))
        .take(ANSWERED_MAX);
    let records: Vec<&Record> = broken.into_iter().chain(standing).collect();
    let granted = granted_keys(pool, &records).await?;
    let mut repeated = Repeated {
        count: records.len(),
        violations: Vec::new(),
    };
    for record in records {
        let case = Case {
            record,
            is_granted: granted.contains(&(record.order, key_of(record).to_owned())),
            seats: ledger.seats_of(record.order),
        };
        repeated.violations.extend(repeat_one(load, &case).await);
    }
    Ok(repeated)
}

/// Whether a granted claim's places are all still held, and nothing about its order is in doubt.
fn stands(record: &Record, outlooks: &BTreeMap<Uuid, Outlook>) -> bool {
    let (Answer::Order(state), Some(outlook)) = (&record.answer, outlooks.get(&record.order))
    else {
        return false;
    };
    let is_certain = outlook.must == outlook.may && outlook.may_have_more == 0;
    state.status == Status::Pending
        && !outlook.is_sold
        && !outlook.is_paying
        && is_certain
        && !state.seats.is_empty()
        && state.seats.iter().all(|seat| outlook.must.contains(seat))
}

async fn repeat_one(load: &Load, case: &Case<'_>) -> Option<Violation> {
    let record = case.record;
    let mut cart = load.cart_of(record.session, record.order)?;
    let answer = cart.perform(&record.operation).await;
    let shown = match &answer {
        Answer::Order(state) => Some(state.seats.iter().copied().collect::<BTreeSet<u32>>()),
        Answer::PaymentStarted { .. } | Answer::Refused(_) | Answer::Unknown { .. } => None,
    };
    let was_acknowledged = matches!(record.answer, Answer::Order(_));
    let order = record.order;
    if was_acknowledged && !case.is_granted {
        return Some(Violation::KeyForgotten {
            order,
            what: "an acknowledged claim has no row".into(),
        });
    }
    if case.is_granted && shown.as_ref() != Some(&case.seats) {
        let what = format!(
            "it has {:?}, and its repeated claim was answered {answer:?}",
            case.seats
        );
        return Some(Violation::KeyForgotten { order, what });
    }
    // A claim that was lost is decided afresh: granted or refused, but never left open.
    if matches!(answer, Answer::Unknown { .. }) {
        return Some(Violation::KeyForgotten {
            order,
            what: format!("its repeated claim was answered {answer:?}"),
        });
    }
    None
}

async fn granted_keys(pool: &PgPool, records: &[&Record]) -> Outcome<HashSet<(Uuid, String)>> {
    let orders: Vec<Uuid> = records.iter().map(|record| record.order).collect();
    let rows = sqlx::query_as(
        "select order_id, idempotency_key from remembered_claim where order_id = any($1)",
    )
    .bind(orders)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().collect())
}

fn key_of(record: &Record) -> &str {
    match &record.operation {
        Operation::Claim { key, .. } | Operation::StartPayment { key } => key,
        Operation::Open
        | Operation::Read
        | Operation::Amount { .. }
        | Operation::Address
        | Operation::Drop { .. }
        | Operation::Cancel
        | Operation::Confirm { .. } => "",
    }
}
