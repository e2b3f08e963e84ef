//! What is found of what words mean is what Postgres finds when it is asked for all of them at once.

use std::collections::{HashMap, HashSet};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sqlx::PgPool;
use uuid::Uuid;

use super::*;

/// Enough for ties, for words that few have, and for beginnings that many have. EVENTS: more.
const EVENTS: usize = 120;
const SEARCHES: usize = 300;

const WORDS: [&str; 40] = [
    "night",
    "nightingale",
    "nocturne",
    "voyage",
    "river",
    "rivers",
    "garden",
    "winter",
    "summer",
    "Künste",
    "Straße",
    "Élan",
    "São",
    "Łódź",
    "thunder",
    "thunderstorm",
    "silent",
    "golden",
    "paper",
    "velvet",
    "harbour",
    "lantern",
    "lanterns",
    "o'clock",
    "rock-n-roll",
    "1984",
    "3rd",
    "A",
    "the",
    "of",
    "letter",
    "orchard",
    "mirror",
    "glass",
    "shadow",
    "island",
    "mountain",
    "ocean",
    "forest",
    "desert",
];

/// The whole search in Postgres, without indexes and a statement for each step: by rank where it is one word, else by id,
/// for what several words find is ranked by the sum of their ranks.
mod in_postgres {
    use super::*;

    pub async fn search(pool: &PgPool, words: &[String]) -> Found {
        let mut known: Vec<Vec<String>> = Vec::new();
        for word in words {
            known.push(meant_by(pool, word).await);
        }
        let is_known = !known.is_empty() && !known.iter().any(Vec::is_empty);
        let nearest: Vec<&str> = known
            .iter()
            .filter_map(|meant| meant.first())
            .map(String::as_str)
            .collect();
        let each: Vec<String> = words
            .iter()
            .zip(&known)
            .filter(|(_, meant)| !meant.is_empty())
            .map(|(word, meant)| query(word, meant))
            .collect();
        let events = if is_known {
            matching(pool, &each.join(" & "), &each).await
        } else {
            Vec::new()
        };
        Found {
            nearly: if events.is_empty() && !each.is_empty() {
                let mut nearly = matching(pool, &each.join(" | "), &each).await;
                nearly.truncate(NEARLY_MAX);
                nearly
            } else {
                Vec::new()
            },
            events,
            instead: (is_known && nearest != words).then(|| nearest.join(" ")),
        }
    }

    async fn matching(pool: &PgPool, query: &str, each: &[String]) -> Vec<EventId> {
        let events: Vec<Uuid> = sqlx::query_scalar(
            "select event_id from event_search
             where document @@ $1::tsquery
             order by (select count(*) from unnest($2::text[]) word where document @@ word::tsquery) desc,
                (select sum(ts_rank(document, word::tsquery)) from unnest($2::text[]) word) desc, event_id",
        )
        .bind(query)
        .bind(each)
        .fetch_all(pool)
        .await
        .unwrap();
        events.into_iter().map(EventId).collect()
    }

    /// A word as the beginning of others, or those it is taken for as they are.
    fn query(word: &str, meant: &[String]) -> String {
        let quoted = |word: &String| format!("'{}'", word.replace('\'', "''"));
        match meant {
            [itself] if itself == word => format!("({}:*)", quoted(itself)),
            others => format!(
                "({})",
                others.iter().map(quoted).collect::<Vec<_>>().join(" | ")
            ),
        }
    }

    async fn meant_by(pool: &PgPool, word: &str) -> Vec<String> {
        let all = "(select distinct unnest(tsvector_to_array(document)) as word from event_search)";
        let begins = format!("select exists (select from {all} it where starts_with(it.word, $1))");
        if sqlx::query_scalar(sqlx::AssertSqlSafe(begins))
            .bind(word)
            .fetch_one(pool)
            .await
            .unwrap()
        {
            return vec![word.to_owned()];
        }
        let near = format!(
            r#"with near as (
                   select word, similarity(word, $1) as likeness from {all} it where similarity(word, $1) >= 0.3::real
                   order by likeness desc, word collate "C" limit 3)
               select word from near where likeness >= (select max(likeness) from near) * 0.8::real
               order by likeness desc, word collate "C""#
        );
        let near = sqlx::query_scalar(sqlx::AssertSqlSafe(near)).bind(word);
        near.fetch_all(pool).await.unwrap()
    }
}

/// Events of a few words each, with a number that no other has, a description, and words of their category.
async fn some_events(pool: &PgPool, random: &mut StdRng, count: usize) {
    let mut connection = pool.acquire().await.unwrap();
    let categories = ["Music", "Theatre at the harbour"];
    let mut ids = Vec::new();
    for name in categories {
        let slug = name.to_lowercase().replace(' ', "-");
        let id = crate::events::ensure_category(&mut connection, &slug, name).await;
        ids.push(id.unwrap().0);
    }
    let mut words = |most: usize| {
        let count = random.random_range(0..=most);
        let words = (0..count).map(|_| WORDS[random.random_range(0..WORDS.len())]);
        words.collect::<Vec<_>>().join(" ")
    };
    let titles = (0..count).map(|number| format!("{} night {number}", words(3)));
    let titles: Vec<String> = titles.collect();
    let texts: Vec<String> = (0..count).map(|_| words(30)).collect();
    sqlx::query(
        "insert into event (event_id, category_id, title, slug, description)
         select gen_random_uuid(), ($1::uuid[])[1 + number % cardinality($1)], title, 'event-' || number, text
         from unnest($2::text[], $3::text[]) with ordinality it (title, text, number)",
    )
    .bind(&ids)
    .bind(&titles)
    .bind(&texts)
    .execute(pool)
    .await
    .unwrap();
}

