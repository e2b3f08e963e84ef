//! The providers that are configured here, and whether they answer these days.

use std::sync::Mutex;
use std::time::Duration;

use domain::Money;
use domain::order::Provider;
use integrations::paypal::{self, Paypal};
use integrations::stripe::{self, Stripe};
use integrations::{Failure, Patience};
use tokio::time::Instant;

use super::inbox::Inbox;

/// How many requests in a row a provider may leave unanswered before buyers are sent to the other one.
const FAILURES_MAX: u32 = 3;

/// How long it is left alone then. Afterwards the next buyer finds out whether it is back.
const REST: Duration = Duration::from_secs(10);

/// How long providers are waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patiences {
    /// While a buyer looks at the page.
    pub buyer: Patience,
    /// While a buyer turns elsewhere, of the provider that they leave.
    pub leaver: Patience,
    /// While a job does it.
    pub job: Patience,
}

impl Default for Patiences {
    fn default() -> Self {
        Self {
            buyer: Patience::OF_A_BUYER,
            leaver: Patience {
                one_try: Duration::from_secs(2),
                in_all: Duration::from_secs(3),
            },
            job: Patience::OF_A_JOB,
        }
    }
}

/// Who takes money here.
#[derive(Default)]
pub struct Providers {
    pub stripe: Option<Stripe>,
    pub paypal: Option<Paypal>,
    /// Where buyers come back to, without a slash at the end.
    pub public_url: String,
    pub patience: Patiences,
    pub(super) inbox: Inbox,
    stripe_health: Health,
    paypal_health: Health,
}

/// Whether a way to pay can be offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// It can.
    Open,
    /// It could, but its provider does not answer.
    Failing,
    /// It is not configured, or does not take the currency.
    None,
}

/// What was seen of a provider lately.
#[derive(Default)]
struct Health(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    failures: u32,
    rests_until: Option<Instant>,
}

impl Providers {
    /// Those whose settings are given.
    ///
    /// # Errors
    /// The settings cannot be used.
    pub fn new(
        stripe: Option<stripe::Settings>,
        paypal: Option<paypal::Settings>,
        public_url: &str,
    ) -> Result<Self, Failure> {
        Ok(Self {
            stripe: stripe.map(Stripe::new).transpose()?,
            paypal: paypal.map(Paypal::new).transpose()?,
            public_url: public_url.trim_end_matches('/').to_owned(),
            ..Self::default()
        })
    }

    /// Whether an amount can be paid with a provider now. `Test` is no business of this.
    #[must_use]
    pub fn offer(&self, provider: Provider, amount: Money) -> Offer {
        let takes_it = match provider {
            Provider::Stripe => self.stripe.as_ref().is_some_and(|it| it.can_charge(amount)),
            Provider::Paypal => self.paypal.as_ref().is_some_and(|it| it.can_charge(amount)),
            Provider::Test => false,
        };
        match self.health(provider) {
            Some(health) if takes_it && health.rests(Instant::now()) => Offer::Failing,
            Some(_) if takes_it => Offer::Open,
            Some(_) | None => Offer::None,
        }
    }

    /// Takes note of how a request ended.
    pub(super) fn note<T>(&self, provider: Provider, answer: &Result<T, Failure>) {
        let Some(health) = self.health(provider) else {
            return;
        };
        match answer {
            Err(Failure::Unanswered(reason)) => {
                if health.failed(Instant::now()) {
                    tracing::warn!(?provider, reason, "a payment provider does not answer");
                }
            }
            Ok(_)
            | Err(Failure::Refused { .. } | Failure::Unreadable(_) | Failure::NotChargeable(_)) => {
                health.answered();
            }
        }
    }

    fn health(&self, provider: Provider) -> Option<&Health> {
        match provider {
            Provider::Stripe => Some(&self.stripe_health),
            Provider::Paypal => Some(&self.paypal_health),
            Provider::Test => None,
        }
    }
}

impl Health {
    fn rests(&self, now: Instant) -> bool {
        let seen = self.0.lock().expect("nobody panics with it");
        seen.rests_until.is_some_and(|until| now < until)
    }

    fn answered(&self) {
        *self.0.lock().expect("nobody panics with it") = Seen::default();
    }

    /// Whether it rests from now on.
    fn failed(&self, now: Instant) -> bool {
        let mut seen = self.0.lock().expect("nobody panics with it");
        seen.failures = seen.failures.saturating_add(1);
        let is_too_often = seen.failures >= FAILURES_MAX;
        if is_too_often {
            seen.rests_until = Some(now + REST);
        }
        is_too_often
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_that_leaves_three_requests_unanswered_rests_and_is_tried_again() {
        let (health, now) = (Health::default(), Instant::now());
        assert!(!health.failed(now) && !health.failed(now));
        assert!(!health.rests(now));
        assert!(health.failed(now));
        assert!(health.rests(now));
        let later = now + REST;
        assert!(!health.rests(later), "the next buyer finds out");
        assert!(health.failed(later), "one more failure is enough then");
        assert!(health.rests(later));
        health.answered();
        assert!(!health.rests(later));
    }
}
