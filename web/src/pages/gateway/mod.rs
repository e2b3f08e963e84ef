//! Checkout: a step a page, each complete without a script, each to be come back to by its address.
//!
//! ```text
//! amount ─▶ seats ─▶ details ─▶ method ─▶ payment ─▶ confirmation
//! ```
//!
//! Nobody gets to a step before the ones in front of it are done; whoever tries is sent to the first
//! that is missing. An order that has ended says so at its own address, and all its steps lead there.

mod address_form;
pub mod amount;
pub mod details;
mod ended;
pub mod frame;
pub mod method;
pub mod payment;
pub mod seats;

use actix_web::{HttpRequest, HttpResponse, web};
use domain::{OrderId, SessionId};
use operations::orders::{self, OrderError};
use serde::Deserialize;

use self::frame::{GatewayStep, Loaded};
use super::see_other;
use crate::access::{MaybeLogin, OrderCredential};
use crate::context::Context;
use crate::cookies;
use crate::error::{Answer, Problem};
use crate::input::PathId;
use crate::language::Reading;

/// The step that a form was sent from, to come back to.
#[derive(Deserialize)]
pub struct From {
    step: Option<String>,
}

/// Opens an empty order for somebody without a script, or who wants the best places found.
pub async fn open(
    context: web::Data<Context>,
    request: HttpRequest,
    session: PathId<SessionId>,
    login: MaybeLogin,
) -> Answer<HttpResponse> {
    context.limits.opening(&request)?;
    let account = login.0.map(|person| person.account_id);
    let opened = orders::open(&context.app, session.0, account).await?;
    let order = opened.order.order_id;
    let mut response = see_other(&address(order, GatewayStep::Amount));
    response
        .add_cookie(&cookies::order(&context, order, &opened.secret))
        .map_err(|error| Problem::defect(&error))?;
    Ok(response)
}

/// Sends on to the first step that is missing; says how the order ended if it has.
pub async fn show(
    context: web::Data<Context>,
    by: OrderCredential,
    reading: Reading,
) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by, reading).await?;
    match loaded.next_step() {
        Some(step) => Ok(see_other(&address(by.order, step))),
        None => ended::page(&context, &loaded),
    }
}

/// Takes the one extension. That it was taken already shows on the page, too.
pub async fn extend(
    context: web::Data<Context>,
    by: OrderCredential,
    from: web::Form<From>,
) -> Answer<HttpResponse> {
    use domain::seat_map::Refusal;
    let extended = orders::extend(&context.app, by.order, &by.credential).await;
    match extended {
        Ok(_) | Err(OrderError::Refused(Refusal::AlreadyExtended | Refusal::PaymentUnderWay)) => {}
        Err(error) => return ended_or(by.order, error.into()),
    }
    Ok(see_other(&back_to(by.order, from.step.as_deref())))
}

/// Gives the order up.
pub async fn cancel(context: web::Data<Context>, by: OrderCredential) -> Answer<HttpResponse> {
    use domain::seat_map::Refusal;
    match orders::cancel(&context.app, by.order, &by.credential).await {
        Ok(_) | Err(OrderError::Paid | OrderError::Refused(Refusal::PaymentUnderWay)) => {
            Ok(own(by.order))
        }
        Err(error) => Err(error.into()),
    }
}

/// Where an order's own page says how it ended, or sends on.
fn own(order: OrderId) -> HttpResponse {
    see_other(&format!("/gateway/orders/{order}"))
}

fn address(order: OrderId, step: GatewayStep) -> String {
    format!("/gateway/orders/{order}/{}", step.name())
}

/// Only a step's own name is taken from a form.
fn back_to(order: OrderId, step: Option<&str>) -> String {
    let all = [
        GatewayStep::Amount,
        GatewayStep::Seats,
        GatewayStep::Details,
        GatewayStep::Method,
        GatewayStep::Payment,
    ];
    let known = all.into_iter().find(|known| Some(known.name()) == step);
    match known {
        Some(step) => address(order, step),
        None => format!("/gateway/orders/{order}"),
    }
}

/// Whatever was asked of an order that has ended meanwhile: its own page has the words for it.
fn ended_or(order: OrderId, problem: Problem) -> Answer<HttpResponse> {
    match problem.code() {
        "order_expired" | "order_cancelled" | "order_paid" | "payment_under_way" => Ok(own(order)),
        _ => Err(problem),
    }
}
