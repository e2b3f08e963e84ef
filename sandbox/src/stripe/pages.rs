//! What a buyer's browser gets of Stripe: the script, the frame with the card form, and the page of the bank that asks the
//! holder.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::Value;

use super::Stripe;
use crate::page;

const CHALLENGE: &str = include_str!("browser/challenge.html");

pub async fn script(stripe: web::Data<Stripe>, request: HttpRequest) -> HttpResponse {
    file(
        &stripe,
        &request,
        "text/javascript; charset=utf-8",
        include_str!("browser/script.js"),
    )
}

pub async fn element(stripe: web::Data<Stripe>, request: HttpRequest) -> HttpResponse {
    file(
        &stripe,
        &request,
        "text/html; charset=utf-8",
        include_str!("browser/element.html"),
    )
}

pub async fn element_script(stripe: web::Data<Stripe>, request: HttpRequest) -> HttpResponse {
    file(
        &stripe,
        &request,
        "text/javascript; charset=utf-8",
        include_str!("browser/element.js"),
    )
}

fn file(
    stripe: &Stripe,
    request: &HttpRequest,
    content_type: &str,
    text: &'static str,
) -> HttpResponse {
    if let Some(cut) = stripe.trouble.cut_if_away(request) {
        return cut;
    }
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header(("cache-control", "no-cache"))
        .insert_header(("access-control-allow-origin", "*"))
        .insert_header(("cross-origin-resource-policy", "cross-origin"))
        .body(text)
}

/// How the page was opened.
#[derive(Deserialize)]
pub struct Opened {
    /// In a dialog of the shop's page, whose script waits for the answer.
    #[serde(default)]
    dialog: u8,
}

#[derive(Deserialize)]
pub struct HoldersAnswer {
    answer: String,
}

/// Shows what is to be paid, and asks the holder.
pub async fn ask_holder(
    stripe: web::Data<Stripe>,
    request: HttpRequest,
    secret: web::Path<String>,
) -> HttpResponse {
    if let Some(cut) = stripe.trouble.cut_if_away(&request) {
        return cut;
    }
    match stripe.intent_of_secret(&secret) {
        None => page::not_found(),
        Some(intent) => page::html(page::fill(CHALLENGE, &[("amount", &shown_amount(&intent))])),
    }
}

/// Takes the holder's word, and leads back.
pub async fn take_answer(
    stripe: web::Data<Stripe>,
    request: HttpRequest,
    secret: web::Path<String>,
    opened: web::Query<Opened>,
    form: web::Form<HoldersAnswer>,
) -> HttpResponse {
    if let Some(cut) = stripe.trouble.cut_if_away(&request) {
        return cut;
    }
    let Some(intent) = stripe.intent_of_secret(&secret) else {
        return page::not_found();
    };
    let id = intent["id"].as_str().unwrap_or_default();
    // Answered twice, as by going back in the browser: what was said first holds.
    let _ = stripe.authenticate(id, form.answer == "yes");
    if opened.dialog == 1 {
        return page::html(include_str!("browser/challenge_done.html").to_owned());
    }
    let paid = stripe
        .intent_of_secret(&secret)
        .is_some_and(|intent| intent["status"] == "succeeded");
    match stripe.return_url(id) {
        None => page::html(include_str!("browser/challenge_done.html").to_owned()),
        Some(url) => HttpResponse::SeeOther()
            .insert_header((LOCATION, come_back(&url, id, &secret, paid)))
            .finish(),
    }
}

/// The shop's address with what Stripe adds to it.
fn come_back(url: &str, id: &str, secret: &str, paid: bool) -> String {
    let status = if paid { "succeeded" } else { "failed" };
    page::with_query(
        url,
        &[
            ("payment_intent", id),
            ("payment_intent_client_secret", secret),
            ("redirect_status", status),
        ],
    )
}

/// `12.34 EUR`.
fn shown_amount(intent: &Value) -> String {
    let currency = intent["currency"]
        .as_str()
        .unwrap_or_default()
        .to_ascii_uppercase();
    crate::money::shown(intent["amount"].as_i64().unwrap_or_default(), &currency)
}
