//! The messages of the socket.

use actors::StandingCount;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::door::{DoorBoard, Validated};
use super::order::Order;

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ClientMessage {
    /// Begins to watch; said again, it changes what is watched.
    Hello {
        #[cfg_attr(test, ts(optional))]
        have: Option<Generation>,
        #[cfg_attr(test, ts(optional))]
        order: Option<OwnOrder>,
        #[cfg_attr(test, ts(optional))]
        binary: Option<bool>,
    },
    /// Asks for a fresh snapshot.
    Resync,
    /// Staff: a ticket at the door.
    Scan {
        id: MessageId,
        #[cfg_attr(test, ts(optional))]
        code: Option<String>,
        #[serde(rename = "ticketId")]
        #[cfg_attr(test, ts(optional))]
        ticket_id: Option<Uuid>,
        nonce: String,
        #[cfg_attr(test, ts(optional))]
        device: Option<String>,
    },
    /// Staff: how does the door stand?
    Board {
        #[cfg_attr(test, ts(optional))]
        id: Option<MessageId>,
    },
}

/// A client's name for one of its messages, given back in the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum MessageId {
    Number(u64),
    Text(String),
}

/// A generation of the committed state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Generation {
    pub epoch: u32,
    pub sequence: u64,
}

/// The buyer's order. Browsers leave the secret to their cookie.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OwnOrder {
    pub id: Uuid,
    #[cfg_attr(test, ts(optional))]
    pub secret: Option<String>,
}

/// What the server says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ServerMessage {
    /// All places at one generation, encoded by the feed. `seats`: base64 of 2 bits a seat, lowest bits first.
    #[expect(
        dead_code,
        reason = "it tells the browser's types what the feed encodes"
    )]
    Snapshot {
        epoch: u32,
        sequence: u64,
        seats: String,
        standing: Vec<Standing>,
    },
    /// What changed since `from`, encoded by the feed.
    #[expect(
        dead_code,
        reason = "it tells the browser's types what the feed encodes"
    )]
    Delta {
        epoch: u32,
        from: u64,
        sequence: u64,
        changes: Vec<(u32, u8)>,
        standing: Vec<Standing>,
    },
    /// The buyer's own order.
    Order { order: Box<Order> },
    /// The answer to a scan.
    #[cfg_attr(test, ts(skip))]
    Verdict {
        id: MessageId,
        #[serde(flatten)]
        answer: Box<Validated>,
    },
    /// The answer to a board.
    #[cfg_attr(test, ts(skip))]
    Board {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<MessageId>,
        #[serde(flatten)]
        board: DoorBoard,
    },
    /// The session's sale changed.
    Session { status: String },
    /// A message could not be followed.
    Error {
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        id: Option<MessageId>,
        code: String,
    },
}

/// The places of a standing section.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Standing {
    pub section_id: Uuid,
    pub free: u32,
    pub held: u32,
    pub sold: u32,
}

impl From<&StandingCount> for Standing {
    fn from(count: &StandingCount) -> Self {
        Self {
            section_id: count.section_id.0,
            free: count.free,
            held: count.held,
            sold: count.sold,
        }
    }
}
