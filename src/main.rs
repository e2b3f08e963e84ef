//! The executable: reads its command line and its environment, and ties the rooms together.

mod command_line;
mod commands;
mod configuration;
mod database;
mod failure;
mod logging;
mod open_files;
mod postgres;
mod serve;
mod serve_lock;
mod ticket_keys;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use command_line::{Command, CommandLine};
use configuration::Configuration;
use failure::Failure;

/// Claims are many small allocations on many threads, which the system allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let command = CommandLine::parse().command;
    match run(command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell if standard error is closed.
            let _ = writeln!(std::io::stderr(), "frontrow: {failure}");
            failure.exit_code()
        }
    }
}

async fn run(command: Command) -> Result<(), Failure> {
    // Needs nothing of the environment.
    if let Command::GeneratePlan(options) = &command {
        commands::generate_plan(options);
        return Ok(());
    }
    let configuration = Configuration::from_environment()?;
    logging::start(&configuration);
    match command {
        Command::Serve => serve::serve(&configuration).await,
        Command::Migrate => commands::migrate(&configuration).await,
        Command::Demo => commands::demo(&configuration).await,
        Command::ImportPlan(options) => commands::import_plan(&configuration, options).await,
        Command::GeneratePlan(_) => unreachable!("it was done above"),
        Command::PutOnSale(options) => commands::put_on_sale(&configuration, options).await,
        Command::Refund(options) => commands::money::refund(&configuration, options).await,
        Command::CancelSession(options) => {
            commands::money::cancel_session(&configuration, options).await
        }
        Command::ReturnPolicy(options) => {
            commands::money::return_policy(&configuration, options).await
        }
        Command::Audit => commands::money::audit(&configuration).await,
        Command::Psql { arguments } => commands::psql(&configuration, &arguments),
    }
}

/// Prints what a person asked for. A reader that has gone away is no reason to fail.
fn say(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
