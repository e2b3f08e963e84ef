//! Pages that were made, for as long as they would be made the same again.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use dashmap::DashMap;
use domain::Timestamp;
use sha2::{Digest, Sha256};

use crate::gzip;

/// So much is kept at most; more, and all is forgotten: whoever makes up addresses gains nothing.
const BYTES_MAX: usize = 64 * 1024 * 1024;
/// Addresses longer than that are not kept.
const KEY_MAX: usize = 300;

/// What a page was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The catalogue's version.
    pub version: i64,
    /// The board's generation, read before the page was made.
    pub generation: u64,
}

/// A page as it is sent.
#[derive(Clone)]
pub struct Page {
    made_of: Kept,
    /// When it would read otherwise.
    until: Timestamp,
    status: StatusCode,
    media_type: &'static str,
    tag: String,
    plain: Bytes,
    packed: Bytes,
}

/// All pages that are kept.
#[derive(Default)]
pub struct KeptPages {
    pages: DashMap<String, Page>,
    bytes: AtomicUsize,
}

impl KeptPages {
    /// The page of a key, if it would be made the same now.
    #[must_use]
    pub fn find(&self, key: &str, made_of: Kept, now: Timestamp) -> Option<Page> {
        let page = self.pages.get(key)?;
        (page.made_of == made_of && now < page.until).then(|| page.clone())
    }

    /// Keeps a page.
    pub fn keep(&self, key: String, page: &Page) {
        if key.len() > KEY_MAX {
            return;
        }
        let size = page.plain.len() + page.packed.len() + key.len();
        if self.bytes.fetch_add(size, Ordering::Relaxed) + size > BYTES_MAX {
            self.pages.clear();
            self.bytes.store(size, Ordering::Relaxed);
        }
        if let Some(former) = self.pages.insert(key, page.clone()) {
            let size = former.plain.len() + former.packed.len();
            let less = |bytes: usize| Some(bytes.saturating_sub(size));
            // It always answers with a value.
            let _ = self
                .bytes
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        }
    }
}

impl Page {
    /// A page that was just made, of `made_of`, and reads so until `until`.
    #[must_use]
    pub fn new(
        made_of: Kept,
        until: Timestamp,
        status: StatusCode,
        media_type: &'static str,
        text: String,
    ) -> Self {
        let plain = Bytes::from(text);
        let digest = Sha256::digest(&plain);
        let tag: String = digest
            .iter()
            .take(9)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            made_of,
            until,
            status,
            media_type,
            tag: format!("W/\"{tag}\""),
            packed: gzip::packed(&plain),
            plain,
        }
    }

    /// The answer to a request: nothing but its tag where the reader has it.
    #[must_use]
    pub fn answer(&self, request: &HttpRequest, vary: &'static str) -> HttpResponse {
        let has_it = has_tag(request.headers(), &self.tag) && self.status == StatusCode::OK;
        let status = if has_it {
            StatusCode::NOT_MODIFIED
        } else {
            self.status
        };
        let mut response = HttpResponse::build(status);
        response.insert_header((header::ETAG, self.tag.as_str()));
        // Kept by whoever likes, shown only after asking whether it is still so.
        response.insert_header((header::CACHE_CONTROL, "no-cache"));
        response.insert_header((header::VARY, vary));
        if has_it {
            return response.finish();
        }
        response.insert_header((header::CONTENT_TYPE, self.media_type));
        if gzip::is_taken(request.headers()) {
            response.insert_header((header::CONTENT_ENCODING, "gzip"));
            return response.body(self.packed.clone());
        }
        // Said, so that it is not packed anew for each reader.
        response.insert_header((header::CONTENT_ENCODING, "identity"));
        response.body(self.plain.clone())
    }
}

fn has_tag(headers: &HeaderMap, tag: &str) -> bool {
    let asked = headers.get(header::IF_NONE_MATCH);
    let asked = asked
        .and_then(|asked| asked.to_str().ok())
        .unwrap_or_default();
    let strong = tag.trim_start_matches("W/");
    asked.split(',').any(|one| {
        let one = one.trim();
        one == "*" || one.trim_start_matches("W/") == strong
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const OF: Kept = Kept {
        version: 1,
        generation: 1,
    };

    fn page(until: i64) -> Page {
        Page::new(
            OF,
            Timestamp(until),
            StatusCode::OK,
            "text/html",
            "words ".repeat(100),
        )
    }

    #[test]
    fn a_page_is_kept_until_something_of_it_changes() {
        let pages = KeptPages::default();
        pages.keep("/".to_owned(), &page(100));
        assert!(pages.find("/", OF, Timestamp(99)).is_some());
        assert!(
            pages.find("/", OF, Timestamp(100)).is_none(),
            "a sale begins"
        );
        let sold = Kept {
            generation: 2,
            ..OF
        };
        assert!(
            pages.find("/", sold, Timestamp(99)).is_none(),
            "something is sold out"
        );
        let published = Kept { version: 2, ..OF };
        assert!(pages.find("/", published, Timestamp(99)).is_none());
    }

    #[test]
    fn who_has_it_is_told_so_and_who_takes_it_packed_gets_it_packed() {
        let page = page(100);
        let tag = page.tag.clone();
        let has = TestRequest::default().insert_header(("if-none-match", tag));
        assert_eq!(
            page.answer(&has.to_http_request(), "accept-encoding")
                .status(),
            304
        );
        let packs = TestRequest::default().insert_header(("accept-encoding", "br, gzip;q=0.8"));
        let packed = page.answer(&packs.to_http_request(), "accept-encoding");
        assert_eq!(packed.headers().get("content-encoding").unwrap(), "gzip");
        let not = TestRequest::default().insert_header(("accept-encoding", "gzip;q=0"));
        let plain = page.answer(&not.to_http_request(), "accept-encoding");
        assert_eq!(plain.headers().get("content-encoding").unwrap(), "identity");
    }

    #[test]
    fn made_up_addresses_do_not_fill_the_memory() {
        let pages = KeptPages::default();
        let large = Page::new(
            OF,
            Timestamp(9),
            StatusCode::OK,
            "text/html",
            "x".repeat(1 << 20),
        );
        for number in 0..200 {
            pages.keep(format!("/?q={number}"), &large);
        }
        assert!(pages.bytes.load(Ordering::Relaxed) <= BYTES_MAX);
        assert!(pages.pages.len() <= 64);
        pages.keep("x".repeat(301), &large);
        assert!(!pages.pages.contains_key(&"x".repeat(301)));
    }
}
