//! The buyer's answer to the demo's provider, and what it makes of an attempt.

use std::time::Duration;

use domain::PaymentId;
use domain::order::PaymentState;
use store::jobs::Job;

use super::{PaymentError, TestOutcome, settle, test_provider};
use crate::App;
use crate::orders::{self, OrderView};

/// How long after the money came the settle job runs: it is only for those that a crash cut short.
const SETTLE_JOB_DELAY: Duration = Duration::from_secs(5);

/// The buyer's answer to the demo's provider, as its webhook would bring it.
///
/// # Errors
/// There is no such attempt, the token is wrong, or the attempt is over.
pub async fn confirm_test(
    app: &App,
    payment: PaymentId,
    token: &str,
    outcome: TestOutcome,
) -> Result<OrderView, PaymentError> {
    if !app.demo {
        return Err(PaymentError::ProviderUnavailable);
    }
    test_provider::check_token(&app.pool, payment, token).await?;
    let known = store::payments::find(&app.pool, payment)
        .await?
        .ok_or(PaymentError::NotFound)?;
    match outcome {
        TestOutcome::Succeed => {
            capture(app, payment).await?;
            settle(app, payment).await?;
        }
        TestOutcome::Decline => decline(app, payment).await?,
    }
    Ok(orders::view_as_owner(app, known.order_id).await?)
}

/// The money comes, and with it, in one transaction, the job that settles it if nobody else does.
pub(super) async fn capture(app: &App, payment: PaymentId) -> Result<(), PaymentError> {
    let mut tx = app.pool.begin().await?;
    if test_provider::capture(&mut tx, payment).await? == test_provider::Answer::Now {
        store::jobs::add(&mut tx, Job::SettlePayment(payment), SETTLE_JOB_DELAY).await?;
    }
    Ok(tx.commit().await?)
}

/// The places stay pinned for another attempt until the deadline, or until the buyer changes the cart.
async fn decline(app: &App, payment: PaymentId) -> Result<(), PaymentError> {
    let mut tx = app.pool.begin().await?;
    if test_provider::decline(&mut tx, payment).await? == test_provider::Answer::Now {
        store::payments::end_pending(&mut *tx, payment, PaymentState::Declined).await?;
    }
    Ok(tx.commit().await?)
}
