//! The one convergence of "the money came": the order's places are sold, or the money goes back.

use actors::{CommandError, Session, SessionInfo};
use domain::order::{Buyer, OrderStatus, PaymentState};
use domain::seat_map::{Command, Opening, Refusal};
use domain::{OrderId, PaymentId, SectionIndex, TicketId};
use integrations::Capture;
use serde_json::json;
use sqlx::PgConnection;
use std::time::Duration;
use store::jobs::Job;
use store::payments::Payment;
use store::sales::{NewTicket, Sale, Sold};
use uuid::Uuid;

use super::PaymentError;
use crate::App;
use crate::orders::OrderError;
use crate::turns::turn_of;

/// How often places are brought back before the job is left to try again later: each round means
/// that the order changed in between, by its timer or its buyer.
const ROUNDS_MAX: u32 = 8;

/// How long after a sale its tell is repeated, if the direct one was not acknowledged.
pub(super) const TELL_JOB_DELAY: Duration = Duration::from_secs(2);

/// Whether what was paid for is pinned again.
enum Return {
    /// It may be: look again.
    Again,
    /// It cannot be had any more.
    Gone,
}

/// Settles a payment whose money has come. Repeated or raced, it has one outcome.
///
/// # Errors
/// The session or the database does not answer; then it is to be repeated.
pub async fn settle(app: &App, payment: PaymentId) -> Result<(), PaymentError> {
    let known = store::payments::find(&app.pool, payment).await?;
    let known = known.ok_or(PaymentError::NotFound)?;
    let _turn = turn_of(known.order_id).await;
    let known = store::payments::find(&app.pool, payment).await?;
    settle_in_turn(app, &known.ok_or(PaymentError::NotFound)?, None).await
}

/// The same for a payment that was read in the order's turn, with what the provider calls the money.
pub(super) async fn settle_in_turn(
    app: &App,
    payment: &Payment,
    capture: Option<&Capture>,
) -> Result<(), PaymentError> {
    let session = app
        .registry
        .session(payment.session_id)
        .await
        .map_err(OrderError::from)?;
    for _ in 0..ROUNDS_MAX {
        match sell(app, session.info(), payment, capture).await? {
            Sold::Now => {
                tell(app, &session, payment.order_id).await;
                return Ok(());
            }
            Sold::Before => return Ok(()),
            Sold::OrderIsOver => {}
            Sold::NotPinned => match bring_back(app, &session, payment).await? {
                Return::Again => continue,
                Return::Gone => {}
            },
        }
        if give_back(app, payment, capture).await? {
            return Ok(());
        }
    }
    Err(OrderError::Unavailable {
        retry_after: TELL_JOB_DELAY,
    }
    .into())
}

/// Tells a session's actor of a sale, until it acknowledges.
///
/// # Errors
/// It does not; then it is to be told again.
pub(crate) async fn tell_sale(app: &App, order: OrderId) -> Result<(), PaymentError> {
    let Some(stored) = store::orders::order(&app.pool, order).await? else {
        return Ok(());
    };
    let session = app
        .registry
        .session(stored.session_id)
        .await
        .map_err(OrderError::from)?;
    session
        .command(Command::Sell { order })
        .await
        .map_err(OrderError::from)?;
    Ok(())
}

/// The sale: order, payment, seats, tickets, ledger, audit and outbox in one transaction.
pub(super) async fn sell(
    app: &App,
    info: &SessionInfo,
    payment: &Payment,
    capture: Option<&Capture>,
) -> Result<Sold, PaymentError> {
    let sale = Sale {
        payment: payment.payment_id,
        order: payment.order_id,
        capture: capture.map(|capture| capture.reference.as_str()),
        tickets: &tickets(info, payment),
        needless: &needless_jobs(payment),
        tell_after: TELL_JOB_DELAY,
    };
    let sold = store::sales::sell(&app.pool, &sale).await?;
    sold.ok_or(PaymentError::NotFound)
}

/// The money came: it is in the books with the transaction that says what it was for.
async fn book(
    tx: &mut PgConnection,
    payment: PaymentId,
    capture: Option<&Capture>,
) -> Result<(), store::Error> {
    if let Some(capture) = capture {
        store::attempts::captured(&mut *tx, payment, &capture.reference).await?;
    }
    store::ledger::book_capture(tx, payment).await
}

/// The deadline job is of the order's latest attempt: a late payment must leave it to its successor.
fn needless_jobs(payment: &Payment) -> Vec<Job> {
    let (order, payment_id) = (payment.order_id, payment.payment_id);
    let mut jobs = vec![Job::SettlePayment(payment_id)];
    if payment.state == PaymentState::Pending {
        jobs.push(Job::PaymentDeadline {
            order,
            payment: payment_id,
        });
    }
    jobs
}

