//! All that is published, with what belongs together joined. It never changes: a new one takes its place.

use std::collections::HashMap;
use std::hash::Hash;

use chrono::NaiveDate;
use domain::{SessionId, Timestamp};
use store::discovery::{self as rows, Everything, Named};
use uuid::Uuid;

use crate::language;

/// A place in one of the catalogue's lists.
pub type Index = usize;

/// Everything.
#[derive(Default)]
pub struct Catalogue {
    /// The version that this is.
    pub version: i64,
    /// By name.
    pub categories: Vec<rows::Category>,
    /// By name.
    pub cities: Vec<rows::City>,
    /// By name.
    pub venues: Vec<Venue>,
    /// By name.
    pub artists: Vec<Artist>,
    /// In no order that matters.
    pub events: Vec<Event>,
    /// By start.
    pub sessions: Vec<Session>,
    /// By name.
    pub article_categories: Vec<rows::ArticleCategory>,
    /// The newest first.
    pub articles: Vec<Article>,
    slugs: HashMap<(&'static str, String), Index>,
    ids: HashMap<Uuid, Index>,
}

/// A venue.
pub struct Venue {
    /// As it is stored.
    pub row: rows::Venue,
    /// Where it is.
    pub city: Index,
    /// What is on there, by start.
    pub sessions: Vec<Index>,
}

/// An artist.
pub struct Artist {
    /// As it is stored.
    pub row: rows::Artist,
    /// What they play in.
    pub events: Vec<Index>,
}

/// An event.
pub struct Event {
    /// As it is stored.
    pub row: rows::Event,
    /// What kind it is.
    pub category: Index,
    /// Who performs.
    pub artists: Vec<Index>,
    /// Its performances, by start.
    pub sessions: Vec<Index>,
}

/// A performance.
pub struct Session {
    /// As it is stored.
    pub row: rows::Session,
    /// What is performed.
    pub event: Index,
    /// Where.
    pub venue: Index,
    /// In which city.
    pub city: Index,
    /// When it begins.
    pub starts_at: Timestamp,
    /// On which day, where the venue is.
    pub day: NaiveDate,
}

/// An article.
pub struct Article {
    /// As it is stored.
    pub row: rows::Article,
    /// What kind it is.
    pub category: Index,
    /// What it is about.
    pub events: Vec<Index>,
}

impl Catalogue {
    /// Joins what was read. What refers to nothing is left out: the database keeps that from being.
    #[must_use]
    pub fn of(all: Everything) -> Self {
        let mut venues = venues(all.venues, &all.cities);
        let mut artists = artists(all.artists);
        let mut events = events(all.events, &all.categories, &mut artists);
        let sessions = sessions(all.sessions, &mut events, &mut venues);
        let articles = articles(all.articles, &all.article_categories, &events);
        let catalogue = Self {
            version: all.version,
            categories: all.categories,
            cities: all.cities,
            venues,
            artists,
            events,
            sessions,
            article_categories: all.article_categories,
            articles,
            ..Self::default()
        };
        catalogue.with_names()
    }

    fn with_names(mut self) -> Self {
        let mut names: Vec<(Named, &str, Uuid, Index)> = Vec::new();
        for (index, row) in self.categories.iter().enumerate() {
            names.push((Named::Category, &row.slug, row.category_id.0, index));
        }
        for (index, row) in self.cities.iter().enumerate() {
            names.push((Named::City, &row.slug, row.city_id.0, index));
        }
        for (index, venue) in self.venues.iter().enumerate() {
            names.push((Named::Venue, &venue.row.slug, venue.row.venue_id.0, index));
        }
        for (index, artist) in self.artists.iter().enumerate() {
            names.push((
                Named::Artist,
                &artist.row.slug,
                artist.row.artist_id.0,
                index,
            ));
        }
        for (index, event) in self.events.iter().enumerate() {
            names.push((Named::Event, &event.row.slug, event.row.event_id.0, index));
        }
        for (index, article) in self.articles.iter().enumerate() {
            names.push((
                Named::Article,
                &article.row.slug,
                article.row.article_id,
                index,
            ));
        }
        let slugs = names
            .iter()
            .map(|(kind, slug, _, index)| ((word(*kind), (*slug).to_owned()), *index));
        let slugs = slugs.collect();
        let mut ids: HashMap<Uuid, Index> = names
            .iter()
            .map(|(_, _, id, index)| (*id, *index))
            .collect();
        for (index, session) in self.sessions.iter().enumerate() {
            ids.insert(session.row.session_id.0, index);
        }
        self.slugs = slugs;
        self.ids = ids;
        self
    }

    /// What has this name in its address.
    #[must_use]
    pub fn named(&self, kind: Named, slug: &str) -> Option<Index> {
        self.slugs.get(&(word(kind), slug.to_owned())).copied()
    }

