//! Giving money back: an order in full, some of its tickets, or a favour that leaves the tickets valid.
//!
//! One transaction decides: the tickets stop admitting, the refund is due, and two jobs are left. One sends the money
//! through the provider, the other has the session take the places back.

mod by_policy;
mod places_back;

use std::time::Duration;

use domain::order::Provider;
use domain::{AccountId, Currency, Money, OrderId, RefundId, TicketId};
use integrations::paypal::Paypal;
use integrations::stripe::Stripe;
use serde_json::json;
use sqlx::{PgConnection, PgPool};
use store::jobs::Job;
use store::payments::Payment;
use store::refunds::{NewRefund, RefundKind, RefundableTicket};
use thiserror::Error;

use crate::orders::OrderError;

pub use self::by_policy::{is_sensible, policy_of, refund_by_buyer, refund_by_policy, set_policy};
pub(crate) use self::places_back::return_places;
pub use store::refunds::PlacesAfter;
pub use store::returns::Terms as ReturnTerms;

/// What is given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// The whole order.
    Whole,
    /// These tickets.
    Tickets(Vec<TicketId>),
    /// So much, in minor units; the tickets stay valid.
    Favour(i64),
}

/// A request to give money back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundRequest {
    pub order: OrderId,
    pub extent: Extent,
    pub places: PlacesAfter,
    /// What is kept of each ticket, in minor units, at most its price.
    pub fee_per_ticket: i64,
    /// Whether tickets that somebody has come in with may be taken back, too: staff's to decide.
    pub used_too: bool,
    pub reason: String,
    /// The client's name for its request; favours need one, so that repeated they are done once.
    pub key: Option<String>,
    pub by: Option<AccountId>,
}

/// What was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refunded {
    pub refund_id: RefundId,
    pub amount: Money,
    pub tickets: usize,
}

