//! Which letters are taken for which: `Künste` is found by `kunste`.

use std::collections::HashMap;

use sqlx::PgPool;

/// What stands for each letter beyond ASCII where words are compared. It is Postgres' own opinion, since the words that
/// are compared with were made by Postgres.
#[derive(Debug, Default)]
pub struct Letters {
    plain: HashMap<char, String>,
}

impl Letters {
    /// Asks for all letters at once. That takes some hundredths of a second, so it is done once.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn read(pool: &PgPool) -> Result<Self, sqlx::Error> {
        // Up to the end of the second plane; what lies between the ranges are no letters.
        let rows = sqlx::query!(
            r#"select letter as "letter!", unaccent(lower(letter)) as "plain!"
               from (select chr(code) as letter from generate_series(128, 55295) code
                     union all
                     select chr(code) from generate_series(57344, 131071) code) letters
               where unaccent(lower(letter)) <> letter"#
        )
        .fetch_all(pool)
        .await?;
        let plain = rows
            .into_iter()
            .filter_map(|row| Some((row.letter.chars().next()?, row.plain)));
        Ok(Self {
            plain: plain.collect(),
        })
    }

    /// Whether nothing in a text needs more than `Letters::default()`.
    #[must_use]
    pub fn are_plain(text: &str) -> bool {
        text.is_ascii()
    }

    /// A word as it is searched: without accents, in lower case, and nothing but letters and digits.
    pub(super) fn fold(&self, word: &str) -> String {
        let mut folded = String::with_capacity(word.len());
        for letter in word.chars() {
            match self.plain.get(&letter) {
                // An accent may have stood for more than letters.
                Some(plain) => folded.extend(plain.chars().filter(|it| it.is_alphanumeric())),
                None => folded.push(letter.to_ascii_lowercase()),
            }
        }
        folded
    }
}