    /// What has this id; whoever asks knows what kind it is of.
    #[must_use]
    pub fn with_id(&self, id: Uuid) -> Option<Index> {
        self.ids.get(&id).copied()
    }

    /// A performance.
    #[must_use]
    pub fn session(&self, id: SessionId) -> Option<&Session> {
        let session = self.sessions.get(self.with_id(id.0)?)?;
        (session.row.session_id == id).then_some(session)
    }

    /// Where the performances begin that have not begun at `now`.
    #[must_use]
    pub fn to_come(&self, now: Timestamp) -> Index {
        self.sessions
            .partition_point(|session| session.starts_at < now)
    }

    /// The articles that are shown at `now`, the newest first.
    pub fn published(&self, now: Timestamp) -> impl Iterator<Item = (Index, &Article)> {
        let articles = self.articles.iter().enumerate();
        articles.filter(move |(_, article)| Timestamp::from(article.row.published_at) <= now)
    }

    /// When the next article is to be shown.
    #[must_use]
    pub fn next_article_at(&self, now: Timestamp) -> Option<Timestamp> {
        let instants = self
            .articles
            .iter()
            .map(|article| Timestamp::from(article.row.published_at));
        instants.filter(|instant| *instant > now).min()
    }
}

fn venues(rows: Vec<rows::Venue>, cities: &[rows::City]) -> Vec<Venue> {
    let city_at = indexes(cities, |row| row.city_id);
    let venue = |row: rows::Venue| {
        let city = *city_at.get(&row.city_id)?;
        Some(Venue {
            row,
            city,
            sessions: Vec::new(),
        })
    };
    rows.into_iter().filter_map(venue).collect()
}

fn artists(rows: Vec<rows::Artist>) -> Vec<Artist> {
    let artist = |row| Artist {
        row,
        events: Vec::new(),
    };
    rows.into_iter().map(artist).collect()
}

fn events(
    rows: Vec<rows::Event>,
    categories: &[rows::Category],
    artists: &mut [Artist],
) -> Vec<Event> {
    let category_at = indexes(categories, |row| row.category_id);
    let artist_at = indexes(artists, |artist| artist.row.artist_id);
    let event = |row: rows::Event| {
        let category = *category_at.get(&row.category_id)?;
        let artists = row
            .artists
            .iter()
            .filter_map(|id| artist_at.get(id).copied());
        Some(Event {
            artists: artists.collect(),
            row,
            category,
            sessions: Vec::new(),
        })
    };
    let events: Vec<Event> = rows.into_iter().filter_map(event).collect();
    for (index, event) in events.iter().enumerate() {
        for artist in &event.artists {
            artists[*artist].events.push(index);
        }
    }
    events
}

fn articles(
    rows: Vec<rows::Article>,
    categories: &[rows::ArticleCategory],
    events: &[Event],
) -> Vec<Article> {
    let category_at = indexes(categories, |row| row.article_category_id);
    let event_at = indexes(events, |event| event.row.event_id);
    let article = |row: rows::Article| {
        let category = *category_at.get(&row.article_category_id)?;
        let events = row.events.iter().filter_map(|id| event_at.get(id).copied());
        Some(Article {
            events: events.collect(),
            row,
            category,
        })
    };
    rows.into_iter().filter_map(article).collect()
}

fn sessions(rows: Vec<rows::Session>, events: &mut [Event], venues: &mut [Venue]) -> Vec<Session> {
    let event_at = indexes(events, |event| event.row.event_id);
    let venue_at = indexes(venues, |venue| venue.row.venue_id);
    let mut sessions: Vec<Session> = Vec::with_capacity(rows.len());
    for row in rows {
        let (Some(&event), Some(&venue)) =
            (event_at.get(&row.event_id), venue_at.get(&row.venue_id))
        else {
            continue;
        };
        let starts_at = Timestamp::from(row.starts_at);
        let day = language::at(starts_at, &venues[venue].row.time_zone).date_naive();
        events[event].sessions.push(sessions.len());
        venues[venue].sessions.push(sessions.len());
        sessions.push(Session {
            row,
            event,
            venue,
            city: venues[venue].city,
            starts_at,
            day,
        });
    }
    sessions
}

fn indexes<T, K: Hash + Eq>(list: &[T], key: impl Fn(&T) -> K) -> HashMap<K, Index> {
    list.iter()
        .enumerate()
        .map(|(index, item)| (key(item), index))
        .collect()
}

fn word(kind: Named) -> &'static str {
    match kind {
        Named::Artist => "artist",
        Named::Category => "category",
        Named::City => "city",
        Named::Event => "event",
        Named::Venue => "venue",
        Named::Article => "article",
    }
}
