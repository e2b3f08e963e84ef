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
mod tests;
