//! Signing in, and what a person may do.
//!
//! A login is a random token that its bearer keeps; the database knows only its hash.

use std::sync::LazyLock;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{AccountId, ArtistId, LoginId, Timestamp, VenueId};
use rand::RngExt;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use store::people::{LoginRow, NewLogin};
use thiserror::Error;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::App;

/// How long a login lasts.
const LOGIN_TTL: Duration = Duration::from_hours(12);
/// Longer addresses and passwords are wrong without being looked at: hashing costs by the byte.
const CREDENTIAL_BYTES_MAX: usize = 1_024;

/// How many passwords are hashed at once: each takes a core, and 19 MiB.
static HASHING: Semaphore = Semaphore::const_new(2);

/// What a password for an unknown address is checked against, so that the time taken tells nothing.
static NOBODYS_HASH: LazyLock<String> = LazyLock::new(|| hash_password("nobody's password"));

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    pub login_id: LoginId,
    pub account_id: AccountId,
    pub email: String,
    pub name: String,
    pub admin: bool,
    pub marketing: bool,
    pub venues: Vec<VenueId>,
    pub artists: Vec<ArtistId>,
}

/// A fresh login, with the token that is told only once.
#[derive(Debug, Clone)]
pub struct FreshLogin {
    pub signed_in: SignedIn,
    pub token: String,
}

/// Why nobody was signed in.
#[derive(Debug, Error)]
pub enum LoginError {
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl SignedIn {
    /// The names of the roles as the wire has them: `admin`, `marketing`, `venue`, `artist`.
    #[must_use]
    pub fn roles(&self) -> Vec<&'static str> {
        let roles = [
            ("admin", self.admin),
            ("marketing", self.marketing),
            ("venue", !self.venues.is_empty()),
            ("artist", !self.artists.is_empty()),
        ];
        roles
            .into_iter()
            .filter(|(_, has)| *has)
            .map(|(name, _)| name)
            .collect()
    }

    /// Whether they work at any door.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        self.admin || !self.venues.is_empty() || !self.artists.is_empty()
    }
}

/// Signs in by password. Takes as long for an unknown address as for a known one.
///
/// # Errors
/// The address or the password is wrong, or the database does not answer.
pub async fn log_in(app: &App, email: &str, password: &str) -> Result<FreshLogin, LoginError> {
    log_in_at(&app.pool, email, password, now()).await
}

/// Who a login's token belongs to, unless it has ended.
///
/// # Errors
/// The database does not answer.
pub async fn signed_in(app: &App, token: &str) -> Result<Option<SignedIn>, store::Error> {
    signed_in_at(&app.pool, token, now()).await
}

/// The language that the account of a login reads in, if it has said so.
///
/// # Errors
/// The database does not answer.
pub async fn language(app: &App, token: &str) -> Result<Option<String>, store::Error> {
    store::people::language_of_login(&app.pool, &token_hash(token), now()).await
}

/// Says in which language an account reads.
///
/// # Errors
/// The database does not answer.
pub async fn choose_language(
    app: &App,
    account: domain::AccountId,
    language: &str,
) -> Result<(), store::Error> {
    store::people::set_language(&app.pool, account, language).await
}

/// Ends a login.
///
/// # Errors
/// The database does not answer.
pub async fn log_out(app: &App, token: &str) -> Result<(), store::Error> {
    store::people::end_login(&app.pool, &token_hash(token), now()).await
}

/// The hash of a password as it is stored (argon2id, PHC string). Takes tens of milliseconds on
/// purpose: call it where blocking is allowed.
///
/// # Panics
/// Where the system has no randomness.
#[must_use]
pub fn hash_password(password: &str) -> String {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.expect("the system gives randomness for a salt")
        .to_string()
}

async fn log_in_at(
    pool: &PgPool,
    email: &str,
    password: &str,
    now: Timestamp,
) -> Result<FreshLogin, LoginError> {
    let is_long = email.len() > CREDENTIAL_BYTES_MAX || password.len() > CREDENTIAL_BYTES_MAX;
    // Postgres takes no zero character in a text.
    if is_long || email.contains('\0') {
        return Err(LoginError::WrongCredentials);
    }
    let credentials = store::people::credentials(pool, email.trim()).await?;
    let account_id = credentials.as_ref().map(|found| found.account_id);
    let hash = credentials.and_then(|found| found.password_hash);
    let is_right = is_password(password.to_owned(), hash).await;
    match account_id {
        Some(account_id) if is_right => start_login(pool, account_id, now).await,
        Some(_) | None => Err(LoginError::WrongCredentials),
    }
}

async fn start_login(
    pool: &PgPool,
    account_id: AccountId,
    now: Timestamp,
) -> Result<FreshLogin, LoginError> {
    let token = random_token();
    let login = NewLogin {
        login_id: LoginId(Uuid::now_v7()),
        account_id,
        token_hash: &token_hash(&token),
        created_at: now,
        expires_at: now.plus(LOGIN_TTL),
    };
    store::people::insert_login(pool, &login).await?;
    // The account may have been deleted since its password was read.
    let signed_in = signed_in_at(pool, &token, now)
        .await?
        .ok_or(LoginError::WrongCredentials)?;
    Ok(FreshLogin { signed_in, token })
}

async fn signed_in_at(
    pool: &PgPool,
    token: &str,
    now: Timestamp,
) -> Result<Option<SignedIn>, store::Error> {
    let login = store::people::login(pool, &token_hash(token), now).await?;
    Ok(login.map(SignedIn::from))
}

/// Whether the password has this hash; false, after the same work, if there is none.
async fn is_password(password: String, hash: Option<String>) -> bool {
    let _permit = HASHING
        .acquire()
        .await
        .expect("the semaphore is never closed");
    let verified = tokio::task::spawn_blocking(move || {
        let is_known = hash.is_some();
        let hash = hash.as_deref().unwrap_or(&NOBODYS_HASH);
        is_known & verifies(&password, hash)
    });
    verified.await.expect("verifying a password does not panic")
}

fn verifies(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::rng().random::<[u8; 32]>())
}

fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn now() -> Timestamp {
    Timestamp::from(chrono::Utc::now())
}

impl From<LoginRow> for SignedIn {
    fn from(row: LoginRow) -> Self {
        let has = |role: &str| row.roles.iter().any(|name| name == role);
        Self {
            login_id: LoginId(row.login_id),
            account_id: AccountId(row.account_id),
            admin: has("ADMIN"),
            marketing: has("MARKETING"),
            venues: row.venues.into_iter().map(VenueId).collect(),
            artists: row.artists.into_iter().map(ArtistId).collect(),
            email: row.email,
            name: row.name,
        }
    }
}

#[cfg(test)]
mod tests;
