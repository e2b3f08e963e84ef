//! How a request passes: mischief first, then its token, its request id, and then what it asks.

use std::sync::Arc;

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use chrono::Utc;
use serde_json::{Value, json};

use super::Paypal;
use super::account::{Answer, Reply};
use super::certificate::Transmission;
use super::operations::Call;
use super::refusal::Refusal;
use super::tokens;
use crate::ids;

/// What of a request is needed to do it, after its connection may be gone.
struct Request {
    method: Method,
    path: String,
    body: Value,
    full: bool,
    request_id: Option<String>,
}

/// An answer as it is sent.
struct Sent {
    status: u16,
    body: Bytes,
}

/// Answers any request to the API.
pub async fn answer(
    paypal: web::Data<Paypal>,
    request: HttpRequest,
    path: web::Path<String>,
    body: Bytes,
) -> HttpResponse {
    if let Some(trouble) = trouble_at_the_door(&paypal, &request) {
        return trouble;
    }
    let call = match Request::read(&paypal, &request, path.into_inner(), &body) {
        Ok(call) => call,
        Err(refusal) => return respond(refused(&refusal)),
    };
    let worker = paypal.into_inner();
    // On its own, so that it is done even if the client gives up waiting: that is what happens outside.
    let done = actix_web::rt::spawn(async move { perform(&worker, call).await }).await;
    respond(done.unwrap_or_else(|_| refused(&Refusal::broken())))
}

/// Gives a token to whoever shows the client's secret.
pub async fn give_token(
    paypal: web::Data<Paypal>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    if let Some(trouble) = trouble_at_the_door(&paypal, &request) {
        return trouble;
    }
    paypal.trouble.delay().await;
    if !body.as_ref().starts_with(b"grant_type=client_credentials") {
        return HttpResponse::BadRequest().json(json!({
            "error": "unsupported_grant_type", "error_description": "The sandbox grants client_credentials.",
        }));
    }
    match paypal
        .tokens
        .give(authorization(&request), Utc::now().timestamp())
    {
        None => HttpResponse::Unauthorized().json(json!({
            "error": "invalid_client", "error_description": "Client Authentication failed",
        })),
        Some(token) => HttpResponse::Ok().json(json!({
            "scope": "https://uri.paypal.com/services/payments/payment", "access_token": token,
            "token_type": "Bearer", "app_id": "APP-SANDBOX", "expires_in": tokens::LIFE_SECS,
            "nonce": ids::capitals(),
        })),
    }
}

/// Shows the certificate that webhooks are signed with.
pub async fn show_certificate(paypal: web::Data<Paypal>, id: web::Path<String>) -> HttpResponse {
    if *id != paypal.certificate.id {
        return HttpResponse::NotFound().finish();
    }
    // Off the worker, which has others to answer while a key is found.
    let made = web::block(move || paypal.certificate.chain().to_owned()).await;
    made.map_or_else(
        |_| HttpResponse::InternalServerError().finish(),
        |chain| {
            HttpResponse::Ok()
                .content_type("application/x-pem-file")
                .body(chain)
        },
    )
}

fn trouble_at_the_door(paypal: &Paypal, request: &HttpRequest) -> Option<HttpResponse> {
    if let Some(cut) = paypal.trouble.cut_if_away(request) {
        return Some(cut);
    }
    paypal
        .trouble
        .fails()
        .then(|| respond(refused(&Refusal::broken())))
}

