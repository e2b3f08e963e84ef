//! Amounts as Stripe takes them: whole minor units of the currency, within its limits.
//!
//! Three oddities of the real service are kept, since they refuse what looks right: currencies with three decimals must end in
//! zero, and the Icelandic króna and the Ugandan shilling are still written with two decimals, which must be zero.

use super::form::Form;
use super::refusal::Refusal;

const MOST: i64 = 99_999_999;
const THREE_DECIMALS: [&str; 5] = ["bhd", "jod", "kwd", "omr", "tnd"];
const TWO_ZEROS: [&str; 2] = ["isk", "ugx"];

/// An amount and its currency, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    pub minor: i64,
    pub currency: String,
}

impl Amount {
    /// Reads `amount` and `currency`; what is absent is taken from `current`.
    pub fn read(form: &Form, current: Option<&Self>) -> Result<Self, Box<Refusal>> {
        let minor = form.integer("amount")?;
        let minor = minor
            .or(current.map(|amount| amount.minor))
            .ok_or_else(|| Refusal::missing("amount"))?;
        let currency = form.text("currency").map(str::to_ascii_lowercase);
        let currency = currency
            .or_else(|| current.map(|amount| amount.currency.clone()))
            .ok_or_else(|| Refusal::missing("currency"))?;
        Self { minor, currency }.within_limits()
    }

    fn within_limits(self) -> Result<Self, Box<Refusal>> {
        let Self { minor, currency } = &self;
        let refuse =
            |code, message: String| Err(Refusal::invalid(message, Some("amount")).coded(code));
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Err(Refusal::invalid(
                format!("Invalid currency: {currency}"),
                Some("currency"),
            ));
        }
        if *minor < 1 {
            return refuse(
                "parameter_invalid_integer",
                "This value must be greater than or equal to 1.".to_owned(),
            );
        }
        if *minor < least(currency) {
            return refuse(
                "amount_too_small",
                format!("The least amount in {currency} is {}.", least(currency)),
            );
        }
        if *minor > MOST {
            return refuse(
                "amount_too_large",
                format!("The most that can be paid at once is {MOST}."),
            );
        }
        if minor % step(currency) != 0 {
            return refuse(
                "parameter_invalid_integer",
                format!(
                    "An amount in {currency} must be a multiple of {}.",
                    step(currency)
                ),
            );
        }
        Ok(self)
    }
}

/// About half a euro; in yen a little less.
fn least(currency: &str) -> i64 {
    match currency {
        "gbp" => 30,
        three if THREE_DECIMALS.contains(&three) => 100,
        _ => 50,
    }
}

fn step(currency: &str) -> i64 {
    match currency {
        three if THREE_DECIMALS.contains(&three) => 10,
        two if TWO_ZEROS.contains(&two) => 100,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Amount, Option<&'static str>> {
        Amount::read(&Form::parse(text).unwrap(), None).map_err(|refusal| refusal.code)
    }

    #[test]
    fn each_currency_has_its_own_minor_units() {
        assert!(read("amount=500&currency=JPY").is_ok());
        assert!(read("amount=12340&currency=kwd").is_ok());
        assert_eq!(
            read("amount=12345&currency=kwd"),
            Err(Some("parameter_invalid_integer"))
        );
        assert_eq!(
            read("amount=150&currency=isk"),
            Err(Some("parameter_invalid_integer"))
        );
    }

    #[test]
    fn amounts_have_limits() {
        assert_eq!(
            read("amount=49&currency=eur"),
            Err(Some("amount_too_small"))
        );
        assert_eq!(
            read("amount=100000000&currency=eur"),
            Err(Some("amount_too_large"))
        );
        assert_eq!(read("amount=1&currency=euro"), Err(None));
        assert_eq!(read("currency=eur"), Err(Some("parameter_missing")));
    }
}
