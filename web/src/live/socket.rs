//! One client's socket: what it says, what is said to it, and for how long it may refuse to hear that.
//!
//! What is said goes straight to the kernel. What the kernel does not take waits here, and while something waits the
//! client gets no turn: nobody says anything to it but that it has fallen behind.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::net::Shutdown;
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout, timeout_at};

use super::inbox::{Heard, Inbox};
use super::packet::{CloseWith, Packet};

/// A client of whose messages the kernel has taken nothing for so long is cut.
const UNTAKEN_MAX: Duration = Duration::from_secs(5);

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

/// The socket of one client.
pub struct Socket {
    stream: TcpStream,
    inbox: RefCell<Inbox>,
    untaken: RefCell<VecDeque<Bytes>>,
    is_broken: Cell<bool>,
    call: Notify,
}

impl Socket {
    /// A connection that has become a socket, and what the client said before it had.
    pub fn new(stream: TcpStream, early: &[Bytes]) -> Self {
        Self {
            stream,
            inbox: RefCell::new(Inbox::new(early)),
            untaken: RefCell::default(),
            is_broken: Cell::new(false),
            call: Notify::new(),
        }
    }

    /// Says something. What the kernel does not take waits for [`Self::taken`].
    pub fn send(&self, packet: &Packet) {
        let mut untaken = self.untaken.borrow_mut();
        let rest = if untaken.is_empty() {
            self.write(packet.bytes())
        } else {
            Some(packet.bytes().clone())
        };
        if let Some(rest) = rest {
            untaken.push_back(rest);
            self.call();
        }
    }

    /// Whether the kernel has taken all that was said.
    pub fn is_idle(&self) -> bool {
        self.untaken.borrow().is_empty()
    }

    /// Makes the conversation look about it.
    pub fn call(&self) {
        self.call.notify_one();
    }

    /// Waits to be called.
    pub async fn called(&self) {
        self.call.notified().await;
    }

    /// Waits until the kernel has taken all that was said.
    pub async fn taken(&self) -> Result<(), End> {
        let mut cut_at = Instant::now() + UNTAKEN_MAX;
        loop {
            let left = self.untaken_len();
            self.write_untaken();
            if self.is_broken.get() {
                return Err(End::Gone);
            }
            match self.untaken_len() {
                0 => return Ok(()),
                less if less < left => cut_at = Instant::now() + UNTAKEN_MAX,
                _ => {}
            }
            match timeout_at(cut_at, self.stream.writable()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(End::Gone),
                Err(_) => return Err(End::Close(CloseWith::SlowReader)),
            }
        }
    }

    /// Waits for the next message. Cancel-safe.
    pub async fn hear(&self) -> Result<Heard, End> {
        loop {
            let heard = self.inbox.borrow_mut().take();
            if let Some(heard) = heard.map_err(End::Close)? {
                return Ok(heard);
            }
            self.stream.readable().await.map_err(|_| End::Gone)?;
            match self.inbox.borrow_mut().fill_from(&self.stream) {
                Ok(0) => return Err(End::Gone),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return Err(End::Gone),
            }
        }
    }

    /// Hangs up, and waits a little for the client to do so too. A client that does not read is told why if it reads
    /// on within that time.
    pub async fn close(&self, why: CloseWith) {
        self.send(&Packet::close(why));
        let raw = socket2::SockRef::from(&self.stream);
        if let Ok(Ok(())) = timeout(FAREWELL_MAX, self.taken()).await {
            // Fails only if the client is gone.
            let _ = raw.shutdown(Shutdown::Write);
            // A client that does not hang up has no right to more.
            let _ = timeout(FAREWELL_MAX, self.linger()).await;
        } else {
            // The kernel need not keep what nobody reads. Fails only if the client is gone.
            let _ = raw.set_linger(Some(Duration::ZERO));
        }
    }

    /// Reads on, so that the close is not overtaken by the reset that unread bytes would cause.
    async fn linger(&self) {
        let mut unheard = [0; 1_024];
        while self.stream.readable().await.is_ok() {
            match self.stream.try_read(&mut unheard) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }

    fn untaken_len(&self) -> usize {
        self.untaken.borrow().iter().map(Bytes::len).sum()
    }

    fn write_untaken(&self) {
        let mut untaken = self.untaken.borrow_mut();
        while let Some(first) = untaken.pop_front() {
            if let Some(rest) = self.write(&first) {
                untaken.push_front(rest);
                return;
            }
        }
        // What once was behind keeps no room for it.
        untaken.shrink_to_fit();
    }

    /// Returns what the kernel did not take.
    fn write(&self, bytes: &Bytes) -> Option<Bytes> {
        if self.is_broken.get() {
            return None;
        }
        let mut taken = 0;
        while taken < bytes.len() {
            match self.stream.try_write(&bytes[taken..]) {
                Ok(more) => taken += more,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Some(bytes.slice(taken..));
                }
                Err(_) => {
                    self.is_broken.set(true);
                    self.call();
                    return None;
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::{TcpListener, TcpSocket};

    use super::*;

    /// A socket and its client, between whom the kernel keeps little.
    async fn pair() -> (Socket, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpSocket::new_v4().unwrap();
        client.set_recv_buffer_size(4_096).unwrap();
        let client = client
            .connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        socket2::SockRef::from(&stream)
            .set_tcp_notsent_lowat(16_384)
            .unwrap();
        (Socket::new(stream, &[]), client)
    }

    /// Says so much that something waits; returns how many bytes.
    fn say_too_much(socket: &Socket) -> usize {
        let packet = Packet::text("x".repeat(50_000).into());
        let mut said = 0;
        while socket.is_idle() {
            socket.send(&packet);
            said += packet.bytes().len();
        }
        socket.send(&packet);
        said + packet.bytes().len()
    }

    #[tokio::test]
    async fn what_the_kernel_does_not_take_waits_until_the_client_reads() {
        let (socket, mut client) = pair().await;
        let said = say_too_much(&socket);
        let mut heard = vec![0; said];
        let (taken, read) = tokio::join!(socket.taken(), client.read_exact(&mut heard));
        assert_eq!((taken, read.unwrap()), (Ok(()), said));
        assert!(socket.is_idle());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_for_five_seconds_is_cut() {
        let (socket, _client) = pair().await;
        say_too_much(&socket);
        let began = Instant::now();
        assert_eq!(socket.taken().await, Err(End::Close(CloseWith::SlowReader)));
        assert!(began.elapsed() >= UNTAKEN_MAX);
    }

    #[tokio::test]
    async fn a_client_that_is_gone_is_found_out() {
        let (socket, client) = pair().await;
        socket2::SockRef::from(&client)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
        drop(client);
        assert_eq!(socket.hear().await, Err(End::Gone));
        socket.send(&Packet::ping());
        assert_eq!(socket.taken().await, Err(End::Gone));
    }
}
