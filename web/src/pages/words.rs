//! Money and instants as people read them.

use chrono_tz::Tz;
use domain::{Money, Timestamp};

/// `80.00 EUR`: the currency's own number of decimals, and its code.
pub fn money(money: Money) -> String {
    let decimals = decimals(money.currency.code());
    let code = money.currency.code();
    if decimals == 0 {
        return format!("{} {code}", money.minor);
    }
    let unit = 10_u64.pow(decimals);
    let sign = if money.minor < 0 { "-" } else { "" };
    let minor = money.minor.unsigned_abs();
    let width = usize::try_from(decimals).unwrap_or(2);
    format!("{sign}{}.{:0width$} {code}", minor / unit, minor % unit)
}

/// `Sat 31 January 2026, 20:00` where the venue is.
pub fn local(instant: Timestamp, time_zone: &str) -> String {
    // A venue's time zone is checked when it is stored; UTC is the honest rest.
    let zone = time_zone.parse::<Tz>().unwrap_or(Tz::UTC);
    instant
        .to_datetime()
        .with_timezone(&zone)
        .format("%a %-d %B %Y, %H:%M")
        .to_string()
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
        assert_eq!(of(8_005, "EUR"), "80.05 EUR");
        assert_eq!(of(500, "JPY"), "500 JPY");
        assert_eq!(of(1_500, "KWD"), "1.500 KWD");
        assert_eq!(of(-5, "EUR"), "-0.05 EUR");
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
