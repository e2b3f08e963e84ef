//! What search engines read first: where they may go, and what there is.

use std::fmt::Write;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::view::View;
use crate::context::Context;
use crate::error::Answer;
use crate::language::{Language, in_language};

/// A sitemap has so many addresses at most.
const ADDRESSES_MAX: usize = 50_000;

/// What no search engine finds anything in, below each language's prefix.
const OF_NO_USE: [&str; 3] = ["/gateway/", "/door", "/login"];

/// Where they may go: not where orders are, nor through endless choices.
pub async fn robots(context: web::Data<Context>) -> HttpResponse {
    let mut text = String::from("User-agent: *\n");
    let prefixes = Language::ALL.map(|language| in_language(language, ""));
    for prefix in ["".to_owned()].into_iter().chain(prefixes) {
        for place in OF_NO_USE {
            // Writing into memory cannot fail.
            let _ = writeln!(text, "Disallow: {prefix}{place}");
        }
    }
    let _ = write!(
        text,
        "Disallow: /api/\nDisallow: /live/\nDisallow: /*?*q=\nDisallow: /*?*sort=\nAllow: /\n\nSitemap: {}/sitemap.xml\n",
        context.settings.public_url
    );
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .content_type("text/plain; charset=utf-8")
        .body(text)
}

/// Every page that is worth finding, in every language.
pub async fn sitemap(view: View) -> Answer<HttpResponse> {
    if let Some(kept) = view.kept() {
        return Ok(kept);
    }
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n",
    );
    for place in places(&view)
        .into_iter()
        .take(ADDRESSES_MAX / Language::ALL.len())
    {
        for language in Language::ALL {
            let address = view.absolute(&in_language(language, &place));
            // Writing into memory cannot fail.
            let _ = write!(text, "<url><loc>{}</loc>", escaped(&address));
            for other in Language::ALL {
                let address = view.absolute(&in_language(other, &place));
                let _ = write!(
                    text,
                    "<xhtml:link rel=\"alternate\" hreflang=\"{other}\" href=\"{}\"/>",
                    escaped(&address)
                );
            }
            text.push_str("</url>\n");
        }
    }
    text.push_str("</urlset>\n");
    Ok(view.text(StatusCode::OK, "application/xml; charset=utf-8", text))
}

fn places(view: &View) -> Vec<String> {
    let all = &view.catalogue;
    let fixed = [
        "/",
        "/events",
        "/artists",
        "/venues",
        "/blog",
        "/newsletter",
    ]
    .map(str::to_owned);
    let mut places = Vec::from(fixed);
    places.extend(
        all.events
            .iter()
            .map(|event| format!("/events/{}", event.row.slug)),
    );
    places.extend(
        all.categories
            .iter()
            .map(|row| format!("/categories/{}", row.slug)),
    );
    places.extend(all.cities.iter().map(|row| format!("/cities/{}", row.slug)));
    places.extend(
        all.venues
            .iter()
            .map(|venue| format!("/venues/{}", venue.row.slug)),
    );
    places.extend(
        all.artists
            .iter()
            .map(|artist| format!("/artists/{}", artist.row.slug)),
    );
    places.extend(
        all.published(view.now)
            .map(|(_, article)| format!("/blog/{}", article.row.slug)),
    );
    places
}

/// As XML has text.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // XML has no way to write these.
            letter if letter.is_control() && !matches!(letter, '\n' | '\t' | '\r') => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}
