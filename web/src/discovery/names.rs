//! What pages call categories, cities and countries in each language, so that people find things by the words they read.

use store::discovery::{Everything, Named, OtherName};

use crate::language::{Language, Messages};

/// The names of all there is that are not its own.
pub fn other_names(messages: &Messages, all: &Everything) -> Vec<OtherName> {
    let mut names = Vec::new();
    let mut note = |of: Option<Named>, slug: &str, own: &str, name: String| {
        let slug = slug.to_owned();
        let other = OtherName { of, slug, name };
        if other.name != own && !names.contains(&other) {
            names.push(other);
        }
    };
    for speech in Language::ALL.map(|language| messages.in_language(language)) {
        for it in &all.categories {
            let name = speech.category(&it.slug, &it.name);
            note(Some(Named::Category), &it.slug, &it.name, name);
        }
        for it in &all.cities {
            let name = speech.city(&it.slug, &it.name);
            note(Some(Named::City), &it.slug, &it.name, name);
            let country = speech.country(&it.country_code, &it.country);
            note(None, &it.country_code.to_lowercase(), &it.country, country);
        }
    }
    names
}
