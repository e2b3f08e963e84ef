//! Signing in, and what a person may do.

use domain::{AccountId, ArtistId, LoginId, VenueId};
use thiserror::Error;

use crate::App;

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
        todo!()
    }

    /// Whether they work at any door.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        self.admin || !self.venues.is_empty() || !self.artists.is_empty()
    }
}

/// Signs in by password. Takes as long for an unknown address as for a known one.
pub async fn log_in(_app: &App, _email: &str, _password: &str) -> Result<FreshLogin, LoginError> {
    todo!()
}

/// Who a login's token belongs to, unless it has ended.
pub async fn signed_in(_app: &App, _token: &str) -> Result<Option<SignedIn>, store::Error> {
    todo!()
}

/// Ends a login.
pub async fn log_out(_app: &App, _token: &str) -> Result<(), store::Error> {
    todo!()
}

/// The hash of a password as it is stored (argon2id, PHC string).
#[must_use]
pub fn hash_password(_password: &str) -> String {
    todo!()
}
