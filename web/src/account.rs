//! Signing in and out.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use operations::people;

use crate::access::MaybeLogin;
use crate::context::Context;
use crate::cookies;
use crate::error::{Answer, Problem};
use crate::gateway::answer;
use crate::input::{JsonBody, NoBody};
use crate::openapi::ProblemDocument;
use crate::wire::account::{Credentials, Login};

/// Signs in by password
#[utoipa::path(post, path = "/api/account/login", tag = "account", request_body = Credentials,
    responses((status = 200, body = Login), (status = "default", body = ProblemDocument)))]
pub async fn log_in(
    context: web::Data<Context>,
    request: HttpRequest,
    body: JsonBody<Credentials>,
) -> Answer<HttpResponse> {
    let credentials = body.value;
    context.limits.login(&request, &credentials.email)?;
    let fresh = people::log_in(&context.app, &credentials.email, &credentials.password).await?;
    let mut response = answer(StatusCode::OK, &Login::from(&fresh.signed_in));
    let cookie = cookies::login(&context, &fresh.token);
    response
        .add_cookie(&cookie)
        .map_err(|error| Problem::defect(&error))?;
    Ok(response)
}

/// Who is signed in
#[utoipa::path(get, path = "/api/account/login", tag = "account", security(("login" = [])),
    responses((status = 200, body = Login), (status = "default", body = ProblemDocument)))]
pub async fn show(login: MaybeLogin) -> Answer<HttpResponse> {
    let person = login.0.ok_or_else(Problem::login_required)?;
    Ok(answer(StatusCode::OK, &Login::from(&person)))
}

/// Signs out
#[utoipa::path(post, path = "/api/account/logout", tag = "account", security(("login" = [])),
    responses((status = 204), (status = "default", body = ProblemDocument)))]
pub async fn log_out(
    context: web::Data<Context>,
    request: HttpRequest,
    _body: NoBody,
) -> Answer<HttpResponse> {
    if let Some(token) = cookies::login_token(&context, &request) {
        people::log_out(&context.app, &token).await?;
    }
    let mut response = HttpResponse::NoContent().finish();
    let cookie = cookies::no_login(&context);
    response
        .add_cookie(&cookie)
        .map_err(|error| Problem::defect(&error))?;
    Ok(response)
}
