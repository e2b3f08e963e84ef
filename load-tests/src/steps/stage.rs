//! The product, its Postgres and the outside, with a gate before whatever the product does to either.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::StepsArgs;
use super::dialect::Dialect;
use super::gate::Gate;
use super::relay::Relay;
use crate::box_office::{self, Hall, Terms};
use crate::connection::{Connection, Headers, request};
use crate::database::connect;
use crate::outcome::Outcome;
use crate::own_postgres::OwnPostgres;
use crate::payments::buyer::Buyer;
use crate::payments::{Played, free_address, keys};
use crate::scratch::Scratch;
use crate::server::{Recipe, Server};

/// How long the server may take to be ready, and anything it does to be done: machines that test are slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is looked whether something is done.
const LOOK_INTERVAL: Duration = Duration::from_millis(25);

/// Longer than any operation takes: it is told to come back.
const AWAY_SECS: u64 = 600;

const HALL_SEATS: usize = 4_000;
const TERMS: Terms = Terms {
    hold_secs: 3_000,
    max_per_order: 4,
};

/// Jobs whose worker was killed are free at once, where the library would wait until it counts as silent.
const FREE_JOBS: &str =
    "update graphile_worker._private_jobs set locked_at = null, locked_by = null, run_at = now()
     where locked_at is not null";

/// What is to be done later is due, but for the ends of attempts: those are somebody's operation. Tries come so quickly that
/// those which a provider's absence takes would otherwise be a job's last.
const HASTEN_JOBS: &str =
    "update graphile_worker._private_jobs set run_at = now(), attempts = least(attempts, 3)
     where run_at > now() and locked_at is null and key not like 'payment_deadline:%'";

pub struct Stage {
    pub gate: Arc<Gate>,
    pub recipe: Recipe,
    pub server: Server,
    /// Past the gate.
    pub pool: PgPool,
    pub venue: String,
    pub session: Uuid,
    sandbox: Played,
    seats_taken: usize,
    _relays: [Relay; 2],
    _postgres: OwnPostgres,
    _scratch: Scratch,
}

impl Stage {
    /// # Errors
    /// Something of it cannot be started.
    pub async fn set(args: &StepsArgs) -> Outcome<Self> {
        let scratch = Scratch::new("steps")?;
        let postgres = OwnPostgres::create(scratch.path()).await?;
        let direct = postgres.url("frontrow");
        let gate = Arc::new(Gate::default());
        let at = direct
            .rsplit_once('@')
            .and_then(|(_, at)| at.split('/').next());
        let at: SocketAddr = at.ok_or("Postgres has no address")?.parse()?;
        let statements = Relay::start(Dialect::Postgres, at, gate.clone()).await?;
        let outside = free_address()?;
        let requests = Relay::start(Dialect::Http, outside, gate.clone()).await?;
        let mut recipe = Recipe::new(args.executables.frontrow.as_deref(), scratch.path())?;
        let user = direct.split('@').next().unwrap_or_default();
        let url = format!("{user}@{}/frontrow?sslmode=disable", statements.address);
        recipe.database_url = Some(url);
        recipe.environment = keys(requests.address);
        let sandbox = Played::start(
            args.executables.sandbox.as_deref(),
            outside,
            &[
                format!("--public-url=http://{}", requests.address),
                format!("--stripe-webhook=http://{}/webhooks/stripe", recipe.address),
                format!("--paypal-webhook=http://{}/webhooks/paypal", recipe.address),
                "--retry-after-ms=50".to_owned(),
            ],
        )?;
        let mut server = recipe.start()?;
        server.ready(PATIENCE).await?;
        sandbox.ready().await?;
        let pool = connect(&direct.parse()?).await?;
        let venue = box_office::import(&recipe, &Hall::Generated(HALL_SEATS)).await?;
        let session = box_office::put_on_sale(&recipe, &venue, TERMS).await?;
        Ok(Self {
            gate,
            recipe,
            server,
            pool,
            venue,
            session,
            sandbox,
            seats_taken: 0,
            _relays: [statements, requests],
            _postgres: postgres,
            _scratch: scratch,
        })
    }

    /// Somebody who buys in a session.
    pub fn buyer(&self, session: Uuid) -> Buyer {
        Buyer::new(self.recipe.address, self.sandbox.address, session)
    }

