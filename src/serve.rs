//! The server: everything is started in the order it depends on, and ended in the reverse.

use std::net::{SocketAddr, TcpListener};
use std::num::NonZero;
use std::sync::Arc;

use actors::{Clock, Registry};
use domain::ticket_code::TicketKeys;
use operations::App;
use operations::demo_house;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::configuration::Configuration;
use crate::database::Database;
use crate::failure::Failure;
use crate::serve_lock::ServeLock;
use crate::{commands, say, ticket_keys};

/// How many connections may wait to be accepted: an on-sale opens them all in the same second.
const BACKLOG: i32 = 4096;
/// The exit code of a process that SIGINT ended.
const INTERRUPTED: i32 = 130;

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// Something it needs cannot be had, or the server ended by itself.
pub async fn serve(configuration: &Configuration) -> Result<(), Failure> {
    let mut signals = Signals::listen()?;
    // Only the private Postgres is bound to the folder; given one, servers are told apart by epochs.
    let _lock = match configuration.database {
        Some(_) => None,
        None => Some(ServeLock::take(&configuration.data_dir)?),
    };
    let listener = listen(configuration.listen)?;
    let ticket_keys = ticket_keys::load(configuration)?;
    let database = Database::open(configuration).await?;
    let served = tokio::select! {
        served = serve_from(&database, configuration, ticket_keys, listener, &mut signals) => served,
        never = database.keep_running() => match never {},
    };
    let closed = database.close().await;
    served.and(closed)
}

/// Starts what lives on the database, and ends it when a signal comes.
async fn serve_from(
    database: &Database,
    configuration: &Configuration,
    ticket_keys: TicketKeys,
    listener: TcpListener,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let registry = Registry::new(
        database.pool.clone(),
        actors::Settings {
            clock: Clock::System,
        },
    );
    let app = App {
        pool: database.pool.clone(),
        registry: registry.clone(),
        ticket_keys: Arc::new(ticket_keys),
        demo: configuration.demo,
    };
    if configuration.demo {
        let house = demo_house::load(&database.pool, Clock::System.now()).await?;
        commands::say_demo(configuration, &house);
    }
    registry.start_sessions_with_holds().await?;
    let shutdown = CancellationToken::new();
    let web = web::spawn(app, web_settings(configuration), listener, shutdown.clone())
        .map_err(Failure::system("the server cannot start"))?;
    say_where(configuration, database);
    let mut finished = std::pin::pin!(web.finished());
    let ended = tokio::select! {
        ended = &mut finished => ended,
        () = signals.next() => {
            tracing::info!("stopping; a second signal stops at once");
            shutdown.cancel();
            Signals::exit_at_next()?;
            finished.await
        }
    };
    registry.stop().await;
    ended.map_err(Failure::system("the server ended"))
}

/// The listener is made first, so that a port in use is told before anything is started.
fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let bind = || {
        let socket = Socket::new(
            Domain::for_address(address),
            Type::STREAM,
            Some(Protocol::TCP),
        )?;
        // Connections of the server before us linger for a minute and must not keep us out.
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        Ok(TcpListener::from(socket))
    };
    bind().map_err(|error| Failure::Listen { address, error })
}

fn web_settings(configuration: &Configuration) -> web::Settings {
    let usual = web::Settings::new(&configuration.public_url);
    web::Settings {
        rate_limits: configuration.rate_limits,
        behind_proxy: configuration.behind_proxy,
        bench: configuration.bench,
        workers: configuration.workers.map_or(usual.workers, NonZero::get),
        ..usual
    }
}

fn say_where(configuration: &Configuration, database: &Database) {
    say(format_args!("Serving {}", configuration.public_url));
    say(format_args!("psql: {}", database.psql_command()));
    say("Ctrl-C ends it.");
}

/// What asks this process to end: Ctrl-C or a service manager.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(Failure::system("cannot listen to signals"));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Nothing durable is lost by ending at once: what was answered is committed, and the next start
    /// takes a running Postgres over.
    fn exit_at_next() -> Result<(), Failure> {
        let mut again = Self::listen()?;
        tokio::spawn(async move {
            again.next().await;
            std::process::exit(INTERRUPTED);
        });
        Ok(())
    }
}