/// One to three words as people type them: whole, begun, or with a slip.
fn typed(random: &mut StdRng) -> String {
    let count = random.random_range(1..=3);
    let mut word = || {
        if random.random_ratio(1, 10) {
            return random.random_range(0..EVENTS).to_string();
        }
        let word = WORDS[random.random_range(0..WORDS.len())];
        let mut letters: Vec<char> = word.chars().collect();
        let at = random.random_range(0..letters.len());
        match random.random_range(0..6) {
            0 => letters.truncate(at + 1),
            1 => drop(letters.remove(at)),
            2 => letters.swap(at, 0),
            3 => letters.insert(at, char::from(random.random_range(b'a'..=b'z'))),
            4 => letters.truncate(random.random_range(1..=3)),
            _ => {}
        }
        letters.into_iter().collect::<String>()
    };
    (0..count).map(|_| word()).collect::<Vec<_>>().join(" ")
}

async fn plain(pool: &PgPool, text: &str) -> Vec<String> {
    let mut plain: Vec<String> =
        sqlx::query_scalar("select unaccent(lower(word)) from unnest($1::text[]) word")
            .bind(words(text))
            .fetch_all(pool)
            .await
            .unwrap();
    let mut seen = HashSet::new();
    plain.retain(|word| seen.insert(word.clone()));
    plain
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_found_word_by_word_is_what_postgres_finds_at_once(pool: PgPool) {
    let mut random = StdRng::seed_from_u64(16);
    let count = std::env::var("EVENTS").map_or(EVENTS, |count| count.parse().unwrap());
    some_events(&pool, &mut random, count).await;
    let mut kinds: HashMap<&str, usize> = HashMap::new();
    for _ in 0..SEARCHES {
        let text = typed(&mut random);
        let understood = understand(&pool, &words(&text)).await.unwrap();
        let found = find(&understood.meanings);
        let expected = in_postgres::search(&pool, &plain(&pool, &text).await).await;
        assert_eq!(found, expected, "{text:?}");
        let kind = match (&found.instead, found.events.len()) {
            (Some(_), 0) => "taken for another, found nothing",
            (Some(_), _) => "taken for another",
            (None, 0) => "nothing",
            (None, 1) => "one",
            (None, _) => "several",
        };
        *kinds.entry(kind).or_default() += 1;
    }
    assert_eq!(kinds.len(), 5, "each kind was met: {kinds:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn words_that_no_text_has_any_more_are_no_neighbours(pool: PgPool) {
    let mut random = StdRng::seed_from_u64(19);
    some_events(&pool, &mut random, 20).await;
    let known = "select word from search_word order by word collate \"C\"";
    let in_documents = "select distinct unnest(tsvector_to_array(document)) collate \"C\" as word from event_search order by 1";
    let changes = [
        "update event set title = 'A tempest of its own' where slug = 'event-3'",
        "update event set description = '' where slug < 'event-15'",
        "update category set name = 'Opera'",
        "delete from event where slug > 'event-2'",
        "delete from event",
    ];
    for change in changes {
        sqlx::query(change).execute(&pool).await.unwrap();
        let known: Vec<String> = sqlx::query_scalar(known).fetch_all(&pool).await.unwrap();
        let all = sqlx::query_scalar(in_documents).fetch_all(&pool).await;
        let all: Vec<String> = all.unwrap();
        assert_eq!(known, all, "{change}");
        assert_eq!(
            known.contains(&"tempest".to_owned()),
            !change.starts_with("delete")
        );
    }
}

/// A word, and which events have it how well; of no events, it is like nothing.
fn meaning(word: &str, hits: &[(u128, f32)]) -> Meaning {
    let hit = |&(number, rank)| Hit {
        event: EventId(Uuid::from_u128(number)),
        rank,
    };
    let is_known = !hits.is_empty();
    Meaning {
        plain: Some(word.to_owned()),
        meant: is_known.then(|| word.to_owned()).into_iter().collect(),
        hits: hits.iter().map(hit).collect(),
    }
}

#[test]
fn what_words_share_is_ranked_by_all_of_them() {
    let id = |number| EventId(Uuid::from_u128(number));
    let night = meaning("night", &[(1, 0.1), (2, 0.5), (4, 0.3), (5, 0.1)]);
    let river = meaning("river", &[(1, 0.1), (3, 0.9), (4, 0.3), (5, 0.1)]);
    let found = find(&[night.clone(), river, night]);
    assert_eq!(found.events, [id(4), id(1), id(5)]);
    assert_eq!(found.instead, None);
    assert_eq!(found.nearly, []);
    let none = Meaning::default();
    assert_eq!(find(&[none]), Found::default());
    assert_eq!(find(&[] as &[Meaning]), Found::default());
}

#[test]
fn where_no_event_has_all_words_those_come_near_that_have_the_most() {
    let hamlet = meaning("hamlet", &[(3, 0.6)]);
    let krakow = meaning("krakow", &[(1, 0.2), (3, 0.2)]);
    let loud = meaning("loud", &[(2, 0.9)]);
    let tickets = meaning("tickets", &[]);
    let nearly = |words: &[Meaning]| {
        let found = find(words);
        assert_eq!((found.events, found.instead), (Vec::new(), None));
        found
            .nearly
            .into_iter()
            .map(|event| event.0.as_u128())
            .collect::<Vec<_>>()
    };
    assert_eq!(nearly(&[hamlet.clone(), tickets.clone()]), [3]);
    assert_eq!(nearly(&[loud, krakow, hamlet, tickets.clone()]), [3, 2, 1]);
    assert_eq!(nearly(&[tickets]), [] as [u128; 0]);
}
