//! Opening, reading, filling in, extending and cancelling an order.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::SessionId;
use operations::orders::{self, Address, AddressFields};

use super::{answer, order_answer};
use crate::access::{MaybeLogin, OrderCredential};
use crate::context::Context;
use crate::cookies;
use crate::error::{Answer, Problem};
use crate::input::{JsonBody, NoBody, PathId};
use crate::openapi::ProblemDocument;
use crate::wire::order::{self as wire, Amount, OpenedOrder, Order};

/// Opens an empty order
///
/// Its secret is told once, here, and set as a cookie.
#[utoipa::path(post, path = "/api/gateway/sessions/{sessionId}/orders", tag = "gateway",
    params(("sessionId" = uuid::Uuid, Path)),
    responses((status = 201, body = OpenedOrder), (status = "default", body = ProblemDocument)))]
pub async fn open(
    context: web::Data<Context>,
    request: HttpRequest,
    session: PathId<SessionId>,
    login: MaybeLogin,
    _body: NoBody,
) -> Answer<HttpResponse> {
    context.limits.opening(&request)?;
    let account = login.0.map(|person| person.account_id);
    let opened = orders::open(&context.app, session.0, account).await?;
    let cookie = cookies::order(&context, opened.order.order_id, &opened.secret);
    let body = OpenedOrder {
        order: Order::new(opened.order, &context.settings.public_url),
        order_secret: opened.secret,
    };
    let mut response = answer(StatusCode::CREATED, &body);
    response
        .add_cookie(&cookie)
        .map_err(|error| Problem::defect(&error))?;
    Ok(response)
}

/// The order as it is committed
#[utoipa::path(get, path = "/api/gateway/orders/{eventSessionOrderId}", tag = "gateway",
    params(("eventSessionOrderId" = uuid::Uuid, Path)), security(("orderSecret" = [])),
    responses((status = 200, body = Order), (status = "default", body = ProblemDocument)))]
pub async fn show(context: web::Data<Context>, by: OrderCredential) -> Answer<HttpResponse> {
    let view = orders::view(&context.app, by.order, &by.credential).await?;
    Ok(order_answer(&context, view))
}

/// Notes how many places the buyer wants
#[utoipa::path(put, path = "/api/gateway/orders/{eventSessionOrderId}/amount", tag = "gateway",
    params(("eventSessionOrderId" = uuid::Uuid, Path)), security(("orderSecret" = [])),
    request_body = Amount,
    responses((status = 200, body = Order), (status = "default", body = ProblemDocument)))]
pub async fn put_amount(
    context: web::Data<Context>,
    by: OrderCredential,
    body: JsonBody<Amount>,
) -> Answer<HttpResponse> {
    let quantity = super::claims::quantity("quantity", body.value.quantity)?;
    let view = orders::set_amount(&context.app, by.order, &by.credential, quantity).await?;
    Ok(order_answer(&context, view))
}

/// Notes who buys
#[utoipa::path(put, path = "/api/gateway/orders/{eventSessionOrderId}/address", tag = "gateway",
    params(("eventSessionOrderId" = uuid::Uuid, Path)), security(("orderSecret" = [])),
    request_body = wire::Address,
    responses((status = 200, body = Order), (status = "default", body = ProblemDocument)))]
pub async fn put_address(
    context: web::Data<Context>,
    by: OrderCredential,
    body: JsonBody<wire::Address>,
) -> Answer<HttpResponse> {
    let address = Address::parse(body.value.into())?;
    let view = orders::set_address(&context.app, by.order, &by.credential, &address).await?;
    Ok(order_answer(&context, view))
}

/// Takes the one extension
#[utoipa::path(post, path = "/api/gateway/orders/{eventSessionOrderId}/extend", tag = "gateway",
    params(("eventSessionOrderId" = uuid::Uuid, Path)), security(("orderSecret" = [])),
    responses((status = 200, body = Order), (status = "default", body = ProblemDocument)))]
pub async fn extend(
    context: web::Data<Context>,
    by: OrderCredential,
    _body: NoBody,
) -> Answer<HttpResponse> {
    let view = orders::extend(&context.app, by.order, &by.credential).await?;
    Ok(order_answer(&context, view))
}

/// Gives the order up
#[utoipa::path(post, path = "/api/gateway/orders/{eventSessionOrderId}/cancel", tag = "gateway",
    params(("eventSessionOrderId" = uuid::Uuid, Path)), security(("orderSecret" = [])),
    responses((status = 200, body = Order), (status = "default", body = ProblemDocument)))]
pub async fn cancel(
    context: web::Data<Context>,
    by: OrderCredential,
    _body: NoBody,
) -> Answer<HttpResponse> {
    let view = orders::cancel(&context.app, by.order, &by.credential).await?;
    Ok(order_answer(&context, view))
}

impl From<wire::Address> for AddressFields {
    fn from(address: wire::Address) -> Self {
        Self {
            name: address.name,
            email: address.email,
            phone: address.phone,
            line1: address.line1,
            line2: address.line2,
            postcode: address.postcode,
            city: address.city,
            state: address.state,
            country: address.country,
        }
    }
}
