//! The form of a buyer's name and address, in the order and with the words of their country.

use std::collections::BTreeMap;

use operations::orders::AddressFields;
use operations::orders::countries::{self, AddressPart, Country};
use serde::{Deserialize, Serialize};
use store::details::StoredAddress;

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
    faults: Vec<Fault>,
    country_name: &'static str,
    calling_code: &'static str,
    national_prefix: &'static str,
    countries: Vec<CountryOption>,
    parts: Vec<Part>,
}

#[derive(Serialize)]
struct Fault {
    field: &'static str,
    reason: String,
}

#[derive(Serialize)]
struct CountryOption {
    code: &'static str,
    name: &'static str,
}

/// One field of the address.
#[derive(Serialize)]
struct Part {
    name: &'static str,
    label: String,
    value: String,
    error: String,
    hint: String,
    optional: bool,
    autocomplete: &'static str,
    class: &'static str,
    pattern: &'static str,
    example: &'static str,
}

impl Typed {
    /// The country that the form is shown for.
    fn known_country(&self) -> Option<&'static Country> {
        countries::country(&self.country)
    }
}

impl AddressForm {
    /// The form with what was typed, and what was wrong with it.
    pub fn new(typed: Typed, refused: Vec<(&'static str, String)>) -> Self {
        let country = typed.known_country();
        let mut errors = BTreeMap::new();
        for (field, reason) in refused {
            errors.insert(field, in_words(field, &reason, &typed, country));
        }
        let parts = parts(country, &typed, &errors);
        Self {
            faults: in_order(&errors, &parts),
            country_name: country.map_or("", |country| country.name),
            calling_code: country.map_or("", |country| country.calling_code),
            national_prefix: country.map_or("", |country| country.national_prefix),
            countries: options(),
            parts,
            errors,
            typed,
        }
    }
}

fn options() -> Vec<CountryOption> {
    let option = |country: &Country| CountryOption {
        code: country.code,
        name: country.name,
    };
    countries::countries().iter().map(option).collect()
}

/// As the fields stand on the page, so that the first one named is the first one met.
fn in_order(errors: &BTreeMap<&'static str, String>, parts: &[Part]) -> Vec<Fault> {
    let before = ["name", "email", "phone", "country"];
    let fields = before.into_iter().chain(parts.iter().map(|part| part.name));
    let fault = |field| {
        let reason = errors.get(field)?.clone();
        Some(Fault { field, reason })
    };
    fields.filter_map(fault).collect()
}

fn parts(
    country: Option<&Country>,
    typed: &Typed,
    errors: &BTreeMap<&'static str, String>,
) -> Vec<Part> {
    let part = |name, label: &str, value: &String| Part {
        name,
        label: label.to_owned(),
        value: value.clone(),
        error: errors.get(name).cloned().unwrap_or_default(),
        hint: String::new(),
        optional: false,
        autocomplete: "",
        class: "",
        pattern: "",
        example: "",
    };
    let Some(country) = country else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    for kind in country.parts() {
        let optional = !country.needs(kind);
        match kind {
            AddressPart::Street => {
                parts.push(Part {
                    autocomplete: "address-line1",
                    ..part("line1", street_label(country), &typed.line1)
                });
                parts.push(Part {
                    optional: true,
                    autocomplete: "address-line2",
                    ..part("line2", "Flat, floor, building", &typed.line2)
                });
            }
            AddressPart::City => parts.push(Part {
                optional,
                autocomplete: "address-level2",
                class: "half",
                ..part("city", city_label(country), &typed.city)
            }),
            AddressPart::State => parts.push(Part {
                optional,
                autocomplete: "address-level1",
                class: "half",
                ..part("state", &state_label(country), &typed.state)
            }),
            AddressPart::Postcode => parts.push(Part {
                optional,
                autocomplete: "postal-code",
                class: "half",
                pattern: country.postcode_pattern,
                example: country.postcode_example,
                ..part("postcode", postcode_label(country), &typed.postcode)
            }),
        }
    }
    parts
}

fn street_label(country: &Country) -> &'static str {
    // Where the number comes first, it is named first.
    match country.code {
        "US" | "CA" | "GB" | "IE" | "AU" | "NZ" | "FR" | "IN" => "Number and street",
        _ => "Street and number",
    }
}

fn city_label(country: &Country) -> &'static str {
    match country.city_kind {
        "post_town" => "Town or city",
        "suburb" => "Town or suburb",
        "district" => "District",
        _ => "City",
    }
}

fn state_label(country: &Country) -> String {
    let kind = match country.state_kind {
        "do_si" => "province or city",
        kind => kind,
    };
    let mut letters = kind.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// In English, with the name that people there know where it is another.
fn postcode_label(country: &Country) -> &'static str {
    match (country.postcode_kind, country.code) {
        ("zip", _) => "ZIP code",
        ("pin", _) => "PIN code",
        ("eircode", _) => "Eircode",
        (_, "DE" | "AT" | "CH" | "LI") => "Postcode (PLZ)",
        (_, "IT" | "SM" | "VA") => "Postcode (CAP)",
        (_, "BR") => "Postcode (CEP)",
        (_, "CA") => "Postal code",
        _ => "Postcode",
    }
}

/// A reason as a sentence that says what to do.
fn in_words(field: &str, reason: &str, typed: &Typed, country: Option<&Country>) -> String {
    let (value, wanted) = match field {
        "name" => (&typed.name, "your name".to_owned()),
        "email" => (&typed.email, "your e-mail address".to_owned()),
        "phone" => (&typed.phone, "a phone number".to_owned()),
        "line1" => (&typed.line1, "your street and number".to_owned()),
        "postcode" => {
            let label = country.map_or("Postcode", postcode_label);
            (
                &typed.postcode,
                format!("your {}", label.replacen("Post", "post", 1)),
            )
        }
        "city" => {
            let label = country.map_or("City", city_label);
            (&typed.city, format!("your {}", label.to_lowercase()))
        }
        "state" => {
            let label = country.map_or_else(|| "state".to_owned(), state_label);
            (&typed.state, format!("your {}", label.to_lowercase()))
        }
        "country" => return "Choose your country".to_owned(),
        _ => return sentence(reason),
    };
    if value.trim().is_empty() {
        return format!("Enter {wanted}");
    }
    match (field, country) {
        ("email", _) => "Write it as name@example.org".to_owned(),
        ("phone", Some(country)) if !country.calling_code.is_empty() => format!(
            "Write the number as you dial it in {}, or with its country code, such as +{} …",
            country.name, country.calling_code
        ),
        _ => sentence(reason),
    }
}

fn sentence(reason: &str) -> String {
    match reason.strip_prefix("this ") {
        Some(rest) => format!("This {rest}"),
        None => reason.to_owned(),
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
    use super::*;

    fn labels(country: &str) -> Vec<String> {
        let typed = Typed {
            country: country.to_owned(),
            ..Typed::default()
        };
        let form = AddressForm::new(typed, Vec::new());
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
    fn faults_are_named_in_the_order_of_the_fields_and_say_what_to_do() {
        let typed = Typed {
            email: "ada".to_owned(),
            country: "US".to_owned(),
            ..Typed::default()
        };
        let refused = ["state", "postcode", "email", "name"]
            .map(|field| (field, "this is required".to_owned()));
        let form = AddressForm::new(typed, refused.to_vec());
        let told: Vec<_> = form
            .faults
            .iter()
            .map(|fault| (fault.field, fault.reason.as_str()))
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
