//! What the gateway's pages show of an order beside its places, and the way to pay that was chosen.

use domain::OrderId;
use domain::order::{Credential, Provider};
pub use store::details::GatewayDetails;

use super::{OrderError, check_unexpired, open_session};
use crate::App;

/// What the buyer has typed so far.
///
/// # Errors
/// There is no such order, or it is somebody else's.
pub async fn details(
    app: &App,
    order: OrderId,
    by: &Credential,
) -> Result<GatewayDetails, OrderError> {
    let details = store::details::of_order(&app.pool, by, order).await?;
    match details {
        Some(details) => Ok(details),
        None if store::orders::exists(&app.pool, order).await? => Err(OrderError::Forbidden),
        None => Err(OrderError::NotFound),
    }
}

/// Notes how the buyer wants to pay. Nothing is begun by it.
///
/// # Errors
/// The order is not theirs or not open.
pub async fn set_method(
    app: &App,
    order: OrderId,
    by: &Credential,
    method: Provider,
) -> Result<(), OrderError> {
    let session = open_session(app, order, by).await?;
    check_unexpired(&session, order, by)?;
    store::details::set_method(&app.pool, by, order, method).await?;
    Ok(())
}
