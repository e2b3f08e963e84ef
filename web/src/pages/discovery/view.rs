//! What every public page is made with, and how it is kept and answered.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use domain::Timestamp;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde::Serialize;

use super::structured;
use crate::access;
use crate::context::Context;
use crate::discovery::{Catalogue, Kept, Page, Session, Shown, Standing};
use crate::error::{Answer, Problem};
use crate::language::{self, Language, Reading, Speech};
use crate::limits::Asker;

/// A page may be kept so long, in milliseconds: days begin and end in between.
const KEPT_MILLIS_MAX: i64 = 60_000;

/// Somebody looks at a public page.
pub struct View {
    /// What every handler works with.
    pub context: web::Data<Context>,
    /// How they read.
    pub reading: Reading,
    /// What there is.
    pub catalogue: Arc<Catalogue>,
    /// When.
    pub now: Timestamp,
    request: HttpRequest,
    made_of: Kept,
    shown: RefCell<Shown>,
    until: Cell<i64>,
}

/// What stands in a page's head.
#[derive(Default)]
pub struct Head {
    /// The title, without the site's name.
    pub title: String,
    /// In a sentence or two.
    pub description: String,
    /// The address without its language; as it was asked for if it is not given.
    pub place: Option<String>,
    /// The address of its picture, from the first slash on.
    pub picture: Option<String>,
    /// What Open Graph says it is.
    pub kind: &'static str,
    /// What it says to machines.
    pub data: Vec<serde_json::Value>,
    /// Whether search engines shall pass over it.
    pub hidden: bool,
    /// Feeds that tell the same: their media type, title and address.
    pub feeds: Vec<Feed>,
}

/// Another way to follow what a page shows.
#[derive(Serialize)]
pub struct Feed {
    pub media_type: &'static str,
    pub title: String,
    pub href: String,
}

#[derive(Serialize)]
struct Whole<'a, P> {
    lang: &'static str,
    root: &'static str,
    has_login: bool,
    site: Site,
    meta: Meta<'a>,
    #[serde(flatten)]
    page: &'a P,
}

/// The site around the page.
#[derive(Serialize)]
struct Site {
    home: String,
    events: String,
    artists: String,
    venues: String,
    blog: String,
    newsletter: String,
    choose_language: String,
    /// This page without its language.
    here: String,
    categories: Vec<Link>,
    languages: Vec<Other>,
    badge_words: String,
}

#[derive(Serialize)]
struct Meta<'a> {
    title: &'a str,
    description: &'a str,
    canonical: String,
    alternates: Vec<Other>,
    picture: Option<String>,
    kind: &'static str,
    territory: &'static str,
    data: Vec<String>,
    hidden: bool,
    feeds: &'a [Feed],
}

/// A way to somewhere.
#[derive(Debug, Clone, Serialize)]
pub struct Link {
    pub name: String,
    pub href: String,
}

/// The same in another language.
#[derive(Serialize)]
pub struct Other {
    tag: &'static str,
    name: String,
    href: String,
    current: bool,
}

impl FromRequest for View {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Answer<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move { View::of(request).await }.boxed_local()
    }
}

impl View {
    async fn of(request: HttpRequest) -> Answer<Self> {
        let context = access::context(&request);
        let reading = Reading::extract(&request).await?;
        // Before the catalogue: what changes meanwhile makes the page old at once, never wrong for long.
        let generation = context.app.registry.board().generation();
        let catalogue = context.keeper.catalogue(&context).await?;
        let now = context.now();
        Ok(Self {
            made_of: Kept {
                version: catalogue.version,
                generation,
            },
            shown: RefCell::default(),
            until: Cell::new(now.0 + KEPT_MILLIS_MAX),
            context,
            reading,
            catalogue,
            now,
            request,
        })
    }

    /// Who asks, as limits count them.
    pub fn asker(&self) -> Asker {
        self.context.limits.asker(&self.request)
    }

    /// The same page, if it was made before and would be made the same now.
    pub fn kept(&self) -> Option<HttpResponse> {
        if self.context.settings.ui_dir.is_some() {
            return None;
        }
        let (pages, board) = (
            &self.context.keeper.pages,
            self.context.app.registry.board(),
        );
        let left = |session| board.left(session);
        let page = pages.find(&self.key(), self.made_of, self.now, left)?;
        Some(page.answer(&self.request, self.vary()))
    }

