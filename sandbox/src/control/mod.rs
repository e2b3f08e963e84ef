//! `/control`: what has happened, and mischief. An API for tests and drills, and a page over it for people.
//!
//! | request | does |
//! |---|---|
//! | `GET state` | what both did: payments, webhooks with each attempt, mischief; the newest hundred of each |
//! | `POST reset` | forgets everything, and does all right again |
//! | `PUT {stripe,paypal}/mischief {…}` | sets a [`Mischief`]; what it does not name is off |
//! | `POST {stripe,paypal}/away {seconds}` | goes away: connections are cut, webhooks wait; 0 comes back |
//! | `GET {stripe,paypal}/webhooks/{id}` | an event as it was sent |
//! | `POST {stripe,paypal}/webhooks/{id}/resend` | sends it once more, also one that was dropped |
//! | `POST stripe/intents/{id}/authenticate {agreed}` | the holder's word in 3-D Secure |
//! | `POST stripe/intents/{id}/dispute` | the holder disputes a payment |
//! | `POST stripe/disputes/{id}/close {won}` | the bank decides |
//! | `POST paypal/orders/{id}/approve {decline?, review?}` | the buyer approves; answers where their browser would go |
//! | `POST paypal/orders/{id}/cancel` | the buyer does not |
//! | `POST paypal/captures/{id}/settle {completed}` | a reviewed payment is completed or denied |

use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::deliveries::Deliveries;
use crate::mischief::{Mischief, Trouble};
use crate::page;
use crate::paypal::{BuyersAnswer, Paypal};
use crate::stripe::Stripe;

/// As many as a page can show.
const SHOWN: usize = 100;
/// A longer absence would be forgotten about.
const AWAY_SECS_MAX: u64 = 3600;

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Provider {
    Stripe,
    Paypal,
}

/// Both providers, as far as they go wrong alike.
#[derive(Clone)]
struct Providers {
    stripe: web::Data<Stripe>,
    paypal: web::Data<Paypal>,
}

impl Providers {
    fn trouble(&self, provider: Provider) -> &Trouble {
        match provider {
            Provider::Stripe => &self.stripe.trouble,
            Provider::Paypal => &self.paypal.trouble,
        }
    }

    fn deliveries(&self, provider: Provider) -> &Deliveries {
        match provider {
            Provider::Stripe => &self.stripe.deliveries,
            Provider::Paypal => &self.paypal.deliveries,
        }
    }

    fn show(&self, provider: Provider) -> Value {
        let deliveries = self.deliveries(provider);
        let trouble = self.trouble(provider);
        json!({
            "mischief": trouble.wanted(),
            "awaySecs": trouble.away_for().map_or(0, |rest| rest.as_secs() + 1),
            "webhookCounts": deliveries.counts(),
            "webhooks": deliveries.newest(SHOWN),
        })
    }
}

/// All that is under `/control`.
pub fn routes(scope: &mut web::ServiceConfig) {
    scope
        .route("", web::get().to(show_page))
        .route("/page.js", web::get().to(script))
        .route("/state", web::get().to(state))
        .route("/reset", web::post().to(reset))
        .route("/{provider}/mischief", web::put().to(set_mischief))
        .route("/{provider}/away", web::post().to(go_away))
        .route("/{provider}/webhooks/{id}", web::get().to(show_webhook))
        .route("/{provider}/webhooks/{id}/resend", web::post().to(resend))
        .route(
            "/stripe/intents/{id}/authenticate",
            web::post().to(authenticate),
        )
        .route("/stripe/intents/{id}/dispute", web::post().to(dispute))
        .route("/stripe/disputes/{id}/close", web::post().to(close_dispute))
        .route("/paypal/orders/{id}/approve", web::post().to(approve_order))
        .route("/paypal/orders/{id}/cancel", web::post().to(cancel_order))
        .route(
            "/paypal/captures/{id}/settle",
            web::post().to(settle_capture),
        );
}

impl actix_web::FromRequest for Providers {
    type Error = actix_web::Error;
    type Future = std::future::Ready<Result<Self, Self::Error>>;

    fn from_request(
        request: &actix_web::HttpRequest,
        _: &mut actix_web::dev::Payload,
    ) -> Self::Future {
        const SERVED: &str = "the sandbox serves what it plays";
        let stripe = request.app_data::<web::Data<Stripe>>().expect(SERVED);
        let paypal = request.app_data::<web::Data<Paypal>>().expect(SERVED);
        std::future::ready(Ok(Self {
            stripe: stripe.clone(),
            paypal: paypal.clone(),
        }))
    }
}

async fn show_page() -> HttpResponse {
    page::html(page::fill(include_str!("page.html"), &[]))
}

async fn script() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header(("cache-control", "no-cache"))
        .body(include_str!("page.js"))
}

