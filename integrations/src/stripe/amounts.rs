//! Amounts in Stripe's minor units, and back: never rounded.

use domain::{Currency, Money};

use super::unreadable;
use crate::Failure;

pub fn stripe_currency(currency: Currency) -> stripe_types::Currency {
    let code = currency.code().to_ascii_lowercase();
    code.parse()
        .unwrap_or_else(|never: std::convert::Infallible| match never {})
}

/// How many decimals Stripe gives a currency, which is not always what ISO 4217 does.
/// <https://docs.stripe.com/currencies#minor-units>
fn stripe_decimals(currency: Currency) -> u32 {
    match currency.code() {
        "ISK" | "UGX" => 2,
        "MGA" => 0,
        _ => currency.decimals(),
    }
}

/// An amount in Stripe's minor units. Where Stripe has three decimals, the last must be zero.
pub fn stripe_amount(amount: Money) -> Result<i64, Failure> {
    let (ours, theirs) = (amount.currency.decimals(), stripe_decimals(amount.currency));
    let converted = rescaled(amount.minor, ours, theirs);
    let fits = |minor: &i64| *minor > 0 && (theirs < 3 || minor % 10 == 0);
    converted.filter(fits).ok_or(Failure::NotChargeable(amount))
}

/// The smallest amount that Stripe takes, in our minor units; what it takes is a multiple of it.
pub fn unit(currency: Currency) -> i64 {
    let (ours, theirs) = (currency.decimals(), stripe_decimals(currency));
    match theirs {
        3.. => 10,
        _ => 10_i64.pow(ours.saturating_sub(theirs)),
    }
}

pub fn money_of(minor: i64, code: &str) -> Result<Money, Failure> {
    let currency: Currency = code
        .to_ascii_uppercase()
        .parse()
        .map_err(|_| unreadable("no currency"))?;
    let minor = rescaled(minor, stripe_decimals(currency), currency.decimals());
    let minor = minor.ok_or_else(|| unreadable("no amount of that currency"))?;
    Ok(Money { minor, currency })
}

fn rescaled(minor: i64, from: u32, to: u32) -> Option<i64> {
    let scale = 10_i64.pow(from.abs_diff(to));
    if to >= from {
        return minor.checked_mul(scale);
    }
    (minor % scale == 0).then(|| minor / scale)
}
