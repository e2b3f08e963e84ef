//! Writing a batch: its rows, and the one call that writes them.

mod rows;

use chrono::{DateTime, Utc};
use domain::SessionId;
use sqlx::PgConnection;

use self::rows::{
    ClaimColumns, FiledClaim, LotRows, NewOrder, OrderMove, SeatRows, reopened_orders,
    section_deltas,
};
use crate::journal::JournalError;
use crate::journal::net::Net;

/// When a batch is written, by the database's clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// Later, nobody waits for it any more: it is not written.
    pub not_after: DateTime<Utc>,
    /// No order that may still claim is as old: what was logged before is dropped, if given.
    pub forget_before: Option<DateTime<Utc>>,
}

/// Writes a batch in one transaction, at an epoch.
pub(super) async fn write_batch(
    connection: &mut PgConnection,
    session_id: SessionId,
    epoch: u32,
    times: Times,
    net: &Net,
) -> Result<(), JournalError> {
    if net.is_empty() {
        // Refusals and the tell of a sale change no row, and yet only the session's owner may say them.
        return check_owner(connection, session_id, epoch).await;
    }
    let (seats, lots) = (SeatRows::of(net), LotRows::of(net));
    let (moved_orders, new_orders) = (OrderMove::all(net), NewOrder::all(net));
    let written = sqlx::query!(
        "select write_batch(of_session => $1, at_epoch => $2, not_after => $3, forget_before => $4,
             reopened => $5, gone_seats => $6, moved_seats => $7, new_seats => $8,
             gone_lots => $9, moved_lots => $10, new_lots => $11, section_deltas => $12,
             moved_orders => $13, new_orders => $14, granted => $15, filed => $16)",
        session_id.0,
        i64::from(epoch),
        times.not_after,
        times.forget_before,
        &reopened_orders(net),
        seats.gone as _,
        seats.moved as _,
        seats.new as _,
        lots.gone as _,
        lots.moved as _,
        lots.new as _,
        section_deltas(net) as _,
        moved_orders as _,
        new_orders as _,
        ClaimColumns::granted(net) as _,
        FiledClaim::all(net) as _,
    )
    .execute(connection)
    .await;
    written.map(|_| ()).map_err(|error| refused(error, epoch))
}

/// Looks whether the session still has this owner.
async fn check_owner(
    connection: &mut PgConnection,
    session_id: SessionId,
    epoch: u32,
) -> Result<(), JournalError> {
    let owner = sqlx::query_scalar!(
        "select epoch from session_owner where session_id = $1 and epoch = $2",
        session_id.0,
        i64::from(epoch),
    );
    owner
        .fetch_optional(connection)
        .await?
        .map(|_| ())
        .ok_or(JournalError::Fenced(epoch))
}

/// What `write_batch` refused by a code of its own wrote nothing for certain.
fn refused(error: sqlx::Error, epoch: u32) -> JournalError {
    let Some(said) = error.as_database_error() else {
        return JournalError::Database(error);
    };
    match said.code().as_deref() {
        Some("FR001") => JournalError::Fenced(epoch),
        Some("FR002") => JournalError::Surprise {
            table: said.table().unwrap_or_default().to_owned(),
            counts: said.message().to_owned(),
        },
        Some("FR003") => JournalError::TooLate,
        _ => JournalError::Database(error),
    }
}
