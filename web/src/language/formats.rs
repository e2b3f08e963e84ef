//! Dates, times and money as the readers of a language write them. The names and the order of the parts are
//! messages of the catalogue.

use chrono::{DateTime, Datelike, NaiveDate, Offset, Timelike};
use chrono_tz::Tz;
use domain::{Money, Timestamp};
use fluent_bundle::FluentArgs;
use operations::orders::countries;
use serde::Serialize;

use super::{Language, Speech};

/// An instant in parts, where the venue is.
#[derive(Debug, Clone, Serialize)]
pub struct LocalDate {
    /// `Sat`.
    pub weekday: String,
    /// `31`.
    pub day: String,
    /// `Jan`.
    pub month: String,
    /// `20:00`.
    pub time: String,
    /// `2026-01-31T20:00`: for machines.
    pub machine: String,
    /// `Sat 31 January 2026, 20:00`.
    pub long: String,
}

impl Speech<'_> {
    /// An instant in parts, where the venue is.
    #[must_use]
    pub fn local(&self, instant: Timestamp, time_zone: &str) -> LocalDate {
        let local = at(instant, time_zone);
        LocalDate {
            weekday: self.weekday(local.date_naive()),
            day: local.day().to_string(),
            month: self.say(&format!("month-short-{}", local.month())),
            time: self.time_of(&local),
            machine: local.format("%Y-%m-%dT%H:%M").to_string(),
            long: self.date_time(instant, time_zone),
        }
    }

    /// `Sat 31 January 2026, 20:00`.
    #[must_use]
    pub fn date_time(&self, instant: Timestamp, time_zone: &str) -> String {
        let local = at(instant, time_zone);
        let mut parts = FluentArgs::new();
        parts.set("date", self.date(local.date_naive()));
        parts.set("time", self.time_of(&local));
        self.say_with("date-time", parts)
    }

    /// `Sat 31 Jan, 20:00`.
    #[must_use]
    pub fn short_date_time(&self, instant: Timestamp, time_zone: &str) -> String {
        let local = at(instant, time_zone);
        let mut parts = FluentArgs::new();
        parts.set("date", self.short_date(local.date_naive()));
        parts.set("time", self.time_of(&local));
        self.say_with("date-time", parts)
    }

    /// `Sat 31 January 2026`.
    #[must_use]
    pub fn date(&self, date: NaiveDate) -> String {
        self.dated("date-long", "month", date)
    }

    /// `Saturday, 31 January 2026`, where the venue is.
    #[must_use]
    pub fn full_date(&self, instant: Timestamp, time_zone: &str) -> String {
        let date = at(instant, time_zone).date_naive();
        let mut parts = self.parts_of(date, "month");
        let weekday = date.weekday().number_from_monday();
        parts.set("weekday", self.say(&format!("weekday-{weekday}")));
        self.say_with("date-full", parts)
    }

    /// `Sat 31 January 2026`, where the venue is.
    #[must_use]
    pub fn day(&self, instant: Timestamp, time_zone: &str) -> String {
        self.date(at(instant, time_zone).date_naive())
    }

    /// `Sat 31 Jan`.
    #[must_use]
    pub fn short_date(&self, date: NaiveDate) -> String {
        self.dated("date-short", "month-short", date)
    }

    /// `January 2026`.
    #[must_use]
    pub fn month(&self, date: NaiveDate) -> String {
        self.dated("date-month", "month", date)
    }

    /// What a country is called; its English name where the language has none.
    #[must_use]
    pub fn country(&self, code: &str, name: &str) -> String {
        self.say_or(&format!("country-{}", code.to_lowercase()), name)
    }

    /// The same where only its code is known; that code where no country has it.
    #[must_use]
    pub fn country_of(&self, code: &str) -> String {
        self.country(code, countries::country(code).map_or(code, |it| it.name))
    }

    /// What a city is called; its own name where the language has none.
    #[must_use]
    pub fn city(&self, slug: &str, name: &str) -> String {
        self.say_or(&format!("city-name-{slug}"), name)
    }

    /// What a category is called; its own name where the language has none.
    #[must_use]
    pub fn category(&self, slug: &str, name: &str) -> String {
        self.say_or(&format!("category-{slug}"), name)
    }

    /// `20:00`.
    #[must_use]
    pub fn time(&self, instant: Timestamp, time_zone: &str) -> String {
        self.time_of(&at(instant, time_zone))
    }

    /// `€80`, `€80.50`, or that it is free: without decimals that say nothing, wherever money is written. The islands
    /// write the same.
    #[must_use]
    pub fn price(&self, money: Money) -> String {
        let decimals = money.currency.decimals();
        match money.minor.unsigned_abs() {
            0 => self.say("money-free"),
            minor if minor.is_multiple_of(10_u64.pow(decimals)) => self.written(money, 0),
            _ => self.written(money, decimals),
        }
    }

    fn written(&self, money: Money, shown: u32) -> String {
        let (mark, point) = match self.language {
            Language::English => (',', '.'),
            Language::German => ('.', ','),
        };
        let code = money.currency.code();
        let unit = 10_u64.pow(money.currency.decimals());
        let minor = money.minor.unsigned_abs();
        let whole = grouped(&(minor / unit).to_string(), mark);
        let fraction = match usize::try_from(shown) {
            Ok(width @ 1..) => format!("{point}{:0width$}", minor % unit),
            _ => String::new(),
        };
        let mut parts = FluentArgs::new();
        parts.set("number", format!("{whole}{fraction}"));
        parts.set("sign", if money.minor < 0 { "-" } else { "" });
        match sign_of(code) {
            Some(sign) => {
                parts.set("currency", sign);
                self.say_with("money", parts)
            }
            None => {
                parts.set("currency", code);
                self.say_with("money-by-code", parts)
            }
        }
    }

    fn weekday(&self, date: NaiveDate) -> String {
        self.say(&format!(
            "weekday-short-{}",
            date.weekday().number_from_monday()
        ))
    }

    fn dated(&self, key: &str, month_key: &str, date: NaiveDate) -> String {
        self.say_with(key, self.parts_of(date, month_key))
    }

    fn parts_of(&self, date: NaiveDate, month_key: &str) -> FluentArgs<'static> {
        let mut parts = FluentArgs::new();
        parts.set("weekday", self.weekday(date));
        parts.set("day", date.day().to_string());
        parts.set("month", self.say(&format!("{month_key}-{}", date.month())));
        parts.set("year", date.year().to_string());
        parts
    }

    fn time_of(&self, local: &DateTime<Tz>) -> String {
        let mut parts = FluentArgs::new();
        parts.set("hour", format!("{:02}", local.hour()));
        parts.set("minute", format!("{:02}", local.minute()));
        self.say_with("time", parts)
    }
}

