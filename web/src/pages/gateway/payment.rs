//! Paying: the last look at the order, the way to the provider and back, and what came of it.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::PaymentId;
use domain::order::{PaymentState, Provider};
use domain::seat_map::{IdempotencyKey, RequestHash};
use operations::payments::{self, PaymentError, TestOutcome, test_provider};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::see_other;
use super::frame::{Frame, GatewayStep, Loaded};
use super::{address, ended_or, method, own};
use crate::access::OrderCredential;
use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::language::{Reading, split};
use crate::wire::order::ConfirmTest;

/// The form: its key makes pressing the button twice one payment.
#[derive(Deserialize)]
pub struct Form {
    payment_key: String,
}

#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    frame: Frame,
    /// `new`, `pending`, `declined` or `cancelled`.
    state: &'static str,
    is_free: bool,
    method: String,
    is_test: bool,
    payment_key: String,
    /// Where a payment that was begun goes on.
    continue_at: Option<String>,
    buyer: Option<Buyer>,
}

#[derive(Serialize)]
struct Buyer {
    name: String,
    email: String,
}

#[derive(Serialize)]
struct TestPage {
    #[serde(flatten)]
    frame: Frame,
    action: String,
}

/// The page.
pub async fn show(
    context: web::Data<Context>,
    by: OrderCredential,
    reading: Reading,
) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by, reading).await?;
    if let Some(elsewhere) = loaded.elsewhere_than(GatewayStep::Payment) {
        return Ok(elsewhere);
    }
    let chosen = loaded.details.method;
    let page = Page {
        frame: loaded.frame(GatewayStep::Payment),
        state: state(&loaded),
        is_free: loaded.view.total.minor == 0,
        method: chosen.map_or_else(String::new, |chosen| {
            method::label(&loaded.speech(), chosen)
        }),
        is_test: chosen == Some(Provider::Test),
        payment_key: Uuid::now_v7().to_string(),
        continue_at: continue_at(&context, &loaded)
            .await?
            .map(|address| loaded.reading.link(&address)),
        buyer: loaded.details.address.map(|address| Buyer {
            name: address.name,
            email: address.email,
        }),
    };
    context
        .templates
        .page(&loaded.reading, "pages/gateway/payment.html", &page)
}

/// Begins to pay, and goes to the provider.
pub async fn pay(
    context: web::Data<Context>,
    by: OrderCredential,
    reading: Reading,
    form: web::Form<Form>,
) -> Answer<HttpResponse> {
    let key = IdempotencyKey::new(&form.payment_key).ok_or_else(Problem::key_required)?;
    // The form says nothing else, so that its key is its whole content.
    let hash = RequestHash(Sha256::digest(form.payment_key.as_bytes()).into());
    let loaded = Loaded::of(&context, &by, reading).await?;
    if let Some(elsewhere) = loaded.elsewhere_than(GatewayStep::Payment) {
        return Ok(elsewhere);
    }
    // Where there is nothing to pay, no way to pay was asked for.
    let provider = loaded.details.method.unwrap_or(Provider::Test);
    let app = &context.app;
    match payments::start(app, by.order, &by.credential, key, hash, provider).await {
        Ok(started) => Ok(match started.test_token {
            Some(token) => see_other(&test_address(&loaded, started.payment_id, &token)),
            None => own(by.order),
        }),
        Err(error) => match Problem::from(error) {
            // A step was undone in another tab: the order's address leads to it.
            problem if problem.code() == "step_missing" => Ok(own(by.order)),
            problem => ended_or(by.order, problem),
        },
    }
}

/// Gives up a payment that was begun and not finished, so that another can be made or the order changed.
pub async fn withdraw(
    context: web::Data<Context>,
    by: OrderCredential,
    reading: Reading,
) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by, reading).await?;
    if let Some(payment) = loaded.view.payment.filter(|_| loaded.is_paying()) {
        payments::end_at_deadline(&context.app, payment.payment_id).await?;
    }
    Ok(match loaded.is_paying() {
        true => see_other(&address(by.order, GatewayStep::Method)),
        false => own(by.order),
    })
}

/// The demo's provider asks whether to pay.
pub async fn show_test(
    context: web::Data<Context>,
    request: HttpRequest,
    by: OrderCredential,
    reading: Reading,
) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by, reading).await?;
    match continue_at(&context, &loaded).await? {
        Some(address) if address == split(request.path()).1 => {}
        // Of an attempt that is over, or of none.
        Some(_) | None => return Ok(own(by.order)),
    }
    let page = TestPage {
        frame: loaded.frame(GatewayStep::Payment),
        action: request.path().to_owned(),
    };
    context
        .templates
        .page(&loaded.reading, "pages/gateway/test_payment.html", &page)
}

/// The buyer's answer to it.
pub async fn confirm_test(
    context: web::Data<Context>,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
    form: web::Form<ConfirmTest>,
) -> Answer<HttpResponse> {
    context.limits.stranger(&request)?;
    let (order, attempt, token) = path.into_inner();
    let order = order.parse().map_err(|_| Problem::not_found())?;
    let payment: PaymentId = attempt.parse().map_err(|_| Problem::not_found())?;
    let outcome = TestOutcome::from(form.outcome);
    match payments::confirm_test(&context.app, payment, &token, outcome).await {
        // Pressed twice, or in another tab: the order's address knows what came of it.
        Ok(_) | Err(PaymentError::Over) => Ok(own(order)),
        Err(error) => Err(error.into()),
    }
}

fn state(loaded: &Loaded) -> &'static str {
    match loaded.view.payment.map(|payment| payment.state) {
        Some(PaymentState::Pending) => "pending",
        Some(PaymentState::Declined) => "declined",
        Some(PaymentState::Cancelled) => "cancelled",
        Some(PaymentState::Succeeded | PaymentState::Refunded) | None => "new",
    }
}

async fn continue_at(context: &Context, loaded: &Loaded) -> Answer<Option<String>> {
    let Some(payment) = loaded.view.payment.filter(|_| loaded.is_paying()) else {
        return Ok(None);
    };
    if payment.provider != Some(Provider::Test) {
        return Ok(None);
    }
    let token = test_provider::token(&context.app.pool, payment.payment_id).await?;
    Ok(token.map(|token| test_address(loaded, payment.payment_id, &token)))
}

fn test_address(loaded: &Loaded, payment: PaymentId, token: &str) -> String {
    let order = loaded.view.order_id;
    format!("/gateway/orders/{order}/test-payment/{payment}/{token}")
}
