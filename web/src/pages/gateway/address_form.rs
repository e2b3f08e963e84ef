//! The form of a buyer's name and address, in the order and with the words of their country.

use std::collections::BTreeMap;

use operations::orders::countries::{self, AddressPart, Country};
use operations::orders::{AddressFields, Fault};
use serde::{Deserialize, Serialize};
use store::details::StoredAddress;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::language::Speech;

/// The form as typed.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Typed {
    pub name: String,
    pub email: String,
    pub phone: String,
    pub line1: String,
    pub line2: String,
    pub postcode: String,
    pub city: String,
    pub state: String,
    pub country: String,
}

/// The form as it is shown.
#[derive(Serialize)]
pub struct AddressForm {
    typed: Typed,
    errors: BTreeMap<&'static str, String>,
    /// The same, in the order of the fields.
    faults: Vec<Named>,
    /// What is said where a field was left empty, for those that every country's form has.
    missing: BTreeMap<&'static str, String>,
    country_name: String,
    calling_code: &'static str,
    national_prefix: &'static str,
    countries: Vec<CountryOption>,
    parts: Vec<Part>,
}

#[derive(Serialize)]
struct Named {
    field: &'static str,
    reason: String,
}

#[derive(Serialize)]
struct CountryOption {
    code: &'static str,
    name: String,
}

/// One field of the address.
#[derive(Serialize)]
struct Part {
    name: &'static str,
    label: String,
    value: String,
    error: String,
    missing: String,
    optional: bool,
    autocomplete: &'static str,
    class: &'static str,
    pattern: &'static str,
    example: &'static str,
}

/// A country's form in the words of a language.
struct Wording<'a> {
    speech: &'a Speech<'a>,
    country: Option<&'static Country>,
}

impl Typed {
    /// The country that the form is shown for.
    fn known_country(&self) -> Option<&'static Country> {
        countries::country(&self.country)
    }
}

impl AddressForm {
    /// The form with what was typed, and what was wrong with it.
    pub fn new(speech: &Speech, typed: Typed, refused: Vec<(&'static str, Fault)>) -> Self {
        let country = typed.known_country();
        let wording = Wording { speech, country };
        let reasons = refused.into_iter();
        let errors = reasons
            .map(|(field, fault)| (field, wording.fault(field, fault)))
            .collect();
        let parts = wording.parts(&typed, &errors);
        let everywhere = ["name", "email", "country"];
        Self {
            faults: in_order(&errors, &parts),
            missing: everywhere
                .map(|field| (field, wording.missing(field)))
                .into(),
            country_name: wording.country_name(),
            calling_code: country.map_or("", |country| country.calling_code),
            national_prefix: country.map_or("", |country| country.national_prefix),
            countries: options(speech),
            parts,
            errors,
            typed,
        }
    }
}

/// By name, as the language's readers look for it.
fn options(speech: &Speech) -> Vec<CountryOption> {
    let option = |country: &Country| CountryOption {
        code: country.code,
        name: speech.country(country.code, country.name),
    };
    let mut options: Vec<_> = countries::countries().iter().map(option).collect();
    options.sort_by_cached_key(|option| without_marks(&option.name));
    options
}

/// `Ägypten` and `Åland` stand among the other names with A.
fn without_marks(name: &str) -> String {
    let letters = name.nfd().filter(|letter| !is_combining_mark(*letter));
    letters.collect::<String>().to_lowercase()
}

/// As the fields stand on the page, so that the first one named is the first one met.
fn in_order(errors: &BTreeMap<&'static str, String>, parts: &[Part]) -> Vec<Named> {
    let before = ["name", "email", "phone", "country"];
    let fields = before.into_iter().chain(parts.iter().map(|part| part.name));
    let named = |field| {
        let reason = errors.get(field)?.clone();
        Some(Named { field, reason })
    };
    fields.filter_map(named).collect()
}

impl Wording<'_> {
    fn parts(&self, typed: &Typed, errors: &BTreeMap<&'static str, String>) -> Vec<Part> {
        let Some(country) = self.country else {
            return Vec::new();
        };
        let part = |name, value: &String| Part {
            name,
            label: self.label(name),
            value: value.clone(),
            error: errors.get(name).cloned().unwrap_or_default(),
            missing: self.missing(name),
            optional: false,
            autocomplete: "",
            class: "",
            pattern: "",
            example: "",
        };
        let mut parts = Vec::new();
        for kind in country.parts() {
            let optional = !country.needs(kind);
            match kind {
                AddressPart::Street => {
                    parts.push(Part {
                        autocomplete: "address-line1",
                        ..part("line1", &typed.line1)
                    });
                    parts.push(Part {
                        optional: true,
                        autocomplete: "address-line2",
                        ..part("line2", &typed.line2)
                    });
                }
                AddressPart::City => parts.push(Part {
                    optional,
                    autocomplete: "address-level2",
                    class: "half",
                    ..part("city", &typed.city)
                }),
                AddressPart::State => parts.push(Part {
                    optional,
                    autocomplete: "address-level1",
                    class: "half",
                    ..part("state", &typed.state)
                }),
                AddressPart::Postcode => parts.push(Part {
                    optional,
                    autocomplete: "postal-code",
                    class: "half",
                    pattern: country.postcode_pattern,
                    example: country.postcode_example,
                    ..part("postcode", &typed.postcode)
                }),
            }
        }
        parts
    }