async fn state(providers: Providers) -> HttpResponse {
    let mut stripe = providers.show(Provider::Stripe);
    let overview = providers.stripe.overview(SHOWN);
    stripe["intents"] = overview["intents"].clone();
    stripe["intentsTotal"] = overview["total"].clone();
    let mut paypal = providers.show(Provider::Paypal);
    let overview = providers.paypal.overview(SHOWN);
    paypal["orders"] = overview["orders"].clone();
    paypal["ordersTotal"] = overview["total"].clone();
    HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(json!({"stripe": stripe, "paypal": paypal}))
}

async fn reset(providers: Providers) -> HttpResponse {
    providers.stripe.reset();
    providers.paypal.reset();
    HttpResponse::NoContent().finish()
}

async fn set_mischief(
    providers: Providers,
    provider: web::Path<Provider>,
    mischief: web::Json<Mischief>,
) -> HttpResponse {
    providers.trouble(*provider).want(mischief.into_inner());
    HttpResponse::Ok().json(providers.trouble(*provider).wanted())
}

#[derive(Deserialize)]
struct Away {
    seconds: u64,
}

async fn go_away(
    providers: Providers,
    provider: web::Path<Provider>,
    away: web::Json<Away>,
) -> HttpResponse {
    let duration = Duration::from_secs(away.seconds.min(AWAY_SECS_MAX));
    providers.trouble(*provider).go_away(duration);
    HttpResponse::NoContent().finish()
}

async fn show_webhook(providers: Providers, path: web::Path<(Provider, String)>) -> HttpResponse {
    let (provider, id) = path.into_inner();
    match providers.deliveries(provider).body(&id) {
        None => HttpResponse::NotFound().finish(),
        Some(body) => HttpResponse::Ok()
            .content_type("application/json")
            .body(body),
    }
}

async fn resend(providers: Providers, path: web::Path<(Provider, String)>) -> HttpResponse {
    let (provider, id) = path.into_inner();
    if providers.deliveries(provider).resend(&id) {
        HttpResponse::Accepted().finish()
    } else {
        HttpResponse::NotFound().finish()
    }
}

#[derive(Deserialize)]
struct Agreed {
    agreed: bool,
}

async fn authenticate(
    providers: Providers,
    intent: web::Path<String>,
    word: web::Json<Agreed>,
) -> HttpResponse {
    match providers.stripe.authenticate(&intent, word.agreed) {
        Ok(intent) => HttpResponse::Ok().json(intent),
        Err(refusal) => HttpResponse::Conflict().json(refusal.body()),
    }
}

async fn dispute(providers: Providers, intent: web::Path<String>) -> HttpResponse {
    match providers.stripe.dispute(&intent) {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(refusal) => HttpResponse::Conflict().json(refusal.body()),
    }
}

#[derive(Deserialize)]
struct Decided {
    won: bool,
}

async fn close_dispute(
    providers: Providers,
    id: web::Path<String>,
    decided: web::Json<Decided>,
) -> HttpResponse {
    match providers.stripe.close_dispute(&id, decided.won) {
        Ok(dispute) => HttpResponse::Ok().json(dispute),
        Err(refusal) => HttpResponse::Conflict().json(refusal.body()),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Approval {
    decline: bool,
    review: bool,
}

/// The buyer approves; where their browser would go then. Without a body, they simply pay.
async fn approve_order(
    providers: Providers,
    order: web::Path<String>,
    approval: Option<web::Json<Approval>>,
) -> HttpResponse {
    let approval = approval.map(web::Json::into_inner).unwrap_or_default();
    let answer = match (approval.decline, approval.review) {
        (true, _) => BuyersAnswer::Decline,
        (false, true) => BuyersAnswer::Review,
        (false, false) => BuyersAnswer::Pay,
    };
    buyers_word(&providers, &order, answer)
}

async fn cancel_order(providers: Providers, order: web::Path<String>) -> HttpResponse {
    buyers_word(&providers, &order, BuyersAnswer::Cancel)
}

fn buyers_word(providers: &Providers, order: &str, answer: BuyersAnswer) -> HttpResponse {
    match providers.paypal.take_word(order, answer) {
        None => HttpResponse::Conflict().finish(),
        Some(url) => HttpResponse::Ok().json(json!({"location": url})),
    }
}

#[derive(Deserialize)]
struct Settled {
    completed: bool,
}

async fn settle_capture(
    providers: Providers,
    capture: web::Path<String>,
    settled: web::Json<Settled>,
) -> HttpResponse {
    match providers.paypal.settle(&capture, settled.completed) {
        Ok(reply) => HttpResponse::Ok().json(reply.body),
        Err(refusal) => HttpResponse::Conflict().json(refusal.body()),
    }
}
