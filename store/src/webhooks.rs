//! The inbox of webhooks: each stored once by its event id, with the job that works it off.

use std::collections::HashSet;

use domain::Timestamp;
use domain::order::Provider;
use sqlx::{PgExecutor, PgPool};

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

/// Stores webhooks together with their jobs, each unless it is there; of each, whether it was new. One statement,
/// however many: it stands between the provider and its answer. The same event twice among them is new once.
///
/// # Errors
/// The database does not answer.
pub async fn store(pool: &PgPool, events: &[NewEvent<'_>]) -> Result<Vec<bool>, sqlx::Error> {
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
             from stored, graphile_worker._private_tasks task where task.identifier = $5)
         select provider, event_id from stored",
    )
    .bind(&columns.providers)
    .bind(&columns.ids)
    .bind(&columns.kinds)
    .bind(&columns.bodies)
    .bind(TASK)
    .bind(ATTEMPTS_MAX)
    .fetch_all(pool)
    .await?;
    let mut fresh: HashSet<(String, String)> = stored.into_iter().collect();
    let keys = columns.providers.into_iter().zip(columns.ids);
    Ok(keys.map(|key| fresh.remove(&key)).collect())
}

#[derive(Default)]
struct Columns {
    providers: Vec<String>,
    ids: Vec<String>,
    kinds: Vec<String>,
    bodies: Vec<Vec<u8>>,
}

impl Columns {
    fn add(&mut self, event: &NewEvent<'_>) {
        self.providers
            .push(provider_word(Some(event.provider)).to_owned());
        self.ids.push(event.event_id.to_owned());
        self.kinds.push(event.kind.to_owned());
        self.bodies.push(event.body.to_vec());
    }
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
