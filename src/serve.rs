//! The server: everything is started in the order it depends on, and ended in the reverse.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use actors::{Clock, Registry};
use domain::ticket_code::TicketKeys;
use operations::payments::Providers;
use operations::{App, Desk, demo_house, jobs};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::configuration::Configuration;
use crate::database::Database;
use crate::failure::Failure;
use crate::serve_lock::ServeLock;
use crate::{commands, open_files, say, ticket_keys};

/// How long jobs under way may take to finish.
const JOBS_STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// Files that are no sockets of watchers: requests, connections to the database, the log.
const OTHER_FILES: usize = 4000;
/// The exit code of a process that SIGINT ended.
const INTERRUPTED: i32 = 130;

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// Something it needs cannot be had, or the server ended by itself.
pub async fn serve(configuration: &Configuration) -> Result<(), Failure> {
    let mut signals = Signals::listen().map_err(Failure::system("cannot listen to signals"))?;
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
    if configuration.demo {
        let house = demo_house::load(&database.pool, Clock::System.now()).await?;
        demo_house::load_town(&database.pool, Clock::System.now()).await?;
        commands::say_demo(configuration, &house);
    }
    let app = App {
        pool: database.pool.clone(),
        desk: Arc::new(Desk::beside(&database.pool)),
        registry: Registry::new(database.pool.clone(), actors::Settings::default()),
        ticket_keys: Arc::new(ticket_keys),
        providers: Arc::new(providers(configuration)?),
        demo: configuration.demo,
    };
    app.registry.start_sessions_with_holds().await?;
    let shutdown = CancellationToken::new();
    let web = web::spawn(
        app.clone(),
        web_settings(configuration),
        listener,
        shutdown.clone(),
    )
    .map_err(Failure::system("the server cannot start"))?;
    let jobs = tokio::spawn(jobs::run(app.clone(), shutdown.clone().cancelled_owned()));
    say_where(configuration, database);
    let ended = until_asked_to_end(web, signals, &shutdown).await;
    // Also where the web part ended by itself.
    shutdown.cancel();
    // Jobs ask the sessions, so they end first. One that hangs is done again after the next start.
    let _ = tokio::time::timeout(JOBS_STOP_TIMEOUT, jobs).await;
    app.registry.stop().await;
    ended.map_err(Failure::system("the server ended"))
}

/// Who takes money, as the configuration says.
pub fn providers(configuration: &Configuration) -> Result<Providers, Failure> {
    let (stripe, paypal) = (configuration.stripe.clone(), configuration.paypal.clone());
    Ok(Providers::new(stripe, paypal, &configuration.public_url)?)
}

async fn until_asked_to_end(
    web: web::Running,
    signals: &mut Signals,
    shutdown: &CancellationToken,
) -> io::Result<()> {
    let mut finished = std::pin::pin!(web.finished());
    tokio::select! {
        ended = &mut finished => return ended,
        () = signals.next() => {}
    }
    tracing::info!("stopping; a second signal stops at once");
    Signals::exit_at_next()?;
    shutdown.cancel();
    finished.await
}

/// The listener is made first, so that a port in use is told before anything is started.
fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| Failure::Listen { address, error })
}

fn web_settings(configuration: &Configuration) -> web::Settings {
    let usual = web::Settings::new(&configuration.public_url);
    web::Settings {
        rate_limits: configuration.rate_limits,
        behind_proxy: configuration.behind_proxy,
        bench: configuration.bench,
        workers: configuration.workers.map_or(usual.workers, NonZero::get),
        sockets_max: usual
            .sockets_max
            .min(open_files::raise_limit().saturating_sub(OTHER_FILES)),
        ui_dir: configuration.ui_dir.clone(),
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
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
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
    fn exit_at_next() -> io::Result<()> {
        let mut again = Self::listen()?;
        tokio::spawn(async move {
            again.next().await;
            std::process::exit(INTERRUPTED);
        });
        Ok(())
    }
}
