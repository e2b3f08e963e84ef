//! What operators and their machines ask.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use metrics::gauge;

use crate::context::Context;
use crate::error::{Answer, Problem};

/// A database that takes longer is not ready for anybody.
const READY_WITHIN: Duration = Duration::from_secs(1);

/// The process lives
#[utoipa::path(get, path = "/healthz", tag = "probes", responses((status = 200, body = String)))]
pub async fn health() -> &'static str {
    "ok"
}

/// The database answers
#[utoipa::path(get, path = "/readyz", tag = "probes",
    responses((status = 200, body = String), (status = 503, body = crate::openapi::ProblemDocument)))]
pub async fn readiness(context: web::Data<Context>) -> Answer<&'static str> {
    let answered = tokio::time::timeout(READY_WITHIN, store::ping(&context.app.pool));
    match answered.await {
        Ok(Ok(())) if !context.shutdown.is_cancelled() => Ok("ready"),
        _ => Err(Problem::unavailable(READY_WITHIN)),
    }
}

/// What has been counted, as Prometheus reads it
#[utoipa::path(get, path = "/metrics", tag = "probes", responses((status = 200, body = String)))]
pub async fn metrics(context: web::Data<Context>) -> HttpResponse {
    let waiting = context.app.registry.claims_waiting();
    let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
    gauge!("frontrow_claims_waiting").set(waiting);
    let text = context.prometheus.render();
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text)
}
