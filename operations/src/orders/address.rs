//! Who buys, and where they live: read from what they typed, once, at the door.

use std::fmt;

use store::details::StoredAddress;

use super::OrderError;
use super::countries::{self, AddressPart, Country};

/// The longest name of a person, in characters.
const NAME_MAX: usize = 200;
/// The longest line of an address, in characters.
const LINE_MAX: usize = 200;
/// The longest town, in characters.
const CITY_MAX: usize = 100;
/// The longest postal code, in characters: the longest in use has ten.
const POSTCODE_MAX: usize = 20;
/// The longest e-mail address that can be delivered, in bytes (RFC 5321).
const EMAIL_MAX: usize = 254;
/// The longest part before the @, in bytes (RFC 5321).
const EMAIL_LOCAL_MAX: usize = 64;

/// The shortest and the longest number of E.164, in digits.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Who buys, and where they live. Made only by `Address::parse`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(StoredAddress);

/// An address as typed.
#[derive(Debug, Clone, Default)]
pub struct AddressFields {
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub line1: String,
    pub line2: Option<String>,
    pub postcode: String,
    pub city: String,
    /// None: whoever asks does not know of states, and none is asked for.
    pub state: Option<String>,
    pub country: String,
}

/// Why a field cannot be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is required.
    Missing,
    /// It is longer than anybody needs.
    TooLong { characters_max: usize },
    /// It has characters that no line of print has.
    Unprintable,
    /// Nothing can be mailed to it.
    NoEmail,
    /// Nobody can be called at it.
    NoPhone,
    /// No country has this code.
    NoCountry,
    /// It is no number of places.
    NoPlace,
}

