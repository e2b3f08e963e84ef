//! A server, a house on sale, and what is asked of both while a crowd is there.

use std::path::Path;
use std::time::Duration;

use sqlx::PgPool;
use uuid::Uuid;

use super::listener::Channel;
use crate::bench::cpu::Processes;
use crate::bench::machine::Machine;
use crate::box_office::{Hall, Terms, import, put_on_sale};
use crate::connection::{Connection, Headers, request};
use crate::database::{Durability, connect};
use crate::house::{House, read_house};
use crate::outcome::Outcome;
use crate::say::say;
use crate::scratch::Scratch;
use crate::server::{Recipe, Server};
use crate::verdict::Verdict;

const START_TIMEOUT: Duration = Duration::from_secs(60);

const TERMS: Terms = Terms {
    hold_secs: 1_800,
    max_per_order: 10,
};

/// A server with its database.
pub struct Stage {
    pub recipe: Recipe,
    pub server: Server,
    pub pool: PgPool,
    scratch: Scratch,
}

impl Stage {
    /// Starts a server, and says on what machine.
    pub async fn open(name: &str, frontrow: Option<&Path>) -> Outcome<Self> {
        let mut scratch = Scratch::new(name)?;
        let recipe = Recipe::new(frontrow, scratch.path())?;
        let mut server = recipe.start()?;
        if let Err(error) = server.ready(START_TIMEOUT).await {
            scratch.keep();
            return Err(error);
        }
        say(Machine::look(&recipe)?);
        let pool = connect(&recipe.database()?).await?;
        say(Durability::ask(&pool).await?);
        Ok(Self {
            recipe,
            server,
            pool,
            scratch,
        })
    }

    /// Puts a house on sale.
    pub async fn house(&self, hall: &Hall) -> Outcome<House> {
        let venue = import(&self.recipe, hall).await?;
        let session = put_on_sale(&self.recipe, &venue, TERMS).await?;
        read_house(&mut Connection::new(self.recipe.address), session).await
    }

    /// Kills the server, not its Postgres, and starts it again.
    pub async fn restart(&mut self) -> Outcome<()> {
        self.server.kill_in_place()?;
        self.server = self.recipe.start()?;
        self.server.ready(START_TIMEOUT).await
    }

    pub fn processes(&self) -> Processes {
        Processes {
            server: self.server.pid(),
            postmaster: self.server.postmaster(),
        }
    }

    /// One of the server's own metrics.
    pub async fn metric(&self, name: &str) -> Outcome<f64> {
        let ask = request("GET", "/metrics", Headers::default(), None);
        let answer = Connection::new(self.recipe.address).send(&ask).await?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(line
            .and_then(|figure| figure.trim().parse().ok())
            .unwrap_or(0.0))
    }

    /// Ends the server, keeping what is left of it if something was wrong.
    pub async fn close(mut self, verdict: Verdict) -> Outcome<()> {
        if verdict != Verdict::Passed {
            self.scratch.keep();
        }
        self.pool.close().await;
        self.server.stop().await
    }
}

/// Where a session's watchers connect.
pub fn live(recipe: &Recipe, session: Uuid) -> Channel {
    Channel {
        address: recipe.address,
        path: format!("/live/sessions/{session}"),
        protocol: Some("frontrow.v1"),
        hello: Some(r#"{"type":"hello","binary":true}"#),
    }
}
