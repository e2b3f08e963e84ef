//! In which language a page speaks: as its address says, else as the account wants it, else as the browser
//! asks.

mod formats;
mod messages;

use std::fmt;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use crate::access;
use crate::context::Context;
use crate::cookies;
use crate::error::{Answer, Problem};

pub use formats::{LocalDate, amount, at, zone, zone_with_offset};
pub use messages::{Messages, Speech, template_function, words_function};

/// A language that all pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// The source of all others.
    #[default]
    English,
    /// The second.
    German,
}

/// How somebody reads a public page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The language.
    pub language: Language,
    /// Whether the address says so; else it depends on who asks.
    pub by_address: bool,
    /// The address without its language, from its first slash on, query included.
    pub place: String,
    /// Whether they say that they are signed in. Whether they are, only the database knows.
    pub has_login: bool,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The tag: `en`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What Open Graph calls it.
    #[must_use]
    pub fn territory(self) -> &'static str {
        match self {
            Self::English => "en_GB",
            Self::German => "de_DE",
        }
    }

    /// The language of a tag, or of one more particular than ours: `de-AT`.
    #[must_use]
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default().trim();
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.tag())
    }
}

impl Reading {
    /// How a request is read as far as it says itself: by its address, else as its browser asks.
    #[must_use]
    pub fn without_account(request: &HttpRequest) -> Self {
        let (by_address, place) = place_of(request);
        let context = request.app_data::<web::Data<Context>>();
        Self {
            language: by_address.unwrap_or_else(|| asked_for(request.headers())),
            by_address: by_address.is_some(),
            place,
            has_login: context
                .is_some_and(|context| cookies::login_token(context, request).is_some()),
        }
    }

    /// What stands before the addresses of pages in the same way of reading: `/de`, or nothing.
    #[must_use]
    pub fn root(&self) -> &'static str {
        match (self.by_address, self.language) {
            (false, _) => "",
            (true, Language::English) => "/en",
            (true, Language::German) => "/de",
        }
    }

    /// An address of this site in the same way of reading.
    #[must_use]
    pub fn link(&self, place: &str) -> String {
        if self.by_address {
            in_language(self.language, place)
        } else {
            place.to_owned()
        }
    }
}

/// The address that says its language.
#[must_use]
pub fn in_language(language: Language, place: &str) -> String {
    let place = if place == "/" { "" } else { place };
    format!("/{}{place}", language.tag())
}

impl FromRequest for Reading {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Answer<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move { reading(&request).await }.boxed_local()
    }
}

async fn reading(request: &HttpRequest) -> Answer<Reading> {
    let mut reading = Reading::without_account(request);
    if reading.has_login && !reading.by_address {
        let context = access::context(request);
        let token = cookies::login_token(&context, request).unwrap_or_default();
        if let Some(language) = wanted(&context, &token).await? {
            reading.language = language;
        }
    }
    Ok(reading)
}

/// The account's language.
async fn wanted(context: &Context, token: &str) -> Answer<Option<Language>> {
    let wanted = operations::people::language(&context.app, token).await?;
    Ok(wanted.as_deref().and_then(Language::of))
}

fn place_of(request: &HttpRequest) -> (Option<Language>, String) {
    let (by_address, path) = split(request.path());
    let place = match request.query_string() {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    };
    (by_address, place)
}

/// The language of an address, and the rest of it.
#[must_use]
pub fn split(path: &str) -> (Option<Language>, &str) {
    for language in Language::ALL {
        let rest = path
            .strip_prefix('/')
            .and_then(|path| path.strip_prefix(language.tag()));
        match rest {
            Some("" | "/") => return (Some(language), "/"),
            Some(rest) if rest.starts_with('/') => return (Some(language), rest),
            Some(_) | None => {}
        }
    }
    (None, path)
}

/// The first of the browser's languages that we speak, by its own order.
#[must_use]
pub fn asked_for(headers: &HeaderMap) -> Language {
    let header = headers.get(header::ACCEPT_LANGUAGE);
    let header = header.and_then(|header| header.to_str().ok());
    let wishes = header.unwrap_or_default().split(',').take(20);
    let mut best = (0.0_f32, Language::English);
    for wish in wishes {
        let (tag, weight) = wish.split_once(";q=").unwrap_or((wish, "1"));
        let weight = weight.trim().parse::<f32>().unwrap_or(0.0);
        if let Some(language) = Language::of(tag.trim())
            && weight > best.0
        {
            best = (weight, language);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn an_address_says_its_language_or_none() {
        assert_eq!(split("/de/events/a"), (Some(Language::German), "/events/a"));
        assert_eq!(split("/en"), (Some(Language::English), "/"));
        assert_eq!(split("/de/"), (Some(Language::German), "/"));
        assert_eq!(split("/desk"), (None, "/desk"));
        assert_eq!(split("/"), (None, "/"));
        assert_eq!(in_language(Language::German, "/"), "/de");
        assert_eq!(
            in_language(Language::English, "/events?q=a"),
            "/en/events?q=a"
        );
    }

    #[test]
    fn a_browser_is_answered_in_the_language_it_likes_best_of_ours() {
        let asked = |header: &str| {
            let request = TestRequest::default().insert_header(("accept-language", header));
            asked_for(request.to_http_request().headers())
        };
        assert_eq!(asked("de-AT,de;q=0.9,en;q=0.8"), Language::German);
        assert_eq!(asked("fr,en;q=0.5,de;q=0.6"), Language::German);
        assert_eq!(asked("en-GB,de;q=0.9"), Language::English);
        assert_eq!(asked("fr, *;q=0.1"), Language::English);
        assert_eq!(asked(";;;q=x,"), Language::English);
    }
}
