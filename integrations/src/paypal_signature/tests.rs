use super::*;

const BODY: &[u8] = br#"{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED"}"#;

// Made by `openssl req -x509` and `openssl dgst -sha256 -sign`, over the CRC that zlib makes of the body.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIDFTCCAf2gAwIBAgIULmBiow2TssnOpHLMQv0a8hZxgPowDQYJKoZIhvcNAQEL
BQAwGTEXMBUGA1UEAwwOc2lnbmVyLmV4YW1wbGUwIBcNMjYxMTI5MTgwNTA5WhgP
MjEyNjExMDUxODA1MDlaMBkxFzAVBgNVBAMMDnNpZ25lci5leGFtcGxlMIIBIjAN
BgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvJM/1FWjVLP6C2vjuHbpmgbqB+/Z
uznTaUXRFEZu+voT4AXC7JZzFQOZyp625aWqgQqJAnHuhC76lrEGDxNsyEAhJxJO
QgmSyYBy+ElMtaVPNKD8w/249bHqocNsXKYw1U4n7V+cNJwlBETDI82shdtofmTd
rhL4Rq/CudiJTRg9mRjdVcGJcucJOXmnqu1INVWH4kiuT2PLH+UdUui/oRAoTMUM
rURLrjRtPRc9E9WTMByV1YZlKXk7Gk4Q83SSLjvUaRI9zGr1HhcyeNKodGwVIDYD
ebxboOauVtLl4h13/4eezE72sCzF+rSLxpwq3HvTjLluVMTlLG+GoHrQRQIDAQAB
o1MwUTAdBgNVHQ4EFgQUDhdvQVCy/b/IZQsERhwlLqvEDpIwHwYDVR0jBBgwFoAU
DhdvQVCy/b/IZQsERhwlLqvEDpIwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0B
AQsFAAOCAQEAPfHYAm/UReLa69gqsZGFZq4cM/tOmDd+YXJ6OrrzknudcmOtosbC
0L8ygBe7E9uwuOKq4UQBBmTv6a2eLb01qTuziHXpxdhMj7xiXeuvNox4R3gGaPLg
j0A4J6TQpNqyIeqRNQFHuReElRPFW7WyRMIud9rmjiSay9tWExSB+lrhRHUl4Yyk
nCY/DwSOsMq6FfCKbwMnRqDQHlBf7LC7IQUG0Ld78wEYoHNP62LwpWknNXcZsAp3
1uqxCjRXPtQfhJOBJRTUpRD7PVBxMyp7zKjleEYGH8CaUPi7B+T8cOdBS2uGVVZx
VaM6iBeETjq9cb75kLyNtW2tXFmsQsEMpw==
-----END CERTIFICATE-----
";
const SIGNATURE: &str = "i+aRf6ae6PdmfOrYep0RWKC/XfxSYahcsHmAZD+CaP+LuEHfo1dOjQYdK9amFF3Xkam2UJBrSLjulE2k5e88GYLC5TKl7+J7UVMt4g3SX0TK5UqGgVkDESTINQbhatXu3eKC4gf/uP2vkDRt49f6P5peIDiZRg2GehlfOt2BetNpPDmxtSdQwFRHKzdiOO04b7eR0IzXsBcNL4vNzPTosOgvL2XRoCugQpX1MIKFe+k67j2IYfAqKL924RrfiSVkeT/zJofKvOiQuI6j4Tp5YZHlkutN4F3jWFWPAvtehE1WChef3HUPryWwQdjiDuT4UnIETHQZrO3H6w2kdUebLg==";

fn transmission() -> Transmission {
    Transmission {
        id: "4d1e".to_owned(),
        time: "2026-11-29T10:00:00Z".to_owned(),
        signature: SIGNATURE.to_owned(),
        certificate_url: String::new(),
        algorithm: "SHA256withRSA".to_owned(),
    }
}

fn now(text: &str) -> Timestamp {
    let now = chrono::DateTime::parse_from_rfc3339(text).unwrap();
    now.to_utc().into()
}

fn check(transmission: &Transmission, body: &[u8], at: &str) -> Result<(), Untrusted> {
    verify(
        transmission,
        body,
        "WH-TEST",
        CERTIFICATE.as_bytes(),
        now(at),
    )
}

#[test]
fn a_signature_made_by_another_program_holds_for_four_days() {
    assert_eq!(check(&transmission(), BODY, "2026-11-29T10:00:05Z"), Ok(()));
    assert_eq!(check(&transmission(), BODY, "2026-12-02T10:00:05Z"), Ok(()));
    let late = check(&transmission(), BODY, "2026-12-03T10:00:05Z");
    assert_eq!(late, Err(Untrusted::Stale));
}

#[test]
fn a_signature_of_anything_else_is_forged() {
    let (forged, at) = (Err(Untrusted::Forged), "2026-11-29T10:00:05Z");
    assert_eq!(check(&transmission(), br#"{"id":"WH-2"}"#, at), forged);
    let changes: [fn(&mut Transmission); 5] = [
        |it| it.id = "5d1e".to_owned(),
        |it| it.time = "2026-11-29T10:00:01Z".to_owned(),
        |it| it.signature = it.signature.replace('A', "B"),
        |it| it.signature = "not base64!".to_owned(),
        |it| it.algorithm = "none".to_owned(),
    ];
    for change in changes {
        let mut changed = transmission();
        change(&mut changed);
        assert_eq!(check(&changed, BODY, at), forged, "{changed:?}");
    }
    let certificate = CERTIFICATE.as_bytes();
    let other = verify(&transmission(), BODY, "WH-OTHER", certificate, now(at));
    assert_eq!(other, forged);
    let no_certificate = verify(&transmission(), BODY, "WH-TEST", b"none", now(at));
    assert_eq!(no_certificate, forged);
}

#[test]
fn a_certificate_is_fetched_from_paypal_alone() {
    let of = |certificate: &str, api: &str| {
        may_be_fetched(&certificate.parse().unwrap(), &api.parse().unwrap())
    };
    let live = "https://api-m.paypal.com";
    assert!(of(
        "https://api.paypal.com/v1/notifications/certs/CERT-1",
        live
    ));
    assert!(of(
        "https://api.sandbox.paypal.com/certs/1",
        "https://api-m.sandbox.paypal.com"
    ));
    let played = "http://127.0.0.1:8090/paypal";
    assert!(of("http://127.0.0.1:8090/paypal/certs/1", played));
    for foreign in [
        "http://api.paypal.com/certs/1",
        "https://api.paypal.com.evil.example/certs/1",
        "https://evilpaypal.com/certs/1",
        "https://api.paypal.com@evil.example/certs/1",
        "https://user@api.paypal.com/certs/1",
        "https://api.paypal.com:8443/certs/1",
        "http://127.0.0.1:8090/certs/1",
        "http://169.254.169.254/latest",
    ] {
        assert!(!of(foreign, live), "{foreign}");
    }
    for foreign in [
        "http://127.0.0.1:8091/certs/1",
        "https://api.paypal.com/certs/1",
        "http://localhost:8090/certs/1",
    ] {
        assert!(!of(foreign, played), "{foreign}");
    }
}
