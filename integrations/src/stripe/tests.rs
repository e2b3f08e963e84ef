use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::amounts::money_of;
use super::*;
use crate::{About, Capture, DisputeStanding, Disputed};

fn money(minor: i64, code: &str) -> Money {
    let currency = code.parse().unwrap();
    Money { minor, currency }
}

fn stripe(api_url: &str) -> Stripe {
    Stripe::new(Settings {
        secret_key: "sk_test_1".to_owned(),
        publishable_key: "pk_test_1".to_owned(),
        webhook_secret: "whsec_test".to_owned(),
        api_url: api_url.to_owned(),
        script_url: "https://js.stripe.com/v3/".to_owned(),
    })
    .unwrap()
}

/// Answers one request with a status and a body; gives the request as it came.
async fn heard(status: &str, body: &str, ask: impl AsyncFnOnce(Stripe)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/played", listener.local_addr().unwrap());
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let server = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        loop {
            let mut piece = [0; 4096];
            let read = socket.read(&mut piece).await.unwrap();
            request.extend_from_slice(&piece[..read]);
            let text = String::from_utf8_lossy(&request);
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                break;
            }
        }
        socket.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(request).unwrap()
    };
    let (request, ()) = tokio::join!(server, ask(stripe(&url)));
    request
}

const DECLINED: &str =
    r#"{"error": {"type": "card_error", "code": "card_declined", "message": "No."}}"#;

#[tokio::test]
async fn an_intent_is_opened_under_the_payments_own_key_with_whatever_ways_to_pay_there_are() {
    let payment = PaymentId(Uuid::from_u128(7));
    let request = heard("402 Payment Required", DECLINED, async |stripe| {
        let opened = stripe.open(
            payment,
            money(8_000, "EUR"),
            "Order 1",
            Patience::OF_A_BUYER,
        );
        let refused = opened.await.unwrap_err();
        let expected = Failure::Refused {
            status: 402,
            code: "card_declined".to_owned(),
            message: "No.".to_owned(),
        };
        assert_eq!(refused, expected);
    });
    let request = request.await;
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("POST /played/v1/payment_intents HTTP/1.1"),
        "{head}"
    );
    assert!(head.contains("authorization: Bearer sk_test_1"), "{head}");
    assert!(
        head.contains(&format!("idempotency-key: open-{payment}")),
        "{head}"
    );
    for part in [
        "amount=8000".to_owned(),
        "currency=eur".to_owned(),
        "automatic_payment_methods[enabled]=true".to_owned(),
        format!("metadata[payment]={payment}"),
    ] {
        let encoded = part.replace('[', "%5B").replace(']', "%5D");
        assert!(
            body.contains(&part) || body.contains(&encoded),
            "{part} in {body}"
        );
    }
}

#[tokio::test]
async fn a_part_is_refunded_under_the_refunds_own_key() {
    let refund = Uuid::from_u128(9);
    let request = heard("400 Bad Request", DECLINED, async |stripe| {
        let sent = stripe.refund(refund, "pi_1", money(1_250, "EUR"), Patience::OF_A_BUYER);
        assert!(sent.await.is_err());
    });
    let request = request.await;
    assert!(
        request.starts_with("POST /played/v1/refunds HTTP/1.1"),
        "{request}"
    );
    assert!(
        request.contains(&format!("idempotency-key: refund-{refund}")),
        "{request}"
    );
    assert!(
        request.contains("amount=1250") && request.contains("payment_intent=pi_1"),
        "{request}"
    );
}

#[tokio::test]
async fn an_intent_that_the_account_does_not_have_is_as_good_as_withdrawn() {
    let missing = r#"{"error": {"type": "invalid_request_error", "code": "resource_missing", "message": ""}}"#;
    heard("404 Not Found", missing, async |stripe| {
        let asked = stripe.ask("pi_1", Patience::OF_A_BUYER).await;
        assert_eq!(asked, Ok(Standing::Cancelled));
    })
    .await;
    heard("404 Not Found", missing, async |stripe| {
        let withdrawn = stripe.withdraw("pi_1", Patience::OF_A_BUYER).await;
        assert_eq!(withdrawn, Ok(Withdrawal::Withdrawn));
    })
    .await;
    // A proxy's page, or an address that is no API.
    heard("404 Not Found", "<html>", async |stripe| {
        let withdrawn = stripe.withdraw("pi_1", Patience::OF_A_BUYER).await;
        assert!(withdrawn.is_err(), "{withdrawn:?}");
    })
    .await;
}

#[test]
fn trouble_of_theirs_is_asked_again_and_a_refusal_is_not() {
    for status in [409, 429, 500, 503] {
        let failure = failure_of(status, b"<html>");
        assert!(matches!(failure, Failure::Unanswered(_)), "{failure:?}");
    }
    let reused = br#"{"error": {"type": "idempotency_error", "message": "other parameters"}}"#;
    for (status, body) in [(409, &reused[..]), (400, DECLINED.as_bytes()), (404, b"")] {
        let failure = failure_of(status, body);
        assert!(matches!(failure, Failure::Refused { .. }), "{failure:?}");
    }
}

