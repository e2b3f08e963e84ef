//! Refunds, cancelled sessions, and the audit. They write rows and jobs; the running server does the rest, for it
//! alone talks to the providers and to the live sessions.

use std::time::Duration;

use actors::Clock;
use domain::{Money, OrderId};
use operations::audit::{self, Finding, Report};
use operations::cancellations::{self, Cancellation};
use operations::refunds::{self, Extent, RefundError, ReturnTerms};
use sqlx::PgPool;

use crate::command_line::{CancelSessionOptions, RefundOptions, ReturnPolicyOptions};
use crate::configuration::Configuration;
use crate::database::Database;
use crate::failure::Failure;
use crate::say;

/// How often progress is looked at.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Gives an order's money back.
pub async fn refund(configuration: &Configuration, options: RefundOptions) -> Result<(), Failure> {
    let database = Database::open(configuration).await?;
    let refunded = refund_on(&database.pool, options).await;
    database.close().await?;
    refunded
}

async fn refund_on(pool: &PgPool, options: RefundOptions) -> Result<(), Failure> {
    let order = order_of(pool, &options.order).await?;
    let extent = options.extent();
    let refunded = match options.as_buyer {
        true => {
            let now = Clock::System.now();
            refunds::refund_by_policy(pool, order, extent.clone(), now).await
        }
        false => refunds::refund(pool, &options.into_request(order)).await,
    };
    let refunded = match refunded {
        // Whoever repeats the command has what they want.
        Err(RefundError::RefundedBefore) if extent == Extent::Whole => {
            say("The order was refunded before: nothing more goes back.");
            return Ok(());
        }
        refunded => refunded?,
    };
    let (tickets, amount) = (refunded.tickets, written(refunded.amount));
    say(format_args!(
        "{amount} goes back, {tickets} tickets are void"
    ));
    say(format_args!("refund: {}", refunded.refund_id));
    Ok(())
}

/// Sets whether a session's buyers may return tickets themselves, if that is wanted, and tells how it is.
pub async fn return_policy(
    configuration: &Configuration,
    options: ReturnPolicyOptions,
) -> Result<(), Failure> {
    let database = Database::open(configuration).await?;
    let told = return_policy_on(&database.pool, &options).await;
    database.close().await?;
    say(told?);
    Ok(())
}

async fn return_policy_on(pool: &PgPool, options: &ReturnPolicyOptions) -> Result<String, Failure> {
    if let Some(terms) = options.change() {
        refunds::set_policy(pool, options.session, terms, None).await?;
    }
    let (terms, currency) = refunds::policy_of(pool, options.session)
        .await?
        .ok_or(Failure::Unknown("session"))?;
    Ok(match terms {
        None => "Buyers return no tickets themselves.".to_owned(),
        Some(ReturnTerms { hours_before, fee }) => {
            let fee = written(Money {
                minor: fee,
                currency,
            });
            format!(
                "Buyers return tickets until {hours_before} hours before the start, for {fee} each."
            )
        }
    })
}

/// Cancels a session, and tells how far its refunds are until all are decided.
pub async fn cancel_session(
    configuration: &Configuration,
    options: CancelSessionOptions,
) -> Result<(), Failure> {
    let database = Database::open(configuration).await?;
    let cancelled = cancel_session_on(&database.pool, &options).await;
    database.close().await?;
    cancelled
}

async fn cancel_session_on(pool: &PgPool, options: &CancelSessionOptions) -> Result<(), Failure> {
    if !cancellations::begin(pool, options.session, &options.reason, None).await? {
        return Err(Failure::Unknown("session"));
    }
    let mut shown = String::new();
    loop {
        let progress = cancellations::progress(pool, options.session).await?;
        let progress = progress.ok_or(Failure::Unknown("session"))?;
        let line = progress_line(&progress);
        if line != shown {
            say(&line);
            shown = line;
        }
        if options.no_wait || progress.finished_at.is_some() {
            return Ok(());
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}

/// Checks the books and the places, and fails if something does not add up.
pub async fn audit(configuration: &Configuration) -> Result<(), Failure> {
    let database = Database::open(configuration).await?;
    let report = audit::check(&database.pool).await;
    database.close().await?;
    let report = report?;
    say_report(&report);
    match report.findings.len() {
        0 => Ok(()),
        count => Err(Failure::Unsound(count)),
    }
}

fn say_report(report: &Report) {
    for balance in &report.balances {
        say(format_args!(
            "{} captured, {} refunded, {} lost to disputes, {} owed, {} earned",
            written(balance.captured),
            written(balance.refunded),
            written(balance.disputed),
            written(balance.owed),
            written(balance.earned)
        ));
    }
    say_all("to be seen to", &report.pending);
    say_all("does not add up", &report.findings);
    if report.findings.is_empty() {
        say("Everything adds up.");
    }
}

fn say_all(heading: &str, findings: &[Finding]) {
    for finding in findings {
        let Finding {
            rule,
            subject,
            detail,
        } = finding;
        say(format_args!("{heading}: {rule}: {subject}: {detail}"));
    }
}

fn progress_line(progress: &Cancellation) -> String {
    let state = match progress.finished_at {
        Some(_) => "done",
        None => "under way",
    };
    format!(
        "{state}: {} orders refunded, {} left, {} payments being ended, {} refunds with their providers, {} refused",
        progress.orders_refunded,
        progress.orders_left,
        progress.attempts_left,
        progress.refunds_under_way,
        progress.refunds_failed
    )
}

/// An order by its id or its reference.
async fn order_of(pool: &PgPool, text: &str) -> Result<OrderId, Failure> {
    if let Ok(order) = text.parse() {
        return Ok(order);
    }
    let pnr = text.parse().map_err(|_| Failure::Unknown("order"))?;
    let order = store::doors::order_by_pnr(pool, pnr).await?;
    Ok(order.ok_or(Failure::Unknown("order"))?.order_id)
}

/// `80.00 EUR`.
fn written(money: Money) -> String {
    let unit = 10_u64.pow(money.currency.decimals());
    let minor = money.minor.unsigned_abs();
    let sign = if money.minor < 0 { "-" } else { "" };
    let (whole, fraction) = (minor / unit, minor % unit);
    match usize::try_from(money.currency.decimals()) {
        Ok(width @ 1..) => format!("{sign}{whole}.{fraction:0width$} {}", money.currency),
        _ => format!("{sign}{whole} {}", money.currency),
    }
}
