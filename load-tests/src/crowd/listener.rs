//! Many sockets that listen, as cheaply as can be: ten thousand of them share the machine with what they measure.
//!
//! A listener speaks just enough of RFC 6455: it upgrades, says what it is told to say, answers pings, and notes when each
//! message came. It looks into a message only as far as a binary delta's sequence.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::outcome::Outcome;
use crate::timeline::{Micros, Timeline};

/// How many handshakes are under way at once.
const HANDS: usize = 64;

/// A handshake that takes longer has failed.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(30);

/// Where `sequence` stands in a binary delta: behind a u32 epoch and a u64.
const SEQUENCE_AT: usize = 12;

/// The least length of a binary delta.
const DELTA_MIN: usize = 20;

const OPCODE_TEXT: u8 = 1;
const OPCODE_BINARY: u8 = 2;
const OPCODE_CLOSE: u8 = 8;
const OPCODE_PING: u8 = 9;

/// Where to listen, and what to say after the handshake.
#[derive(Debug, Clone)]
pub struct Channel {
    pub address: SocketAddr,
    pub path: String,
    pub protocol: Option<&'static str>,
    pub hello: Option<&'static str>,
}

/// What all listeners heard together.
#[derive(Debug, Default)]
pub struct Heard {
    /// Every distinct binary message, in the order of its first arrival.
    pub frames: Vec<HeardFrame>,
    by_sequence: HashMap<u64, u32>,
    /// A frame's place in `frames`, and when a listener had it.
    pub arrivals: Vec<(u32, Micros)>,
    pub snapshots: usize,
    pub bytes: u64,
    /// Listeners whose connection ended before they were told to stop.
    pub ended: usize,
}

/// A binary message that somebody heard.
#[derive(Debug, Clone)]
pub struct HeardFrame {
    pub first_at: Micros,
    pub bytes: Bytes,
}

/// Listeners at work, until dropped.
pub struct Audience {
    listeners: JoinSet<()>,
    heard: Arc<Mutex<Heard>>,
    timeline: Timeline,
}

impl Audience {
    /// Nobody yet.
    pub fn new(timeline: Timeline) -> Self {
        Self {
            listeners: JoinSet::new(),
            heard: Arc::default(),
            timeline,
        }
    }

    /// How many listen.
    pub fn len(&self) -> usize {
        self.listeners.len()
    }

    /// Connects so many more; returns how long that took. All have their first message, if one is sent to newcomers.
    ///
    /// # Errors
    /// A handshake fails.
    pub async fn join(&mut self, channel: &Channel, count: usize) -> Outcome<Duration> {
        let began = std::time::Instant::now();
        let mut hands: JoinSet<Outcome<Vec<(TcpStream, BytesMut)>>> = JoinSet::new();
        for hand in 0..HANDS {
            let share = count / HANDS + usize::from(hand < count % HANDS);
            let channel = channel.clone();
            hands.spawn(async move {
                let mut streams = Vec::with_capacity(share);
                for _ in 0..share {
                    let shaken = tokio::time::timeout(HANDSHAKE_TIMEOUT, shake(&channel));
                    streams.push(shaken.await??);
                }
                Ok(streams)
            });
        }
        let mut streams = Vec::with_capacity(count);
        while let Some(hand) = hands.join_next().await {
            streams.extend(hand??);
        }
        let took = began.elapsed();
        for (stream, buffer) in streams {
            let heard = self.heard.clone();
            self.listeners
                .spawn(listen(stream, buffer, heard, self.timeline));
        }
        Ok(took)
    }

    /// What was heard since the last time, and nothing of it is kept.
    pub fn take_heard(&self) -> Heard {
        std::mem::take(&mut *self.heard.lock().expect("no holder panics"))
    }
}

/// Connects, and says hello, over a socket whose receive buffer may be bounded.
///
/// # Errors
/// The server does not upgrade.
pub async fn shake_with(
    channel: &Channel,
    receive_buffer: Option<u32>,
) -> Outcome<(TcpStream, BytesMut)> {
    let socket = TcpSocket::new_v4()?;
    if let Some(bytes) = receive_buffer {
        socket.set_recv_buffer_size(bytes)?;
    }
    let mut stream = socket.connect(channel.address).await?;
    stream.set_nodelay(true)?;
    let protocol = channel
        .protocol
        .map(|protocol| format!("sec-websocket-protocol: {protocol}\r\n"))
        .unwrap_or_default();
    let ask = format!(
        "GET {} HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{protocol}\r\n",
        channel.path
    );
    stream.write_all(ask.as_bytes()).await?;
    let mut buffer = BytesMut::with_capacity(1_024);
    let head_len = loop {
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err("the server hung up during the handshake".into());
        }
        if let Some(at) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
    };
    if !buffer.starts_with(b"HTTP/1.1 101") {
        let head = String::from_utf8_lossy(&buffer[..head_len.min(120)]).into_owned();
        return Err(format!("no upgrade: {head}").into());
    }
    buffer.advance(head_len);
    if let Some(hello) = channel.hello {
        stream
            .write_all(&client_frame(OPCODE_TEXT, hello.as_bytes()))
            .await?;
    }
    Ok((stream, buffer))
}