    /// The language of the page.
    pub fn speech(&self) -> Speech<'_> {
        self.context.messages.in_language(self.reading.language)
    }

    /// An address of this site, read in the same way.
    pub fn link(&self, place: &str) -> String {
        self.reading.link(place)
    }

    /// An address of this site for whoever is elsewhere.
    pub fn absolute(&self, place: &str) -> String {
        format!("{}{place}", self.context.settings.public_url)
    }

    /// The address of a page that says its language, for whoever is elsewhere.
    pub fn canonical(&self, place: &str) -> String {
        self.absolute(&language::in_language(self.reading.language, place))
    }

    /// How a performance stands, as the page shows it. The page is kept no longer than it stands so.
    pub fn standing(&self, session: &Session) -> Standing {
        let left = self
            .context
            .app
            .registry
            .board()
            .left(session.row.session_id);
        self.shown.borrow_mut().note(session.row.session_id, left);
        let (standing, until) = Standing::of(session, left, self.now);
        if let Some(until) = until {
            self.valid_until(until);
        }
        standing
    }

    /// The page reads so until then at most.
    pub fn valid_until(&self, instant: Timestamp) {
        self.until.set(self.until.get().min(instant.0));
    }

    /// A page of HTML.
    ///
    /// # Errors
    /// The template asks for what the page does not have: a defect.
    pub fn page(&self, template: &str, head: &Head, page: &impl Serialize) -> Answer<HttpResponse> {
        self.page_of_status(StatusCode::OK, template, head, page)
    }

    /// A page of HTML that is not all one hoped for.
    ///
    /// # Errors
    /// As for `page`.
    pub fn page_of_status(
        &self,
        status: StatusCode,
        template: &str,
        head: &Head,
        page: &impl Serialize,
    ) -> Answer<HttpResponse> {
        let html = self.html(template, head, page)?;
        Ok(self.text(status, "text/html; charset=utf-8", html))
    }

    /// A page for one reader alone, which is not kept: the answer to a form.
    ///
    /// # Errors
    /// As for `page`.
    pub fn own_page(
        &self,
        status: StatusCode,
        template: &str,
        head: &Head,
        page: &impl Serialize,
    ) -> Answer<HttpResponse> {
        let html = self.html(template, head, page)?;
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        Ok(response.content_type("text/html; charset=utf-8").body(html))
    }

    fn html(&self, template: &str, head: &Head, page: &impl Serialize) -> Answer<String> {
        let whole = Whole {
            lang: self.reading.language.tag(),
            root: self.reading.root(),
            has_login: self.reading.has_login,
            site: self.site(),
            meta: self.meta(head),
            page,
        };
        let html = self.context.templates.render(template, &whole);
        html.map_err(|error| Problem::defect(&error))
    }

    /// Anything else that is kept like a page.
    pub fn text(&self, status: StatusCode, media_type: &'static str, text: String) -> HttpResponse {
        let until = Timestamp(self.until.get());
        let made_of = (self.made_of, self.shown.take());
        let page = Page::new(made_of, until, status, media_type, text);
        self.context.keeper.pages.keep(self.key(), &page);
        page.answer(&self.request, self.vary())
    }

    fn key(&self) -> String {
        let by = if self.reading.by_address { "/" } else { "" };
        let known = if self.reading.has_login { "+" } else { "" };
        format!(
            "{by}{known}{} {}",
            self.reading.language, self.reading.place
        )
    }

    fn vary(&self) -> &'static str {
        // The header says whether somebody is signed in.
        if self.reading.by_address {
            "accept-encoding, cookie"
        } else {
            "accept-encoding, accept-language, cookie"
        }
    }

    fn site(&self) -> Site {
        let categories = self.catalogue.categories.iter().map(|category| Link {
            name: self.category_name(category),
            href: self.link(&format!("/categories/{}", category.slug)),
        });
        Site {
            home: self.link("/"),
            events: self.link("/events"),
            artists: self.link("/artists"),
            venues: self.link("/venues"),
            blog: self.link("/blog"),
            newsletter: self.link("/newsletter"),
            choose_language: self.link("/language"),
            here: self.reading.place.clone(),
            categories: categories.collect(),
            languages: self.others(&self.reading.place),
            badge_words: badge_words(&self.speech()),
        }
    }

    fn others(&self, place: &str) -> Vec<Other> {
        let other = |language: Language| Other {
            tag: language.tag(),
            name: self
                .context
                .messages
                .in_language(language)
                .say("language-name"),
            href: language::in_language(language, place),
            current: language == self.reading.language,
        };
        Language::ALL.into_iter().map(other).collect()
    }

    /// A place in all languages, for whoever is elsewhere.
    pub fn alternates(&self, place: &str) -> Vec<Other> {
        let mut alternates = self.others(place);
        for other in &mut alternates {
            other.href = self.absolute(&other.href);
        }
        alternates
    }

    fn meta<'a>(&self, head: &'a Head) -> Meta<'a> {
        let path = self.reading.place.split('?').next().unwrap_or("/");
        let place = head.place.as_deref().unwrap_or(path);
        Meta {
            title: &head.title,
            description: &head.description,
            canonical: self.canonical(place),
            alternates: self.alternates(place),
            picture: head
                .picture
                .as_deref()
                .map(|picture| self.absolute(picture)),
            kind: if head.kind.is_empty() {
                "website"
            } else {
                head.kind
            },
            territory: self.reading.language.territory(),
            data: head.data.iter().map(structured::script).collect(),
            hidden: head.hidden,
            feeds: &head.feeds,
        }
    }
}

/// The badges' words, for the island that changes them.
fn badge_words(speech: &Speech<'_>) -> String {
    let words = ["on_sale", "few", "last", "sold_out"];
    let said = words.map(|word| {
        (
            word,
            speech.say(&format!("badge-{}-template", word.replace('_', "-"))),
        )
    });
    let said: serde_json::Map<String, serde_json::Value> = said
        .into_iter()
        .map(|(word, text)| (word.to_owned(), text.into()))
        .collect();
    serde_json::Value::Object(said).to_string()
}
