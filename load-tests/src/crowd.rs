//! A crowd around one server: watchers, a stampede, many sessions, clients that do not read, houses of all sizes.
//!
//! Each scenario runs a server of its own, prints a table, and lets the checker look at what buyers were told.

mod broadcaster;
mod growth;
mod listener;
mod sale;
mod sessions;
mod stage;
mod stalled;
mod stampede;
mod watchers;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::outcome::Outcome;
use crate::verdict::Verdict;

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

/// Runs one scenario.
///
/// # Errors
/// The harness itself could not work.
pub async fn run(args: &CrowdArgs) -> Outcome<Verdict> {
    let frontrow = args.frontrow.as_deref();
    match &args.scenario {
        Scenario::Watchers(args) => watchers::run(args, frontrow).await,
        Scenario::Stampede(args) => stampede::run(args, frontrow).await,
        Scenario::Sessions(args) => sessions::run(args, frontrow).await,
        Scenario::Stalled(args) => stalled::run(args, frontrow).await,
        Scenario::Growth(args) => growth::run(args, frontrow).await,
    }
}

/// Small versions of all scenarios, so that they cannot rot.
pub fn small() -> Vec<Scenario> {
    vec![
        Scenario::Watchers(watchers::small()),
        Scenario::Stampede(stampede::small()),
        Scenario::Sessions(sessions::small()),
        Scenario::Stalled(stalled::small()),
        Scenario::Growth(growth::small()),
    ]
}
