//! Opening, filling, extending and cancelling an order.
//!
//! An open order lives in its session's actor and is read from the feed, without the database.
//! What is closed, or not live, is read from its row. Every function checks whose the order is.

mod address;
pub mod countries;
mod details;
mod failure;
mod reading;
mod wishes;

use actors::{CommandError, Session, SessionInfo, Steps};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use domain::order::{Buyer, Credential, OrderStatus, Owner, SecretHash};
use domain::pnr::Pnr;
use domain::seat_map::{Claim, Command, Ending, IdempotencyKey, Opening, Refusal, RequestHash};
use domain::{AccountId, OrderId, SeatIndex, SectionId, SessionId, Timestamp};
use store::orders::{Details, NewAddress, StoredOrder};
use uuid::Uuid;

pub use self::address::{Address, AddressFields, Fault};
pub use self::details::{GatewayDetails, details, set_method};
pub use self::failure::OrderError;
pub use self::reading::{OrderView, PaymentView, TicketView};
use self::reading::{after_command, stored_view};
pub(crate) use self::reading::{cart, places_total, view_as_owner};
use self::wishes::{dropped, wish};
use crate::turns::turn_of;
use crate::{App, payments};

/// What a claim asks for, before the manifest is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimRequest {
    Seats(Vec<SeatIndex>),
    Standing {
        section: SectionId,
        quantity: u32,
    },
    Best {
        quantity: u32,
        /// Where, or anywhere.
        section: Option<SectionId>,
        price: PriceRange,
        /// Whether one of them at least has to be accessible.
        accessible: bool,
    },
}

/// What a place may cost, in minor units of the session's currency, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PriceRange {
    pub least: Option<i64>,
    pub most: Option<i64>,
}

/// What a drop gives back, before the manifest is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DropRequest {
    Seats(Vec<SeatIndex>),
    Standing { section: SectionId, quantity: u32 },
}

/// A new order, with the secret that is told only once.
#[derive(Debug, Clone)]
pub struct OpenedOrder {
    pub order: OrderView,
    pub secret: String,
}

/// Opens an empty order.
///
/// # Errors
/// There is no such session, or it is not on sale.
pub async fn open(
    app: &App,
    session_id: SessionId,
    account: Option<AccountId>,
) -> Result<OpenedOrder, OrderError> {
    let session = app.registry.session(session_id).await?;
    let secret = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let owner = Owner {
        secret_hash: SecretHash::of(&secret),
        account,
    };
    let opening = Opening {
        order: OrderId(Uuid::now_v7()),
        pnr: Pnr::from_number(rand::random()),
        owner,
        buyer: account.map(Buyer::Account),
        opened_at: Timestamp::from(Utc::now()),
    };
    session.command(Command::Open(opening)).await?;
    let by = Credential {
        secret_hash: Some(owner.secret_hash),
        account,
    };
    let order = after_command(app, &session, opening.order, &by).await?;
    Ok(OpenedOrder { order, secret })
}

/// The order as it is committed.
///
/// # Errors
/// There is no such order, or it is somebody else's.
pub async fn view(app: &App, order: OrderId, by: &Credential) -> Result<OrderView, OrderError> {
    reading::view(app, order, by).await
}

/// Notes how many places the buyer wants.
///
/// # Errors
/// None, or more than the session allows; or the order is not theirs or not open.
pub async fn set_amount(
    app: &App,
    order: OrderId,
    by: &Credential,
    quantity: u32,
) -> Result<OrderView, OrderError> {
    let session = open_session(app, order, by).await?;
    check_unexpired(&session, order, by)?;
    let limit = session.info().rules.max_per_order;
    if quantity == 0 {
        return Err(OrderError::Invalid(vec![("quantity", Fault::NoPlace)]));
    }
    if quantity > limit {
        return Err(Refusal::LimitReached { limit }.into());
    }
    let turn = turn_of(order).await;
    let details = store::orders::set_quantity(&app.pool, by, order, quantity).await?;
    note_details(&session, order, details);
    drop(turn);
    after_command(app, &session, order, by).await
}

/// Notes who buys.
///
/// # Errors
/// The order is not theirs or not open.
pub async fn set_address(
    app: &App,
    order: OrderId,
    by: &Credential,
    address: &Address,
) -> Result<OrderView, OrderError> {
    let session = open_session(app, order, by).await?;
    check_unexpired(&session, order, by)?;
    let turn = turn_of(order).await;
    let address = NewAddress {
        by: *by,
        order,
        address: address.stored().clone(),
    };
    let details = app.desk.set_address(address).await?;
    note_details(&session, order, details);
    drop(turn);
    after_command(app, &session, order, by).await
}

/// Claims places: durable when it returns.
///
/// # Errors
/// The claim is refused, or the order is not theirs or not open.
pub async fn claim(
    app: &App,
    order: OrderId,
    by: &Credential,
    key: IdempotencyKey,
    request_hash: RequestHash,
    request: ClaimRequest,
) -> Result<OrderView, OrderError> {
    let make = |info: &SessionInfo| {
        let wish = wish(info, &request)?;
        Ok(Command::Claim(Claim {
            order,
            credential: *by,
            key: key.clone(),
            request_hash,
            wish,
        }))
    };
    match command(app, order, by, make).await {
        Err(OrderError::Paid) => Box::pin(replay_paid(app, order, by, &key, request_hash)).await,
        answer => answer,
    }
}

/// Gives places back.
///
/// # Errors
/// The order is not theirs or not open, or a payment is under way.
pub async fn drop_places(
    app: &App,
    order: OrderId,
    by: &Credential,
    request: DropRequest,
) -> Result<OrderView, OrderError> {
    let make = |info: &SessionInfo| {
        let places = dropped(info, &request)?;
        Ok(Command::Drop {
            order,
            credential: *by,
            places,
        })
    };
    command(app, order, by, make).await
}

