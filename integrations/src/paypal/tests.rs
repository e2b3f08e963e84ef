use serde_json::Value;

use super::amounts::minor_of;
use super::connection::failure_of;
use super::*;
use crate::{About, Capture, DisputeStanding, Disputed};

fn money(minor: i64, code: &str) -> Money {
    let currency = code.parse().unwrap();
    Money { minor, currency }
}

#[test]
fn amounts_are_written_as_paypal_takes_each_currency() {
    let cases = [
        (money(8_000, "EUR"), Some("80.00")),
        (money(5, "USD"), Some("0.05")),
        (money(4_500, "JPY"), Some("4500")),
        (money(450_000, "HUF"), Some("4500")),
        (money(450_050, "HUF"), None),
        (money(1_000, "KWD"), None),
        (money(-1, "EUR"), None),
    ];
    for (amount, expected) in cases {
        assert_eq!(paypal_value(amount).ok().as_deref(), expected, "{amount:?}");
        let is_of_units = amount.minor % Paypal::refund_unit(amount.currency) == 0;
        assert!(is_of_units || expected.is_none(), "{amount:?}");
    }
}

#[test]
fn amounts_are_read_to_the_last_cent_and_never_rounded() {
    let cases = [
        ("80.00", 2, Some(8_000)),
        ("80", 2, Some(8_000)),
        ("80.5", 2, Some(8_050)),
        ("80.005", 2, None),
        ("80.000", 2, Some(8_000)),
        ("4500", 0, Some(4_500)),
        ("4500.00", 0, Some(4_500)),
        ("-1.00", 2, None),
        ("1e3", 2, None),
        ("", 2, None),
        (".50", 2, None),
        ("99999999999999999999", 2, None),
    ];
    for (text, decimals, expected) in cases {
        assert_eq!(minor_of(text, decimals), expected, "{text}");
    }
}

#[test]
fn an_order_stands_where_its_capture_stands() {
    let order = |status: &str, capture: Option<&str>| {
        let captures: Vec<Value> = capture
            .iter()
            .map(|status| {
                json!({ "id": "CAP1", "status": status,
                    "amount": { "currency_code": "EUR", "value": "80.00" } })
            })
            .collect();
        let order: Order = serde_json::from_value(json!({
            "id": "ORDER1", "status": status,
            "purchase_units": [{ "payments": { "captures": captures } }]
        }))
        .unwrap();
        order.standing()
    };
    let captured = Standing::Captured(Capture {
        reference: "CAP1".to_owned(),
        amount: money(8_000, "EUR"),
    });
    assert_eq!(order("PAYER_ACTION_REQUIRED", None), Ok(Standing::Open));
    assert_eq!(order("APPROVED", None), Ok(Standing::Approved));
    assert_eq!(order("COMPLETED", Some("COMPLETED")), Ok(captured.clone()));
    assert_eq!(order("COMPLETED", Some("REFUNDED")), Ok(captured));
    assert_eq!(
        order("COMPLETED", Some("PENDING")),
        Ok(Standing::Processing)
    );
    assert_eq!(
        order("COMPLETED", Some("DECLINED")),
        Ok(Standing::Declined("DECLINED".to_owned()))
    );
    assert!(order("COMPLETED", None).is_err());
}

#[test]
fn a_webhook_names_the_attempt_by_what_was_sent_along() {
    let payment = Uuid::from_u128(7);
    let read = |kind: &str, resource: Value| {
        let event = json!({ "id": "WH-1", "event_type": kind, "resource": resource });
        Paypal::read_stored(event.to_string().as_bytes()).map(|notice| notice.about)
    };
    let capture = json!({
        "id": "CAP1", "status": "COMPLETED", "custom_id": payment.to_string(),
        "amount": { "currency_code": "EUR", "value": "80.00" },
        "supplementary_data": { "related_ids": { "order_id": "ORDER1" } }
    });
    let expected = About::Attempt {
        reference: Some("ORDER1".to_owned()),
        payment: Some(PaymentId(payment)),
        standing: Standing::Captured(Capture {
            reference: "CAP1".to_owned(),
            amount: money(8_000, "EUR"),
        }),
    };
    assert_eq!(read("PAYMENT.CAPTURE.COMPLETED", capture), Ok(expected));
    let approved = json!({ "id": "ORDER1", "status": "APPROVED", "purchase_units": [{ "custom_id": payment.to_string() }] });
    let expected = About::Attempt {
        reference: Some("ORDER1".to_owned()),
        payment: Some(PaymentId(payment)),
        standing: Standing::Approved,
    };
    assert_eq!(read("CHECKOUT.ORDER.APPROVED", approved), Ok(expected));
    assert_eq!(
        read("VAULT.PAYMENT-TOKEN.CREATED", json!({})),
        Ok(About::Nothing)
    );
    assert_eq!(
        read("PAYMENT.CAPTURE.COMPLETED", json!({ "id": 1 })),
        Err(Untrusted::Unreadable)
    );
}

