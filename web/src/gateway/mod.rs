//! Checkout: an order from its opening to its tickets.

pub mod claims;
pub mod orders;
pub mod payments;
pub mod ticket_document;
mod ticket_texts;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use operations::orders::OrderView;
use serde::Serialize;

use crate::context::Context;
use crate::wire::order::Order;

/// An order as an answer.
pub(crate) fn order_answer(context: &Context, view: OrderView) -> HttpResponse {
    answer(
        StatusCode::OK,
        &Order::new(view, &context.settings.public_url),
    )
}

/// JSON that nobody may keep.
pub(crate) fn answer(status: StatusCode, value: &impl Serialize) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(value)
}