    fn label(&self, field: &str) -> String {
        self.speech.say(&format!("address-{}", self.kind(field)))
    }

    /// What to do where nothing was typed.
    fn missing(&self, field: &str) -> String {
        self.speech.say(&format!("missing-{}", self.kind(field)))
    }

    fn country_name(&self) -> String {
        self.country.map_or_else(String::new, |country| {
            self.speech.country(country.code, country.name)
        })
    }

    /// What a field is in this country: its part of the messages' keys.
    fn kind(&self, field: &str) -> String {
        let country = self.country;
        match field {
            "line1" => country.map_or("street-number", street_kind).to_owned(),
            "city" => {
                let kind = country.map_or("city", |country| country.city_kind);
                match kind {
                    "post_town" | "suburb" | "district" => format!("city-{kind}"),
                    _ => "city".to_owned(),
                }
            }
            "state" => {
                let kind = country.map_or("state", |country| country.state_kind);
                format!("state-{kind}")
            }
            "postcode" => format!("postcode-{}", country.map_or("postal", postcode_kind)),
            field => field.to_owned(),
        }
    }

    /// A reason as a sentence that says what to do.
    fn fault(&self, field: &str, fault: Fault) -> String {
        let speech = self.speech;
        match fault {
            Fault::Missing => self.missing(field),
            Fault::TooLong { characters_max } => {
                speech.say_count("details-too-long", characters_max)
            }
            Fault::Unprintable => speech.say("details-unprintable"),
            Fault::NoEmail => speech.say("details-email"),
            Fault::NoPhone => self.no_phone(),
            Fault::NoCountry => speech.say("missing-country"),
            Fault::NoPlace => speech.say_count("amount-between", 1),
        }
    }

    /// As the island says it, too.
    fn no_phone(&self) -> String {
        let code = self.country.map_or("", |country| country.calling_code);
        let key = match code {
            "" => "details-phone-abroad",
            _ => "details-phone",
        };
        let country = self.country_name();
        self.speech
            .say_parts(key, &[("country", &country), ("code", code)])
    }
}

/// Where the number comes first, it is named first.
fn street_kind(country: &Country) -> &'static str {
    match country.code {
        "US" | "CA" | "GB" | "IE" | "AU" | "NZ" | "FR" | "IN" => "number-street",
        _ => "street-number",
    }
}