#[test]
fn a_dispute_names_the_capture_and_ends_as_paypal_decides() {
    let read = |status: &str, outcome: Option<&str>| {
        let event = json!({ "id": "WH-2", "event_type": "CUSTOMER.DISPUTE.UPDATED", "resource": {
            "dispute_id": "PP-D-1", "reason": "UNAUTHORISED", "status": status,
            "dispute_amount": { "currency_code": "EUR", "value": "80.00" },
            "disputed_transactions": [{ "seller_transaction_id": "CAP1" }],
            "dispute_outcome": outcome.map(|code| json!({ "outcome_code": code })),
        }});
        Paypal::read_stored(event.to_string().as_bytes()).map(|notice| notice.about)
    };
    for (status, outcome, standing) in [
        ("WAITING_FOR_SELLER_RESPONSE", None, DisputeStanding::Open),
        (
            "RESOLVED",
            Some("RESOLVED_BUYER_FAVOUR"),
            DisputeStanding::Lost,
        ),
        ("RESOLVED", Some("ACCEPTED"), DisputeStanding::Lost),
        (
            "RESOLVED",
            Some("RESOLVED_SELLER_FAVOUR"),
            DisputeStanding::Won,
        ),
        ("RESOLVED", Some("CANCELED_BY_BUYER"), DisputeStanding::Won),
    ] {
        let expected = About::Dispute {
            reference: "PP-D-1".to_owned(),
            of: Disputed::Capture("CAP1".to_owned()),
            amount: money(8_000, "EUR"),
            reason: "UNAUTHORISED".to_owned(),
            standing,
        };
        assert_eq!(read(status, outcome), Ok(expected), "{status}");
    }
}

#[test]
fn trouble_of_theirs_is_asked_again_and_a_refusal_says_its_issue() {
    for status in [409, 429, 500, 503] {
        assert!(matches!(failure_of(status, b""), Failure::Unanswered(_)));
    }
    let body = br#"{"name": "UNPROCESSABLE_ENTITY", "message": "No.", "details": [{"issue": "INSTRUMENT_DECLINED"}]}"#;
    let refused = Failure::Refused {
        status: 422,
        code: "INSTRUMENT_DECLINED".to_owned(),
        message: "No.".to_owned(),
    };
    assert_eq!(failure_of(422, body), refused);
}

#[test]
fn a_name_of_theirs_is_never_more_than_a_name() {
    assert_eq!(path_part("5O190127TN364715T"), Ok("5O190127TN364715T"));
    for hostile in ["", "../payments", "a/b", "a?b", "a%2Fb"] {
        assert!(path_part(hostile).is_err(), "{hostile}");
    }
}

#[test]
fn buyers_agree_where_paypal_has_its_pages() {
    let origin = |api_url: &str| {
        let settings = Settings {
            client_id: String::new(),
            client_secret: String::new(),
            webhook_id: String::new(),
            api_url: api_url.to_owned(),
        };
        Paypal::new(settings).unwrap().approve_origin()
    };
    assert_eq!(origin("https://api-m.paypal.com"), "https://www.paypal.com");
    assert_eq!(
        origin("https://api-m.sandbox.paypal.com"),
        "https://www.sandbox.paypal.com"
    );
    assert_eq!(
        origin("http://127.0.0.1:8090/paypal"),
        "http://127.0.0.1:8090"
    );
}
