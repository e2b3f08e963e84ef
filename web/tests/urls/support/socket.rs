//! A client of the live socket.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, Request};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::TestApp;

/// Longer than anything a test waits for, so that a test that fails ends.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub subprotocol: Option<String>,
}

pub fn request(app: &TestApp, session: &str, headers: &[(&str, &str)]) -> Request<()> {
    let address = format!(
        "{}/live/sessions/{session}",
        app.base.replacen("http", "ws", 1)
    );
    let mut request = address.into_client_request().unwrap();
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        request
            .headers_mut()
            .insert(name, HeaderValue::from_str(value).unwrap());
    }
    request
}

impl Socket {
    pub async fn open(app: &TestApp) -> Self {
        let session = app.session.clone();
        Self::open_with(app, &session, &[("sec-websocket-protocol", "frontrow.v1")]).await
    }

    pub async fn open_with(app: &TestApp, session: &str, headers: &[(&str, &str)]) -> Self {
        let request = request(app, session, headers);
        let (stream, response) = tokio_tungstenite::connect_async(request).await.unwrap();
        let subprotocol = response.headers().get("sec-websocket-protocol");
        let subprotocol = subprotocol.map(|value| value.to_str().unwrap().to_owned());
        Self {
            stream,
            subprotocol,
        }
    }

    /// A socket at another address.
    pub async fn at(app: &TestApp, path: &str) -> Self {
        let address = format!("{}{path}", app.base.replacen("http", "ws", 1));
        let (stream, _) = tokio_tungstenite::connect_async(address).await.unwrap();
        Self {
            stream,
            subprotocol: None,
        }
    }

    /// A socket that has said hello, and the snapshot that it got.
    pub async fn watching(app: &TestApp) -> (Self, Value) {
        let mut socket = Self::open(app).await;
        socket.say(json!({"type": "hello"})).await;
        let snapshot = socket.hear().await;
        assert_eq!(snapshot["type"], "snapshot", "{snapshot}");
        (socket, snapshot)
    }

    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub async fn send(&mut self, message: Message) {
        self.stream.send(message).await.unwrap();
    }

    /// Sends without caring whether the server still listens.
    pub async fn try_send(&mut self, message: Message) -> bool {
        self.stream.send(message).await.is_ok()
    }

    /// The next message, pings aside.
    pub async fn next(&mut self) -> Option<Message> {
        loop {
            let message = timeout(PATIENCE, self.stream.next())
                .await
                .expect("nothing was said");
            match message {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(message)) => return Some(message),
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// The next JSON message.
    pub async fn hear(&mut self) -> Value {
        match self.next().await {
            Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
            other => panic!("expected text, heard {other:?}"),
        }
    }

    /// The next JSON message of a type; others are passed over.
    pub async fn hear_of(&mut self, kind: &str) -> Value {
        loop {
            let message = self.hear().await;
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// The code that the server closes with.
    pub async fn close_code(&mut self) -> u16 {
        loop {
            match self.next().await {
                Some(Message::Close(Some(frame))) => return frame.code.into(),
                Some(_) => {}
                None => panic!("the connection ended without a close"),
            }
        }
    }
}

/// The state of a seat in a snapshot or an availability.
pub fn seat_of(seats: &Value, index: usize) -> u8 {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(seats.as_str().unwrap())
        .unwrap();
    (bytes[index / 4] >> (index % 4 * 2)) & 0b11
}
