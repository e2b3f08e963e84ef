//! The door: scanning tickets and admitting each once, within one's own venue or artist.

use domain::pnr::Pnr;
use domain::{OrderId, SectionIndex, SessionId, TicketId, Timestamp};
use domain::order::OrderStatus;
use thiserror::Error;

use crate::App;
use crate::people::SignedIn;

/// What is scanned or typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    Code(String),
    Pnr(String),
    Ticket(TicketId),
}

/// An attempt at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    pub session_id: SessionId,
    pub scanned: Scanned,
    /// The scanner's name for this attempt: repeated, it is answered as the first time. 1 to 64 characters.
    pub nonce: String,
    pub device: String,
}

/// The answer to a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Admitted,
    AlreadyUsed,
    WrongSession,
    Refunded,
    Cancelled,
    NotPaid,
    Forged,
    Unknown,
    TooEarly,
    Found,
}

/// The answer with what the scanner shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanAnswer {
    pub verdict: Verdict,
    pub order: Option<ScannedOrder>,
    pub ticket: Option<ScannedTicket>,
    /// All tickets of the order, where a PNR was found.
    pub tickets: Vec<ScannedTicket>,
    pub first_scan: Option<FirstScan>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScannedOrder {
    pub order_id: OrderId,
    pub pnr: Pnr,
    pub status: OrderStatus,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScannedTicket {
    pub ticket_id: TicketId,
    pub section_index: SectionIndex,
    pub section: String,
    pub row: Option<String>,
    pub number: Option<String>,
    pub holder: String,
    pub admitted_at: Option<Timestamp>,
}

/// Which scan admitted the ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstScan {
    pub at: Timestamp,
    pub device: String,
    /// The name of the person who scanned.
    pub by: String,
}

/// How a session's door stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Board {
    pub inside: u64,
    pub expected: u64,
    /// Admissions within the last minute.
    pub per_minute: u64,
    pub refusals: u64,
}

/// Why a scan was not judged.
#[derive(Debug, Error)]
pub enum DoorError {
    #[error("there is no such session")]
    NotFound,
    /// The session is not of the person's venues or artists.
    #[error("the session is not yours")]
    Forbidden,
    /// The nonce was used for another scan.
    #[error("the nonce was used for another scan")]
    NonceReused,
    #[error("some fields are wrong")]
    Invalid(Vec<(&'static str, String)>),
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Whether the person works at this session's door: admin, or of its venue, or of one of its artists.
pub async fn may_scan(_app: &App, _by: &SignedIn, _session: SessionId) -> Result<(), DoorError> {
    todo!()
}

/// Judges a scan, and admits its ticket if that is right.
pub async fn validate(_app: &App, _by: &SignedIn, _scan: Scan) -> Result<ScanAnswer, DoorError> {
    todo!()
}

/// How a session's door stands.
pub async fn board(_app: &App, _by: &SignedIn, _session: SessionId) -> Result<Board, DoorError> {
    todo!()
}
