//! Finding events by words. Each word counts as the beginning of one; a word that nothing begins with is
//! taken for its nearest neighbours among the words that can be found.
//!
//! It is done in memory: a few thousand words point to some thousand events, where each search would be three
//! statements. What is found and in which order is what Postgres finds with `to_tsquery`, `ts_rank` and
//! `pg_trgm`, against which the tests hold it.

mod letters;
mod likeness;
mod rank;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use domain::EventId;

use self::likeness::Likeness;
use super::documents::{Document, Place};

pub use self::letters::Letters;

/// More words than that are not looked at.
pub const WORDS_MAX: usize = 8;
/// A longer word is no word.
const LETTERS_MAX: usize = 40;

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// The events, the best first.
    pub events: Vec<EventId>,
    /// The words that were searched instead, where one was not found as it was written.
    pub instead: Option<String>,
}

/// All words with the events in which they stand.
#[derive(Debug, Default)]
pub struct SearchIndex {
    /// By their ids: among those that fit alike, the first is the first.
    events: Vec<EventId>,
    /// In the order of their bytes, so that words of one beginning follow each other.
    entries: Vec<Entry>,
    likeness: Likeness,
}

#[derive(Debug)]
struct Entry {
    word: String,
    /// By event.
    hits: Vec<Hit>,
}

#[derive(Debug)]
struct Hit {
    /// Its place among the index's events.
    event: usize,
    places: Vec<Place>,
}

impl SearchIndex {
    /// The index of these documents.
    #[must_use]
    pub fn of(mut documents: Vec<Document>) -> Self {
        documents.sort_unstable_by_key(|document| document.event_id);
        let events = documents.iter().map(|document| document.event_id).collect();
        let mut hits: HashMap<String, Vec<Hit>> = HashMap::new();
        for (event, document) in documents.into_iter().enumerate() {
            for word in document.words {
                let places = word.places;
                hits.entry(word.text)
                    .or_default()
                    .push(Hit { event, places });
            }
        }
        let entries = hits.into_iter().map(|(word, hits)| Entry { word, hits });
        let mut entries: Vec<Entry> = entries.collect();
        entries.sort_unstable_by(|one, other| one.word.cmp(&other.word));
        Self {
            events,
            likeness: Likeness::of(entries.iter().map(|entry| entry.word.as_str())),
            entries,
        }
    }

    /// Finds events that have all of the words, in any order, in title, artists, places, category or description.
    #[must_use]
    pub fn search(&self, text: &str, letters: &Letters) -> Found {
        let words = words(text, letters);
        let wanted: Vec<Vec<&str>> = words.iter().map(|word| self.meant_by(word)).collect();
        // Where nothing is like a word, nothing has it.
        if wanted.is_empty() || wanted.iter().any(Vec::is_empty) {
            return Found::default();
        }
        let nearest: Vec<&str> = wanted.iter().map(|meant| meant[0]).collect();
        Found {
            instead: (nearest != words).then(|| nearest.join(" ")),
            events: self.having_all(&wanted),
        }
    }

    /// The word itself where something begins with it; else its neighbours, the nearest first.
    fn meant_by<'a>(&'a self, word: &'a str) -> Vec<&'a str> {
        if !self.beginning_with(word).is_empty() {
            return vec![word];
        }
        let near = self.likeness.nearest(word).into_iter();
        near.map(|place| self.entries[place].word.as_str())
            .collect()
    }

    fn beginning_with(&self, beginning: &str) -> &[Entry] {
        let from = self
            .entries
            .partition_point(|it| it.word.as_str() < beginning);
        let rest = &self.entries[from..];
        &rest[..rest.partition_point(|it| it.word.starts_with(beginning))]
    }

    /// The events that have, of each list, one word at least that begins so; the best first.
    fn having_all(&self, wanted: &[Vec<&str>]) -> Vec<EventId> {
        // How many of the lists an event has had, one after the other.
        let mut had = vec![0; self.events.len()];
        for (number, beginnings) in wanted.iter().enumerate() {
            let entries = beginnings.iter().flat_map(|it| self.beginning_with(it));
            for hit in entries.flat_map(|entry| &entry.hits) {
                if had[hit.event] == number {
                    had[hit.event] += 1;
                }
            }
        }
        let terms: BTreeSet<&str> = wanted.iter().flatten().copied().collect();
        let terms: Vec<&[Entry]> = terms.iter().map(|it| self.beginning_with(it)).collect();
        let ranks = rank::ranks(&terms, wanted.len() > 1, self.events.len());
        let having = (0..self.events.len()).filter(|event| had[*event] == wanted.len());
        let mut having: Vec<usize> = having.collect();
        having.sort_by(|one, other| ranks[*other].total_cmp(&ranks[*one]));
        having.into_iter().map(|event| self.events[event]).collect()
    }
}

/// The words of a text as they are indexed, each once: what is no letter or digit parts them.
fn words(text: &str, letters: &Letters) -> Vec<String> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric());
    let parts = parts.filter(|part| !part.is_empty()).take(WORDS_MAX);
    let mut words: Vec<String> = Vec::new();
    for part in parts {
        let end = part
            .char_indices()
            .nth(LETTERS_MAX)
            .map_or(part.len(), |(at, _)| at);
        let word = letters.fold(&part[..end]);
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}
