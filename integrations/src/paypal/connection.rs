//! Requests to PayPal over kept connections, under a token that is renewed in time.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;

use super::Settings;
use crate::health::Health;
use crate::{Failure, Patience};

/// A token is renewed so long before it ends.
const TOKEN_MARGIN: Duration = Duration::from_secs(60);

/// How PayPal is spoken to. Not `Debug`: it has secrets in it.
pub struct Connection {
    pub http: reqwest::Client,
    settings: Settings,
    token: tokio::sync::Mutex<Option<Token>>,
    pub health: Health,
}

#[derive(Clone)]
struct Token {
    value: String,
    ends_at: Instant,
}

pub struct Call<'a> {
    is_post: bool,
    path: &'a str,
    /// JSON.
    body: Option<String>,
    key: Option<&'a str>,
}

impl Connection {
    /// Reaches nobody yet.
    ///
    /// # Errors
    /// The system gives no HTTP client.
    pub fn new(settings: Settings) -> Result<Self, Failure> {
        let http = crate::http_client()?;
        Ok(Self {
            http,
            settings,
            token: tokio::sync::Mutex::new(None),
            health: Health::of("PayPal"),
        })
    }

    /// # Errors
    /// PayPal does not answer in time, or refuses.
    pub async fn send<T: serde::de::DeserializeOwned>(
        &self,
        call: &Call<'_>,
        patience: Patience,
    ) -> Result<T, Failure> {
        patience.ask(&self.health, || self.send_once(call)).await
    }

    async fn send_once<T: serde::de::DeserializeOwned>(
        &self,
        call: &Call<'_>,
    ) -> Result<T, Failure> {
        let token = self.token().await?;
        let url = format!("{}{}", self.settings.api_url, call.path);
        let mut request = match call.is_post {
            true => self.http.post(url),
            false => self.http.get(url),
        };
        request = request
            .bearer_auth(token)
            .header("prefer", "return=representation");
        if let Some(key) = call.key {
            request = request.header("paypal-request-id", key);
        }
        if let Some(body) = &call.body {
            request = request
                .header("content-type", "application/json")
                .body(body.clone());
        }
        let answer = request.send().await.map_err(unanswered)?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.map_err(unanswered)?;
        match status {
            200..=299 => {
                serde_json::from_slice(&body).map_err(|error| unreadable(&error.to_string()))
            }
            401 => {
                // It was revoked, or ended earlier than it said: the next try gets a new one.
                *self.token.lock().await = None;
                Err(Failure::Unanswered("it answers 401".to_owned()))
            }
            _ => Err(failure_of(status, &body)),
        }
    }

    /// One is fetched at a time: whoever comes meanwhile waits for it.
    async fn token(&self) -> Result<String, Failure> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| token.ends_at > Instant::now()) {
            return Ok(token.value.clone());
        }
        let answer = self
            .http
            .post(format!("{}/v1/oauth2/token", self.settings.api_url))
            .basic_auth(&self.settings.client_id, Some(&self.settings.client_secret))
            .form(&[("grant_type", "client_credentials")])
            .send();
        let answer = answer.await.map_err(unanswered)?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.map_err(unanswered)?;
        if !(200..=299).contains(&status) {
            return Err(failure_of(status, &body));
        }
        let granted: Granted =
            serde_json::from_slice(&body).map_err(|error| unreadable(&error.to_string()))?;
        let life = Duration::from_secs(granted.expires_in).saturating_sub(TOKEN_MARGIN);
        *kept = Some(Token {
            value: granted.access_token.clone(),
            ends_at: Instant::now() + life,
        });
        Ok(granted.access_token)
    }
}

impl<'a> Call<'a> {
    pub fn get(path: &'a str) -> Self {
        Self {
            is_post: false,
            path,
            body: None,
            key: None,
        }
    }

    pub fn post(path: &'a str, body: String, key: Option<&'a str>) -> Self {
        Self {
            is_post: true,
            path,
            body: Some(body),
            key,
        }
    }
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: u64,
}

#[derive(Deserialize, Default)]
struct ErrorBody {
    #[serde(default)]
    name: String,
    /// Where the token is refused.
    #[serde(default)]
    error: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Vec<ErrorDetail>,
}

#[derive(Deserialize)]
struct ErrorDetail {
    #[serde(default)]
    issue: String,
}

/// Too many requests, or trouble of theirs: ask again.
pub fn failure_of(status: u16, body: &[u8]) -> Failure {
    if matches!(status, 409 | 429 | 500..) {
        return Failure::Unanswered(format!("it answers {status}"));
    }
    let error: ErrorBody = serde_json::from_slice(body).unwrap_or_default();
    let issue = error.details.into_iter().map(|detail| detail.issue);
    let mut codes = issue
        .chain([error.name, error.error])
        .filter(|code| !code.is_empty());
    Failure::Refused {
        status,
        code: codes.next().unwrap_or_default(),
        message: error.message,
    }
}

pub fn unanswered(error: reqwest::Error) -> Failure {
    Failure::Unanswered(error.without_url().to_string())
}

pub fn unreadable(what: &str) -> Failure {
    Failure::Unreadable(what.to_owned())
}
