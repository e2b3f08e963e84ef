//! How long a provider is waited for, and how often it is asked again: a budget, with jitter.

use std::future::Future;
use std::time::Duration;

use rand::RngExt;
use tokio::time::Instant;

use crate::Failure;
use crate::health::Health;

/// How much time a request to a provider may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For one try.
    pub one_try: Duration,
    /// For all tries and the rests between them.
    pub in_all: Duration,
}

/// The first rest between two tries; each is twice as long as the one before, and each is cut by chance, so that
/// many who failed together do not come back together.
const FIRST_REST: Duration = Duration::from_millis(200);
const REST_MAX: Duration = Duration::from_secs(5);

impl Patience {
    /// While a buyer looks at the page.
    pub const OF_A_BUYER: Self = Self {
        one_try: Duration::from_secs(4),
        in_all: Duration::from_secs(8),
    };
    /// While a job does it, which is itself repeated later.
    pub const OF_A_JOB: Self = Self {
        one_try: Duration::from_secs(10),
        in_all: Duration::from_secs(20),
    };

    /// Asks until there is an answer, the time is spent, or the provider is better left alone: then another one is no
    /// longer waited for. `ask` must bear repetition at the provider.
    ///
    /// # Errors
    /// The answer is a refusal, or there was none in time.
    pub(crate) async fn ask<T, Asking>(
        self,
        health: &Health,
        mut ask: impl FnMut() -> Asking,
    ) -> Result<T, Failure>
    where
        Asking: Future<Output = Result<T, Failure>>,
    {
        let end = Instant::now() + self.in_all;
        let mut rest = FIRST_REST;
        loop {
            let begun_at = Instant::now();
            let remaining = end.saturating_duration_since(begun_at);
            let answer = tokio::time::timeout(self.one_try.min(remaining), ask()).await;
            let answer = answer.unwrap_or_else(|_| Err(Failure::Unanswered("timeout".to_owned())));
            let pause = rest.mul_f64(rand::rng().random_range(0.5..1.0));
            let Err(Failure::Unanswered(reason)) = answer else {
                health.answered();
                return answer;
            };
            let now = Instant::now();
            let rests = health.failed(begun_at, now);
            if rests || now + pause >= end {
                tracing::warn!(
                    provider = health.provider,
                    rests,
                    reason,
                    "a payment provider does not answer"
                );
                return Err(Failure::Unanswered(reason));
            }
            tokio::time::sleep(pause).await;
            rest = (rest * 2).min(REST_MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const PATIENCE: Patience = Patience {
        one_try: Duration::from_secs(1),
        in_all: Duration::from_secs(4),
    };

    fn unanswered<T>() -> Result<T, Failure> {
        Err(Failure::Unanswered("503".to_owned()))
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_answered_at_the_third_try_is_an_answer() {
        let (health, tries) = (Health::of("it"), AtomicU32::new(0));
        let answer = PATIENCE.ask(&health, || async {
            match tries.fetch_add(1, Ordering::Relaxed) {
                0 | 1 => unanswered(),
                _ => Ok(7),
            }
        });
        assert_eq!(answer.await, Ok(7));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_than_the_budget_for_a_provider_that_hangs() {
        let (health, beginning) = (Health::of("it"), Instant::now());
        let answer = PATIENCE.ask(&health, std::future::pending::<Result<(), Failure>>);
        assert_eq!(answer.await, Err(Failure::Unanswered("timeout".to_owned())));
        let took = beginning.elapsed();
        assert!(
            took > Duration::from_secs(2) && took <= PATIENCE.in_all,
            "{took:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_goes_on_asking_once_the_provider_is_better_left_alone() {
        let (health, beginning) = (Health::of("it"), Instant::now());
        let answer = PATIENCE.ask(&health, || async { unanswered::<()>() });
        assert!(answer.await.is_err());
        assert!(health.rests(Instant::now()));
        let noticed = Instant::now();
        let took = noticed - beginning;
        assert!(took < PATIENCE.in_all * 3 / 4, "{took:?}");
        let answer = PATIENCE.ask(&health, || async { unanswered::<()>() });
        assert!(answer.await.is_err());
        assert_eq!(noticed.elapsed(), Duration::ZERO, "one try is enough now");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_is_not_asked_for_again() {
        let (health, tries) = (Health::of("it"), AtomicU32::new(0));
        let refused = Failure::Refused {
            status: 402,
            code: "card_declined".to_owned(),
            message: String::new(),
        };
        let answer = PATIENCE.ask(&health, || async {
            tries.fetch_add(1, Ordering::Relaxed);
            Err::<(), _>(refused.clone())
        });
        assert_eq!(answer.await, Err(refused.clone()));
        assert_eq!(tries.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_failed_together_do_not_come_back_together() {
        let mut second_tries = std::collections::BTreeSet::new();
        for _ in 0..20 {
            let beginning = Instant::now();
            let (health, tries) = (Health::of("it"), AtomicU32::new(0));
            let answer = PATIENCE.ask(&health, || async {
                match tries.fetch_add(1, Ordering::Relaxed) {
                    0 => unanswered(),
                    _ => Ok(()),
                }
            });
            answer.await.unwrap();
            second_tries.insert(beginning.elapsed());
        }
        assert!(second_tries.len() > 5, "{second_tries:?}");
    }
}
