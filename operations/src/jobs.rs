//! The worker that does what transactions left to be done: at least once, with backoff, outside
//! the transaction that asked for it. What fails for good stays readable as a dead letter.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use domain::order::Provider;
use domain::{OrderId, PaymentId, RefundId, SessionId};
use graphile_worker::{
    IntoTaskHandlerResult, LocalQueueConfig, RefetchDelayConfig, TaskHandler, WorkerContext,
    WorkerOptions, WorkerRecoveryConfig,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::sync::watch;
use tokio::time::Instant;

pub use store::jobs::DeadLetter;

use crate::App;
use crate::cancellations;
use crate::payments::{self, PaymentError};
use crate::refunds::{self, RefundError};

/// How many jobs are done at a time: they wait for the database and the actors, and must leave
/// most of the connections to people.
const CONCURRENCY: usize = 8;

/// How many jobs one query fetches ahead: without it the library does some ten a second.
const FETCHED_AHEAD: usize = 200;

/// How long the worker rests when it has found nothing. Without it the library's local queue wakes
/// itself after every empty look and asks again at once, some 1,500 times a second.
const REST: Duration = Duration::from_millis(50);

/// How long a worker may be silent before its jobs are given to others: a process that was killed
/// must not keep a sale untold for hours, which is the library's own limit.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// How often the worker looks whether the database is there.
const HEALTH_INTERVAL: Duration = Duration::from_millis(500);

/// How long to wait before the worker is started again after the database went away.
const RESTART_DELAY: Duration = Duration::from_secs(1);

/// How often the reconciler looks for attempts that went quiet, and when they count as such: well after a webhook
/// comes where none is lost.
const RECONCILE_INTERVAL: Duration = Duration::from_secs(15);
const QUIET_FOR: Duration = Duration::from_secs(45);

/// When webhooks are first looked for that were left over: those that come as the process begins are being sold by then.
const FIRST_SWEEP_AFTER: Duration = Duration::from_millis(200);

/// How often they are looked for.
const SWEEP_INTERVAL: Duration = Duration::from_secs(2);

/// Why a job was not done.
#[derive(Debug, Error)]
enum JobError {
    #[error("the worker was started without the application")]
    NoApp,
    #[error(transparent)]
    Payment(#[from] PaymentError),
    #[error(transparent)]
    Refund(#[from] RefundError),
}

/// The application as the library carries it.
#[derive(Clone)]
struct Carried(App);

impl fmt::Debug for Carried {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("App")
    }
}

#[derive(Serialize, Deserialize)]
struct PaymentDeadline {
    payment: PaymentId,
}

#[derive(Serialize, Deserialize)]
struct SettlePayment {
    payment: PaymentId,
}

#[derive(Serialize, Deserialize)]
struct TellSale {
    order: OrderId,
}

#[derive(Serialize, Deserialize)]
struct SendRefund {
    refund: RefundId,
}

#[derive(Serialize, Deserialize)]
struct WithdrawAttempt {
    payment: PaymentId,
}

#[derive(Serialize, Deserialize)]
struct WorkOffWebhook {
    provider: Provider,
    event_id: String,
}

#[derive(Serialize, Deserialize)]
struct ReturnPlaces {
    order: OrderId,
}

#[derive(Serialize, Deserialize)]
struct CancelSession {
    session: SessionId,
}

/// Does jobs until `shutdown` resolves, and lets those that are being done finish.
pub async fn run(app: App, shutdown: impl Future<Output = ()> + Send + 'static) {
    let (stop, stopped) = watch::channel(false);
    let watching = tokio::spawn(async move {
        shutdown.await;
        // Nobody listens any more if the worker has ended.
        let _ = stop.send(true);
    });
    let reconciling = tokio::spawn(reconcile(app.clone()));
    let cashier = payments::open_cashier(&app);
    let sweeping = tokio::spawn(sweep(app.clone()));
    while !*stopped.borrow() {
        if let Err(error) = work(app.clone(), stopped.clone()).await {
            tracing::warn!(%error, "the job worker stopped; it is started again");
            let mut stopped = stopped.clone();
            let shutdown = stopped.wait_for(|stopped| *stopped);
            // Either way the loop's condition is looked at next.
            let _ = tokio::time::timeout(RESTART_DELAY, shutdown).await;
        }
    }
    watching.abort();
    sweeping.abort();
    if let Some(cashier) = cashier {
        payments::close_cashier(&app);
        if let Err(error) = cashier.await {
            tracing::error!(%error, "the cashier ended early; jobs do what it left");
        }
    }
    // Cut short anywhere, it asks again: what it takes on counts as heard for less than a minute.
    reconciling.abort();
}

/// Asks providers about what went quiet, for as long as jobs are done.
async fn reconcile(app: App) {
    loop {
        if let Err(error) = payments::reconcile(&app, QUIET_FOR).await {
            tracing::debug!(%error, "what went quiet could not be looked for");
        }
        tokio::time::sleep(RECONCILE_INTERVAL).await;
    }
}

/// Gives jobs to webhooks that nobody is working off.
async fn sweep(app: App) {
    let began_at = Instant::now();
    tokio::time::sleep(FIRST_SWEEP_AFTER).await;
    loop {
        if let Err(error) = payments::sweep_webhooks(&app, began_at).await {
            tracing::debug!(%error, "webhooks without a job could not be looked for");
        }
        tokio::time::sleep(SWEEP_INTERVAL).await;
    }
}

/// The jobs that failed for good, the latest first.
///
/// # Errors
/// The database does not answer.
pub async fn dead_letters(app: &App, limit: u32) -> Result<Vec<DeadLetter>, store::Error> {
    store::jobs::dead_letters(&app.pool, limit).await
}

/// One life of the worker: until shutdown, or until the database goes away.
async fn work(
    app: App,
    mut stopped: watch::Receiver<bool>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let pool = app.pool.clone();
    let shutdown = async move {
        tokio::select! {
            // A sender that is gone means shutdown too.
            _ = stopped.wait_for(|stopped| *stopped) => {}
            () = database_gone(pool) => {}
        }
    };
    let recovery = WorkerRecoveryConfig::default()
        .heartbeat_interval(SILENCE_MAX / 4)
        .sweep_interval(SILENCE_MAX / 2)
        .sweep_threshold(SILENCE_MAX)
        .recovery_delay(Duration::ZERO);
    let local_queue = LocalQueueConfig::default()
        .with_size(FETCHED_AHEAD)
        .with_refetch_delay(RefetchDelayConfig::default().with_duration(REST));
    let worker = WorkerOptions::default()
        .pg_pool(app.pool.clone())
        .concurrency(CONCURRENCY)
        // Each is ticked off by itself: in batches, the library forgets those whose statement failed.
        .local_queue(local_queue)
        .worker_recovery(recovery)
        .listen_os_shutdown_signals(false)
        .shutdown_signal(shutdown)
        .add_extension(Carried(app))
        .define_job::<PaymentDeadline>()
        .define_job::<SettlePayment>()
        .define_job::<TellSale>()
        .define_job::<SendRefund>()
        .define_job::<WithdrawAttempt>()
        .define_job::<WorkOffWebhook>()
        .define_job::<ReturnPlaces>()
        .define_job::<CancelSession>()
        .init()
        .await?;
    Ok(worker.run().await?)
}

/// Waits until the database does not answer. The library would ask it again and again without a
/// pause, and log each time; it is started again when the database is back.
async fn database_gone(pool: sqlx::PgPool) {
    loop {
        tokio::time::sleep(HEALTH_INTERVAL).await;
        match store::ping(&pool).await {
            // A crowd has all connections: the database is there.
            Ok(()) | Err(store::Error::PoolTimedOut) => {}
            Err(error) => {
                tracing::warn!(%error, "the job worker rests until the database is back");
                return;
            }
        }
    }
}

fn app_of(ctx: &WorkerContext) -> Result<App, JobError> {
    ctx.get_ext::<Carried>()
        .map(|Carried(app)| app.clone())
        .ok_or(JobError::NoApp)
}

impl TaskHandler for PaymentDeadline {
    const IDENTIFIER: &'static str = "payment_deadline";

    async fn run(self, ctx: WorkerContext) -> impl IntoTaskHandlerResult {
        Ok::<_, JobError>(payments::end_at_deadline(&app_of(&ctx)?, self.payment).await?)
    }
}

impl TaskHandler for SettlePayment {
    const IDENTIFIER: &'static str = "settle_payment";

    async fn run(self, ctx: WorkerContext) -> impl IntoTaskHandlerResult {
        Ok::<_, JobError>(payments::settle(&app_of(&ctx)?, self.payment).await?)
    }
}

impl TaskHandler for TellSale {
    const IDENTIFIER: &'static str = "tell_sale";

    async fn run(self, ctx: WorkerContext) -> impl IntoTaskHandlerResult {
        Ok::<_, JobError>(payments::tell_sale(&app_of(&ctx)?, self.order).await?)
    }
}

impl TaskHandler for SendRefund {
    const IDENTIFIER: &'static str = "send_refund";

    async fn run(self, ctx: WorkerContext) -> impl IntoTaskHandlerResult {
        Ok::<_, JobError>(payments::send_refund(&app_of(&ctx)?, self.refund).await?)
    }
}

impl TaskHandler for WithdrawAttempt {
    const IDENTIFIER: &'static str = "withdraw_attempt";

    async fn run(self, ctx: WorkerContext) -> impl IntoTaskHandlerResult {
        Ok::<_, JobError>(payments::withdraw_left(&app_of(&ctx)?, self.payment).await?)
    }
}

impl TaskHandler for WorkOffWebhook {
    const IDENTIFIER: &'static str = "work_off_webhook";

    async fn run(self, ctx: WorkerContext) -> impl IntoTaskHandlerResult {
        let app = app_of(&ctx)?;
        Ok::<_, JobError>(payments::work_off(&app, self.provider, &self.event_id).await?)
    }
}

impl TaskHandler for ReturnPlaces {
    const IDENTIFIER: &'static str = "return_places";

    async fn run(self, ctx: WorkerContext) -> impl IntoTaskHandlerResult {
        Ok::<_, JobError>(refunds::return_places(&app_of(&ctx)?, self.order).await?)
    }
}

impl TaskHandler for CancelSession {
    const IDENTIFIER: &'static str = "cancel_session";

    async fn run(self, ctx: WorkerContext) -> impl IntoTaskHandlerResult {
        Ok::<_, JobError>(cancellations::go_on(&app_of(&ctx)?, self.session).await?)
    }
}
