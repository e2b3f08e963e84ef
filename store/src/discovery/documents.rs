//! By which words each event is found: those of its texts, as triggers keep them in a `tsvector`, without accents and
//! in lower case, each with where it stands and how much it counts there.

use domain::EventId;
use sqlx::PgConnection;

use crate::columns::undecodable;

/// An event's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The event.
    pub event_id: EventId,
    /// In the order of their bytes, each once.
    pub words: Vec<Word>,
}

/// A word with all the places where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub text: String,
    /// The first ones first.
    pub places: Vec<Place>,
}

/// A place in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// How many words it is from the beginning.
    pub at: u16,
    /// What stands there.
    pub weight: Weight,
}

/// How much a place counts, in Postgres' letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Titles and artists.
    A,
    /// Categories and places.
    B,
    /// Nothing yet.
    C,
    /// Descriptions.
    D,
}

/// Reads all of them, by the events' ids.
pub(super) async fn documents(connection: &mut PgConnection) -> Result<Vec<Document>, sqlx::Error> {
    // As text: it is one value an event, where rows of words would be a hundred thousand.
    let rows = sqlx::query!(
        r#"select event_id, document::text as "document!" from event_search order by event_id"#
    )
    .fetch_all(connection)
    .await?;
    let document = rows.into_iter().map(|row| {
        let words = words(&row.document)
            .ok_or_else(|| undecodable(&format!("{:?} is no tsvector", row.document)))?;
        Ok(Document {
            event_id: EventId(row.event_id),
            words,
        })
    });
    document.collect()
}

/// What a `tsvector` says as text: `'night':2A 'voyage':1A,7`.
fn words(text: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (text, after) = unquoted(rest.strip_prefix('\'')?)?;
        let (places, after) = after.split_once(' ').unwrap_or((after, ""));
        let places = places.strip_prefix(':')?.split(',').map(place);
        words.push(Word {
            text,
            places: places.collect::<Option<_>>()?,
        });
        rest = after;
    }
    Some(words)
}

/// The word up to its closing quote, and what follows; quotes and backslashes within it are doubled.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if matches!(letter, '\'' | '\\') && letters.next_if(|next| next.1 == letter).is_none() {
            return (letter == '\'').then(|| (word, &text[at + 1..]));
        }
        word.push(letter);
    }
    None
}

fn place(text: &str) -> Option<Place> {
    let digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let weight = match &text[digits.len()..] {
        "A" => Weight::A,
        "B" => Weight::B,
        "C" => Weight::C,
        "" => Weight::D,
        _ => return None,
    };
    Some(Place {
        at: digits.parse().ok()?,
        weight,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tsvector_is_read_as_it_is_written() {
        let read = words(r"'a''b\\c':3 'künste':1A,20B,21C").unwrap();
        let places = |places: &[(u16, Weight)]| {
            let place = places.iter().map(|&(at, weight)| Place { at, weight });
            place.collect::<Vec<_>>()
        };
        let expected = [
            Word {
                text: r"a'b\c".to_owned(),
                places: places(&[(3, Weight::D)]),
            },
            Word {
                text: "künste".to_owned(),
                places: places(&[(1, Weight::A), (20, Weight::B), (21, Weight::C)]),
            },
        ];
        assert_eq!(read, expected);
        assert_eq!(words(""), Some(Vec::new()));
        for broken in ["'a", "'a':", "'a':1X", "a:1", "'a':1  'b':2"] {
            assert_eq!(words(broken), None, "{broken}");
        }
    }
}
