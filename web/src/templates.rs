//! The pages' templates, kept in the binary and checked when the process starts.

use std::collections::HashMap;
use std::io;

use actix_web::HttpResponse;
use actix_web::ResponseError;
use actix_web::http::header;
use serde::Serialize;
use tera::{Kwargs, State, Tera};

use crate::assets;
use crate::error::{Answer, Problem};

/// All templates.
pub struct Templates {
    tera: Tera,
}

#[derive(Serialize)]
struct ErrorPage<'a> {
    status: u16,
    title: &'a str,
    detail: &'a str,
}

impl Templates {
    /// Those that were built in.
    ///
    /// # Errors
    /// One of them is broken.
    pub fn embedded() -> io::Result<Self> {
        let addresses = assets::addresses()?;
        if addresses.is_empty() {
            tracing::warn!(
                "web/ui was not built before this binary: pages have neither style nor script"
            );
        }
        let mut tera = Tera::default();
        register_functions(&mut tera, addresses);
        let templates = assets::TEMPLATES.iter().copied();
        tera.add_raw_templates(templates)
            .map_err(io::Error::other)?;
        Ok(Self { tera })
    }

    /// A page.
    ///
    /// # Errors
    /// The template asks for what the page does not have: a defect.
    pub fn page(&self, name: &str, page: &impl Serialize) -> Answer<HttpResponse> {
        let html = self
            .render(name, page)
            .map_err(|error| Problem::defect(&error))?;
        let mut response = HttpResponse::Ok();
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        Ok(response.content_type("text/html; charset=utf-8").body(html))
    }

    /// The page of an error.
    #[must_use]
    pub fn error_page(&self, problem: &Problem) -> HttpResponse {
        let status = problem.status_code();
        let page = ErrorPage {
            status: status.as_u16(),
            title: problem.title(),
            detail: problem.detail_text(),
        };
        // Should even this page be broken, the words are still there.
        let html = self.render("pages/error.html", &page);
        let html = html.unwrap_or_else(|_| problem.title().to_owned());
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        response.content_type("text/html; charset=utf-8").body(html)
    }

    fn render(&self, name: &str, page: &impl Serialize) -> tera::TeraResult<String> {
        self.tera
            .render(name, &tera::Context::from_serialize(page)?)
    }
}

/// `asset(name="site/site.css")`: where a built source is found; empty if nothing was built.
fn register_functions(tera: &mut Tera, addresses: HashMap<String, String>) {
    let asset = move |arguments: Kwargs, _: &State| -> tera::TeraResult<String> {
        let name = arguments.must_get::<&str>("name")?;
        Ok(addresses.get(name).cloned().unwrap_or_default())
    };
    tera.register_function("asset", asset);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_sound_and_the_error_page_says_what_happened() {
        let templates = Templates::embedded().unwrap();
        let page = ErrorPage {
            status: 404,
            title: "Not <here>",
            detail: "",
        };
        let html = templates.render("pages/error.html", &page).unwrap();
        assert!(html.contains("Not &lt;here&gt;"), "{html}");
    }
}
