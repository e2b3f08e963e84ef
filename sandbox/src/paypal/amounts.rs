//! Amounts as PayPal writes them: decimal text in a currency's own decimals.

use serde_json::{Value, json};

use super::refusal::Refusal;
use crate::money;

/// What PayPal takes payments in.
const CURRENCIES: [&str; 24] = [
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY",
    "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD",
];
/// Those that PayPal takes without decimals, though ISO 4217 gives two of them some.
const WHOLE: [&str; 3] = ["HUF", "JPY", "TWD"];
/// Nobody pays more at once.
const MOST: i64 = 9_999_999_999;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// In the smallest unit that PayPal takes.
    pub minor: i64,
    pub currency: String,
}

impl Amount {
    /// Reads `{currency_code, value}`, which must be above zero.
    pub fn read(value: &Value, field: &str) -> Result<Self, Box<Refusal>> {
        let part = |name: &str| {
            value[name]
                .as_str()
                .ok_or_else(|| Refusal::missing(&format!("{field}/{name}")))
        };
        let (currency, text) = (part("currency_code")?, part("value")?);
        if !CURRENCIES.contains(&currency) {
            return Err(Refusal::unprocessable(
                "INVALID_CURRENCY_CODE",
                format!("PayPal takes no {currency}."),
            )
            .at(&format!("{field}/currency_code")));
        }
        let minor = parse(text, decimals(currency)).map_err(|fault| {
            let refusal = match fault {
                Fault::NoNumber => {
                    Refusal::malformed("INVALID_PARAMETER_SYNTAX", field, "This is no amount.")
                }
                Fault::Decimals => Refusal::unprocessable(
                    "DECIMAL_PRECISION",
                    format!("{currency} has {} decimals.", decimals(currency)),
                ),
                Fault::TooMuch => Refusal::unprocessable("MAX_VALUE_EXCEEDED", "That is too much."),
            };
            refusal.at(&format!("{field}/value"))
        })?;
        if minor <= 0 {
            return Err(Refusal::unprocessable(
                "CANNOT_BE_ZERO_OR_NEGATIVE",
                "An amount is above zero.",
            )
            .at(&format!("{field}/value")));
        }
        Ok(Self {
            minor,
            currency: currency.to_owned(),
        })
    }

    pub fn render(&self) -> Value {
        json!({"currency_code": self.currency, "value": self.text()})
    }

    /// As much of the same currency.
    pub fn of(&self, minor: i64) -> Self {
        Self {
            minor,
            currency: self.currency.clone(),
        }
    }

    /// `12.34`.
    pub fn text(&self) -> String {
        match decimals(&self.currency) {
            0 => self.minor.to_string(),
            _ => money::decimal(self.minor, &self.currency),
        }
    }

    /// What PayPal keeps: about three percent and a coin.
    pub fn fee(&self) -> i64 {
        (self.minor * 299 / 10_000 + 39).min(self.minor)
    }
}

/// What is added up in `breakdown` must be the amount.
pub fn check_breakdown(amount: &Value) -> Result<(), Box<Refusal>> {
    let Some(breakdown) = amount["breakdown"].as_object() else {
        return Ok(());
    };
    let total = Amount::read(amount, "/amount")?;
    let mut sum = 0;
    for (name, part) in breakdown {
        let text = part["value"].as_str().unwrap_or_default();
        let minor = parse(text, decimals(&total.currency)).map_err(|_| {
            Refusal::malformed(
                "INVALID_PARAMETER_SYNTAX",
                "/amount/breakdown",
                "This is no amount.",
            )
        })?;
        let sign = if name.ends_with("discount") { -1 } else { 1 };
        sum += sign * minor;
    }
    if sum != total.minor {
        return Err(Refusal::unprocessable(
            "AMOUNT_MISMATCH",
            "The parts of the breakdown do not add up to the amount.",
        ));
    }
    Ok(())
}

fn decimals(currency: &str) -> usize {
    if WHOLE.contains(&currency) {
        0
    } else {
        money::decimals(currency)
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Fault {
    NoNumber,
    Decimals,
    TooMuch,
}

fn parse(text: &str, decimals: usize) -> Result<i64, Fault> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = whole.strip_prefix('-').unwrap_or(whole);
    if !is_number(unsigned) || !is_number(part) || (unsigned.is_empty() && part.is_empty()) {
        return Err(Fault::NoNumber);
    }
    // Further zeros say nothing.
    let part = part.trim_end_matches('0');
    if part.len() > decimals {
        return Err(Fault::Decimals);
    }
    let minor = format!("{whole}{part:0<decimals$}");
    minor
        .parse()
        .ok()
        .filter(|minor| *minor <= MOST)
        .ok_or(Fault::TooMuch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_text_becomes_minor_units_exactly() {
        assert_eq!(parse("12.34", 2), Ok(1234));
        assert_eq!(parse("12.3", 2), Ok(1230));
        assert_eq!(parse("12", 2), Ok(1200));
        assert_eq!(parse("12.340", 2), Ok(1234));
        assert_eq!(parse("-1", 2), Ok(-100));
        assert_eq!(parse("12.345", 2), Err(Fault::Decimals));
        assert_eq!(parse("12.5", 0), Err(Fault::Decimals));
        assert_eq!(parse("1e3", 2), Err(Fault::NoNumber));
        assert_eq!(parse("", 2), Err(Fault::NoNumber));
        assert_eq!(parse("999999999999", 2), Err(Fault::TooMuch));
    }

    #[test]
    fn an_amount_is_written_as_it_was_read() {
        for (currency, value) in [("EUR", "12.30"), ("JPY", "1230"), ("HUF", "1230")] {
            let amount = json!({"currency_code": currency, "value": value});
            assert_eq!(Amount::read(&amount, "/amount").unwrap().render(), amount);
        }
    }

    #[test]
    fn a_breakdown_adds_up() {
        let amount = |tax| {
            json!({"currency_code": "EUR", "value": "11.00", "breakdown": {
                "item_total": {"currency_code": "EUR", "value": "12.00"},
                "tax_total": {"currency_code": "EUR", "value": tax},
                "discount": {"currency_code": "EUR", "value": "2.00"},
            }})
        };
        assert!(check_breakdown(&amount("1.00")).is_ok());
        assert!(check_breakdown(&amount("1.01")).is_err());
    }
}
