//! Whose pages may write here. Cookies are `SameSite=Lax`; this check is the second lock.

use actix_web::http::header;
use actix_web::http::header::HeaderMap;

/// The origins that are ours.
#[derive(Debug, Clone)]
pub struct Origins {
    own: String,
    /// On loopback a person may as well type `localhost` or another port's name for it.
    loopback: bool,
}

impl Origins {
    /// The origins of a server that people reach at `public_url`.
    #[must_use]
    pub fn new(public_url: &str) -> Self {
        let own = public_url.trim_end_matches('/').to_ascii_lowercase();
        let loopback = own.strip_prefix("http://").is_some_and(is_loopback);
        Self { own, loopback }
    }

    /// Whether a request with these headers comes from one of our own pages, or from no page at all.
    #[must_use]
    pub fn admit(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else {
            return true;
        };
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        origin.eq_ignore_ascii_case(&self.own) || (self.loopback && is_own_host(origin, headers))
    }
}

fn is_own_host(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let authority = origin.strip_prefix("http://");
    authority.is_some_and(is_loopback) && authority == host
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(origin: Option<&str>, host: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut insert = |name: HeaderName, value: &str| {
            headers.insert(name, HeaderValue::from_str(value).unwrap());
        };
        insert(header::HOST, host);
        if let Some(origin) = origin {
            insert(header::ORIGIN, origin);
        }
        headers
    }

    #[test]
    fn only_the_public_origin_writes() {
        let origins = Origins::new("https://tickets.example");
        assert!(origins.admit(&headers(Some("https://tickets.example"), "10.0.0.1:8080")));
        assert!(origins.admit(&headers(None, "tickets.example")));
        for foreign in [
            "https://evil.example",
            "http://tickets.example",
            "null",
            "http://localhost",
        ] {
            assert!(
                !origins.admit(&headers(Some(foreign), "localhost")),
                "{foreign}"
            );
        }
    }

    #[test]
    fn on_loopback_the_requests_own_host_writes_too() {
        let origins = Origins::new("http://127.0.0.1:8080");
        assert!(origins.admit(&headers(Some("http://localhost:8080"), "localhost:8080")));
        assert!(!origins.admit(&headers(Some("http://localhost:3000"), "localhost:8080")));
        let rebound = headers(Some("http://evil.example"), "evil.example");
        assert!(
            !origins.admit(&rebound),
            "a name that was pointed here is still foreign"
        );
    }
}
