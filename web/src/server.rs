//! Starting and ending the server.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_http::HttpService;
use actix_server::{Server, ServerBuilder};
use actix_service::{apply_fn_factory, map_config};
use actix_web::dev::{AppConfig, Extensions};
use actix_web::rt::net::TcpStream;
use actix_web::{App, web};
use tokio_util::sync::CancellationToken;

use crate::context::Context;
use crate::discovery::{answer_words, keep_current};
use crate::handover::{Lent, serve};
use crate::metering::UPKEEP_INTERVAL;
use crate::{Settings, limits, routes};

/// The kernel ends a connection whose peer has taken nothing for so long. Nothing else would: a
/// response that waits for its reader waits for ever, and closing a socket waits for it too.
const UNREAD_MAX: Duration = Duration::from_secs(9);

/// How much waits in the kernel for a peer beyond what it has room for. More is of no use to a quick reader,
/// and a slow one would be given megabytes before anybody notices.
const UNSENT_MAX: u32 = 16 * 1024;

/// How long requests under way may take when the server ends.
const SHUTDOWN_MAX_SECS: u64 = 10;

/// How long a connection may rest between two requests: a buyer thinks longer than the usual five
/// seconds, and a claim should not begin with a handshake.
const KEEP_ALIVE: Duration = Duration::from_secs(60);

/// How long a client may take to send the head of its first request.
const REQUEST_HEAD_MAX: Duration = Duration::from_secs(5);

/// How long a client that was answered before it had sent all may go on sending.
const DISCONNECT_MAX: Duration = Duration::from_secs(1);

/// How many connections may wait to be accepted: an on-sale begins for all in the same second.
const BACKLOG: i32 = 4096;

/// A server that answers.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    finished: tokio::task::JoinHandle<io::Result<()>>,
}

impl Running {
    /// Waits until the server has ended.
    ///
    /// # Errors
    /// It ended for another reason than being asked to.
    pub async fn finished(self) -> io::Result<()> {
        self.finished.await.map_err(io::Error::other)?
    }
}

/// Serves on a bound listener until `shutdown` is cancelled; then sockets are closed with 1001, and
/// requests under way are answered. The metrics recorder of the process is installed here.
///
/// # Errors
/// The listener cannot be used, or the templates or the built assets are broken.
pub fn spawn(
    app: operations::App,
    settings: Settings,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> io::Result<Running> {
    let address = listener.local_addr()?;
    // Listening again only widens the queue.
    socket2::SockRef::from(&listener).listen(BACKLOG)?;
    let workers = settings.workers;
    let context = web::Data::new(Context::new(app, settings, shutdown.clone())?);
    let server = listen(context.clone(), listener)?
        .workers(workers)
        .shutdown_signal(shutdown.clone().cancelled_owned())
        .shutdown_timeout(SHUTDOWN_MAX_SECS)
        .run();
    tokio::spawn(sweep(context.clone(), shutdown.clone()));
    tokio::spawn(keep_current(context.clone(), shutdown.clone()));
    tokio::spawn(answer_words(context.clone(), shutdown.clone()));
    tokio::spawn(keep_metrics(context, shutdown));
    Ok(Running {
        address,
        finished: tokio::spawn(server),
    })
}

/// What `actix_web::HttpServer` does, but that a handler may take a connection over.
fn listen(context: web::Data<Context>, listener: TcpListener) -> io::Result<ServerBuilder> {
    let address = listener.local_addr()?;
    let server = Server::build();
    let ending = server.graceful_shutdown_signal();
    server.listen("frontrow", listener, move || {
        let context = context.clone();
        let app = App::new().configure(|config| routes::configure(config, context));
        let ending = ending.clone();
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let ending = ending.clone();
                async move { ending.notified().await }
            })
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(REQUEST_HEAD_MAX)
            .client_disconnect_timeout(DISCONNECT_MAX)
            .local_addr(address)
            .on_connect_ext(on_connect)
            .h1(map_config(app, |()| AppConfig::default()));
        apply_fn_factory(http, |stream: TcpStream, http: &_| serve(http, stream))
    })
}

fn on_connect(connection: &Lent, data: &mut Extensions) {
    if let Some(stream) = connection.stream() {
        let socket = socket2::SockRef::from(stream);
        // Refused only for a socket that is gone already.
        let _ = socket.set_tcp_user_timeout(Some(UNREAD_MAX));
        let _ = socket.set_tcp_notsent_lowat(UNSENT_MAX);
        let _ = socket.set_tcp_nodelay(true);
    }
    data.insert(connection.line());
}

async fn sweep(context: web::Data<Context>, shutdown: CancellationToken) {
    let mut interval = tokio::time::interval(limits::SWEEP_INTERVAL);
    while shutdown
        .run_until_cancelled(interval.tick())
        .await
        .is_some()
    {
        context.limits.sweep();
    }
}

async fn keep_metrics(context: web::Data<Context>, shutdown: CancellationToken) {
    let mut interval = tokio::time::interval(UPKEEP_INTERVAL);
    while shutdown
        .run_until_cancelled(interval.tick())
        .await
        .is_some()
    {
        context.prometheus.run_upkeep();
    }
}
