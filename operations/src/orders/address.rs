//! Who buys, and where they live: read from what they typed, once, at the door.

use super::OrderError;

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

/// The country codes of ISO 3166-1 alpha-2.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ \
BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK \
DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW \
GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB \
LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC \
NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC \
SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ \
UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Who buys, and where they live. Made only by `Address::parse`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub line1: String,
    pub line2: Option<String>,
    pub postcode: String,
    pub city: String,
    pub country: String,
}

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
    pub country: String,
}

/// What was wrong so far.
#[derive(Default)]
struct Faults(Vec<(&'static str, String)>);

impl Address {
    /// Reads an address as typed; every wrong field is named.
    ///
    /// # Errors
    /// `OrderError::Invalid` with one entry a wrong field.
    pub fn parse(fields: AddressFields) -> Result<Self, OrderError> {
        let mut faults = Faults::default();
        let address = Self {
            name: faults.keep("name", required(&fields.name, NAME_MAX)),
            email: faults.keep("email", email(&fields.email)),
            phone: faults.keep("phone", phone(fields.phone.as_deref().unwrap_or_default())),
            line1: faults.keep("line1", required(&fields.line1, LINE_MAX)),
            line2: faults.keep(
                "line2",
                optional(fields.line2.as_deref().unwrap_or_default()),
            ),
            postcode: faults.keep("postcode", required(&fields.postcode, POSTCODE_MAX)),
            city: faults.keep("city", required(&fields.city, CITY_MAX)),
            country: faults.keep("country", country(&fields.country)),
        };
        if faults.0.is_empty() {
            Ok(address)
        } else {
            Err(OrderError::Invalid(faults.0))
        }
    }
}

impl Faults {
    /// The value, or an empty one and a note of what is wrong with the field.
    fn keep<T: Default>(&mut self, field: &'static str, value: Result<T, String>) -> T {
        value.unwrap_or_else(|reason| {
            self.0.push((field, reason));
            T::default()
        })
    }
}

/// Text of any script without what could disturb a line of print.
fn required(typed: &str, max: usize) -> Result<String, String> {
    let text = typed.trim();
    if text.is_empty() {
        return Err("this is required".to_owned());
    }
    if text.chars().count() > max {
        return Err(format!("this must have at most {max} characters"));
    }
    if text.chars().any(char::is_control) {
        return Err("this must not contain control characters".to_owned());
    }
    Ok(text.to_owned())
}

fn optional(typed: &str) -> Result<Option<String>, String> {
    if typed.trim().is_empty() {
        Ok(None)
    } else {
        required(typed, LINE_MAX).map(Some)
    }
}

/// Plausible is enough: whether it can be delivered, only a mail can tell.
fn email(typed: &str) -> Result<String, String> {
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
        Err("this is not an e-mail address such as name@example.org".to_owned())
    }
}

/// E.164, after what people put between the digits is taken out.
fn phone(typed: &str) -> Result<Option<String>, String> {
    let is_filler = |letter: &char| letter.is_whitespace() || matches!(letter, '-' | '(' | ')');
    let number: String = typed.chars().filter(|letter| !is_filler(letter)).collect();
    if number.is_empty() {
        return Ok(None);
    }
    let is_valid = number.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_digit())
            && !digits.starts_with('0')
    });
    if is_valid {
        Ok(Some(number))
    } else {
        Err("write the number with its country code, such as +49 30 1234567".to_owned())
    }
}

fn country(typed: &str) -> Result<String, String> {
    let code = typed.trim();
    if code.len() == 2 && COUNTRIES.split(' ').any(|known| known == code) {
        Ok(code.to_owned())
    } else {
        Err("this must be a country's code of two capitals, such as DE".to_owned())
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
            country: "DE".to_owned(),
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
        let address = Address::parse(fields()).unwrap();
        assert_eq!(address.name, "Łucja Nguyễn-山田");
        assert_eq!(address.phone.as_deref(), Some("+49301234567"));
        assert_eq!(address.line2, None);
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
