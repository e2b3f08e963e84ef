//! What a scan is worth, before anybody is admitted.

use chrono::Utc;
use domain::order::OrderStatus;
use domain::pnr::Pnr;
use domain::{SessionId, TicketId, Timestamp};
use sqlx::{PgConnection, PgExecutor};
use store::doors::{Door, DoorOrder, DoorTicket, TicketStatus};

use super::{DoorError, Scan, Scanned, Verdict};
use crate::App;
use crate::people::SignedIn;

/// What was found of the thing that was scanned.
pub(super) enum Finding {
    Nothing,
    Ticket(DoorTicket),
    Order(DoorOrder),
}

/// A finding and what follows from it, before the admission.
pub(super) struct Judgement {
    pub(super) verdict: Verdict,
    pub(super) finding: Finding,
}

pub(super) async fn door_of(
    connection: impl PgExecutor<'_>,
    by: &SignedIn,
    session: SessionId,
) -> Result<Door, DoorError> {
    let door = store::doors::door(connection, session)
        .await?
        .ok_or(DoorError::NotFound)?;
    if is_theirs(by, &door) {
        Ok(door)
    } else {
        Err(DoorError::Forbidden)
    }
}

fn is_theirs(by: &SignedIn, door: &Door) -> bool {
    by.admin
        || by.venues.contains(&door.venue_id)
        || by
            .artists
            .iter()
            .any(|artist| door.artists.contains(artist))
}

pub(super) async fn judge(
    app: &App,
    tx: &mut PgConnection,
    by: &SignedIn,
    door: &Door,
    scan: &Scan,
) -> Result<Judgement, DoorError> {
    let ticket_id = match &scan.scanned {
        Scanned::Pnr(pnr) => return judge_order(tx, by, pnr, scan.session_id).await,
        Scanned::Ticket(ticket_id) => *ticket_id,
        Scanned::Code(code) => match app.ticket_keys.verify(code) {
            Ok(code) => code.ticket_id,
            Err(_) => return Ok(Judgement::nothing(Verdict::Forged)),
        },
    };
    let Some(ticket) = store::doors::ticket(&mut *tx, ticket_id).await? else {
        return Ok(Judgement::nothing(Verdict::Unknown));
    };
    if ticket.session_id != scan.session_id {
        let is_code = matches!(scan.scanned, Scanned::Code(_));
        return judge_stranger(tx, by, ticket.session_id, is_code, Finding::Ticket(ticket)).await;
    }
    let verdict = verdict(&ticket, door, Timestamp::from(Utc::now()));
    Ok(Judgement {
        verdict,
        finding: Finding::Ticket(ticket),
    })
}

/// A ticket of this session.
fn verdict(ticket: &DoorTicket, door: &Door, now: Timestamp) -> Verdict {
    match (ticket.order_status, ticket.status) {
        (OrderStatus::Refunded, _) | (_, TicketStatus::Refunded) => Verdict::Refunded,
        (OrderStatus::Cancelled, _) | (_, TicketStatus::Cancelled) => Verdict::Cancelled,
        (OrderStatus::Pending, TicketStatus::Valid) => Verdict::NotPaid,
        (OrderStatus::Paid, TicketStatus::Valid) => match door.doors_open_at {
            Some(opening) if now < opening => Verdict::TooEarly,
            // Whether it was admitted before, the constraint knows best.
            Some(_) | None => Verdict::Admitted,
        },
    }
}

/// A PNR admits nothing: it is a label, and one order may have many tickets.
async fn judge_order(
    tx: &mut PgConnection,
    by: &SignedIn,
    pnr: &str,
    session: SessionId,
) -> Result<Judgement, DoorError> {
    match order_of_pnr(&mut *tx, pnr).await? {
        Finding::Order(order) if order.session_id == session => Ok(Judgement {
            verdict: Verdict::Found,
            finding: Finding::Order(order),
        }),
        Finding::Order(order) => {
            judge_stranger(tx, by, order.session_id, false, Finding::Order(order)).await
        }
        Finding::Ticket(_) | Finding::Nothing => Ok(Judgement::nothing(Verdict::Unknown)),
    }
}

/// What belongs to another session is shown to those who work there too. To others a code that
/// was signed here says that much, and a bare reference says nothing.
async fn judge_stranger(
    tx: &mut PgConnection,
    by: &SignedIn,
    session: SessionId,
    is_code: bool,
    finding: Finding,
) -> Result<Judgement, DoorError> {
    match door_of(tx, by, session).await {
        Ok(_) => Ok(Judgement {
            verdict: Verdict::WrongSession,
            finding,
        }),
        Err(DoorError::Forbidden | DoorError::NotFound) if is_code => {
            Ok(Judgement::nothing(Verdict::WrongSession))
        }
        Err(DoorError::Forbidden | DoorError::NotFound) => Ok(Judgement::nothing(Verdict::Unknown)),
        Err(error) => Err(error),
    }
}

pub(super) async fn order_of_pnr(
    connection: impl PgExecutor<'_>,
    pnr: &str,
) -> Result<Finding, DoorError> {
    let Ok(pnr) = pnr.parse::<Pnr>() else {
        return Ok(Finding::Nothing);
    };
    let order = store::doors::order_by_pnr(connection, pnr).await?;
    Ok(order.map_or(Finding::Nothing, Finding::Order))
}

impl Judgement {
    fn nothing(verdict: Verdict) -> Self {
        Self {
            verdict,
            finding: Finding::Nothing,
        }
    }

    pub(super) fn ticket_id(&self) -> Option<TicketId> {
        match &self.finding {
            Finding::Ticket(ticket) => Some(ticket.ticket_id),
            Finding::Order(_) | Finding::Nothing => None,
        }
    }
}
