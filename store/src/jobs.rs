//! The outbox: work that is written in the transaction that causes it and done outside it.
//!
//! The tables belong to the job library (graphile_worker), which also migrates them. So they are
//! reached through unchecked queries here, and nowhere else.

use std::time::Duration;

use domain::{OrderId, PaymentId, RefundId, SessionId, Timestamp};
use graphile_worker::WorkerUtils;
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool, Row};

/// How often a job is tried. With the library's backoff (e^attempt seconds, at most six hours)
/// that is some two days, long enough to outlive a provider's bad weekend.
pub(crate) const ATTEMPTS_MAX: i16 = 16;

/// What is to be done. Each is done at least once, so each must bear repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Ends an attempt to pay whose time is up: `payment_deadline`.
    PaymentDeadline {
        /// The order, which has one such job at most.
        order: OrderId,
        /// Its latest attempt.
        payment: PaymentId,
    },
    /// Gives a payment whose money came its seats, or the money back: `settle_payment`.
    SettlePayment(PaymentId),
    /// Tells a session's actor of a sale: `tell_sale`.
    TellSale(OrderId),
    /// Sends a refund's money back: `send_refund`.
    SendRefund(RefundId),
    /// Withdraws an attempt at its provider that the buyer has left for another: `withdraw_attempt`.
    WithdrawAttempt(PaymentId),
    /// Takes the places of an order's refunded tickets back: `return_places`.
    ReturnPlaces(OrderId),
    /// Refunds the orders of a cancelled session: `cancel_session`.
    CancelSession(SessionId),
}

/// A job that failed for good, for staff to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The library's number of it.
    pub job_id: i64,
    /// What was to be done.
    pub task: String,
    /// With what.
    pub payload: Value,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it failed last.
    pub last_error: String,
    /// When it failed last.
    pub failed_at: Timestamp,
}

impl Job {
    pub(crate) const DEADLINE_TASK: &str = "payment_deadline";
    pub(crate) const TELL_TASK: &str = "tell_sale";

    /// The name of the task that does it.
    #[must_use]
    pub fn task(&self) -> &'static str {
        match self {
            Self::PaymentDeadline { .. } => Self::DEADLINE_TASK,
            Self::SettlePayment(_) => "settle_payment",
            Self::TellSale(_) => Self::TELL_TASK,
            Self::SendRefund(_) => "send_refund",
            Self::WithdrawAttempt(_) => "withdraw_attempt",
            Self::ReturnPlaces(_) => "return_places",
            Self::CancelSession(_) => "cancel_session",
        }
    }

    /// Its key: a job added under the key of one that waits takes its place.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::PaymentDeadline { order, .. } => format!("{}:{order}", self.task()),
            Self::SettlePayment(payment) | Self::WithdrawAttempt(payment) => {
                format!("{}:{payment}", self.task())
            }
            Self::SendRefund(refund) => format!("{}:{refund}", self.task()),
            Self::TellSale(order) | Self::ReturnPlaces(order) => {
                format!("{}:{order}", self.task())
            }
            Self::CancelSession(session) => format!("{}:{session}", self.task()),
        }
    }

    fn payload(&self) -> Value {
        match self {
            Self::PaymentDeadline { payment, .. }
            | Self::SettlePayment(payment)
            | Self::WithdrawAttempt(payment) => json!({ "payment": payment }),
            Self::SendRefund(refund) => json!({ "refund": refund }),
            Self::TellSale(order) | Self::ReturnPlaces(order) => json!({ "order": order }),
            Self::CancelSession(session) => json!({ "session": session }),
        }
    }
}

/// The names of all tasks.
const TASKS: [&str; 8] = [
    Job::DEADLINE_TASK,
    "settle_payment",
    Job::TELL_TASK,
    "send_refund",
    "withdraw_attempt",
    crate::webhooks::TASK,
    "return_places",
    "cancel_session",
];

/// Brings the job library's schema up to date.
///
/// # Errors
/// The database is unreachable, or its job schema is of a later library.
pub async fn migrate(pool: &PgPool) -> Result<(), sqlx::migrate::MigrateError> {
    let utils = WorkerUtils::new(pool.clone(), "graphile_worker");
    let migrated = utils.migrate().await;
    migrated.map_err(|error| sqlx::migrate::MigrateError::Source(Box::new(error)))?;
    let named = sqlx::query(
        "insert into graphile_worker._private_tasks (identifier) select unnest($1::text[]) on conflict do nothing",
    );
    named.bind(&TASKS[..]).execute(pool).await?;
    Ok(())
}

/// Adds a job that is done `delay` after the transaction began, if that commits, or a moment later: `leave_job`, which
/// says why the library's own function is not asked.
///
/// # Errors
/// The database does not answer.
pub async fn add(
    connection: &mut PgConnection,
    job: Job,
    delay: Duration,
) -> Result<(), sqlx::Error> {
    let added = sqlx::query("select leave_job($1, $2, $3::json, $4, $5)")
        .bind(job.task())
        .bind(job.key())
        .bind(job.payload())
        .bind(delay.as_secs_f64())
        .bind(ATTEMPTS_MAX);
    added.execute(connection).await.map(drop)
}

/// Takes jobs back that need not be done any more; one that is being done is not tried again.
///
/// The library's own function leaves the row of a job that is being done to its worker. Should that be killed, the row
/// would stay for good: neither to be done nor a dead letter. A worker does not mind that its row is gone.
///
/// # Errors
/// The database does not answer.
pub async fn remove(connection: &mut PgConnection, jobs: &[Job]) -> Result<(), sqlx::Error> {
    let keys: Vec<String> = jobs.iter().map(Job::key).collect();
    let removed = sqlx::query("delete from graphile_worker._private_jobs where key = any($1)");
    removed.bind(keys).execute(connection).await.map(drop)
}

/// The jobs that failed for good, the latest first, at most `limit`.
///
/// # Errors
/// The database does not answer.
pub async fn dead_letters(pool: &PgPool, limit: u32) -> Result<Vec<DeadLetter>, sqlx::Error> {
    let rows = sqlx::query(
        "select job.id, task.identifier, job.payload::jsonb as payload, job.attempts::int4 as attempts, \
             job.last_error, job.updated_at \
         from graphile_worker._private_jobs job \
         join graphile_worker._private_tasks task on task.id = job.task_id \
         where job.attempts >= job.max_attempts and job.locked_at is null and job.last_error is not null \
         order by job.updated_at desc limit $1",
    )
    .bind(i64::from(limit))
    .fetch_all(pool)
    .await?;
    rows.iter().map(dead_letter).collect()
}

/// The keys of all jobs that wait, rising: what is left over when nothing should be.
///
/// # Errors
/// The database does not answer.
pub async fn waiting(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let keys = sqlx::query_scalar(
        "select coalesce(key, id::text) from graphile_worker._private_jobs order by 1",
    );
    keys.fetch_all(pool).await
}

fn dead_letter(row: &sqlx::postgres::PgRow) -> Result<DeadLetter, sqlx::Error> {
    let failed_at: chrono::DateTime<chrono::Utc> = row.try_get("updated_at")?;
    Ok(DeadLetter {
        job_id: row.try_get("id")?,
        task: row.try_get("identifier")?,
        payload: row.try_get("payload")?,
        attempts: crate::columns::count(row.try_get("attempts")?)?,
        last_error: row.try_get("last_error")?,
        failed_at: failed_at.into(),
    })
}
