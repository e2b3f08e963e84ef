//! How a request passes: mischief first, then whose key it bears, its idempotency key, and then what it asks.

use std::sync::Arc;

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use chrono::Utc;

use super::Stripe;
use super::account::{API_VERSION, RequestSource};
use super::form::Form;
use super::idempotency::Answer;
use super::operations::{Call, Caller};
use super::refusal::Refusal;
use crate::ids;

/// What of a request is needed to do it, after its connection may be gone.
struct Request {
    id: String,
    method: Method,
    path: String,
    form: Form,
    caller: Caller,
    idempotency_key: Option<String>,
}

/// Answers any request under `/stripe/v1/`.
pub async fn answer(
    stripe: web::Data<Stripe>,
    request: HttpRequest,
    path: web::Path<String>,
    body: Bytes,
) -> HttpResponse {
    if request.method() == Method::OPTIONS {
        return preflight();
    }
    if let Some(cut) = stripe.trouble.cut_if_away(&request) {
        return cut;
    }
    let id = ids::with_prefix("req_");
    if stripe.trouble.fails() {
        return respond(&refused(&id, &Refusal::broken()), &id, None);
    }
    let call = match Request::read(&stripe, &request, id.clone(), path.into_inner(), &body) {
        Ok(call) => call,
        Err(refusal) => return respond(&refused(&id, &refusal), &id, None),
    };
    let key = call.idempotency_key.clone();
    let worker = stripe.into_inner();
    // On its own, so that it is done even if the client gives up waiting: that is what happens outside.
    let done = actix_web::rt::spawn(async move { perform(&worker, call).await }).await;
    let (answer, lost) = done.unwrap_or_else(|_| (refused(&id, &Refusal::broken()), false));
    if lost {
        return respond(&refused(&id, &Refusal::broken()), &id, None);
    }
    respond(&answer, &id, key.as_deref())
}

/// Does what is asked, once for each idempotency key. And whether the answer gets lost.
async fn perform(stripe: &Arc<Stripe>, request: Request) -> (Answer, bool) {
    let now = Utc::now().timestamp();
    let key = request.idempotency_key.as_deref();
    if let Some(key) = key {
        let fingerprint = request.form.fingerprint(&request.path);
        let earlier = stripe.keys().begin(key, fingerprint, now);
        match earlier {
            Ok(None) => {}
            Ok(Some(earlier)) => return (earlier, stripe.trouble.loses()),
            Err(refusal) => return (refused(&request.id, &refusal), false),
        }
    }
    stripe.trouble.delay().await;
    let source = RequestSource {
        id: Some(request.id.clone()),
        idempotency_key: request.idempotency_key.clone(),
    };
    let call = Call {
        caller: request.caller,
        method: request.method.as_str(),
        path: &request.path,
        form: &request.form,
        now,
    };
    let outcome = stripe.with_account(source, |account| account.answer(&call));
    let (answer, begun) = match outcome {
        Ok(value) => (
            Answer {
                status: 200,
                body: Bytes::from(value.to_string()),
                request_id: request.id.clone(),
            },
            true,
        ),
        Err(refusal) => (refused(&request.id, &refusal), refusal.begun),
    };
    if let Some(key) = key {
        stripe.keys().end(key, begun.then(|| answer.clone()));
    }
    (answer, stripe.trouble.loses())
}

impl Request {
    fn read(
        stripe: &Stripe,
        request: &HttpRequest,
        id: String,
        path: String,
        body: &[u8],
    ) -> Result<Self, Box<Refusal>> {
        let method = request.method().clone();
        let text = match method {
            Method::POST => std::str::from_utf8(body)
                .map_err(|_| Refusal::invalid("The parameters are no UTF-8.", None))?,
            _ => request.query_string(),
        };
        let form = Form::parse(text)?;
        let caller = caller(stripe, request, &form)?;
        let key = request.headers().get("idempotency-key");
        let idempotency_key = key
            .and_then(|key| key.to_str().ok())
            .filter(|_| method == Method::POST)
            .map(str::to_owned);
        if idempotency_key.as_ref().is_some_and(|key| key.len() > 255) {
            return Err(Refusal::invalid(
                "An idempotency key has at most 255 characters.",
                None,
            ));
        }
        Ok(Self {
            id,
            method,
            path,
            form,
            caller,
            idempotency_key,
        })
    }
}

fn caller(stripe: &Stripe, request: &HttpRequest, form: &Form) -> Result<Caller, Box<Refusal>> {
    let header = request.headers().get("authorization");
    let header = header.and_then(|header| header.to_str().ok());
    let key = header
        .and_then(bearer)
        .or_else(|| form.owned("key"))
        .ok_or_else(Refusal::unknown_key)?;
    if key == stripe.secret_key {
        Ok(Caller::Secret)
    } else if key == stripe.publishable_key {
        Ok(Caller::Publishable)
    } else {
        Err(Refusal::unknown_key())
    }
}

/// The key of a bearer, or the user of basic authentication.
fn bearer(header: &str) -> Option<String> {
    if let Some(key) = header.strip_prefix("Bearer ") {
        return Some(key.trim().to_owned());
    }
    let user = BASE64_STANDARD
        .decode(header.strip_prefix("Basic ")?.trim())
        .ok()?;
    let user = String::from_utf8(user).ok()?;
    Some(user.split(':').next().unwrap_or_default().to_owned())
}

fn refused(id: &str, refusal: &Refusal) -> Answer {
    Answer {
        status: refusal.status,
        body: Bytes::from(refusal.body().to_string()),
        request_id: id.to_owned(),
    }
}

fn respond(answer: &Answer, id: &str, key: Option<&str>) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response
        .content_type("application/json")
        .insert_header(("request-id", id))
        .insert_header(("stripe-version", API_VERSION))
        .insert_header(("access-control-allow-origin", "*"));
    if let Some(key) = key {
        response.insert_header(("idempotency-key", key));
    }
    if answer.request_id != id {
        response.insert_header(("idempotent-replayed", "true"));
        response.insert_header(("original-request", answer.request_id.as_str()));
    }
    response.body(answer.body.clone())
}

/// Pages of any origin may pay.
fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header(("access-control-allow-origin", "*"))
        .insert_header(("access-control-allow-methods", "GET, POST"))
        .insert_header((
            "access-control-allow-headers",
            "authorization, content-type, idempotency-key, stripe-version",
        ))
        .insert_header(("access-control-max-age", "600"))
        .finish()
}
