//! Webhooks that come while many wait to be worked off. The books are locked, as by a long repair, so that nothing can be
//! sold; what comes is stored and answered all the same, and sold once the lock is gone.

use chrono::Utc;
use sqlx::{Connection as _, PgConnection};

use super::storm::{self, ANSWER_MAX, Delivery};
use super::{PaymentsArgs, Stage, WEBHOOK_SECRET, times};
use crate::figures::per_second;
use crate::outcome::Outcome;
use crate::say::say;
use crate::verdict::Verdict;

/// Lets the webhooks of so many payments wait, sends as many others, and then lets them be sold.
///
/// # Errors
/// The harness itself could not work.
pub async fn run(stage: &Stage, args: &PaymentsArgs) -> Outcome<Verdict> {
    let payments = args.waiting_payments;
    let intents = storm::charged(stage, payments).await?;
    let now = Utc::now().timestamp();
    let honest = |event: Vec<u8>| Delivery {
        bytes: storm::delivered(&event, WEBHOOK_SECRET, now),
        is_honest: true,
    };
    let succeeded = || {
        let events = intents.iter().enumerate();
        events.map(|(which, intent)| honest(storm::succeeded(which, intent)))
    };
    let declined = || {
        let events = intents.iter().enumerate();
        events.map(|(which, intent)| honest(storm::declined(which, intent)))
    };
    let mut books = PgConnection::connect_with(&stage.recipe.database()?).await?;
    sqlx::raw_sql("begin; lock table ledger in exclusive mode")
        .execute(&mut books)
        .await?;
    let first = storm::send(stage, succeeded().collect()).await?;
    let waited_before = storm::still_waiting(stage).await?;
    // New ones, and those again that wait.
    let others = declined().zip(succeeded());
    let others = others.flat_map(|(new, again)| [new, again]).collect();
    let then = storm::send(stage, others).await?;
    let wait = storm::still_waiting(stage).await?;
    sqlx::raw_sql("commit").execute(&mut books).await?;
    books.close().await?;
    say(format_args!(
        "waiting: {:.0} webhooks a second taken while {waited_before} to {wait} waited, answered in {}; those before, in {}",
        per_second(then.count, then.took),
        times(&then.answers),
        times(&first.answers)
    ));
    let worked_off_in = storm::wait_until_worked_off(stage).await?;
    let paid = storm::paid_orders(stage).await?;
    let wrong = first.wrong + then.wrong;
    say(format_args!(
        "waiting: all worked off {worked_off_in:.0?} later; {paid} of {payments} orders are paid, {wrong} webhooks were answered wrongly"
    ));
    let is_sound = super::audit(&stage.recipe).await?;
    // Else it says nothing about answers beside many that wait.
    let is_so = usize::try_from(waited_before.min(wait))? >= payments;
    if !is_so {
        say(format_args!("waiting: fewer than {payments} waited"));
    }
    if then.answers.value_at_quantile(0.99) > u64::try_from(ANSWER_MAX.as_micros())? {
        say(format_args!(
            "waiting: answers took longer than {ANSWER_MAX:?} at p99"
        ));
    }
    Ok(match is_so && paid == payments && wrong == 0 && is_sound {
        true => Verdict::Passed,
        false => Verdict::Failed,
    })
}
