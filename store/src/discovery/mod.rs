//! All that the public pages show, read at once: it is small beside what is sold, and changes seldom.
//!
//! Who keeps it in memory asks for the version and reads again when that has risen. How many places are
//! left is no part of it.

mod everything;
mod newsletter;
mod other_names;
mod rows;
mod search;
#[cfg(test)]
pub(crate) mod tests;

use domain::SessionId;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::columns::count;

pub use everything::{Everything, everything};
pub use newsletter::{Subscribed, subscribe};
pub use other_names::{OtherName, note_other_names};
pub use rows::{Article, ArticleCategory, Artist, Category, City, Event, Session, Venue};
pub use search::{Found, Hit, Meaning, Understood, find, understand, words};

/// What has a page of its own with a name in its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// An artist.
    Artist,
    /// A category of events.
    Category,
    /// A city.
    City,
    /// An event.
    Event,
    /// A venue.
    Venue,
    /// An article.
    Article,
}

impl Named {
    fn as_str(self) -> &'static str {
        match self {
            Self::Artist => "artist",
            Self::Category => "category",
            Self::City => "city",
            Self::Event => "event",
            Self::Venue => "venue",
            Self::Article => "article",
        }
    }
}

/// The version of what the public pages show. It rises in the transaction that changes any of it.
///
/// # Errors
/// The database does not answer.
pub async fn version(connection: impl PgExecutor<'_>) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("select version from catalogue_version")
        .fetch_one(connection)
        .await
}

/// What a name in an address led to before it was renamed.
///
/// # Errors
/// The database does not answer.
pub async fn formerly(
    connection: impl PgExecutor<'_>,
    kind: Named,
    slug: &str,
) -> Result<Option<Uuid>, sqlx::Error> {
    if slug.contains('\0') {
        return Ok(None);
    }
    sqlx::query_scalar!(
        "select target_id from former_slug where kind = $1 and slug = $2",
        kind.as_str(),
        slug,
    )
    .fetch_optional(connection)
    .await
}

/// How many places of these sessions are not to be had any more: sold, or withheld by staff. Places that
/// are out of use in the plan itself are not among them.
///
/// # Errors
/// The database does not answer.
pub async fn places_gone(
    connection: impl PgExecutor<'_>,
    sessions: &[SessionId],
) -> Result<Vec<(SessionId, u32)>, sqlx::Error> {
    let ids: Vec<Uuid> = sessions.iter().map(|session| session.0).collect();
    let rows = sqlx::query!(
        r#"select asked.session_id as "session_id!",
               ((select count(*) from taken_seat seat
                 where seat.session_id = asked.session_id and seat.state in ('sold', 'allocated'))
                + (select coalesce(sum(lot.quantity), 0) from taken_standing lot
                   where lot.session_id = asked.session_id and lot.state = 'sold')
                + (select coalesce(sum(section.allocated), 0) from session_section section
                   where section.session_id = asked.session_id))::integer as "gone!"
           from unnest($1::uuid[]) with ordinality as asked (session_id, place)
           order by asked.place"#,
        &ids,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| Ok((SessionId(row.session_id), count(row.gone)?)))
        .collect()
}
