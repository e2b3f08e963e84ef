//! How long a provider is waited for, and how often it is asked again: a budget, with jitter.

use std::future::Future;
use std::time::Duration;

use rand::RngExt;
use tokio::time::Instant;

use crate::Failure;

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

    /// Asks until there is an answer or the time is spent. `ask` must bear repetition at the provider.
    ///
    /// # Errors
    /// The answer is a refusal, or there was none in time.
    pub async fn ask<T, Asking>(self, mut ask: impl FnMut() -> Asking) -> Result<T, Failure>
    where
        Asking: Future<Output = Result<T, Failure>>,
    {
        let end = Instant::now() + self.in_all;
        let mut rest = FIRST_REST;
        loop {
            let remaining = end.saturating_duration_since(Instant::now());
            let answer = tokio::time::timeout(self.one_try.min(remaining), ask()).await;
            let answer = answer.unwrap_or_else(|_| Err(Failure::Unanswered("timeout".to_owned())));
            let pause = rest.mul_f64(rand::rng().random_range(0.5..1.0));
            match answer {
                Err(Failure::Unanswered(_)) if Instant::now() + pause < end => {
                    tokio::time::sleep(pause).await;
                    rest = (rest * 2).min(REST_MAX);
                }
                answer => return answer,
            }
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
        let tries = AtomicU32::new(0);
        let answer = PATIENCE.ask(|| async {
            match tries.fetch_add(1, Ordering::Relaxed) {
                0 | 1 => unanswered(),
                _ => Ok(7),
            }
        });
        assert_eq!(answer.await, Ok(7));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_than_the_budget_for_a_provider_that_hangs() {
        let beginning = Instant::now();
        let answer = PATIENCE.ask(std::future::pending::<Result<(), Failure>>);
        assert_eq!(answer.await, Err(Failure::Unanswered("timeout".to_owned())));
        let took = beginning.elapsed();
        assert!(
            took > Duration::from_secs(2) && took <= PATIENCE.in_all,
            "{took:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_is_not_asked_for_again() {
        let tries = AtomicU32::new(0);
        let refused = Failure::Refused {
            status: 402,
            code: "card_declined".to_owned(),
            message: String::new(),
        };
        let answer = PATIENCE.ask(|| async {
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
            let tries = AtomicU32::new(0);
            let answer = PATIENCE.ask(|| async {
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
