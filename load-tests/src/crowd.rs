//! A crowd around one server: watchers, a stampede, many sessions, clients that do not read, houses of all sizes.
//!
//! Each scenario prints a table and lets the checker look at what buyers were told.

mod broadcaster;
mod growth;
mod listener;
mod sale;
mod sessions;
mod stage;
mod stalled;
mod stampede;
mod watchers;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::outcome::Outcome;
use crate::say::say;
use crate::verdict::Verdict;
use stage::Stage;

/// Measure how a crowd is borne
#[derive(Debug, Clone, Args)]
pub struct CrowdArgs {
    /// The server's executable [default: target/release/frontrow, else target/debug/frontrow]
    #[arg(long, global = true)]
    pub frontrow: Option<PathBuf>,
    #[command(subcommand)]
    pub scenario: Scenario,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Scenario {
    Watchers(watchers::WatchersArgs),
    Stampede(stampede::StampedeArgs),
    Sessions(sessions::SessionsArgs),
    Stalled(stalled::StalledArgs),
    Growth(growth::GrowthArgs),
}

/// Runs one scenario on a server of its own.
///
/// # Errors
/// The harness itself could not work.
pub async fn run(args: &CrowdArgs) -> Outcome<Verdict> {
    run_all(
        std::slice::from_ref(&args.scenario),
        args.frontrow.as_deref(),
    )
    .await
}

/// Runs some one after another on the same server.
///
/// # Errors
/// The harness itself could not work.
pub async fn run_all(scenarios: &[Scenario], frontrow: Option<&Path>) -> Outcome<Verdict> {
    let mut stage = Stage::open("crowd", frontrow).await?;
    let mut verdict = Verdict::Passed;
    for scenario in scenarios {
        say(format_args!("\n== {}", scenario.name()));
        verdict = verdict.and(perform(scenario, &mut stage).await?);
    }
    stage.close(verdict).await?;
    Ok(verdict)
}

impl Scenario {
    fn name(&self) -> &'static str {
        match self {
            Self::Watchers(_) => "watchers",
            Self::Stampede(_) => "stampede",
            Self::Sessions(_) => "sessions",
            Self::Stalled(_) => "stalled",
            Self::Growth(_) => "growth",
        }
    }
}

async fn perform(scenario: &Scenario, stage: &mut Stage) -> Outcome<Verdict> {
    match scenario {
        Scenario::Watchers(args) => watchers::run(args, stage).await,
        Scenario::Stampede(args) => stampede::run(args, stage).await,
        Scenario::Sessions(args) => sessions::run(args, stage).await,
        Scenario::Stalled(args) => stalled::run(args, stage).await,
        Scenario::Growth(args) => growth::run(args, stage).await,
    }
}

/// Small versions of all scenarios, so that they cannot rot. That which kills the server comes last.
pub fn small() -> Vec<Scenario> {
    vec![
        Scenario::Watchers(watchers::small()),
        Scenario::Stampede(stampede::small()),
        Scenario::Stalled(stalled::small()),
        Scenario::Growth(growth::small()),
        Scenario::Sessions(sessions::small()),
    ]
}
