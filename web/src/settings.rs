//! How the web part behaves.

use std::path::PathBuf;

/// What the composition root decides about the web part.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address people use, scheme and authority without a path: `https://tickets.example`.
    /// It decides on cookies (https: `__Host-` and Secure) and is the only foreign `Origin` allowed.
    pub public_url: String,
    /// Off only for load tests.
    pub rate_limits: bool,
    /// Whether a proxy in front tells the client's address in `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Whether `/bench/echo` answers: something to measure claims against.
    pub bench: bool,
    /// How many threads serve.
    pub workers: usize,
    /// How many sockets are served at once; the others are told to come back. Each takes a file.
    pub sockets_max: usize,
    /// The root of a checkout whose `templates/` and `web/ui/dist/` are read at each request instead of what is
    /// built in, so that a page can be worked on without compiling. For development only.
    pub ui_dir: Option<PathBuf>,
}

impl Settings {
    /// The usual settings for an address.
    #[must_use]
    pub fn new(public_url: impl Into<String>) -> Self {
        let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            public_url: public_url.into(),
            rate_limits: true,
            behind_proxy: false,
            bench: false,
            workers,
            sockets_max: 16_000,
            ui_dir: None,
        }
    }
}
