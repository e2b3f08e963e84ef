//! Signing in.

use operations::people::SignedIn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An attempt to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    pub email: String,
    pub password: String,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Login {
    pub user: User,
    /// `admin`, `marketing`, `venue`, `artist`.
    pub roles: Vec<String>,
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub account_id: Uuid,
    pub email: String,
    pub name: String,
}

impl From<&SignedIn> for Login {
    fn from(person: &SignedIn) -> Self {
        Self {
            user: User {
                account_id: person.account_id.0,
                email: person.email.clone(),
                name: person.name.clone(),
            },
            roles: person.roles().into_iter().map(str::to_owned).collect(),
        }
    }
}
