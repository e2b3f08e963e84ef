//! An order that ended without tickets: what happened, and how to go on.

use actix_web::HttpResponse;
use domain::order::{OrderStatus, PaymentState};
use domain::seat_map::Ending;
use serde::Serialize;

use super::frame::{Frame, GatewayStep, Loaded};
use crate::context::Context;
use crate::error::Answer;

#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    frame: Frame,
    /// `expired`, `cancelled` or `refunded`.
    how: &'static str,
    /// Whether the session can be bought now.
    is_on_sale: bool,
}

pub(super) fn page(context: &Context, loaded: &Loaded) -> Answer<HttpResponse> {
    let page = Page {
        frame: loaded.frame(GatewayStep::Amount),
        how: how(loaded),
        is_on_sale: loaded.session.sale.is_on(context.now()),
    };
    context
        .templates
        .page(&loaded.reading, "pages/gateway/ended.html", &page)
}

fn how(loaded: &Loaded) -> &'static str {
    let payment = loaded.view.payment.map(|payment| payment.state);
    match (loaded.view.status, loaded.details.ending) {
        (OrderStatus::Refunded, _) => "refunded",
        // Money that came when the places were gone went back.
        (OrderStatus::Cancelled, _) if payment == Some(PaymentState::Refunded) => "refunded",
        (OrderStatus::Cancelled, Some(Ending::Cancelled)) => "cancelled",
        (OrderStatus::Cancelled | OrderStatus::Pending | OrderStatus::Paid, _) => "expired",
    }
}
