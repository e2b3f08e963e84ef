//! What a run ends in.

use crate::checker::Violation;
use crate::outcome::Outcome;
use crate::say::say;

/// The most violations that are printed one by one.
const PRINTED_MAX: usize = 40;

/// Whether a run kept all promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Passed,
    Failed,
}

impl Verdict {
    /// Prints the violations of a run, or that there are none.
    pub fn of(run: &str, violations: &[Violation]) -> Self {
        if violations.is_empty() {
            say(format_args!("{run}: passed, no violation"));
            return Self::Passed;
        }
        for violation in violations.iter().take(PRINTED_MAX) {
            say(format_args!("VIOLATION  {violation}"));
        }
        say(format_args!(
            "{run}: FAILED with {} violations",
            violations.len()
        ));
        Self::Failed
    }

    /// Passed only if both passed.
    pub fn and(self, other: Self) -> Self {
        if self == Self::Passed { other } else { self }
    }
}

/// Whether a run found anything or could not even look.
pub fn fails(found: &Outcome<Vec<Violation>>) -> bool {
    !matches!(found, Ok(violations) if violations.is_empty())
}
