//! Accounts, their logins, and their part in venues and artists.

use domain::{AccountId, ArtistId, LoginId, Timestamp, VenueId};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::instant;

/// What signing in needs to know of an account.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The account.
    pub account_id: AccountId,
    /// A PHC string; none for accounts that sign in otherwise.
    pub password_hash: Option<String>,
}

/// An account to make.
#[derive(Debug, Clone)]
pub struct NewAccount<'a> {
    /// Its address, unique whatever its case.
    pub email: &'a str,
    /// The person's name.
    pub name: &'a str,
    /// A PHC string.
    pub password_hash: &'a str,
    /// `ADMIN`, `MARKETING`.
    pub roles: &'a [String],
    /// When it is made; its address counts as confirmed from then.
    pub created_at: Timestamp,
}

/// A login to make.
#[derive(Debug, Clone, Copy)]
pub struct NewLogin<'a> {
    /// The login.
    pub login_id: LoginId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The SHA-256 of its token.
    pub token_hash: &'a [u8; 32],
    /// When it begins.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// A part in a venue or an artist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonRole {
    /// May do everything.
    Owner,
    /// Runs the daily business.
    Manager,
}

/// A login with the person behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginRow {
    /// The login.
    pub login_id: Uuid,
    /// The account.
    pub account_id: Uuid,
    /// Its address.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// `ADMIN`, `MARKETING`.
    pub roles: Vec<String>,
    /// The venues they have a part in.
    pub venues: Vec<Uuid>,
    /// The artists they have a part in.
    pub artists: Vec<Uuid>,
}

impl PersonRole {
    fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "OWNER",
            Self::Manager => "MANAGER",
        }
    }
}

/// The account of an address, whatever its case.
///
/// # Errors
/// The database does not answer.
pub async fn credentials(
    connection: impl PgExecutor<'_>,
    email: &str,
) -> Result<Option<Credentials>, sqlx::Error> {
    let row = sqlx::query!(
        "select account_id, password_hash from account where lower(email) = lower($1)",
        email,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Credentials {
        account_id: AccountId(row.account_id),
        password_hash: row.password_hash,
    }))
}

/// Makes an account.
///
/// # Errors
/// The address is taken, or the database does not answer.
pub async fn insert_account(
    connection: impl PgExecutor<'_>,
    account: &NewAccount<'_>,
) -> Result<AccountId, sqlx::Error> {
    let account_id = Uuid::now_v7();
    sqlx::query!(
        "insert into account (account_id, email, email_confirmed_at, name, password_hash, roles, created_at)
         values ($1, $2, $6, $3, $4, $5, $6)",
        account_id,
        account.email,
        account.name,
        account.password_hash,
        account.roles,
        instant(account.created_at),
    )
    .execute(connection)
    .await?;
    Ok(AccountId(account_id))
}

/// Gives an account a part in a venue, or changes it.
///
/// # Errors
/// The database does not answer.
pub async fn set_venue_person(
    connection: impl PgExecutor<'_>,
    venue: VenueId,
    account: AccountId,
    role: PersonRole,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into venue_person (venue_id, account_id, role) values ($1, $2, $3)
         on conflict (venue_id, account_id) do update set role = excluded.role",
        venue.0,
        account.0,
        role.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives an account a part in an artist, or changes it.
///
/// # Errors
/// The database does not answer.
pub async fn set_artist_person(
    connection: impl PgExecutor<'_>,
    artist: ArtistId,
    account: AccountId,
    role: PersonRole,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into artist_person (artist_id, account_id, role) values ($1, $2, $3)
         on conflict (artist_id, account_id) do update set role = excluded.role",
        artist.0,
        account.0,
        role.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Makes a login.
///
/// # Errors
/// The database does not answer.
pub async fn insert_login(
    connection: impl PgExecutor<'_>,
    login: &NewLogin<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into login (login_id, account_id, token_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5)",
        login.login_id.0,
        login.account_id.0,
        login.token_hash.as_slice(),
        instant(login.created_at),
        instant(login.expires_at),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The login of a token, unless it has ended.
///
/// # Errors
/// The database does not answer.
pub async fn login(
    connection: impl PgExecutor<'_>,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<LoginRow>, sqlx::Error> {
    sqlx::query_as!(
        LoginRow,
        r#"select login.login_id, account_id, account.email, account.name, account.roles,
               array(select venue_id from venue_person
                     where venue_person.account_id = account.account_id
                     order by venue_id) as "venues!",
               array(select artist_id from artist_person
                     where artist_person.account_id = account.account_id
                     order by artist_id) as "artists!"
           from login
           join account using (account_id)
           where login.token_hash = $1 and login.ended_at is null and login.expires_at > $2"#,
        token_hash.as_slice(),
        instant(now),
    )
    .fetch_optional(connection)
    .await
}

/// Ends the login of a token. One that has ended stays as it is.
///
/// # Errors
/// The database does not answer.
pub async fn end_login(
    connection: impl PgExecutor<'_>,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update login set ended_at = $2 where token_hash = $1 and ended_at is null",
        token_hash.as_slice(),
        instant(now),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The language that the account of a login reads in, if the login holds and the account has said so.
///
/// # Errors
/// The database does not answer.
pub async fn language_of_login(
    connection: impl PgExecutor<'_>,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<String>, sqlx::Error> {
    let language = sqlx::query_scalar!(
        "select language from login join account using (account_id)
         where login.token_hash = $1 and login.ended_at is null and login.expires_at > $2",
        token_hash.as_slice(),
        instant(now),
    )
    .fetch_optional(connection)
    .await?;
    Ok(language.flatten())
}

/// Says in which language an account reads.
///
/// # Errors
/// The database does not answer.
pub async fn set_language(
    connection: impl PgExecutor<'_>,
    account: AccountId,
    language: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update account set language = $2 where account_id = $1",
        account.0,
        language,
    )
    .execute(connection)
    .await?;
    Ok(())
}
