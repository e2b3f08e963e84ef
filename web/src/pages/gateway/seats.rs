//! The seats' step.

use actix_web::{HttpResponse, web};

use super::super::see_other;
use super::frame::{GatewayStep, Loaded};
use crate::access::OrderCredential;
use crate::context::Context;
use crate::error::Answer;

/// Seats are chosen on the session's page.
pub async fn show(context: web::Data<Context>, by: OrderCredential) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by).await?;
    Ok(match loaded.elsewhere_than(GatewayStep::Seats) {
        Some(elsewhere) => elsewhere,
        None => see_other(&format!("/sessions/{}", loaded.view.session_id)),
    })
}
