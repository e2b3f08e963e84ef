//! Pages that were made, for as long as they would be made the same again.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse};
use actors::Left;
use bytes::Bytes;
use dashmap::DashMap;
use domain::{SessionId, Timestamp};
use sha2::{Digest, Sha256};

use crate::packing::{self, GZIP};

/// So much is kept at most; more, and all is forgotten: whoever makes up addresses gains nothing.
const BYTES_MAX: usize = 64 * 1024 * 1024;
/// Addresses longer than that are not kept.
const KEY_MAX: usize = 300;
/// A page that shows more performances than that is made anew whenever anything is sold: looking at each takes longer.
const SHOWN_MAX: usize = 1_000;

/// What a page was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The catalogue's version.
    pub version: i64,
    /// The board's generation, read before the page was made.
    pub generation: u64,
}

/// What was left of the performances that a page shows, each time it was looked at.
#[derive(Debug, Clone)]
pub enum Shown {
    /// In the order of their ids.
    Known(Vec<(SessionId, Option<Left>)>),
    /// Too many to look at.
    Many,
}

/// A page as it is sent.
#[derive(Clone)]
pub struct Page {
    made_of: Kept,
    shown: Shown,
    /// When it would read otherwise.
    until: Timestamp,
    status: StatusCode,
    media_type: &'static str,
    tag: String,
    /// Nearly all take it so, and it is a tenth of the page.
    packed: Bytes,
}

/// All pages that are kept.
#[derive(Default)]
pub struct KeptPages {
    pages: DashMap<String, Page>,
    bytes: AtomicUsize,
}

impl KeptPages {
    /// The page of a key, if it would be made the same now: of `made_of`, with what is `left` of each performance.
    #[must_use]
    pub fn find(
        &self,
        key: &str,
        made_of: Kept,
        now: Timestamp,
        left: impl Fn(SessionId) -> Option<Left>,
    ) -> Option<Page> {
        let page = self.pages.get(key)?;
        if page.made_of.version != made_of.version || page.until <= now {
            return None;
        }
        if page.made_of.generation == made_of.generation {
            return Some(page.clone());
        }
        // Something was sold, but perhaps nothing of this page.
        if !page.shown.is_still(left) {
            return None;
        }
        let found = page.clone();
        drop(page);
        if let Some(mut page) = self.pages.get_mut(key)
            && page.tag == found.tag
        {
            // Seen after that generation: a later change makes a later one.
            page.made_of.generation = made_of.generation;
        }
        Some(found)
    }

    /// Keeps a page.
    pub fn keep(&self, key: String, page: &Page) {
        if key.len() > KEY_MAX {
            return;
        }
        let size = page.size() + key.len();
        if self.bytes.fetch_add(size, Ordering::Relaxed) + size > BYTES_MAX {
            self.pages.clear();
            self.bytes.store(size, Ordering::Relaxed);
        }
        if let Some(former) = self.pages.insert(key, page.clone()) {
            let size = former.size();
            let less = |bytes: usize| Some(bytes.saturating_sub(size));
            // It always answers with a value.
            let _ = self
                .bytes
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        }
    }
}

impl Default for Shown {
    fn default() -> Self {
        Self::Known(Vec::new())
    }
}

impl Shown {
    /// Notes what was left of a performance when it was looked at for the page.
    pub fn note(&mut self, session: SessionId, left: Option<Left>) {
        match self {
            Self::Known(noted) if noted.len() < SHOWN_MAX => noted.push((session, left)),
            Self::Known(_) => *self = Self::Many,
            Self::Many => {}
        }
    }

    /// A page looks at most of them several times.
    fn each_once(mut self) -> Self {
        if let Self::Known(noted) = &mut self {
            noted.sort_unstable_by_key(|(session, _)| *session);
            noted.dedup();
            noted.shrink_to_fit();
        }
        self
    }

    fn is_still(&self, left: impl Fn(SessionId) -> Option<Left>) -> bool {
        match self {
            Self::Known(noted) => noted
                .iter()
                .all(|(session, noted)| left(*session) == *noted),
            Self::Many => false,
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Known(noted) => size_of_val(noted.as_slice()),
            Self::Many => 0,
        }
    }
}

