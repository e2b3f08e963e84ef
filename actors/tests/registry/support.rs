//! What the tests of the registry share.

use std::time::Duration;

use actors::{Clock, CommandError, Registry, Session, Settings, Watcher, WatcherEvent};
use domain::seat_map::{Command, Opening};
use domain::{OrderId, SessionId, Timestamp};
use sqlx::PgPool;

use crate::house::opening;

/// How long a test waits for what must come by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// A registry as a process has it, on the machine's clock.
pub fn registry(pool: &PgPool) -> Registry {
    Registry::new(pool.clone(), Settings::default())
}

/// A registry that lives so much later.
pub fn registry_later(pool: &PgPool, by: Duration) -> Registry {
    let clock = Clock::Simulated {
        start: now().plus(by),
        origin: tokio::time::Instant::now(),
    };
    let settings = Settings {
        clock,
        ..Settings::default()
    };
    Registry::new(pool.clone(), settings)
}

pub fn now() -> Timestamp {
    Clock::System.now()
}

/// The opening of an order now. Postgres keeps it as it is: in whole milliseconds.
pub fn opening_now(number: u64) -> Opening {
    opening(number, now())
}

/// Opens the order of a number.
pub async fn open(session: &Session, number: u64) {
    let command = Command::Open(opening_now(number));
    session.command(command).await.unwrap();
}

/// Asks until the session can answer.
pub async fn ask_until_available(
    registry: &Registry,
    session_id: SessionId,
    command: &Command,
) -> Result<(), CommandError> {
    let asking = async {
        loop {
            let answer = match registry.session(session_id).await {
                Ok(session) => session.command(command.clone()).await,
                Err(_) => continue,
            };
            if !matches!(answer, Err(CommandError::Unavailable { .. })) {
                return answer;
            }
        }
    };
    tokio::time::timeout(PATIENCE, asking)
        .await
        .expect("a session comes back by itself")
}

/// Waits until `select` says so.
pub async fn until(pool: &PgPool, select: &'static str) {
    let asking = async {
        while !sqlx::query_scalar::<_, bool>(select)
            .fetch_one(pool)
            .await
            .unwrap()
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, asking)
        .await
        .unwrap_or_else(|_| panic!("{select} comes true"));
}

/// Waits until the order is no live session's any more.
pub async fn until_done(registry: &Registry, order: OrderId) {
    let asking = async {
        while registry.session_of(order).is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, asking)
        .await
        .expect("an order that is done is forgotten");
}

/// Waits until the watcher is told to start over.
pub async fn until_resync(watcher: &mut Watcher) {
    let hearing = async { while !matches!(watcher.next().await, WatcherEvent::Resync) {} };
    tokio::time::timeout(PATIENCE, hearing)
        .await
        .expect("a watcher hears of a reload");
}

pub fn is_unavailable(answer: &Result<(), CommandError>) -> bool {
    matches!(answer, Err(CommandError::Unavailable { .. }))
}
