//! How an attempt begins: written down, pinned, opened where the money is taken.

use std::time::Duration;

use actors::{CommandError, Session};
use chrono::Utc;
use domain::order::{Credential, OrderStatus, PaymentState, Provider};
use domain::seat_map::{Command, IdempotencyKey, Places, Refusal, RequestHash};
use domain::{OrderId, PaymentId, Timestamp};
use store::catalogue::SessionStatus;
use store::jobs::Job;
use store::payments::{NewPayment, Payment};
use uuid::Uuid;

use super::{
    PaymentError, StartedPayment, at_provider, check_provider, deadline, leaving, settling,
    test_provider,
};
use crate::App;
use crate::orders::{self, OrderError, OrderView};
use crate::turns::turn_of;

/// How long an attempt keeps its places pinned: long enough for a bank's own confirmation page,
/// short enough that seats nobody pays come back while people still look for them.
const PINNED_FOR: Duration = Duration::from_secs(10 * 60);

/// How soon a buyer may try again whose cart changed while they began to pay.
const CHANGED_RETRY_AFTER: Duration = Duration::from_secs(1);

/// A request to pay.
pub(super) struct Request<'a> {
    pub order: OrderId,
    pub key: &'a IdempotencyKey,
    pub hash: RequestHash,
    pub provider: Provider,
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
    let cart = orders::cart(app, order, by).await?;
    let request = Request {
        order,
        key: &key,
        hash: request_hash,
        provider,
    };
    let _turn = turn_of(order).await;
    if let Some((session, payment)) = begin_as_usual(app, &cart, &request).await? {
        return carry_on(app, &session, &request, payment).await;
    }
    let attempts = store::payments::of_order(&app.pool, order).await?;
    let mut repeated = attempts.iter();
    if let Some(known) = repeated.find(|attempt| attempt.key == key.as_str()) {
        return repeat(app, &request, known).await;
    }
    // Its session may not have learned of the sale yet.
    let mut succeeded = attempts.iter();
    if cart.status == OrderStatus::Paid
        || succeeded.any(|attempt| attempt.state == PaymentState::Succeeded)
    {
        return Err(OrderError::Paid.into());
    }
    let session = orders::open_session(app, order, by).await?;
    if !cart.missing.is_empty() {
        return Err(PaymentError::StepMissing(cart.missing));
    }
    if session.info().status == SessionStatus::Cancelled {
        return Err(OrderError::from(Refusal::NotOnSale { opens_at: None }).into());
    }
    check_provider(app, provider, cart.total)?;
    leaving::leave_for(app, &attempts, provider).await?;
    let payment = begin(app, &session, &request).await?;
    carry_on(app, &session, &request, payment).await
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
        return carry_on(app, &session, request, known.clone()).await;
    }
    started(app, known.payment_id).await
}

/// An attempt for a cart that is open, where all is as usual, without a look at former ones: one of the same key, one that is
/// under way, and one that was paid stand in its way as rules of the database. Nothing where it is not, or where one does.
async fn begin_as_usual(
    app: &App,
    cart: &OrderView,
    request: &Request<'_>,
) -> Result<Option<(Session, Payment)>, PaymentError> {
    let Some(session_id) = app.registry.session_of(request.order) else {
        return Ok(None);
    };
    let session = app.registry.session(session_id).await;
    let session = session.map_err(OrderError::from)?;
    let is_usual = cart.missing.is_empty()
        && seen(&session, request.order).is_some_and(|(is_pinned, _)| !is_pinned)
        && session.info().status != SessionStatus::Cancelled
        && check_provider(app, request.provider, cart.total).is_ok();
    if !is_usual {
        return Ok(None);
    }
    let new = drafted(&session, request);
    let pinned_for = app.providers.register.try_begin(app, new.clone()).await?;
    Ok(pinned_for.map(|pinned_for| {
        let payment = begun(&session, new, pinned_for);
        (session, payment)
    }))
}

/// Writes the attempt and the job that ends it, before anything is pinned.
pub(super) async fn begin(
    app: &App,
    session: &Session,
    request: &Request<'_>,
) -> Result<Payment, PaymentError> {
    let new = drafted(session, request);
    let pinned_for = app.providers.register.begin(app, new.clone()).await?;
    Ok(begun(session, new, pinned_for))
}

/// An attempt for what is about to be pinned, where that can be seen and has a price. What is the demo's is left to [`fix`].
fn drafted(session: &Session, request: &Request<'_>) -> NewPayment {
    let subject = seen(session, request.order)
        .map(|(_, places)| (orders::places_total(session.info(), &places), places))
        .filter(|(amount, _)| amount.minor > 0 && request.provider != Provider::Test);
    NewPayment {
        payment_id: PaymentId(Uuid::now_v7()),
        order_id: request.order,
        provider: Some(request.provider),
        key: request.key.clone(),
        request_hash: request.hash,
        subject,
        pinned_for: PINNED_FOR,
        order_life_max: session.info().rules.max_life,
    }
}

/// The attempt that was written.
fn begun(session: &Session, new: NewPayment, pinned_for: Duration) -> Payment {
    let (amount, places) = match new.subject {
        Some((amount, places)) => (Some(amount), places),
        None => (None, Places::default()),
    };
    Payment {
        payment_id: new.payment_id,
        order_id: new.order_id,
        session_id: session.info().session_id,
        order_status: OrderStatus::Pending,
        provider: new.provider,
        key: new.key.as_str().to_owned(),
        request_hash: new.request_hash,
        state: PaymentState::Pending,
        amount,
        places,
        pinned_until: Timestamp::from(Utc::now()).plus(pinned_for),
        refunded: 0,
        provider_reference: None,
        hand_over: None,
        capture_reference: None,
        capture_begun: false,
        session_is_cancelled: false,
    }
}

