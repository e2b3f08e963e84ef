//! Orders paid through Stripe, played by the sandbox beside the server: from claim to tickets, by webhook. And a storm of
//! webhooks: duplicated, shuffled, some forged, which must end in one effect a payment and books exact to the cent. And
//! webhooks that are answered while others wait.

pub mod away;
pub mod buyer;
mod storm;
mod waiting;

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use hdrhistogram::Histogram;
use uuid::Uuid;

use crate::box_office::{self, Hall, Terms};
use crate::connection::{Connection, Headers, request};
use crate::figures::{millis, per_second};
use crate::outcome::Outcome;
use crate::processes;
use crate::say::say;
use crate::scratch::Scratch;
use crate::server::{Recipe, Server, find_executable};
use crate::verdict::Verdict;

/// How long server and sandbox may take to be ready.
const READY_TIMEOUT: Duration = Duration::from_secs(60);

/// What the sandbox knows us by, unless it is told otherwise.
pub const PUBLISHABLE_KEY: &str = "pk_test_frontrow";
pub const WEBHOOK_SECRET: &str = "whsec_frontrow";

/// What is run: the product, and the outside beside it
#[derive(Debug, Clone, Args)]
pub struct Executables {
    /// The server's executable [default: target/release/frontrow, else target/debug/frontrow]
    #[arg(long)]
    pub frontrow: Option<PathBuf>,
    /// The sandbox's executable [default: target/release/sandbox, else target/debug/sandbox]
    #[arg(long)]
    pub sandbox: Option<PathBuf>,
}

