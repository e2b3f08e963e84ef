//! The inbox of webhooks: each stored once by its event id, with the job that works it off.

use std::collections::HashSet;
use std::time::Duration;

use domain::Timestamp;
use domain::order::Provider;
use serde_json::json;
use sqlx::{PgExecutor, PgPool};

use crate::jobs::ATTEMPTS_MAX;
use crate::payments::provider_word;

/// The task that works a webhook off.
pub(crate) const TASK: &str = "work_off_webhook";

/// How many webhooks without a job get one at a time.
const LEFT_AT_ONCE: i64 = 1_000;

/// A webhook whose signature held, as it came.
#[derive(Debug, Clone)]
pub struct NewEvent {
    pub provider: Provider,
    /// The provider's name for it.
    pub event_id: String,
    /// In the provider's words.
    pub kind: String,
    pub body: Vec<u8>,
    /// Who works it off.
    pub by: WorkedOffBy,
}

/// Who works a webhook off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkedOffBy {
    /// A job.
    Job,
    /// Whoever stores it, at once; a job only where it is left over (see [`leave_to_jobs`]).
    Caller,
}

/// A stored webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    pub body: Vec<u8>,
    pub received_at: Timestamp,
    pub is_worked_off: bool,
}

/// Stores webhooks together with the jobs that they need, each unless it is there; of each, whether it was new. One statement,
/// however many: it stands between the provider and its answer. The same event twice among them is new once.
///
/// # Errors
/// The database does not answer.
pub async fn store(
    connection: impl PgExecutor<'_>,
    events: &[NewEvent],
) -> Result<Vec<bool>, sqlx::Error> {
    let mut columns = Columns::default();
    for event in events {
        columns.add(event);
    }
    // Unchecked, for the jobs' tables are the library's own. The jobs' keys are as new as the events, and nobody is told
    // of them: see `leave_job`. In the order of their keys, so that no two of these wait for each other in a circle.
    let stored: Vec<(String, String)> = sqlx::query_as(
        "with stored as (
             insert into webhook_event (provider, event_id, kind, body)
             select distinct on (provider, event_id) provider, event_id, kind, body
             from unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) as new (provider, event_id, kind, body)
             order by provider, event_id
             on conflict on constraint webhook_event_is_stored_once do nothing returning provider, event_id),
         added as (
             insert into graphile_worker._private_jobs (task_id, payload, max_attempts, key)
             select task.id, json_build_object('provider', provider, 'event_id', event_id), $6,
                 $5 || ':' || provider || ':' || event_id
             from stored, graphile_worker._private_tasks task
             where task.identifier = $5 and (provider, event_id) in (select * from unnest($7::text[], $8::text[])))
         select provider, event_id from stored",
    )
    .bind(&columns.providers)
    .bind(&columns.ids)
    .bind(&columns.kinds)
    .bind(&columns.bodies)
    .bind(TASK)
    .bind(ATTEMPTS_MAX)
    .bind(&columns.job_providers)
    .bind(&columns.job_ids)
    .fetch_all(connection)
    .await?;
    let mut fresh: HashSet<(String, String)> = stored.into_iter().collect();
    let keys = columns.providers.into_iter().zip(columns.ids);
    let keys = keys.map(|(provider, id)| (provider.to_owned(), id.to_owned()));
    Ok(keys.map(|key| fresh.remove(&key)).collect())
}

#[derive(Default)]
struct Columns<'a> {
    providers: Vec<&'static str>,
    ids: Vec<&'a str>,
    kinds: Vec<&'a str>,
    bodies: Vec<&'a [u8]>,
    job_providers: Vec<&'static str>,
    job_ids: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    fn add(&mut self, event: &'a NewEvent) {
        let provider = provider_word(Some(event.provider));
        if event.by == WorkedOffBy::Job {
            self.job_providers.push(provider);
            self.job_ids.push(&event.event_id);
        }
        self.providers.push(provider);
        self.ids.push(&event.event_id);
        self.kinds.push(&event.kind);
        self.bodies.push(&event.body);
    }
}

/// Gives jobs to webhooks that have waited for so long without one, some of the oldest; how many.
///
/// # Errors
/// The database does not answer.
pub async fn leave_to_jobs(pool: &PgPool, waited: Duration) -> Result<u64, sqlx::Error> {
    // Unchecked, see `store`. Those that another process looks at are its own.
    let left = sqlx::query(
        "with waiting as (
             select provider, event_id, $1 || ':' || provider || ':' || event_id as job_key from webhook_event
             where worked_off_at is null and received_at <= now() - make_interval(secs => $2)
                 and not exists (select from graphile_worker._private_jobs
                     where key = $1 || ':' || provider || ':' || event_id)
             order by received_at limit $3 for update skip locked)
         insert into graphile_worker._private_jobs (task_id, payload, max_attempts, key)
         select task.id, json_build_object('provider', provider, 'event_id', event_id), $4, job_key
         from waiting, graphile_worker._private_tasks task where task.identifier = $1
         on conflict (key) do nothing",
    )
    .bind(TASK)
    .bind(waited.as_secs_f64())
    .bind(LEFT_AT_ONCE)
    .bind(ATTEMPTS_MAX);
    Ok(left.execute(pool).await?.rows_affected())
}

/// Gives a stored webhook a job, due now.
///
/// # Errors
/// The database does not answer.
pub async fn leave_to_job(
    pool: &PgPool,
    provider: Provider,
    event_id: &str,
) -> Result<(), sqlx::Error> {
    let provider = provider_word(Some(provider));
    let left = sqlx::query("select leave_job($1, $2, $3::json, 0, $4)")
        .bind(TASK)
        .bind(format!("{TASK}:{provider}:{event_id}"))
        .bind(json!({ "provider": provider, "event_id": event_id }))
        .bind(ATTEMPTS_MAX);
    left.execute(pool).await.map(drop)
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
