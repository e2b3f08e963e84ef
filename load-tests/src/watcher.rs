//! Somebody who watches: follows the socket's deltas from a snapshot, as strictly as a browser must.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::checker::Violation;
use crate::connection::Connection;
use crate::house::{House, SeatState, read_availability, unpack};
use crate::outcome::Outcome;

/// How long after the last change a watcher may still be behind.
const CATCH_UP_TIMEOUT: Duration = Duration::from_secs(10);

/// A watcher at work.
pub struct Watcher {
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

/// What a watcher has seen.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    epoch: u64,
    sequence: u64,
    seats: Vec<SeatState>,
    pub snapshots: usize,
    pub deltas: usize,
    pub changes: usize,
    /// Deltas that did not follow what was there.
    pub gaps: usize,
    /// Why the watcher stopped, if it did.
    fault: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum FromServer {
    Snapshot {
        epoch: u64,
        sequence: u64,
        seats: String,
    },
    Delta {
        epoch: u64,
        from: u64,
        sequence: u64,
        changes: Vec<(u32, u8)>,
    },
    #[serde(other)]
    Other,
}

/// What a message asks of the watcher.
#[derive(Debug, PartialEq, Eq)]
enum Reaction {
    None,
    Resync,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Watcher {
    /// Begins to watch a session.
    ///
    /// # Errors
    /// The socket cannot be opened.
    pub async fn start(address: SocketAddr, house: &House) -> Outcome<Self> {
        let mut asked =
            format!("ws://{address}/live/sessions/{}", house.session).into_client_request()?;
        asked
            .headers_mut()
            .insert("sec-websocket-protocol", "frontrow.v1".parse()?);
        let (mut socket, _) = tokio_tungstenite::connect_async(asked).await?;
        socket
            .send(Message::text(json!({ "type": "hello" }).to_string()))
            .await?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let task = tokio::spawn(follow(socket, seen.clone(), house.capacity()));
        Ok(Self { seen, task })
    }

    /// What it has seen so far.
    pub fn seen(&self) -> Seen {
        self.seen.lock().expect("no holder panics").clone()
    }

    /// Once all is quiet, compares what it saw with what everybody may ask for.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn compare(
        &self,
        connection: &mut Connection,
        house: &House,
    ) -> Outcome<Option<Violation>> {
        let deadline = Instant::now() + CATCH_UP_TIMEOUT;
        loop {
            let truth = read_availability(connection, house).await?;
            let seen = self.seen();
            if (seen.epoch, seen.sequence) == (truth.epoch, truth.sequence)
                && seen.seats == truth.seats
            {
                return Ok(None);
            }
            if Instant::now() > deadline {
                return Ok(Some(Violation::WatcherDiffers {
                    what: describe(&seen, &truth.seats, truth.sequence),
                }));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Seen {
    fn take_snapshot(&mut self, epoch: u64, sequence: u64, seats: Vec<SeatState>) {
        (self.epoch, self.sequence, self.seats) = (epoch, sequence, seats);
        self.snapshots += 1;
    }

    /// Applies a delta only if the epoch is the watcher's and it starts where the watcher is.
    fn take_delta(
        &mut self,
        epoch: u64,
        from: u64,
        sequence: u64,
        changes: &[(u32, u8)],
    ) -> Reaction {
        if (epoch, from) != (self.epoch, self.sequence) {
            self.gaps += 1;
            return Reaction::Resync;
        }
        for (seat, bits) in changes {
            match usize::try_from(*seat)
                .ok()
                .and_then(|seat| self.seats.get_mut(seat))
            {
                Some(state) => *state = SeatState::from_bits(*bits),
                None => self.fault = Some(format!("a delta named seat {seat}, which is not there")),
            }
        }
        self.sequence = sequence;
        self.deltas += 1;
        self.changes += changes.len();
        Reaction::None
    }

    fn take(&mut self, text: &str, capacity: usize) -> Outcome<Reaction> {
        match serde_json::from_str(text)? {
            FromServer::Snapshot {
                epoch,
                sequence,
                seats,
            } => {
                self.take_snapshot(epoch, sequence, unpack(&seats, capacity)?);
                Ok(Reaction::None)
            }
            FromServer::Delta {
                epoch,
                from,
                sequence,
                changes,
            } => Ok(self.take_delta(epoch, from, sequence, &changes)),
            FromServer::Other => Ok(Reaction::None),
        }
    }
}

async fn follow(mut socket: Socket, seen: Arc<Mutex<Seen>>, capacity: usize) {
    while let Some(message) = socket.next().await {
        let reaction = match message {
            Ok(Message::Text(text)) => seen.lock().expect("no holder panics").take(&text, capacity),
            Ok(_) => Ok(Reaction::None),
            Err(error) => Err(error.into()),
        };
        let sent = match reaction {
            Ok(Reaction::None) => Ok(()),
            Ok(Reaction::Resync) => {
                socket
                    .send(Message::text(json!({ "type": "resync" }).to_string()))
                    .await
            }
            Err(fault) => {
                seen.lock().expect("no holder panics").fault = Some(fault.to_string());
                return;
            }
        };
        if let Err(error) = sent {
            seen.lock().expect("no holder panics").fault = Some(error.to_string());
            return;
        }
    }
    seen.lock()
        .expect("no holder panics")
        .fault
        .get_or_insert("the server closed the socket".into());
}

fn describe(seen: &Seen, truth: &[SeatState], sequence: u64) -> String {
    let differing = seen
        .seats
        .iter()
        .zip(truth)
        .filter(|(seen, truth)| seen != truth)
        .count();
    format!(
        "{differing} of {} seats differ; at sequence {} of {sequence}; {}",
        truth.len(),
        seen.sequence,
        seen.fault.as_deref().unwrap_or("still listening"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_is_applied_only_where_it_follows() {
        let mut seen = Seen::default();
        seen.take_snapshot(1, 5, vec![SeatState::Free; 2]);
        assert_eq!(seen.take_delta(1, 5, 6, &[(1, 2)]), Reaction::None);
        assert_eq!(seen.seats, [SeatState::Free, SeatState::Sold]);
        assert_eq!(seen.take_delta(1, 5, 7, &[(0, 2)]), Reaction::Resync);
        assert_eq!(seen.take_delta(2, 6, 7, &[(0, 2)]), Reaction::Resync);
        assert_eq!((seen.seats[0], seen.gaps), (SeatState::Free, 2));
    }
}
