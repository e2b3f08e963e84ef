//! What comes in becomes a type here, or a clear refusal.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use bytes::Bytes;
use domain::seat_map::{IdempotencyKey, RequestHash};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde::de::{DeserializeOwned, IgnoredAny};
use sha2::{Digest, Sha256};

use crate::error::{Answer, Problem};

/// The largest body that anything here takes, in bytes.
pub const BODY_MAX: usize = 16 * 1024;

/// The id in the address: the parameter `id` of the route.
#[derive(Debug)]
pub struct PathId<T>(pub T);

/// A JSON body of a shape.
#[derive(Debug)]
pub struct JsonBody<T> {
    /// What it says.
    pub value: T,
    bytes: Bytes,
}

/// A body that says nothing: none at all, or any JSON object.
#[derive(Debug)]
pub struct NoBody;

/// The header `Idempotency-Key`.
#[derive(Debug)]
pub struct Key(pub IdempotencyKey);

impl<T> JsonBody<T> {
    /// What tells this request from another under the same key.
    #[must_use]
    pub fn request_hash(&self) -> RequestHash {
        RequestHash(Sha256::digest(&self.bytes).into())
    }
}

impl<T: FromStr> FromRequest for PathId<T> {
    type Error = Problem;
    type Future = Ready<Answer<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(path_id(request).map(Self))
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Answer<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !is_json(request) {
            let refused = Problem::unsupported_type("application/json");
            return ready(Err(refused)).boxed_local();
        }
        let bytes = web::Bytes::from_request(request, payload);
        async move {
            let bytes = bytes.await.map_err(|error| body_problem(&error))?;
            let value = parse(&bytes)?;
            Ok(Self { value, bytes })
        }
        .boxed_local()
    }
}

impl FromRequest for NoBody {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Answer<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = is_json(request);
        let bytes = web::Bytes::from_request(request, payload);
        async move {
            let bytes = bytes.await.map_err(|error| body_problem(&error))?;
            if bytes.is_empty() {
                return Ok(Self);
            }
            if !is_json {
                return Err(Problem::unsupported_type("application/json"));
            }
            parse::<serde_json::Map<String, serde_json::Value>>(&bytes).map(|_| Self)
        }
        .boxed_local()
    }
}

impl FromRequest for Key {
    type Error = Problem;
    type Future = Ready<Answer<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get("idempotency-key");
        let key = header.and_then(|header| IdempotencyKey::new(header.to_str().ok()?));
        ready(key.map(Self).ok_or_else(Problem::key_required))
    }
}

/// The id in the address. What is no id names nothing: 404.
///
/// # Errors
/// The text is no id.
pub fn path_id<T: FromStr>(request: &HttpRequest) -> Answer<T> {
    let id = request
        .match_info()
        .get("id")
        .and_then(|text| text.parse().ok());
    id.ok_or_else(Problem::not_found)
}

/// Reads a JSON object of a shape: 400 where it is no JSON, 422 where it is of another shape.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Answer<T> {
    // Derived shapes would take an array for an object: its members in order.
    let is_object = bytes.trim_ascii_start().first() == Some(&b'{');
    let error = match serde_json::from_slice(bytes) {
        Ok(value) if is_object => return Ok(value),
        Ok(_) => return Err(Problem::invalid_fields([("body", "must be an object")])),
        Err(error) => error,
    };
    // A shape may be wrong before the text is: what is no JSON at all is told as that.
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(bytes) {
        return Err(Problem::malformed_json(&error));
    }
    let message = error.to_string();
    Err(Problem::invalid_fields([(
        field_in(&message).to_owned(),
        message,
    )]))
}

/// The field that a message of serde's names in backticks, or `body`.
fn field_in(message: &str) -> &str {
    let named = message.contains("field `");
    let name = message.split('`').nth(1).filter(|_| named);
    name.unwrap_or("body")
}

fn is_json(request: &HttpRequest) -> bool {
    let header = request.headers().get(header::CONTENT_TYPE);
    let media_type = header
        .and_then(|header| header.to_str().ok())
        .unwrap_or_default();
    let (essence, parameters) = media_type.split_once(';').unwrap_or((media_type, ""));
    let charset = parameters.trim().to_ascii_lowercase();
    essence.trim().eq_ignore_ascii_case("application/json")
        && matches!(charset.as_str(), "" | "charset=utf-8" | "charset=\"utf-8\"")
}

fn body_problem(error: &actix_web::Error) -> Problem {
    match error.as_response_error().status_code() {
        actix_web::http::StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
        _ => Problem::malformed_json(error),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_json_is_json() {
        let typed = |media_type: &str| {
            let request = TestRequest::default().insert_header(("content-type", media_type));
            is_json(&request.to_http_request())
        };
        for media_type in ["application/json", "Application/JSON; charset=UTF-8"] {
            assert!(typed(media_type), "{media_type}");
        }
        for media_type in [
            "text/plain",
            "application/json-patch",
            "application/json; charset=latin1",
        ] {
            assert!(!typed(media_type), "{media_type}");
        }
    }

    #[test]
    fn what_is_no_json_and_what_has_another_shape_are_told_apart() {
        #[derive(Debug, serde::Deserialize)]
        struct Shape {
            #[expect(dead_code, reason = "only whether it is there matters")]
            quantity: u32,
        }
        let code = |text: &str| parse::<Shape>(text.as_bytes()).unwrap_err().code();
        assert_eq!(code("{"), "malformed_json");
        assert_eq!(code("{\"quantity\": 1}x"), "malformed_json");
        assert_eq!(code("{\"quantity\": \"1\""), "malformed_json");
        assert_eq!(code("{\"quantity\": \"1\"}"), "invalid_fields");
        assert_eq!(code("[1]"), "invalid_fields", "an array is no object");
        let missing = parse::<Shape>(b"{}").unwrap_err().document();
        assert!(missing["fields"]["quantity"].is_string(), "{missing}");
    }
}
