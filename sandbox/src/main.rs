//! `sandbox`: listens until SIGINT or SIGTERM.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use sandbox::{Sandbox, Settings};
use tokio::signal::unix::{SignalKind, signal};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[actix_web::main]
async fn main() -> ExitCode {
    match run(&Settings::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(settings: &Settings) -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (sandbox, server) = Sandbox::start(settings)?;
    let mut out = io::stdout();
    // A reader that has gone away is no reason to fail.
    let _ = writeln!(
        out,
        "Playing Stripe and PayPal; make them fail at http://{}/control",
        sandbox.address
    );
    let handle = sandbox.handle;
    actix_web::rt::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        // Whoever waits for an answer sees the connection end: nothing here is worth waiting for.
        handle.stop(false).await;
    });
    server.await
}
