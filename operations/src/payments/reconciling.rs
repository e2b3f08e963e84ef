//! The reconciler: asks providers about attempts and refunds that went quiet, because a webhook was lost, a buyer's
//! tab was closed, or this process was.

use std::time::Duration;

use super::hearing::ask_and_hear;
use super::refunding::ask_refund;
use crate::App;

/// How many are asked about in one round.
const ROUND: i64 = 50;

/// Asks about all that nothing was heard of for `quiet_for`; about how many that was. A provider that does not answer
/// is asked in the next round.
///
/// # Errors
/// The database does not answer.
pub async fn reconcile(app: &App, quiet_for: Duration) -> Result<usize, store::Error> {
    let attempts = store::attempts::take_quiet(&app.pool, quiet_for, ROUND).await?;
    for payment in &attempts {
        match ask_and_hear(app, *payment, app.providers.patience.job).await {
            Ok(heard) => {
                tracing::info!(%payment, outcome = heard.word(), "a quiet payment was asked about")
            }
            Err(error) => {
                tracing::warn!(%payment, %error, "a quiet payment could not be asked about")
            }
        }
    }
    let refunds = store::refunds::take_quiet(&app.pool, quiet_for, ROUND).await?;
    for refund in &refunds {
        if let Err(error) = ask_refund(app, *refund).await {
            tracing::warn!(%refund, %error, "a quiet refund could not be asked about");
        }
    }
    Ok(attempts.len() + refunds.len())
}
