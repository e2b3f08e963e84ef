//! Attempts that begin.

use std::time::Duration;

use domain::order::Provider;
use domain::seat_map::{IdempotencyKey, Places, RequestHash};
use domain::{Money, OrderId, PaymentId};
use sqlx::PgExecutor;

use super::columns::{provider_word, seat_column, standing_columns};
use crate::jobs::{ATTEMPTS_MAX, Job};

/// An attempt that begins.
#[derive(Debug, Clone)]
pub struct NewPayment {
    /// Its id.
    pub payment_id: PaymentId,
    /// What is paid.
    pub order_id: OrderId,
    /// Who takes the money.
    pub provider: Option<Provider>,
    /// The client's name for its request.
    pub key: IdempotencyKey,
    /// The hash of that request.
    pub request_hash: RequestHash,
    /// What it is for, where that is known before the places are pinned: the same as [`super::fix`] would write.
    pub subject: Option<(Money, Places)>,
    /// How long its places stay pinned, within the order's whole life.
    pub pinned_for: Duration,
    /// How long an order may live.
    pub order_life_max: Duration,
}

impl NewPayment {
    /// What it is for: nothing where that is not known yet.
    fn subject(&self) -> (Option<i64>, Places) {
        match &self.subject {
            Some((amount, places)) => (Some(amount.minor), places.clone()),
            None => (None, Places::default()),
        }
    }
}

/// What a payment that begins ran into.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The order has an attempt of this key.
    #[error("the key has been used")]
    KeyIsTaken,
    /// Another attempt of the order is under way.
    #[error("another payment is under way")]
    AnotherIsPending,
    /// The order is gone, or its whole life is over.
    #[error("the order is not pending")]
    OrderIsOver,
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

/// Writes a new attempt with the job that ends it; says until when its places are to stay pinned.
///
/// # Errors
/// The key is taken, another attempt is pending, or the order is over.
pub async fn begin(
    connection: impl PgExecutor<'_>,
    payment: &NewPayment,
) -> Result<Duration, BeginError> {
    let deadline = Job::PaymentDeadline {
        order: payment.order_id,
        payment: payment.payment_id,
    };
    let (amount, places) = payment.subject();
    let (sections, quantities) = standing_columns(&places);
    let remaining = sqlx::query_scalar!(
        "select begin_payment($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        payment.payment_id.0,
        payment.order_id.0,
        provider_word(payment.provider),
        payment.key.as_str(),
        payment.request_hash.0.as_slice(),
        amount,
        &seat_column(&places.seats),
        &sections,
        &quantities,
        payment.pinned_for.as_secs_f64(),
        payment.order_life_max.as_secs_f64(),
        deadline.task(),
        deadline.key(),
        ATTEMPTS_MAX,
    )
    .fetch_one(connection)
    .await
    .map_err(begin_error)?;
    let secs = remaining.ok_or(BeginError::OrderIsOver)?;
    Ok(Duration::try_from_secs_f64(secs).unwrap_or_default())
}

/// Writes several new attempts with their jobs in one call; of each, until when its places are to stay pinned. Nothing for
/// one that a rule stands in the way of: [`begin`] says which.
///
/// # Errors
/// The database does not answer.
pub async fn begin_together(
    connection: impl PgExecutor<'_>,
    payments: &[NewPayment],
) -> Result<Vec<Option<Duration>>, sqlx::Error> {
    let mut columns = Columns::default();
    for payment in payments {
        columns.push(payment);
    }
    let begun = sqlx::query_scalar!(
        r#"select begin_payments($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
           as "begun!: Vec<Option<f64>>""#,
        &columns.payments,
        &columns.orders,
        &columns.providers as &[&str],
        &columns.keys,
        &columns.hashes,
        &columns.amounts as &[Option<i64>],
        &columns.seats,
        &columns.sections,
        &columns.quantities,
        &columns.pinned_secs,
        &columns.life_secs,
        Job::DEADLINE_TASK,
        ATTEMPTS_MAX,
    );
    let begun = begun.fetch_one(connection).await?;
    let durations = begun
        .into_iter()
        .map(|secs| Duration::try_from_secs_f64(secs?).ok());
    Ok(durations.collect())
}

fn begin_error(error: sqlx::Error) -> BeginError {
    match crate::violated_constraint(&error) {
        Some("payment_key_is_unique_in_order") => BeginError::KeyIsTaken,
        Some("payment_is_one_pending_per_order") => BeginError::AnotherIsPending,
        Some(_) | None => BeginError::Store(error),
    }
}

/// Attempts as columns. What each is for is an array in text, since arrays of arrays are of one length.
#[derive(Default)]
struct Columns {
    payments: Vec<uuid::Uuid>,
    orders: Vec<uuid::Uuid>,
    providers: Vec<&'static str>,
    keys: Vec<String>,
    hashes: Vec<Vec<u8>>,
    amounts: Vec<Option<i64>>,
    seats: Vec<String>,
    sections: Vec<String>,
    quantities: Vec<String>,
    pinned_secs: Vec<f64>,
    life_secs: Vec<f64>,
}

impl Columns {
    fn push(&mut self, payment: &NewPayment) {
        let (amount, places) = payment.subject();
        let (sections, quantities) = standing_columns(&places);
        self.payments.push(payment.payment_id.0);
        self.orders.push(payment.order_id.0);
        self.providers.push(provider_word(payment.provider));
        self.keys.push(payment.key.as_str().to_owned());
        self.hashes.push(payment.request_hash.0.to_vec());
        self.amounts.push(amount);
        self.seats.push(array_text(&seat_column(&places.seats)));
        self.sections.push(array_text(&sections));
        self.quantities.push(array_text(&quantities));
        self.pinned_secs.push(payment.pinned_for.as_secs_f64());
        self.life_secs.push(payment.order_life_max.as_secs_f64());
    }
}

/// `{1,2,3}`
fn array_text(numbers: &[impl ToString]) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("{{{}}}", numbers.join(","))
}
