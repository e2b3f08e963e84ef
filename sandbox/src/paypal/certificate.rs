//! How webhooks are signed: SHA-256 with RSA under a certificate, which is made anew at each start and found at its address
//! with the one that signed it, leaf first. A verifier knows that address: it is on the same host as the API.
//!
//! The signature covers `transmission id|transmission time|webhook id|CRC-32 of the body in decimal`.

use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
};
use ring::rand::SystemRandom;
use ring::signature::{self, RsaKeyPair};
use rsa::pkcs8::EncodePrivateKey as _;

use super::account::time;
use crate::deliveries::Sign;

const KEY_BITS: usize = 2048;
/// The host that PayPal's certificates are made out to.
const HOST: &str = "messageverificationcerts.sandbox.paypal.com";

/// The certificate, made when it is first needed: a key takes a moment to find.
pub struct Certificate {
    /// The certificate's own name, in its address.
    pub id: String,
    url: String,
    made: OnceLock<Made>,
}

struct Made {
    key: RsaKeyPair,
    chain: String,
}

/// What a webhook's headers say of its signature.
pub struct Transmission<'a> {
    pub id: &'a str,
    pub time: &'a str,
    pub webhook_id: &'a str,
}

impl Transmission<'_> {
    fn message(&self, body: &[u8]) -> String {
        let checksum = crc32fast::hash(body);
        format!("{}|{}|{}|{checksum}", self.id, self.time, self.webhook_id)
    }
}

impl Certificate {
    /// One whose address is under this of the API.
    pub fn new(base_url: &str) -> Self {
        let id = format!("CERT-{}", crate::ids::capitals().to_ascii_lowercase());
        Self {
            url: format!("{base_url}/v1/notifications/certs/{id}"),
            id,
            made: OnceLock::new(),
        }
    }

    /// Makes it meanwhile, so that the first webhook does not wait for it.
    pub fn make_early(self: &Arc<Self>) {
        let certificate = self.clone();
        std::thread::spawn(move || {
            certificate.made();
        });
    }

    /// The certificate and its issuer's, as PEM.
    pub fn chain(&self) -> &str {
        &self.made().chain
    }

    /// Signs webhooks with this id.
    pub fn signing(self: Arc<Self>, webhook_id: &str) -> Sign {
        let webhook_id = webhook_id.to_owned();
        Box::new(move |body, at| self.headers(&webhook_id, body, at))
    }

    /// Whether this signature was made here, over this body.
    pub fn verifies(&self, transmission: &Transmission<'_>, body: &[u8], signature: &str) -> bool {
        let Ok(signature) = BASE64_STANDARD.decode(signature) else {
            return false;
        };
        let public = self.made().key.public();
        let key = signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, public);
        key.verify(transmission.message(body).as_bytes(), &signature)
            .is_ok()
    }

    fn headers(
        &self,
        webhook_id: &str,
        body: &[u8],
        at: DateTime<Utc>,
    ) -> Vec<(&'static str, String)> {
        let (id, time) = (uuid(), time(at));
        let transmission = Transmission {
            id: &id,
            time: &time,
            webhook_id,
        };
        let message = transmission.message(body);
        let key = &self.made().key;
        let mut signature = vec![0; key.public().modulus_len()];
        key.sign(
            &signature::RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            message.as_bytes(),
            &mut signature,
        )
        .expect("the buffer is as long as the key");
        vec![
            ("paypal-auth-algo", "SHA256withRSA".to_owned()),
            ("paypal-auth-version", "v2".to_owned()),
            ("paypal-cert-url", self.url.clone()),
            ("paypal-transmission-id", id),
            ("paypal-transmission-time", time),
            ("paypal-transmission-sig", BASE64_STANDARD.encode(signature)),
        ]
    }

    fn made(&self) -> &Made {
        self.made
            .get_or_init(|| make().expect("a certificate can be made of what is given here"))
    }
}

fn make() -> Result<Made, Box<dyn std::error::Error>> {
    let found = rsa::PrivateKey::new(&mut rand::rng(), KEY_BITS)?.to_pkcs8_der()?;
    let key = RsaKeyPair::from_pkcs8(found.as_bytes()).map_err(|fault| fault.to_string())?;
    let leaf_key = KeyPair::try_from(found.as_bytes())?;
    let mut authority = CertificateParams::default();
    authority.distinguished_name = named("Sandbox Authority (played)");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let mut leaf = CertificateParams::new(vec![HOST.to_owned()])?;
    leaf.distinguished_name = named(HOST);
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let leaf = leaf.signed_by(&leaf_key, &authority)?;
    Ok(Made {
        key,
        chain: leaf.pem() + &authority.pem(),
    })
}

fn named(name: &str) -> DistinguishedName {
    let mut named = DistinguishedName::new();
    named.push(DnType::CommonName, name);
    named
}

/// A random identifier in the form of a UUID.
fn uuid() -> String {
    let id: u128 = rand::random();
    let hex = format!("{id:032x}");
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}