/// Does what is asked, once for each request id.
async fn perform(paypal: &Arc<Paypal>, request: Request) -> Sent {
    let id = request.request_id.as_deref();
    if let Some(id) = id {
        let earlier = paypal
            .replies()
            .begin(&request.path, id, Utc::now().timestamp());
        match earlier {
            Ok(None) => {}
            Ok(Some(body)) => return lose_or(paypal, Sent { status: 200, body }),
            Err(refusal) => return refused(&refusal),
        }
    }
    paypal.trouble.delay().await;
    let outcome = if request.path == "v1/notifications/verify-webhook-signature" {
        verify(paypal, &request.body)
    } else {
        let call = Call {
            method: request.method.as_str(),
            path: &request.path,
            body: &request.body,
            full: request.full,
            is_repeatable: request.request_id.is_some(),
            now: Utc::now(),
        };
        paypal.with_account(|account| account.answer(&call))
    };
    let (sent, keep) = match outcome {
        Ok(Reply { status, body }) => {
            let body = if body.is_null() {
                Bytes::new()
            } else {
                Bytes::from(body.to_string())
            };
            (Sent { status, body }, true)
        }
        Err(refusal) => (refused(&refusal), false),
    };
    if let Some(id) = id {
        let kept = keep.then(|| sent.body.clone());
        paypal.replies().end(&request.path, id, kept);
    }
    lose_or(paypal, sent)
}

/// Sends the answer, unless mischief loses it.
fn lose_or(paypal: &Paypal, sent: Sent) -> Sent {
    if paypal.trouble.loses() {
        return refused(&Refusal::broken());
    }
    sent
}

fn verify(paypal: &Paypal, body: &Value) -> Answer {
    let text = |name: &str| {
        body[name]
            .as_str()
            .ok_or_else(|| Refusal::missing(&format!("/{name}")))
    };
    let transmission = Transmission {
        id: text("transmission_id")?,
        time: text("transmission_time")?,
        webhook_id: text("webhook_id")?,
    };
    let (algorithm, address, signature) = (
        text("auth_algo")?,
        text("cert_url")?,
        text("transmission_sig")?,
    );
    // The event as it was sent: spaces and the order of its fields are in the signature.
    let id = body["webhook_event"]["id"].as_str().unwrap_or_default();
    let sent = paypal.deliveries.body(id).filter(|sent| {
        serde_json::from_slice::<Value>(sent).is_ok_and(|sent| sent == body["webhook_event"])
    });
    let holds = algorithm == "SHA256withRSA"
        && address.ends_with(&paypal.certificate.id)
        && transmission.webhook_id == paypal.webhook_id
        && sent.is_some_and(|sent| paypal.certificate.verifies(&transmission, &sent, signature));
    Ok(Reply {
        status: 200,
        body: json!({"verification_status": if holds { "SUCCESS" } else { "FAILURE" }}),
    })
}

impl Request {
    fn read(
        paypal: &Paypal,
        request: &HttpRequest,
        path: String,
        body: &[u8],
    ) -> Result<Self, Box<Refusal>> {
        if !paypal
            .tokens
            .admit(authorization(request), Utc::now().timestamp())
        {
            return Err(Refusal::unauthorized());
        }
        let header = |name: &str| {
            request
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let method = request.method().clone();
        let writes = method != Method::GET;
        let is_json =
            header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
        if writes && !is_json {
            return Err(Refusal::not_json());
        }
        let body = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(body).map_err(|_| {
                Refusal::malformed("MALFORMED_REQUEST_JSON", "/", "The body is no JSON.")
            })?
        };
        let request_id = header("paypal-request-id")
            .filter(|_| method == Method::POST)
            .map(str::to_owned);
        if request_id
            .as_ref()
            .is_some_and(|id| id.is_empty() || id.len() > 108)
        {
            return Err(Refusal::malformed(
                "INVALID_STRING_LENGTH",
                "PayPal-Request-Id",
                "It has 1 to 108 characters.",
            ));
        }
        Ok(Self {
            full: header("prefer").is_some_and(|prefer| prefer.contains("return=representation")),
            method,
            path,
            body,
            request_id,
        })
    }
}

fn authorization(request: &HttpRequest) -> &str {
    let header = request.headers().get("authorization");
    header
        .and_then(|header| header.to_str().ok())
        .unwrap_or_default()
}

fn refused(refusal: &Refusal) -> Sent {
    Sent {
        status: refusal.status,
        body: Bytes::from(refusal.body().to_string()),
    }
}

fn respond(Sent { status, body }: Sent) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header(("paypal-debug-id", ids::capitals().to_ascii_lowercase()));
    if body.is_empty() {
        return response.finish();
    }
    response.content_type("application/json").body(body)
}
