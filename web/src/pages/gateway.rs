//! Checkout without a script: one page that shows what is missing, and forms that do it.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::order::{OrderStatus, Provider, Step};
use domain::seat_map::{IdempotencyKey, RequestHash};
use domain::{OrderId, PaymentId};
use operations::orders::{self, Address, AddressFields, OrderError, OrderView};
use operations::payments::{self, TestOutcome};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{see_other, words};
use crate::access::OrderCredential;
use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::wire::order::{self as wire, ConfirmTest};

#[derive(Serialize, Default)]
struct Page {
    order_id: String,
    session_id: String,
    pnr: String,
    title: String,
    when: String,
    venue: String,
    status: &'static str,
    minutes_left: u64,
    places: Vec<String>,
    total: String,
    needs_address: bool,
    needs_seats: bool,
    is_paying: bool,
    tickets: Vec<Ticket>,
    payment_key: String,
    /// What was typed and refused.
    typed: Option<Typed>,
    wrong: Vec<Wrong>,
}

#[derive(Serialize, Default)]
struct Typed {
    name: String,
    email: String,
    phone: String,
    line1: String,
    line2: String,
    postcode: String,
    city: String,
    country: String,
}

#[derive(Serialize)]
struct Wrong {
    field: String,
    reason: String,
}

#[derive(Serialize)]
struct Ticket {
    place: String,
    code: String,
    document: String,
}

#[derive(Serialize)]
struct TestPage {
    order_id: String,
    address: String,
}

/// The payment form: its key makes pressing the button twice one payment.
#[derive(Deserialize)]
pub struct PayForm {
    payment_key: String,
}

/// The order's page.
pub async fn show(context: web::Data<Context>, by: OrderCredential) -> Answer<HttpResponse> {
    let view = orders::view(&context.app, by.order, &by.credential).await?;
    render(&context, view, None, Vec::new()).await
}

