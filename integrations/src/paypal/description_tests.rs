//! What we ask of PayPal, held against its published descriptions: <https://github.com/paypal/paypal-rest-api-specifications>.
//! They are not ours to copy: where they are not beside the checkout (`../shared/specs`, or `PAYPAL_SPECS`), nothing is checked,
//! and that is said.

use std::path::PathBuf;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::webhooks::tests::{question, read_request};
use super::*;

/// A request as it was sent.
struct Sent {
    path: String,
    body: Value,
}

/// One of the descriptions, or nothing where they are not there.
fn description(name: &str) -> Option<Value> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/specs");
    let folder = std::env::var_os("PAYPAL_SPECS").map_or_else(|| beside.into(), PathBuf::from);
    let file = folder.join(name);
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("not checked: there is no {}", file.display());
        return None;
    };
    Some(serde_json::from_str(&text).expect("a description is JSON"))
}

/// What is wrong with a request, as its description has it: what that refuses, and members that it does not name.
fn faults(description: &Value, path: &str, body: &Value) -> Vec<String> {
    let content = &description["paths"][path]["post"]["requestBody"]["content"];
    let schema = &content["application/json"]["schema"];
    assert!(schema.is_object(), "no request to {path} is described");
    let check = Check { description };
    let mut faults = check.faults(schema, body, "body");
    check.unnamed(&[schema], body, "body", &mut faults);
    faults
}

/// As much of JSON Schema as the descriptions use for what we send; a library for all of it would bring some 25 crates.
struct Check<'a> {
    description: &'a Value,
}

impl<'a> Check<'a> {
    fn faults(&self, schema: &Value, value: &Value, at: &str) -> Vec<String> {
        if let Some(named) = self.referred(schema) {
            return self.faults(named, value, at);
        }
        let mut faults = Vec::new();
        for key in ["allOf", "oneOf", "anyOf"] {
            let of_parts = list(schema, key).map(|part| self.faults(part, value, at));
            let of_parts: Vec<Vec<String>> = of_parts.collect();
            let fits = of_parts.iter().filter(|faults| faults.is_empty()).count();
            match (key, fits) {
                ("allOf", _) => faults.extend(of_parts.into_iter().flatten()),
                ("oneOf", 1) | ("anyOf", 1..) => {}
                _ if of_parts.is_empty() => {}
                _ => faults.push(format!("{at}: fits {fits} of {key}")),
            }
        }
        let refused = match (schema["type"].as_str(), value) {
            (None, _) => None,
            (Some("object"), Value::Object(members)) => {
                let missing =
                    list(schema, "required").filter(|key| !members.contains_key(text(key)));
                faults.extend(missing.map(|key| format!("{at}: has no {key}")));
                for (key, member) in members {
                    if let Some(property) = schema["properties"].get(key) {
                        faults.extend(self.faults(property, member, &format!("{at}.{key}")));
                    }
                }
                None
            }
            (Some("array"), Value::Array(items)) => {
                let part = |item| self.faults(&schema["items"], item, &format!("{at}[]"));
                faults.extend(items.iter().flat_map(part));
                outside(schema, "Items", items.len())
            }
            (Some("string"), Value::String(text)) => refused_text(schema, text),
            (Some("boolean"), Value::Bool(_)) => None,
            (Some(kind), _) => Some(format!("is no {kind}")),
        };
        faults.extend(refused.map(|why| format!("{at}: {why}")));
        faults
    }

