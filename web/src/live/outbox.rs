//! What is said to a client, and for how long it may refuse to hear it.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use actix_ws::{AggregatedMessageStream, CloseCode, CloseReason, Message, Session};
use bytes::Bytes;
use bytestring::ByteString;
use futures_util::Sink;
use serde::Serialize;
use tokio::time::timeout;

/// Some thirty messages wait for a client at most; one that does not take the next within this time
/// is cut.
const SEND_MAX: Duration = Duration::from_secs(5);

/// How long a client that was told goodbye may take to hang up.
const FAREWELL_MAX: Duration = Duration::from_secs(2);

/// How a conversation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The client is gone.
    Gone,
    /// We hang up.
    Close(CloseWith),
}

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

/// The way to one client.
pub struct Outbox {
    session: Session,
    /// Has the last place in the queue reserved, so that even a client that does not read is told why
    /// it is cut.
    farewell: Session,
}

impl CloseWith {
    fn reason(self) -> CloseReason {
        let (code, description) = match self {
            Self::Normal => (CloseCode::Normal, ""),
            Self::Restart => (CloseCode::Away, "restart"),
            Self::Protocol => (CloseCode::Protocol, "protocol"),
            Self::Unsupported => (CloseCode::Unsupported, "text only"),
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

impl Outbox {
    /// Takes a fresh session, whose queue is empty.
    pub async fn new(session: Session) -> Self {
        let mut farewell = session.clone();
        // A fresh queue has room; if the client is gone already, the first message will say so.
        let _ = poll_fn(|context| Pin::new(&mut farewell).poll_ready(context)).await;
        Self { session, farewell }
    }

    /// Says something.
    pub async fn say(&mut self, message: &impl Serialize) -> Result<(), End> {
        let text = serde_json::to_string(message).expect("messages have only string keys");
        self.text(text.into()).await
    }

    /// Sends text as it is.
    pub async fn text(&mut self, text: ByteString) -> Result<(), End> {
        in_time(self.session.text(text)).await
    }

    /// Sends bytes as they are.
    pub async fn binary(&mut self, bytes: Bytes) -> Result<(), End> {
        in_time(self.session.binary(bytes)).await
    }

    /// Asks for a sign of life.
    pub async fn ping(&mut self) -> Result<(), End> {
        in_time(self.session.ping(b"")).await
    }

    /// Gives one.
    pub async fn pong(&mut self, bytes: &[u8]) -> Result<(), End> {
        in_time(self.session.pong(bytes)).await
    }

    /// Hangs up, and waits a little for the client to do so too.
    pub async fn close(mut self, stream: AggregatedMessageStream, why: CloseWith) {
        drop(self.session);
        // Fails only if the client is gone.
        let _ = Pin::new(&mut self.farewell).start_send(Message::Close(Some(why.reason())));
        drop(self.farewell);
        linger(stream).await;
    }
}

/// Hangs up on a client that was never listened to.
pub async fn farewell(session: Session, stream: AggregatedMessageStream, why: CloseWith) {
    // Fails only if the client is gone.
    let _ = session.close(Some(why.reason())).await;
    linger(stream).await;
}

/// Reads on, so that the close is not overtaken by the reset that unread bytes would cause.
async fn linger(mut stream: AggregatedMessageStream) {
    let until_gone = async { while let Some(Ok(_)) = stream.recv().await {} };
    // A client that does not hang up is left to the kernel's timeout.
    let _ = timeout(FAREWELL_MAX, until_gone).await;
}

async fn in_time(send: impl Future<Output = Result<(), actix_ws::Closed>>) -> Result<(), End> {
    match timeout(SEND_MAX, send).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => Err(End::Close(CloseWith::SlowReader)),
    }
}
