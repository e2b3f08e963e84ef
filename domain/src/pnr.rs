//! The order's short human reference: a label for people to read out, never a credential.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Digits and capitals that cannot be mistaken for each other when read out or written down.
const ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRTUVWXYZ";

/// Eight characters of an alphabet of thirty.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pnr([u8; Pnr::LEN]);

/// A string that is no PNR.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a PNR has {} letters and digits", Pnr::LEN)]
pub struct InvalidPnr;

impl Pnr {
    /// How many characters it has.
    pub const LEN: usize = 8;

    /// The PNR that a random number stands for; numbers that differ below 30^8 give different ones.
    #[must_use]
    pub fn from_number(number: u64) -> Self {
        let mut rest = number;
        let mut characters = [0; Self::LEN];
        for character in &mut characters {
            let digit = usize::try_from(rest % 30).expect("a remainder below 30 fits");
            *character = ALPHABET[digit];
            rest /= 30;
        }
        Self(characters)
    }

    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("the alphabet is ASCII")
    }
}

impl FromStr for Pnr {
    type Err = InvalidPnr;

    /// Reads a PNR as people type it: in any case, with spaces and hyphens.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let typed = text.bytes().filter(|byte| !matches!(byte, b' ' | b'-'));
        let mut characters = [0; Self::LEN];
        let mut count = 0;
        for byte in typed.map(|byte| byte.to_ascii_uppercase()) {
            let place = characters.get_mut(count).ok_or(InvalidPnr)?;
            if !ALPHABET.contains(&byte) {
                return Err(InvalidPnr);
            }
            *place = byte;
            count = usize::saturating_add(count, 1);
        }
        if count == Self::LEN {
            Ok(Self(characters))
        } else {
            Err(InvalidPnr)
        }
    }
}

impl fmt::Display for Pnr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Pnr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pnr_is_read_back_as_people_type_it() {
        let pnr = Pnr::from_number(123_456_789_012);
        let typed = format!(
            "{}-{} ",
            &pnr.as_str()[..4].to_lowercase(),
            &pnr.as_str()[4..]
        );
        assert_eq!(typed.parse(), Ok(pnr));
    }

    #[test]
    fn different_numbers_give_different_pnrs() {
        let last = 30_u64.pow(8).saturating_sub(1);
        let numbers = [0, 1, 29, 30, 900, 123_456_789, last];
        let pnrs: std::collections::HashSet<Pnr> = numbers.map(Pnr::from_number).into();
        assert_eq!(pnrs.len(), numbers.len());
        assert_eq!(Pnr::from_number(0).as_str(), "22222222");
        assert_eq!(Pnr::from_number(last).as_str(), "ZZZZZZZZ");
        assert_eq!(Pnr::from_number(u64::MAX).as_str().len(), Pnr::LEN);
    }

    #[test]
    fn what_is_too_short_too_long_or_ambiguous_is_no_pnr() {
        for text in ["", "2345678", "234567892", "0O1IL5S8", "ÄÄÄÄÄÄÄÄ"] {
            assert_eq!(text.parse::<Pnr>(), Err(InvalidPnr), "{text}");
        }
    }
}
