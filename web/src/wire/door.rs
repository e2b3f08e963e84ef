//! Scans and their verdicts.

use chrono::{DateTime, Utc};
use domain::order::OrderStatus;
use operations::doors::{Board, FirstScan, ScanAnswer, ScannedOrder, ScannedTicket, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An attempt at the door: exactly one of `code`, `pnr` and `ticketId`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Validate {
    pub session_id: Uuid,
    #[schema(nullable = false)]
    pub code: Option<String>,
    #[schema(nullable = false)]
    pub pnr: Option<String>,
    #[schema(nullable = false)]
    pub ticket_id: Option<Uuid>,
    /// The scanner's name for this attempt: repeated, it is answered as the first time.
    pub nonce: String,
    #[schema(nullable = false)]
    pub device: Option<String>,
}

/// The answer to a scan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Validated {
    /// `admitted`, `already_used`, `wrong_session`, `refunded`, `cancelled`, `not_paid`, `forged`,
    /// `unknown`, `too_early` or `found`.
    #[cfg_attr(
        test,
        ts(
            type = r#""admitted" | "already_used" | "wrong_session" | "refunded" | "cancelled" | "not_paid" | "forged" | "unknown" | "too_early" | "found""#
        )
    )]
    pub verdict: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub order: Option<DoorOrder>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub ticket: Option<DoorTicket>,
    /// All tickets of the order, where a PNR was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<DoorTicket>>"))]
    pub tickets: Vec<DoorTicket>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub first_scan: Option<DoorFirstScan>,
}

/// The order of a ticket.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DoorOrder {
    pub pnr: String,
    #[schema(value_type = String)]
    #[cfg_attr(test, ts(type = r#""PENDING" | "PAID" | "CANCELLED" | "REFUNDED""#))]
    pub status: OrderStatus,
}

/// A ticket as the door sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DoorTicket {
    pub ticket_id: Uuid,
    pub section: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub row: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub number: Option<String>,
    pub holder: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional, type = "string"))]
    pub admitted_at: Option<DateTime<Utc>>,
}

/// The scan that admitted a ticket.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DoorFirstScan {
    #[cfg_attr(test, ts(type = "string"))]
    pub at: DateTime<Utc>,
    pub device: String,
    pub by: String,
}

/// How a session's door stands.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DoorBoard {
    pub inside: u64,
    pub expected: u64,
    pub per_minute: u64,
    pub refusals: u64,
}

/// A verdict's word on the wire.
#[must_use]
pub fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Admitted => "admitted",
        Verdict::AlreadyUsed => "already_used",
        Verdict::WrongSession => "wrong_session",
        Verdict::Refunded => "refunded",
        Verdict::Cancelled => "cancelled",
        Verdict::NotPaid => "not_paid",
        Verdict::Forged => "forged",
        Verdict::Unknown => "unknown",
        Verdict::TooEarly => "too_early",
        Verdict::Found => "found",
    }
}

impl From<ScanAnswer> for Validated {
    fn from(answer: ScanAnswer) -> Self {
        Self {
            verdict: verdict_word(answer.verdict).to_owned(),
            order: answer.order.map(DoorOrder::from),
            ticket: answer.ticket.map(DoorTicket::from),
            tickets: answer.tickets.into_iter().map(DoorTicket::from).collect(),
            first_scan: answer.first_scan.map(DoorFirstScan::from),
        }
    }
}

impl From<ScannedOrder> for DoorOrder {
    fn from(order: ScannedOrder) -> Self {
        Self {
            pnr: order.pnr.to_string(),
            status: order.status,
        }
    }
}

impl From<ScannedTicket> for DoorTicket {
    fn from(ticket: ScannedTicket) -> Self {
        Self {
            ticket_id: ticket.ticket_id.0,
            section: ticket.section,
            row: ticket.row,
            number: ticket.number,
            holder: ticket.holder,
            admitted_at: ticket.admitted_at.map(|at| at.to_datetime()),
        }
    }
}

impl From<FirstScan> for DoorFirstScan {
    fn from(scan: FirstScan) -> Self {
        Self {
            at: scan.at.to_datetime(),
            device: scan.device,
            by: scan.by,
        }
    }
}

impl From<Board> for DoorBoard {
    fn from(board: Board) -> Self {
        Self {
            inside: board.inside,
            expected: board.expected,
            per_minute: board.per_minute,
            refusals: board.refusals,
        }
    }
}
