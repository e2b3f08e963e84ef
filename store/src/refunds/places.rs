//! The places of refunded tickets, until their session has taken them back: each refund's by its own choice.

use domain::{OrderId, RefundId, SeatIndex, SectionIndex, SessionId};
use sqlx::{PgConnection, PgExecutor};

use super::{PlacesAfter, places_after};
use crate::columns::count;
use crate::tickets::section_of;

/// A refund whose places its session has not taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueReturn {
    pub refund_id: RefundId,
    pub session_id: SessionId,
    pub places: PlacesAfter,
}

/// What of a refund's places is still sold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SoldPlaces {
    pub seats: Vec<SeatIndex>,
    /// Section, places that its order has there, and those that it keeps without this refund's.
    pub standing: Vec<(SectionIndex, u32, u32)>,
}

impl SoldPlaces {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seats.is_empty() && self.standing.is_empty()
    }
}

/// The first of an order's refunds whose places have not been returned.
///
/// # Errors
/// The database does not answer.
pub async fn next_return(
    connection: impl PgExecutor<'_>,
    order: OrderId,
) -> Result<Option<DueReturn>, sqlx::Error> {
    // By their ids, which were made in turn while the payment was locked. What was begun is gone on with first.
    let row = sqlx::query!(
        "select refund_id, session_id, places from refund join payment using (payment_id)
             join event_session_order using (order_id)
         where order_id = $1 and places_returned_at is null
         order by refund_id limit 1",
        order.0,
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(DueReturn {
        refund_id: RefundId(row.refund_id),
        session_id: SessionId(row.session_id),
        places: places_after(&row.places)?,
    }))
}

/// What of a refund's places is still sold. Standing places have no names: an order keeps as many as it has valid
/// tickets, and tickets of other refunds whose turn is still to come.
///
/// # Errors
/// The database does not answer.
pub async fn places_of(
    connection: &mut PgConnection,
    order: OrderId,
    refund: RefundId,
) -> Result<SoldPlaces, sqlx::Error> {
    let seats = sqlx::query_scalar!(
        "select taken_seat.seat_index from ticket join taken_seat
             on taken_seat.session_id = ticket.session_id and taken_seat.seat_index = ticket.seat_index
         where ticket.refund_id = $2 and ticket.order_id = $1 and taken_seat.order_id = $1 and state = 'sold'
         order by 1",
        order.0,
        refund.0,
    )
    .fetch_all(&mut *connection)
    .await?;
    let standing = sqlx::query!(
        r#"select section_index, quantity, (
               select count(*) from ticket left join refund using (refund_id)
               where ticket.order_id = $1 and ticket.section_index = taken_standing.section_index
                   and ticket.seat_index is null and (ticket.status = 'VALID'
                       or refund.refund_id <> $2 and refund.places_returned_at is null))::int4 as "kept!"
           from taken_standing where order_id = $1 and state = 'sold' order by 1"#,
        order.0,
        refund.0,
    )
    .fetch_all(connection)
    .await?;
    let seats = seats.into_iter().map(|seat| count(seat).map(SeatIndex));
    let standing = standing.into_iter().map(|row| {
        Ok((
            section_of(row.section_index)?,
            count(row.quantity)?,
            count(row.kept)?,
        ))
    });
    let standing: Result<Vec<_>, sqlx::Error> = standing.collect();
    Ok(SoldPlaces {
        seats: seats.collect::<Result<_, _>>()?,
        standing: standing?
            .into_iter()
            .filter(|(_, sold, kept)| sold > kept)
            .collect(),
    })
}

/// Notes that the session has taken a refund's places back.
///
/// # Errors
/// The database does not answer.
pub async fn note_returned(
    connection: impl PgExecutor<'_>,
    refund: RefundId,
) -> Result<(), sqlx::Error> {
    let noted = sqlx::query!(
        "update refund set places_returned_at = now() where refund_id = $1 and places_returned_at is null",
        refund.0,
    );
    noted.execute(connection).await.map(drop)
}
