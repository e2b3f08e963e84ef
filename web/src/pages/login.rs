//! Signing in by a form.

use actix_web::{HttpRequest, HttpResponse, web};
use operations::people::{self, LoginError, SignedIn};
use serde::{Deserialize, Serialize};

use super::see_other;
use crate::access::MaybeLogin;
use crate::context::Context;
use crate::cookies;
use crate::error::{Answer, Problem};
use crate::language::Reading;

/// Where to go afterwards.
#[derive(Deserialize)]
pub struct Query {
    next: Option<String>,
}

/// The form.
#[derive(Deserialize)]
pub struct Form {
    email: String,
    password: String,
    next: Option<String>,
}

#[derive(Serialize)]
struct Page<'a> {
    name: Option<String>,
    /// Whether whoever is signed in works at a door.
    is_staff: bool,
    email: &'a str,
    next: &'a str,
    failed: bool,
}

/// The page.
pub async fn show(
    context: web::Data<Context>,
    login: MaybeLogin,
    reading: Reading,
    query: web::Query<Query>,
) -> Answer<HttpResponse> {
    let next = own_address(query.next.as_deref());
    let is_staff = login.0.as_ref().is_some_and(SignedIn::is_staff);
    let name = login.0.map(|person| person.name);
    let page = Page {
        name,
        is_staff,
        email: "",
        next,
        failed: false,
    };
    context
        .templates
        .page(&reading, "pages/account/login.html", &page)
}

/// The form's answer.
pub async fn log_in(
    context: web::Data<Context>,
    request: HttpRequest,
    reading: Reading,
    form: web::Form<Form>,
) -> Answer<HttpResponse> {
    context.limits.login(&request, &form.email)?;
    let next = own_address(form.next.as_deref());
    match people::log_in(&context.app, &form.email, &form.password).await {
        Ok(fresh) => {
            // Who came for nothing in particular, and works at a door, came for that.
            let next = match next {
                "/" if fresh.signed_in.is_staff() => "/door",
                next => next,
            };
            let mut response = see_other(next);
            let cookie = cookies::login(&context, &fresh.token);
            response
                .add_cookie(&cookie)
                .map_err(|error| Problem::defect(&error))?;
            Ok(response)
        }
        Err(LoginError::WrongCredentials) => {
            let page = Page {
                name: None,
                is_staff: false,
                email: &form.email,
                next,
                failed: true,
            };
            context
                .templates
                .page(&reading, "pages/account/login.html", &page)
        }
        Err(error) => Err(error.into()),
    }
}

/// Signs out.
pub async fn log_out(context: web::Data<Context>, request: HttpRequest) -> Answer<HttpResponse> {
    if let Some(token) = cookies::login_token(&context, &request) {
        people::log_out(&context.app, &token).await?;
    }
    let mut response = see_other("/login");
    let cookie = cookies::no_login(&context);
    response
        .add_cookie(&cookie)
        .map_err(|error| Problem::defect(&error))?;
    Ok(response)
}

/// An address of this site, so that a link to the form sends nobody elsewhere.
fn own_address(next: Option<&str>) -> &str {
    let is_own = |address: &&str| {
        let mut characters = address.chars();
        let plain = !address.contains(['\\', '\r', '\n', '\t']);
        characters.next() == Some('/') && characters.next() != Some('/') && plain
    };
    next.filter(is_own).unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_sends_nobody_to_another_site() {
        assert_eq!(own_address(Some("/door/1")), "/door/1");
        for foreign in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "door",
            "",
        ] {
            assert_eq!(own_address(Some(foreign)), "/", "{foreign}");
        }
    }
}
