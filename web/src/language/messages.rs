//! The message catalogue: every text that a reader of these pages sees, as Fluent has it, in `messages/`.
//! What a language lacks is said in English.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::{fs, io};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use tera::{Kwargs, State};

use super::Language;
use super::formats::grouped;
use crate::assets;

/// The texts of all languages.
pub struct Messages {
    bundles: HashMap<Language, FluentBundle<FluentResource>>,
    /// As they are written, for the islands, which put in themselves what they count.
    files: HashMap<Language, BTreeMap<String, String>>,
}

/// One language's texts, dates, numbers and money.
#[derive(Clone, Copy)]
pub struct Speech<'a> {
    /// Which.
    pub language: Language,
    messages: &'a Messages,
}

impl Messages {
    /// Those that were built in, or those of a checkout.
    ///
    /// # Errors
    /// A file cannot be read, or says something twice or wrongly.
    pub fn new(ui_dir: Option<&Path>) -> io::Result<Self> {
        let (mut bundles, mut all_files) = (HashMap::new(), HashMap::new());
        for language in Language::ALL {
            let tag = language.tag().parse().map_err(io::Error::other)?;
            let mut bundle = FluentBundle::new_concurrent(vec![tag]);
            // Invisible marks around what is put in would stand in titles, addresses and structured data.
            bundle.set_use_isolating(false);
            bundle
                .add_function("NAMED", |parts, _| named(parts))
                .map_err(io::Error::other)?;
            match language {
                Language::English => bundle.set_formatter(Some(|value, _| number(value, ','))),
                Language::German => bundle.set_formatter(Some(|value, _| number(value, '.'))),
            }
            let files = sources(language, ui_dir)?;
            for text in files.values() {
                let resource = FluentResource::try_new(text.clone())
                    .map_err(|(_, errors)| io::Error::other(format!("{language}: {errors:?}")))?;
                bundle
                    .add_resource(resource)
                    .map_err(|errors| io::Error::other(format!("{language}: {errors:?}")))?;
            }
            bundles.insert(language, bundle);
            all_files.insert(language, files);
        }
        Ok(Self {
            bundles,
            files: all_files,
        })
    }

    /// What one language says.
    #[must_use]
    pub fn in_language(&self, language: Language) -> Speech<'_> {
        Speech {
            language,
            messages: self,
        }
    }

    /// The texts of some files, as they are written.
    fn written(&self, language: Language, names: &str) -> Option<String> {
        let files = self.files.get(&language)?;
        let texts = names
            .split(' ')
            .map(|name| files.get(&format!("{name}.ftl")).map(String::as_str));
        texts
            .collect::<Option<Vec<_>>>()
            .map(|texts| texts.concat())
    }

    fn find(&self, language: Language, key: &str, arguments: &FluentArgs) -> Option<String> {
        let bundle = self.bundles.get(&language)?;
        let pattern = bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(arguments), &mut errors);
        if !errors.is_empty() {
            tracing::error!(key, %language, ?errors, "a message lacks what it needs");
        }
        Some(text.into_owned())
    }
}

/// `NAMED($row)`: whether a row has a name of its own, such as `Box 1`. It is not called a row then. The islands say the same.
fn named<'a>(parts: &[FluentValue<'a>]) -> FluentValue<'a> {
    let is_named = matches!(parts, [FluentValue::String(label)] if has_word(label));
    FluentValue::from(if is_named { "yes" } else { "no" })
}

/// Three letters on end make a word.
fn has_word(label: &str) -> bool {
    let mut runs = label.split(|letter: char| !letter.is_alphabetic());
    runs.any(|run| run.chars().count() >= 3)
}

/// A whole number with a mark at every thousand. Fluent itself writes digits alone.
fn number(value: &FluentValue, mark: char) -> Option<String> {
    let FluentValue::Number(number) = value else {
        return None;
    };
    let digits = number.as_string();
    let (sign, whole) = match digits.strip_prefix('-') {
        Some(whole) => ("-", whole),
        None => ("", digits.as_ref()),
    };
    let is_whole = whole.bytes().all(|byte| byte.is_ascii_digit());
    is_whole.then(|| format!("{sign}{}", grouped(whole, mark)))
}

/// The files of a language by their names: `map.ftl` and what it says.
fn sources(language: Language, ui_dir: Option<&Path>) -> io::Result<BTreeMap<String, String>> {
    if let Some(root) = ui_dir {
        let folder = root.join("messages").join(language.tag());
        return fs::read_dir(folder)?
            .map(|file| {
                let file = file?;
                let name = file.file_name().to_string_lossy().into_owned();
                Ok((name, fs::read_to_string(file.path())?))
            })
            .collect();
    }
    let of_language = |(name, text): &(&str, &str)| {
        let name = name.strip_prefix(language.tag())?.strip_prefix('/')?;
        Some((name.to_owned(), (*text).to_owned()))
    };
    Ok(assets::MESSAGES.iter().filter_map(of_language).collect())
}

