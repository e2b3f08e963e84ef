//! What payment providers tell us: verified on the bytes as they came, stored, answered at once.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use operations::payments::{self, ReceivedWebhook, Transmission, WebhookError};

use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::openapi::ProblemDocument;

/// The largest webhook that is read: theirs have some kilobytes.
const WEBHOOK_MAX: usize = 128 * 1024;

/// Stripe's webhooks
///
/// Signed by `Stripe-Signature`; 400 where that does not hold.
#[utoipa::path(post, path = "/webhooks/stripe", tag = "webhooks", request_body = serde_json::Value,
    params(("Stripe-Signature" = String, Header)),
    responses((status = 200), (status = "default", body = ProblemDocument)))]
pub async fn stripe(
    context: web::Data<Context>,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer<HttpResponse> {
    let body = body(payload).await?;
    let signature = header(&request, "stripe-signature");
    let received = payments::receive_stripe(&context.app, &signature, &body, context.now()).await;
    answer("stripe", received)
}

/// PayPal's webhooks
///
/// Signed by the headers `PayPal-Transmission-…`; 400 where that does not hold.
#[utoipa::path(post, path = "/webhooks/paypal", tag = "webhooks", request_body = serde_json::Value,
    params(("PayPal-Transmission-Sig" = String, Header)),
    responses((status = 200), (status = "default", body = ProblemDocument)))]
pub async fn paypal(
    context: web::Data<Context>,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer<HttpResponse> {
    let body = body(payload).await?;
    let transmission = Transmission {
        id: header(&request, "paypal-transmission-id"),
        time: header(&request, "paypal-transmission-time"),
        signature: header(&request, "paypal-transmission-sig"),
        certificate_url: header(&request, "paypal-cert-url"),
        algorithm: header(&request, "paypal-auth-algo"),
    };
    let now = context.now();
    let received = payments::receive_paypal(&context.app, &transmission, &body, now).await;
    answer("paypal", received)
}

fn answer(
    provider: &'static str,
    received: Result<ReceivedWebhook, WebhookError>,
) -> Answer<HttpResponse> {
    match received {
        Ok(ReceivedWebhook::Stored | ReceivedWebhook::Known | ReceivedWebhook::Ignored) => {
            Ok(HttpResponse::new(StatusCode::OK))
        }
        Err(error) => {
            // Never the body: it names people.
            tracing::warn!(provider, %error, "a webhook was refused");
            Err(error.into())
        }
    }
}

async fn body(payload: web::Payload) -> Answer<Bytes> {
    match payload.to_bytes_limited(WEBHOOK_MAX).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) => Err(Problem::malformed_json(&error)),
        Err(_) => Err(Problem::too_large()),
    }
}

/// Absent is empty: no signature holds then.
fn header(request: &HttpRequest, name: &str) -> String {
    let value = request.headers().get(name);
    let value = value.and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}
