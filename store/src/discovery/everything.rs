//! Reading all of it in one snapshot.

use domain::{ArtistId, CategoryId, CityId, EventId, ManifestId, Money, SessionId, VenueId};
use sqlx::{PgConnection, PgPool};

use super::rows::{Article, ArticleCategory, Artist, Category, City, Event, Session, Venue};
use super::version;
use crate::catalogue::sale;
use crate::columns::{count, currency_of};

/// Everything, as of one instant.
#[derive(Debug, Clone, Default)]
pub struct Everything {
    /// The version that this is.
    pub version: i64,
    /// By name.
    pub categories: Vec<Category>,
    /// By name.
    pub cities: Vec<City>,
    /// By name.
    pub venues: Vec<Venue>,
    /// By name.
    pub artists: Vec<Artist>,
    /// In no order that matters.
    pub events: Vec<Event>,
    /// Published ones, past ones too, by start.
    pub sessions: Vec<Session>,
    /// By name.
    pub article_categories: Vec<ArticleCategory>,
    /// The newest first; those whose time has not come are among them.
    pub articles: Vec<Article>,
}

/// Reads everything in one snapshot of the database.
///
/// # Errors
/// The database does not answer.
pub async fn everything(pool: &PgPool) -> Result<Everything, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query!("set transaction isolation level repeatable read, read only")
        .execute(&mut *transaction)
        .await?;
    let everything = Everything {
        version: version(&mut *transaction).await?,
        categories: categories(&mut transaction).await?,
        cities: cities(&mut transaction).await?,
        venues: venues(&mut transaction).await?,
        artists: artists(&mut transaction).await?,
        events: events(&mut transaction).await?,
        sessions: sessions(&mut transaction).await?,
        article_categories: article_categories(&mut transaction).await?,
        articles: articles(&mut transaction).await?,
    };
    transaction.commit().await?;
    Ok(everything)
}

async fn categories(connection: &mut PgConnection) -> Result<Vec<Category>, sqlx::Error> {
    let rows = sqlx::query!("select category_id, name, slug from category order by name, slug")
        .fetch_all(connection)
        .await?;
    let category = rows.into_iter().map(|row| Category {
        category_id: CategoryId(row.category_id),
        name: row.name,
        slug: row.slug,
    });
    Ok(category.collect())
}

async fn cities(connection: &mut PgConnection) -> Result<Vec<City>, sqlx::Error> {
    let rows = sqlx::query!(
        "select city_id, city.name, slug, country_code, country.name as country
         from city join country using (country_code) order by city.name, slug"
    )
    .fetch_all(connection)
    .await?;
    let city = rows.into_iter().map(|row| City {
        city_id: CityId(row.city_id),
        name: row.name,
        slug: row.slug,
        country_code: row.country_code,
        country: row.country,
    });
    Ok(city.collect())
}

async fn venues(connection: &mut PgConnection) -> Result<Vec<Venue>, sqlx::Error> {
    let rows = sqlx::query!(
        "select venue_id, city_id, name, slug, address, time_zone, description, directions, latitude, longitude
         from venue order by name, slug"
    )
    .fetch_all(connection)
    .await?;
    let venue = rows.into_iter().map(|row| Venue {
        venue_id: VenueId(row.venue_id),
        city_id: CityId(row.city_id),
        name: row.name,
        slug: row.slug,
        address: row.address,
        time_zone: row.time_zone,
        description: row.description,
        directions: row.directions,
        location: row.latitude.zip(row.longitude),
    });
    Ok(venue.collect())
}

async fn artists(connection: &mut PgConnection) -> Result<Vec<Artist>, sqlx::Error> {
    let rows =
        sqlx::query!("select artist_id, name, slug, description from artist order by name, slug")
            .fetch_all(connection)
            .await?;
    let artist = rows.into_iter().map(|row| Artist {
        artist_id: ArtistId(row.artist_id),
        name: row.name,
        slug: row.slug,
        description: row.description,
    });
    Ok(artist.collect())
}

async fn events(connection: &mut PgConnection) -> Result<Vec<Event>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select event_id, category_id, title, slug, description, poster,
               array(select artist_id from event_artist
                     where event_artist.event_id = event.event_id order by ordinal) as "artists!"
           from event"#
    )
    .fetch_all(connection)
    .await?;
    let event = rows.into_iter().map(|row| Event {
        event_id: EventId(row.event_id),
        category_id: CategoryId(row.category_id),
        title: row.title,
        slug: row.slug,
        description: row.description,
        poster: row.poster,
        artists: row.artists.into_iter().map(ArtistId).collect(),
    });
    Ok(event.collect())
}

async fn sessions(connection: &mut PgConnection) -> Result<Vec<Session>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select session_id, event_id, session.venue_id, starts_at, doors_open_at, status, on_sale_from,
               on_sale_until, currency, from_price,
               manifest_id as "manifest_id!", manifest.places
           from event_session session join manifest using (manifest_id)
           where status <> 'draft'
           order by starts_at, session_id"#
    )
    .fetch_all(connection)
    .await?;
    let session = rows.into_iter().map(|row| {
        let currency = currency_of(&row.currency)?;
        Ok(Session {
            session_id: SessionId(row.session_id),
            event_id: EventId(row.event_id),
            venue_id: VenueId(row.venue_id),
            starts_at: row.starts_at,
            doors_open_at: row.doors_open_at,
            sale: sale(&row.status, row.on_sale_from, row.on_sale_until)?,
            currency,
            from_price: row.from_price.map(|minor| Money { minor, currency }),
            manifest_id: ManifestId(row.manifest_id),
            places: count(row.places)?,
        })
    });
    session.collect()
}

async fn article_categories(
    connection: &mut PgConnection,
) -> Result<Vec<ArticleCategory>, sqlx::Error> {
    sqlx::query_as!(
        ArticleCategory,
        "select article_category_id, name, slug from article_category order by name, slug"
    )
    .fetch_all(connection)
    .await
}

async fn articles(connection: &mut PgConnection) -> Result<Vec<Article>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select article_id, article_category_id, title, slug, summary, body, language, author, poster,
               published_at as "published_at!",
               array(select event_id from article_event
                     where article_event.article_id = article.article_id order by ordinal) as "events!"
           from article where published_at is not null
           order by published_at desc, article_id"#
    )
    .fetch_all(connection)
    .await?;
    let article = rows.into_iter().map(|row| Article {
        article_id: row.article_id,
        article_category_id: row.article_category_id,
        title: row.title,
        slug: row.slug,
        summary: row.summary,
        body: row.body,
        language: row.language,
        author: row.author,
        poster: row.poster,
        published_at: row.published_at,
        events: row.events.into_iter().map(EventId).collect(),
    });
    Ok(article.collect())
}
