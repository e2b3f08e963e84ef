//! One session.

use actix_web::web;
use domain::SessionId;
use store::catalogue;

use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::input::PathId;
use crate::openapi::ProblemDocument;
use crate::wire::session::Session;

/// A session
#[utoipa::path(get, path = "/api/public/sessions/{sessionId}", tag = "public",
    params(("sessionId" = uuid::Uuid, Path)),
    responses((status = 200, body = Session), (status = "default", body = ProblemDocument)))]
pub async fn show(
    context: web::Data<Context>,
    session: PathId<SessionId>,
) -> Answer<web::Json<Session>> {
    let detail = catalogue::session(&context.app.pool, session.0).await?;
    let detail = detail.ok_or_else(Problem::not_found)?;
    let live = context.app.registry.session(session.0).await?;
    Ok(web::Json(Session::new(detail, live.feed().status())))
}
