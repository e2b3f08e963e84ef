//! Amounts in PayPal's notation, and back: never rounded.

use domain::{Currency, Money};
use serde::Deserialize;
use serde_json::{Value, json};

use super::connection::unreadable;
use crate::Failure;

/// The currencies PayPal takes, and those of them that it takes no decimals of.
/// <https://developer.paypal.com/api/rest/reference/currency-codes/>
const CURRENCIES: [&str; 24] = [
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY",
    "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD",
];
const WITHOUT_DECIMALS: [&str; 3] = ["HUF", "JPY", "TWD"];

#[derive(Deserialize)]
pub struct Amount {
    pub currency_code: String,
    pub value: String,
}

impl Amount {
    pub fn money(&self) -> Result<Money, Failure> {
        let currency: Currency = self
            .currency_code
            .parse()
            .map_err(|_| unreadable("no currency"))?;
        let minor = minor_of(&self.value, currency.decimals());
        let minor = minor.ok_or_else(|| unreadable("no amount of that currency"))?;
        Ok(Money { minor, currency })
    }
}

pub fn paypal_amount(amount: Money) -> Result<Value, Failure> {
    let value = paypal_value(amount)?;
    Ok(json!({ "currency_code": amount.currency.code(), "value": value }))
}

/// An amount in PayPal's notation: `80.00`, `4500` for yen.
pub fn paypal_value(amount: Money) -> Result<String, Failure> {
    let code = amount.currency.code();
    let unchargeable = Failure::NotChargeable(amount);
    if !CURRENCIES.contains(&code) || amount.minor < 0 {
        return Err(unchargeable);
    }
    let unit = 10_i64.pow(amount.currency.decimals());
    let (whole, fraction) = (amount.minor / unit, amount.minor % unit);
    match (WITHOUT_DECIMALS.contains(&code), fraction) {
        (true, 0) => Ok(whole.to_string()),
        (true, _) => Err(unchargeable),
        (false, _) => Ok(format!("{whole}.{fraction:02}")),
    }
}

/// The smallest amount that PayPal takes, in our minor units; what it takes is a multiple of it.
pub fn unit(currency: Currency) -> i64 {
    match WITHOUT_DECIMALS.contains(&currency.code()) {
        true => 10_i64.pow(currency.decimals()),
        false => 1,
    }
}

/// `80.00` as 8000, `80` as 8000 too; `80.005` is no amount of a currency with two decimals.
pub fn minor_of(value: &str, decimals: u32) -> Option<i64> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let width = usize::try_from(decimals).ok()?;
    let (kept, rest) = fraction.split_at(fraction.len().min(width));
    if rest.bytes().any(|digit| digit != b'0') {
        return None;
    }
    format!("{whole}{kept:0<width$}").parse().ok()
}
