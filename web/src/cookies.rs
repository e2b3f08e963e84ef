//! The two cookies: an order's secret, and a login's token.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header;
use domain::OrderId;

use crate::context::Context;

/// As long as a buyer may want to see the tickets again on the same machine.
const ORDER_MAX_AGE: Duration = Duration::days(7);

/// Hands out an order's secret.
#[must_use]
pub fn order(context: &Context, order: OrderId, secret: &str) -> Cookie<'static> {
    let mut cookie = cookie(context, &order_name(order), secret.to_owned());
    cookie.set_max_age(ORDER_MAX_AGE);
    cookie
}

/// Hands out a login's token; it ends with the browser, or when the login does.
#[must_use]
pub fn login(context: &Context, token: &str) -> Cookie<'static> {
    cookie(context, "login", token.to_owned())
}

/// Takes a login's token back.
#[must_use]
pub fn no_login(context: &Context) -> Cookie<'static> {
    let mut cookie = cookie(context, "login", String::new());
    cookie.make_removal();
    cookie
}

/// An order's secret as the request presents it: as a bearer's token, or as a cookie.
#[must_use]
pub fn order_secret(context: &Context, request: &HttpRequest, order: OrderId) -> Option<String> {
    bearer(request)
        .map(str::to_owned)
        .or_else(|| value(context, request, &order_name(order)))
}

/// A login's token as the request presents it in its cookie.
#[must_use]
pub fn login_token(context: &Context, request: &HttpRequest) -> Option<String> {
    value(context, request, "login")
}

/// The token of `Authorization: Bearer`.
#[must_use]
pub fn bearer(request: &HttpRequest) -> Option<&str> {
    let header = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn order_name(order: OrderId) -> String {
    format!("order_{order}")
}

fn cookie(context: &Context, name: &str, value: String) -> Cookie<'static> {
    Cookie::build(full_name(context, name), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(context.is_secure())
        .finish()
}

fn value(context: &Context, request: &HttpRequest, name: &str) -> Option<String> {
    let cookie = request.cookie(&full_name(context, name))?;
    Some(cookie.value().to_owned()).filter(|value| !value.is_empty())
}

/// The prefix binds the cookie to this very host; browsers take it over TLS alone.
fn full_name(context: &Context, name: &str) -> String {
    if context.is_secure() {
        format!("__Host-{name}")
    } else {
        name.to_owned()
    }
}

/// The secrets of all orders that the request's cookies know.
#[must_use]
pub fn order_secrets(context: &Context, request: &HttpRequest) -> Vec<(OrderId, String)> {
    let Ok(cookies) = request.cookies() else {
        return Vec::new();
    };
    let prefix = full_name(context, "order_");
    let known = |cookie: &Cookie<'static>| {
        let order = cookie.name().strip_prefix(&prefix)?.parse().ok()?;
        Some((order, cookie.value().to_owned()))
    };
    cookies.iter().filter_map(known).collect()
}
