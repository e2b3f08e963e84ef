//! The gate that every step of the server has to pass: it counts them, and cuts one of them short.

use std::sync::{Mutex, PoisonError};

use clap::ValueEnum;
use nix::sys::signal::Signal;

use crate::server::signal;

/// How a step is cut short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Manner {
    /// The process is killed (-9) right before it: all before it is done, and nothing after.
    Kill,
    /// It fails: the connection is cut before anything is done.
    Fail,
    /// It is done, and its answer is lost: whoever asked repeats it, or asks.
    Doubt,
}

/// What becomes of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Pass,
    /// Nobody hears of it, and its connection ends.
    Withhold,
    /// It is passed on, and its connection ends before the answer.
    Mute,
}

/// Counts steps while it is armed.
#[derive(Default)]
pub struct Gate(Mutex<State>);

#[derive(Default)]
struct State {
    armed: Option<(usize, Manner)>,
    passed: usize,
    cut: Option<String>,
    victims: Vec<u32>,
}

impl Gate {
    /// Cuts the step of this number, from 0, short.
    pub fn arm(&self, step: usize, manner: Manner) {
        let mut state = self.state();
        state.armed = Some((step, manner));
        state.passed = 0;
        state.cut = None;
    }

    /// Lets everything pass from now on. The step that was cut short, if it came to that.
    pub fn disarm(&self) -> Option<String> {
        let mut state = self.state();
        state.armed = None;
        state.cut.clone()
    }

    /// Whom a kill is for.
    pub fn aim_at(&self, victims: &[u32]) {
        self.state().victims = victims.to_vec();
    }

    /// Asks for a step. Only one is cut short, so that what follows from it is seen.
    pub fn pass(&self, step: &str) -> Word {
        let mut state = self.state();
        let Some((at, manner)) = state.armed.filter(|_| state.cut.is_none()) else {
            return Word::Pass;
        };
        state.passed += 1;
        if state.passed <= at {
            return Word::Pass;
        }
        state.cut = Some(step.to_owned());
        match manner {
            Manner::Kill => {
                for victim in &state.victims {
                    // Fails only where it has ended already.
                    let _ = signal(*victim, Signal::SIGKILL);
                }
                Word::Withhold
            }
            Manner::Fail => Word::Withhold,
            Manner::Doubt => Word::Mute,
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_step_is_cut_short_and_no_other() {
        let gate = Gate::default();
        assert_eq!(gate.pass("before it is armed"), Word::Pass);
        gate.arm(1, Manner::Doubt);
        let words = ["a", "b", "c"].map(|step| gate.pass(step));
        assert_eq!(words, [Word::Pass, Word::Mute, Word::Pass]);
        assert_eq!(gate.disarm().as_deref(), Some("b"));
        gate.arm(5, Manner::Fail);
        assert_eq!(gate.pass("a"), Word::Pass);
        assert_eq!(gate.disarm(), None);
    }
}
