//! Connections that change hands: served as HTTP until a handler takes one over, then its own.
//!
//! A socket that stayed with the HTTP server would pass each of its frames through two tasks, a channel and a
//! buffer, and keep some 16 KiB of buffers; taken over, it is one file and what its conversation needs.
//!
//! ```text
//! accepted ──▶ requests and answers ──handler takes over──▶ answer flushed ──▶ the conversation
//! ```

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::dev::Service;
use actix_web::rt::net::TcpStream;
use futures_util::future::LocalBoxFuture;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is to be done with a connection once its last answer is written.
type Conversation = Box<dyn FnOnce(TcpStream) -> LocalBoxFuture<'static, ()>>;

/// A connection that is lent to the HTTP server.
pub struct Lent {
    /// Gone once it was given back.
    stream: Option<TcpStream>,
    line: Line,
}

/// Where a handler leaves word that it takes its connection over.
#[derive(Clone, Default)]
pub struct Line(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    conversation: Option<Conversation>,
    given_back: Option<TcpStream>,
}

/// Serves a connection for as long as it lasts, whoever has it.
///
/// # Errors
/// Those of HTTP.
pub fn serve<S>(http: &S, stream: TcpStream) -> impl Future<Output = Result<(), S::Error>> + use<S>
where
    S: Service<(Lent, Option<SocketAddr>), Response = ()>,
{
    let peer = stream.peer_addr().ok();
    let line = Line::default();
    let lent = Lent {
        stream: Some(stream),
        line: line.clone(),
    };
    // Boxed, so that its buffers go when the connection is taken over.
    let mut serving = Box::pin(http.call((lent, peer)));
    async move {
        let taken_over = poll_fn(|context| match serving.as_mut().poll(context) {
            Poll::Ready(ended) => Poll::Ready(ended.map(|()| None)),
            Poll::Pending => line
                .taken_over()
                .map_or(Poll::Pending, |it| Poll::Ready(Ok(Some(it)))),
        })
        .await?;
        drop(serving);
        drop(line);
        if let Some((stream, conversation)) = taken_over {
            conversation(stream).await;
        }
        Ok(())
    }
}

impl Line {
    /// Takes the connection over as soon as the answer of the request under way is written. Nothing may be awaited
    /// between this and the answer.
    pub fn take_over<F>(&self, conversation: impl FnOnce(TcpStream) -> F + 'static)
    where
        F: Future<Output = ()> + 'static,
    {
        self.0.borrow_mut().conversation = Some(Box::new(|stream| Box::pin(conversation(stream))));
    }

    fn is_taken_over(&self) -> bool {
        self.0.borrow().conversation.is_some()
    }

    fn give_back(&self, stream: Option<TcpStream>) {
        self.0.borrow_mut().given_back = stream;
    }

    fn taken_over(&self) -> Option<(TcpStream, Conversation)> {
        let mut state = self.0.borrow_mut();
        let stream = state.given_back.take()?;
        Some((stream, state.conversation.take()?))
    }
}

impl Lent {
    /// The connection, while it is served as HTTP.
    pub fn stream(&self) -> Option<&TcpStream> {
        self.stream.as_ref()
    }

    /// Where its handlers may take it over.
    pub fn line(&self) -> Line {
        self.line.clone()
    }

    fn poll_with<T>(
        &mut self,
        poll: impl FnOnce(Pin<&mut TcpStream>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match &mut self.stream {
            Some(stream) => poll(Pin::new(stream)),
            // It is not read or written any more: whoever serves it is dropped at once.
            None => Poll::Pending,
        }
    }
}

impl AsyncRead for Lent {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_with(|stream| stream.poll_read(context, buffer))
    }
}

impl AsyncWrite for Lent {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_with(|stream| stream.poll_write(context, bytes))
    }

    /// The HTTP server flushes when all it had to say is written: from then on the connection may change hands.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.stream.is_some() && self.line.is_taken_over() {
            let stream = self.stream.take();
            self.line.give_back(stream);
            return Poll::Ready(Ok(()));
        }
        self.poll_with(|stream| stream.poll_flush(context))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_with(|stream| stream.poll_shutdown(context))
    }
}
