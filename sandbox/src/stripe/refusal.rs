//! Errors in the shape of Stripe's.

use serde_json::{Value, json};

/// Why a request is refused.
#[derive(Debug)]
pub struct Refusal {
    pub status: u16,
    /// `card_error`, `invalid_request_error`, `idempotency_error` or `api_error`.
    pub kind: &'static str,
    pub code: Option<&'static str>,
    pub decline_code: Option<&'static str>,
    pub message: String,
    pub param: Option<String>,
    pub charge: Option<String>,
    pub payment_intent: Option<Value>,
    pub payment_method: Option<Value>,
    /// Whether it had begun to be done. Only then does its idempotency key keep this answer.
    pub begun: bool,
}

impl Refusal {
    fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            status,
            kind,
            code: None,
            decline_code: None,
            message: message.into(),
            param: None,
            charge: None,
            payment_intent: None,
            payment_method: None,
            begun: false,
        })
    }

    pub fn invalid(message: impl Into<String>, param: Option<&str>) -> Box<Self> {
        let mut refusal = Self::new(400, "invalid_request_error", message);
        refusal.param = param.map(str::to_owned);
        refusal
    }

    pub fn missing(param: &str) -> Box<Self> {
        Self::invalid(format!("Missing required param: {param}."), Some(param))
            .coded("parameter_missing")
    }

    pub fn unknown_parameter(param: &str) -> Box<Self> {
        Self::invalid(format!("Received unknown parameter: {param}"), Some(param))
            .coded("parameter_unknown")
    }

    pub fn unknown_key() -> Box<Self> {
        Self::new(
            401,
            "invalid_request_error",
            "No such API key in this sandbox.",
        )
    }

    pub fn secret_key_needed() -> Box<Self> {
        Self::new(
            403,
            "invalid_request_error",
            "A publishable key may not do this; use the secret key.",
        )
        .coded("secret_key_required")
    }

    pub fn unknown_address(method: &str, path: &str) -> Box<Self> {
        Self::new(
            404,
            "invalid_request_error",
            format!("The sandbox plays nothing at {method} {path}."),
        )
    }

    pub fn no_such(what: &str, id: &str) -> Box<Self> {
        let mut refusal = Self::new(
            404,
            "invalid_request_error",
            format!("No such {what}: '{id}'"),
        )
        .coded("resource_missing");
        refusal.param = Some("id".to_owned());
        refusal
    }

    pub fn card(code: &'static str, message: impl Into<String>) -> Box<Self> {
        let mut refusal = Self::new(402, "card_error", message).coded(code);
        refusal.begun = true;
        refusal
    }

    /// What the intent's state does not allow.
    pub fn unexpected_state(message: impl Into<String>, intent: Value) -> Box<Self> {
        let mut refusal = Self::invalid(message, None).coded("payment_intent_unexpected_state");
        refusal.payment_intent = Some(intent);
        refusal.begun = true;
        refusal
    }

    pub fn key_used_otherwise(key: &str) -> Box<Self> {
        Self::new(
            400,
            "idempotency_error",
            format!(
                "The idempotency key '{key}' was first used with another request: other parameters, or another address."
            ),
        )
    }

    pub fn key_in_use(key: &str) -> Box<Self> {
        Self::new(
            409,
            "invalid_request_error",
            format!("A request with the idempotency key '{key}' is still under way."),
        )
        .coded("idempotency_key_in_use")
    }

    pub fn broken() -> Box<Self> {
        Self::new(
            500,
            "api_error",
            "The sandbox was told to fail this request.",
        )
    }

    pub fn coded(mut self: Box<Self>, code: &'static str) -> Box<Self> {
        self.code = Some(code);
        self
    }

    pub fn begun(mut self: Box<Self>) -> Box<Self> {
        self.begun = true;
        self
    }

    /// What an intent remembers as its `last_payment_error`.
    pub fn detail(&self) -> Value {
        let mut error = json!({"type": self.kind, "message": self.message});
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                error[name] = value;
            }
        };
        put("code", self.code.map(Value::from));
        put("decline_code", self.decline_code.map(Value::from));
        put("param", self.param.clone().map(Value::from));
        put("charge", self.charge.clone().map(Value::from));
        put("payment_method", self.payment_method.clone());
        put(
            "doc_url",
            self.code
                .map(|code| format!("https://stripe.com/docs/error-codes/{code}").into()),
        );
        error
    }

    pub fn body(&self) -> Value {
        let mut error = self.detail();
        if let Some(intent) = &self.payment_intent {
            error["payment_intent"] = intent.clone();
        }
        json!({"error": error})
    }
}
