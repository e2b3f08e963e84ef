//! The places of refunded tickets go back to their session: on sale again or kept, as each refund chose.

use actors::CommandError;
use domain::OrderId;
use domain::seat_map::{Command, Return};
use store::refunds::{DueReturn, PlacesAfter, SoldPlaces};

use super::RefundError;
use crate::App;
use crate::orders::OrderError;
use crate::turns::turn_of;

/// Has the session take the places of refunded tickets back, each refund's as it chose. Repeated, it takes back what is
/// left.
///
/// # Errors
/// The session or the database does not answer; then it is to be repeated.
pub(crate) async fn return_places(app: &App, order: OrderId) -> Result<(), RefundError> {
    // Standing places have no names: of two that take an order's back at a time, each might take the other's.
    let _turn = turn_of(order).await;
    while let Some(due) = store::refunds::next_return(&app.pool, order).await? {
        return_places_of(app, order, &due).await?;
        store::refunds::note_returned(&app.pool, due.refund_id).await?;
    }
    Ok(())
}

async fn return_places_of(app: &App, order: OrderId, due: &DueReturn) -> Result<(), RefundError> {
    let left = places_of(app, order, due).await?;
    if left.is_empty() {
        return Ok(());
    }
    let session = app
        .registry
        .session(due.session_id)
        .await
        .map_err(OrderError::from)?;
    let command = Command::Return(Return {
        order,
        seats: left.seats,
        standing: left.standing,
        withhold: due.places == PlacesAfter::Withheld,
    });
    match session.command(command).await {
        Ok(()) => {}
        Err(CommandError::Refused(_)) => return Err(RefundError::SessionBusy),
        Err(error) => return Err(OrderError::from(error).into()),
    }
    match places_of(app, order, due).await?.is_empty() {
        true => Ok(()),
        false => Err(RefundError::SessionBusy),
    }
}

async fn places_of(app: &App, order: OrderId, due: &DueReturn) -> Result<SoldPlaces, RefundError> {
    let mut connection = app.pool.acquire().await?;
    Ok(store::refunds::places_of(&mut connection, order, due.refund_id).await?)
}
