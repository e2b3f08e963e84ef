//! Errors in the shape of PayPal's.

use serde_json::{Value, json};

use crate::ids;

/// Why a request is refused.
#[derive(Debug)]
pub struct Refusal {
    pub status: u16,
    name: &'static str,
    message: &'static str,
    issue: Option<&'static str>,
    description: String,
    /// A JSON pointer into the request.
    field: Option<String>,
    links: Vec<Value>,
}

impl Refusal {
    fn new(status: u16, name: &'static str, message: &'static str) -> Box<Self> {
        Box::new(Self {
            status,
            name,
            message,
            issue: None,
            description: String::new(),
            field: None,
            links: Vec::new(),
        })
    }

    /// A request that does not have the form it must have.
    pub fn malformed(
        issue: &'static str,
        field: &str,
        description: impl Into<String>,
    ) -> Box<Self> {
        let mut refusal = Self::new(
            400,
            "INVALID_REQUEST",
            "Request is not well-formed, syntactically incorrect, or violates schema.",
        );
        refusal.issue = Some(issue);
        refusal.field = Some(field.to_owned());
        refusal.description = description.into();
        refusal
    }

    pub fn missing(field: &str) -> Box<Self> {
        Self::malformed(
            "MISSING_REQUIRED_PARAMETER",
            field,
            "A required field is missing.",
        )
    }

    /// A request that makes no sense, or not now.
    pub fn unprocessable(issue: &'static str, description: impl Into<String>) -> Box<Self> {
        let mut refusal = Self::new(
            422,
            "UNPROCESSABLE_ENTITY",
            "The requested action could not be performed, semantically incorrect, or failed business validation.",
        );
        refusal.issue = Some(issue);
        refusal.description = description.into();
        refusal
    }

    pub fn no_such(id: &str) -> Box<Self> {
        let mut refusal = Self::new(
            404,
            "RESOURCE_NOT_FOUND",
            "The specified resource does not exist.",
        );
        refusal.issue = Some("INVALID_RESOURCE_ID");
        refusal.description = format!("There is nothing with the id {id}.");
        refusal
    }

    pub fn unauthorized() -> Box<Self> {
        Self::new(
            401,
            "AUTHENTICATION_FAILURE",
            "Authentication failed due to missing authorization header, or invalid authentication credentials.",
        )
    }

    pub fn not_json() -> Box<Self> {
        Self::new(
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            "The server does not support the request payload's media type.",
        )
    }

    pub fn under_way() -> Box<Self> {
        let mut refusal = Self::new(
            409,
            "RESOURCE_CONFLICT",
            "The server has detected a conflict while processing this request.",
        );
        refusal.issue = Some("PREVIOUS_REQUEST_IN_PROGRESS");
        refusal.description =
            "A request with this PayPal-Request-Id is still under way.".to_owned();
        refusal
    }

    pub fn broken() -> Box<Self> {
        Self::new(
            500,
            "INTERNAL_SERVER_ERROR",
            "An internal server error has occurred.",
        )
    }

    /// Where in the request the fault is.
    pub fn at(mut self: Box<Self>, field: &str) -> Box<Self> {
        self.field = Some(field.to_owned());
        self
    }

    /// A further link: where the buyer is sent now.
    pub fn leading_to(mut self: Box<Self>, rel: &str, href: &str) -> Box<Self> {
        self.links
            .push(json!({"href": href, "rel": rel, "method": "GET"}));
        self
    }

    pub fn body(&self) -> Value {
        let mut body = json!({
            "name": self.name, "message": self.message, "debug_id": ids::capitals().to_ascii_lowercase(),
        });
        if let Some(issue) = self.issue {
            let mut detail = json!({"issue": issue, "description": self.description});
            if let Some(field) = &self.field {
                detail["field"] = field.as_str().into();
                detail["location"] = "body".into();
            }
            let help = json!({
                "href": format!("https://developer.paypal.com/api/rest/reference/orders/v2/errors/#{issue}"),
                "rel": "information_link", "method": "GET",
            });
            let links: Vec<Value> = std::iter::once(help)
                .chain(self.links.iter().cloned())
                .collect();
            body["details"] = json!([detail]);
            body["links"] = links.into();
        }
        body
    }
}