    /// Members that none of the schemas, which all hold for a value, has a name for. What has no properties may have any.
    fn unnamed(&self, schemas: &[&'a Value], value: &Value, at: &str, faults: &mut Vec<String>) {
        let all: Vec<&Value> = schemas
            .iter()
            .flat_map(|schema| self.parts(schema))
            .collect();
        match value {
            Value::Object(members) => {
                let is_open = all.iter().all(|schema| schema.get("properties").is_none());
                for (key, member) in members.iter().filter(|_| !is_open) {
                    let named: Vec<&Value> = all
                        .iter()
                        .filter_map(|schema| schema["properties"].get(key))
                        .collect();
                    let at = format!("{at}.{key}");
                    if named.is_empty() {
                        faults.push(format!("{at}: is not described"));
                    }
                    self.unnamed(&named, member, &at, faults);
                }
            }
            Value::Array(items) => {
                let of_items: Vec<&Value> = all
                    .iter()
                    .filter_map(|schema| schema.get("items"))
                    .collect();
                let at = format!("{at}[]");
                items
                    .iter()
                    .for_each(|item| self.unnamed(&of_items, item, &at, faults));
            }
            _ => {}
        }
    }

    /// A schema and all that it is made of.
    fn parts(&self, schema: &'a Value) -> Vec<&'a Value> {
        let of = ["allOf", "oneOf", "anyOf"].into_iter();
        let inner = of
            .flat_map(|key| list(schema, key))
            .chain(self.referred(schema));
        let mut parts: Vec<&Value> = inner.flat_map(|part| self.parts(part)).collect();
        parts.push(schema);
        parts
    }

    fn referred(&self, schema: &Value) -> Option<&'a Value> {
        let pointer = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
        Some(
            self.description
                .pointer(pointer)
                .expect("what is referred to is there"),
        )
    }
}

fn list<'a>(schema: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    schema
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a name is a text")
}

fn refused_text(schema: &Value, text: &str) -> Option<String> {
    let mut choices = list(schema, "enum").peekable();
    if choices.peek().is_some() && choices.all(|choice| choice != text) {
        return Some(format!("{text:?} is no choice"));
    }
    let pattern = schema.get("pattern").and_then(Value::as_str);
    match pattern {
        Some(pattern) if !matches(pattern, text) => Some(format!("{text:?} is not {pattern}")),
        _ => outside(schema, "Length", text.chars().count()),
    }
}

/// The one look-around that is used says that a text is no number.
fn matches(pattern: &str, text: &str) -> bool {
    const NO_NUMBER: &str = r"(?!\d+$)";
    let may_be_number = !pattern.contains(NO_NUMBER);
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let rest = regex_lite::Regex::new(&pattern.replace(NO_NUMBER, "")).expect("a pattern");
    rest.is_match(text) && (may_be_number || !is_number)
}

fn outside(schema: &Value, of: &str, len: usize) -> Option<String> {
    let bound = |side: &str| schema.get(format!("{side}{of}")).and_then(Value::as_u64);
    let len = u64::try_from(len).expect("a count");
    let (least, most) = (bound("min").unwrap_or(0), bound("max").unwrap_or(u64::MAX));
    (len < least || len > most).then(|| format!("{len} is not from {least} to {most}"))
}

/// What is sent when something is asked, by an account that is refused everything but its token.
async fn sent(ask: impl AsyncFnOnce(&Paypal)) -> Sent {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let paypal = Paypal::new(Settings {
        client_id: "us".to_owned(),
        client_secret: "secret".to_owned(),
        webhook_id: "WH-TEST".to_owned(),
        api_url: format!("http://{}", listener.local_addr().unwrap()),
    });
    let paypal = paypal.unwrap();
    let token = r#"{"access_token":"t","expires_in":3600}"#;
    let played = async {
        answer_one(&listener, "200 OK", token).await;
        answer_one(&listener, "400 Bad Request", "{}").await
    };
    let (request, ()) = tokio::join!(played, ask(&paypal));
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    Sent {
        path: head.split(' ').nth(1).unwrap().to_owned(),
        body: serde_json::from_str(body).unwrap(),
    }
}

/// Answers one request; gives it as it came.
async fn answer_one(listener: &TcpListener, status: &str, body: &str) -> String {
    let (mut client, _) = listener.accept().await.unwrap();
    let request = read_request(&mut client).await;
    let length = body.len();
    let answer =
        format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    client.write_all(answer.as_bytes()).await.unwrap();
    request
}

