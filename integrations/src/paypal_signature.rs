//! PayPal's webhook signatures: RSA with SHA-256 over `<transmission id>|<time>|<webhook id>|<crc32 of the body>`,
//! under the key of a certificate whose address the delivery names.
//! <https://developer.paypal.com/api/rest/webhooks/rest/#link-selfverificationmethod>
//!
//! Whoever sends a delivery writes that address, so a certificate is fetched only from where PayPal's API itself is:
//! anything else would let everybody sign for PayPal, and let them have us call any address they like.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use webpki::EndEntityCert;
use webpki::ring::RSA_PKCS1_2048_8192_SHA256;

use crate::Untrusted;

/// PayPal repeats a delivery for three days, perhaps under its first signature.
const TOLERANCE_SECS: i64 = 4 * 24 * 60 * 60;

/// What the headers of a delivery say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transmission {
    /// `paypal-transmission-id`.
    pub id: String,
    /// `paypal-transmission-time`, RFC 3339.
    pub time: String,
    /// `paypal-transmission-sig`, base64.
    pub signature: String,
    /// `paypal-cert-url`.
    pub certificate_url: String,
    /// `paypal-auth-algo`.
    pub algorithm: String,
}

/// Whether a delivery is signed by the key of a certificate (PEM, the signer's first).
///
/// # Errors
/// It is not, or it was too long ago.
pub fn verify(
    transmission: &Transmission,
    body: &[u8],
    webhook_id: &str,
    certificate: &[u8],
    now: Timestamp,
) -> Result<(), Untrusted> {
    if transmission.algorithm != "SHA256withRSA" {
        return Err(Untrusted::Forged);
    }
    let certificate = CertificateDer::pem_slice_iter(certificate).next();
    let certificate = certificate.and_then(Result::ok).ok_or(Untrusted::Forged)?;
    let certificate = EndEntityCert::try_from(&certificate).map_err(|_| Untrusted::Forged)?;
    let signature = STANDARD
        .decode(&transmission.signature)
        .map_err(|_| Untrusted::Forged)?;
    let signed = format!(
        "{}|{}|{webhook_id}|{}",
        transmission.id,
        transmission.time,
        crc32fast::hash(body)
    );
    certificate
        .verify_signature(RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
        .map_err(|_| Untrusted::Forged)?;
    let made_at = chrono::DateTime::parse_from_rfc3339(&transmission.time);
    let made_at = made_at.map_err(|_| Untrusted::Forged)?.timestamp();
    let age = now.to_datetime().timestamp().saturating_sub(made_at);
    if age.unsigned_abs() > TOLERANCE_SECS.unsigned_abs() {
        return Err(Untrusted::Stale);
    }
    Ok(())
}

/// Whether a certificate may be fetched from an address: over https from PayPal where PayPal is talked to, and else
/// from the very origin of the API that is configured.
pub fn may_be_fetched(certificate: &reqwest::Url, api: &reqwest::Url) -> bool {
    let has_credentials = !certificate.username().is_empty() || certificate.password().is_some();
    if has_credentials {
        return false;
    }
    let is_paypal = |url: &reqwest::Url| {
        let host = url.host_str().unwrap_or_default();
        url.scheme() == "https" && url.port().is_none() && host.ends_with(".paypal.com")
    };
    certificate.origin() == api.origin() || (is_paypal(api) && is_paypal(certificate))
}

#[cfg(test)]
#[path = "paypal_signature/tests.rs"]
mod tests;
