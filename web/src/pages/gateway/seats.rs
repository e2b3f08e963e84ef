//! The seats' step: the house, in the frame of the gateway.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::super::house::House;
use super::frame::{Frame, GatewayStep, Loaded};
use crate::access::OrderCredential;
use crate::context::Context;
use crate::error::Answer;
use crate::language::Reading;
use crate::manifests::Manifests;

#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    frame: Frame,
    house: House,
}

/// The page.
pub async fn show(
    context: web::Data<Context>,
    by: OrderCredential,
    reading: Reading,
) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by, reading).await?;
    if let Some(elsewhere) = loaded.elsewhere_than(GatewayStep::Seats) {
        return Ok(elsewhere);
    }
    let Loaded { session, live, .. } = &loaded;
    Manifests::prepare(&context, live.info());
    let page = Page {
        house: House::of(&context, &loaded.speech(), session, live, Some(by.order)).await?,
        frame: loaded.frame(GatewayStep::Seats),
    };
    context
        .templates
        .page(&loaded.reading, "pages/gateway/seats.html", &page)
}
