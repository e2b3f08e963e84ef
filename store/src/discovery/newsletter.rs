//! Who wants the newsletter.

use domain::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::instant;

/// What became of a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subscribed {
    /// It is noted, and waits for a confirmation by mail.
    Pending,
    /// The address has been confirmed before.
    Already,
}

/// Notes a wish for the newsletter. Asking again is the same wish, and one that was ended begins anew.
///
/// # Errors
/// The database does not answer.
pub async fn subscribe(
    connection: impl PgExecutor<'_>,
    email: &str,
    language: &str,
    now: Timestamp,
) -> Result<Subscribed, sqlx::Error> {
    let state = sqlx::query_scalar!(
        r#"insert into newsletter_subscription (subscription_id, email, language, asked_at)
           values ($1, $2, $3, $4)
           on conflict (lower(email)) do update set
               language = excluded.language,
               asked_at = excluded.asked_at,
               state = case newsletter_subscription.state when 'ended' then 'pending'
                       else newsletter_subscription.state end
           returning state"#,
        Uuid::now_v7(),
        email,
        language,
        instant(now),
    )
    .fetch_one(connection)
    .await?;
    Ok(match state.as_str() {
        "confirmed" => Subscribed::Already,
        _ => Subscribed::Pending,
    })
}
