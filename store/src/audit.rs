//! The record of who did what, written in the transaction that does it.

use domain::AccountId;
use serde_json::Value;
use sqlx::PgConnection;

/// Records an action on a subject; `by` is nobody where a buyer or the clock did it.
///
/// # Errors
/// The database does not answer.
pub async fn record(
    transaction: &mut PgConnection,
    by: Option<AccountId>,
    action: &str,
    subject: &str,
    details: &Value,
) -> Result<(), sqlx::Error> {
    let recorded = sqlx::query!(
        "insert into audit (account_id, action, subject, details) values ($1, $2, $3, $4)",
        by.map(|account| account.0),
        action,
        subject,
        details,
    );
    recorded.execute(transaction).await.map(drop)
}
