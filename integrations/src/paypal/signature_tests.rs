use super::*;

pub const BODY: &[u8] = br#"{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED"}"#;

// Made by `openssl req`, `openssl x509` and `openssl dgst -sha256 -sign`, over the CRC that zlib makes of the body.
pub const AUTHORITY: &str = "-----BEGIN CERTIFICATE-----
MIIDKTCCAhGgAwIBAgIUf0CwTxRTqBZ9p2dq3pd8UdkTKWIwDQYJKoZIhvcNAQEL
BQAwGzEZMBcGA1UEAwwQUGxheWVkIEF1dGhvcml0eTAgFw0yNjExMjkyMTIzNTda
GA8yMTI2MTEwNTIxMjM1N1owGzEZMBcGA1UEAwwQUGxheWVkIEF1dGhvcml0eTCC
ASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAK0KKE0wAL6Q97H6ga71wZyw
rZ2JiNwuXoomWTTk0IMwfvc7AZm2GjHRW+uvIXHXcdhM2V4iQBQwmtIGD8+5LlFQ
nOjVXhmBiIkc6nrLeyudUj7uYf3dT5DmYjBYG7SV+n1nghl1AoEKCHynxeKyc7LL
m5HYMxSeLURNJgZzDZE8wLt4rNzJhMpanVXZJreglmo/kC2heL96R82DHbviIfi5
oq0MLtGe6QhbzQEPZOoLIPwh0aevHM3KH3V6YSXDI9XOOmPSCBmD/tHHiad5miwC
O8IH7EyIXfqX1htD+kYtKIHVIdB3XccCDQnRTuSRFjiIFN8wrLFElA4LugIRyzkC
AwEAAaNjMGEwHQYDVR0OBBYEFGqafg03uA5vqgN6zzFXV6aRSmdIMB8GA1UdIwQY
MBaAFGqafg03uA5vqgN6zzFXV6aRSmdIMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0P
AQH/BAQDAgIEMA0GCSqGSIb3DQEBCwUAA4IBAQAY3vOEYVxZnWZBtJ8r6BHtkFIu
K6McWwRG+GnI4Erz6eFSLwKKWlRKtOp6Z61I+6TdLGfd0KYGf3xlCx9G7iHv4Fh0
Wzdodoh2AF2ccYxWjyY0L/PqaOMlrYUj6VqPA5EpEB9huyOT0/7ZJuHf5u5qm49N
1+TDhk+aaBTLb0a6zYB0+pgnFOtwYeQoE6KdMJR5XqoSA8gOS8F74rRolFmwEMTJ
kdOIwVfRf58p9Wq1hT55ZNCZQ7yase5NfRiLP8XNt7P9yP0xu5g6M+XzlGeuI1JH
G2mfWSmYyz5xyzfF9tN7LVJm9hQ3cMMosa5mBzCbzHNvsbcr1fOYxuQhOPx9
-----END CERTIFICATE-----
";
/// Of `messageverificationcerts.sandbox.paypal.com`.
pub const SIGNER: &str = "-----BEGIN CERTIFICATE-----
MIIDfTCCAmWgAwIBAgIUNWj9xkRAoa3iN4uBiFgLS8NGDhYwDQYJKoZIhvcNAQEL
BQAwGzEZMBcGA1UEAwwQUGxheWVkIEF1dGhvcml0eTAgFw0yNjExMjkyMTIzNTha
GA8yMTI2MTEwNTIxMjM1OFowNjE0MDIGA1UEAwwrbWVzc2FnZXZlcmlmaWNhdGlv
bmNlcnRzLnNhbmRib3gucGF5cGFsLmNvbTCCASIwDQYJKoZIhvcNAQEBBQADggEP
ADCCAQoCggEBAK3smx3IqlG2ecp+F19uYSrl/0LtYPTZSwYNKsQm0eREfDF9NQaH
U9NJCd7bqZF0m6uy7HBeY57xmo9yoIyb6gzkImTByymqFwK9kNVM0E0/C2oD7mFP
hwDzCRPAQFkuSc1IdWl9KrKfUTMgCkvbkxQlhO7wSES0y7nnbQmjzHdvGg75BS/o
+NcHK+ufy3TUgmXlkSKCLlTLqR7H4a+98SQmfy+salBtRSKjzbBTOcyWmsarzBGc
Ah0SYxkPciMGooYzd3qKZ25wh0xezDgVNrEJgb9JYwEI685YvS/3JbCvK2oCsaz8
qp9S1zTeLFSRaA2jFjzya+RWqksJUwzPd/MCAwEAAaOBmzCBmDA2BgNVHREELzAt
gittZXNzYWdldmVyaWZpY2F0aW9uY2VydHMuc2FuZGJveC5wYXlwYWwuY29tMBMG
A1UdJQQMMAoGCCsGAQUFBwMBMAkGA1UdEwQCMAAwHQYDVR0OBBYEFNra9yFK/X/9
CeQb/aDAnONBv2v+MB8GA1UdIwQYMBaAFGqafg03uA5vqgN6zzFXV6aRSmdIMA0G
CSqGSIb3DQEBCwUAA4IBAQB3l9wrewrTEVoaJS0fXj+8WKuaxPpNsVSV9yxYfnsR
2RqOAigGuc6iqB7IZAVGKrdsfOl3WtLFNfpDQGDjwMDY8g191xtma68eQvRDzerv
QEqiQly1jkHVmvt1wDJUPshfkHgtKsp/lH9dWymyKmhu5NepILGDHebNsbq9jI4u
/tvENJBPwUQGi5l2sDN6J7DSdLXtIP5B/YAp7U1D52L91iVRR/fYfhkyKif6csOP
ZmD6nYitu779XykCmIxUQ/LaCFEsBzC9ordhNkyrhA30Luq9vwy0oE5ppagX14ek
mD89fVyZcrxddAL0V+HIabChiFOrQtxufCdUroZNrRfR
-----END CERTIFICATE-----
";
const SIGNATURE: &str = "AFT9Y3ZxEzNPbRCJ3/fucBfEDQReStuJLSPTWfh0Pz2jjuGkE7bqe4eN5mTCbFrl5c63MiUL+aB0ttUJWkwc1ExCjBzEG3bl8M+0062ibw0VD4xiHQyIT7gpKI3/oatx9PDg7WoVlGzD/8p73Abe70AAQv54frtyJ3Ez+YmMUxI09vs1ZdNYaY9O5tSLu2gJeeLz/KjJoxamnrGb5tVwBHfXznXQhn0MFs0oyeYPMA+U7W4bGOtprf9r4ymc3T33FIOWzYTESsav0uG/oZbbXqtIqmYhSAj4yENuW/IzOTu3ZUjX/fs0zsB7DXxIppBswPptbBJCmqmhQohITgXUbA==";
/// Of `signer.example`, by the same authority.
const OTHER: &str = "-----BEGIN CERTIFICATE-----
MIIDQTCCAimgAwIBAgIUNWj9xkRAoa3iN4uBiFgLS8NGDhcwDQYJKoZIhvcNAQEL
BQAwGzEZMBcGA1UEAwwQUGxheWVkIEF1dGhvcml0eTAgFw0yNjExMjkyMTIzNTha
GA8yMTI2MTEwNTIxMjM1OFowGTEXMBUGA1UEAwwOc2lnbmVyLmV4YW1wbGUwggEi
MA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCr4wIt0tRd9rJKuUB30rpt3vz8
N68BG1NOx0+CMeACY8H8HmJdjryDTtRDJZJg8gr7uT9K+Xq4e71kcjMGDw6nJS2d
5ALX75j9KYKPu9q8/a6M6cTVMiGeWFN0AQkaqoyn67bsd8aagIn0jxJGVS1L/1XE
4KTLv868R12MAO8vwuYUHl9AKb8yvrXLvqJT+wWsVIecGIc3nOHPSmIB3CMzH8fN
w3uY8UYPUT8tQ0TMpoZgt7wz51B60gvIMq0TCHsYLrc5l5zPzTk5jnun8P8bWOQ2
WX4/zILL9F8d8vKNew89o385F7X1EIHKthkk90FF2PsCoPGyqebwPrAOqrl9AgMB
AAGjfTB7MBkGA1UdEQQSMBCCDnNpZ25lci5leGFtcGxlMBMGA1UdJQQMMAoGCCsG
AQUFBwMBMAkGA1UdEwQCMAAwHQYDVR0OBBYEFM7xrY41l9pl9I315sCBNOHhVp1J
MB8GA1UdIwQYMBaAFGqafg03uA5vqgN6zzFXV6aRSmdIMA0GCSqGSIb3DQEBCwUA
A4IBAQCcMdIrRLPO1ImjinVZ7Nmc2w2b4c5U74PAUHffQ5o72arLLmXvy7jFRLdy
8+XexEvjYDhnQ+3Ma9rpZsIZKQsT5XHHThr/97PRx8lsdq9e9pjZ8mrhOZzlh+vl
HcjknUbf4yqr4pWg4VUDS4PcW82gSXJWiRQ7X4fyTkCr0ztc0jgqFj9mGpYHLbta
wns1CaC+UY1MnCqJxIImZZq0LvMLsSMC1gXkNVmIYj7gZ4exhFAL4iuuNBOykmme
wU1Ro9tPMOzzOxR4ZOmRBbJIMWcbHrY1e7CkNEqEvst6g6EaQfNMPzrj30PxIUiD
axmTrEVxNhF8jRDVL/r/yk4wAZ0w
-----END CERTIFICATE-----
";
const OTHER_SIGNATURE: &str = "O6kQ9NGSAjCVDMo8vhc52JY6msOz0c44NwiBNZPWTCHHHfKxN50nbsdYSjTyl8BnrgUWd69ulaebZqWETerNy4xONxYCvpYT7MRMOVgI/epkjxr2AvgBLc5yQu+77MfAWJ5upjk2aNMY+iRkfS3JofUMuPDYwmtNc+jku1LuMzZjZ9/6WMdv8Z9xo3vEKxoserCYwYst5iz9xxIjIIs8IgodpZedem3yW+2Px+mePLyqBqtevQSab9OPlok841EcumhEGORH+N7M7CZvpx7G0qE5RH8+apUKu3e/HgGESXQEaHWKlcf/KZyhCMVrHuAeCBjucvwJAxTMWwRiASyG0Q==";

