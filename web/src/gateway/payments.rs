//! Paying an order.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::PaymentId;
use operations::payments::{self, StartedPayment, TestOutcome};

use super::{answer, order_answer};
use crate::access::OrderCredential;
use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::input::{JsonBody, Key};
use crate::openapi::ProblemDocument;
use crate::wire::order::{
    self as wire, ConfirmTest, Order, Outcome, PaypalPayment, StartPayment, StripePayment,
    TestPayment,
};

/// Begins to pay
///
/// 409 `step_missing` with `missing` where the order is not complete, `provider_unavailable` where the
/// provider is not configured; 503 `provider_failing` where it does not answer, so that another one may be better.
#[utoipa::path(post, path = "/api/gateway/orders/{eventSessionOrderId}/payments", tag = "gateway",
    params(("eventSessionOrderId" = uuid::Uuid, Path), ("Idempotency-Key" = String, Header)),
    security(("orderSecret" = [])), request_body = StartPayment,
    responses((status = 201, body = wire::StartedPayment), (status = "default", body = ProblemDocument)))]
pub async fn start(
    context: web::Data<Context>,
    by: OrderCredential,
    key: Key,
    body: JsonBody<StartPayment>,
) -> Answer<HttpResponse> {
    let (hash, provider) = (body.request_hash(), body.value.provider);
    let app = &context.app;
    let started = payments::start(app, by.order, &by.credential, key.0, hash, provider).await?;
    Ok(answer(
        StatusCode::CREATED,
        &started_payment(&context, started),
    ))
}

/// The buyer's answer to the demo's payment provider
///
/// Only in the demo. The token in the address is all the permission that is needed.
#[utoipa::path(post, path = "/api/gateway/payments/{attemptId}/test/{token}", tag = "gateway",
    params(("attemptId" = uuid::Uuid, Path), ("token" = String, Path)),
    request_body = ConfirmTest,
    responses((status = 200, body = Order), (status = "default", body = ProblemDocument)))]
pub async fn confirm_test(
    context: web::Data<Context>,
    request: HttpRequest,
    address: web::Path<(String, String)>,
    body: JsonBody<ConfirmTest>,
) -> Answer<HttpResponse> {
    context.limits.stranger(&request)?;
    let (attempt, token) = address.into_inner();
    let payment: PaymentId = attempt.parse().map_err(|_| Problem::not_found())?;
    let outcome = body.value.outcome.into();
    let view = payments::confirm_test(&context.app, payment, &token, outcome).await?;
    Ok(order_answer(&context, view))
}

fn started_payment(context: &Context, started: StartedPayment) -> wire::StartedPayment {
    let attempt_id = started.payment_id.0;
    let public_url = &context.settings.public_url;
    let test = started.test_token.map(|token| TestPayment {
        confirm_url: format!("{public_url}/api/gateway/payments/{attempt_id}/test/{token}"),
    });
    let stripe = context.app.providers.stripe.as_ref();
    let stripe = stripe.zip(started.client_secret);
    wire::StartedPayment {
        attempt_id,
        state: started.state,
        stripe: stripe.map(|(stripe, client_secret)| StripePayment {
            client_secret,
            publishable_key: stripe.publishable_key().to_owned(),
        }),
        paypal: started
            .approve_url
            .map(|approve_url| PaypalPayment { approve_url }),
        test,
    }
}

impl From<Outcome> for TestOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Succeed => Self::Succeed,
            Outcome::Decline => Self::Decline,
        }
    }
}