/// Takes the one extension.
///
/// # Errors
/// It was taken, a payment is under way, or the order is not theirs or not open.
pub async fn extend(app: &App, order: OrderId, by: &Credential) -> Result<OrderView, OrderError> {
    command(app, order, by, |_| {
        Ok(Command::Extend {
            order,
            credential: *by,
        })
    })
    .await
}

/// Gives the order up. One that is cancelled already, or has expired, is fine.
///
/// # Errors
/// It is paid, a payment is under way, or it is not theirs.
pub async fn cancel(app: &App, order: OrderId, by: &Credential) -> Result<OrderView, OrderError> {
    let make = |_: &SessionInfo| {
        Ok(Command::Cancel {
            order,
            credential: *by,
        })
    };
    match command(app, order, by, make).await {
        Err(OrderError::Cancelled | OrderError::Refused(Refusal::OrderExpired)) => {
            stored_view(app, order, by).await
        }
        answer => answer,
    }
}

/// Asks the order's session, and answers with the order as it is then. A pin that no payment
/// needs any more (its last attempt was declined, say) is taken off first.
///
/// What seldom happens on this path is boxed: a future is as large as its largest branch, and one
/// is made and moved for each claim.
async fn command(
    app: &App,
    order: OrderId,
    by: &Credential,
    make: impl Fn(&SessionInfo) -> Result<Command, Refusal>,
) -> Result<OrderView, OrderError> {
    let session = open_session(app, order, by).await?;
    let mut answer = session.command(make(session.info())?).await;
    if answer == Err(CommandError::Refused(Refusal::PaymentUnderWay))
        && Box::pin(payments::release_dead_pin(app, &session, order)).await?
    {
        answer = session.command(make(session.info())?).await;
    }
    match answer {
        Ok(()) => after_command(app, &session, order, by).await,
        Err(CommandError::Refused(Refusal::UnknownOrder)) => {
            let stored = Box::pin(stored_order(app, order, by)).await?;
            Err(why_closed(&stored))
        }
        Err(error) => Err(error.into()),
    }
}

/// The live session of an open order. Without the database where the order is live.
pub(crate) async fn open_session(
    app: &App,
    order: OrderId,
    by: &Credential,
) -> Result<Session, OrderError> {
    if let Some(session_id) = app.registry.session_of(order) {
        return Ok(app.registry.session(session_id).await?);
    }
    let stored = Box::pin(stored_order(app, order, by)).await?;
    match stored.status {
        OrderStatus::Pending => Ok(app.registry.session(stored.session_id).await?),
        OrderStatus::Paid | OrderStatus::Cancelled | OrderStatus::Refunded => {
            Err(why_closed(&stored))
        }
    }
}

/// The order's row, if it is theirs.
async fn stored_order(
    app: &App,
    order: OrderId,
    by: &Credential,
) -> Result<StoredOrder, OrderError> {
    if let Some(stored) = store::orders::order_of(&app.pool, by, order).await? {
        return Ok(stored);
    }
    Err(not_theirs(app, order).await?)
}

/// Why somebody cannot have an order that is not theirs.
async fn not_theirs(app: &App, order: OrderId) -> Result<OrderError, OrderError> {
    let exists = store::orders::exists(&app.pool, order).await?;
    Ok(match exists {
        true => OrderError::Forbidden,
        false => OrderError::NotFound,
    })
}

/// What stands in the way of doing anything with an order that its session does not know.
fn why_closed(stored: &StoredOrder) -> OrderError {
    match (stored.status, stored.ending) {
        (OrderStatus::Paid, _) => OrderError::Paid,
        (OrderStatus::Cancelled, Some(Ending::Expired)) => Refusal::OrderExpired.into(),
        (OrderStatus::Cancelled | OrderStatus::Refunded, _) => OrderError::Cancelled,
        // Its session is just closing it, or bringing it back.
        (OrderStatus::Pending, _) => OrderError::Unavailable {
            retry_after: failure::DATABASE_RETRY_AFTER,
        },
    }
}

/// A claim on a paid order is answered only if it is one of those that made the order.
async fn replay_paid(
    app: &App,
    order: OrderId,
    by: &Credential,
    key: &IdempotencyKey,
    request_hash: RequestHash,
) -> Result<OrderView, OrderError> {
    let order_is_theirs = stored_view(app, order, by).await?;
    match store::orders::granted_claim(&app.pool, order, key).await? {
        Some(hash) if hash == request_hash => Ok(order_is_theirs),
        Some(_) => Err(Refusal::KeyReused.into()),
        None => Err(OrderError::Paid),
    }
}

/// What the feed knows of the order, if it is theirs and its time is not up.
fn check_unexpired(session: &Session, order: OrderId, by: &Credential) -> Result<(), OrderError> {
    let Some(open) = session.feed().order(order) else {
        return Ok(());
    };
    if !open.owner.admits(by) {
        return Err(OrderError::Forbidden);
    }
    let is_over = !open.pinned && open.expires_at <= Timestamp::from(Utc::now());
    if is_over {
        Err(Refusal::OrderExpired.into())
    } else {
        Ok(())
    }
}

/// Nothing was written if the order was closed in the meantime: reading it then says so.
fn note_details(session: &Session, order: OrderId, details: Option<Details>) {
    if let Some(details) = details {
        let steps = Steps {
            amount: details.quantity,
            address: details.has_address,
        };
        session.feed().note_steps(order, steps);
    }
}
