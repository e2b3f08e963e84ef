//! The cashier: what webhooks say was paid is sold at once, as many orders together as have come meanwhile.
//!
//! ```text
//! webhook ──▶ a place at the cashier's? ──no──▶ stored with a job
//!                      │ yes
//!                      ▼
//!             stored without one ──▶ sold and ticked off, in one transaction ──▶ the sessions are told
//!                      │                        │ not as usual: declined before, late, of another amount, …
//!                      ▼                        ▼
//!             left over: the sweep gives it   given a job, which does it by itself
//!             a job after a while
//! ```
//!
//! It only does sooner and cheaper what the job would do: whatever it leaves, or a crash, is done by a job.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use actors::Session;
use domain::OrderId;
use domain::order::{OrderStatus, PaymentState, Provider};
use domain::seat_map::Command;
use integrations::{About, Capture, Notice, Standing};
use store::jobs::Job;
use store::payments::Payment;
use store::sales::ToldSale;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::settling::{TELL_JOB_DELAY, tickets};
use crate::App;
use crate::turns::{Turn, try_turn_of};

/// How many may wait: what it does within a second or so. Whatever is above that has jobs.
const WAITING_MAX: usize = 1_024;

/// How many are sold together.
const BATCH_MAX: usize = 128;

/// How old a webhook is that counts as left over.
const LEFT_AFTER: Duration = Duration::from_secs(5);

/// Money that came, as a webhook tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Came {
    provider: Provider,
    event_id: String,
    /// The provider's name for the attempt.
    reference: String,
    capture: Capture,
}

/// Open while the jobs of this process are done.
#[derive(Default)]
pub struct Cashier(Mutex<Option<mpsc::Sender<Came>>>);

/// A place among those who wait.
pub(super) struct Place(mpsc::OwnedPermit<Came>);

/// A payment that is as usual.
struct Usual {
    order: OrderId,
    session: Session,
    sale: ToldSale,
    _turn: Turn,
}

impl Came {
    /// What a webhook says, if it is that money came.
    pub fn of(provider: Provider, notice: &Notice) -> Option<Self> {
        match &notice.about {
            About::Attempt {
                reference: Some(reference),
                standing: Standing::Captured(capture),
                ..
            } => Some(Self {
                provider,
                event_id: notice.event_id.clone(),
                reference: reference.clone(),
                capture: capture.clone(),
            }),
            About::Attempt { .. }
            | About::Refund { .. }
            | About::Dispute { .. }
            | About::Nothing => None,
        }
    }
}

impl Cashier {
    /// A place, if it is open and not all are taken.
    pub(super) fn place(&self) -> Option<Place> {
        let door = self.door().clone()?;
        door.try_reserve_owned().ok().map(Place)
    }

    fn door(&self) -> MutexGuard<'_, Option<mpsc::Sender<Came>>> {
        self.0.lock().expect("nobody panics with it")
    }
}

impl Place {
    /// Takes it, for a webhook that is stored.
    pub fn take(self, came: Came) {
        self.0.send(came);
    }
}

/// Opens the cashier of a process, unless it is open. It ends when it is closed and nobody waits any more.
pub(crate) fn open(app: &App) -> Option<JoinHandle<()>> {
    let mut door = app.providers.cashier.door();
    if door.is_some() {
        return None;
    }
    let (sender, mut waiting) = mpsc::channel(WAITING_MAX);
    *door = Some(sender);
    let app = app.clone();
    Some(tokio::spawn(async move {
        let mut batch = Vec::new();
        while waiting.recv_many(&mut batch, BATCH_MAX).await > 0 {
            work_off(&app, std::mem::take(&mut batch)).await;
        }
    }))
}

/// Closes it: from now on webhooks have jobs.
pub(crate) fn close(app: &App) {
    *app.providers.cashier.door() = None;
}

/// Gives jobs to what was left over: here, or by a process that died, which is what was there when this one began.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn sweep(app: &App, began_at: Instant) -> Result<(), store::Error> {
    let waited = began_at.elapsed().min(LEFT_AFTER);
    store::webhooks::leave_to_jobs(&app.pool, waited).await?;
    Ok(())
}

