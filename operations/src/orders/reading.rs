//! How an order looks to its owner, from the feed while it is open and from its rows afterwards.

use actors::{FeedOrder, Session, SessionInfo};
use chrono::Utc;
use domain::order::{Credential, OrderStatus, PaymentState, Provider, Step};
use domain::pnr::Pnr;
use domain::seat_map::Places;
use domain::ticket_code::TicketCode;
use domain::{
    Money, OrderId, PaymentId, SeatIndex, SectionId, SectionIndex, SessionId, TicketId, Timestamp,
};
use store::orders::{OrderRows, StoredOrder};
use store::payments::Latest;
use store::tickets::Ticket;

use super::{OrderError, not_theirs};
use crate::App;

/// An order as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderView {
    pub order_id: OrderId,
    pub session_id: SessionId,
    pub status: OrderStatus,
    pub pnr: Pnr,
    pub expires_at: Timestamp,
    /// Whole seconds until it expires, 0 if it has or is no longer pending.
    pub seconds_left: u64,
    pub seats: Vec<SeatIndex>,
    pub standing: Vec<(SectionId, u32)>,
    pub total: Money,
    pub missing: Vec<Step>,
    pub payment: Option<PaymentView>,
    /// Present once paid.
    pub tickets: Vec<TicketView>,
}

/// The latest attempt to pay an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentView {
    pub payment_id: PaymentId,
    /// Who takes the money; nobody where there was nothing to pay.
    pub provider: Option<Provider>,
    pub state: PaymentState,
    /// Whole seconds that it keeps its places pinned, whatever becomes of the order's own time.
    pub seconds_left: u64,
}

/// A ticket as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketView {
    pub ticket_id: TicketId,
    pub seat: Option<SeatIndex>,
    pub section: SectionIndex,
    pub section_id: SectionId,
    pub section_name: String,
    pub row: Option<String>,
    pub number: Option<String>,
    pub holder: String,
    pub price: Money,
    /// The signed code.
    pub code: String,
}

/// An order that is open, with its session.
async fn open_order(app: &App, order: OrderId) -> Result<Option<(Session, FeedOrder)>, OrderError> {
    let Some(session_id) = app.registry.session_of(order) else {
        return Ok(None);
    };
    let session = app.registry.session(session_id).await?;
    let open = session.feed().order(order);
    Ok(open.map(|open| (session, open)))
}

/// The order as it is committed.
pub(super) async fn view(
    app: &App,
    order: OrderId,
    by: &Credential,
) -> Result<OrderView, OrderError> {
    match open_order(app, order).await? {
        Some((session, open)) => paid_or_open_view(app, &session, &open, by).await,
        None => stored_view(app, order, by).await,
    }
}

/// The order, whatever is being paid for it: an open one without the database.
pub(crate) async fn cart(
    app: &App,
    order: OrderId,
    by: &Credential,
) -> Result<OrderView, OrderError> {
    match open_order(app, order).await? {
        Some((session, open)) => open_view(session.info(), &open, by, None),
        None => stored_view(app, order, by).await,
    }
}

/// The order, for whoever may answer for its owner.
pub(crate) async fn view_as_owner(app: &App, order: OrderId) -> Result<OrderView, OrderError> {
    let stored = store::orders::order(&app.pool, order)
        .await?
        .ok_or(OrderError::NotFound)?;
    let owner = Credential {
        secret_hash: Some(stored.owner.secret_hash),
        account: stored.owner.account,
    };
    view(app, order, &owner).await
}

/// The order after a command that succeeded. An order whose cart is open has no payment under
/// way, so that the answer to a claim reads nothing from the database.
pub(super) async fn after_command(
    app: &App,
    session: &Session,
    order: OrderId,
    by: &Credential,
) -> Result<OrderView, OrderError> {
    match session.feed().order(order) {
        Some(open) if !open.pinned => open_view(session.info(), &open, by, None),
        Some(open) => Box::pin(paid_or_open_view(app, session, &open, by)).await,
        None => Box::pin(stored_view(app, order, by)).await,
    }
}

/// The order as its rows say; an open one that is not live yet is started first.
pub(super) async fn stored_view(
    app: &App,
    order: OrderId,
    by: &Credential,
) -> Result<OrderView, OrderError> {
    let mut stored = stored_rows(app, order, by).await?;
    if stored.order.status == OrderStatus::Pending {
        let session = app.registry.session(stored.order.session_id).await?;
        if let Some(open) = session.feed().order(order) {
            return paid_or_open_view(app, &session, &open, by).await;
        }
        // It was closed since its row was read.
        stored = stored_rows(app, order, by).await?;
    }
    Ok(closed_view(app, stored))
}

/// The order's rows, if it is theirs.
async fn stored_rows(app: &App, order: OrderId, by: &Credential) -> Result<OrderRows, OrderError> {
    match app.desk.order(order, by).await? {
        Some(rows) => Ok(rows),
        None => Err(not_theirs(app, order).await?),
    }
}

