//! `Stripe-Signature`: the time, and an HMAC-SHA256 of time and body under the endpoint's secret.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::deliveries::Sign;

/// Signs with this secret.
pub fn signing(secret: &str) -> Sign {
    let secret = secret.to_owned();
    Box::new(move |body, at| vec![("stripe-signature", header(&secret, body, at.timestamp()))])
}

fn header(secret: &str, body: &[u8], at: i64) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length makes an HMAC key");
    mac.update(at.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    let signature = mac.finalize().into_bytes();
    let hex: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with `openssl dgst -sha256 -hmac whsec_frontrow` over `1700000000.{}`.
    #[test]
    fn the_signature_is_what_others_compute() {
        assert_eq!(
            header("whsec_frontrow", b"{}", 1_700_000_000),
            "t=1700000000,v1=0d0115a15c960b1e42f7d1e0a9c58dd978e08601c883240bb2fba8ff56e396d6"
        );
    }
}
