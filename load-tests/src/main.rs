//! Load tests of Frontrow: on-sales, kill drills, outages and benchmarks, with their checkers.
//!
//! This crate knows the product only from outside: the contract over HTTP and the socket, the
//! executable's commands, and the tables of Postgres for checking.

mod bench;
mod box_office;
mod cart;
mod checker;
mod connection;
mod database;
mod drill;
mod figures;
mod history;
mod house;
mod load;
mod onsale;
mod outage;
mod outcome;
mod own_postgres;
mod payment;
mod plan;
mod processes;
mod record_file;
mod say;
mod scratch;
mod server;
mod smoke;
mod timeline;
mod verdict;
mod watcher;
mod wire;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use outcome::Outcome;
use verdict::Verdict;

/// On-sales, kill drills, outages and benchmarks
#[derive(Debug, Parser)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Onsale(onsale::OnsaleArgs),
    Drill(drill::DrillArgs),
    Outage(outage::OutageArgs),
    Bench(bench::BenchArgs),
    Smoke(smoke::SmokeArgs),
}

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    match runtime(&command_line.command).block_on(run(command_line.command)) {
        Ok(Verdict::Passed) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::FAILURE,
        Err(fault) => {
            say::say(format_args!("could not run: {fault}"));
            ExitCode::from(2)
        }
    }
}

/// A benchmark's generator is one thread: it must leave the machine to what it measures.
fn runtime(command: &Command) -> tokio::runtime::Runtime {
    let mut builder = match command {
        Command::Bench(_) => tokio::runtime::Builder::new_current_thread(),
        Command::Onsale(_) | Command::Drill(_) | Command::Outage(_) | Command::Smoke(_) => {
            tokio::runtime::Builder::new_multi_thread()
        }
    };
    builder
        .enable_all()
        .build()
        .expect("the machine gives threads and timers")
}

async fn run(command: Command) -> Outcome<Verdict> {
    match command {
        Command::Onsale(args) => onsale::run(&args).await,
        Command::Drill(args) => drill::run(&args).await,
        Command::Outage(args) => outage::run(&args).await,
        Command::Smoke(args) => smoke::run(&args).await,
        Command::Bench(args) => bench::run(&args).await,
    }
}