/// Pins, and makes sure that the attempt is for what is pinned. Repeated, it goes on where it was.
async fn carry_on(
    app: &App,
    session: &Session,
    request: &Request<'_>,
    payment: Payment,
) -> Result<StartedPayment, PaymentError> {
    let (order, id) = (request.order, payment.payment_id);
    match session.command(Command::Pin { order }).await {
        Ok(()) => {}
        Err(CommandError::Refused(refusal)) => {
            abandon(app, order, id).await?;
            return Err(OrderError::from(CommandError::Refused(refusal)).into());
        }
        // Whether it is pinned is not known: the same request goes on here, or the deadline job ends it.
        Err(error) => return Err(OrderError::from(error).into()),
    }
    let fixed = fix(app, session, request, payment).await;
    if matches!(fixed, Ok(None) | Err(PaymentError::ProviderUnavailable)) {
        abandon(app, order, id).await?;
        deadline::unpin(session, order).await?;
    }
    let fixed = fixed?.ok_or(OrderError::Unavailable {
        retry_after: CHANGED_RETRY_AFTER,
    })?;
    if fixed.amount.is_some_and(|amount| amount.minor == 0) {
        settling::settle_in_turn(app, &fixed, None).await?;
    } else if let Some(opened) = open_at_provider(app, session, fixed).await? {
        return Ok(opened);
    }
    started(app, id).await
}

/// Opens the attempt where the money is taken, and notes what the buyer goes on with; nothing where there is nothing to
/// be opened. No connection is held meanwhile.
///
/// Where that fails the attempt is over: what would pay it was handed to nobody. The places stay pinned for another
/// attempt, until the deadline.
async fn open_at_provider(
    app: &App,
    session: &Session,
    payment: Payment,
) -> Result<Option<StartedPayment>, PaymentError> {
    let is_ours = matches!(payment.provider, Some(Provider::Stripe | Provider::Paypal));
    if !is_ours || payment.provider_reference.is_some() || payment.state != PaymentState::Pending {
        return Ok(None);
    }
    let (id, pool) = (payment.payment_id, &app.pool);
    let opened = match at_provider::open(app, &payment, app.providers.patience.buyer).await {
        Ok(opened) => opened,
        Err(error) => {
            let failure = error.to_string();
            store::attempts::note_failure(pool, id, &failure).await?;
            if matches!(error, PaymentError::ProviderFailing) {
                // It may be open there all the same.
                leaving::leave_unconfirmed(app, &payment, &error).await?;
            } else {
                store::payments::end_pending(pool, id, PaymentState::Cancelled).await?;
                tracing::error!(payment = %id, failure, "a payment provider took no attempt on");
                deadline::unpin(session, payment.order_id).await?;
            }
            return Err(error);
        }
    };
    let (register, reference) = (&app.providers.register, &opened.reference);
    let is_news = register
        .opened(app, id, reference, &opened.hand_over)
        .await?;
    let payment = Payment {
        hand_over: Some(opened.hand_over),
        ..payment
    };
    // A webhook was quicker: what it brought is read.
    Ok(is_news.then(|| handed_over(&payment, None)))
}

/// The attempt as it is for what is pinned. Nothing where it was begun for something else: the buyer has changed the cart
/// in the same moment, and had better look at it once more.
pub(super) async fn fix(
    app: &App,
    session: &Session,
    request: &Request<'_>,
    payment: Payment,
) -> Result<Option<Payment>, PaymentError> {
    let Some(amount) = payment.amount else {
        let fixed = fix_as_pinned(app, session, request, payment.payment_id).await?;
        return Ok(Some(fixed));
    };
    check_provider(app, request.provider, amount)?;
    let is_pinned = seen(session, request.order) == Some((true, payment.places.clone()));
    Ok(is_pinned.then_some(payment))
}

/// Writes what is pinned into the attempt, and opens the intent at the demo's provider.
async fn fix_as_pinned(
    app: &App,
    session: &Session,
    request: &Request<'_>,
    payment: PaymentId,
) -> Result<Payment, PaymentError> {
    let mut tx = app.pool.begin().await?;
    let places = store::payments::pinned_places(&mut tx, request.order).await?;
    let amount = orders::places_total(session.info(), &places);
    check_provider(app, request.provider, amount)?;
    let provider = (amount.minor > 0).then_some(request.provider);
    let is_fixed = store::payments::fix(&mut *tx, payment, provider, amount, &places).await?;
    if is_fixed && provider == Some(Provider::Test) {
        test_provider::create(&mut tx, payment).await?;
    }
    let fixed = store::payments::lock(&mut tx, payment).await?;
    tx.commit().await?;
    fixed.ok_or(PaymentError::NotFound)
}

/// An open order's places, as its session shows them, and whether they are pinned.
fn seen(session: &Session, order: OrderId) -> Option<(bool, Places)> {
    let open = session.feed().order(order)?;
    let places = Places {
        seats: open.seats,
        standing: open.standing,
    };
    Some((open.pinned, places))
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