impl Speech<'_> {
    /// A text.
    #[must_use]
    pub fn say(&self, key: &str) -> String {
        self.say_with(key, FluentArgs::new())
    }

    /// A text with something put in.
    #[must_use]
    pub fn say_of(&self, key: &str, name: &'static str, value: &str) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set(name, value);
        self.say_with(key, arguments)
    }

    /// A text that counts.
    #[must_use]
    pub fn say_count(&self, key: &str, count: impl Into<FluentValue<'static>>) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set("count", count);
        self.say_with(key, arguments)
    }

    /// A text with several words put in.
    #[must_use]
    pub fn say_parts(&self, key: &str, parts: &[(&'static str, &str)]) -> String {
        let mut arguments = FluentArgs::new();
        for (name, part) in parts {
            arguments.set(*name, (*part).to_owned());
        }
        self.say_with(key, arguments)
    }

    /// A text with several things put in.
    #[must_use]
    pub fn say_with(&self, key: &str, arguments: FluentArgs) -> String {
        self.try_say(key, &arguments)
            .unwrap_or_else(|| key.to_owned())
    }

    /// A text, or another where the catalogue has none: for names that staff make.
    #[must_use]
    pub fn say_or(&self, key: &str, other: &str) -> String {
        self.try_say(key, &FluentArgs::new())
            .unwrap_or_else(|| other.to_owned())
    }

    fn try_say(&self, key: &str, arguments: &FluentArgs) -> Option<String> {
        let own = self.messages.find(self.language, key, arguments);
        own.or_else(|| self.messages.find(Language::English, key, arguments))
    }
}

/// `t(key="search-title", count=3)` in templates: the text in the language that the page's `lang` names.
pub fn template_function(
    messages: std::sync::Arc<Messages>,
) -> impl Fn(Kwargs, &State) -> tera::TeraResult<String> + Send + Sync + 'static {
    move |arguments: Kwargs, state: &State| {
        let key = arguments.must_get::<&str>("key")?;
        let language = language_of(state)?;
        let mut given = FluentArgs::new();
        for (name, value) in arguments.iter() {
            let name = name.to_string();
            if name != "key" {
                given.set(name, fluent_value(value));
            }
        }
        let speech = messages.in_language(language);
        speech
            .try_say(key, &given)
            .ok_or_else(|| tera::Error::message(format!("there is no message {key:?}")))
    }
}

/// `words(files="map countdown")` in templates: what these files of the catalogue say in the page's language.
pub fn words_function(
    messages: std::sync::Arc<Messages>,
) -> impl Fn(Kwargs, &State) -> tera::TeraResult<String> + Send + Sync + 'static {
    move |arguments: Kwargs, state: &State| {
        let names = arguments.must_get::<&str>("files")?;
        let written = messages.written(language_of(state)?, names);
        written.ok_or_else(|| tera::Error::message(format!("{names:?} are not all in messages/")))
    }
}

fn language_of(state: &State) -> tera::TeraResult<Language> {
    let tag = state.get::<String>("lang")?;
    Ok(tag.as_deref().and_then(Language::of).unwrap_or_default())
}

fn fluent_value(value: &tera::Value) -> FluentValue<'static> {
    match value
        .as_i128()
        .and_then(|number| i64::try_from(number).ok())
    {
        Some(number) => number.into(),
        None => FluentValue::from(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use fluent_bundle::FluentResource;

    use super::*;

    fn keys(language: Language) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for text in sources(language, None).unwrap().into_values() {
            let resource = FluentResource::try_new(text).unwrap();
            for entry in resource.entries() {
                if let fluent_syntax::ast::Entry::Message(message) = entry {
                    keys.insert(message.id.name.to_owned());
                }
            }
        }
        keys
    }

    #[test]
    fn every_language_says_everything_and_nothing_more() {
        let english = keys(Language::English);
        assert!(english.len() > 50, "{}", english.len());
        for language in Language::ALL {
            let own = keys(language);
            let missing: Vec<_> = english.difference(&own).collect();
            let unknown: Vec<_> = own.difference(&english).collect();
            assert!(
                missing.is_empty() && unknown.is_empty(),
                "{language}: lacks {missing:?}, adds {unknown:?}"
            );
        }
    }

    #[test]
    fn numbers_are_grouped_as_each_language_does() {
        let messages = Messages::new(None).unwrap();
        let said = |language: Language| {
            messages
                .in_language(language)
                .say_count("seats-count", 22_500)
        };
        assert_eq!(said(Language::English), "22,500 seats");
        assert_eq!(said(Language::German), "22.500 Sitzplätze");
    }

    #[test]
    fn a_row_with_a_name_is_not_called_a_row() {
        let messages = Messages::new(None).unwrap();
        let said = |language: Language, row| {
            let speech = messages.in_language(language);
            speech.say_parts("line-seat", &[("row", row), ("seat", "2")])
        };
        assert_eq!(said(Language::English, "5"), "Row 5, seat 2");
        assert_eq!(said(Language::English, "AA"), "Row AA, seat 2");
        assert_eq!(said(Language::English, "Box 1"), "Box 1, seat 2");
        assert_eq!(said(Language::German, "Łoże 1"), "Łoże 1, Platz 2");
    }

    #[test]
    fn a_text_counts_and_falls_back_to_a_name() {
        let messages = Messages::new(None).unwrap();
        let german = messages.in_language(Language::German);
        assert_eq!(german.say_count("dates-count", 1), "1 Termin");
        assert_eq!(german.say_count("dates-count", 3), "3 Termine");
        assert_eq!(german.say_or("category-none-such", "Puppets"), "Puppets");
    }
}
