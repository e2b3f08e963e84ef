//! Every operation on money, cut short between any two of its steps: the process is killed there, or the step fails, or it
//! is done and nobody hears of it. Whoever was at it goes on as people do, and it must end as if nothing had happened.
//!
//! The executable is as it is shipped: what is cut is its connections to Postgres and to the providers.

mod check;
mod dialect;
mod gate;
mod operations;
mod relay;
mod stage;

use std::path::PathBuf;

use clap::Args;

pub use self::gate::Manner;
pub use self::operations::Operation;
use self::stage::Stage;
use crate::outcome::Outcome;
use crate::say::say;
use crate::verdict::Verdict;

/// More steps than any operation has: whoever counts so many is caught in a circle.
const STEPS_MAX: usize = 200;

/// Cut every operation on money short between any two of its steps, and look whether it ends well all the same
#[derive(Debug, Clone, Args)]
pub struct StepsArgs {
    /// The server's executable [default: target/release/frontrow, else target/debug/frontrow]
    #[arg(long)]
    pub frontrow: Option<PathBuf>,
    /// The sandbox's executable [default: target/release/sandbox, else target/debug/sandbox]
    #[arg(long)]
    pub sandbox: Option<PathBuf>,
    /// Which operations [default: all]
    #[arg(long, value_enum, value_delimiter = ',')]
    pub operations: Vec<Operation>,
    /// How they are cut short [default: in each way]
    #[arg(long, value_enum, value_delimiter = ',')]
    pub manners: Vec<Manner>,
    /// Of the steps, each so-manieth
    #[arg(long, default_value_t = 1)]
    pub every: usize,
}

/// Cuts all of them short.
///
/// # Errors
/// The harness itself could not work.
pub async fn run(args: &StepsArgs) -> Outcome<Verdict> {
    let mut stage = Stage::set(args).await?;
    let operations = chosen(&args.operations);
    let manners = chosen(&args.manners);
    let (mut cases, mut failures) = (0, 0);
    for operation in operations {
        for manner in &manners {
            let (done, failed) = sweep(&mut stage, operation, *manner, args.every.max(1)).await?;
            cases += done;
            failures += failed;
        }
    }
    let is_sound = crate::payments::audit(&stage.recipe).await?;
    stage.server.stop().await?;
    say(format_args!(
        "steps: {cases} steps were cut short, {failures} of them ended otherwise than they should"
    ));
    Ok(match failures == 0 && cases > 0 && is_sound {
        true => Verdict::Passed,
        false => Verdict::Failed,
    })
}

fn chosen<T: clap::ValueEnum + Clone>(wanted: &[T]) -> Vec<T> {
    match wanted.is_empty() {
        true => T::value_variants().to_vec(),
        false => wanted.to_vec(),
    }
}

/// One operation again and again, each time cut short at a later step, until it has no such step. How often, and how
/// many of these did not end well.
async fn sweep(
    stage: &mut Stage,
    operation: Operation,
    manner: Manner,
    every: usize,
) -> Outcome<(usize, usize)> {
    let (mut cuts, mut failures) = (Vec::new(), 0);
    for step in (0..STEPS_MAX).step_by(every) {
        let subject = operation.prepare(stage).await?;
        stage.gate.aim_at(&[stage.server.pid()]);
        stage.gate.arm(step, manner);
        let ended = async {
            operation.drive(stage, &subject).await?;
            stage.settle().await?;
            check::check(stage, operation, &subject).await
        };
        let ended = ended.await;
        let cut = stage.gate.disarm();
        stage.revive().await?;
        if let Err(error) = ended {
            failures += 1;
            say(format_args!(
                "FAILED  {operation:?}, {manner:?} at step {step} ({}): {error}",
                cut.as_deref().unwrap_or("none")
            ));
        }
        match cut {
            Some(cut) => cuts.push(cut),
            None => break,
        }
    }
    say(format_args!(
        "{operation:?}, {manner:?}: cut short at {} steps",
        cuts.len()
    ));
    if manner == Manner::Kill {
        for cut in &cuts {
            say(format_args!("    before {cut}"));
        }
    }
    Ok((cuts.len(), failures))
}
