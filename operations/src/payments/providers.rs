//! The providers that are configured here, and whether they can be offered.

use std::time::Duration;

use domain::Money;
use domain::order::Provider;
use integrations::paypal::{self, Paypal};
use integrations::stripe::{self, Stripe};
use integrations::{Failure, Patience};

use super::cashier::Cashier;
use super::inbox::Inbox;
use super::register::Register;

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
    pub(super) register: Register,
    pub(super) cashier: Cashier,
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
        let stripe = self.stripe.as_ref();
        let paypal = self.paypal.as_ref();
        let seen = match provider {
            Provider::Stripe => stripe.map(|it| (it.can_charge(amount), it.is_failing())),
            Provider::Paypal => paypal.map(|it| (it.can_charge(amount), it.is_failing())),
            Provider::Test => None,
        };
        match seen {
            Some((true, true)) => Offer::Failing,
            Some((true, false)) => Offer::Open,
            Some((false, _)) | None => Offer::None,
        }
    }
}
