//! The outside, played: Stripe and PayPal as far as the product uses them, with state, their rules, their errors and their
//! signed webhooks, and a page that makes them fail. For the demo and for tests; no money moves.
//!
//! It knows the product from outside only, as the real ones do: it shares no code with it. What it plays is kept in
//! memory and forgotten when it ends.

// The providers' objects have more fields than `json!` takes otherwise.
#![recursion_limit = "256"]

mod control;
mod deliveries;
mod ids;
mod mischief;
mod money;
mod page;
mod paypal;
mod settings;
mod stripe;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::{App, HttpServer, web};

pub use settings::Settings;

/// As large as an honest request may be.
const BODY_MAX: usize = 256 * 1024;

const KEEP_ALIVE: Duration = Duration::from_secs(120);

/// A sandbox that runs.
pub struct Sandbox {
    /// Where it listens.
    pub address: SocketAddr,
    /// Ends it.
    pub handle: ServerHandle,
}

impl Sandbox {
    /// Starts to listen, in the surrounding tokio runtime. The second part is done when it has ended.
    ///
    /// # Errors
    /// The address is taken, or there is no HTTP client to be had.
    pub fn start(settings: &Settings) -> io::Result<(Self, Server)> {
        let listener = TcpListener::bind(settings.listen).map_err(|error| {
            let message = format!(
                "cannot listen on {} (SANDBOX_LISTEN): {error}",
                settings.listen
            );
            io::Error::new(error.kind(), message)
        })?;
        let address = listener.local_addr()?;
        let url = match &settings.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{address}"),
        };
        // Whoever else uses TLS in this process may have chosen before us.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // It speaks to the shop beside it, without TLS.
            .tls_certs_only([])
            .build()
            .map_err(io::Error::other)?;
        let stripe = web::Data::from(stripe::Stripe::start(settings, &url, client.clone()));
        let paypal = web::Data::from(paypal::Paypal::start(settings, &url, client));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(stripe.clone())
                .app_data(paypal.clone())
                .app_data(web::PayloadConfig::new(BODY_MAX))
                .service(web::scope("/stripe").configure(stripe::routes))
                .service(web::scope("/paypal").configure(paypal::routes))
                .service(web::scope("/control").configure(control::routes))
                .service(web::redirect("/", "/control"))
        })
        .workers(settings.workers)
        // Longer than clients keep a connection that they do not use, so that none is closed under a request.
        .keep_alive(KEEP_ALIVE)
        .on_connect(mischief::Connection::keep)
        .disable_signals()
        .listen(listener)?
        .run();
        let handle = server.handle();
        Ok((Self { address, handle }, server))
    }
}
