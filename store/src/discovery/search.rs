//! Finding events by words. Each word counts as the beginning of one; a word that nothing begins with is
//! taken for its nearest neighbours among the words that can be found.

use std::collections::HashMap;

use domain::EventId;
use sqlx::PgPool;

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

/// How alike a word must be to be taken for another.
const SIMILARITY_MIN: f32 = 0.3;

/// Finds events that have all of the words, in any order, in title, artists, places, category or description.
///
/// # Errors
/// The database does not answer.
pub async fn search(pool: &PgPool, text: &str) -> Result<Found, sqlx::Error> {
    let words = words(pool, text).await?;
    if words.is_empty() {
        return Ok(Found::default());
    }
    let known = known(pool, &words).await?;
    let mut instead = Vec::with_capacity(words.len());
    let mut query = Vec::with_capacity(words.len());
    let mut is_other = false;
    for word in &words {
        let neighbours = known.get(word).map_or(&[][..], Vec::as_slice);
        let Some(nearest) = neighbours.first() else {
            // Nothing is like it: nothing has it.
            return Ok(Found::default());
        };
        is_other |= nearest != word;
        instead.push(nearest.as_str());
        let alternatives: Vec<String> = neighbours.iter().map(|it| format!("'{it}':*")).collect();
        query.push(format!("({})", alternatives.join(" | ")));
    }
    Ok(Found {
        events: matching(pool, &query.join(" & ")).await?,
        instead: is_other.then(|| instead.join(" ")),
    })
}

/// The words of a text as they are indexed: what is no letter or digit parts them.
async fn words(pool: &PgPool, text: &str) -> Result<Vec<String>, sqlx::Error> {
    let is_part = |letter: char| !letter.is_alphanumeric();
    let words: Vec<String> = text
        .split(is_part)
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(LETTERS_MAX).collect())
        .take(WORDS_MAX)
        .collect();
    if words.is_empty() {
        return Ok(words);
    }
    let plain = sqlx::query_scalar!(
        r#"select distinct unaccent(lower(word)) as "word!" from unnest($1::text[]) word"#,
        &words,
    )
    .fetch_all(pool)
    .await?;
    // An accent may have stood for more than letters.
    let plain = plain.into_iter().map(|word| {
        let letters = word.chars().filter(|letter| letter.is_alphanumeric());
        letters.collect::<String>()
    });
    Ok(plain.filter(|word| !word.is_empty()).collect())
}

/// The word itself where something begins with it; else its neighbours, the nearest first.
async fn known(
    pool: &PgPool,
    words: &[String],
) -> Result<HashMap<String, Vec<String>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select asked.word as "asked!", coalesce(near.word, asked.word) as "word!"
           from unnest($1::text[]) as asked (word)
           left join lateral (
               select candidate.word, similarity(candidate.word, asked.word) as alike
               from search_word candidate
               where candidate.word % asked.word
                   and similarity(candidate.word, asked.word) >= $2
                   and not exists (select from search_word whole where starts_with(whole.word, asked.word))
               order by alike desc, candidate.word
               limit 3
           ) near on true
           where near.word is not null
               or exists (select from search_word whole where starts_with(whole.word, asked.word))
           order by near.alike desc nulls first, near.word"#,
        words,
        SIMILARITY_MIN,
    )
    .fetch_all(pool)
    .await?;
    let mut known: HashMap<String, Vec<String>> = HashMap::new();
    for row in rows {
        known.entry(row.asked).or_default().push(row.word);
    }
    Ok(known)
}

async fn matching(pool: &PgPool, query: &str) -> Result<Vec<EventId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "select event_id from event_search, to_tsquery('simple', $1) asked
         where document @@ asked
         order by ts_rank(document, asked) desc, event_id",
        query,
    )
    .fetch_all(pool)
    .await?;
    Ok(ids.into_iter().map(EventId).collect())
}
