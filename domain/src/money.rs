//! Money: whole minor units and a currency, checked; no floats anywhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A currency by its ISO 4217 code, upper case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// A string that is no currency code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a currency code such as EUR")]
pub struct InvalidCurrency(String);

impl Currency {
    /// The ISO 4217 code.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII letters are ever stored")
    }

    /// How many decimals its amounts have: ISO 4217.
    #[must_use]
    pub fn decimals(&self) -> u32 {
        match self.code() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF"
            | "UGX" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        }
    }
}

impl FromStr for Currency {
    type Err = InvalidCurrency;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(|letter| letter.is_ascii_uppercase()) => {
                Ok(Self([*a, *b, *c]))
            }
            _ => Err(InvalidCurrency(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = InvalidCurrency;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

/// An amount of money, on the wire `{amount, currency}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// In the currency's minor unit: cents for EUR, yen for JPY.
    #[serde(rename = "amount")]
    pub minor: i64,
    /// The currency of the amount.
    pub currency: Currency,
}

/// A sum that cannot be formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// The two amounts are of different currencies.
    #[error("{0} and {1} cannot be added")]
    CurrencyMismatch(Currency, Currency),
    /// The result exceeds what can be stored.
    #[error("the amount is out of range")]
    OutOfRange,
}

impl Money {
    /// No money at all.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// The sum of two amounts of one currency.
    ///
    /// # Errors
    /// Different currencies, or a sum out of range.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        let minor = self.minor.checked_add(other.minor);
        minor
            .map(|minor| Self { minor, ..self })
            .ok_or(MoneyError::OutOfRange)
    }

    /// What is left when an amount is taken off.
    ///
    /// # Errors
    /// Different currencies, or a difference out of range.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        let minor = self.minor.checked_sub(other.minor);
        minor
            .map(|minor| Self { minor, ..self })
            .ok_or(MoneyError::OutOfRange)
    }

    /// The amount `quantity` times.
    ///
    /// # Errors
    /// A product out of range.
    pub fn times(self, quantity: u32) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_mul(i64::from(quantity));
        minor
            .map(|minor| Self { minor, ..self })
            .ok_or(MoneyError::OutOfRange)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euros(minor: i64) -> Money {
        let currency = "EUR".parse().unwrap();
        Money { minor, currency }
    }

    #[test]
    fn amounts_of_one_currency_add_up() {
        assert_eq!(euros(1).plus(euros(2)), Ok(euros(3)));
        assert_eq!(euros(1_250).times(4), Ok(euros(5_000)));
        assert_eq!(euros(1_250).times(0), Ok(Money::zero(euros(0).currency)));
    }

    #[test]
    fn what_is_taken_off_is_of_the_same_currency() {
        assert_eq!(euros(5).minus(euros(2)), Ok(euros(3)));
        assert_eq!(euros(2).minus(euros(5)), Ok(euros(-3)));
        let yen = Money::zero("JPY".parse().unwrap());
        assert!(euros(1).minus(yen).is_err());
        assert_eq!(euros(i64::MIN).minus(euros(1)), Err(MoneyError::OutOfRange));
    }

    #[test]
    fn a_currency_has_its_own_decimals() {
        let decimals = |code: &str| code.parse::<Currency>().unwrap().decimals();
        assert_eq!(["EUR", "JPY", "KWD"].map(decimals), [2, 0, 3]);
    }

    #[test]
    fn amounts_of_two_currencies_do_not_add_up() {
        let yen = Money::zero("JPY".parse().unwrap());
        let mismatch = MoneyError::CurrencyMismatch(euros(0).currency, yen.currency);
        assert_eq!(euros(1).plus(yen), Err(mismatch));
    }

    #[test]
    fn what_cannot_be_stored_is_no_sum() {
        assert_eq!(euros(i64::MAX).plus(euros(1)), Err(MoneyError::OutOfRange));
        assert_eq!(euros(i64::MIN).plus(euros(-1)), Err(MoneyError::OutOfRange));
        assert_eq!(euros(i64::MAX).times(2), Err(MoneyError::OutOfRange));
    }

    #[test]
    fn a_currency_is_three_capitals() {
        for text in ["", "EU", "EURO", "eur", "E1R", "€", "ÄÖÜ"] {
            let refused = Err(InvalidCurrency(text.to_owned()));
            assert_eq!(text.parse::<Currency>(), refused);
        }
        assert_eq!("EUR".parse::<Currency>().unwrap().to_string(), "EUR");
    }

    #[test]
    fn money_is_an_amount_and_a_currency_on_the_wire() {
        let json = r#"{"amount":1250,"currency":"EUR"}"#;
        assert_eq!(serde_json::to_string(&euros(1_250)).unwrap(), json);
        assert_eq!(serde_json::from_str::<Money>(json).unwrap(), euros(1_250));
        let float = json.replace("1250", "12.5");
        assert!(serde_json::from_str::<Money>(&float).is_err());
        let unknown = json.replace("EUR", "euros");
        assert!(serde_json::from_str::<Money>(&unknown).is_err());
    }
}
