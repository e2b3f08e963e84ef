//! Whether a provider answers these days, as every single try has seen it.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::Instant;

/// How many tries in a row a provider may leave unanswered, and for how long, before it is left alone: a moment's
/// trouble, which many meet at the same time, is none.
const FAILURES_MAX: u32 = 3;
const FAILING_MAX: Duration = Duration::from_secs(1);

/// How long it is left alone then. Afterwards whoever comes next finds out whether it is back.
const REST: Duration = Duration::from_secs(10);

/// What was seen of a provider lately.
pub(crate) struct Health {
    /// Its name, for people.
    pub provider: &'static str,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    failures: u32,
    failing_since: Option<Instant>,
    rests_until: Option<Instant>,
}

impl Health {
    pub fn of(provider: &'static str) -> Self {
        let seen = Mutex::default();
        Self { provider, seen }
    }

    /// Whether it is better left alone.
    pub fn rests(&self, now: Instant) -> bool {
        self.seen().rests_until.is_some_and(|until| now < until)
    }

    /// Takes note of an answer, whatever it was.
    pub fn answered(&self) {
        *self.seen() = Seen::default();
    }

    /// Takes note of a try that was not answered; whether it is left alone from now on.
    pub fn failed(&self, begun_at: Instant, now: Instant) -> bool {
        let mut seen = self.seen();
        seen.failures = seen.failures.saturating_add(1);
        let since = *seen.failing_since.get_or_insert(begun_at);
        let is_too_often = seen.failures >= FAILURES_MAX && now - since >= FAILING_MAX;
        if is_too_often {
            seen.rests_until = Some(now + REST);
        }
        is_too_often
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("nobody panics with it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_that_leaves_three_tries_unanswered_for_a_second_rests_and_is_tried_again() {
        let (health, now) = (Health::of("it"), Instant::now());
        for _ in 0..10 {
            assert!(!health.failed(now, now), "many at once are one moment");
        }
        let later = now + FAILING_MAX;
        assert!(health.failed(later, later));
        assert!(health.rests(later));
        let later = later + REST;
        assert!(!health.rests(later), "whoever comes next finds out");
        assert!(
            health.failed(later, later),
            "one more failure is enough then"
        );
        assert!(health.rests(later));
        health.answered();
        assert!(!health.rests(later));
    }

    #[test]
    fn a_provider_that_hangs_has_been_failing_since_it_was_first_asked() {
        let (health, began) = (Health::of("it"), Instant::now());
        let now = began + Duration::from_secs(4);
        assert!(!health.failed(began, now) && !health.failed(began, now));
        assert!(!health.rests(now));
        assert!(health.failed(began, now));
        assert!(health.rests(now));
    }
}
