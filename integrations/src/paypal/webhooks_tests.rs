//! Deliveries whose certificate is of an authority that is not known here: PayPal itself is asked about them.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::super::signature::tests::{AT, AUTHORITY, BODY, SIGNER, now, transmission};
use super::super::{Paypal, Settings};
use crate::Untrusted;

const VERIFY: &str = "/paypal/v1/notifications/verify-webhook-signature";

/// What plays PayPal: it keeps a chain of certificates, and says one thing to all questions.
struct Played {
    paypal: Paypal,
    base: String,
    questions: Arc<Mutex<Vec<String>>>,
}

impl Played {
    async fn saying(chain: String, status: &'static str, answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/paypal", listener.local_addr().unwrap());
        let questions = Arc::<Mutex<Vec<String>>>::default();
        let heard = questions.clone();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let request = read_request(&mut client).await;
                let (status, body) = match request.split(' ').nth(1).unwrap() {
                    "/paypal/v1/oauth2/token" => (
                        "200 OK",
                        r#"{"access_token":"t","expires_in":3600}"#.to_owned(),
                    ),
                    VERIFY => {
                        heard.lock().unwrap().push(request);
                        (status, answer.to_owned())
                    }
                    _ => ("200 OK", chain.clone()),
                };
                let answer = format!(
                    "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                client.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let paypal = Paypal::new(Settings {
            client_id: "us".to_owned(),
            client_secret: "secret".to_owned(),
            webhook_id: "WH-TEST".to_owned(),
            api_url: base.clone(),
        });
        Self {
            paypal: paypal.unwrap(),
            base,
            questions,
        }
    }

    /// Whether a delivery that is signed for a body is taken for PayPal's.
    async fn verify(&self, body: &[u8]) -> Result<(), Untrusted> {
        let mut transmission = transmission();
        transmission.certificate_url = format!("{}/v1/notifications/certs/CERT-1", self.base);
        let Paypal {
            connection,
            webhooks,
            ..
        } = &self.paypal;
        webhooks
            .verify(connection, &transmission, body, now(AT))
            .await
    }

    fn questions(&self) -> Vec<String> {
        self.questions.lock().unwrap().clone()
    }
}

/// Its head, and as much of a body as that announces.
pub async fn read_request(client: &mut TcpStream) -> String {
    let (mut request, mut read) = (Vec::new(), [0; 4_096]);
    loop {
        let len = client.read(&mut read).await.unwrap();
        assert!(len > 0, "cut short");
        request.extend_from_slice(&read[..len]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let announced = head.to_ascii_lowercase();
        let announced = announced.split("content-length: ").nth(1);
        let announced = announced.and_then(|rest| rest.lines().next()?.parse().ok());
        if body.len() >= announced.unwrap_or(0) {
            return text.into_owned();
        }
    }
}

/// What PayPal is asked about a delivery.
pub async fn question() -> serde_json::Value {
    let answer = r#"{"verification_status":"SUCCESS"}"#;
    let played = Played::saying(SIGNER.to_owned(), "200 OK", answer).await;
    assert_eq!(played.verify(BODY).await, Ok(()));
    let questions = played.questions();
    let (_, question) = questions[0].split_once("\r\n\r\n").unwrap();
    serde_json::from_str(question).unwrap()
}

#[tokio::test]
async fn of_an_authority_that_is_known_nobody_is_asked() {
    let chain = format!("{SIGNER}{AUTHORITY}");
    let played = Played::saying(chain, "500 Broken", "").await;
    assert_eq!(played.verify(BODY).await, Ok(()));
    assert_eq!(played.questions(), [""; 0]);
}

#[tokio::test]
async fn of_an_authority_that_is_new_paypal_is_asked_with_the_very_bytes_it_signed() {
    let answer = r#"{"verification_status":"SUCCESS"}"#;
    let played = Played::saying(SIGNER.to_owned(), "200 OK", answer).await;
    assert_eq!(played.verify(BODY).await, Ok(()));
    let questions = played.questions();
    assert_eq!(questions.len(), 1);
    let (_, question) = questions[0].split_once("\r\n\r\n").unwrap();
    let body = std::str::from_utf8(BODY).unwrap();
    assert!(question.ends_with(&format!("\"webhook_event\":{body}}}")));
    let question: serde_json::Value = serde_json::from_str(question).unwrap();
    let transmission = transmission();
    assert_eq!(question["webhook_id"], "WH-TEST");
    assert_eq!(question["transmission_id"], transmission.id);
    assert_eq!(question["transmission_time"], transmission.time);
    assert_eq!(question["transmission_sig"], transmission.signature);
    assert_eq!(question["auth_algo"], transmission.algorithm);
}

#[tokio::test]
async fn what_paypal_does_not_know_is_forged_and_what_it_does_not_say_is_undecided() {
    let failure = r#"{"verification_status":"FAILURE"}"#;
    for (status, answer) in [("200 OK", failure), ("400 Bad Request", "{}")] {
        let played = Played::saying(SIGNER.to_owned(), status, answer).await;
        assert_eq!(
            played.verify(BODY).await,
            Err(Untrusted::Forged),
            "{answer}"
        );
        assert_eq!(played.questions().len(), 1);
    }
    let played = Played::saying(SIGNER.to_owned(), "200 OK", "nonsense").await;
    let undecided = played.verify(BODY).await;
    assert!(
        matches!(undecided, Err(Untrusted::Undecided(_))),
        "PayPal delivers it again: {undecided:?}"
    );
}

#[tokio::test]
async fn a_signature_that_does_not_hold_is_nobodys_question() {
    let answer = r#"{"verification_status":"SUCCESS"}"#;
    let played = Played::saying(SIGNER.to_owned(), "200 OK", answer).await;
    let verified = played.verify(br#"{"id":"WH-2"}"#).await;
    assert_eq!(verified, Err(Untrusted::Forged));
    assert_eq!(played.questions(), [""; 0]);
}
