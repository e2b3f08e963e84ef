//! The pages' templates, kept in the binary and checked when the process starts.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use tera::{Kwargs, State, Tera};

use crate::assets;
use crate::error::{Answer, Problem};
use crate::language::{self, Messages, Reading};

/// All templates.
pub struct Templates {
    built_in: Tera,
    /// Where templates are read from at each rendering instead: `Settings::ui_dir`.
    ui_dir: Option<PathBuf>,
    messages: Arc<Messages>,
}

/// A page, and how it is read.
#[derive(Serialize)]
struct Read<'a, P> {
    lang: &'static str,
    /// What stands before the addresses of pages: `/de`, or nothing.
    root: &'static str,
    has_login: bool,
    #[serde(flatten)]
    page: &'a P,
}

#[derive(Serialize)]
struct ErrorPage {
    status: u16,
    /// Its part of the messages' keys.
    kind: &'static str,
    icon: &'static str,
    /// Whether there is something to say of the order that is held meanwhile.
    says_more: bool,
    /// What to ask again if it was only asked; where something was sent, where it was sent from.
    again: Option<String>,
    was_sent: bool,
}

impl Templates {
    /// Those that were built in, or those of a checkout that is worked on.
    ///
    /// # Errors
    /// One of those that were built in is broken.
    pub fn new(ui_dir: Option<PathBuf>, messages: Arc<Messages>) -> io::Result<Self> {
        let addresses = assets::addresses(None)?;
        if addresses.is_empty() {
            tracing::warn!(
                "web/ui was not built before this binary: pages have neither style nor script"
            );
        }
        // Those of a checkout take the place of all that was built in, which may be behind them.
        let templates = assets::TEMPLATES.iter().copied();
        let built_in = match ui_dir {
            Some(_) => Tera::default(),
            None => parsed(addresses, templates, &messages).map_err(io::Error::other)?,
        };
        Ok(Self {
            built_in,
            ui_dir,
            messages,
        })
    }

    /// A page for one reader alone.
    ///
    /// # Errors
    /// The template asks for what the page does not have: a defect.
    pub fn page(
        &self,
        reading: &Reading,
        name: &str,
        page: &impl Serialize,
    ) -> Answer<HttpResponse> {
        let html = self
            .read(reading, name, page)
            .map_err(|error| Problem::defect(&error))?;
        let mut response = HttpResponse::Ok();
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        Ok(response.content_type("text/html; charset=utf-8").body(html))
    }

    /// The page of an error that a request met.
    #[must_use]
    pub fn error_page(&self, problem: &Problem, request: &HttpRequest) -> HttpResponse {
        let status = problem.status_code();
        // Without the account, which the database may not be there to tell.
        let reading = Reading::without_account(request);
        let in_gateway = reading.place.starts_with("/gateway/");
        let page = ErrorPage {
            again: again(request, &reading),
            was_sent: request.method() != Method::GET,
            ..ErrorPage::of(status.as_u16(), problem.code(), in_gateway)
        };
        // Should even this page be broken, the words are still there.
        let html = self.read(&reading, "pages/error.html", &page);
        let html = html.unwrap_or_else(|_| problem.title().to_owned());
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        response.content_type("text/html; charset=utf-8").body(html)
    }

    fn read(
        &self,
        reading: &Reading,
        name: &str,
        page: &impl Serialize,
    ) -> tera::TeraResult<String> {
        let read = Read {
            lang: reading.language.tag(),
            root: reading.root(),
            has_login: reading.has_login,
            page,
        };
        self.render(name, &read)
    }

    /// A template filled in.
    ///
    /// # Errors
    /// It asks for what the page does not have.
    pub fn render(&self, name: &str, page: &impl Serialize) -> tera::TeraResult<String> {
        let tera = match &self.ui_dir {
            Some(root) => Cow::Owned(read(root, &self.messages)?),
            None => Cow::Borrowed(&self.built_in),
        };
        tera.render(name, &tera::Context::from_serialize(page)?)
    }
}

impl ErrorPage {
    fn of(status: u16, code: &str, in_gateway: bool) -> Self {
        let (kind, icon) = match status {
            401 => ("401", "lock"),
            403 if code == "origin_mismatch" => ("origin", "lock"),
            403 if in_gateway => ("order", "lock"),
            403 => ("403", "lock"),
            404 => ("404", "ticket"),
            409 => ("409", "warn"),
            429 => ("429", "clock"),
            500 => ("500", "warn"),
            503 if code == "search_unavailable" => ("search", "search"),
            503 => ("503", "people"),
            _ => ("other", "warn"),
        };
        Self {
            status,
            kind,
            icon,
            says_more: in_gateway && ["429", "500", "503"].contains(&kind),
            again: None,
            was_sent: false,
        }
    }
}

/// Where to go on from an error.
fn again(request: &HttpRequest, reading: &Reading) -> Option<String> {
    if request.method() == Method::GET {
        let address = request.uri().path_and_query();
        return address.map(ToString::to_string);
    }
    let path = reading.place.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let place = match *parts.as_slice() {
        ["login"] | ["door", _] => path.to_owned(),
        ["gateway", "orders", order, ..] => format!("/gateway/orders/{order}"),
        ["gateway", "sessions", session, ..] => format!("/sessions/{session}"),
        _ => return None,
    };
    Some(reading.link(&place))
}

