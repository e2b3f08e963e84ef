//! The wish for the newsletter, which waits until its address is confirmed by mail; and the choice of a language.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::structured;
use super::view::{Head, View};
use crate::access::MaybeLogin;
use crate::context::Context;
use crate::error::Answer;
use crate::language::{Language, in_language, split};

const ADDRESS_MAX: usize = 254;

#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    email: String,
    /// People do not see this field, and leave it empty.
    #[serde(default)]
    website: String,
}

/// Which language, and from where.
#[derive(Deserialize)]
pub struct Choice {
    #[serde(default)]
    language: String,
    #[serde(default)]
    place: String,
}

#[derive(Serialize)]
struct Page<'a> {
    email: &'a str,
    error: String,
    done: bool,
    action: String,
}

/// The form.
pub async fn show(view: View) -> Answer<HttpResponse> {
    if let Some(kept) = view.kept() {
        return Ok(kept);
    }
    respond(&view, StatusCode::OK, "", String::new(), false)
}

/// The form's answer. It does not tell whether the address was known.
pub async fn subscribe(
    view: View,
    request: HttpRequest,
    form: web::Form<Form>,
) -> Answer<HttpResponse> {
    view.context.limits.stranger(&request)?;
    let email = form.email.trim();
    if !is_address(email) {
        let error = view.speech().say("newsletter-invalid");
        return respond(&view, StatusCode::UNPROCESSABLE_ENTITY, email, error, false);
    }
    if form.website.is_empty() {
        let language = view.reading.language.tag();
        store::discovery::subscribe(&view.context.app.pool, email, language, view.now).await?;
    }
    respond(&view, StatusCode::OK, email, String::new(), true)
}

fn respond(
    view: &View,
    status: StatusCode,
    email: &str,
    error: String,
    done: bool,
) -> Answer<HttpResponse> {
    let page = Page {
        email,
        error,
        done,
        action: view.link("/newsletter"),
    };
    let speech = view.speech();
    let head = Head {
        title: speech.say("newsletter-title"),
        description: speech.say("newsletter-intro"),
        place: Some("/newsletter".to_owned()),
        data: vec![structured::crumbs(
            view,
            &[(&speech.say("newsletter-title"), "/newsletter")],
        )],
        hidden: done || !page.error.is_empty(),
        ..Head::default()
    };
    if email.is_empty() && !done && status == StatusCode::OK {
        view.page("pages/public/newsletter.html", &head, &page)
    } else {
        view.own_page(status, "pages/public/newsletter.html", &head, &page)
    }
}

/// Whether a mail could go there: something, an at sign, and a host with a dot. More only a mail can tell.
fn is_address(email: &str) -> bool {
    let Some((name, host)) = email.rsplit_once('@') else {
        return false;
    };
    let is_whole = email.len() <= ADDRESS_MAX
        && !email
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control());
    let labels: Vec<&str> = host.split('.').collect();
    is_whole && !name.is_empty() && labels.len() > 1 && labels.iter().all(|label| !label.is_empty())
}

/// Goes on in a language, and remembers it for whoever is signed in.
pub async fn choose_language(
    context: web::Data<Context>,
    login: MaybeLogin,
    form: web::Form<Choice>,
) -> Answer<HttpResponse> {
    let language = Language::of(&form.language).unwrap_or_default();
    if let Some(person) = login.0 {
        operations::people::choose_language(&context.app, person.account_id, language.tag())
            .await?;
    }
    let is_ours = form.place.starts_with('/')
        && !form.place.starts_with("//")
        && !form.place.contains(['\\', '\r', '\n']);
    let (_, place) = split(if is_ours { &form.place } else { "/" });
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, in_language(language, place)))
        .finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_host_with_a_dot() {
        for good in [
            "ada@example.org",
            "a+b@mail.example.co.uk",
            "jürgen@käse.example",
        ] {
            assert!(is_address(good), "{good}");
        }
        let long = format!("{}@example.org", "a".repeat(250));
        for bad in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@host",
            "a b@example.org",
            "ada@.org",
            "a@b..c",
            &long,
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
