//! `PayPal-Request-Id`: a repeated request gets the answer that it got, as 200, and does nothing. PayPal looks at the id and
//! the address, not at the body. What was refused may be tried again under the same id.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;

use super::refusal::Refusal;

/// For how long an id is remembered.
const KEPT_SECS: i64 = 6 * 3600;
/// Older ones are forgotten earlier, so that hours of load do not fill the memory.
const KEPT_MAX: usize = 50_000;

#[derive(Debug, Default)]
pub struct Replies {
    /// By address and id; none while it is under way.
    by_request: HashMap<(String, String), Option<Bytes>>,
    order: VecDeque<(i64, (String, String))>,
}

impl Replies {
    /// Takes an id for a request: the answer to repeat, or none where the request is to be done.
    pub fn begin(&mut self, path: &str, id: &str, now: i64) -> Result<Option<Bytes>, Box<Refusal>> {
        while let Some((since, _)) = self.order.front()
            && (now - since > KEPT_SECS || self.order.len() > KEPT_MAX)
            && let Some((_, key)) = self.order.pop_front()
        {
            self.by_request.remove(&key);
        }
        let key = (path.to_owned(), id.to_owned());
        match self.by_request.get(&key) {
            Some(Some(reply)) => Ok(Some(reply.clone())),
            Some(None) => Err(Refusal::under_way()),
            None => {
                self.by_request.insert(key.clone(), None);
                self.order.push_back((now, key));
                Ok(None)
            }
        }
    }

    /// Keeps the answer of a request that was done; without one, gives the id back.
    pub fn end(&mut self, path: &str, id: &str, reply: Option<Bytes>) {
        let key = (path.to_owned(), id.to_owned());
        match reply {
            Some(reply) => self.by_request.insert(key, Some(reply)),
            None => self.by_request.remove(&key),
        };
    }
}
