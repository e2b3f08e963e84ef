//! What every request goes through: the origin of writes, the headers and faces of answers, the count.
//!
//! It stands in the way of every claim, so it allocates nothing where all is well, and it logs
//! successes only if `debug` is asked for.

use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError, web};

use crate::context::Context;
use crate::error::Problem;
use crate::language::{in_language, split};
use crate::metering::Group;

/// From then on an answer is worth a line of the log.
const SLOW: Duration = Duration::from_secs(1);

/// What a page may ask of the device.
pub static PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// The middleware.
///
/// # Errors
/// Those of the services it wraps, which answer for themselves.
pub async fn envelope(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started_at = Instant::now();
    let context = request.app_data::<web::Data<Context>>().cloned();
    let context = context.expect("`routes::configure` puts it there");
    let group = Group::of(request.path());
    let mut response = if is_foreign_write(&context, &request) {
        request.into_response(Problem::origin_mismatch().error_response())
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    if response.status().as_u16() >= 400 {
        response = with_face(&context, group, response);
    }
    if response.status().is_redirection() {
        keep_language(&mut response);
    }
    insert_headers(&context, group, response.headers_mut());
    let took = started_at.elapsed();
    context.meters.count(group, response.status(), took);
    log(&response, took);
    Ok(response)
}

/// A socket's handshake is a GET, and checks its origin itself.
fn is_foreign_write(context: &Context, request: &ServiceRequest) -> bool {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    !reads && !context.origins.admit(request.headers())
}

/// Gives an error its form: a problem document, or a page where a person reads it.
fn with_face(
    context: &Context,
    group: Group,
    response: ServiceResponse<BoxBody>,
) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let known = response
        .response()
        .error()
        .and_then(|error| error.as_error::<Problem>());
    let problem = known.cloned();
    if let Some(cause) = problem.as_ref().and_then(Problem::cause) {
        log_cause(status, &response, cause);
    }
    let for_people = group == Group::Page && accepts_html(response.request().headers());
    let face = response.headers().get(header::CONTENT_TYPE);
    // A page of our own, such as a form with what is wrong in it, says more than any page of errors.
    let is_page = face.is_some_and(|face| face.as_bytes().starts_with(b"text/html"));
    if is_page || face.is_some() && !for_people {
        return response;
    }
    let problem = problem.unwrap_or_else(|| problem_of(status));
    let mut face = if for_people {
        context.templates.error_page(&problem, response.request())
    } else {
        problem.error_response()
    };
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            face.headers_mut().insert(name, value.clone());
        }
    }
    response.into_response(face)
}

/// Whoever reads below a language's prefix is sent on below it.
fn keep_language(response: &mut ServiceResponse<BoxBody>) {
    let (Some(language), _) = split(response.request().path()) else {
        return;
    };
    let location = response.headers().get(header::LOCATION);
    let Some(place) = location.and_then(|place| place.to_str().ok()) else {
        return;
    };
    if place.starts_with('/') && split(place).0.is_none() {
        let place = in_language(language, place);
        let place = HeaderValue::from_str(&place).expect("it was a header's value before");
        response.headers_mut().insert(header::LOCATION, place);
    }
}

/// The problem of an answer that the framework gave.
fn problem_of(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => Problem::method_not_allowed(),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
        _ => Problem::new(status, "bad_request", "The request cannot be followed"),
    }
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn is_html(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

fn insert_headers(context: &Context, group: Group, headers: &mut HeaderMap) {
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    if group == Group::Page {
        // A page that needs more has said so itself.
        if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
            let policy = context.content_security_policy.clone();
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if is_html(headers) && !headers.contains_key(&PERMISSIONS_POLICY) {
            let nothing = HeaderValue::from_static("camera=(), geolocation=(), microphone=()");
            headers.insert(PERMISSIONS_POLICY.clone(), nothing);
        }
    }
    if context.is_secure() {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
}

/// What a page's policy allows beside our own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Allowed<'a> {
    /// What else may run, such as `'wasm-unsafe-eval'`.
    pub scripts: &'a str,
    /// Origins whose scripts, frames and requests a payment provider's form is made of.
    pub form: &'a [String],
    /// Where our forms may lead to.
    pub targets: &'a [String],
}

/// The policy of a page: our own scripts and styles, none of them inline, and our own socket.
#[must_use]
pub fn content_security_policy(public_url: &str, allowed: Allowed<'_>) -> HeaderValue {
    let socket = public_url.replacen("http", "ws", 1);
    let spaced = |text: &str| match text {
        "" => String::new(),
        text => format!(" {text}"),
    };
    let (scripts, targets) = (spaced(allowed.scripts), spaced(&allowed.targets.join(" ")));
    let form = spaced(&allowed.form.join(" "));
    let frames = match form.as_str() {
        "" => String::new(),
        form => format!(" frame-src{form};"),
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'{scripts}{form}; style-src 'self'; img-src 'self'; \
         font-src 'self'; connect-src 'self' {socket}{form};{frames} form-action 'self'{targets}; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'self'"))
}

fn log(response: &ServiceResponse<BoxBody>, took: Duration) {
    let request = response.request();
    let (status, took_ms) = (response.status().as_u16(), took.as_millis());
    if took >= SLOW {
        let route = request.match_pattern();
        tracing::warn!(method = %request.method(), route, status, took_ms, "slow");
    } else {
        tracing::debug!(
            method = %request.method(), route = request.match_pattern(), status, took_ms, "answered"
        );
    }
}

/// A defect is an error; an outage would fill the log with the same line for every request.
fn log_cause(status: StatusCode, response: &ServiceResponse<BoxBody>, cause: &str) {
    let route = response.request().match_pattern();
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(route, cause, "a request failed");
    } else {
        tracing::debug!(route, cause, "a request could not be served");
    }
}