pub fn transmission() -> Transmission {
    Transmission {
        id: "4d1e".to_owned(),
        time: "2026-12-01T10:00:00Z".to_owned(),
        signature: SIGNATURE.to_owned(),
        certificate_url: String::new(),
        algorithm: "SHA256withRSA".to_owned(),
    }
}

pub fn now(text: &str) -> Timestamp {
    let now = chrono::DateTime::parse_from_rfc3339(text).unwrap();
    now.to_utc().into()
}

fn issuers(api: &str) -> Issuers {
    Issuers::of(&api.parse().unwrap())
}

const PLAYED: &str = "http://127.0.0.1:8090/paypal";

fn check_chain(
    transmission: &Transmission,
    body: &[u8],
    chain: &str,
    at: &str,
) -> Result<Signature, Untrusted> {
    let issuers = issuers(PLAYED);
    verify(
        transmission,
        body,
        "WH-TEST",
        chain.as_bytes(),
        &issuers,
        now(at),
    )
}

fn check(transmission: &Transmission, body: &[u8], at: &str) -> Result<Signature, Untrusted> {
    check_chain(transmission, body, &format!("{SIGNER}{AUTHORITY}"), at)
}

pub const AT: &str = "2026-12-01T10:00:05Z";

#[test]
fn a_signature_made_by_another_program_holds_for_four_days() {
    assert_eq!(check(&transmission(), BODY, AT), Ok(Signature::Holds));
    let later = check(&transmission(), BODY, "2026-12-04T10:00:05Z");
    assert_eq!(later, Ok(Signature::Holds));
    let late = check(&transmission(), BODY, "2026-12-05T10:00:05Z");
    assert_eq!(late, Err(Untrusted::Stale));
}

