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

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use clap::Args;

pub use self::gate::Manner;
pub use self::operations::Operation;
use self::stage::Stage;
use crate::outcome::Outcome;
use crate::payments::Executables;
use crate::say::say;
use crate::verdict::Verdict;

/// More steps than any operation has: whoever counts so many is caught in a circle.
const STEPS_MAX: usize = 200;

/// Cut every operation on money short between any two of its steps, and look whether it ends well all the same
#[derive(Debug, Clone, Args)]
pub struct StepsArgs {
    #[command(flatten)]
    pub executables: Executables,
    /// Which operations [default: all]
    #[arg(long, value_enum, value_delimiter = ',')]
    pub operations: Vec<Operation>,
    /// How they are cut short [default: in each way]
    #[arg(long, value_enum, value_delimiter = ',')]
    pub manners: Vec<Manner>,
    /// Of the steps, each so-manieth
    #[arg(long, default_value_t = 1)]
    pub every: usize,
    /// In how many houses at a time: most of the time something is waited for
    #[arg(long, default_value_t = 4)]
    pub houses: usize,
}

/// What came of steps that were cut short.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    cuts: usize,
    failures: usize,
    /// Whether a house's books or places do not add up.
    is_unsound: bool,
}

impl Count {
    fn and(self, other: Self) -> Self {
        Self {
            cuts: self.cuts + other.cuts,
            failures: self.failures + other.failures,
            is_unsound: self.is_unsound || other.is_unsound,
        }
    }
}

/// Cuts all of them short.
///
/// # Errors
/// The harness itself could not work.
pub async fn run(args: &StepsArgs) -> Outcome<Verdict> {
    let began = Instant::now();
    let manners = chosen(&args.manners);
    let tasks = chosen(&args.operations).into_iter().flat_map(|operation| {
        let manners = manners.iter();
        manners.map(move |manner| (operation, *manner))
    });
    // From the end, where the longest are.
    let tasks: Vec<_> = tasks.collect();
    let houses = args.houses.min(tasks.len()).max(1);
    let tasks = Mutex::new(tasks);
    let houses = (0..houses).map(|_| in_a_house(args, &tasks));
    let counts = futures_util::future::try_join_all(houses).await?;
    let count = counts.into_iter().fold(Count::default(), Count::and);
    say(format_args!(
        "steps: {} steps were cut short within {:.0?}, {} of them ended otherwise than they should",
        count.cuts,
        began.elapsed(),
        count.failures
    ));
    Ok(
        match count.failures == 0 && count.cuts > 0 && !count.is_unsound {
            true => Verdict::Passed,
            false => Verdict::Failed,
        },
    )
}

/// One task after the other, as long as there are any.
async fn in_a_house(args: &StepsArgs, tasks: &Mutex<Vec<(Operation, Manner)>>) -> Outcome<Count> {
    let mut stage = Stage::set(args).await?;
    let mut count = Count::default();
    loop {
        let task = tasks.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some((operation, manner)) = task else {
            break;
        };
        let swept = sweep(&mut stage, operation, manner, args.every.max(1)).await?;
        count = count.and(swept);
    }
    count.is_unsound = !crate::payments::audit(&stage.recipe).await?;
    stage.server.stop().await?;
    Ok(count)
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
) -> Outcome<Count> {
    let began = Instant::now();
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
        "{operation:?}, {manner:?}: cut short at {} steps within {:.0?}",
        cuts.len(),
        began.elapsed()
    ));
    if manner == Manner::Kill {
        for cut in &cuts {
            say(format_args!("    before {cut}"));
        }
    }
    Ok(Count {
        cuts: cuts.len(),
        failures,
        is_unsound: false,
    })
}
