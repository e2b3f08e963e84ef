//! Stripe's webhook signatures: a header `t=<seconds>,v1=<hex>,…`, where each `v1` is the HMAC-SHA256 of
//! `<seconds>.<body>` under the endpoint's secret. <https://docs.stripe.com/webhooks#verify-manually>

use domain::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Untrusted;

/// How far the signature's time may be from ours: what Stripe's own libraries allow.
const TOLERANCE_SECS: i64 = 300;
/// While a secret is rolled over there are two signatures; a header with hundreds is no one's friend.
const SIGNATURES_MAX: usize = 8;

/// Whether one of the header's signatures is that of the body, made lately.
///
/// # Errors
/// None is, or it was too long ago.
pub fn verify(header: &str, body: &[u8], secret: &str, now: Timestamp) -> Result<(), Untrusted> {
    let parts = header
        .split(',')
        .filter_map(|part| part.trim().split_once('='));
    let of = |wanted: &'static str| {
        let parts = parts.clone();
        parts.filter_map(move |(name, value)| (name == wanted).then_some(value))
    };
    let made_at = of("t").next().ok_or(Untrusted::Forged)?;
    let seconds: i64 = made_at.parse().map_err(|_| Untrusted::Forged)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length is a key");
    mac.update(made_at.as_bytes());
    mac.update(b".");
    mac.update(body);
    let holds = |signature: &str| {
        let bytes = hexadecimal(signature)?;
        // Compared in constant time.
        mac.clone().verify_slice(&bytes).ok()
    };
    let mut signatures = of("v1").take(SIGNATURES_MAX);
    if !signatures.any(|signature| holds(signature).is_some()) {
        return Err(Untrusted::Forged);
    }
    let age = now.to_datetime().timestamp().saturating_sub(seconds);
    if age.unsigned_abs() > TOLERANCE_SECS.unsigned_abs() {
        return Err(Untrusted::Stale);
    }
    Ok(())
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let pairs = (0..text.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    // `printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test`
    const SIGNATURE: &str = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";

    fn at(seconds: i64) -> Timestamp {
        chrono::DateTime::from_timestamp(seconds, 0).unwrap().into()
    }

    fn check(header: &str, body: &[u8], now: i64) -> Result<(), Untrusted> {
        verify(header, body, "whsec_test", at(now))
    }

    #[test]
    fn a_signature_made_by_another_program_holds() {
        let header = format!("t=1700000000,v1={SIGNATURE},v0=00");
        assert_eq!(check(&header, BODY, 1_700_000_010), Ok(()));
        // While a secret is rolled over, another one's signature stands beside ours.
        let header = format!("t=1700000000, v1={}, v1={SIGNATURE}", "0".repeat(64));
        assert_eq!(check(&header, BODY, 1_700_000_010), Ok(()));
    }

    #[test]
    fn a_signature_of_another_body_secret_or_time_is_forged() {
        let header = format!("t=1700000000,v1={SIGNATURE}");
        let forged = Err(Untrusted::Forged);
        assert_eq!(check(&header, br#"{"id":"evt_2"}"#, 1_700_000_010), forged);
        let moved = format!("t=1700000001,v1={SIGNATURE}");
        assert_eq!(check(&moved, BODY, 1_700_000_010), forged);
        let now = at(1_700_000_010);
        assert_eq!(verify(&header, BODY, "whsec_other", now), forged);
        for header in [
            "",
            "t=1700000000",
            "v1=00",
            "t=x,v1=00",
            "t=1700000000,v1=é",
        ] {
            assert_eq!(check(header, BODY, 1_700_000_010), forged, "{header}");
        }
    }

    #[test]
    fn a_signature_is_stale_after_five_minutes() {
        let header = format!("t=1700000000,v1={SIGNATURE}");
        assert_eq!(check(&header, BODY, 1_700_000_300), Ok(()));
        assert_eq!(check(&header, BODY, 1_700_000_301), Err(Untrusted::Stale));
        assert_eq!(check(&header, BODY, 1_699_999_699), Err(Untrusted::Stale));
    }
}