/// With the name that people there know.
fn postcode_kind(country: &Country) -> &'static str {
    match (country.postcode_kind, country.code) {
        ("zip", _) => "zip",
        ("pin", _) => "pin",
        ("eircode", _) => "eircode",
        (_, "DE" | "AT" | "CH" | "LI") => "plz",
        (_, "IT" | "SM" | "VA") => "cap",
        (_, "BR") => "cep",
        (_, "CA") => "canadian",
        _ => "postal",
    }
}

impl From<Typed> for AddressFields {
    fn from(typed: Typed) -> Self {
        Self {
            name: typed.name,
            email: typed.email,
            phone: Some(typed.phone),
            line1: typed.line1,
            line2: Some(typed.line2),
            postcode: typed.postcode,
            city: typed.city,
            state: Some(typed.state),
            country: typed.country,
        }
    }
}

impl From<StoredAddress> for Typed {
    fn from(stored: StoredAddress) -> Self {
        Self {
            name: stored.name,
            email: stored.email,
            phone: stored.phone.unwrap_or_default(),
            line1: stored.line1,
            line2: stored.line2.unwrap_or_default(),
            postcode: stored.postcode,
            city: stored.city,
            state: stored.state.unwrap_or_default(),
            country: stored.country,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::language::{Language, Messages};

    static MESSAGES: LazyLock<Messages> = LazyLock::new(|| Messages::new(None).unwrap());

    fn form(language: Language, country: &str, refused: Vec<(&'static str, Fault)>) -> AddressForm {
        let typed = Typed {
            country: country.to_owned(),
            ..Typed::default()
        };
        AddressForm::new(&MESSAGES.in_language(language), typed, refused)
    }

    fn labels(country: &str) -> Vec<String> {
        let form = form(Language::English, country, Vec::new());
        form.parts.into_iter().map(|part| part.label).collect()
    }

    #[test]
    fn the_form_speaks_as_the_country_does() {
        let street = ["Street and number", "Flat, floor, building"];
        assert_eq!(
            labels("DE"),
            [street[0], street[1], "Postcode (PLZ)", "City"]
        );
        let usa = ["Number and street", street[1], "City", "State", "ZIP code"];
        assert_eq!(labels("US"), usa);
        assert_eq!(labels("SG"), [street[0], street[1], "Postcode"]);
        assert_eq!(labels("AE"), [street[0], street[1], "Emirate"]);
    }

    #[test]
    fn every_countrys_form_is_said_in_every_language() {
        for language in Language::ALL {
            for country in countries::countries() {
                let form = form(language, country.code, vec![("phone", Fault::NoPhone)]);
                let said = form
                    .parts
                    .iter()
                    .flat_map(|part| [&part.label, &part.missing]);
                let said = said.chain(form.errors.values());
                for text in said {
                    let is_key = ["address-", "missing-", "details-"]
                        .iter()
                        .any(|key| text.starts_with(key));
                    assert!(!is_key, "{language} {}: {text}", country.code);
                }
            }
        }
    }

    #[test]
    fn countries_are_named_and_ordered_as_the_reader_knows_them() {
        let names = |language| {
            let form = form(language, "", Vec::new());
            form.countries
                .into_iter()
                .map(|option| option.name)
                .collect::<Vec<_>>()
        };
        let (english, german) = (names(Language::English), names(Language::German));
        assert_eq!(english.len(), german.len());
        assert_eq!(&german[..2], ["Afghanistan", "Ägypten"]);
        assert!(
            english.contains(&"Germany".to_owned()) && german.contains(&"Deutschland".to_owned())
        );
    }

    #[test]
    fn faults_are_named_in_the_order_of_the_fields_and_say_what_to_do() {
        let refused = ["state", "postcode", "name"].map(|field| (field, Fault::Missing));
        let refused = [refused.to_vec(), vec![("email", Fault::NoEmail)]].concat();
        let form = form(Language::English, "US", refused);
        let told: Vec<_> = form
            .faults
            .iter()
            .map(|named| (named.field, named.reason.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("name", "Enter your name"),
                ("email", "Write it as name@example.org"),
                ("state", "Enter your state"),
                ("postcode", "Enter your ZIP code"),
            ]
        );
    }
}
