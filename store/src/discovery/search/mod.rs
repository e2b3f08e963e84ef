//! Finding events by words. Each word counts as the beginning of one; a word that nothing begins with is
//! taken for its nearest neighbours among the words that can be found. Where no event has all of them, those come near that
//! have the most.
//!
//! Postgres says what each word means, which events have it, and how well (`find_words` in `migrations/`: `to_tsquery`,
//! `ts_rank`, and `pg_trgm` for neighbours). What several words find together is worked out here, so that whoever keeps
//! what words mean asks only for those that are new.

#[cfg(test)]
mod tests;

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use domain::EventId;
use sqlx::PgPool;

/// More words than that are not looked at.
const WORDS_MAX: usize = 8;
/// A longer word is no word.
const LETTERS_MAX: usize = 40;

/// Of what comes near, more is not told: it is looked at, not through.
const NEARLY_MAX: usize = 24;

/// What a word means to Postgres.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Meaning {
    /// As it is compared: without accents, in lower case. Absent if it is none.
    pub plain: Option<String>,
    /// The words that are searched, the nearest first: itself, or those it is taken for.
    pub meant: Vec<String>,
    /// The events that have one of them, by their ids.
    pub hits: Vec<Hit>,
}

/// An event that has a word.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The event.
    pub event: EventId,
    /// How well it fits.
    pub rank: f32,
}

/// What words meant at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    /// The version of what the public pages show then.
    pub version: i64,
    /// In the order asked.
    pub meanings: Vec<Meaning>,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// The events, the best first.
    pub events: Vec<EventId>,
    /// The words that were searched instead, where one was not found as it was written.
    pub instead: Option<String>,
    /// Where no event has all of the words: those that have some, the most and the best first.
    pub nearly: Vec<EventId>,
}

/// The words of a text, each once: what is no letter or digit parts them.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric());
    let parts = parts.filter(|part| !part.is_empty()).take(WORDS_MAX);
    let mut words: Vec<String> = Vec::new();
    for part in parts {
        let letters = part.chars().take(LETTERS_MAX);
        let word = letters.flat_map(char::to_lowercase).collect();
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// Asks Postgres what words mean, in one statement.
///
/// # Errors
/// The database does not answer.
pub async fn understand(pool: &PgPool, words: &[String]) -> Result<Understood, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select (select version from catalogue_version) as "version!", plain, meant as "meant!", events as "events!", ranks as "ranks!"
           from find_words($1)"#,
        words,
    )
    .fetch_all(pool)
    .await?;
    let version = rows.first().map_or(0, |row| row.version);
    let meanings = rows.into_iter().map(|row| {
        let hits = row.events.into_iter().zip(row.ranks);
        let hit = |(id, rank)| Hit {
            event: EventId(id),
            rank,
        };
        Meaning {
            plain: row.plain,
            meant: row.meant,
            hits: hits.map(hit).collect(),
        }
    });
    Ok(Understood {
        version,
        meanings: meanings.collect(),
    })
}

/// The events that have all of the words, in any order, in title, artists, places, category or description.
#[must_use]
pub fn find(meanings: &[impl Borrow<Meaning>]) -> Found {
    let mut asked: Vec<&Meaning> = Vec::with_capacity(meanings.len());
    for meaning in meanings.iter().map(Borrow::borrow) {
        let is_new = asked.iter().all(|other| other.plain != meaning.plain);
        if meaning.plain.is_some() && is_new {
            asked.push(meaning);
        }
    }
    // Where nothing is like a word, nothing has it.
    if asked.iter().any(|meaning| meaning.meant.is_empty()) {
        return Found {
            nearly: with_most(&asked),
            ..Found::default()
        };
    }
    let Some((first, others)) = asked.split_first() else {
        return Found::default();
    };
    let both = |hits: Vec<Hit>, other: &&Meaning| in_both(&hits, &other.hits);
    let mut hits = others.iter().fold(first.hits.clone(), both);
    // Those that fit alike stay in the order of their ids.
    hits.sort_by(|one, other| other.rank.total_cmp(&one.rank));
    let nearest = |meaning: &&Meaning| meaning.meant[0].clone();
    let nearest: Vec<String> = asked.iter().map(nearest).collect();
    let as_written =
        |(meaning, nearest): (&&Meaning, &String)| meaning.plain.as_ref() == Some(nearest);
    Found {
        nearly: if hits.is_empty() {
            with_most(&asked)
        } else {
            Vec::new()
        },
        events: hits.into_iter().map(|hit| hit.event).collect(),
        instead: (!asked.iter().zip(&nearest).all(as_written)).then(|| nearest.join(" ")),
    }
}

/// The events that have most of the words, the best of them first.
fn with_most(asked: &[&Meaning]) -> Vec<EventId> {
    let mut with: BTreeMap<EventId, (usize, f32)> = BTreeMap::new();
    for hit in asked.iter().flat_map(|meaning| &meaning.hits) {
        let (words, rank) = with.entry(hit.event).or_default();
        *words += 1;
        *rank += hit.rank;
    }
    let mut with: Vec<(EventId, (usize, f32))> = with.into_iter().collect();
    with.sort_by(|(_, (one, one_rank)), (_, (other, other_rank))| {
        other.cmp(one).then(other_rank.total_cmp(one_rank))
    });
    let nearly = with.into_iter().map(|(event, _)| event);
    nearly.take(NEARLY_MAX).collect()
}

/// What is in both, by id, with what it has in each.
fn in_both(one: &[Hit], other: &[Hit]) -> Vec<Hit> {
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    let mut both = Vec::new();
    while let (Some(left), Some(right)) = (one.peek(), other.peek()) {
        match left.event.cmp(&right.event) {
            Ordering::Less => drop(one.next()),
            Ordering::Greater => drop(other.next()),
            Ordering::Equal => {
                both.push(Hit {
                    event: left.event,
                    rank: left.rank + right.rank,
                });
                one.next();
                other.next();
            }
        }
    }
    both
}
