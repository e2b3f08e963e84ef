//! PayPal's webhook signatures: RSA with SHA-256 over `<transmission id>|<time>|<webhook id>|<crc32 of the body>`,
//! under the key of a certificate whose address the delivery names.
//! <https://developer.paypal.com/api/rest/webhooks/rest/#link-selfverificationmethod>
//!
//! Whoever sends a delivery writes that address, so a certificate is fetched only from where PayPal keeps them: anything
//! else would let everybody sign for PayPal, and let them have us call any address they like. It must be made out to
//! PayPal's webhooks, too, and by an authority that is known.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use webpki::ring::RSA_PKCS1_2048_8192_SHA256;
use webpki::{EndEntityCert, KeyUsage};

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

/// Who may have made PayPal's certificates, and for which name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issuers {
    name: &'static str,
    /// PayPal's are made by public authorities. What plays PayPal is its own: the last of its chain.
    are_public: bool,
}

/// What is known of a signature that was made with the certificate's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    Holds,
    /// The certificate is of an authority that is not known here.
    OfUnknownIssuer,
}

const LIVE_NAME: &str = "messageverificationcerts.paypal.com";
const SANDBOX_NAME: &str = "messageverificationcerts.sandbox.paypal.com";
/// Where certificates are, below the API.
const CERTIFICATES_PATH: &str = "/v1/notifications/certs/";

impl Issuers {
    /// Those of an API.
    pub fn of(api: &reqwest::Url) -> Self {
        let is_live = api.host_str() == Some("api-m.paypal.com");
        Self {
            name: if is_live { LIVE_NAME } else { SANDBOX_NAME },
            are_public: paypal_domain(api).is_some(),
        }
    }
}

/// Whether a delivery is signed by the key of a certificate (a chain in PEM, the signer's first) that is PayPal's.
///
/// # Errors
/// It is not, or it was too long ago.
pub fn verify(
    transmission: &Transmission,
    body: &[u8],
    webhook_id: &str,
    chain: &[u8],
    issuers: &Issuers,
    now: Timestamp,
) -> Result<Signature, Untrusted> {
    if transmission.algorithm != "SHA256withRSA" {
        return Err(Untrusted::Forged);
    }
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
    let chain = chain.map_err(|_| Untrusted::Forged)?;
    let (signer, issuing) = chain.split_first().ok_or(Untrusted::Forged)?;
    let signer = EndEntityCert::try_from(signer).map_err(|_| Untrusted::Forged)?;
    check_signature(&signer, transmission, body, webhook_id)?;
    check_age(transmission, now)?;
    check_issuer(&signer, issuing, issuers, now)
}

fn check_signature(
    signer: &EndEntityCert<'_>,
    transmission: &Transmission,
    body: &[u8],
    webhook_id: &str,
) -> Result<(), Untrusted> {
    let signature = STANDARD
        .decode(&transmission.signature)
        .map_err(|_| Untrusted::Forged)?;
    let signed = format!(
        "{}|{}|{webhook_id}|{}",
        transmission.id,
        transmission.time,
        crc32fast::hash(body)
    );
    signer
        .verify_signature(RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
        .map_err(|_| Untrusted::Forged)
}

fn check_age(transmission: &Transmission, now: Timestamp) -> Result<(), Untrusted> {
    let made_at = chrono::DateTime::parse_from_rfc3339(&transmission.time);
    let made_at = made_at.map_err(|_| Untrusted::Forged)?.timestamp();
    let age = now.to_datetime().timestamp().saturating_sub(made_at);
    match age.unsigned_abs() > TOLERANCE_SECS.unsigned_abs() {
        true => Err(Untrusted::Stale),
        false => Ok(()),
    }
}

/// The name first: a certificate of anything else is nobody's question.
fn check_issuer(
    signer: &EndEntityCert<'_>,
    issuing: &[CertificateDer<'_>],
    issuers: &Issuers,
    now: Timestamp,
) -> Result<Signature, Untrusted> {
    let name = ServerName::try_from(issuers.name).expect("a constant that is a host's name");
    signer
        .verify_is_valid_for_subject_name(&name)
        .map_err(|_| Untrusted::Forged)?;
    let own: Vec<TrustAnchor<'_>> = issuing
        .last()
        .and_then(|last| webpki::anchor_from_trusted_cert(last).ok())
        .into_iter()
        .collect();
    let anchors = match issuers.are_public {
        true => webpki_roots::TLS_SERVER_ROOTS,
        false => own.as_slice(),
    };
    let secs = u64::try_from(now.to_datetime().timestamp()).map_err(|_| Untrusted::Stale)?;
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(secs));
    let (algorithms, usage) = (webpki::ALL_VERIFICATION_ALGS, KeyUsage::server_auth());
    match signer.verify_for_usage(algorithms, anchors, issuing, time, usage, None, None) {
        Ok(_) => Ok(Signature::Holds),
        Err(webpki::Error::UnknownIssuer) => Ok(Signature::OfUnknownIssuer),
        Err(_) => Err(Untrusted::Forged),
    }
}

/// Whether a certificate may be fetched from an address: from the very origin of the API that is configured, or over
/// https from `api.` where PayPal's API is `api-m.`, and there from among certificates alone.
pub fn may_be_fetched(certificate: &reqwest::Url, api: &reqwest::Url) -> bool {
    let has_credentials = !certificate.username().is_empty() || certificate.password().is_some();
    let below = certificate.path();
    let is_beside_api = certificate.origin() == api.origin()
        && below.starts_with(&format!(
            "{}{CERTIFICATES_PATH}",
            api.path().trim_end_matches('/')
        ));
    let is_theirs = paypal_domain(api).is_some_and(|domain| {
        certificate.origin().ascii_serialization() == format!("https://api.{domain}")
            && below.starts_with(CERTIFICATES_PATH)
    });
    !has_credentials && (is_beside_api || is_theirs)
}

/// `paypal.com` or `sandbox.paypal.com` where an API is PayPal's own.
fn paypal_domain(api: &reqwest::Url) -> Option<&'static str> {
    ["paypal.com", "sandbox.paypal.com"]
        .into_iter()
        .find(|domain| api.origin().ascii_serialization() == format!("https://api-m.{domain}"))
}

#[cfg(test)]
#[path = "signature_tests.rs"]
pub(super) mod tests;
