//! The register of attempts: those that begin together are written together, and so are the names that their providers
//! give them.
//!
//! What a batch cannot do for one of its own, because a rule stands in the way, is done again by itself, which says why.

use std::time::Duration;

use domain::PaymentId;
use store::Lines;
use store::attempts::OpenedAttempt;
use store::payments::{BeginError, NewPayment};

use crate::App;
use crate::gathering::{Gathering, Written, known, to_each};

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
    pub async fn begin(&self, app: &App, payment: NewPayment) -> Result<Duration, BeginError> {
        match self.try_begin(app, payment.clone()).await? {
            Some(pinned_for) => Ok(pinned_for),
            None => store::payments::begin(&app.pool, &payment).await,
        }
    }

    /// The same; nothing where a rule stands in the way.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn try_begin(
        &self,
        app: &App,
        payment: NewPayment,
    ) -> Result<Option<Duration>, store::Error> {
        let write = |payments| begin(app.desk.lines.clone(), payments);
        Ok(known(self.begun.put(payment, write).await)?.flatten())
    }

    /// Notes that an attempt is open at its provider, once; whether it did.
    ///
    /// # Errors
    /// The database does not answer, or another attempt has the name (`payment_reference_is_unique_at_provider`).
    pub async fn opened(
        &self,
        app: &App,
        payment: PaymentId,
        reference: &str,
        hand_over: &str,
    ) -> Result<bool, store::Error> {
        let attempt = OpenedAttempt {
            payment,
            reference: reference.to_owned(),
            hand_over: hand_over.to_owned(),
        };
        let write = |attempts| opened(app.desk.lines.clone(), attempts);
        match known(self.opened.put(attempt, write).await)? {
            Some(is_news) => Ok(is_news),
            None => store::attempts::opened(&app.pool, payment, reference, Some(hand_over)).await,
        }
    }
}

async fn begin(lines: Lines, payments: Vec<NewPayment>) -> Vec<Written<Option<Duration>>> {
    let begun = async {
        let mut line = lines.take().await?;
        let begun = store::payments::begin_together(&mut *line, &payments).await;
        line.keep_after(begun)
    };
    to_each(begun.await, payments.len())
}

async fn opened(lines: Lines, attempts: Vec<OpenedAttempt>) -> Vec<Written<bool>> {
    let opened = async {
        let mut line = lines.take().await?;
        let opened = store::attempts::opened_together(&mut *line, &attempts).await;
        line.keep_after(opened)
    };
    to_each(opened.await, attempts.len())
}
