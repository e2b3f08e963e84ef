//! Messages as the wire has them: encoded once, sent to many.

use std::cell::OnceCell;

use actix_http::ws::{CloseCode, CloseReason, Codec, Message};
use actors::Frame;
use bytes::{Bytes, BytesMut};
use bytestring::ByteString;
use serde::Serialize;
use tokio_util::codec::Encoder;

/// Whole messages, one after another, as the wire has them.
#[derive(Debug, Clone)]
pub struct Packet(Bytes);

/// Why we hang up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseWith {
    /// The client did.
    Normal,
    /// The process ends; come back.
    Restart,
    /// Not the protocol.
    Protocol,
    /// A kind of message that is not taken.
    Unsupported,
    /// Text that is none.
    NotText,
    /// A foreign origin.
    Policy,
    /// A message too large.
    Size,
    /// The login that staff came with has ended.
    LoginEnded,
    /// There is no such session.
    UnknownSession,
    /// The client does not read, or does not answer pings.
    SlowReader,
    /// The client says too much.
    Flood,
}

/// One tick's frame, for those who take text and those who take binary.
pub struct FramePackets<'a> {
    frame: &'a Frame,
    text: OnceCell<Packet>,
    binary: OnceCell<Packet>,
}

impl Packet {
    /// Something said.
    pub fn of(message: &impl Serialize) -> Self {
        let text = serde_json::to_string(message).expect("messages have only string keys");
        Self::text(text.into())
    }

    /// Text as it is.
    pub fn text(text: ByteString) -> Self {
        Self::encode([Message::Text(text)])
    }

    /// Asks for a sign of life.
    pub fn ping() -> Self {
        Self::encode([Message::Ping(Bytes::new())])
    }

    /// Gives one.
    pub fn pong(bytes: Bytes) -> Self {
        Self::encode([Message::Pong(bytes)])
    }

    /// Says goodbye.
    pub fn close(why: CloseWith) -> Self {
        Self::encode([Message::Close(Some(why.reason()))])
    }

    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    fn encode(messages: impl IntoIterator<Item = Message>) -> Self {
        let mut bytes = BytesMut::new();
        for message in messages {
            let encoded = Codec::new().encode(message, &mut bytes);
            encoded.expect("only pieces of messages can come at the wrong time");
        }
        Self(bytes.freeze())
    }
}

impl<'a> FramePackets<'a> {
    /// Encodes nothing yet.
    pub fn of(frame: &'a Frame) -> Self {
        Self {
            frame,
            text: OnceCell::new(),
            binary: OnceCell::new(),
        }
    }

    /// Where there is nothing for those who take seats in binary, the text still says how far the
    /// sequence went.
    pub fn get(&self, binary: bool) -> &Packet {
        let Frame {
            binary: seats,
            standing_text: standing,
            ..
        } = self.frame;
        if !binary || (seats.is_none() && standing.is_none()) {
            return self
                .text
                .get_or_init(|| Packet::text(self.frame.text.clone()));
        }
        self.binary.get_or_init(|| {
            let seats = seats.clone().map(Message::Binary);
            let standing = standing.clone().map(Message::Text);
            Packet::encode(seats.into_iter().chain(standing))
        })
    }
}

impl CloseWith {
    fn reason(self) -> CloseReason {
        let (code, description) = match self {
            Self::Normal => (CloseCode::Normal, ""),
            Self::Restart => (CloseCode::Away, "restart"),
            Self::Protocol => (CloseCode::Protocol, "protocol"),
            Self::Unsupported => (CloseCode::Unsupported, "text only"),
            Self::NotText => (CloseCode::Invalid, "text in UTF-8 only"),
            Self::Policy => (CloseCode::Policy, "origin"),
            Self::Size => (CloseCode::Size, "size"),
            Self::LoginEnded => (CloseCode::Other(4401), "login ended"),
            Self::UnknownSession => (CloseCode::Other(4404), "unknown session"),
            Self::SlowReader => (CloseCode::Other(4408), "slow reader"),
            Self::Flood => (CloseCode::Other(4429), "flood"),
        };
        CloseReason {
            code,
            description: Some(description.to_owned()),
        }
    }
}
