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
mod tests;