/// The instant where the venue is. Its time zone is checked when it is stored; UTC is the honest rest.
pub fn at(instant: Timestamp, time_zone: &str) -> DateTime<Tz> {
    let zone = time_zone.parse::<Tz>().unwrap_or(Tz::UTC);
    instant.to_datetime().with_timezone(&zone)
}

/// `80.00`: for machines.
#[must_use]
pub fn amount(money: Money) -> String {
    let decimals = money.currency.decimals();
    let unit = 10_u64.pow(decimals);
    let minor = money.minor.unsigned_abs();
    let sign = if money.minor < 0 { "-" } else { "" };
    match usize::try_from(decimals) {
        Ok(width @ 1..) => format!("{sign}{}.{:0width$}", minor / unit, minor % unit),
        _ => format!("{sign}{minor}"),
    }
}

/// `CET`, or the offset where the zone has no letters.
#[must_use]
pub fn zone(instant: Timestamp, time_zone: &str) -> String {
    at(instant, time_zone).format("%Z").to_string()
}

/// `CET (UTC+1)`, or the offset alone where the zone has no letters.
#[must_use]
pub fn zone_with_offset(instant: Timestamp, time_zone: &str) -> String {
    let local = at(instant, time_zone);
    let seconds = local.offset().fix().local_minus_utc();
    let (sign, minutes) = (if seconds < 0 { '−' } else { '+' }, seconds.abs() / 60);
    let offset = match (minutes / 60, minutes % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    };
    let name = local.format("%Z").to_string();
    let has_letters = name
        .chars()
        .all(|character| character.is_ascii_alphabetic());
    if has_letters && name != "UTC" {
        format!("{name} ({offset})")
    } else {
        offset
    }
}

/// Digits with a mark at every thousand.
pub(super) fn grouped(digits: &str, mark: char) -> String {
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(mark);
        }
        grouped.push(digit);
    }
    grouped
}

/// The sign of a currency that every reader knows; of others the code is written.
fn sign_of(code: &str) -> Option<&'static str> {
    match code {
        "EUR" => Some("€"),
        "GBP" => Some("£"),
        "USD" => Some("$"),
        "JPY" => Some("¥"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Messages;

    const INSTANT: Timestamp = Timestamp(1_769_886_000_000);

    #[test]
    fn dates_and_money_are_written_as_each_language_does() {
        let messages = Messages::new(None).unwrap();
        let (english, german) = (
            messages.in_language(Language::English),
            messages.in_language(Language::German),
        );
        let long = |speech: &Speech| speech.date_time(INSTANT, "Europe/Berlin");
        assert_eq!(long(&english), "Sat 31 January 2026, 20:00");
        assert_eq!(long(&german), "Sa., 31. Januar 2026, 20:00\u{a0}Uhr");
        let price = |speech: &Speech, minor, code: &str| {
            speech.price(Money {
                minor,
                currency: code.parse().unwrap(),
            })
        };
        assert_eq!(price(&english, 123_450, "EUR"), "€1,234.50");
        assert_eq!(price(&english, 8_005, "EUR"), "€80.05");
        assert_eq!(price(&english, 500, "JPY"), "¥500");
        assert_eq!(price(&english, 1_500, "KWD"), "KWD\u{a0}1.500");
        assert_eq!(price(&english, -5, "EUR"), "-€0.05");
        assert_eq!(price(&english, 123_456_700, "CHF"), "CHF\u{a0}1,234,567");
        assert_eq!(price(&german, 123_450, "EUR"), "1.234,50\u{a0}€");
        assert_eq!(price(&german, 8_800, "JPY"), "8.800\u{a0}¥");
        assert_eq!(price(&german, 9_900, "PLN"), "99\u{a0}PLN");
        assert_eq!(price(&german, -500, "GBP"), "-5\u{a0}£");
    }

    #[test]
    fn a_price_says_no_decimals_that_say_nothing_and_none_is_free() {
        let messages = Messages::new(None).unwrap();
        let said = |language: Language, minor, code: &str| {
            let currency = code.parse().unwrap();
            messages
                .in_language(language)
                .price(Money { minor, currency })
        };
        assert_eq!(said(Language::English, 8_000, "EUR"), "€80");
        assert_eq!(said(Language::English, 8_050, "EUR"), "€80.50");
        assert_eq!(said(Language::German, 123_400, "EUR"), "1.234\u{a0}€");
        assert_eq!(said(Language::English, 0, "EUR"), "Free");
        assert_eq!(said(Language::German, 0, "JPY"), "Kostenlos");
        let instant = Timestamp(1_769_886_000_000);
        let english = messages.in_language(Language::English);
        assert_eq!(
            english.date_time(instant, "America/New_York"),
            "Sat 31 January 2026, 14:00"
        );
    }
}
