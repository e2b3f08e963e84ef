//! Which events fit what somebody looks for, in which order, and what there is to choose from.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::Timestamp;

use super::catalogue::{Catalogue, Index};

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
    /// Events in the order in which a search found them.
    pub found: Option<Vec<Index>>,
    /// In which order.
    pub sort: Sort,
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
    let ranks: Option<HashMap<Index, usize>> = criteria.found.as_ref().map(|found| {
        found
            .iter()
            .enumerate()
            .map(|(rank, event)| (*event, rank))
            .collect()
    });
    let mut findings = Findings::default();
    let mut places: HashMap<Index, usize> = HashMap::new();
    let mut counted: HashMap<(Index, bool, Index), ()> = HashMap::new();
    for index in catalogue.to_come(now)..catalogue.sessions.len() {
        let session = &catalogue.sessions[index];
        let event = &catalogue.events[session.event];
        let fits = criteria.venue.is_none_or(|venue| venue == session.venue)
            && criteria.from.is_none_or(|from| session.day >= from)
            && criteria.to.is_none_or(|to| session.day <= to)
            && criteria
                .artist
                .is_none_or(|artist| event.artists.contains(&artist))
            && ranks
                .as_ref()
                .is_none_or(|ranks| ranks.contains_key(&session.event));
        if !fits {
            continue;
        }
        let in_category = criteria
            .category
            .is_none_or(|category| category == event.category);
        let in_city = criteria.city.is_none_or(|city| city == session.city);
        if in_city
            && counted
                .insert((session.event, true, event.category), ())
                .is_none()
        {
            *findings.by_category.entry(event.category).or_default() += 1;
        }
        if in_category
            && counted
                .insert((session.event, false, session.city), ())
                .is_none()
        {
            *findings.by_city.entry(session.city).or_default() += 1;
        }
        if in_category && in_city {
            let place = *places.entry(session.event).or_insert_with(|| {
                findings.events.push((session.event, Vec::new()));
                findings.events.len() - 1
            });
            findings.events[place].1.push(index);
        }
    }
    order(catalogue, criteria.sort, ranks.as_ref(), &mut findings);
    findings
}

fn order(
    catalogue: &Catalogue,
    sort: Sort,
    ranks: Option<&HashMap<Index, usize>>,
    findings: &mut Findings,
) {
    match sort {
        Sort::Best => {
            if let Some(ranks) = ranks {
                findings
                    .events
                    .sort_by_key(|(event, _)| ranks.get(event).copied());
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
