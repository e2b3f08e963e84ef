//! What is told of places, people and events, and what is written in the blog.

use domain::{ArtistId, EventId, SessionId, Timestamp};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::catalogue::SessionStatus;
use crate::{instant, slug};

/// What is told of a venue.
#[derive(Debug, Clone, Copy)]
pub struct VenueTexts<'a> {
    /// Plain text.
    pub description: &'a str,
    /// How to get there, plain text.
    pub directions: &'a str,
    /// Latitude and longitude in degrees.
    pub location: (f64, f64),
}

/// An article to make.
#[derive(Debug, Clone, Copy)]
pub struct NewArticle<'a> {
    /// Its title.
    pub title: &'a str,
    /// The name of its category, made if there is none.
    pub category: &'a str,
    /// Who wrote it.
    pub author: &'a str,
    /// Plain text.
    pub summary: &'a str,
    /// Markdown.
    pub body: &'a str,
    /// The language it is written in.
    pub language: &'a str,
    /// The name of its picture.
    pub poster: &'a str,
    /// From when it is shown.
    pub published_at: Timestamp,
}

/// Says something of a venue; of none if there is no such slug.
///
/// # Errors
/// The database does not answer.
pub async fn describe_venue(
    connection: impl PgExecutor<'_>,
    slug: &str,
    texts: &VenueTexts<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update venue set description = $2, directions = $3, latitude = $4, longitude = $5 where slug = $1",
        slug,
        texts.description,
        texts.directions,
        texts.location.0,
        texts.location.1,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Says something of an artist.
///
/// # Errors
/// The database does not answer.
pub async fn describe_artist(
    connection: impl PgExecutor<'_>,
    artist: ArtistId,
    description: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update artist set description = $2 where artist_id = $1",
        artist.0,
        description,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Chooses how an event's poster is drawn.
///
/// # Errors
/// The database does not answer.
pub async fn set_poster(
    connection: impl PgExecutor<'_>,
    event: EventId,
    poster: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update event set poster = $2 where event_id = $1",
        event.0,
        poster
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Says where a session stands that is not live.
///
/// # Errors
/// The database does not answer.
pub async fn set_status(
    connection: impl PgExecutor<'_>,
    session: SessionId,
    status: SessionStatus,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update event_session set status = $2 where session_id = $1",
        session.0,
        status.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Makes an article.
///
/// # Errors
/// The database does not answer.
pub async fn insert_article(
    connection: &mut PgConnection,
    article: &NewArticle<'_>,
) -> Result<Uuid, sqlx::Error> {
    let category = ensure_article_category(connection, article.category).await?;
    let base = slug::of(article.title);
    let taken = sqlx::query_scalar!("select slug from article where starts_with(slug, $1)", base)
        .fetch_all(&mut *connection)
        .await?;
    let article_id = Uuid::now_v7();
    sqlx::query!(
        "insert into article (article_id, article_category_id, title, slug, summary, body, language, author,
             poster, published_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        article_id,
        category,
        article.title,
        slug::free(&base, &taken),
        article.summary,
        article.body,
        article.language,
        article.author,
        article.poster,
        instant(article.published_at),
    )
    .execute(connection)
    .await?;
    Ok(article_id)
}

/// Says that an article is about an event.
///
/// # Errors
/// The database does not answer.
pub async fn relate(
    connection: impl PgExecutor<'_>,
    article: Uuid,
    event: EventId,
    ordinal: i32,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into article_event (article_id, event_id, ordinal) values ($1, $2, $3)",
        article,
        event.0,
        ordinal,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn ensure_article_category(
    connection: &mut PgConnection,
    name: &str,
) -> Result<Uuid, sqlx::Error> {
    let slug = slug::of(name);
    sqlx::query!(
        "insert into article_category (article_category_id, name, slug) values ($1, $2, $3)
         on conflict (slug) do nothing",
        Uuid::now_v7(),
        name,
        slug,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query_scalar!(
        "select article_category_id from article_category where slug = $1",
        slug,
    )
    .fetch_one(connection)
    .await
}