fn money(minor: i64, code: &str) -> Money {
    let currency = code.parse().unwrap();
    Money { minor, currency }
}

async fn opened(amount: Money) -> Sent {
    sent(async |paypal| {
        let payment = PaymentId(Uuid::from_u128(7));
        let ways = Ways {
            return_url: "https://example.org/return?attempt=7",
            cancel_url: "https://example.org/return?attempt=7&left=1",
        };
        let description = "Order ".repeat(40);
        let opened = paypal.open(payment, amount, &description, ways, Patience::OF_A_BUYER);
        assert!(opened.await.is_err());
    })
    .await
}

#[tokio::test]
async fn an_order_is_opened_and_captured_as_paypal_describes_it() {
    let Some(orders) = description("paypal_checkout_orders_v2.json") else {
        return;
    };
    for amount in [
        money(8_000, "EUR"),
        money(4_500, "JPY"),
        money(450_000, "HUF"),
    ] {
        let open = opened(amount).await;
        assert_eq!(open.path, "/v2/checkout/orders");
        assert_eq!(
            faults(&orders, &open.path, &open.body),
            [""; 0],
            "{}",
            open.body
        );
    }
    let capture = sent(async |paypal| {
        let payment = PaymentId(Uuid::from_u128(7));
        let captured = paypal.capture(payment, "5O190127TN364715T", Patience::OF_A_BUYER);
        assert!(captured.await.is_err());
    })
    .await;
    assert_eq!(
        capture.path,
        "/v2/checkout/orders/5O190127TN364715T/capture"
    );
    let path = "/v2/checkout/orders/{id}/capture";
    assert_eq!(faults(&orders, path, &capture.body), [""; 0]);
}

#[tokio::test]
async fn a_refund_is_sent_as_paypal_describes_it() {
    let Some(payments) = description("paypal_payments_payment_v2.json") else {
        return;
    };
    let refund = sent(async |paypal| {
        let (refund, amount) = (Uuid::from_u128(9), money(1_250, "EUR"));
        let refunded = paypal.refund(refund, "2GG279541U471931P", amount, Patience::OF_A_BUYER);
        assert!(refunded.await.is_err());
    })
    .await;
    assert_eq!(
        refund.path,
        "/v2/payments/captures/2GG279541U471931P/refund"
    );
    let path = "/v2/payments/captures/{capture_id}/refund";
    assert_eq!(faults(&payments, path, &refund.body), [""; 0]);
}

#[tokio::test]
async fn a_delivery_is_asked_about_as_paypal_describes_it() {
    let Some(notifications) = description("paypal_notifications_webhooks_v1.json") else {
        return;
    };
    let mut question = question().await;
    // The signed example's own is none that PayPal gives.
    question["webhook_id"] = json!("0EH40505U7160970P");
    let path = "/v1/notifications/verify-webhook-signature";
    assert_eq!(faults(&notifications, path, &question), [""; 0]);
}

/// What is held against a description can be refused by it.
#[tokio::test]
async fn a_description_refuses_what_it_does_not_describe() {
    let Some(orders) = description("paypal_checkout_orders_v2.json") else {
        return;
    };
    let good = opened(money(8_000, "EUR")).await;
    let spoil = |pointer: &str, value: Value| {
        let mut body = good.body.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        faults(&orders, &good.path, &body)
    };
    for (pointer, value) in [
        ("/intent", json!("TAKE")),
        ("/purchase_units", json!([])),
        ("/purchase_units/0", json!({ "custom_id": "7" })),
        ("/purchase_units/0/amount/currency_code", json!("EURO")),
        ("/purchase_units/0/amount/value", json!("80,00")),
        ("/purchase_units/0/description", json!("x".repeat(128))),
        (
            "/payment_source/paypal/experience_context",
            json!({ "returnUrl": "https://example.org" }),
        ),
    ] {
        assert_ne!(spoil(pointer, value), [""; 0], "{pointer}");
    }
}
