//! What is known of each country's addresses and telephone numbers: a table, read once.

use std::sync::LazyLock;

/// Where its columns come from stands in its head.
const TABLE: &str = include_str!("countries.tsv");

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    rows.map(Country::of_row).collect()
});

/// One country, or territory with a code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// In English.
    pub name: &'static str,
    /// Digits without a plus; empty where nobody has a telephone.
    pub calling_code: &'static str,
    /// What is dialled before a number within the country, and left out from abroad; often nothing.
    pub national_prefix: &'static str,
    /// The parts of an address in the order people there write them.
    lines: &'static str,
    needed: &'static str,
    /// What the postcode is called: `postal`, `zip`, `pin`, `eircode`; empty where there is none.
    pub postcode_kind: &'static str,
    /// What the state is called: `state`, `province`, `county` …; empty where addresses have none.
    pub state_kind: &'static str,
    /// What the city is called: `city`, `post_town`, `suburb`, `district`; empty where addresses have none.
    pub city_kind: &'static str,
    /// A postcode to show, or empty.
    pub postcode_example: &'static str,
    /// A regular expression that postcodes fit, or empty. Good for a hint, not for a refusal.
    pub postcode_pattern: &'static str,
}

/// A part of an address that not every country has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressPart {
    Street,
    City,
    State,
    Postcode,
}

/// All of them, by name.
#[must_use]
pub fn countries() -> &'static [Country] {
    &COUNTRIES
}

/// The country of a code in capitals.
#[must_use]
pub fn country(code: &str) -> Option<&'static Country> {
    COUNTRIES.iter().find(|country| country.code == code)
}

impl Country {
    fn of_row(row: &'static str) -> Self {
        let mut columns = row.split('\t');
        let mut column = || columns.next().expect("every row has eleven columns");
        Self {
            code: column(),
            name: column(),
            calling_code: column(),
            national_prefix: column(),
            lines: column(),
            needed: column(),
            postcode_kind: column(),
            state_kind: column(),
            city_kind: column(),
            postcode_example: column(),
            postcode_pattern: column(),
        }
    }

    /// The parts of an address, in the order people there write them.
    pub fn parts(&self) -> impl Iterator<Item = AddressPart> + use<> {
        self.lines.chars().filter_map(AddressPart::of_letter)
    }

    /// Whether no letter arrives without this part.
    #[must_use]
    pub fn needs(&self, part: AddressPart) -> bool {
        let mut needed = self.needed.chars();
        needed.any(|letter| AddressPart::of_letter(letter) == Some(part))
    }
}

impl AddressPart {
    fn of_letter(letter: char) -> Option<Self> {
        match letter {
            'A' => Some(Self::Street),
            'C' => Some(Self::City),
            'S' => Some(Self::State),
            'Z' => Some(Self::Postcode),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_a_code_a_name_and_a_street_and_asks_only_for_what_it_has() {
        assert_eq!(countries().len(), 249, "as many as ISO 3166-1 has");
        for country in countries() {
            assert_eq!(country.code.len(), 2, "{country:?}");
            assert!(!country.name.is_empty(), "{country:?}");
            assert!(country.needs(AddressPart::Street), "{country:?}");
            let has = |part: AddressPart| country.parts().any(|known| known == part);
            for part in [AddressPart::City, AddressPart::State, AddressPart::Postcode] {
                assert!(has(part) || !country.needs(part), "{country:?}");
            }
            let digits = country
                .calling_code
                .bytes()
                .chain(country.national_prefix.bytes());
            assert!(
                digits.into_iter().all(|digit| digit.is_ascii_digit()),
                "{country:?}"
            );
            assert_eq!(
                has(AddressPart::Postcode),
                !country.postcode_kind.is_empty()
            );
            assert_eq!(has(AddressPart::State), !country.state_kind.is_empty());
            assert_eq!(has(AddressPart::City), !country.city_kind.is_empty());
        }
    }

    #[test]
    fn an_address_is_asked_for_as_people_there_write_it() {
        use AddressPart::{City, Postcode, State, Street};
        let parts = |code| country(code).unwrap().parts().collect::<Vec<_>>();
        assert_eq!(parts("DE"), [Street, Postcode, City]);
        assert_eq!(parts("US"), [Street, City, State, Postcode]);
        assert_eq!(parts("HU"), [City, Street, Postcode]);
        assert!(!country("HK").unwrap().needs(Postcode));
    }
}
