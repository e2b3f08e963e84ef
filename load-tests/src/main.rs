//! Load tests of Frontrow: on-sales, kill drills, outages and benchmarks, with their checkers.
//!
//! This crate knows the product only from outside: the contract over HTTP and the socket, the
//! executable's commands, and the tables of Postgres for checking.

mod bench;
mod box_office;
mod cart;
mod checker;
mod connection;
mod crowd;
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
mod payments;
mod plan;
mod plot;
mod processes;
mod record_file;
mod rivals;
mod running;
mod say;
mod scratch;
mod server;
mod smoke;
mod steps;
mod timeline;
mod verdict;
mod watcher;
mod wire;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use outcome::Outcome;
use verdict::Verdict;

/// The allocator of the server that is measured, so that the rivals' front has it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    Rivals(rivals::RivalsArgs),
    Crowd(crowd::CrowdArgs),
    Payments(payments::PaymentsArgs),
    ProviderAway(payments::away::AwayArgs),
    Steps(steps::StepsArgs),
    #[command(hide = true)]
    RivalFront(rivals::front::RivalFrontArgs),
    Smoke(smoke::SmokeArgs),
}

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    raise_open_files();
    match runtime(&command_line.command).block_on(run(command_line.command)) {
        Ok(Verdict::Passed) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::FAILURE,
        Err(fault) => {
            say::say(format_args!("could not run: {fault}"));
            ExitCode::from(2)
        }
    }
}

/// Each connection is a file. Where the limit cannot be raised, a large crowd fails, and says why.
fn raise_open_files() {
    if let Ok((_, most)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, most, most);
    }
}

/// A benchmark's generator is one thread: it must leave the machine to what it measures.
fn runtime(command: &Command) -> tokio::runtime::Runtime {
    let mut builder = match command {
        Command::Bench(_)
        | Command::Rivals(_)
        | Command::RivalFront(_)
        | Command::Crowd(_)
        | Command::Payments(_) => tokio::runtime::Builder::new_current_thread(),
        Command::Onsale(_)
        | Command::Drill(_)
        | Command::Outage(_)
        | Command::ProviderAway(_)
        | Command::Steps(_)
        | Command::Smoke(_) => tokio::runtime::Builder::new_multi_thread(),
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
        Command::Rivals(args) => rivals::run(&args).await,
        Command::Crowd(args) => crowd::run(&args).await,
        Command::Payments(args) => payments::run(&args).await,
        Command::ProviderAway(args) => payments::away::run(&args).await,
        Command::Steps(args) => steps::run(&args).await,
        Command::RivalFront(args) => rivals::front::run(&args).await,
    }
}