async fn work_off(app: &App, batch: Vec<Came>) {
    let events: Vec<_> = batch
        .iter()
        .map(|came| (came.provider, came.event_id.clone()))
        .collect();
    let left = match sell(app, batch).await {
        Ok(left) => left,
        Err(error) => {
            tracing::debug!(%error, "sales are left to jobs");
            events
        }
    };
    for (provider, event_id) in left {
        if let Err(error) = store::webhooks::leave_to_job(&app.pool, provider, &event_id).await {
            tracing::debug!(%error, "a webhook is left to the sweep");
        }
    }
}

/// Sells what is as usual; the webhooks that are not.
async fn sell(app: &App, batch: Vec<Came>) -> Result<Vec<(Provider, String)>, store::Error> {
    let names: Vec<_> = batch
        .iter()
        .map(|came| (came.provider, came.reference.as_str()))
        .collect();
    let mut line = app.desk.lines.take().await?;
    let known = store::payments::of_references(&mut *line, &names).await;
    let known = line.keep_after(known)?;
    let known: HashMap<&str, &Payment> = known
        .iter()
        .filter_map(|payment| Some((payment.provider_reference.as_deref()?, payment)))
        .collect();
    let (mut usual, mut left) = (Vec::new(), Vec::new());
    for came in &batch {
        let payment = known.get(came.reference.as_str());
        match prepare(app, came, payment.copied()).await {
            Some(prepared) => usual.push(prepared),
            None => left.push((came.provider, came.event_id.clone())),
        }
    }
    let sales: Vec<ToldSale> = usual.iter().map(|usual| usual.sale.clone()).collect();
    if sales.is_empty() {
        return Ok(left);
    }
    let mut line = app.desk.lines.take().await?;
    let sold = store::sales::sell_together(&mut *line, &sales, TELL_JOB_DELAY).await;
    let sold = line.keep_after(sold)?;
    let (sold, unsold): (Vec<Usual>, Vec<Usual>) = usual
        .into_iter()
        .partition(|usual| sold.contains(&usual.sale.payment));
    left.extend(
        unsold
            .into_iter()
            .map(|it| (it.sale.provider, it.sale.event_id)),
    );
    tell(app, sold).await;
    Ok(left)
}

/// A payment with its order's turn and its tickets, if all is as it should be.
async fn prepare(app: &App, came: &Came, payment: Option<&Payment>) -> Option<Usual> {
    let payment = payment?;
    let is_usual = payment.provider == Some(came.provider)
        && payment.state == PaymentState::Pending
        && payment.order_status == OrderStatus::Pending
        && !payment.session_is_cancelled
        && payment.amount == Some(came.capture.amount);
    if !is_usual {
        return None;
    }
    let session = app.registry.session(payment.session_id).await.ok()?;
    // Whoever has it may be about to end the attempt. Nobody waits for a turn here, since all others would wait as well.
    let turn = try_turn_of(payment.order_id)?;
    let sale = ToldSale {
        payment: payment.payment_id,
        capture: came.capture.reference.clone(),
        provider: came.provider,
        event_id: came.event_id.clone(),
        tickets: tickets(session.info(), payment),
    };
    Some(Usual {
        order: payment.order_id,
        session,
        sale,
        _turn: turn,
    })
}

/// The sessions learn of it at once; the jobs repeat it where that did not work.
async fn tell(app: &App, sold: Vec<Usual>) {
    let telling = sold.iter().map(|usual| async {
        let order = usual.order;
        let told = usual.session.command(Command::Sell { order }).await;
        told.is_ok().then_some(Job::TellSale(order))
    });
    let told = futures_util::future::join_all(telling).await;
    let told: Vec<Job> = told.into_iter().flatten().collect();
    let removed = async {
        let mut line = app.desk.lines.take().await?;
        let removed = store::jobs::remove(&mut line, &told).await;
        line.keep_after(removed)
    };
    if let Err(error) = removed.await {
        tracing::debug!(%error, "sales are told once more, by their jobs");
    }
}
