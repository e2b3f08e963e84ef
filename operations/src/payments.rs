//! Taking payments: pin, pay, sell, tell.
//!
//! ```text
//! start ──▶ attempt and its deadline job durable ──▶ places pinned ──▶ amount fixed ──▶ open at the provider
//!                                                                             │
//!     the money came: settle ──▶ still pinned, or pinned again ──▶ sold ──▶ the actor is told
//!                                              └──▶ gone ──▶ refunded in full
//! ```
//!
//! An attempt's states, and what moves it:
//!
//! ```text
//!              ┌─ the money came: webhook, return, reconciler, deadline ──▶ succeeded ──places gone──▶ refunded
//!              │                                                               ▲                        ▲
//!  pending ────┼─ declined, and withdrawn ─────────────────▶ declined ─────────┤ the money came        │
//!              └─ deadline, other provider, failing ───────▶ cancelled ────────┘ all the same, or twice┘
//! ```
//!
//! A crash between any two steps ends well: before the money came, through the deadline job, which
//! withdraws at the provider and unpins; afterwards, through the settle job, the webhook's job or the
//! reconciler, whichever comes first. All of them converge on [`settle`].

mod at_provider;
#[cfg(test)]
mod crashes;
mod deadline;
mod disputes;
mod hearing;
mod inbox;
mod leaving;
#[cfg(test)]
#[path = "../tests/payments/outside.rs"]
mod outside;
#[cfg(test)]
mod provider_crashes;
mod providers;
mod reconciling;
mod refunding;
mod settling;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;
pub mod test_provider;
mod webhooks;

use std::time::Duration;

use actors::{CommandError, Session};
use domain::order::{Credential, OrderStatus, PaymentState, Provider, Step};
use domain::seat_map::{Command, IdempotencyKey, Places, Refusal, RequestHash};
use domain::{Money, OrderId, PaymentId};
use integrations::Failure;
use store::catalogue::SessionStatus;
use store::jobs::Job;
use store::payments::{BeginError, NewPayment, Payment};
use thiserror::Error;
use uuid::Uuid;

pub use self::deadline::end_at_deadline;
pub(crate) use self::deadline::release_dead_pin;
pub use self::hearing::on_return;
pub use self::leaving::leave;
pub(crate) use self::leaving::withdraw_left;
pub use self::providers::{Offer, Patiences, Providers};
pub use self::reconciling::reconcile;
pub(crate) use self::refunding::send_refund;
pub use self::settling::settle;
pub(crate) use self::settling::tell_sale;
pub(crate) use self::webhooks::work_off;
pub use self::webhooks::{ReceivedWebhook, WebhookError, receive_paypal, receive_stripe};
use crate::App;
use crate::orders::{self, OrderError, OrderView};
use crate::turns::turn_of;
pub use integrations::Untrusted;
pub use integrations::paypal::Transmission;

/// How long an attempt keeps its places pinned: long enough for a bank's own confirmation page,
/// short enough that seats nobody pays come back while people still look for them.
const PINNED_FOR: Duration = Duration::from_secs(10 * 60);

/// How long after the money came the settle job runs: it is only for those that a crash cut short.
const SETTLE_JOB_DELAY: Duration = Duration::from_secs(5);

/// An attempt to pay that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedPayment {
    pub payment_id: PaymentId,
    pub state: PaymentState,
    /// For the provider `test`: the token that is part of the address to confirm at.
    pub test_token: Option<String>,
    /// For Stripe: what lets the buyer's browser confirm the intent.
    pub client_secret: Option<String>,
    /// For PayPal: where the buyer agrees.
    pub approve_url: Option<String>,
}

/// What the buyer tells the demo's provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestOutcome {
    Succeed,
    Decline,
}

