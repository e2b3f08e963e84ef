//! `/control`: what has happened, and mischief. An API for tests and drills, and a page over it for people.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::deliveries::Deliveries;
use crate::mischief::{Mischief, Trouble};
use crate::stripe::Stripe;

/// As many as a page can show.
const SHOWN: usize = 100;
/// A longer absence would be forgotten about.
const AWAY_SECS_MAX: u64 = 3600;

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Provider {
    Stripe,
}

/// Both providers, as far as they go wrong alike.
#[derive(Clone)]
struct Providers {
    stripe: web::Data<Stripe>,
}

impl Providers {
    fn trouble(&self, provider: Provider) -> &Trouble {
        match provider {
            Provider::Stripe => &self.stripe.trouble,
        }
    }

    fn deliveries(&self, provider: Provider) -> &Deliveries {
        match provider {
            Provider::Stripe => &self.stripe.deliveries,
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
        .route("/stripe/disputes/{id}/close", web::post().to(close_dispute));
}

impl actix_web::FromRequest for Providers {
    type Error = actix_web::Error;
    type Future = std::future::Ready<Result<Self, Self::Error>>;

    fn from_request(
        request: &actix_web::HttpRequest,
        _: &mut actix_web::dev::Payload,
    ) -> Self::Future {
        let stripe = request
            .app_data::<web::Data<Stripe>>()
            .expect("the sandbox serves what it plays");
        std::future::ready(Ok(Self {
            stripe: stripe.clone(),
        }))
    }
}

async fn state(providers: Providers) -> HttpResponse {
    let mut stripe = providers.show(Provider::Stripe);
    let overview = providers.stripe.overview(SHOWN);
    stripe["intents"] = overview["intents"].clone();
    stripe["intentsTotal"] = overview["total"].clone();
    HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(json!({"stripe": stripe}))
}

async fn reset(providers: Providers) -> HttpResponse {
    providers.stripe.reset();
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