#[test]
fn amounts_are_in_the_minor_units_that_stripe_gives_each_currency() {
    let cases = [
        (money(8_000, "EUR"), Some(8_000)),
        (money(8_000, "JPY"), Some(8_000)),
        (money(8_000, "ISK"), Some(800_000)),
        (money(1_230, "KWD"), Some(1_230)),
        (money(1_234, "KWD"), None),
        (money(500, "MGA"), Some(5)),
        (money(550, "MGA"), None),
        (money(0, "EUR"), None),
        (money(-1, "EUR"), None),
    ];
    for (amount, expected) in cases {
        assert_eq!(stripe_amount(amount).ok(), expected, "{amount:?}");
        let is_of_units = amount.minor % Stripe::refund_unit(amount.currency) == 0;
        assert_eq!(is_of_units && amount.minor > 0, expected.is_some());
        if let Some(minor) = expected {
            let code = amount.currency.code().to_ascii_lowercase();
            assert_eq!(money_of(minor, &code), Ok(amount));
        }
    }
}

fn event(kind: &str, object: serde_json::Value) -> Vec<u8> {
    let event =
        json!({ "id": "evt_1", "type": kind, "livemode": false, "data": { "object": object } });
    event.to_string().into_bytes()
}

fn intent(status: &str) -> serde_json::Value {
    json!({
        "id": "pi_1", "object": "payment_intent", "status": status, "amount_received": 8000,
        "currency": "eur", "latest_charge": "ch_1",
        "metadata": { "payment": Uuid::from_u128(7).to_string() }
    })
}

#[test]
fn an_intents_webhook_says_where_the_attempt_stands() {
    let mut declined = intent("requires_payment_method");
    declined["last_payment_error"] =
        json!({ "code": "card_declined", "decline_code": "do_not_honor" });
    let captured = Standing::Captured(Capture {
        reference: "ch_1".to_owned(),
        amount: money(8_000, "EUR"),
    });
    for (kind, object, expected) in [
        ("payment_intent.succeeded", intent("succeeded"), captured),
        (
            "payment_intent.canceled",
            intent("canceled"),
            Standing::Cancelled,
        ),
        (
            "payment_intent.payment_failed",
            declined,
            Standing::Declined("do_not_honor".to_owned()),
        ),
    ] {
        let notice = Stripe::read_stored(&event(kind, object)).unwrap();
        let about = About::Attempt {
            reference: Some("pi_1".to_owned()),
            payment: Some(PaymentId(Uuid::from_u128(7))),
            standing: expected,
        };
        assert_eq!(notice.about, about, "{kind}");
    }
    let other = Stripe::read_stored(&event("customer.created", json!({}))).unwrap();
    assert_eq!(other.about, About::Nothing);
    let broken = Stripe::read_stored(&event("payment_intent.succeeded", json!({ "id": 7 })));
    assert_eq!(broken, Err(Untrusted::Unreadable));
}

fn signed(body: &[u8], now: Timestamp) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let seconds = now.to_datetime().timestamp();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"whsec_test").unwrap();
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    let hex: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("t={seconds},v1={hex}")
}

#[test]
fn a_webhook_of_another_mode_or_account_is_refused() {
    let now = chrono::DateTime::from_timestamp(1_700_000_000, 0)
        .unwrap()
        .into();
    let stripe = stripe("http://127.0.0.1:9");
    let read = |event: serde_json::Value| {
        let body = event.to_string().into_bytes();
        stripe
            .read_webhook(&signed(&body, now), &body, now)
            .map(|notice| notice.event_id)
    };
    let good = json!({ "id": "evt_1", "type": "x", "livemode": false, "data": { "object": {} } });
    assert_eq!(read(good.clone()), Ok("evt_1".to_owned()));
    let mut live = good.clone();
    live["livemode"] = json!(true);
    assert_eq!(read(live), Err(Untrusted::Foreign));
    let mut connected = good;
    connected["account"] = json!("acct_2");
    assert_eq!(read(connected), Err(Untrusted::Foreign));
}

#[test]
fn a_dispute_names_the_intent_and_ends_as_the_bank_decides() {
    for (status, standing) in [
        ("needs_response", DisputeStanding::Open),
        ("under_review", DisputeStanding::Open),
        ("won", DisputeStanding::Won),
        ("lost", DisputeStanding::Lost),
    ] {
        let event = json!({ "id": "evt_1", "type": "charge.dispute.closed", "data": { "object": {
            "id": "du_1", "payment_intent": "pi_1", "reason": "fraudulent", "status": status,
            "amount": 8_000, "currency": "eur",
        }}});
        let notice = Stripe::read_stored(event.to_string().as_bytes()).unwrap();
        let expected = About::Dispute {
            reference: "du_1".to_owned(),
            of: Disputed::Attempt("pi_1".to_owned()),
            amount: money(8_000, "EUR"),
            reason: "fraudulent".to_owned(),
            standing,
        };
        assert_eq!(notice.about, expected, "{status}");
    }
}
