//! Paying: the last look at the order, the way to the provider and back, and what came of it.

use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::order::{OrderStatus, PaymentState, Provider};
use domain::seat_map::{IdempotencyKey, RequestHash};
use domain::{OrderId, PaymentId};
use operations::payments::{self, PaymentError, StartedPayment, TestOutcome};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::see_other;
use super::frame::{Frame, GatewayStep, Loaded};
use super::{address, ended_or, method, own};
use crate::access::OrderCredential;
use crate::context::Context;
use crate::envelope::{Allowed, content_security_policy};
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
    is_card: bool,
    is_paypal: bool,
    payment_key: String,
    /// Where a payment that was begun goes on.
    continue_at: Option<String>,
    /// What the Payment Element is opened with, where that is how it goes on.
    card: Option<Card>,
    buyer: Option<Buyer>,
}

#[derive(Serialize)]
struct Card {
    script_url: String,
    publishable_key: String,
    client_secret: String,
    return_url: String,
}

/// Where the buyer comes from.
#[derive(Deserialize)]
pub struct Return {
    attempt: Option<String>,
    /// Whether they left without having paid.
    left: Option<String>,
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
    let begun = begun(&context, &loaded).await?;
    let page = Page {
        frame: loaded.frame(GatewayStep::Payment),
        state: state(&loaded),
        is_free: loaded.view.total.minor == 0,
        method: chosen.map_or_else(String::new, |chosen| {
            method::label(&loaded.speech(), chosen)
        }),
        is_test: chosen == Some(Provider::Test),
        is_card: chosen == Some(Provider::Stripe),
        is_paypal: chosen == Some(Provider::Paypal),
        payment_key: Uuid::now_v7().to_string(),
        continue_at: begun
            .as_ref()
            .and_then(|begun| continue_at(&loaded, begun))
            .map(|address| linked(&loaded, &address)),
        card: begun.and_then(|begun| card(&context, &loaded, begun)),
        buyer: loaded.details.address.map(|address| Buyer {
            name: address.name,
            email: address.email,
        }),
    };
    let mut response =
        context
            .templates
            .page(&loaded.reading, "pages/gateway/payment.html", &page)?;
    let policy = policy(&context, page.card.is_some());
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// The buyer is back from the provider, or says so. What came of it the provider says, not the address.
pub async fn come_back(
    context: web::Data<Context>,
    by: OrderCredential,
    from: web::Query<Return>,
) -> Answer<HttpResponse> {
    let app = &context.app;
    let view = match payments::on_return(app, by.order, &by.credential).await {
        Ok(view) => view,
        // Its page goes on listening: a webhook or the reconciler brings the answer.
        Err(PaymentError::ProviderFailing | PaymentError::StillProcessing) => {
            return Ok(own(by.order));
        }
        Err(error) => return ended_or(by.order, error.into()),
    };
    let pending = view.payment.filter(|it| it.state == PaymentState::Pending);
    let is_left =
        from.left.is_some() && pending.map(|it| it.payment_id.to_string()) == from.attempt;
    if view.status == OrderStatus::Pending && is_left {
        payments::leave(app, by.order, &by.credential).await?;
        return Ok(see_other(&address(by.order, GatewayStep::Method)));
    }
    Ok(own(by.order))
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
        Ok(started) => Ok(match continue_at(&loaded, &started) {
            Some(address) => see_other(&address),
            None => own(by.order),
        }),
        // Another way to pay is offered, with the places still held.
        Err(PaymentError::ProviderFailing) => Ok(elsewhere(by.order, provider)),
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
    if !loaded.is_paying() {
        return Ok(own(by.order));
    }
    let left = payments::leave(&context.app, by.order, &by.credential).await;
    match left {
        Ok(view) if view.status == OrderStatus::Pending => {
            Ok(see_other(&address(by.order, GatewayStep::Method)))
        }
        Ok(_) => Ok(own(by.order)),
        Err(error) => ended_or(by.order, error.into()),
    }
}

/// The demo's provider asks whether to pay.
pub async fn show_test(
    context: web::Data<Context>,
    request: HttpRequest,
    by: OrderCredential,
    reading: Reading,
) -> Answer<HttpResponse> {
    let loaded = Loaded::of(&context, &by, reading).await?;
    let begun = begun(&context, &loaded).await?;
    match begun.and_then(|begun| continue_at(&loaded, &begun)) {
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

/// The attempt that is under way, if there is one.
async fn begun(context: &Context, loaded: &Loaded) -> Answer<Option<StartedPayment>> {
    match loaded.view.payment.filter(|_| loaded.is_paying()) {
        Some(payment) => Ok(Some(
            payments::continuation(&context.app, payment.payment_id).await?,
        )),
        None => Ok(None),
    }
}

/// Where an attempt goes on, if that is at another page.
fn continue_at(loaded: &Loaded, begun: &StartedPayment) -> Option<String> {
    let test = begun.test_token.as_ref();
    let test = test.map(|token| test_address(loaded, begun.payment_id, token));
    test.or_else(|| begun.approve_url.clone())
}

/// Our own addresses are in the buyer's language; a provider's is what it is.
fn linked(loaded: &Loaded, address: &str) -> String {
    match address.starts_with('/') {
        true => loaded.reading.link(address),
        false => address.to_owned(),
    }
}

fn card(context: &Context, loaded: &Loaded, begun: StartedPayment) -> Option<Card> {
    let stripe = context.app.providers.stripe.as_ref()?;
    let (site, order) = (&context.settings.public_url, loaded.view.order_id);
    Some(Card {
        script_url: stripe.script_url().to_owned(),
        publishable_key: stripe.publishable_key().to_owned(),
        client_secret: begun.client_secret?,
        return_url: format!("{site}/gateway/orders/{order}/payment/return"),
    })
}

/// A form here may lead to PayPal, and with the Payment Element on it, the page is partly Stripe's.
fn policy(context: &Context, with_card: bool) -> HeaderValue {
    let providers = &context.app.providers;
    let form = providers.stripe.as_ref().filter(|_| with_card);
    let form = form.map(|stripe| stripe.origins()).unwrap_or_default();
    let paypal = providers.paypal.as_ref();
    let targets: Vec<String> = paypal
        .map(|paypal| paypal.approve_origin())
        .into_iter()
        .collect();
    let allowed = Allowed {
        scripts: "",
        form: &form,
        targets: &targets,
    };
    content_security_policy(&context.settings.public_url, allowed)
}

/// Where another way to pay is chosen, since this one does not answer.
fn elsewhere(order: OrderId, failing: Provider) -> HttpResponse {
    let name = match failing {
        Provider::Stripe => "stripe",
        Provider::Paypal => "paypal",
        Provider::Test => "test",
    };
    see_other(&format!(
        "{}?failing={name}",
        address(order, GatewayStep::Method)
    ))
}

fn test_address(loaded: &Loaded, payment: PaymentId, token: &str) -> String {
    let order = loaded.view.order_id;
    format!("/gateway/orders/{order}/test-payment/{payment}/{token}")
}
