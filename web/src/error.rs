//! The only place that knows an error's status, code and words: RFC 9457 problem documents.

mod refusals;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use domain::SeatIndex;
use domain::order::Step;
use serde_json::{Map, Value, json};

/// When searching may be possible again.
const SEARCH_RETRY: Duration = Duration::from_secs(2);

/// The media type of every error of the API.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// An answer that is not what was asked for.
#[derive(Debug, Clone)]
pub struct Problem(Box<Body>);

#[derive(Debug, Clone)]
struct Body {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: Option<Cow<'static, str>>,
    members: Map<String, Value>,
    retry_after: Option<Duration>,
    /// What to log; never shown.
    cause: Option<String>,
}

/// The result of a handler.
pub type Answer<T> = Result<T, Problem>;

impl Problem {
    /// A problem of a stable code and a title that is always the same for it.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, title: &'static str) -> Self {
        Self(Box::new(Body {
            status,
            code,
            title,
            detail: None,
            members: Map::new(),
            retry_after: None,
            cause: None,
        }))
    }

    /// What went wrong this time.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// One more member that helps the client on.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.0.members.insert(name.to_owned(), value);
        self
    }

    /// When to try again.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.0.retry_after = Some(after);
        self
    }

    fn caused_by(mut self, cause: &dyn fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The title, for pages.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.0.title
    }

    /// What to log about it, if it is a defect or an outage.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> Value {
        let mut document = self.0.members.clone();
        document.insert("type".to_owned(), json!("about:blank"));
        document.insert("status".to_owned(), json!(self.0.status.as_u16()));
        document.insert("code".to_owned(), json!(self.0.code));
        document.insert("title".to_owned(), json!(self.0.title));
        if let Some(detail) = &self.0.detail {
            document.insert("detail".to_owned(), json!(detail));
        }
        Value::Object(document)
    }

    /// Nothing stands at this address.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "There is no such thing here",
        )
    }

    /// The address does not take this method.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        Self::new(
            status,
            "method_not_allowed",
            "The address does not take this method",
        )
    }

    /// Fields that cannot be accepted, by name and reason.
    #[must_use]
    pub fn invalid_fields<N: Into<String>, R: Into<String>>(
        fields: impl IntoIterator<Item = (N, R)>,
    ) -> Self {
        let fields: Map<String, Value> = fields
            .into_iter()
            .map(|(name, reason)| (name.into(), Value::String(reason.into())))
            .collect();
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_fields",
            "Some fields are wrong",
        )
        .with("fields", Value::Object(fields))
    }

    /// Places that cannot be claimed so.
    #[must_use]
    pub fn invalid_seat(seats: &[SeatIndex]) -> Self {
        let title = "The places cannot be claimed so";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_seat", title)
            .with("seats", json!(seats))
            .detail(
                "They are not in this session, of the other kind, listed twice, or none at all.",
            )
    }

    /// The body is no JSON.
    #[must_use]
    pub fn malformed_json(reason: &dyn fmt::Display) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "malformed_json",
            "The body is no JSON",
        )
        .detail(reason.to_string())
    }

    /// The body is larger than anything asked for here.
    #[must_use]
    pub fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "The body is too large",
        )
    }

    /// The body is of another type.
    #[must_use]
    pub fn unsupported_type(wanted: &'static str) -> Self {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Self::new(
            status,
            "unsupported_media_type",
            "The body is of another type",
        )
        .detail(format!("Send {wanted}."))
    }

    /// A claim or payment without a usable key.
    #[must_use]
    pub fn key_required() -> Self {
        let title = "An idempotency key is required";
        Self::new(StatusCode::BAD_REQUEST, "idempotency_key_required", title)
            .detail("Send a header Idempotency-Key of 1 to 255 visible ASCII characters.")
    }

    /// Not allowed with what was presented.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "This is not yours to do",
        )
    }

    /// A write that another site's page asks for.
    #[must_use]
    pub fn origin_mismatch() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "origin_mismatch",
            "The request comes from another site",
        )
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn login_required() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "login_required", "Sign in first")
    }

    /// More requests than anybody needs.
    #[must_use]
    pub fn rate_limited(after: Duration) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limited",
            "Too many requests",
        )
        .retry_after(after)
    }

    /// Shed, because there is more to do than can be done.
    #[must_use]
    pub fn busy(after: Duration) -> Self {
        let title = "There is more to do than can be done; try again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", title).retry_after(after)
    }

    /// Not known whether it was done, or not done since the database does not answer.
    #[must_use]
    pub fn unavailable(after: Duration) -> Self {
        let title = "Not available right now; try again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", title).retry_after(after)
    }

    /// The database does not answer, so that there is no searching; all that is not searched for is still shown.
    #[must_use]
    pub fn search_unavailable() -> Self {
        let title = "Searching is not possible right now; try again";
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, "search_unavailable", title).retry_after(SEARCH_RETRY)
    }

    /// A defect of ours.
    #[must_use]
    pub fn defect(cause: &dyn fmt::Display) -> Self {
        let title = "Something went wrong on our side";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", title).caused_by(cause)
    }

    fn conflict(code: &'static str, title: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, code, title)
    }

    fn step_missing(steps: &[Step]) -> Self {
        Self::conflict("step_missing", "The order is not complete").with("missing", json!(steps))
    }

    fn key_reused() -> Self {
        let title = "The idempotency key was used for another request";
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            title,
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.0.status);
        response.insert_header((header::CONTENT_TYPE, PROBLEM_JSON));
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(after) = self.0.retry_after {
            // Rounded up: a client that obeys must not come too early.
            let secs = after.as_millis().div_ceil(1000).max(1);
            response.insert_header((header::RETRY_AFTER, secs.to_string()));
        }
        response.body(self.document().to_string())
    }
}
