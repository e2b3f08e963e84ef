//! Access tokens: what they say is signed, so that none needs to be remembered.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// As long as PayPal's hold.
pub const LIFE_SECS: i64 = 32_400;

pub struct Tokens {
    client_id: String,
    client_secret: String,
}

impl Tokens {
    pub fn new(client_id: &str, client_secret: &str) -> Self {
        Self {
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
        }
    }

    /// A token for whoever shows the client's secret, by basic authentication.
    pub fn give(&self, authorization: &str, now: i64) -> Option<String> {
        let shown = BASE64_STANDARD
            .decode(authorization.strip_prefix("Basic ")?.trim())
            .ok()?;
        let known = format!("{}:{}", self.client_id, self.client_secret);
        (shown == known.as_bytes()).then(|| self.sign(now + LIFE_SECS))
    }

    /// Whether a request bears a token that still holds.
    pub fn admit(&self, authorization: &str, now: i64) -> bool {
        let until = authorization
            .strip_prefix("Bearer A21.")
            .and_then(|token| token.split('.').next())
            .and_then(|until| until.parse::<i64>().ok());
        until.is_some_and(|until| {
            until > now && authorization == format!("Bearer {}", self.sign(until))
        })
    }

    fn sign(&self, until: i64) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.client_secret.as_bytes())
            .expect("any length makes an HMAC key");
        mac.update(&until.to_le_bytes());
        let signature = BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        format!("A21.{until}.{signature}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_for_its_time_and_cannot_be_made_up() {
        let tokens = Tokens::new("shop", "secret");
        let basic = |pair: &str| format!("Basic {}", BASE64_STANDARD.encode(pair));
        let token = tokens.give(&basic("shop:secret"), 0).unwrap();
        assert_eq!(tokens.give(&basic("shop:guess"), 0), None);
        assert!(tokens.admit(&format!("Bearer {token}"), LIFE_SECS - 1));
        assert!(!tokens.admit(&format!("Bearer {token}"), LIFE_SECS));
        let longer = token.replace("A21.32400.", "A21.99999.");
        assert!(!tokens.admit(&format!("Bearer {longer}"), 0));
    }
}