/// Why nothing was given back.
#[derive(Debug, Error)]
pub enum RefundError {
    #[error("there is no such paid order")]
    NotPaid,
    #[error("the order was refunded before, and nothing more goes back")]
    RefundedBefore,
    #[error("a ticket is not of this order, or was refunded before")]
    NoSuchTicket,
    /// Somebody has come in with it.
    #[error("a ticket has been used")]
    TicketUsed,
    #[error("the amount must be more than nothing and less than what is left of the payment")]
    WrongAmount,
    /// Less cannot go back by itself at the provider.
    #[error("the provider sends back multiples of {:?} only", .0)]
    NotOfUnits(Money),
    /// A lost dispute has taken the money: the buyer has it. Tickets can still be taken back for nothing.
    #[error("a lost dispute took the money, and nothing is left to go back")]
    LostToDispute,
    #[error("a favour needs a key, so that it is done once")]
    KeyRequired,
    #[error("the key was used for another amount")]
    KeyReused,
    /// The session's policy does not let buyers return tickets now.
    #[error("the session's policy does not allow it")]
    NotAllowed,
    #[error("there is no such session")]
    NoSuchSession,
    #[error("a fee is not negative, and the hours before the start are a year's at most")]
    NoSuchTerms,
    /// Its places cannot be taken back yet: the session does not answer, or has not heard of the sale.
    #[error("the session does not take the places back yet")]
    SessionBusy,
    #[error(transparent)]
    Order(#[from] OrderError),
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Gives money back, as staff may.
///
/// # Errors
/// There is nothing to refund, it was refunded before (`RefundedBefore`: whoever asks twice has what they want), or
/// more than there is was asked for. Then nothing has changed.
pub async fn refund(pool: &PgPool, request: &RefundRequest) -> Result<Refunded, RefundError> {
    let mut tx = pool.begin().await?;
    let refunded = refund_in(&mut tx, request).await?;
    tx.commit().await?;
    Ok(refunded)
}

/// Gives money back as a part of something larger.
pub(crate) async fn refund_in(
    tx: &mut PgConnection,
    request: &RefundRequest,
) -> Result<Refunded, RefundError> {
    // Whoever refunds the same order waits here, and then finds its tickets gone.
    let Some(payment) = store::refunds::lock_payment_of(tx, request.order).await? else {
        return match store::refunds::is_refunded(tx, request.order).await? {
            true => Err(RefundError::RefundedBefore),
            false => Err(RefundError::NotPaid),
        };
    };
    let payment = store::payments::find(&mut *tx, payment).await?;
    let payment = payment.ok_or(RefundError::NotPaid)?;
    match &request.extent {
        Extent::Favour(amount) => favour(tx, request, &payment, *amount).await,
        Extent::Whole | Extent::Tickets(_) => tickets_back(tx, request, &payment).await,
    }
}

async fn tickets_back(
    tx: &mut PgConnection,
    request: &RefundRequest,
    payment: &Payment,
) -> Result<Refunded, RefundError> {
    let valid = store::refunds::lock_tickets(tx, request.order).await?;
    let chosen = chosen_tickets(&request.extent, &valid)?;
    if !request.used_too && chosen.iter().any(|ticket| ticket.is_admitted) {
        return Err(RefundError::TicketUsed);
    }
    let ticket_value = sum(chosen.iter().map(|ticket| ticket.price));
    let kept = |ticket: &RefundableTicket| request.fee_per_ticket.clamp(0, ticket.price);
    let wanted = ticket_value - sum(chosen.iter().map(kept));
    let paid = payment.amount.ok_or(RefundError::NotPaid)?;
    // What the provider cannot keep apart is the buyer's.
    let unit = refund_unit(payment, paid.currency);
    let wanted = wanted.saturating_add(unit - 1) / unit * unit;
    let minor = wanted.min(rest_of(tx, payment, paid, wanted).await?);
    let amount = Money { minor, ..paid };
    let ids: Vec<TicketId> = chosen.iter().map(|ticket| ticket.ticket_id).collect();
    let refund = NewRefund {
        payment: payment.payment_id,
        amount,
        ticket_value,
        kind: RefundKind::Tickets(request.places),
        reason: &request.reason,
        key: request.key.as_deref(),
        by: request.by,
    };
    let refund_id = store::refunds::insert(tx, &refund, &ids).await?;
    if ids.len() == valid.len() {
        store::refunds::mark_paid_order_refunded(tx, request.order).await?;
    }
    record(tx, request, refund_id, amount).await?;
    send_later(tx, refund_id, amount).await?;
    store::jobs::add(tx, Job::ReturnPlaces(request.order), Duration::ZERO).await?;
    Ok(Refunded {
        refund_id,
        amount,
        tickets: ids.len(),
    })
}

async fn favour(
    tx: &mut PgConnection,
    request: &RefundRequest,
    payment: &Payment,
    minor: i64,
) -> Result<Refunded, RefundError> {
    let key = request.key.as_deref().ok_or(RefundError::KeyRequired)?;
    let paid = payment.amount.ok_or(RefundError::NotPaid)?;
    let amount = Money { minor, ..paid };
    if let Some((refund_id, before)) =
        store::refunds::by_key(&mut *tx, payment.payment_id, key).await?
    {
        return match before == minor {
            true => Ok(Refunded {
                refund_id,
                amount,
                tickets: 0,
            }),
            false => Err(RefundError::KeyReused),
        };
    }
    if minor <= 0 || minor >= rest_of(tx, payment, paid, minor).await? {
        return Err(RefundError::WrongAmount);
    }
    let unit = refund_unit(payment, paid.currency);
    if minor % unit != 0 {
        let minor = unit;
        return Err(RefundError::NotOfUnits(Money { minor, ..paid }));
    }
    let refund = NewRefund {
        payment: payment.payment_id,
        amount,
        ticket_value: 0,
        kind: RefundKind::Favour,
        reason: &request.reason,
        key: Some(key),
        by: request.by,
    };
    let refund_id = store::refunds::insert(tx, &refund, &[]).await?;
    record(tx, request, refund_id, amount).await?;
    send_later(tx, refund_id, amount).await?;
    Ok(Refunded {
        refund_id,
        amount,
        tickets: 0,
    })
}

/// The smallest part of a payment that can go back by itself, in minor units.
fn refund_unit(payment: &Payment, currency: Currency) -> i64 {
    match payment.provider {
        Some(Provider::Stripe) => Stripe::refund_unit(currency),
        Some(Provider::Paypal) => Paypal::refund_unit(currency),
        Some(Provider::Test) | None => 1,
    }
}

/// What is left of a payment, in minor units: what went back, as a favour, say, or is lost to a dispute does not go back
/// again. Wanted where a dispute has left nothing, it is refused.
async fn rest_of(
    tx: &mut PgConnection,
    payment: &Payment,
    paid: Money,
    wanted: i64,
) -> Result<i64, RefundError> {
    let lost = store::disputes::lost_of(tx, payment.payment_id).await?;
    let rest = paid.minor - payment.refunded - lost;
    match wanted > 0 && lost > 0 && rest <= 0 {
        true => Err(RefundError::LostToDispute),
        false => Ok(rest.max(0)),
    }
}

/// All valid tickets, or those that are named; each must be there.
fn chosen_tickets(
    extent: &Extent,
    valid: &[RefundableTicket],
) -> Result<Vec<RefundableTicket>, RefundError> {
    let chosen: Vec<RefundableTicket> = match extent {
        Extent::Tickets(wanted) => {
            let mut wanted = wanted.clone();
            wanted.sort_unstable();
            wanted.dedup();
            let find = |id: &TicketId| valid.iter().find(|ticket| ticket.ticket_id == *id).copied();
            let found: Option<Vec<_>> = wanted.iter().map(find).collect();
            found.ok_or(RefundError::NoSuchTicket)?
        }
        Extent::Whole | Extent::Favour(_) => valid.to_vec(),
    };
    match chosen.is_empty() {
        true => Err(RefundError::NoSuchTicket),
        false => Ok(chosen),
    }
}

fn sum(minors: impl Iterator<Item = i64>) -> i64 {
    minors.fold(0, i64::saturating_add)
}

/// Nothing to send is no job.
async fn send_later(
    tx: &mut PgConnection,
    refund: RefundId,
    amount: Money,
) -> Result<(), store::Error> {
    match amount.minor {
        0 => Ok(()),
        _ => store::jobs::add(tx, Job::SendRefund(refund), Duration::ZERO).await,
    }
}

async fn record(
    tx: &mut PgConnection,
    request: &RefundRequest,
    refund: RefundId,
    amount: Money,
) -> Result<(), store::Error> {
    let details = json!({ "refund": refund, "amount": amount, "reason": request.reason });
    let subject = request.order.to_string();
    store::audit::record(tx, request.by, "order_refunded", &subject, &details).await
}
