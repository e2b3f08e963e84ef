//! Whether the books and the places add up, on a running system.

use sqlx::PgPool;

pub use store::books::{Balance, Finding, Report};

/// Checks everything in one snapshot.
///
/// # Errors
/// The database does not answer.
pub async fn check(pool: &PgPool) -> Result<Report, store::Error> {
    store::books::check(pool).await
}
