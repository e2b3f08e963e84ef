//! What a client says, put together from what the kernel brings.

use std::io;

use actix_http::ws::{Codec, Frame, Item, ProtocolError};
use actix_web::rt::net::TcpStream;
use bytes::{Bytes, BytesMut};
use bytestring::ByteString;
use tokio_util::codec::Decoder;

use super::packet::CloseWith;

/// The largest message of a client, in bytes, in one frame or in several.
const MESSAGE_MAX: usize = 16 * 1024;

/// How much is read at once.
const READ_MAX: usize = 2 * 1024;

/// What a client said.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// Text.
    Text(ByteString),
    /// Bytes, which nobody wants.
    Binary,
    /// It asks for a sign of life.
    Ping(Bytes),
    /// It gives one.
    Pong,
    /// It hangs up.
    Close,
}

/// What has been read and not heard yet.
pub struct Inbox {
    codec: Codec,
    bytes: BytesMut,
    /// The beginning of a message that comes in pieces.
    pieces: Option<Pieces>,
}

struct Pieces {
    is_text: bool,
    bytes: BytesMut,
}

impl Inbox {
    /// What a client said before anybody listened.
    pub fn new(early: &[Bytes]) -> Self {
        let mut bytes = BytesMut::new();
        early
            .iter()
            .for_each(|early| bytes.extend_from_slice(early));
        Self {
            codec: Codec::new().max_size(MESSAGE_MAX),
            bytes,
            pieces: None,
        }
    }

    /// Reads what has come; returns how much that was, nought at the end of all.
    pub fn fill_from(&mut self, stream: &TcpStream) -> io::Result<usize> {
        self.bytes.reserve(READ_MAX);
        let read = stream.try_read_buf(&mut self.bytes);
        self.rest();
        read
    }

    /// The next message, if it is whole.
    pub fn take(&mut self) -> Result<Option<Heard>, CloseWith> {
        while let Some(frame) = self
            .codec
            .decode(&mut self.bytes)
            .map_err(|error| fault(&error))?
        {
            let heard = match frame {
                Frame::Text(bytes) => Some(text(bytes)?),
                Frame::Binary(_) => Some(Heard::Binary),
                Frame::Ping(bytes) => Some(Heard::Ping(bytes)),
                Frame::Pong(_) => Some(Heard::Pong),
                Frame::Close(_) => Some(Heard::Close),
                Frame::Continuation(item) => self.put_together(item)?,
            };
            if heard.is_some() {
                return Ok(heard);
            }
        }
        self.rest();
        Ok(None)
    }

    fn put_together(&mut self, item: Item) -> Result<Option<Heard>, CloseWith> {
        let (piece, is_last) = match item {
            Item::FirstText(piece) => (self.begin(true, &piece), false),
            Item::FirstBinary(piece) => (self.begin(false, &piece), false),
            Item::Continue(piece) => (piece, false),
            Item::Last(piece) => (piece, true),
        };
        let pieces = self.pieces.as_mut().ok_or(CloseWith::Protocol)?;
        if pieces.bytes.len() + piece.len() > MESSAGE_MAX {
            return Err(CloseWith::Size);
        }
        pieces.bytes.extend_from_slice(&piece);
        if !is_last {
            return Ok(None);
        }
        match self.pieces.take() {
            Some(Pieces {
                is_text: true,
                bytes,
            }) => text(bytes.freeze()).map(Some),
            _ => Ok(Some(Heard::Binary)),
        }
    }

    /// What is left to be added of a first piece: nothing.
    fn begin(&mut self, is_text: bool, piece: &[u8]) -> Bytes {
        self.pieces = Some(Pieces {
            is_text,
            bytes: piece.into(),
        });
        Bytes::new()
    }

    /// Between messages nothing is kept: most clients say something twice a minute.
    fn rest(&mut self) {
        if self.bytes.is_empty() {
            self.bytes = BytesMut::new();
        }
    }
}

fn text(bytes: Bytes) -> Result<Heard, CloseWith> {
    let text = ByteString::try_from(bytes).map_err(|_| CloseWith::NotText)?;
    Ok(Heard::Text(text))
}

fn fault(error: &ProtocolError) -> CloseWith {
    match error {
        ProtocolError::Overflow => CloseWith::Size,
        _ => CloseWith::Protocol,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame as a client sends it, with a mask of zeros.
    fn frame(head: u8, payload: &[u8]) -> Bytes {
        let len = u16::try_from(payload.len()).unwrap().to_be_bytes();
        let head = [head, 0x80 | 126, len[0], len[1], 0, 0, 0, 0];
        [&head[..], payload].concat().into()
    }

    const TEXT: u8 = 1;
    const BINARY: u8 = 2;
    const MORE: u8 = 0;
    const LAST: u8 = 0x80;

    #[test]
    fn a_message_in_pieces_is_one_and_a_ping_may_come_between() {
        let mut inbox = Inbox::new(&[
            frame(TEXT, b"he"),
            frame(LAST | 9, b"?"),
            frame(MORE, b"l"),
            frame(LAST | MORE, b"lo"),
        ]);
        assert_eq!(
            inbox.take(),
            Ok(Some(Heard::Ping(Bytes::from_static(b"?"))))
        );
        assert_eq!(inbox.take(), Ok(Some(Heard::Text("hello".into()))));
        assert_eq!(inbox.take(), Ok(None));
    }

    #[test]
    fn what_is_too_large_in_one_or_in_all_is_refused() {
        let whole = vec![b'x'; MESSAGE_MAX + 1];
        assert_eq!(
            Inbox::new(&[frame(LAST | TEXT, &whole)]).take(),
            Err(CloseWith::Size)
        );
        let half = &whole[..MESSAGE_MAX / 2 + 1];
        let mut halves = Inbox::new(&[frame(TEXT, half), frame(LAST | MORE, half)]);
        assert_eq!(halves.take(), Err(CloseWith::Size));
        let fits = &whole[..MESSAGE_MAX];
        assert!(matches!(
            Inbox::new(&[frame(LAST | TEXT, fits)]).take(),
            Ok(Some(Heard::Text(_)))
        ));
    }

    #[test]
    fn what_is_no_text_and_what_breaks_the_protocol_is_told_apart() {
        assert_eq!(
            Inbox::new(&[frame(LAST | TEXT, &[0xff])]).take(),
            Err(CloseWith::NotText)
        );
        assert_eq!(
            Inbox::new(&[frame(LAST | MORE, b"x")]).take(),
            Err(CloseWith::Protocol)
        );
        let unmasked = Bytes::from_static(&[LAST | TEXT, 1, b'x']);
        assert_eq!(Inbox::new(&[unmasked]).take(), Err(CloseWith::Protocol));
        assert_eq!(
            Inbox::new(&[frame(LAST | BINARY, b"x")]).take(),
            Ok(Some(Heard::Binary))
        );
    }
}
