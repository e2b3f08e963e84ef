//! What else things are called, in the languages that pages speak: so that each finds them by its own words.

use sqlx::PgPool;

use super::Named;

/// Another name of a category, a city or a country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherName {
    /// Whose: a category or a city; absent is a country.
    pub of: Option<Named>,
    /// Its slug; a country's code in lower case.
    pub slug: String,
    /// The name.
    pub name: String,
}

impl OtherName {
    fn kind(&self) -> &'static str {
        self.of.map_or("country", Named::as_str)
    }
}

/// Notes names, by which events are found from then on. Whether any was new: if not, nothing has changed.
///
/// # Errors
/// The database does not answer.
pub async fn note_other_names(pool: &PgPool, names: &[OtherName]) -> Result<bool, sqlx::Error> {
    let kinds: Vec<String> = names.iter().map(|it| it.kind().to_owned()).collect();
    let slugs: Vec<String> = names.iter().map(|it| it.slug.clone()).collect();
    let names: Vec<String> = names.iter().map(|it| it.name.clone()).collect();
    sqlx::query_scalar!(
        r#"select note_other_names($1, $2, $3) as "are_new!""#,
        &kinds,
        &slugs,
        &names
    )
    .fetch_one(pool)
    .await
}