impl Page {
    /// A page that was just made, of `made_of` and `shown`, and reads so until `until`.
    #[must_use]
    pub fn new(
        (made_of, shown): (Kept, Shown),
        until: Timestamp,
        status: StatusCode,
        media_type: &'static str,
        text: String,
    ) -> Self {
        let digest = Sha256::digest(&text);
        let tag: String = digest
            .iter()
            .take(9)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            made_of,
            shown: shown.each_once(),
            until,
            status,
            media_type,
            tag: format!("W/\"{tag}\""),
            packed: packing::packed(text.as_bytes()),
        }
    }

    fn size(&self) -> usize {
        self.packed.len() + self.shown.size()
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
        if packing::is_taken(GZIP, request.headers()) {
            response.insert_header((header::CONTENT_ENCODING, GZIP));
            return response.body(self.packed.clone());
        }
        // Said, so that it is not packed anew for each reader.
        response.insert_header((header::CONTENT_ENCODING, "identity"));
        response.body(packing::unpacked(&self.packed))
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
    use actix_web::body::MessageBody as _;
    use actix_web::test::TestRequest;
    use uuid::Uuid;

    use super::*;

    const OF: Kept = Kept {
        version: 1,
        generation: 1,
    };

    const SHOWN: SessionId = SessionId(Uuid::from_u128(1));

    /// It shows that few places are left.
    fn page(until: i64) -> Page {
        let mut shown = Shown::default();
        for _ in 0..3 {
            shown.note(SHOWN, Some(Left::Few));
        }
        Page::new(
            (OF, shown),
            Timestamp(until),
            StatusCode::OK,
            "text/html",
            "words ".repeat(100),
        )
    }

    /// Whether it is kept, with so much left of what it shows.
    fn is_kept(pages: &KeptPages, made_of: Kept, now: i64, left: Left) -> bool {
        let left_of = |session| (session == SHOWN).then_some(left);
        pages.find("/", made_of, Timestamp(now), left_of).is_some()
    }

    #[test]
    fn a_page_is_kept_until_something_of_it_changes() {
        let pages = KeptPages::default();
        pages.keep("/".to_owned(), &page(100));
        assert!(is_kept(&pages, OF, 99, Left::Few));
        assert!(!is_kept(&pages, OF, 100, Left::Few), "a sale begins");
        let sold = Kept {
            generation: 2,
            ..OF
        };
        assert!(!is_kept(&pages, sold, 99, Left::Nothing), "it is sold out");
        let published = Kept { version: 2, ..OF };
        assert!(!is_kept(&pages, published, 99, Left::Few));
    }

    #[test]
    fn what_is_sold_elsewhere_changes_no_page_and_is_looked_at_once() {
        let pages = KeptPages::default();
        pages.keep("/".to_owned(), &page(100));
        let elsewhere = Kept {
            generation: 2,
            ..OF
        };
        assert!(is_kept(&pages, elsewhere, 99, Left::Few));
        let asked = |_| panic!("it is known to read the same at this generation");
        assert!(pages.find("/", elsewhere, Timestamp(99), asked).is_some());
        let here = Kept {
            generation: 3,
            ..OF
        };
        assert!(!is_kept(&pages, here, 99, Left::Last(3)));
    }

    #[test]
    fn a_page_that_shows_too_many_performances_is_made_anew_at_every_change() {
        let mut shown = Shown::default();
        for _ in 0..=SHOWN_MAX {
            shown.note(SHOWN, Some(Left::Few));
        }
        let pages = KeptPages::default();
        let text = "words".to_owned();
        let page = Page::new((OF, shown), Timestamp(9), StatusCode::OK, "text/html", text);
        pages.keep("/".to_owned(), &page);
        assert!(is_kept(&pages, OF, 1, Left::Few));
        let sold = Kept {
            generation: 2,
            ..OF
        };
        assert!(!is_kept(&pages, sold, 1, Left::Few));
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
        let text = plain.into_body().try_into_bytes().unwrap();
        assert_eq!(text, "words ".repeat(100));
    }

    #[test]
    fn made_up_addresses_do_not_fill_the_memory() {
        let pages = KeptPages::default();
        // Digests cannot be packed to less than half of their digits.
        let digits = |number: u32| {
            u128::from_be_bytes(
                Sha256::digest(number.to_be_bytes())[..16]
                    .try_into()
                    .unwrap(),
            )
        };
        let text = (0..1 << 15)
            .map(|number| format!("{:032x}", digits(number)))
            .collect();
        let made_of = (OF, Shown::default());
        let large = Page::new(made_of, Timestamp(9), StatusCode::OK, "text/html", text);
        assert!(large.size() > 1 << 19);
        for number in 0..200 {
            pages.keep(format!("/?q={number}"), &large);
        }
        assert!(pages.bytes.load(Ordering::Relaxed) <= BYTES_MAX);
        assert!(pages.pages.len() <= BYTES_MAX >> 19);
        pages.keep("x".repeat(301), &large);
        assert!(!pages.pages.contains_key(&"x".repeat(301)));
    }
}