/// What was wrong so far.
#[derive(Default)]
struct Faults(Vec<(&'static str, Fault)>);

impl Address {
    /// Reads an address as typed; every wrong field is named.
    ///
    /// # Errors
    /// `OrderError::Invalid` with one entry a wrong field.
    pub fn parse(fields: AddressFields) -> Result<Self, OrderError> {
        let mut faults = Faults::default();
        let country = countries::country(fields.country.trim());
        let needs = |part| country.is_none_or(|country| country.needs(part));
        let text = |typed: &str, max, part| match needs(part) {
            true => required(typed, max),
            false => optional(typed, max).map(Option::unwrap_or_default),
        };
        let address = StoredAddress {
            name: faults.keep("name", name(&fields.name)),
            email: faults.keep("email", email(&fields.email)),
            phone: faults.keep(
                "phone",
                phone(fields.phone.as_deref().unwrap_or_default(), country),
            ),
            line1: faults.keep("line1", required(&fields.line1, LINE_MAX)),
            line2: faults.keep(
                "line2",
                optional(fields.line2.as_deref().unwrap_or_default(), LINE_MAX),
            ),
            postcode: faults.keep(
                "postcode",
                text(&fields.postcode, POSTCODE_MAX, AddressPart::Postcode),
            ),
            city: faults.keep("city", text(&fields.city, CITY_MAX, AddressPart::City)),
            state: match fields.state.as_deref() {
                Some(typed) => {
                    let text = text(typed, CITY_MAX, AddressPart::State);
                    Some(faults.keep("state", text)).filter(|state| !state.is_empty())
                }
                None => None,
            },
            country: faults.keep("country", country_code(country)),
        };
        if faults.0.is_empty() {
            Ok(Self(address))
        } else {
            Err(OrderError::Invalid(faults.0))
        }
    }

    /// As it is kept.
    #[must_use]
    pub fn stored(&self) -> &StoredAddress {
        &self.0
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => formatter.write_str("this is required"),
            Self::TooLong { characters_max } => {
                write!(
                    formatter,
                    "this must have at most {characters_max} characters"
                )
            }
            Self::Unprintable => formatter.write_str("this must not contain control characters"),
            Self::NoEmail => {
                formatter.write_str("this is not an e-mail address such as name@example.org")
            }
            Self::NoPhone => formatter
                .write_str("write the number with its country code, such as +49 30 1234567"),
            Self::NoCountry => {
                formatter.write_str("this must be a country's code of two capitals, such as DE")
            }
            Self::NoPlace => formatter.write_str("choose at least one place"),
        }
    }
}

impl Faults {
    /// The value, or an empty one and a note of what is wrong with the field.
    fn keep<T: Default>(&mut self, field: &'static str, value: Result<T, Fault>) -> T {
        value.unwrap_or_else(|reason| {
            self.0.push((field, reason));
            T::default()
        })
    }
}

/// Text of any script without what could disturb a line of print, or make it look like another.
fn required(typed: &str, max: usize) -> Result<String, Fault> {
    let seen: String = typed.chars().filter(|letter| !is_unseen(*letter)).collect();
    let text = seen.trim();
    if text.is_empty() {
        return Err(Fault::Missing);
    }
    if text.chars().count() > max {
        return Err(Fault::TooLong {
            characters_max: max,
        });
    }
    let breaks_line =
        |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    if text.chars().any(breaks_line) {
        return Err(Fault::Unprintable);
    }
    Ok(text.to_owned())
}

fn optional(typed: &str, max: usize) -> Result<Option<String>, Fault> {
    if typed
        .chars()
        .all(|letter| letter.is_whitespace() || is_unseen(letter))
    {
        Ok(None)
    } else {
        required(typed, max).map(Some)
    }
}

/// What is copied along without anybody seeing it, and turns the text around or hides in it: embeddings, overrides
/// and isolates of direction, spaces without width, the byte order mark, soft hyphens, annotations, tags. The
/// joiners stay, for Persian and Indic names are written with them.
fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// A name has letters or numbers, of whatever script.
fn name(typed: &str) -> Result<String, Fault> {
    let text = required(typed, NAME_MAX)?;
    match text.chars().any(char::is_alphanumeric) {
        true => Ok(text),
        false => Err(Fault::Missing),
    }
}

/// Plausible is enough: whether it can be delivered, only a mail can tell.
fn email(typed: &str) -> Result<String, Fault> {
    let text = required(typed, EMAIL_MAX)?;
    let is_plausible = text.split_once('@').is_some_and(|(local, host)| {
        let labels_are_filled = host.split('.').all(|label| !label.is_empty());
        !local.is_empty()
            && local.len() <= EMAIL_LOCAL_MAX
            && host.contains('.')
            && labels_are_filled
            && !host.contains('@')
    });
    let is_clean =
        !text.contains(|letter: char| letter.is_whitespace() || "<>,;\"".contains(letter));
    if is_plausible && is_clean && text.len() <= EMAIL_MAX {
        Ok(text)
    } else {
        Err(Fault::NoEmail)
    }
}

/// E.164, from what people write: with the country's code, or as at home where the country is known.
fn phone(typed: &str, country: Option<&Country>) -> Result<Option<String>, Fault> {
    // "+44 (0)20 …": the zero in brackets is for those at home.
    let written = typed.trim().replace("(0)", "");
    let is_filler =
        |letter: &char| letter.is_whitespace() || "-()./\u{2010}\u{2011}\u{2013}".contains(*letter);
    let number: String = written
        .chars()
        .filter(|letter| !is_filler(letter) && !is_unseen(*letter))
        .collect();
    if number.is_empty() {
        return Ok(None);
    }
    let international = number
        .strip_prefix('+')
        .or_else(|| number.strip_prefix("00"))
        .map(str::to_owned)
        .or_else(|| from_national(&number, country?));
    international
        .filter(|digits| {
            PHONE_DIGITS.contains(&digits.len())
                && digits.bytes().all(|digit| digit.is_ascii_digit())
                && !digits.starts_with('0')
                && is_dialled(digits)
        })
        .map(|digits| Some(format!("+{digits}")))
        .ok_or(Fault::NoPhone)
}

/// North America's numbers have ten digits and no zero before them: one from elsewhere, as it is dialled there, is none of them.
fn is_dialled(digits: &str) -> bool {
    match digits.strip_prefix('1') {
        Some(own) => own.len() == 10 && !own.starts_with(['0', '1']),
        None => true,
    }
}

/// The digits after the plus of a number as it is dialled within a country.
fn from_national(number: &str, country: &Country) -> Option<String> {
    let (code, prefix) = (country.calling_code, country.national_prefix);
    if code.is_empty() {
        return None;
    }
    let rest = match number.strip_prefix(prefix) {
        Some(rest) if !prefix.is_empty() => rest,
        _ => number,
    };
    Some(format!("{code}{rest}"))
}

fn country_code(country: Option<&Country>) -> Result<String, Fault> {
    match country {
        Some(country) => Ok(country.code.to_owned()),
        None => Err(Fault::NoCountry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> AddressFields {
        AddressFields {
            name: "  Łucja Nguyễn-山田 ".to_owned(),
            email: "lucja@example.org".to_owned(),
            phone: Some("+49 (30) 123-4567".to_owned()),
            line1: "Straße 1".to_owned(),
            line2: Some("  ".to_owned()),
            postcode: "10115".to_owned(),
            city: "Berlin".to_owned(),
            state: None,
            country: "DE".to_owned(),
        }
    }

    fn with_phone(phone: &str, country: &str) -> AddressFields {
        AddressFields {
            phone: Some(phone.to_owned()),
            country: country.to_owned(),
            ..fields()
        }
    }

    fn faults(fields: AddressFields) -> Vec<&'static str> {
        match Address::parse(fields) {
            Ok(_) => Vec::new(),
            Err(OrderError::Invalid(faults)) => {
                faults.into_iter().map(|(field, _)| field).collect()
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_of_any_script_and_phones_with_fillers_are_accepted() {
        let address = Address::parse(fields()).unwrap().0;
        assert_eq!(address.name, "Łucja Nguyễn-山田");
        assert_eq!(address.phone.as_deref(), Some("+49301234567"));
        assert_eq!(address.line2, None);
    }

    #[test]
    fn a_number_as_it_is_dialled_at_home_is_read_with_the_country() {
        for (typed, country, number) in [
            ("030 1234567", "DE", "+49301234567"),
            ("(415) 555-2671", "US", "+14155552671"),
            ("1 415.555.2671", "US", "+14155552671"),
            ("06 1 234 5678", "HU", "+3612345678"),
            ("06 1234 5678", "IT", "+390612345678"),
            ("8 (912) 345-67-89", "RU", "+79123456789"),
            ("55 1234 5678", "MX", "+525512345678"),
            ("+44 (0)20 7946 0018", "DE", "+442079460018"),
            ("0044 20 7946 0018", "DE", "+442079460018"),
        ] {
            let address = Address::parse(with_phone(typed, country)).unwrap().0;
            assert_eq!(
                address.phone.as_deref(),
                Some(number),
                "{typed} in {country}"
            );
        }
        for (typed, country) in [
            ("12", "DE"),
            ("0171 1234567", "US"),
            ("030 12345x", "DE"),
            ("1234567", "AQ"),
            ("+0301234567", "DE"),
        ] {
            assert_eq!(
                faults(with_phone(typed, country)),
                ["phone"],
                "{typed} in {country}"
            );
        }
    }

    #[test]
    fn only_what_a_countrys_addresses_have_is_required() {
        let nowhere = |country: &str| AddressFields {
            postcode: String::new(),
            city: " ".to_owned(),
            country: country.to_owned(),
            phone: None,
            ..fields()
        };
        assert_eq!(faults(nowhere("DE")), ["postcode", "city"]);
        assert_eq!(
            faults(nowhere("AE")),
            Vec::<&str>::new(),
            "has no postcodes"
        );
        assert_eq!(faults(nowhere("HK")), Vec::<&str>::new());
        assert_eq!(faults(nowhere("SG")), ["postcode"], "is its only city");
    }

    #[test]
    fn a_state_is_asked_only_of_those_who_know_of_states() {
        let in_usa = |state: Option<&str>| AddressFields {
            state: state.map(str::to_owned),
            country: "US".to_owned(),
            phone: None,
            ..fields()
        };
        assert!(faults(in_usa(None)).is_empty());
        assert_eq!(faults(in_usa(Some(""))), ["state"]);
        let address = Address::parse(in_usa(Some(" California "))).unwrap().0;
        assert_eq!(address.state.as_deref(), Some("California"));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let nothing = AddressFields::default();
        assert_eq!(
            faults(nothing),
            ["name", "email", "line1", "postcode", "city", "country"]
        );
        let wrong = AddressFields {
            name: "A\u{7}B".to_owned(),
            phone: Some("030 1234".to_owned()),
            line2: Some("x".repeat(201)),
            country: "XX".to_owned(),
            ..fields()
        };
        assert_eq!(faults(wrong), ["name", "phone", "line2", "country"]);
    }

    #[test]
    fn what_nobody_sees_is_left_out_and_what_breaks_a_line_is_refused() {
        let named = |name: &str| AddressFields {
            name: name.to_owned(),
            phone: Some("\u{202a}+49 30 1234567\u{202c}".to_owned()),
            line2: Some("\u{200b}\u{feff} ".to_owned()),
            ..fields()
        };
        let address = Address::parse(named("\u{feff}Ada\u{202e} Love\u{200b}lace\u{2066}"))
            .unwrap()
            .0;
        assert_eq!(address.name, "Ada Lovelace");
        assert_eq!(address.phone.as_deref(), Some("+49301234567"));
        assert_eq!(address.line2, None);
        let joined = "نیلوفر می\u{200c}خواهد";
        assert_eq!(Address::parse(named(joined)).unwrap().0.name, joined);
        for nobody in [
            "\u{200b}\u{202e}",
            "\u{200d}\u{200c}",
            "Ada\u{2028}Lovelace",
            "Ada\r\nBcc: x",
            "Ada\u{0}",
            "\u{85}A\u{85}B",
        ] {
            assert_eq!(faults(named(nobody)), ["name"], "{nobody:?}");
        }
    }

    #[test]
    fn a_name_may_have_200_characters_and_no_more() {
        let name = |length: usize| AddressFields {
            name: "山".repeat(length),
            ..fields()
        };
        assert!(faults(name(200)).is_empty());
        assert_eq!(faults(name(201)), ["name"]);
    }

    #[test]
    fn what_is_no_email_address_is_refused() {
        for email in [
            "a", "@b.c", "a@b", "a@b.", "a b@c.d", "a@b@c.d", "<a@b.c>", "a@.c",
        ] {
            assert_eq!(
                faults(AddressFields {
                    email: email.to_owned(),
                    ..fields()
                }),
                ["email"],
                "{email}"
            );
        }
    }
}
