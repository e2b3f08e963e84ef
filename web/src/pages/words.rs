//! Money and instants as people read them.

use chrono_tz::Tz;
use domain::{Money, Timestamp};

/// `€80.00`, or `CHF 80.00`: the currency's own number of decimals, and the sign of those that every
/// reader of English knows. The islands' `Intl.NumberFormat("en")` writes the same.
pub fn money(money: Money) -> String {
    let code = money.currency.code();
    let decimals = decimals(code);
    let unit = 10_u64.pow(decimals);
    let minor = money.minor.unsigned_abs();
    let sign = if money.minor < 0 { "-" } else { "" };
    let whole = grouped(minor / unit);
    let fraction = match usize::try_from(decimals) {
        Ok(width @ 1..) => format!(".{:0width$}", minor % unit),
        _ => String::new(),
    };
    let currency = match code {
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        "USD" => "$".to_owned(),
        "JPY" => "¥".to_owned(),
        // Not to be broken after.
        code => format!("{code}\u{a0}"),
    };
    format!("{sign}{currency}{whole}{fraction}")
}

/// `80.00`: for machines.
pub fn amount(money: Money) -> String {
    let decimals = decimals(money.currency.code());
    let unit = 10_u64.pow(decimals);
    let minor = money.minor.unsigned_abs();
    let sign = if money.minor < 0 { "-" } else { "" };
    match usize::try_from(decimals) {
        Ok(width @ 1..) => format!("{sign}{}.{:0width$}", minor / unit, minor % unit),
        _ => format!("{sign}{minor}"),
    }
}

/// With a comma at every thousand.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `Sat 31 January 2026, 20:00` where the venue is.
pub fn local(instant: Timestamp, time_zone: &str) -> String {
    at(instant, time_zone, "%a %-d %B %Y, %H:%M")
}

/// `Sat 31 January 2026` where the venue is.
pub fn day(instant: Timestamp, time_zone: &str) -> String {
    at(instant, time_zone, "%a %-d %B %Y")
}

/// `20:00` where the venue is.
pub fn time(instant: Timestamp, time_zone: &str) -> String {
    at(instant, time_zone, "%H:%M")
}

/// `CET`, or the offset where the zone has no letters.
pub fn zone(instant: Timestamp, time_zone: &str) -> String {
    at(instant, time_zone, "%Z")
}

fn at(instant: Timestamp, time_zone: &str, format: &str) -> String {
    // A venue's time zone is checked when it is stored; UTC is the honest rest.
    let zone = time_zone.parse::<Tz>().unwrap_or(Tz::UTC);
    let local = instant.to_datetime().with_timezone(&zone);
    local.format(format).to_string()
}

/// How many decimals a currency has where it is not two: ISO 4217.
fn decimals(code: &str) -> u32 {
    match code {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(minor: i64, code: &str) -> String {
        money(Money {
            minor,
            currency: code.parse().unwrap(),
        })
    }

    #[test]
    fn money_has_the_decimals_of_its_currency() {
        assert_eq!(of(8_005, "EUR"), "€80.05");
        assert_eq!(of(500, "JPY"), "¥500");
        assert_eq!(of(1_500, "KWD"), "KWD\u{a0}1.500");
        assert_eq!(of(-5, "EUR"), "-€0.05");
        assert_eq!(of(123_456_700, "CHF"), "CHF\u{a0}1,234,567.00");
    }

    #[test]
    fn instants_are_told_in_the_venues_time() {
        let instant = Timestamp(1_769_886_000_000);
        assert_eq!(
            local(instant, "Europe/Berlin"),
            "Sat 31 January 2026, 20:00"
        );
        assert_eq!(
            local(instant, "America/New_York"),
            "Sat 31 January 2026, 14:00"
        );
    }
}
