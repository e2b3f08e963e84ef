//! Opening, filling, extending and cancelling an order.

use std::time::Duration;

use domain::order::{Credential, OrderStatus, PaymentState, Provider, Step};
use domain::pnr::Pnr;
use domain::seat_map::{IdempotencyKey, Refusal, RequestHash};
use domain::{
    AccountId, Money, OrderId, PaymentId, SeatIndex, SectionId, SectionIndex, SessionId, TicketId,
    Timestamp,
};
use thiserror::Error;

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

/// What a claim asks for, before the manifest is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimRequest {
    Seats(Vec<SeatIndex>),
    Standing { section: SectionId, quantity: u32 },
    Best { quantity: u32, section: Option<SectionId> },
}

/// What a drop gives back, before the manifest is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DropRequest {
    Seats(Vec<SeatIndex>),
    Standing { section: SectionId, quantity: u32 },
}

/// Who buys, and where they live. Made only by `Address::parse`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub line1: String,
    pub line2: Option<String>,
    pub postcode: String,
    pub city: String,
    pub country: String,
}

/// Why an operation on an order did not succeed.
#[derive(Debug, Error)]
pub enum OrderError {
    /// There is no such order or session.
    #[error("there is no such order")]
    NotFound,
    /// The order is somebody else's.
    #[error("the order belongs to somebody else")]
    Forbidden,
    /// The order is paid.
    #[error("the order is paid")]
    Paid,
    /// The order was cancelled or refunded.
    #[error("the order was cancelled")]
    Cancelled,
    /// The seat map refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Fields that cannot be accepted: name and reason.
    #[error("some fields are wrong")]
    Invalid(Vec<(&'static str, String)>),
    /// Shed because there is too much to do.
    #[error("busy")]
    Busy { retry_after: Duration },
    /// Not known whether it was done; or not done since the database does not answer.
    #[error("unavailable")]
    Unavailable { retry_after: Duration },
    /// The database refused for a reason that is a defect.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// A new order, with the secret that is told only once.
#[derive(Debug, Clone)]
pub struct OpenedOrder {
    pub order: OrderView,
    pub secret: String,
}

impl Address {
    /// Reads an address as typed; every wrong field is named.
    ///
    /// # Errors
    /// `OrderError::Invalid` with one entry a wrong field.
    pub fn parse(_fields: AddressFields) -> Result<Self, OrderError> {
        todo!()
    }
}

/// An address as typed.
#[derive(Debug, Clone, Default)]
pub struct AddressFields {
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub line1: String,
    pub line2: Option<String>,
    pub postcode: String,
    pub city: String,
    pub country: String,
}

/// Opens an empty order.
pub async fn open(
    _app: &App,
    _session_id: SessionId,
    _account: Option<AccountId>,
) -> Result<OpenedOrder, OrderError> {
    todo!()
}

/// The order as it is committed.
pub async fn view(_app: &App, _order: OrderId, _by: &Credential) -> Result<OrderView, OrderError> {
    todo!()
}

/// Notes how many places the buyer wants.
pub async fn set_amount(
    _app: &App,
    _order: OrderId,
    _by: &Credential,
    _quantity: u32,
) -> Result<OrderView, OrderError> {
    todo!()
}

/// Notes who buys.
pub async fn set_address(
    _app: &App,
    _order: OrderId,
    _by: &Credential,
    _address: &Address,
) -> Result<OrderView, OrderError> {
    todo!()
}

/// Claims places: durable when it returns.
pub async fn claim(
    _app: &App,
    _order: OrderId,
    _by: &Credential,
    _key: IdempotencyKey,
    _request_hash: RequestHash,
    _request: ClaimRequest,
) -> Result<OrderView, OrderError> {
    todo!()
}

/// Gives places back.
pub async fn drop_places(
    _app: &App,
    _order: OrderId,
    _by: &Credential,
    _request: DropRequest,
) -> Result<OrderView, OrderError> {
    todo!()
}

/// Takes the one extension.
pub async fn extend(_app: &App, _order: OrderId, _by: &Credential) -> Result<OrderView, OrderError> {
    todo!()
}

/// Gives the order up.
pub async fn cancel(_app: &App, _order: OrderId, _by: &Credential) -> Result<OrderView, OrderError> {
    todo!()
}
