//! Idempotency keys by Stripe's rules: the first answer is kept and sent again to the same request, another request under
//! that key is refused, and so is the same one while the first is under way. What was refused before it began keeps nothing.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;

use super::refusal::Refusal;

/// For how long a key is remembered.
const KEPT_SECS: i64 = 24 * 3600;
/// Older ones are forgotten earlier, so that hours of load do not fill the memory.
const KEPT_MAX: usize = 50_000;

/// An answer as it was sent.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub body: Bytes,
    /// The request that it first answered.
    pub request_id: String,
}

/// The keys that were used lately.
#[derive(Debug, Default)]
pub struct Keys {
    uses: HashMap<String, Use>,
    order: VecDeque<(i64, String)>,
}

#[derive(Debug)]
struct Use {
    since: i64,
    fingerprint: [u8; 32],
    answer: Option<Answer>,
}

impl Keys {
    /// Takes a key for a request: the answer to repeat, or none where the request is to be done.
    pub fn begin(
        &mut self,
        key: &str,
        fingerprint: [u8; 32],
        now: i64,
    ) -> Result<Option<Answer>, Box<Refusal>> {
        self.forget_old(now);
        let Some(earlier) = self.uses.get(key) else {
            self.uses.insert(
                key.to_owned(),
                Use {
                    since: now,
                    fingerprint,
                    answer: None,
                },
            );
            self.order.push_back((now, key.to_owned()));
            return Ok(None);
        };
        if earlier.fingerprint != fingerprint {
            return Err(Refusal::key_used_otherwise(key));
        }
        match &earlier.answer {
            Some(answer) => Ok(Some(answer.clone())),
            None => Err(Refusal::key_in_use(key)),
        }
    }

    /// Keeps the answer of a request that was done; without one, gives the key back.
    pub fn end(&mut self, key: &str, answer: Option<Answer>) {
        match answer {
            None => {
                self.uses.remove(key);
            }
            Some(answer) => {
                if let Some(used) = self.uses.get_mut(key) {
                    used.answer = Some(answer);
                }
            }
        }
    }

    fn forget_old(&mut self, now: i64) {
        while let Some((since, _)) = self.order.front()
            && (now - since > KEPT_SECS || self.order.len() > KEPT_MAX)
            && let Some((since, key)) = self.order.pop_front()
        {
            // One that was given back may have been taken anew.
            if self.uses.get(&key).is_some_and(|used| used.since == since) {
                self.uses.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Answer {
        Answer {
            status: 200,
            body: Bytes::from_static(b"{}"),
            request_id: "req_1".to_owned(),
        }
    }

    #[test]
    fn a_repeated_request_gets_the_first_answer() {
        let mut keys = Keys::default();
        assert!(keys.begin("k", [1; 32], 0).unwrap().is_none());
        keys.end("k", Some(answer()));
        assert_eq!(
            keys.begin("k", [1; 32], 9).unwrap().unwrap().request_id,
            "req_1"
        );
    }

    #[test]
    fn another_request_under_the_same_key_is_refused() {
        let mut keys = Keys::default();
        keys.begin("k", [1; 32], 0).unwrap();
        let refusal = keys.begin("k", [2; 32], 0).unwrap_err();
        assert_eq!((refusal.status, refusal.kind), (400, "idempotency_error"));
    }

    #[test]
    fn a_request_under_way_keeps_its_key() {
        let mut keys = Keys::default();
        keys.begin("k", [1; 32], 0).unwrap();
        assert_eq!(keys.begin("k", [1; 32], 0).unwrap_err().status, 409);
    }

    #[test]
    fn what_never_began_keeps_no_answer() {
        let mut keys = Keys::default();
        keys.begin("k", [1; 32], 0).unwrap();
        keys.end("k", None);
        assert!(keys.begin("k", [2; 32], 0).unwrap().is_none());
    }

    #[test]
    fn a_key_is_forgotten_after_a_day() {
        let mut keys = Keys::default();
        keys.begin("k", [1; 32], 0).unwrap();
        keys.end("k", Some(answer()));
        assert!(keys.begin("k", [2; 32], KEPT_SECS + 1).unwrap().is_none());
    }
}