/// The address form's answer.
pub async fn put_address(
    context: web::Data<Context>,
    by: OrderCredential,
    form: web::Form<wire::Address>,
) -> Answer<HttpResponse> {
    let fields = AddressFields::from(form.into_inner());
    let typed = Typed::from(&fields);
    let noted = match Address::parse(fields) {
        Ok(address) => orders::set_address(&context.app, by.order, &by.credential, &address).await,
        Err(error) => Err(error),
    };
    match noted {
        Ok(_) => Ok(back(by.order)),
        Err(OrderError::Invalid(fields)) => {
            let view = orders::view(&context.app, by.order, &by.credential).await?;
            let wrong = fields.into_iter().map(|(field, reason)| Wrong {
                field: field.to_owned(),
                reason,
            });
            render(&context, view, Some(typed), wrong.collect()).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Begins to pay with the demo's provider, and goes to its page.
pub async fn pay(
    context: web::Data<Context>,
    by: OrderCredential,
    form: web::Form<PayForm>,
) -> Answer<HttpResponse> {
    let key = IdempotencyKey::new(&form.payment_key).ok_or_else(Problem::key_required)?;
    // The form says nothing else, so that its key is its whole content.
    let hash = RequestHash(Sha256::digest(form.payment_key.as_bytes()).into());
    let app = &context.app;
    let started = payments::start(app, by.order, &by.credential, key, hash, Provider::Test).await?;
    Ok(match started.test_token {
        Some(token) => {
            let (order, attempt) = (by.order, started.payment_id);
            see_other(&format!(
                "/gateway/orders/{order}/test-payment/{attempt}/{token}"
            ))
        }
        None => back(by.order),
    })
}

/// The demo's provider asks whether to pay.
pub async fn show_test(context: web::Data<Context>, request: HttpRequest) -> Answer<HttpResponse> {
    let order: OrderId = crate::input::path_id(&request)?;
    let page = TestPage {
        order_id: order.to_string(),
        address: request.path().to_owned(),
    };
    context
        .templates
        .page("pages/gateway/test_payment.html", &page)
}

/// The buyer's answer to it.
pub async fn confirm_test(
    context: web::Data<Context>,
    request: HttpRequest,
    address: web::Path<(String, String, String)>,
    form: web::Form<ConfirmTest>,
) -> Answer<HttpResponse> {
    context.limits.stranger(&request)?;
    let (order, attempt, token) = address.into_inner();
    let order: OrderId = order.parse().map_err(|_| Problem::not_found())?;
    let payment: PaymentId = attempt.parse().map_err(|_| Problem::not_found())?;
    let outcome = TestOutcome::from(form.outcome);
    payments::confirm_test(&context.app, payment, &token, outcome).await?;
    Ok(back(order))
}

/// Takes the one extension.
pub async fn extend(context: web::Data<Context>, by: OrderCredential) -> Answer<HttpResponse> {
    orders::extend(&context.app, by.order, &by.credential).await?;
    Ok(back(by.order))
}

/// Gives the order up.
pub async fn cancel(context: web::Data<Context>, by: OrderCredential) -> Answer<HttpResponse> {
    orders::cancel(&context.app, by.order, &by.credential).await?;
    Ok(back(by.order))
}

fn back(order: OrderId) -> HttpResponse {
    see_other(&format!("/gateway/orders/{order}"))
}

async fn render(
    context: &Context,
    view: OrderView,
    typed: Option<Typed>,
    wrong: Vec<Wrong>,
) -> Answer<HttpResponse> {
    let detail = store::catalogue::session(&context.app.pool, view.session_id).await?;
    let detail = detail.ok_or_else(Problem::not_found)?;
    let live = context.app.registry.session(view.session_id).await?;
    let page = Page {
        title: detail.event.title,
        when: words::local(detail.starts_at, &detail.venue.time_zone),
        venue: detail.venue.name,
        places: places(&view, live.info()),
        typed,
        wrong,
        ..Page::of(&view)
    };
    context.templates.page("pages/gateway/order.html", &page)
}

impl Page {
    fn of(view: &OrderView) -> Self {
        let (order, pending) = (view.order_id, view.status == OrderStatus::Pending);
        let paying = view
            .payment
            .is_some_and(|it| it.state == domain::order::PaymentState::Pending);
        let ticket = |ticket: &orders::TicketView| Ticket {
            place: place(
                &ticket.section_name,
                ticket.row.as_deref(),
                ticket.number.as_deref(),
            ),
            code: ticket.code.clone(),
            document: format!(
                "/api/gateway/orders/{order}/tickets/{}.pdf",
                ticket.ticket_id
            ),
        };
        Self {
            order_id: order.to_string(),
            session_id: view.session_id.to_string(),
            pnr: view.pnr.to_string(),
            status: status_words(view.status),
            minutes_left: view.seconds_left.div_ceil(60),
            total: words::money(view.total),
            needs_address: view.missing.contains(&Step::Address),
            needs_seats: view.missing.contains(&Step::Seats),
            is_paying: pending && paying,
            tickets: view.tickets.iter().map(ticket).collect(),
            payment_key: Uuid::now_v7().to_string(),
            ..Self::default()
        }
    }
}

fn status_words(status: OrderStatus) -> &'static str {
    match status {
        OrderStatus::Pending => "pending",
        OrderStatus::Paid => "paid",
        OrderStatus::Cancelled => "cancelled",
        OrderStatus::Refunded => "refunded",
    }
}

fn places(view: &OrderView, info: &actors::SessionInfo) -> Vec<String> {
    let manifest = &info.manifest;
    let seats = view.seats.iter().filter_map(|&index| {
        let seat = manifest.seat(index)?;
        let section = manifest.section(seat.section)?;
        Some(place(&section.name, Some(&seat.row), Some(&seat.number)))
    });
    let standing = view.standing.iter().filter_map(|&(section, quantity)| {
        let section = manifest.section(manifest.section_index(section)?)?;
        Some(format!("{}: {quantity}", section.name))
    });
    seats.chain(standing).collect()
}

fn place(section: &str, row: Option<&str>, number: Option<&str>) -> String {
    let row = row.map(|row| format!(", row {row}")).unwrap_or_default();
    let number = number
        .map(|number| format!(", seat {number}"))
        .unwrap_or_default();
    format!("{section}{row}{number}")
}

impl From<&AddressFields> for Typed {
    fn from(fields: &AddressFields) -> Self {
        Self {
            name: fields.name.clone(),
            email: fields.email.clone(),
            phone: fields.phone.clone().unwrap_or_default(),
            line1: fields.line1.clone(),
            line2: fields.line2.clone().unwrap_or_default(),
            postcode: fields.postcode.clone(),
            city: fields.city.clone(),
            country: fields.country.clone(),
        }
    }
}