/// What places cost in a session, in its currency. Sums stop at what can be stored.
pub(crate) fn places_total(info: &SessionInfo, places: &Places) -> Money {
    let seats = places
        .seats
        .iter()
        .filter_map(|seat| info.manifest.seat(*seat));
    let seats = seats.map(|seat| info.price(seat.section).minor);
    let standing = places.standing.iter().map(|(section, quantity)| {
        info.price(*section)
            .minor
            .saturating_mul(i64::from(*quantity))
    });
    let minor = seats.chain(standing).fold(0_i64, i64::saturating_add);
    Money {
        minor,
        currency: info.currency,
    }
}

/// A sale that the session has not learned of yet shows in the payment already.
async fn paid_or_open_view(
    app: &App,
    session: &Session,
    open: &FeedOrder,
    by: &Credential,
) -> Result<OrderView, OrderError> {
    if !open.owner.admits(by) {
        return Err(OrderError::Forbidden);
    }
    let payment = app.desk.latest(open.order).await?;
    if payment.is_some_and(|payment| payment.state == PaymentState::Succeeded) {
        return Ok(closed_view(app, stored_rows(app, open.order, by).await?));
    }
    open_view(session.info(), open, by, payment.as_ref().map(payment_view))
}

fn open_view(
    info: &SessionInfo,
    open: &FeedOrder,
    by: &Credential,
    payment: Option<PaymentView>,
) -> Result<OrderView, OrderError> {
    if !open.owner.admits(by) {
        return Err(OrderError::Forbidden);
    }
    let places = Places {
        seats: open.seats.clone(),
        standing: open.standing.clone(),
    };
    let sections = info.manifest.sections();
    let standing = open.standing.iter();
    let standing = standing.map(|(index, count)| (sections[index.position()].section_id, *count));
    Ok(OrderView {
        order_id: open.order,
        session_id: open.session_id,
        status: OrderStatus::Pending,
        pnr: open.pnr,
        expires_at: open.expires_at,
        seconds_left: seconds_until(open.expires_at),
        total: places_total(info, &places),
        seats: places.seats,
        standing: standing.collect(),
        missing: missing(open),
        payment,
        tickets: Vec::new(),
    })
}

/// Which steps an open order still lacks. Whoever holds places has said how many.
fn missing(open: &FeedOrder) -> Vec<Step> {
    let holds_nothing = open.seats.is_empty() && open.standing.is_empty();
    let steps = [
        (Step::Amount, holds_nothing && open.steps.amount.is_none()),
        (Step::Address, !open.steps.address),
        (Step::Seats, holds_nothing),
    ];
    steps
        .into_iter()
        .filter_map(|(step, is_missing)| is_missing.then_some(step))
        .collect()
}

fn closed_view(app: &App, rows: OrderRows) -> OrderView {
    let OrderRows {
        order: stored,
        payment,
        tickets,
    } = rows;
    let minor = tickets
        .iter()
        .map(|ticket| ticket.price.minor)
        .fold(0, i64::saturating_add);
    OrderView {
        order_id: stored.order_id,
        session_id: stored.session_id,
        status: stored.status,
        pnr: stored.pnr,
        expires_at: stored.expires_at,
        seconds_left: 0,
        seats: tickets.iter().filter_map(|ticket| ticket.seat).collect(),
        standing: standing_of(&tickets),
        total: Money {
            minor,
            currency: stored.currency,
        },
        missing: Vec::new(),
        payment: payment.as_ref().map(payment_view),
        tickets: tickets
            .into_iter()
            .map(|ticket| ticket_view(app, &stored, ticket))
            .collect(),
    }
}

/// The standing places among tickets, by section.
fn standing_of(tickets: &[Ticket]) -> Vec<(SectionId, u32)> {
    let mut counts: Vec<(SectionId, u32)> = Vec::new();
    for ticket in tickets.iter().filter(|ticket| ticket.seat.is_none()) {
        match counts
            .iter_mut()
            .find(|(section, _)| *section == ticket.section_id)
        {
            Some((_, count)) => *count = count.saturating_add(1),
            None => counts.push((ticket.section_id, 1)),
        }
    }
    counts
}

fn payment_view(payment: &Latest) -> PaymentView {
    PaymentView {
        payment_id: payment.payment_id,
        provider: payment.provider,
        state: payment.state,
        seconds_left: seconds_until(payment.pinned_until),
    }
}

fn seconds_until(instant: Timestamp) -> u64 {
    instant.since(Timestamp::from(Utc::now())).as_secs()
}

fn ticket_view(app: &App, order: &StoredOrder, ticket: Ticket) -> TicketView {
    let code = app.ticket_keys.sign(&TicketCode {
        ticket_id: ticket.ticket_id,
        session_id: order.session_id,
        pnr: order.pnr,
    });
    TicketView {
        ticket_id: ticket.ticket_id,
        seat: ticket.seat,
        section: ticket.section,
        section_id: ticket.section_id,
        section_name: ticket.section_name,
        row: ticket.row,
        number: ticket.number,
        holder: ticket.holder,
        price: ticket.price,
        code,
    }
}