/// Pay orders through the sandbox, at several crowds; then send a storm of webhooks
#[derive(Debug, Clone, Args)]
pub struct PaymentsArgs {
    #[command(flatten)]
    pub executables: Executables,
    /// How many buyers pay at a time
    #[arg(long, value_delimiter = ',', default_value = "1,64,512")]
    pub buyers: Vec<usize>,
    /// How many orders each crowd pays
    #[arg(long, default_value_t = 4_000)]
    pub orders: usize,
    /// How many payments the storm is about; 0: no storm
    #[arg(long, default_value_t = 10_000)]
    pub storm_payments: usize,
    /// How many webhooks it has
    #[arg(long, default_value_t = 100_000)]
    pub storm_webhooks: usize,
    /// How many webhooks wait to be worked off while as many others are answered; 0: none
    #[arg(long, default_value_t = 10_000)]
    pub waiting_payments: usize,
    /// What chance is drawn from
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// The product and the outside, running.
pub struct Stage {
    pub recipe: Recipe,
    pub server: Server,
    pub sandbox: Played,
    pub session: Uuid,
    _scratch: Scratch,
}

/// The sandbox's process. Killed when dropped.
pub struct Played {
    child: Child,
    pub address: SocketAddr,
}

impl Drop for Played {
    fn drop(&mut self) {
        // Fails only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs all of it.
///
/// # Errors
/// The harness itself could not work.
pub async fn run(args: &PaymentsArgs) -> Outcome<Verdict> {
    let mut verdict = Verdict::Passed;
    for buyers in &args.buyers {
        let stage = Stage::set(args, args.orders, true).await?;
        verdict = verdict.and(pay(&stage, *buyers, args.orders).await?);
        stage.server.stop().await?;
    }
    if args.storm_payments > 0 {
        let stage = Stage::set(args, args.storm_payments, false).await?;
        verdict = verdict.and(storm::run(&stage, args).await?);
        stage.server.stop().await?;
    }
    if args.waiting_payments > 0 {
        let stage = Stage::set(args, args.waiting_payments, false).await?;
        verdict = verdict.and(waiting::run(&stage, args).await?);
        stage.server.stop().await?;
    }
    Ok(verdict)
}

/// Only some webhooks that wait, few.
#[must_use]
pub fn small(executables: Executables) -> PaymentsArgs {
    PaymentsArgs {
        executables,
        buyers: Vec::new(),
        orders: 0,
        storm_payments: 0,
        storm_webhooks: 0,
        waiting_payments: 200,
        seed: 1,
    }
}

impl Stage {
    /// A hall with a seat for each order. Without webhooks, the sandbox tells nobody what happened.
    async fn set(args: &PaymentsArgs, seats: usize, with_webhooks: bool) -> Outcome<Self> {
        let scratch = Scratch::new("pay")?;
        let mut recipe = Recipe::new(args.executables.frontrow.as_deref(), scratch.path())?;
        let options = match with_webhooks {
            true => webhooks_to(recipe.address),
            false => Vec::new(),
        };
        let sandbox = Played::start(
            args.executables.sandbox.as_deref(),
            free_address()?,
            &options,
        )?;
        recipe.environment = keys(sandbox.address);
        let mut server = recipe.start()?;
        server.ready(READY_TIMEOUT).await?;
        sandbox.ready().await?;
        let venue = box_office::import(&recipe, &Hall::Generated(seats.max(100))).await?;
        let terms = Terms {
            hold_secs: 3_000,
            max_per_order: 4,
        };
        let session = box_office::put_on_sale(&recipe, &venue, terms).await?;
        Ok(Self {
            recipe,
            server,
            sandbox,
            session,
            _scratch: scratch,
        })
    }
}

/// Whether the product itself finds that all adds up; says what it says.
///
/// # Errors
/// It cannot be asked.
pub async fn audit(recipe: &Recipe) -> Outcome<bool> {
    let mut command = recipe.command("audit");
    command.stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    say(String::from_utf8_lossy(&output.stdout).trim_end());
    Ok(output.status.success())
}

impl Played {
    /// Starts it at an address that is free.
    ///
    /// # Errors
    /// There is no executable, or it cannot be run.
    pub fn start(
        executable: Option<&Path>,
        address: SocketAddr,
        options: &[String],
    ) -> Outcome<Self> {
        let mut command = Command::new(find_executable("sandbox", executable)?);
        command
            .arg("--listen")
            .arg(address.to_string())
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(Self {
            child: command.spawn()?,
            address,
        })
    }

    /// # Errors
    /// It is not ready in time.
    pub async fn ready(&self) -> Outcome<()> {
        let ask = request("GET", "/control/state", Headers::default(), None);
        let deadline = Instant::now() + READY_TIMEOUT;
        while Instant::now() < deadline {
            let mut connection = Connection::new(self.address);
            if connection
                .send(&ask)
                .await
                .is_ok_and(|answer| answer.status == 200)
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err("the sandbox was not ready in time".into())
    }
}

/// Has its webhooks sent to a server: Stripe's, as far as a paid order needs them.
fn webhooks_to(server: SocketAddr) -> Vec<String> {
    vec![
        format!("--stripe-webhook=http://{server}/webhooks/stripe"),
        "--stripe-events=payment_intent.succeeded".to_owned(),
    ]
}

/// What a server pays through that has its providers at an address.
pub fn keys(outside: SocketAddr) -> Vec<(&'static str, String)> {
    let of = |name, value: &str| (name, value.to_owned());
    vec![
        of("STRIPE_SECRET_KEY", "sk_test_frontrow"),
        of("STRIPE_PUBLISHABLE_KEY", PUBLISHABLE_KEY),
        of("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("STRIPE_API_URL", format!("http://{outside}/stripe")),
        of("PAYPAL_CLIENT_ID", "frontrow-demo"),
        of("PAYPAL_CLIENT_SECRET", "frontrow-demo-secret"),
        of("PAYPAL_WEBHOOK_ID", "WH-FRONTROW-DEMO"),
        ("PAYPAL_API_URL", format!("http://{outside}/paypal")),
    ]
}

/// An address that nobody listens at.
///
/// # Errors
/// There is none.
pub fn free_address() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// So many buyers at a time pay so many orders; each waits until the order says that it is paid.
async fn pay(stage: &Stage, buyers: usize, orders: usize) -> Outcome<Verdict> {
    let (server, postmaster) = (stage.server.pid(), stage.server.postmaster());
    let cpu = || {
        (
            processes::own_micros(server),
            postmaster.map_or(0, processes::tree_micros),
            processes::own_micros(stage.sandbox.child.id()),
        )
    };
    let before = cpu();
    let began = Instant::now();
    let crowd = (0..buyers).map(|buyer| {
        let seats: Vec<usize> = (buyer..orders).step_by(buyers).collect();
        buyer::pay_all(stage, seats)
    });
    let histories = futures_util::future::join_all(crowd).await;
    let took = began.elapsed();
    let after = cpu();
    let mut latencies = crate::figures::latencies();
    let (mut failures, mut put_off) = (Vec::new(), 0);
    for history in histories {
        put_off += history.put_off;
        for paid in history.orders {
            match paid {
                Ok(latency) => latencies.saturating_record(u64::try_from(latency.as_micros())?),
                Err(error) => failures.push(error),
            }
        }
    }
    let paid = usize::try_from(latencies.len())?;
    say(format_args!(
        "{buyers} buyers: {:.0} orders paid a second; {}; put off by 503 and asked again: {put_off}",
        per_second(paid, took),
        times(&latencies)
    ));
    let each = |micros: u64| micros / u64::try_from(paid.max(1)).unwrap_or(1);
    say(format_args!(
        "  processor time an order: server {} µs, Postgres {} µs, sandbox {} µs",
        each(after.0 - before.0),
        each(after.1 - before.1),
        each(after.2 - before.2)
    ));
    for failure in failures.iter().take(5) {
        say(format_args!("  FAILED: {failure}"));
    }
    let is_sound = audit(&stage.recipe).await?;
    Ok(match failures.is_empty() && is_sound {
        true => Verdict::Passed,
        false => Verdict::Failed,
    })
}

/// `p50 12.0 ms, p99 30.1 ms, max 44.0 ms`.
pub fn times(latencies: &Histogram<u64>) -> String {
    format!(
        "p50 {}, p99 {}, max {}",
        millis(latencies.value_at_quantile(0.5)),
        millis(latencies.value_at_quantile(0.99)),
        millis(latencies.max())
    )
}