/// The actor learns of the sale at once; the job repeats it if that did not work.
async fn tell(app: &App, session: &Session, order: OrderId) {
    let told = async {
        session
            .command(Command::Sell { order })
            .await
            .map_err(OrderError::from)?;
        let mut connection = app.pool.acquire().await?;
        store::jobs::remove(&mut connection, &[Job::TellSale(order)]).await?;
        Ok::<(), OrderError>(())
    };
    if let Err(error) = told.await {
        tracing::warn!(%order, %error, "a sale was not acknowledged; its job tells it again");
    }
}

/// Pins what was paid for once more: by the order's own hold, or claimed anew.
async fn bring_back(
    app: &App,
    session: &Session,
    payment: &Payment,
) -> Result<Return, PaymentError> {
    let order = payment.order_id;
    let answer = match session.feed().order(order) {
        Some(open)
            if (&open.seats, &open.standing)
                == (&payment.places.seats, &payment.places.standing) =>
        {
            session.command(Command::Pin { order }).await
        }
        // The buyer has changed the cart: what is in it now was not paid for.
        Some(_) => return Ok(Return::Gone),
        None => session.command(reclaim(app, payment).await?).await,
    };
    match answer {
        Ok(()) => Ok(Return::Again),
        Err(CommandError::Refused(Refusal::OrderExpired)) => {
            // Its timer is due: once its places are free, they can be claimed anew.
            session
                .command(Command::Expire)
                .await
                .map_err(OrderError::from)?;
            Ok(Return::Again)
        }
        // It was closed or opened since the feed was read.
        Err(CommandError::Refused(
            Refusal::UnknownOrder | Refusal::AlreadyOpen | Refusal::NothingHeld,
        )) => Ok(Return::Again),
        Err(CommandError::Refused(_)) => Ok(Return::Gone),
        Err(error) => Err(OrderError::from(error).into()),
    }
}

async fn reclaim(app: &App, payment: &Payment) -> Result<Command, PaymentError> {
    let order = store::orders::order(&app.pool, payment.order_id).await?;
    let order = order.ok_or(PaymentError::NotFound)?;
    let opening = Opening {
        order: order.order_id,
        pnr: order.pnr,
        owner: order.owner,
        buyer: order.owner.account.map(Buyer::Account),
        opened_at: order.opened_at,
    };
    Ok(Command::Reclaim {
        opening,
        places: payment.places.clone(),
    })
}

/// Gives all the money back, unless it turns out that it can be sold; whether it is settled.
async fn give_back(
    app: &App,
    payment: &Payment,
    capture: Option<&Capture>,
) -> Result<bool, PaymentError> {
    let mut tx = app.pool.begin().await?;
    let payment = store::payments::lock(&mut tx, payment.payment_id).await?;
    let payment = payment.ok_or(PaymentError::NotFound)?;
    if matches!(
        payment.state,
        PaymentState::Succeeded | PaymentState::Refunded
    ) {
        return Ok(true);
    }
    let is_pinned =
        store::payments::pinned_places(&mut tx, payment.order_id).await? == payment.places;
    let can_be_sold = is_pinned && payment.order_status == OrderStatus::Pending;
    if can_be_sold && !payment.session_is_cancelled {
        return Ok(false);
    }
    let amount = payment.amount.ok_or(PaymentError::NotFound)?;
    let reason = "the places could not be had any more when the money came";
    book(&mut tx, payment.payment_id, capture).await?;
    let refund = store::payments::refund(&mut tx, payment.payment_id, amount, reason).await?;
    store::payments::mark_cancelled_order_refunded(&mut tx, payment.order_id).await?;
    record(&mut tx, "payment_refunded", &payment).await?;
    store::jobs::remove(&mut tx, &[Job::SettlePayment(payment.payment_id)]).await?;
    store::jobs::add(&mut tx, Job::SendRefund(refund), Duration::ZERO).await?;
    tx.commit().await?;
    Ok(true)
}

async fn record(
    tx: &mut PgConnection,
    action: &str,
    payment: &Payment,
) -> Result<(), store::Error> {
    let details = json!({ "payment": payment.payment_id, "amount": payment.amount });
    store::audit::record(tx, None, action, &payment.order_id.to_string(), &details).await
}

/// One ticket a place, standing ones too.
pub(super) fn tickets(info: &SessionInfo, payment: &Payment) -> Vec<NewTicket> {
    let seats = payment.places.seats.iter().filter_map(|index| {
        let seat = info.manifest.seat(*index)?;
        let ticket = ticket(info, seat.section);
        let (row, number) = (Some(seat.row.clone()), Some(seat.number.clone()));
        Some(NewTicket {
            seat: Some(*index),
            row,
            number,
            ..ticket
        })
    });
    let standing = payment.places.standing.iter();
    let standing =
        standing.flat_map(|(section, quantity)| (0..*quantity).map(|_| ticket(info, *section)));
    seats.chain(standing).collect()
}

/// A ticket of a section without a seat.
fn ticket(info: &SessionInfo, section: SectionIndex) -> NewTicket {
    NewTicket {
        ticket_id: TicketId(Uuid::now_v7()),
        seat: None,
        section,
        section_name: info.manifest.sections()[section.position()].name.clone(),
        row: None,
        number: None,
        price: info.price(section),
    }
}
