//! What the demo's own payment provider keeps. Each transition is one statement, so that it is
//! atomic whoever else asks at the same time. Only `operations::payments::test_provider` calls this.

use domain::PaymentId;
use sqlx::PgExecutor;

use crate::columns::undecodable;

/// Where an intent stands at the provider.
///
/// ```text
/// Open ──buyer pays──▶ Captured ──refund──▶ Refunded
///   ├──buyer declines──▶ Declined
///   └──merchant cancels──▶ Cancelled ──money all the same──▶ Captured
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntentState {
    /// Waiting for the buyer.
    Open,
    /// The money came.
    Captured,
    /// The buyer's bank refused.
    Declined,
    /// Withdrawn by the merchant.
    Cancelled,
    /// The money went back.
    Refunded,
}

/// An intent with the token that confirms it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// What the buyer must present.
    pub confirm_token: String,
    /// Where it stands.
    pub state: IntentState,
}

/// Creates an open intent, or leaves the one that is there.
///
/// # Errors
/// The database does not answer.
pub async fn create(
    connection: impl PgExecutor<'_>,
    payment: PaymentId,
    confirm_token: &str,
) -> Result<(), sqlx::Error> {
    let created = sqlx::query!(
        "insert into test_intent (payment_id, confirm_token, state) values ($1, $2, 'open')
         on conflict (payment_id) do nothing",
        payment.0,
        confirm_token,
    );
    created.execute(connection).await.map(drop)
}

/// The intent of a payment, if one was created.
///
/// # Errors
/// The database does not answer.
pub async fn find(
    connection: impl PgExecutor<'_>,
    payment: PaymentId,
) -> Result<Option<Intent>, sqlx::Error> {
    let row = sqlx::query!(
        "select confirm_token, state from test_intent where payment_id = $1",
        payment.0,
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Intent {
        confirm_token: row.confirm_token,
        state: intent_state(&row.state)?,
    }))
}

/// Moves an intent to `to` if it stands at one of `from`; whether it did.
///
/// # Errors
/// The database does not answer.
pub async fn advance(
    connection: impl PgExecutor<'_>,
    payment: PaymentId,
    from: &[IntentState],
    to: IntentState,
) -> Result<bool, sqlx::Error> {
    let from: Vec<String> = from
        .iter()
        .map(|state| state_word(*state).to_owned())
        .collect();
    let advanced = sqlx::query!(
        "update test_intent set state = $3 where payment_id = $1 and state = any($2)",
        payment.0,
        &from,
        state_word(to),
    );
    Ok(advanced.execute(connection).await?.rows_affected() == 1)
}

fn intent_state(word: &str) -> Result<IntentState, sqlx::Error> {
    match word {
        "open" => Ok(IntentState::Open),
        "captured" => Ok(IntentState::Captured),
        "declined" => Ok(IntentState::Declined),
        "cancelled" => Ok(IntentState::Cancelled),
        "refunded" => Ok(IntentState::Refunded),
        other => Err(undecodable(&format!("no intent has the state {other:?}"))),
    }
}

fn state_word(state: IntentState) -> &'static str {
    match state {
        IntentState::Open => "open",
        IntentState::Captured => "captured",
        IntentState::Declined => "declined",
        IntentState::Cancelled => "cancelled",
        IntentState::Refunded => "refunded",
    }
}
