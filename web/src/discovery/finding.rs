//! Which events fit what somebody looks for, in which order, and what there is to choose from.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use domain::Timestamp;

use super::catalogue::{Catalogue, Index};
use crate::language;

/// How many events a page has.
pub const PAGE_EVENTS: usize = 24;

/// What is looked for. Absent is any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Criteria {
    /// A category.
    pub category: Option<Index>,
    /// A city.
    pub city: Option<Index>,
    /// An artist.
    pub artist: Option<Index>,
    /// A venue.
    pub venue: Option<Index>,
    /// From that day on, where the venue is.
    pub from: Option<NaiveDate>,
    /// Up to that day, where the venue is.
    pub to: Option<NaiveDate>,
    /// Soon, by the calendar where the venue is.
    pub soon: Option<Soon>,
    /// Events in the order in which a search found them.
    pub found: Option<Vec<Index>>,
    /// In which order.
    pub sort: Sort,
}

/// How soon, counted from today: which day that is depends on where one asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Soon {
    /// Today.
    Today,
    /// The next Saturday and Sunday, or what is left of them.
    Weekend,
    /// In seven days.
    Week,
    /// In thirty days.
    Month,
}

impl Soon {
    /// All of them, the soonest first.
    pub const ALL: [Self; 4] = [Self::Today, Self::Weekend, Self::Week, Self::Month];

    /// What addresses and messages call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Weekend => "weekend",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// Whether a day is within it, given the day that it is.
    #[must_use]
    pub fn holds(self, today: NaiveDate, day: NaiveDate) -> bool {
        let (first, days) = match self {
            Self::Today => (0, 1),
            Self::Weekend => match today.weekday().num_days_from_monday() {
                6 => (0, 1),
                weekday => (5 - i64::from(weekday), 2),
            },
            Self::Week => (0, 7),
            Self::Month => (0, 30),
        };
        let ahead = day.signed_duration_since(today).num_days();
        (first..first + days).contains(&ahead)
    }
}

/// An order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// As a search found them, or by date.
    #[default]
    Best,
    /// The next ones first.
    Date,
    /// The cheapest first; currencies one after the other.
    Price,
    /// By title.
    Title,
}

/// What fits.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Events with their performances that fit, by start.
    pub events: Vec<(Index, Vec<Index>)>,
    /// How many events fit in each category, whatever category is looked for.
    pub by_category: HashMap<Index, usize>,
    /// How many events fit in each city, whatever city is looked for.
    pub by_city: HashMap<Index, usize>,
}

/// Looks through all performances to come.
#[must_use]
pub fn find(catalogue: &Catalogue, criteria: &Criteria, now: Timestamp) -> Findings {
    let mut findings = Findings::default();
    // Where an event stands among those that were found, by the catalogue's order.
    let mut places: Vec<Option<usize>> = vec![None; catalogue.events.len()];
    let mut in_category_counted = vec![false; catalogue.events.len()];
    let mut in_city_counted = vec![false; catalogue.events.len() * catalogue.cities.len()];
    for index in fitting(catalogue, criteria, now) {
        let session = &catalogue.sessions[index];
        let category = catalogue.events[session.event].category;
        let in_category = criteria.category.is_none_or(|it| it == category);
        let in_city = criteria.city.is_none_or(|city| city == session.city);
        if in_city && !std::mem::replace(&mut in_category_counted[session.event], true) {
            *findings.by_category.entry(category).or_default() += 1;
        }
        let event_in_city = session.event * catalogue.cities.len() + session.city;
        if in_category && !std::mem::replace(&mut in_city_counted[event_in_city], true) {
            *findings.by_city.entry(session.city).or_default() += 1;
        }
        if in_category && in_city {
            let place = *places[session.event].get_or_insert_with(|| {
                findings.events.push((session.event, Vec::new()));
                findings.events.len() - 1
            });
            findings.events[place].1.push(index);
        }
    }
    order(catalogue, criteria, &mut findings);
    findings
}

