//! What somebody looks for, as the address says it.

use chrono::{Datelike, NaiveDate};
use domain::EventId;
use serde::Deserialize;
use store::discovery::Named;

use super::super::encoded;
use super::super::view::View;
use crate::discovery::{Criteria, Soon, Sort};
use crate::error::Answer;

/// Longer words are cut before anybody looks at them.
const WORDS_CHARACTERS_MAX: usize = 200;

/// What the address says. All of it is text: what is no choice of ours is passed over, and said.
#[derive(Deserialize, Default, Clone)]
pub struct Query {
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub category: String,
    #[serde(default)]
    pub city: String,
    #[serde(default)]
    pub artist: String,
    #[serde(default)]
    pub venue: String,
    #[serde(default)]
    pub when: String,
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
    #[serde(default)]
    pub sort: String,
    #[serde(default)]
    pub page: String,
}

/// One of the choices in an address.
pub type Part = fn(&mut Query) -> &mut String;

/// What the address's words mean.
pub struct Wish {
    pub query: Query,
    pub criteria: Criteria,
    pub instead: Option<String>,
    /// Where the words find nothing: what has most of them.
    pub nearly: Vec<usize>,
    pub unknown: Vec<String>,
    pub page: usize,
}

impl Wish {
    /// What these words mean. What is no choice of ours is forgotten, and told.
    pub async fn of(view: &View, mut query: Query) -> Answer<Self> {
        let words = query.q.trim().chars();
        let words = words.filter(|letter| !letter.is_control());
        query.q = words.take(WORDS_CHARACTERS_MAX).collect();
        let mut unknown = Vec::new();
        let mut named = |kind, slug: &mut String, word: &str| {
            if slug.is_empty() {
                return None;
            }
            let found = view.catalogue.named(kind, slug);
            if found.is_none() {
                unknown.push(view.speech().say(word));
                slug.clear();
            }
            found
        };
        let category = named(Named::Category, &mut query.category, "filter-category");
        let city = named(Named::City, &mut query.city, "filter-city");
        let artist = named(Named::Artist, &mut query.artist, "filter-artist");
        let venue = named(Named::Venue, &mut query.venue, "filter-venue");
        let (from, to, soon) = span(view, &mut query, &mut unknown);
        let sort = sort_of(&mut query.sort);
        let page = query
            .page
            .parse()
            .ok()
            .filter(|page| *page > 0)
            .unwrap_or(1);
        query.page.clear();
        let Search {
            found,
            instead,
            nearly,
        } = search(view, &query.q).await?;
        let criteria = Criteria {
            category,
            city,
            artist,
            venue,
            from,
            to,
            soon,
            found,
            sort,
        };
        Ok(Self {
            query,
            criteria,
            instead,
            nearly,
            unknown,
            page,
        })
    }
}

/// The days that are looked for: from one to another, or soon. What is no day is forgotten, and told.
fn span(
    view: &View,
    query: &mut Query,
    unknown: &mut Vec<String>,
) -> (Option<NaiveDate>, Option<NaiveDate>, Option<Soon>) {
    let mut day = |text: &mut String, word: &str| {
        let day = text
            .parse::<NaiveDate>()
            .ok()
            .filter(|day| (1970..=9999).contains(&day.year()));
        if day.is_none() && !text.is_empty() {
            unknown.push(view.speech().say(word));
            text.clear();
        }
        day
    };
    let mut from = day(&mut query.from, "filter-from");
    let mut to = day(&mut query.to, "filter-to");
    // Who says them the wrong way round means the days between.
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        std::mem::swap(&mut from, &mut to);
        std::mem::swap(&mut query.from, &mut query.to);
    }
    let mut soon = Soon::ALL.into_iter().find(|it| it.name() == query.when);
    // Who says days means these.
    if from.is_some() || to.is_some() {
        soon = None;
    }
    if soon.is_none() {
        query.when.clear();
    }
    (from, to, soon)
}

/// The order of a word; a word that is none is forgotten.
fn sort_of(word: &mut String) -> Sort {
    match word.as_str() {
        "date" => Sort::Date,
        "price" => Sort::Price,
        "title" => Sort::Title,
        _ => {
            word.clear();
            Sort::Best
        }
    }
}

/// What words found, as the catalogue counts events; of no words, nothing was asked.
#[derive(Default)]
struct Search {
    found: Option<Vec<usize>>,
    instead: Option<String>,
    nearly: Vec<usize>,
}

async fn search(view: &View, words: &str) -> Answer<Search> {
    if words.is_empty() {
        return Ok(Search::default());
    }
    let all = &view.context.keeper.words;
    let asker = view.asker();
    let found = all.search(words, view.catalogue.version, asker).await?;
    let known = |events: Vec<EventId>| {
        let known = events.iter();
        known
            .filter_map(|id| view.catalogue.with_id(id.0))
            .collect()
    };
    Ok(Search {
        found: Some(known(found.events)),
        instead: found.instead,
        nearly: known(found.nearly),
    })
}

/// The address of a choice: only what is chosen is in it, always in the same order.
pub fn address(place: &str, query: &Query) -> String {
    let page = if query.page == "1" { "" } else { &query.page };
    let parts = [
        ("q", query.q.as_str()),
        ("category", &query.category),
        ("city", &query.city),
        ("artist", &query.artist),
        ("venue", &query.venue),
        ("when", &query.when),
        ("from", &query.from),
        ("to", &query.to),
        ("sort", &query.sort),
        ("page", page),
    ];
    let chosen = parts.iter().filter(|(_, value)| !value.is_empty());
    let chosen: Vec<String> = chosen
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    if chosen.is_empty() {
        place.to_owned()
    } else {
        format!("{place}?{}", chosen.join("&"))
    }
}