/// The templates of a checkout as they are now.
fn read(root: &Path, messages: &Arc<Messages>) -> tera::TeraResult<Tera> {
    // The messages of the checkout, too, as far as they can be read.
    let messages = Messages::new(Some(root)).map_or_else(|_| Arc::clone(messages), Arc::new);
    let addresses = assets::addresses(Some(root)).unwrap_or_default();
    let folder = root.join("templates");
    let mut templates = Vec::new();
    gather(&folder, &folder, &mut templates)
        .map_err(|error| tera::Error::message(format!("{}: {error}", folder.display())))?;
    parsed(addresses, templates, &messages)
}

fn gather(root: &Path, folder: &Path, templates: &mut Vec<(String, String)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(root, &path, templates)?;
        } else {
            let name = path.strip_prefix(root).expect("it was found in there");
            templates.push((name.display().to_string(), fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

fn parsed<N: AsRef<str>, T: AsRef<str>>(
    addresses: HashMap<String, String>,
    templates: impl IntoIterator<Item = (N, T)>,
    messages: &Arc<Messages>,
) -> tera::TeraResult<Tera> {
    let mut tera = Tera::default();
    register_functions(&mut tera, addresses);
    tera.register_function("t", language::template_function(Arc::clone(messages)));
    tera.register_function("words", language::words_function(Arc::clone(messages)));
    tera.add_raw_templates(templates)?;
    Ok(tera)
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
        let messages = Arc::new(Messages::new(None).unwrap());
        let templates = Templates::new(None, messages).unwrap();
        for (status, words) in [
            (403, "another browser"),
            (404, "is not here"),
            (409, "moved on"),
            (418, "could not be followed"),
            (429, "too quick"),
            (500, "our side"),
            (503, "busy"),
        ] {
            let html = html_of(&templates, "/", &error_page(status));
            assert!(html.contains(words), "{status}: {html}");
        }
    }

    #[test]
    fn an_error_speaks_the_language_of_its_address() {
        let templates = Templates::new(None, Arc::new(Messages::new(None).unwrap())).unwrap();
        let html = html_of(&templates, "/de/nothing", &error_page(404));
        assert!(
            html.contains("lang=\"de\"")
                && html.contains("gibt es nicht")
                && html.contains("href=\"/de/login\""),
            "{html}"
        );
    }

    #[test]
    fn where_nothing_but_the_search_is_away_that_is_said() {
        let templates = Templates::new(None, Arc::new(Messages::new(None).unwrap())).unwrap();
        let page = ErrorPage::of(503, Problem::search_unavailable().code(), false);
        let html = html_of(&templates, "/en/events?q=night", &page);
        assert!(html.contains("Searching is not possible"), "{html}");
        let html = html_of(&templates, "/de/events?q=night", &page);
        assert!(html.contains("Die Suche geht gerade nicht"), "{html}");
    }

    fn html_of(templates: &Templates, address: &str, page: &ErrorPage) -> String {
        let request = actix_web::test::TestRequest::with_uri(address).to_http_request();
        let reading = Reading::without_account(&request);
        templates.read(&reading, "pages/error.html", page).unwrap()
    }

    fn error_page(status: u16) -> ErrorPage {
        ErrorPage {
            again: Some("/".to_owned()),
            ..ErrorPage::of(status, "busy", true)
        }
    }

    #[test]
    fn an_error_leads_back_to_what_was_asked_or_to_where_it_was_sent_from() {
        let of = |method: Method, address: &str| {
            let request = actix_web::test::TestRequest::with_uri(address).method(method);
            let request = request.to_http_request();
            again(&request, &Reading::without_account(&request))
        };
        assert_eq!(of(Method::GET, "/?page=2").as_deref(), Some("/?page=2"));
        for (sent_to, from) in [
            ("/login", Some("/login")),
            ("/door/1", Some("/door/1")),
            (
                "/gateway/orders/1/payment/withdraw",
                Some("/gateway/orders/1"),
            ),
            ("/gateway/sessions/2/orders", Some("/sessions/2")),
            ("/de/gateway/sessions/2/orders", Some("/de/sessions/2")),
            ("//elsewhere.example/login", None),
            ("/logout", None),
        ] {
            assert_eq!(of(Method::POST, sent_to).as_deref(), from, "{sent_to}");
        }
    }

    #[test]
    fn the_templates_of_a_checkout_are_the_same_as_those_built_in() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let messages = Arc::new(Messages::new(None).unwrap());
        let built_in = Templates::new(None, Arc::clone(&messages));
        let worked_on = Templates::new(Some(root.into()), messages);
        let page = error_page(404);
        let html = |templates: io::Result<Templates>| {
            let templates = templates.unwrap();
            html_of(&templates, "/", &page)
        };
        assert_eq!(html(built_in), html(worked_on));
    }
}