/// Why a payment did not begin or go on.
#[derive(Debug, Error)]
pub enum PaymentError {
    #[error(transparent)]
    Order(#[from] OrderError),
    /// Steps of the gateway are still to be done.
    #[error("the order is not complete")]
    StepMissing(Vec<Step>),
    /// The provider is not configured here; `test` never is outside the demo.
    #[error("the payment provider is not available")]
    ProviderUnavailable,
    /// The payment provider does not answer; perhaps another one does.
    #[error("the payment provider does not answer")]
    ProviderFailing,
    /// The provider is busy with the attempt, so that it can be neither ended nor settled yet.
    #[error("the payment provider is still busy with the payment")]
    StillProcessing,
    /// The provider refuses what it should not.
    #[error(transparent)]
    Provider(Failure),
    /// There is no such attempt, or the token is wrong.
    #[error("there is no such payment")]
    NotFound,
    /// The attempt was declined, cancelled or refunded already.
    #[error("the payment is over")]
    Over,
    /// The key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
}

/// A request to pay.
struct Request<'a> {
    order: OrderId,
    key: &'a IdempotencyKey,
    hash: RequestHash,
    provider: Provider,
}

/// Begins to pay an order. Nothing to pay: succeeded at once.
///
/// # Errors
/// Steps are missing, another attempt is under way, the provider is not available, or the order
/// is not theirs or not open.
pub async fn start(
    app: &App,
    order: OrderId,
    by: &Credential,
    key: IdempotencyKey,
    request_hash: RequestHash,
    provider: Provider,
) -> Result<StartedPayment, PaymentError> {
    let view = orders::view(app, order, by).await?;
    let request = Request {
        order,
        key: &key,
        hash: request_hash,
        provider,
    };
    let _turn = turn_of(order).await;
    let attempts = store::payments::of_order(&app.pool, order).await?;
    let mut repeated = attempts.iter();
    if let Some(known) = repeated.find(|attempt| attempt.key == key.as_str()) {
        return repeat(app, &request, known).await;
    }
    if view.status == OrderStatus::Paid {
        // Its session may not have learned of the sale yet.
        return Err(OrderError::Paid.into());
    }
    let session = orders::open_session(app, order, by).await?;
    if !view.missing.is_empty() {
        return Err(PaymentError::StepMissing(view.missing));
    }
    if session.info().status == SessionStatus::Cancelled {
        return Err(OrderError::from(Refusal::NotOnSale { opens_at: None }).into());
    }
    check_provider(app, provider, view.total)?;
    leaving::leave_for(app, &attempts, provider).await?;
    let payment = begin(app, &session, &request).await?;
    carry_on(app, &session, &request, payment).await
}

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
async fn capture(app: &App, payment: PaymentId) -> Result<(), PaymentError> {
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

/// The answer to a request that was made before: where its attempt stands now.
async fn repeat(
    app: &App,
    request: &Request<'_>,
    known: &Payment,
) -> Result<StartedPayment, PaymentError> {
    if known.request_hash != request.hash {
        return Err(PaymentError::KeyReused);
    }
    let is_open = match known.provider {
        Some(Provider::Stripe | Provider::Paypal) => known.provider_reference.is_some(),
        Some(Provider::Test) => true,
        None => false,
    };
    let is_unfinished = known.state == PaymentState::Pending
        && (!is_open || known.amount.is_none_or(|amount| amount.minor == 0));
    if is_unfinished {
        let session = app
            .registry
            .session(known.session_id)
            .await
            .map_err(OrderError::from)?;
        return carry_on(app, &session, request, known.payment_id).await;
    }
    started(app, known.payment_id).await
}

/// Writes the attempt and the job that ends it, before anything is pinned.
async fn begin(
    app: &App,
    session: &Session,
    request: &Request<'_>,
) -> Result<PaymentId, PaymentError> {
    let payment_id = PaymentId(Uuid::now_v7());
    let payment = NewPayment {
        payment_id,
        order_id: request.order,
        provider: Some(request.provider),
        key: request.key,
        request_hash: request.hash,
        pinned_for: PINNED_FOR,
        order_life_max: session.info().rules.max_life,
    };
    store::payments::begin(&app.pool, &payment).await?;
    Ok(payment_id)
}

/// Pins, and fixes what is paid for. Repeated, it goes on where it was.
async fn carry_on(
    app: &App,
    session: &Session,
    request: &Request<'_>,
    payment: PaymentId,
) -> Result<StartedPayment, PaymentError> {
    match session
        .command(Command::Pin {
            order: request.order,
        })
        .await
    {
        Ok(()) => {}
        Err(CommandError::Refused(refusal)) => {
            abandon(app, request.order, payment).await?;
            return Err(OrderError::from(CommandError::Refused(refusal)).into());
        }
        // Whether it is pinned is not known: the same request goes on here, or the deadline job ends it.
        Err(error) => return Err(OrderError::from(error).into()),
    }
    let amount = fix(app, session, request, payment).await;
    if matches!(amount, Err(PaymentError::ProviderUnavailable)) {
        abandon(app, request.order, payment).await?;
        deadline::unpin(session, request.order).await?;
    }
    if amount?.minor == 0 {
        let known = store::payments::find(&app.pool, payment).await?;
        settling::settle_in_turn(app, &known.ok_or(PaymentError::NotFound)?, None).await?;
    } else if let Some(opened) = open_at_provider(app, session, payment).await? {
        return Ok(opened);
    }
    started(app, payment).await
}

/// Opens the attempt where the money is taken, and notes what the buyer goes on with; nothing where there is nothing to
/// be opened. No connection is held meanwhile.
///
/// Where that fails the attempt is over: what would pay it was handed to nobody. The places stay pinned for another
/// attempt, until the deadline.
async fn open_at_provider(
    app: &App,
    session: &Session,
    payment: PaymentId,
) -> Result<Option<StartedPayment>, PaymentError> {
    let known = store::payments::find(&app.pool, payment).await?;
    let known = known.ok_or(PaymentError::NotFound)?;
    let is_ours = matches!(known.provider, Some(Provider::Stripe | Provider::Paypal));
    if !is_ours || known.provider_reference.is_some() || known.state != PaymentState::Pending {
        return Ok(None);
    }
    let opened = match at_provider::open(app, &known, app.providers.patience.buyer).await {
        Ok(opened) => opened,
        Err(error) => {
            let failure = error.to_string();
            store::attempts::note_failure(&app.pool, payment, &failure).await?;
            let pool = &app.pool;
            store::payments::end_pending(pool, payment, PaymentState::Cancelled).await?;
            if !matches!(error, PaymentError::ProviderFailing) {
                tracing::error!(%payment, failure, "a payment provider took no attempt on");
                deadline::unpin(session, known.order_id).await?;
            }
            return Err(error);
        }
    };
    let (reference, hand_over) = (&opened.reference, Some(opened.hand_over.as_str()));
    let is_news = store::attempts::opened(&app.pool, payment, reference, hand_over).await?;
    let known = Payment {
        hand_over: Some(opened.hand_over),
        ..known
    };
    // A webhook was quicker: what it brought is read.
    Ok(is_news.then(|| handed_over(&known, None)))
}

/// Writes what is pinned into the attempt, and opens the intent at the demo's provider.
async fn fix(
    app: &App,
    session: &Session,
    request: &Request<'_>,
    payment: PaymentId,
) -> Result<Money, PaymentError> {
    if let Some(amount) = fix_as_seen(app, session, request, payment).await? {
        return Ok(amount);
    }
    let mut tx = app.pool.begin().await?;
    let places = store::payments::pinned_places(&mut tx, request.order).await?;
    let amount = orders::places_total(session.info(), &places);
    check_provider(app, request.provider, amount)?;
    let provider = (amount.minor > 0).then_some(request.provider);
    let is_fixed = store::payments::fix(&mut *tx, payment, provider, amount, &places).await?;
    if is_fixed && provider == Some(Provider::Test) {
        test_provider::create(&mut tx, payment).await?;
    }
    tx.commit().await?;
    Ok(amount)
}

/// The same in one statement, where the rows are as the session's feed shows them: almost always. What costs nothing,
/// or is the demo's, is left to the long way.
async fn fix_as_seen(
    app: &App,
    session: &Session,
    request: &Request<'_>,
    payment: PaymentId,
) -> Result<Option<Money>, PaymentError> {
    let open = session.feed().order(request.order);
    let Some(open) = open.filter(|open| open.pinned) else {
        return Ok(None);
    };
    let places = Places {
        seats: open.seats.clone(),
        standing: open.standing.clone(),
    };
    let amount = orders::places_total(session.info(), &places);
    if amount.minor == 0 || request.provider == Provider::Test {
        return Ok(None);
    }
    check_provider(app, request.provider, amount)?;
    let is_fixed = store::payments::fix_pinned(&app.pool, payment, amount, &places).await?;
    Ok(is_fixed.then_some(amount))
}

/// Ends an attempt that pinned nothing.
async fn abandon(app: &App, order: OrderId, payment: PaymentId) -> Result<(), PaymentError> {
    let mut tx = app.pool.begin().await?;
    store::payments::end_pending(&mut *tx, payment, PaymentState::Cancelled).await?;
    store::jobs::remove(&mut tx, &[Job::PaymentDeadline { order, payment }]).await?;
    Ok(tx.commit().await?)
}

async fn started(app: &App, payment: PaymentId) -> Result<StartedPayment, PaymentError> {
    let known = store::payments::find(&app.pool, payment)
        .await?
        .ok_or(PaymentError::NotFound)?;
    let test_token = match (known.provider, known.state) {
        (Some(Provider::Test), PaymentState::Pending) => {
            test_provider::token(&app.pool, payment).await?
        }
        (_, _) => None,
    };
    Ok(handed_over(&known, test_token))
}

fn handed_over(known: &Payment, test_token: Option<String>) -> StartedPayment {
    let of = |provider: Provider| {
        let is_open = known.state == PaymentState::Pending && known.provider == Some(provider);
        known.hand_over.clone().filter(|_| is_open)
    };
    StartedPayment {
        payment_id: known.payment_id,
        state: known.state,
        test_token,
        client_secret: of(Provider::Stripe),
        approve_url: of(Provider::Paypal),
    }
}

/// What the buyer goes on with, for an attempt that was begun before.
///
/// # Errors
/// There is no such attempt.
pub async fn continuation(app: &App, payment: PaymentId) -> Result<StartedPayment, PaymentError> {
    started(app, payment).await
}

/// Where there is nothing to pay, no provider is needed.
fn check_provider(app: &App, provider: Provider, amount: Money) -> Result<(), PaymentError> {
    match offer(app, provider, amount) {
        _ if amount.minor == 0 => Ok(()),
        Offer::Open => Ok(()),
        Offer::Failing => Err(PaymentError::ProviderFailing),
        Offer::None => Err(PaymentError::ProviderUnavailable),
    }
}

/// Whether an amount can be paid with a provider now.
#[must_use]
pub fn offer(app: &App, provider: Provider, amount: Money) -> Offer {
    match provider {
        Provider::Test if app.demo => Offer::Open,
        Provider::Test => Offer::None,
        Provider::Stripe | Provider::Paypal => app.providers.offer(provider, amount),
    }
}

impl From<Failure> for PaymentError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unanswered(_) => Self::ProviderFailing,
            Failure::NotChargeable(_) => Self::ProviderUnavailable,
            Failure::Refused { .. } | Failure::Unreadable(_) => Self::Provider(failure),
        }
    }
}

impl From<store::Error> for PaymentError {
    fn from(error: store::Error) -> Self {
        Self::Order(error.into())
    }
}

impl From<BeginError> for PaymentError {
    fn from(error: BeginError) -> Self {
        match error {
            // Only a process that died with the turn in hand leaves the key behind unseen.
            BeginError::KeyIsTaken => Self::KeyReused,
            BeginError::AnotherIsPending => Self::Order(Refusal::PaymentUnderWay.into()),
            BeginError::OrderIsOver => Self::Order(Refusal::OrderExpired.into()),
            BeginError::Store(error) => error.into(),
        }
    }
}
