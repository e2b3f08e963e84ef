//! The register of attempts: those that begin together are written together, and so are the names that their providers
//! give them.
//!
//! What a batch cannot do for one of its own, because a rule stands in the way, is done again by itself, which says why.

use std::time::Duration;

use domain::PaymentId;
use sqlx::PgPool;
use store::attempts::OpenedAttempt;
use store::payments::{BeginError, NewPayment};

use crate::gathering::{Gathering, Written, to_each};

/// How many batches of each kind are under way.
const WRITERS: usize = 1;

/// Attempts that wait to be written, and names.
pub struct Register {
    begun: Gathering<NewPayment, Written<Option<Duration>>>,
    opened: Gathering<OpenedAttempt, Written<bool>>,
}

impl Default for Register {
    fn default() -> Self {
        Self {
            begun: Gathering::of(WRITERS),
            opened: Gathering::of(WRITERS),
        }
    }
}

impl Register {
    /// Writes a new attempt with the job that ends it; in how long that is.
    ///
    /// # Errors
    /// The key is taken, another attempt is pending, or the order is over.
    pub async fn begin(&self, pool: &PgPool, payment: NewPayment) -> Result<Duration, BeginError> {
        let write = |payments| begin(pool.clone(), payments);
        match known(self.begun.put(payment.clone(), write).await)? {
            Some(Some(pinned_for)) => Ok(pinned_for),
            Some(None) | None => store::payments::begin(pool, &payment).await,
        }
    }

    /// Notes that an attempt is open at its provider, once; whether it did.
    ///
    /// # Errors
    /// The database does not answer, or another attempt has the name (`payment_reference_is_unique_at_provider`).
    pub async fn opened(
        &self,
        pool: &PgPool,
        payment: PaymentId,
        reference: &str,
        hand_over: &str,
    ) -> Result<bool, store::Error> {
        let attempt = OpenedAttempt {
            payment,
            reference: reference.to_owned(),
            hand_over: hand_over.to_owned(),
        };
        let write = |attempts| opened(pool.clone(), attempts);
        match known(self.opened.put(attempt, write).await)? {
            Some(is_news) => Ok(is_news),
            None => store::attempts::opened(pool, payment, reference, Some(hand_over)).await,
        }
    }
}

/// What came of one. Nothing where a rule stood in the way of its batch, and it is to be done by itself; where the
/// database did not answer nobody knows, and whoever asked repeats the request.
fn known<T>(written: Option<Written<T>>) -> Result<Option<T>, store::Error> {
    match written {
        Some(Ok(written)) => Ok(Some(written)),
        Some(Err(error)) if !store::is_unavailable(&error) => Ok(None),
        Some(Err(_)) | None => Err(store::Error::WorkerCrashed),
    }
}

async fn begin(pool: PgPool, payments: Vec<NewPayment>) -> Vec<Written<Option<Duration>>> {
    let begun = store::payments::begin_together(&pool, &payments).await;
    to_each(begun, payments.len())
}

async fn opened(pool: PgPool, attempts: Vec<OpenedAttempt>) -> Vec<Written<bool>> {
    let opened = store::attempts::opened_together(&pool, &attempts).await;
    to_each(opened, attempts.len())
}
