//! The inbox of webhooks: each stored once by its event id, with the job that works it off.

use domain::Timestamp;
use domain::order::Provider;
use serde_json::json;
use sqlx::{PgExecutor, PgPool, Row};

use crate::jobs::ATTEMPTS_MAX;
use crate::payments::provider_word;

/// The task that works a webhook off.
pub(crate) const TASK: &str = "work_off_webhook";

/// A webhook whose signature held, as it came.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent<'a> {
    pub provider: Provider,
    /// The provider's name for it.
    pub event_id: &'a str,
    /// In the provider's words.
    pub kind: &'a str,
    pub body: &'a [u8],
}

/// A stored webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    pub body: Vec<u8>,
    pub received_at: Timestamp,
    pub is_worked_off: bool,
}

/// Stores a webhook together with its job, unless it is there; whether it was new. One statement: it stands between
/// the provider and its answer.
///
/// # Errors
/// The database does not answer.
pub async fn store(pool: &PgPool, event: NewEvent<'_>) -> Result<bool, sqlx::Error> {
    let provider = provider_word(Some(event.provider));
    let payload = json!({ "provider": provider, "event_id": event.event_id });
    // Unchecked, for the jobs' tables are the library's own. The job's key is as new as the event, and nobody is told of
    // it: see `jobs::add`.
    let stored = sqlx::query(
        "with stored as (
             insert into webhook_event (provider, event_id, kind, body) values ($1, $2, $3, $4)
             on conflict on constraint webhook_event_is_stored_once do nothing returning event_id),
         added as (
             insert into graphile_worker._private_jobs (task_id, payload, max_attempts, key)
             select task.id, $6::json, $7, $8 from stored, graphile_worker._private_tasks task
             where task.identifier = $5 returning id)
         select count(*) as stored from added",
    )
    .bind(provider)
    .bind(event.event_id)
    .bind(event.kind)
    .bind(event.body)
    .bind(TASK)
    .bind(payload)
    .bind(ATTEMPTS_MAX)
    .bind(format!("{TASK}:{provider}:{}", event.event_id))
    .fetch_one(pool)
    .await?;
    let stored: i64 = stored.try_get("stored")?;
    Ok(stored == 1)
}

/// A webhook from the inbox.
///
/// # Errors
/// The database does not answer.
pub async fn find(
    connection: impl PgExecutor<'_>,
    provider: Provider,
    event_id: &str,
) -> Result<Option<StoredEvent>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select body, received_at, worked_off_at is not null as "is_worked_off!"
           from webhook_event where provider = $1 and event_id = $2"#,
        provider_word(Some(provider)),
        event_id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| StoredEvent {
        body: row.body,
        received_at: row.received_at.into(),
        is_worked_off: row.is_worked_off,
    }))
}

/// Notes what came of a webhook.
///
/// # Errors
/// The database does not answer.
pub async fn worked_off(
    connection: impl PgExecutor<'_>,
    provider: Provider,
    event_id: &str,
    outcome: &str,
) -> Result<(), sqlx::Error> {
    let noted = sqlx::query!(
        "update webhook_event set worked_off_at = now(), outcome = $3 where provider = $1 and event_id = $2",
        provider_word(Some(provider)),
        event_id,
        outcome,
    );
    noted.execute(connection).await.map(drop)
}