/// The performances to come that fit in all but category and city, by start.
fn fitting(catalogue: &Catalogue, criteria: &Criteria, now: Timestamp) -> Vec<Index> {
    let today = criteria.soon.map(|soon| (soon, todays(catalogue, now)));
    let fits = |index: &Index| {
        let session = &catalogue.sessions[*index];
        let artists = || &catalogue.events[session.event].artists;
        criteria.venue.is_none_or(|venue| venue == session.venue)
            && criteria.from.is_none_or(|from| session.day >= from)
            && criteria.to.is_none_or(|to| session.day <= to)
            && today
                .as_ref()
                .is_none_or(|(soon, todays)| soon.holds(todays[session.venue], session.day))
            && criteria
                .artist
                .is_none_or(|artist| artists().contains(&artist))
    };
    let to_come = catalogue.to_come(now)..catalogue.sessions.len();
    let Some(found) = &criteria.found else {
        return to_come.filter(fits).collect();
    };
    let sessions = found
        .iter()
        .flat_map(|event| &catalogue.events[*event].sessions);
    let mut fitting: Vec<Index> = sessions
        .copied()
        .filter(|index| to_come.contains(index) && fits(index))
        .collect();
    fitting.sort_unstable();
    fitting
}

/// Which day it is at each venue.
fn todays(catalogue: &Catalogue, now: Timestamp) -> Vec<NaiveDate> {
    let venues = catalogue.venues.iter();
    let today = |zone: &str| language::at(now, zone).date_naive();
    venues.map(|venue| today(&venue.row.time_zone)).collect()
}

fn order(catalogue: &Catalogue, criteria: &Criteria, findings: &mut Findings) {
    match criteria.sort {
        Sort::Best => {
            if let Some(found) = &criteria.found {
                let ranks = found.iter().enumerate().map(|(rank, event)| (*event, rank));
                let ranks: HashMap<Index, usize> = ranks.collect();
                findings.events.sort_by_key(|(event, _)| ranks[event]);
            }
        }
        // They were found in this order.
        Sort::Date => {}
        Sort::Price => findings.events.sort_by_cached_key(|(_, sessions)| {
            let prices = sessions
                .iter()
                .filter_map(|index| catalogue.sessions[*index].row.from_price);
            let lowest = prices.min_by_key(|price| price.minor);
            // What has no price comes last.
            lowest.map_or((true, String::new(), 0), |price| {
                (false, price.currency.code().to_owned(), price.minor)
            })
        }),
        Sort::Title => findings
            .events
            .sort_by_cached_key(|(event, _)| catalogue.events[*event].row.title.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_weekend_is_the_next_saturday_and_sunday_or_what_is_left_of_them() {
        let held = |today: &str| {
            let days = (0..9).map(|ahead| day(today) + chrono::Days::new(ahead));
            let held = days.filter(|it| Soon::Weekend.holds(day(today), *it));
            held.map(|it| it.to_string()).collect::<Vec<_>>()
        };
        let both = ["2026-11-28", "2026-11-29"];
        assert_eq!(held("2026-11-23"), both, "on Monday");
        assert_eq!(held("2026-11-27"), both, "on Friday");
        assert_eq!(held("2026-11-28"), both, "on Saturday");
        assert_eq!(held("2026-11-29"), ["2026-11-29"], "on Sunday");
        assert!(!Soon::Weekend.holds(day("2026-11-29"), day("2026-11-28")));
    }

    #[test]
    fn today_and_the_days_to_come_begin_today() {
        let today = day("2026-12-31");
        assert!(Soon::Today.holds(today, today));
        assert!(!Soon::Today.holds(today, day("2027-01-01")));
        assert!(Soon::Week.holds(today, day("2027-01-06")));
        assert!(!Soon::Week.holds(today, day("2027-01-07")));
        assert!(Soon::Month.holds(today, day("2027-01-29")));
        assert!(!Soon::Month.holds(today, day("2026-12-30")));
    }
}