    /// Seats that nobody has had.
    pub fn seats(&mut self, count: usize) -> Vec<usize> {
        let from = self.seats_taken;
        self.seats_taken += count;
        (from..self.seats_taken).collect()
    }

    /// One more session of the same hall, all seats free.
    ///
    /// # Errors
    /// It is refused.
    pub async fn another_session(&self) -> Outcome<Uuid> {
        box_office::put_on_sale(&self.recipe, &self.venue, TERMS).await
    }

    /// Starts the server anew where it was killed.
    ///
    /// # Errors
    /// It does not start.
    pub async fn revive(&mut self) -> Outcome<()> {
        if self.server.check_alive().is_ok() {
            return Ok(());
        }
        self.server.kill_in_place()?;
        sqlx::query(FREE_JOBS).execute(&self.pool).await?;
        self.server = self.recipe.start()?;
        self.server.ready(PATIENCE).await
    }

    /// Runs one of the executable's commands once, with the server beside it; whether it went well. A kill is for both.
    ///
    /// # Errors
    /// It cannot be run.
    pub async fn command(&self, name: &str, arguments: &[String]) -> Outcome<bool> {
        let mut command = self.recipe.command(name);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = command.spawn()?;
        self.gate.aim_at(&[self.server.pid(), child.id()]);
        let ended = tokio::task::spawn_blocking(move || child.wait()).await??;
        self.gate.aim_at(&[self.server.pid()]);
        Ok(ended.success())
    }

    /// Waits until a question of the database is answered with yes, whatever has to be started or hastened for it.
    ///
    /// # Errors
    /// It is not in time.
    pub async fn until(&mut self, question: &'static str, about: Uuid) -> Outcome<()> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            self.revive().await?;
            sqlx::query(HASTEN_JOBS).execute(&self.pool).await?;
            let answer: bool = sqlx::query_scalar(question)
                .bind(about)
                .fetch_one(&self.pool)
                .await?;
            if answer {
                return Ok(());
            }
            tokio::time::sleep(LOOK_INTERVAL).await;
        }
        Err(format!("it did not come to this in time: {question}").into())
    }

    /// Waits until nothing is left to be done.
    ///
    /// # Errors
    /// Something is left over.
    pub async fn settle(&mut self) -> Outcome<()> {
        self.until(
            "select not exists (select from graphile_worker._private_jobs)
                 and not exists (select from webhook_event where worked_off_at is null) and $1 is not null",
            self.session,
        )
        .await
    }

    /// Sends Stripe away, or has it come back.
    ///
    /// # Errors
    /// The sandbox does not answer.
    pub async fn send_stripe_away(&self, is_away: bool) -> Outcome<()> {
        let seconds = if is_away { AWAY_SECS } else { 0 };
        self.disturb("POST", "away", &json!({ "seconds": seconds }))
            .await
    }

    /// Loses all of Stripe's webhooks from now on, or none any more.
    ///
    /// # Errors
    /// The sandbox does not answer.
    pub async fn lose_webhooks(&self, is_lost: bool) -> Outcome<()> {
        let percent = if is_lost { 100 } else { 0 };
        self.disturb("PUT", "mischief", &json!({ "webhookDropPercent": percent }))
            .await
    }

    async fn disturb(&self, method: &str, what: &str, how: &Value) -> Outcome<()> {
        let (path, how) = (format!("/control/stripe/{what}"), how.to_string());
        let ask = request(method, &path, Headers::default(), Some(how.as_bytes()));
        let answer = Connection::new(self.sandbox.address).send(&ask).await?;
        match answer.status {
            200..=299 => Ok(()),
            status => Err(format!("the sandbox answers {status} to {path}").into()),
        }
    }

    /// What the outside has seen: the newest payments at both providers.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn outside(&self) -> Outcome<Value> {
        let ask = request("GET", "/control/state", Headers::default(), None);
        let answer = Connection::new(self.sandbox.address).send(&ask).await?;
        Ok(serde_json::from_slice(&answer.body)?)
    }
}

/// Waits a moment before something is tried again.
pub async fn a_moment() {
    tokio::time::sleep(LOOK_INTERVAL).await;
}

/// When trying again is given up.
pub fn deadline() -> Instant {
    Instant::now() + PATIENCE
}
