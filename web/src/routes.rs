//! Every route of the house.

use std::rc::Rc;

use actix_web::dev::{ServiceFactory, ServiceRequest};
use actix_web::http::Method;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{Error, FromRequest, Handler, Resource, Responder, Route, Scope};

use crate::context::Context;
use crate::envelope::envelope;
use crate::gateway::{claims, orders, payments, ticket_document};
use crate::input::BODY_MAX;
use crate::language::Language;
use crate::pages::discovery::places as places_pages;
use crate::pages::discovery::{
    art, articles, event, feeds, home, listing, newsletter, people, robots,
};
use crate::pages::gateway::{amount, details, method, payment};
use crate::public::{events, places, sessions, validate};
use crate::{account, assets, bench, live, openapi, pages, probes, webhooks};

/// One method of one address.
pub struct Entry {
    /// The method.
    pub method: Method,
    /// The address below its group's prefix.
    pub path: &'static str,
    route: Route,
    head: Option<Route>,
}

/// A prefix and what stands below it.
pub type Group = (&'static str, Vec<Entry>);

/// The API, described at `/api/openapi.json`.
#[must_use]
pub fn api() -> Vec<Group> {
    vec![
        (
            // The claim comes first: `configure` takes it from there.
            "/api/gateway",
            vec![
                post("/orders/{id}/get-seat", claims::get_seat),
                post("/orders/{id}/drop-seat", claims::drop_seat),
                get("/orders/{id}", orders::show),
                post("/sessions/{id}/orders", orders::open),
                put("/orders/{id}/amount", orders::put_amount),
                put("/orders/{id}/address", orders::put_address),
                post("/orders/{id}/extend", orders::extend),
                post("/orders/{id}/cancel", orders::cancel),
                post("/orders/{id}/payments", payments::start),
                post("/payments/{id}/test/{token}", payments::confirm_test),
                get("/orders/{id}/tickets/{ticket}.pdf", ticket_document::show),
                get("/orders/{id}/tickets.pdf", ticket_document::show_all),
                get("/orders/{id}/calendar.ics", ticket_document::calendar),
            ],
        ),
        (
            "/api/public",
            vec![
                get("/sessions/{id}/availability", places::availability),
                get("/sessions/{id}/manifest", places::manifest),
                get("/sessions/{id}/manifest/columns", places::columns),
                get("/sessions/{id}", sessions::show),
                get("/events", events::list),
                post("/validate", validate::validate),
            ],
        ),
        (
            "/api/account",
            vec![
                post("/login", account::log_in),
                get("/login", account::show),
                post("/logout", account::log_out),
            ],
        ),
        (
            "",
            vec![
                post("/webhooks/stripe", webhooks::stripe),
                post("/webhooks/paypal", webhooks::paypal),
                get("/api/openapi.json", openapi::show),
                get("/healthz", probes::health),
                get("/readyz", probes::readiness),
                get("/metrics", probes::metrics),
            ],
        ),
    ]
}

/// The live socket and what the browser loads: packed by themselves, if at all.
fn plain() -> Vec<Entry> {
    vec![
        get("/live/sessions/{id}", live::connect),
        get("/live/left", live::connect_left),
        get("/assets/{name}", assets::show),
    ]
}

/// What else people see. It, too, stands below each language's prefix, and without one.
fn pages() -> Vec<Entry> {
    vec![
        get("/sessions/{id}", pages::session::show),
        post("/gateway/sessions/{id}/orders", pages::gateway::open),
        get(
            "/sessions/{id}/sections/{section}",
            pages::session::show_section,
        ),
        get("/gateway/orders/{id}", pages::gateway::show),
        get("/gateway/orders/{id}/amount", amount::show),
        post("/gateway/orders/{id}/amount", amount::put),
        get("/gateway/orders/{id}/seats", pages::gateway::seats::show),
        get("/gateway/orders/{id}/details", details::show),
        post("/gateway/orders/{id}/details", details::put),
        get("/gateway/orders/{id}/method", method::show),
        post("/gateway/orders/{id}/method", method::put),
        get("/gateway/orders/{id}/payment", payment::show),
        post("/gateway/orders/{id}/payment", payment::pay),
        get("/gateway/orders/{id}/payment/return", payment::come_back),
        post("/gateway/orders/{id}/payment/withdraw", payment::withdraw),
        get(
            "/gateway/orders/{id}/test-payment/{attempt}/{token}",
            payment::show_test,
        ),
        post(
            "/gateway/orders/{id}/test-payment/{attempt}/{token}",
            payment::confirm_test,
        ),
        get(
            "/gateway/orders/{id}/confirmation",
            pages::tickets::confirmation,
        ),
        get(
            "/gateway/orders/{id}/tickets/{ticket}",
            pages::tickets::show,
        ),
        post("/gateway/orders/{id}/extend", pages::gateway::extend),
        post("/gateway/orders/{id}/cancel", pages::gateway::cancel),
        get("/login", pages::login::show),
        post("/login", pages::login::log_in),
        post("/logout", pages::login::log_out),
        get("/door", pages::door::list),
        get("/door/{id}", pages::door::show),
        post("/door/{id}", pages::door::scan),
    ]
}

/// The public front. It stands below each language's prefix, and without one.
fn discovery() -> Vec<Entry> {
    vec![
        get("/events", listing::show),
        get("/events/{slug}", event::show),
        get("/categories/{slug}", listing::category),
        get("/cities/{slug}", listing::city),
        get("/artists", people::list),
        get("/artists/{slug}", people::show),
        get("/venues", places_pages::list),
        get("/venues/{slug}", places_pages::show),
        get("/blog", articles::list),
        get("/blog/{slug}", articles::show),
        get("/newsletter", newsletter::show),
        post("/newsletter", newsletter::subscribe),
        post("/language", newsletter::choose_language),
    ]
}

/// What machines read of the public front, and its pictures.
fn for_machines() -> Vec<Entry> {
    vec![
        get("/art/{style}/{palette}/{seed}/{file}", art::show),
        get("/sessions/{id}/calendar.ics", feeds::session),
        get("/events/{slug}/calendar.ics", feeds::event),
        get("/artists/{slug}/calendar.ics", feeds::artist),
        get("/venues/{slug}/calendar.ics", feeds::venue),
        get("/blog/feed.xml", feeds::blog),
        get("/sitemap.xml", robots::sitemap),
        get("/robots.txt", robots::robots),
    ]
}

/// Puts all routes into an application.
pub fn configure(config: &mut ServiceConfig, context: web::Data<Context>) {
    config.app_data(Rc::new(live::Audiences::default()));
    config.app_data(web::PayloadConfig::new(BODY_MAX));
    config.app_data(web::FormConfig::default().limit(BODY_MAX));
    if context.settings.bench {
        // Outside of all that every other request goes through.
        config.route("/bench/echo/bare", web::post().to(bench::echo));
    }
    let with_bench = context.settings.bench;
    config.app_data(context);
    let mut all = web::scope("").wrap(from_fn(envelope));
    if with_bench {
        all = all.route("/bench/echo", web::post().to(bench::echo_as_ours));
    }
    let mut groups = api();
    // The claim is in a hurry: at the root it passes two scopes less on its way.
    let (prefix, gateway) = &mut groups[0];
    let claim = gateway.remove(0);
    let claim_resource = web::resource(format!("{prefix}{}", claim.path));
    config.service(
        with_routes(claim_resource, claim.route.method(claim.method), None).wrap(from_fn(envelope)),
    );
    for (prefix, entries) in groups {
        // A scope keeps what it matches: one without a prefix would hide all that follows.
        all = match prefix {
            "" => with_all(all, entries),
            _ => all.service(with_all(web::scope(prefix), entries)),
        };
    }
    for language in Language::ALL {
        let mut entries = discovery();
        entries.push(get("", home::show));
        entries.push(get("/", home::show));
        entries.extend(pages());
        let scope = web::scope(&format!("/{}", language.tag()));
        all = all.service(with_all(scope.wrap(Compress::default()), entries));
    }
    let mut rest = for_machines();
    rest.extend(discovery());
    rest.push(get("/", home::show));
    rest.extend(pages());
    let pages = with_all(web::scope("").wrap(Compress::default()), rest);
    config.service(with_all(all, plain()).service(pages));
}

fn with_all<T>(scope: Scope<T>, entries: Vec<Entry>) -> Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
{
    resources(entries).into_iter().fold(scope, Scope::service)
}

/// One resource an address, so that a wrong method is told from a wrong address.
fn resources(entries: Vec<Entry>) -> Vec<Resource> {
    let mut resources: Vec<(&'static str, Resource)> = Vec::new();
    for Entry {
        method,
        path,
        route,
        head,
    } in entries
    {
        let route = route.method(method);
        match resources.iter().position(|(known, _)| *known == path) {
            Some(position) => {
                let (path, resource) = resources.remove(position);
                resources.insert(position, (path, with_routes(resource, route, head)));
            }
            None => resources.push((path, with_routes(web::resource(path), route, head))),
        }
    }
    resources
        .into_iter()
        .map(|(_, resource)| resource)
        .collect()
}

fn with_routes(resource: Resource, route: Route, head: Option<Route>) -> Resource {
    head.into_iter()
        .fold(resource.route(route), Resource::route)
}

/// Whoever may read may also ask what they would read.
fn get<F, A>(path: &'static str, handler: F) -> Entry
where
    F: Handler<A>,
    A: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Entry {
        method: Method::GET,
        path,
        head: Some(Route::new().method(Method::HEAD).to(handler.clone())),
        route: Route::new().to(handler),
    }
}

fn post<F, A>(path: &'static str, handler: F) -> Entry
where
    F: Handler<A>,
    A: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Entry {
        method: Method::POST,
        path,
        head: None,
        route: Route::new().to(handler),
    }
}

fn put<F, A>(path: &'static str, handler: F) -> Entry
where
    F: Handler<A>,
    A: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Entry {
        method: Method::PUT,
        path,
        head: None,
        route: Route::new().to(handler),
    }
}
