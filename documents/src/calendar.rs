//! A session as a file that calendars take in.

use std::fmt::Write;

use chrono::Utc;
use domain::{OrderId, Timestamp};
use icalendar::{Calendar, Component, Event, EventLike, EventStatus, Property};

/// What is noted in the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The order: it and the host make the entry's name, so that a second import changes the first.
    pub order_id: OrderId,
    /// The event's title.
    pub title: String,
    /// Where, most particular first.
    pub location: Vec<String>,
    /// When it begins.
    pub starts_at: Timestamp,
    /// Whether it takes place.
    pub is_cancelled: bool,
    /// What else there is to know, line by line.
    pub notes: Vec<String>,
    /// Where the tickets are.
    pub url: String,
    /// The site's host.
    pub host: String,
    /// When this was written.
    pub written_at: Timestamp,
}

/// What wrote the files.
const PRODUCT: &str = "-//Frontrow//Frontrow//EN";
/// How long an entry is. When a performance ends is not known; but an entry without a length has none in its reader's calendar,
/// and keeps no evening free.
const LENGTH: &str = "PT2H";

/// The entry as iCalendar (RFC 5545). Instants are in UTC, which every calendar shows in its reader's own
/// time and which needs no table of a zone's changes; the notes may tell the local time.
#[must_use]
pub fn ics(entry: &Entry) -> String {
    let mut event = Event::new();
    event
        .uid(&format!("{}@{}", entry.order_id, entry.host))
        .timestamp(entry.written_at.to_datetime())
        .summary(&entry.title)
        .starts(entry.starts_at.to_datetime().with_timezone(&Utc))
        .location(&entry.location.join(", "))
        .status(if entry.is_cancelled {
            EventStatus::Cancelled
        } else {
            EventStatus::Confirmed
        });
    let mut notes = String::new();
    for note in &entry.notes {
        let _ = writeln!(notes, "{note}");
    }
    event.description(notes.trim_end());
    event.append_property(Property::new("URL", &entry.url));
    event.append_property(Property::new("DURATION", LENGTH));
    let mut calendar = empty();
    calendar.push(event.done());
    calendar.to_string()
}

/// A performance as anybody may note it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    /// What tells it from all others at its host, so that a second import changes the first.
    pub name: String,
    /// The event's title.
    pub title: String,
    /// Where, most particular first.
    pub location: Vec<String>,
    /// When it begins.
    pub starts_at: Timestamp,
    /// Whether it is called off.
    pub is_cancelled: bool,
    /// Whether its date is not settled.
    pub is_tentative: bool,
    /// What else there is to know, line by line.
    pub notes: Vec<String>,
    /// Where tickets are.
    pub url: String,
}

/// Several performances as a calendar to subscribe to.
#[must_use]
pub fn feed(name: &str, host: &str, written_at: Timestamp, occasions: &[Occasion]) -> String {
    let mut calendar = empty();
    calendar.name(name);
    for occasion in occasions {
        let mut event = Event::new();
        event
            .uid(&format!("{}@{host}", occasion.name))
            .timestamp(written_at.to_datetime())
            .summary(&occasion.title)
            .starts(occasion.starts_at.to_datetime().with_timezone(&Utc))
            .location(&occasion.location.join(", "))
            .description(&occasion.notes.join("\n"))
            .status(if occasion.is_cancelled {
                EventStatus::Cancelled
            } else if occasion.is_tentative {
                EventStatus::Tentative
            } else {
                EventStatus::Confirmed
            });
        event.append_property(Property::new("URL", &occasion.url));
        event.append_property(Property::new("DURATION", LENGTH));
        calendar.push(event.done());
    }
    calendar.to_string()
}

fn empty() -> Calendar {
    let mut calendar = Calendar::empty();
    calendar.append_property(Property::new("VERSION", "2.0"));
    calendar.append_property(Property::new("PRODID", PRODUCT));
    calendar.append_property(Property::new("CALSCALE", "GREGORIAN"));
    calendar
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn entry() -> Entry {
        Entry {
            order_id: OrderId(Uuid::from_u128(7)),
            title: "Ночь; Łódź, \\o/".to_owned(),
            location: vec!["Lindenhof".to_owned(), "Street 1, Berlin".to_owned()],
            // In the hour that Berlin has twice that night.
            starts_at: Timestamp(1_792_890_000_000),
            is_cancelled: false,
            notes: vec!["Row A, seat 1".to_owned(), "Order ABCD2345".to_owned()],
            url: "https://tickets.example/gateway/orders/7/confirmation".to_owned(),
            host: "tickets.example".to_owned(),
            written_at: Timestamp(1_790_000_000_000),
        }
    }

    fn unfolded(text: &str) -> String {
        text.replace("\r\n ", "")
    }

    #[test]
    fn an_entry_has_a_stable_name_an_instant_in_utc_and_escaped_text() {
        let text = ics(&entry());
        assert!(
            text.lines().all(|line| line.len() <= 75),
            "lines are folded: {text}"
        );
        assert!(
            text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"),
            "{text}"
        );
        let text = unfolded(&text);
        for line in [
            "UID:00000000-0000-0000-0000-000000000007@tickets.example",
            "DTSTAMP:20260921T141320Z",
            "DTSTART:20261025T010000Z",
            r"SUMMARY:Ночь\; Łódź\, \\o/",
            r"LOCATION:Lindenhof\, Street 1\, Berlin",
            r"DESCRIPTION:Row A\, seat 1\nOrder ABCD2345",
            "STATUS:CONFIRMED",
            "DURATION:PT2H",
            "PRODID:-//Frontrow//Frontrow//EN",
            "URL:https://tickets.example/gateway/orders/7/confirmation",
        ] {
            assert!(text.split("\r\n").any(|it| it == line), "{line} in {text}");
        }
        assert!(
            !text.contains("ORGANIZER") && !text.contains("DTEND"),
            "an end beside a length is not allowed"
        );
        assert_eq!(
            ics(&entry()),
            ics(&entry()),
            "nothing in it is of the moment"
        );
    }

    #[test]
    fn what_does_not_take_place_is_cancelled_in_the_calendar_too() {
        let cancelled = Entry {
            is_cancelled: true,
            ..entry()
        };
        assert!(ics(&cancelled).contains("STATUS:CANCELLED"));
    }

    #[test]
    fn what_is_written_is_read_back_the_same() {
        let read: Calendar = ics(&entry()).parse().unwrap();
        let event = read.events().next().unwrap();
        assert_eq!(event.get_summary(), Some("Ночь; Łódź, \\o/"));
        assert_eq!(
            event.get_description(),
            Some("Row A, seat 1\nOrder ABCD2345")
        );
        assert_eq!(event.get_location(), Some("Lindenhof, Street 1, Berlin"));
    }
}
