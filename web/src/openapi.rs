//! The description of the API, made from the handlers themselves.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

use crate::gateway::{claims, orders, payments, ticket_document};
use crate::public::{events, places, sessions, validate};
use crate::{account, probes, webhooks};

/// An error, `application/problem+json`. `code` is stable; some codes bring members of their own, such as
/// `taken` and `alternative`.
#[derive(Serialize, ToSchema)]
pub struct ProblemDocument {
    /// Always `about:blank`.
    pub r#type: String,
    /// The HTTP status.
    pub status: u16,
    /// What programs tell errors apart by.
    #[schema(example = "seat_taken")]
    pub code: String,
    /// The same for every error of the code.
    pub title: String,
    /// What went wrong this time.
    pub detail: Option<String>,
}

/// The description.
#[derive(OpenApi)]
#[openapi(
    info(title = "Frontrow", description = "Tickets for events in high demand."),
    paths(
        events::list, sessions::show, places::manifest, places::columns, places::availability, validate::validate,
        orders::open, orders::show, orders::put_amount, orders::put_address, orders::extend,
        orders::cancel, claims::get_seat, claims::drop_seat, payments::start,
        payments::confirm_test, webhooks::stripe, webhooks::paypal, ticket_document::show, ticket_document::show_all,
        ticket_document::calendar, account::log_in, account::show,
        account::log_out, show, probes::health, probes::readiness, probes::metrics
    ),
    modifiers(&Secrets)
)]
pub struct Description;

struct Secrets;

impl Modify for Secrets {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let components = description.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("orderSecret", SecurityScheme::Http(bearer));
        let cookie = ApiKey::Cookie(ApiKeyValue::new("login"));
        components.add_security_scheme("login", SecurityScheme::ApiKey(cookie));
    }
}

/// This description
#[utoipa::path(get, path = "/api/openapi.json", tag = "probes",
    responses((status = 200, body = serde_json::Value)))]
pub async fn show() -> HttpResponse {
    let description = web::block(Description::openapi).await;
    match description {
        Ok(description) => HttpResponse::Ok().json(description),
        Err(error) => actix_web::ResponseError::error_response(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The address with its parameters' names left out, since they differ in the two places.
    fn shape(path: &str) -> String {
        let mut name = false;
        path.chars()
            .filter(|character| {
                name = (name || *character == '{') && *character != '}';
                !name || *character == '{'
            })
            .collect()
    }

    #[test]
    fn every_route_of_the_api_is_described_and_nothing_else() {
        let description = serde_json::to_value(Description::openapi()).unwrap();
        let described =
            description["paths"]
                .as_object()
                .unwrap()
                .iter()
                .flat_map(|(path, item)| {
                    let methods = item.as_object().unwrap().keys();
                    methods.map(move |method| (shape(path), method.to_uppercase()))
                });
        let mut described: Vec<_> = described.collect();
        let mut routed: Vec<_> = crate::routes::api()
            .into_iter()
            .flat_map(|(prefix, entries)| {
                let address = move |path: &str| shape(&format!("{prefix}{path}"));
                entries
                    .into_iter()
                    .map(move |it| (address(it.path), it.method.to_string()))
            })
            .collect();
        described.sort();
        routed.sort();
        assert_eq!(routed, described);
    }
}
