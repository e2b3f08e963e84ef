//! Pages that the sandbox shows: filling in, and addresses to go to.

use actix_web::HttpResponse;

const STYLE: &str = include_str!("page.css");

/// Fills `{{name}}` with each value, escaped, and `{{style}}` with the common style.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let page = template.replace("{{style}}", STYLE);
    values.iter().fold(page, |page, (name, value)| {
        page.replace(&format!("{{{{{name}}}}}"), &escape(value))
    })
}

pub fn html(page: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .body(page)
}

pub fn not_found() -> HttpResponse {
    HttpResponse::NotFound()
        .content_type("text/html; charset=utf-8")
        .body(fill(include_str!("not_found.html"), &[]))
}

/// An address with more in its query.
pub fn with_query(url: &str, more: &[(&str, &str)]) -> String {
    match reqwest::Url::parse(url) {
        Ok(mut url) => {
            url.query_pairs_mut().extend_pairs(more);
            url.into()
        }
        // Whoever gave it sees where it leads.
        Err(_) => url.to_owned(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_text_and_no_markup() {
        assert_eq!(
            fill("<p>{{who}}</p>", &[("who", "<b>&'")]),
            "<p>&lt;b&gt;&amp;&#39;</p>"
        );
    }

    #[test]
    fn a_query_is_added_to_what_is_there() {
        assert_eq!(
            with_query("http://shop/back?order=1", &[("token", "a b")]),
            "http://shop/back?order=1&token=a+b"
        );
    }
}