#[test]
fn a_signature_of_anything_else_is_forged() {
    let forged = Err(Untrusted::Forged);
    assert_eq!(check(&transmission(), br#"{"id":"WH-2"}"#, AT), forged);
    let changes: [fn(&mut Transmission); 5] = [
        |it| it.id = "5d1e".to_owned(),
        |it| it.time = "2026-12-01T10:00:01Z".to_owned(),
        |it| it.signature = it.signature.replace('A', "B"),
        |it| it.signature = "not base64!".to_owned(),
        |it| it.algorithm = "none".to_owned(),
    ];
    for change in changes {
        let mut changed = transmission();
        change(&mut changed);
        assert_eq!(check(&changed, BODY, AT), forged, "{changed:?}");
    }
    let chain = format!("{SIGNER}{AUTHORITY}");
    let (issuers, at) = (issuers(PLAYED), now(AT));
    let other = verify(
        &transmission(),
        BODY,
        "WH-OTHER",
        chain.as_bytes(),
        &issuers,
        at,
    );
    assert_eq!(other, forged);
    assert_eq!(check_chain(&transmission(), BODY, "none", AT), forged);
}

#[test]
fn a_certificate_of_anybody_else_signs_nothing() {
    let theirs = Transmission {
        signature: OTHER_SIGNATURE.to_owned(),
        ..transmission()
    };
    let chain = format!("{OTHER}{AUTHORITY}");
    let of_another_name = check_chain(&theirs, BODY, &chain, AT);
    assert_eq!(of_another_name, Err(Untrusted::Forged));
    // Made out to PayPal, and by somebody whom nobody knows.
    let of_nobody = check_chain(&transmission(), BODY, SIGNER, AT);
    assert_eq!(of_nobody, Ok(Signature::OfUnknownIssuer));
    let chain = format!("{SIGNER}{AUTHORITY}");
    let real = issuers("https://api-m.sandbox.paypal.com");
    let played = verify(
        &transmission(),
        BODY,
        "WH-TEST",
        chain.as_bytes(),
        &real,
        now(AT),
    );
    assert_eq!(
        played,
        Ok(Signature::OfUnknownIssuer),
        "PayPal's are of public authorities"
    );
    let live = issuers("https://api-m.paypal.com");
    let sandbox = verify(
        &transmission(),
        BODY,
        "WH-TEST",
        chain.as_bytes(),
        &live,
        now(AT),
    );
    assert_eq!(
        sandbox,
        Err(Untrusted::Forged),
        "the sandbox does not sign for the real one"
    );
}

#[test]
fn a_certificate_is_fetched_from_paypal_alone() {
    let of = |certificate: &str, api: &str| {
        may_be_fetched(&certificate.parse().unwrap(), &api.parse().unwrap())
    };
    let (live, sandbox) = (
        "https://api-m.paypal.com",
        "https://api-m.sandbox.paypal.com",
    );
    let certificate = "/v1/notifications/certs/CERT-1";
    for (host, api) in [
        ("https://api.paypal.com", live),
        ("https://api-m.paypal.com", live),
        ("https://api.sandbox.paypal.com", sandbox),
        ("http://127.0.0.1:8090/paypal", PLAYED),
    ] {
        assert!(of(&format!("{host}{certificate}"), api), "{host}");
    }
    for foreign in [
        "http://api.paypal.com",
        "https://api.sandbox.paypal.com",
        "https://www.paypal.com",
        "https://api.paypal.com.evil.example",
        "https://evilpaypal.com",
        "https://api.paypal.com@evil.example",
        "https://user@api.paypal.com",
        "https://api.paypal.com:8443",
        "http://127.0.0.1:8090",
        "http://169.254.169.254",
    ] {
        assert!(!of(&format!("{foreign}{certificate}"), live), "{foreign}");
    }
    for foreign in [
        "http://127.0.0.1:8091/paypal",
        "https://api.paypal.com",
        "http://localhost:8090/paypal",
        "http://127.0.0.1:8090/stripe",
    ] {
        assert!(!of(&format!("{foreign}{certificate}"), PLAYED), "{foreign}");
    }
    for elsewhere in [
        "https://api.paypal.com/v1/notifications/webhooks",
        "https://api.paypal.com/v1/notifications/certs/../webhooks",
        "https://api.paypal.com/invoices/v1/notifications/certs/1",
    ] {
        assert!(!of(elsewhere, live), "{elsewhere}");
    }
}
