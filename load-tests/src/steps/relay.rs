//! Stands between the server and what it talks to, passes everything on, and asks the gate before each step.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::dialect::{Dialect, Reader, ends_answer};
use super::gate::{Gate, Word};
use crate::outcome::Outcome;

/// As much as is read at a time.
const READ_LEN: usize = 64 * 1024;

/// The end of an answer of Postgres: its last message.
const TAIL_LEN: usize = 6;

/// A relay that runs until it is dropped.
pub struct Relay {
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

/// What the two directions of a connection know of each other.
#[derive(Default)]
struct Talk {
    is_in_transaction: AtomicBool,
    /// The next answer is to be lost.
    is_mute: AtomicBool,
}

impl Relay {
    /// Listens on a free port.
    ///
    /// # Errors
    /// There is none.
    pub async fn start(dialect: Dialect, to: SocketAddr, gate: Arc<Gate>) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            // Ends with the harness only.
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(dialect, client, to, gate.clone()));
            }
        });
        Ok(Self { address, task })
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Whichever direction ends first, both do.
async fn carry(dialect: Dialect, client: TcpStream, to: SocketAddr, gate: Arc<Gate>) {
    let Ok(server) = TcpStream::connect(to).await else {
        return;
    };
    // Refused only where the connection has ended.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let talk = Talk::default();
    tokio::select! {
        () = ask(dialect, from_client, to_server, &gate, &talk) => {}
        () = answer(dialect, from_server, to_client, &talk) => {}
    }
}

async fn ask(
    dialect: Dialect,
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    gate: &Gate,
    talk: &Talk,
) {
    let mut reader = Reader::new(dialect);
    let (mut buffer, mut read) = (Vec::new(), vec![0; READ_LEN]);
    loop {
        let is_in_transaction = talk.is_in_transaction.load(Ordering::Acquire);
        while let Some(unit) = reader.take(&mut buffer, is_in_transaction) {
            let word = unit.step.map_or(Word::Pass, |step| gate.pass(&step));
            match word {
                Word::Pass => {}
                Word::Withhold => return,
                Word::Mute => talk.is_mute.store(true, Ordering::Release),
            }
            if to.write_all(&unit.bytes).await.is_err() {
                return;
            }
        }
        match from.read(&mut read).await {
            Ok(len @ 1..) => buffer.extend_from_slice(&read[..len]),
            Ok(0) | Err(_) => return,
        }
    }
}

async fn answer(dialect: Dialect, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, talk: &Talk) {
    let mut read = vec![0; READ_LEN];
    let mut tail = Vec::new();
    loop {
        let Ok(len @ 1..) = from.read(&mut read).await else {
            return;
        };
        let words = &read[..len];
        tail.extend_from_slice(&words[len.saturating_sub(TAIL_LEN)..]);
        tail.drain(..tail.len().saturating_sub(TAIL_LEN));
        let ended = match dialect {
            Dialect::Postgres => ends_answer(&tail),
            // Whoever answers has done it.
            Dialect::Http => Some(false),
        };
        if let Some(is_in_transaction) = ended {
            talk.is_in_transaction
                .store(is_in_transaction, Ordering::Release);
        }
        match (talk.is_mute.load(Ordering::Acquire), ended) {
            (true, Some(_)) => return,
            (true, None) => {}
            (false, _) => {
                if to.write_all(words).await.is_err() {
                    return;
                }
            }
        }
    }
}
