//! What is looked at after each kill, and once more when all is over.

use uuid::Uuid;

use crate::checker::ledger::Ledger;
use crate::checker::{Circumstances, Violation, check_history, outlook};
use crate::database::connect;
use crate::drill::keys;
use crate::history::{Answer, Operation, Record};
use crate::load::Load;
use crate::outcome::Outcome;
use crate::server::Recipe;
use crate::timeline::Micros;

/// What an inspection found.
pub struct Found {
    pub violations: Vec<Violation>,
    /// Requests that the kill left without an answer.
    pub unanswered: usize,
    /// How many of them were claims.
    pub unanswered_claims: usize,
    /// Orders whose acknowledged places were compared with Postgres.
    pub orders: usize,
    /// Idempotency keys that were repeated.
    pub keys: usize,
    /// How many seats of the current session are taken.
    pub taken: usize,
}

/// Compares all that was acknowledged with Postgres, then repeats the keys of claims.
///
/// # Errors
/// The file of records cannot be read, or Postgres does not answer.
pub async fn after_kill(
    recipe: &Recipe,
    load: &Load,
    sessions: &[Uuid],
    broken_from: Micros,
) -> Outcome<Found> {
    let pool = connect(&recipe.database()?).await?;
    let ledger = Ledger::read(&pool, sessions).await?;
    let records = load.history.records()?;
    let outlooks = outlook::of_history(&records, load.history.timeline.now());
    let mut violations = ledger.check_itself();
    violations.extend(ledger.check_against(&outlooks));
    let repeated = keys::repeat(&pool, load, &records, &ledger, &outlooks, broken_from).await?;
    violations.extend(repeated.violations);
    pool.close().await;
    let broken = records
        .iter()
        .filter(|record| is_broken(record, broken_from));
    let current = sessions.last().copied().unwrap_or_default();
    Ok(Found {
        violations,
        unanswered: broken.clone().count(),
        unanswered_claims: broken.filter(|record| is_claim(record)).count(),
        orders: outlooks.len(),
        keys: repeated.count,
        taken: ledger
            .taken
            .iter()
            .filter(|row| row.session_id == current)
            .count(),
    })
}

/// Checks every session's history by itself, and everything against Postgres.
///
/// # Errors
/// The file of records cannot be read, or Postgres does not answer.
pub async fn of_all(recipe: &Recipe, load: &Load, sessions: &[Uuid]) -> Outcome<Vec<Violation>> {
    let pool = connect(&recipe.database()?).await?;
    let ledger = Ledger::read(&pool, sessions).await?;
    pool.close().await;
    let records = load.history.records()?;
    let outlooks = outlook::of_history(&records, load.history.timeline.now());
    let mut violations = ledger.check_itself();
    violations.extend(ledger.check_against(&outlooks));
    let capacity = load.stage.read().await.capacity();
    let circumstances = Circumstances {
        deadlines: ledger.deadlines(),
        ..Circumstances::of(capacity)
    };
    for session in sessions {
        let of_session: Vec<Record> = records
            .iter()
            .filter(|record| record.session == *session)
            .cloned()
            .collect();
        violations.extend(check_history(&of_session, &circumstances));
    }
    Ok(violations)
}

/// Whether a request was on its way at the kill and got no answer.
pub fn is_broken(record: &Record, broken_from: Micros) -> bool {
    matches!(record.answer, Answer::Unknown { status: None, .. })
        && record.start <= broken_from
        && record.end >= broken_from
}

/// Whether it asked for seats.
pub fn is_claim(record: &Record) -> bool {
    matches!(record.operation, Operation::Claim { .. })
}