async fn shake(channel: &Channel) -> Outcome<(TcpStream, BytesMut)> {
    shake_with(channel, None).await
}

async fn listen(
    mut stream: TcpStream,
    mut buffer: BytesMut,
    heard: Arc<Mutex<Heard>>,
    timeline: Timeline,
) {
    let hear = async {
        loop {
            while let Some((opcode, payload)) = take_frame(&mut buffer) {
                match opcode {
                    OPCODE_PING => {
                        let pong = client_frame(10, &payload);
                        stream.write_all(&pong).await?;
                    }
                    OPCODE_CLOSE => return std::io::Result::Ok(()),
                    _ => heard.lock().expect("no holder panics").note(
                        opcode,
                        payload,
                        timeline.now(),
                    ),
                }
            }
            // Freed between messages: ten thousand buffers that grew once would stay large.
            if buffer.is_empty() && buffer.capacity() > 4_096 {
                buffer = BytesMut::new();
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        }
    };
    // However it ended, it ended: that it did is counted.
    let _ = hear.await;
    heard.lock().expect("no holder panics").ended += 1;
}

impl Heard {
    fn note(&mut self, opcode: u8, payload: Bytes, at: Micros) {
        self.bytes += payload.len() as u64;
        if opcode != OPCODE_BINARY || payload.len() < DELTA_MIN {
            self.snapshots += usize::from(payload.starts_with(b"{\"type\":\"snapshot\""));
            return;
        }
        let sequence = (&payload[SEQUENCE_AT..]).get_u64_le();
        let frames = &mut self.frames;
        let index = *self.by_sequence.entry(sequence).or_insert_with(|| {
            frames.push(HeardFrame {
                first_at: at,
                bytes: payload,
            });
            u32::try_from(frames.len() - 1).expect("a run has few frames")
        });
        self.arrivals.push((index, at));
    }
}

impl HeardFrame {
    /// The seats and states that a binary delta tells.
    pub fn changes(&self) -> Vec<(u32, u8)> {
        let mut bytes = &self.bytes[DELTA_MIN..];
        let mut seat = 0_u64;
        let mut changes = Vec::new();
        while let Some(value) = take_varint(&mut bytes) {
            // The first gap counts from seat nought.
            seat += value >> 2;
            let state = u8::try_from(value & 3).expect("two bits are small");
            changes.push((u32::try_from(seat).unwrap_or(u32::MAX), state));
        }
        changes
    }
}

fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let byte = *bytes.first()?;
        bytes.advance(1);
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Takes a whole frame of a server, which is never masked.
fn take_frame(buffer: &mut BytesMut) -> Option<(u8, Bytes)> {
    let (first, second) = (*buffer.first()?, *buffer.get(1)?);
    let (head_len, len) = match second & 0x7f {
        126 => {
            let mut bytes = buffer.get(2..4)?;
            (4, usize::from(bytes.get_u16()))
        }
        127 => {
            let mut bytes = buffer.get(2..10)?;
            (10, usize::try_from(bytes.get_u64()).ok()?)
        }
        len => (2, usize::from(len)),
    };
    if buffer.len() < head_len + len {
        return None;
    }
    buffer.advance(head_len);
    Some((first & 0x0f, buffer.split_to(len).freeze()))
}

/// A frame of a client, masked with noughts.
fn client_frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let len = u8::try_from(payload.len()).expect("what a listener says is short");
    assert!(len < 126, "what a listener says is short");
    let mut frame = vec![0x80 | opcode, 0x80 | len, 0, 0, 0, 0];
    frame.extend_from_slice(payload);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_taken_when_they_are_whole() {
        let mut buffer = BytesMut::from(&[0x82, 2, 7, 8, 0x81, 126, 0, 1][..]);
        assert_eq!(
            take_frame(&mut buffer),
            Some((2, Bytes::from_static(&[7, 8])))
        );
        assert_eq!(take_frame(&mut buffer), None);
        buffer.extend_from_slice(b"x");
        assert_eq!(take_frame(&mut buffer), Some((1, Bytes::from_static(b"x"))));
    }

    #[test]
    fn a_delta_tells_seats_by_their_gaps() {
        let mut bytes = vec![0; DELTA_MIN];
        bytes.extend([5 << 2 | 1, 0x80 | 0x02, 0x05]);
        let frame = HeardFrame {
            first_at: 0,
            bytes: bytes.into(),
        };
        // 0x02 + (5 << 7) = 642: a gap of 160 and state 2.
        assert_eq!(frame.changes(), [(5, 1), (165, 2)]);
    }

    #[test]
    fn a_message_is_kept_once_and_each_arrival_counted() {
        let mut heard = Heard::default();
        let mut delta = vec![0; DELTA_MIN];
        delta[SEQUENCE_AT] = 9;
        heard.note(OPCODE_BINARY, delta.clone().into(), 5);
        heard.note(OPCODE_BINARY, delta.into(), 7);
        heard.note(
            OPCODE_TEXT,
            Bytes::from_static(b"{\"type\":\"snapshot\","),
            8,
        );
        assert_eq!((heard.frames.len(), heard.snapshots), (1, 1));
        assert_eq!(heard.arrivals, [(0, 5), (0, 7)]);
    }
}
