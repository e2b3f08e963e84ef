//! The places of a session: what they are, and how they stand.

use actix_web::http::header::{self, EntityTag, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::SessionId;

use crate::context::Context;
use crate::error::Answer;
use crate::gateway::answer;
use crate::input::PathId;
use crate::manifests::Form;
use crate::openapi::ProblemDocument;
use crate::packing::{self, BROTLI, GZIP};
use crate::wire::columns::ManifestColumns;
use crate::wire::session::{Availability, Manifest};

/// All places with their prices
///
/// Frozen when the session was published; cacheable.
#[utoipa::path(get, path = "/api/public/sessions/{sessionId}/manifest", tag = "public",
    params(("sessionId" = uuid::Uuid, Path)),
    responses((status = 200, body = Manifest), (status = 304), (status = "default", body = ProblemDocument)))]
pub async fn manifest(
    context: web::Data<Context>,
    request: HttpRequest,
    session: PathId<SessionId>,
    known: web::Header<IfNoneMatch>,
) -> Answer<HttpResponse> {
    written(&context, &request, session.0, &known, Form::Places).await
}

/// All places with their prices, in columns
///
/// What the map reads: the same as the manifest in a twelfth of the bytes.
#[utoipa::path(get, path = "/api/public/sessions/{sessionId}/manifest/columns", tag = "public",
    params(("sessionId" = uuid::Uuid, Path)),
    responses((status = 200, body = ManifestColumns), (status = 304), (status = "default", body = ProblemDocument)))]
pub async fn columns(
    context: web::Data<Context>,
    request: HttpRequest,
    session: PathId<SessionId>,
    known: web::Header<IfNoneMatch>,
) -> Answer<HttpResponse> {
    written(&context, &request, session.0, &known, Form::Columns).await
}

async fn written(
    context: &Context,
    request: &HttpRequest,
    session: SessionId,
    known: &IfNoneMatch,
    form: Form,
) -> Answer<HttpResponse> {
    let live = context.app.registry.session(session).await?;
    let manifest = context.manifests.of(live.info(), form).await;
    let mut response = if knows(known, &manifest.etag) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response.insert_header((header::ETAG, manifest.etag.clone()));
    response.insert_header((header::CACHE_CONTROL, "public, max-age=300"));
    response.insert_header((header::VARY, "Accept-Encoding"));
    if knows(known, &manifest.etag) {
        return Ok(response.finish());
    }
    response.content_type("application/json");
    if packing::is_taken(BROTLI, request.headers()) {
        response.insert_header((header::CONTENT_ENCODING, BROTLI));
        return Ok(response.body(manifest.brotli.clone()));
    }
    if packing::is_taken(GZIP, request.headers()) {
        response.insert_header((header::CONTENT_ENCODING, GZIP));
        return Ok(response.body(manifest.gzip.clone()));
    }
    Ok(response.body(manifest.plain.clone()))
}

/// The committed state of all places
#[utoipa::path(get, path = "/api/public/sessions/{sessionId}/availability", tag = "public",
    params(("sessionId" = uuid::Uuid, Path)),
    responses((status = 200, body = Availability), (status = "default", body = ProblemDocument)))]
pub async fn availability(
    context: web::Data<Context>,
    session: PathId<SessionId>,
) -> Answer<HttpResponse> {
    let live = context.app.registry.session(session.0).await?;
    let snapshot = live.feed().snapshot();
    Ok(answer(
        actix_web::http::StatusCode::OK,
        &Availability::new(session.0.0, &snapshot),
    ))
}

fn knows(known: &IfNoneMatch, etag: &str) -> bool {
    match known {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags
            .iter()
            .any(|tag: &EntityTag| tag.to_string().ends_with(etag)),
    }
}
