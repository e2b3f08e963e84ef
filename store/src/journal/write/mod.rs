//! The statements of a batch: a handful, however many changes it has.

mod claims;
mod lots;
mod orders;
mod seats;

use std::time::Instant;

use domain::{SectionIndex, SessionId};
use sqlx::{Connection, PgConnection};

use self::lots::LotRows;
use self::seats::SeatRows;
use crate::journal::net::Net;
use crate::journal::{JournalError, PATIENCE};

/// Writes a batch in one transaction, at an epoch.
pub(super) async fn write_batch(
    connection: &mut PgConnection,
    session_id: SessionId,
    epoch: u32,
    net: &Net,
) -> Result<(), JournalError> {
    if net.is_empty() {
        // Refusals and the tell of a sale change no row, and yet only the session's owner may say them.
        return lock_owner(connection, session_id, epoch).await;
    }
    let began = Instant::now();
    let mut tx = connection.begin().await?;
    lock_owner(&mut tx, session_id, epoch).await?;
    write_net(&mut tx, session_id, net).await?;
    if began.elapsed() >= PATIENCE {
        tx.rollback().await?;
        return Err(JournalError::TooLate);
    }
    tx.commit().await?;
    Ok(())
}

/// Locks the owner's row at its epoch, so that a takeover waits for this batch or stops it.
async fn lock_owner(
    connection: &mut PgConnection,
    session_id: SessionId,
    epoch: u32,
) -> Result<(), JournalError> {
    // `for key share` would not do: it does not conflict with the update that raises the epoch.
    let owner = sqlx::query_scalar!(
        "select epoch from session_owner where session_id = $1 and epoch = $2 for share",
        session_id.0,
        i64::from(epoch),
    );
    owner
        .fetch_optional(connection)
        .await?
        .map(|_| ())
        .ok_or(JournalError::Fenced(epoch))
}

/// Writes all of a batch: an order's row before the places that refer to it, and of these the
/// deletes, then the updates, then plain inserts.
async fn write_net(
    connection: &mut PgConnection,
    session_id: SessionId,
    net: &Net,
) -> Result<(), JournalError> {
    let seats = SeatRows::of(net);
    let lots = LotRows::of(net);
    claims::delete(connection, net).await?;
    seats::delete(connection, session_id, &seats.gone).await?;
    lots::delete(connection, &lots.gone).await?;
    orders::update(connection, net).await?;
    orders::insert(connection, session_id, net).await?;
    seats::update(connection, session_id, &seats.moved).await?;
    lots::update(connection, &lots.moved).await?;
    lots::update_sections(connection, session_id, net).await?;
    seats::insert(connection, session_id, &seats.new).await?;
    lots::insert(connection, session_id, &lots.new).await?;
    claims::insert(connection, &net.claims).await
}

/// A batch that does not find the rows it was decided on must not be committed.
fn check(table: &'static str, expected: usize, affected: u64) -> Result<(), JournalError> {
    if u64::try_from(expected).is_ok_and(|expected| expected == affected) {
        Ok(())
    } else {
        Err(JournalError::Surprise {
            table,
            expected,
            affected,
        })
    }
}

fn section_column(section: SectionIndex) -> i16 {
    i16::try_from(section.0).expect("a manifest has fewer sections than a smallint column counts")
}

fn quantity_column(quantity: u32) -> i32 {
    i32::try_from(quantity).expect("a section's capacity fits an integer column")
}
