//! Dates, times and money as the readers of a language write them. The names and the order of the parts are
//! messages of the catalogue.

use chrono::{DateTime, Datelike, NaiveDate, Timelike};
use chrono_tz::Tz;
use domain::{Money, Timestamp};
use fluent_bundle::FluentArgs;
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

    /// `€80.00`, `80,00 €`: the currency's own number of decimals.
    #[must_use]
    pub fn money(&self, money: Money) -> String {
        let english = crate::pages::words::money(money);
        if self.language == Language::English {
            return english;
        }
        let mut parts = FluentArgs::new();
        let digits = english.trim_start_matches(|letter: char| !letter.is_ascii_digit());
        let sign = english.starts_with('-');
        let number: String = digits
            .chars()
            .map(|letter| match letter {
                ',' => '.',
                '.' => ',',
                other => other,
            })
            .collect();
        let symbol = english[..english.len() - digits.len()].trim_matches(['-', '\u{a0}']);
        parts.set("number", format!("{}{number}", if sign { "-" } else { "" }));
        parts.set("currency", symbol.to_owned());
        self.say_with("money", parts)
    }

    fn weekday(&self, date: NaiveDate) -> String {
        self.say(&format!(
            "weekday-short-{}",
            date.weekday().number_from_monday()
        ))
    }

    fn dated(&self, key: &str, month_key: &str, date: NaiveDate) -> String {
        let mut parts = FluentArgs::new();
        parts.set("weekday", self.weekday(date));
        parts.set("day", date.day().to_string());
        parts.set("month", self.say(&format!("{month_key}-{}", date.month())));
        parts.set("year", date.year().to_string());
        self.say_with(key, parts)
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
        assert_eq!(long(&german), "Sa., 31. Januar 2026, 20:00 Uhr");
        let price = |speech: &Speech, minor, code: &str| {
            speech.money(Money {
                minor,
                currency: code.parse().unwrap(),
            })
        };
        assert_eq!(price(&english, 123_450, "EUR"), "€1,234.50");
        assert_eq!(price(&german, 123_450, "EUR"), "1.234,50\u{a0}€");
        assert_eq!(price(&german, 8_800, "JPY"), "8.800\u{a0}¥");
        assert_eq!(price(&german, 9_900, "PLN"), "99,00\u{a0}PLN");
        assert_eq!(price(&german, -500, "GBP"), "-5,00\u{a0}£");
    }
}
