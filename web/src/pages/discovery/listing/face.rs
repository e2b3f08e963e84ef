//! How a listing looks: what was found, and all ways to find something else.

use std::collections::HashMap;

use fluent_bundle::FluentArgs;
use serde::Serialize;

use super::super::cards::Card;
use super::super::view::{Link, View};
use super::wish::{Part, Query, Wish, address};
use crate::discovery::{Criteria, Findings, Soon, Sort, find};

/// How many events a page suggests that found none.
const SUGGESTIONS: usize = 4;

/// What the template is filled with.
#[derive(Serialize)]
pub struct Listing {
    heading: String,
    intro: String,
    /// Where the form leads.
    action: String,
    words: String,
    from: String,
    to: String,
    categories: Vec<Choice>,
    cities: Vec<Choice>,
    sorts: Vec<Choice>,
    days: Vec<Chip>,
    /// What is chosen, each with the way to do without it.
    chosen: Vec<Link>,
    /// The words that were searched instead.
    instead: Option<String>,
    /// What in the address was no choice.
    unknown: Vec<String>,
    count: usize,
    count_words: String,
    cards: Vec<Card>,
    suggestions: Vec<Card>,
    suggestion_links: Vec<Link>,
    page: usize,
    pages: usize,
    back: Option<String>,
    next: Option<String>,
    clear: String,
    first: String,
    page_words: String,
    artist_slug: String,
    venue_slug: String,
    when: String,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    name: String,
    is_chosen: bool,
}

#[derive(Serialize)]
struct Chip {
    name: String,
    href: String,
    is_chosen: bool,
}

impl Wish {
    /// The page of what was found.
    pub fn listing(
        self,
        view: &View,
        findings: Findings,
        cards: Vec<Card>,
        (heading, intro): (String, String),
        pages: usize,
    ) -> Listing {
        let speech = view.speech();
        let turn = |page: usize| {
            let query = Query {
                page: page.to_string(),
                ..self.query.clone()
            };
            view.link(&address("/events", &query))
        };
        let count = findings.events.len();
        let suggestions = if count == 0 {
            self.suggestions(view)
        } else {
            Vec::new()
        };
        let mut parts = FluentArgs::new();
        parts.set("page", self.page);
        parts.set("pages", pages);
        Listing {
            heading,
            intro,
            action: view.link("/events"),
            count_words: speech.say_count("events-count", count),
            count,
            categories: self.categories(view, &findings),
            cities: self.cities(view, &findings),
            sorts: self.sorts(view),
            days: self.days(view),
            chosen: self.chosen(view),
            suggestion_links: self.suggestion_links(view, count),
            suggestions,
            cards,
            pages,
            page: self.page,
            page_words: speech.say_with("pages-of", parts),
            back: (self.page > 1).then(|| turn((self.page - 1).min(pages))),
            next: (self.page < pages).then(|| turn(self.page + 1)),
            clear: view.link("/events"),
            first: view.link(&address("/events", &self.query)),
            artist_slug: self.query.artist,
            venue_slug: self.query.venue,
            when: self.query.when,
            words: self.query.q,
            from: self.query.from,
            to: self.query.to,
            instead: self.instead,
            unknown: self.unknown,
        }
    }

    fn categories(&self, view: &View, findings: &Findings) -> Vec<Choice> {
        let rows = view.catalogue.categories.iter();
        let named = rows.map(|row| (row.slug.as_str(), view.category_name(row)));
        choices(named, &findings.by_category, self.criteria.category)
    }

    fn cities(&self, view: &View, findings: &Findings) -> Vec<Choice> {
        let rows = view.catalogue.cities.iter();
        let named = rows.map(|row| {
            let country = view.country_name(&row.country_code, &row.country);
            (
                row.slug.as_str(),
                format!("{}, {country}", view.city_name(row)),
            )
        });
        choices(named, &findings.by_city, self.criteria.city)
    }

    fn sorts(&self, view: &View) -> Vec<Choice> {
        let best = if self.query.q.is_empty() {
            "sort-date"
        } else {
            "sort-best"
        };
        let mut words = vec![
            ("", best),
            ("date", "sort-date"),
            ("price", "sort-price"),
            ("title", "sort-title"),
        ];
        if self.query.q.is_empty() {
            words.remove(1);
        }
        let choice = |(value, key): (&str, &str)| Choice {
            value: value.to_owned(),
            name: view.speech().say(key),
            is_chosen: self.query.sort == value,
        };
        words.into_iter().map(choice).collect()
    }

    /// Today and the days to come, by the calendar where each venue is.
    fn days(&self, view: &View) -> Vec<Chip> {
        let chip = |soon: Soon| {
            let is_chosen = self.criteria.soon == Some(soon);
            let when = if is_chosen { "" } else { soon.name() };
            let query = Query {
                when: when.to_owned(),
                from: String::new(),
                to: String::new(),
                ..self.query.clone()
            };
            Chip {
                name: view.speech().say(&format!("days-{}", soon.name())),
                href: view.link(&address("/events", &query)),
                is_chosen,
            }
        };
        Soon::ALL.map(chip).into()
    }

    /// What is chosen beside words, and the way to do without.
    fn chosen(&self, view: &View) -> Vec<Link> {
        let (speech, all, criteria) = (view.speech(), &view.catalogue, &self.criteria);
        let day = |key, day| speech.say_of(key, "day", &speech.short_date(day));
        let names: [(Option<String>, Part); 8] = [
            (
                criteria
                    .artist
                    .map(|index| all.artists[index].row.name.clone()),
                |query| &mut query.artist,
            ),
            (
                criteria
                    .venue
                    .map(|index| all.venues[index].row.name.clone()),
                |query| &mut query.venue,
            ),
            (
                criteria
                    .category
                    .map(|index| view.category_name(&all.categories[index])),
                |query| &mut query.category,
            ),
            (
                criteria
                    .city
                    .map(|index| view.city_name(&all.cities[index])),
                |query| &mut query.city,
            ),
            (
                criteria
                    .soon
                    .map(|soon| speech.say(&format!("days-{}", soon.name()))),
                |query| &mut query.when,
            ),
            (
                criteria.from.map(|from| day("chosen-from", from)),
                |query| &mut query.from,
            ),
            (criteria.to.map(|to| day("chosen-to", to)), |query| {
                &mut query.to
            }),
            (
                Some(&self.query.q)
                    .filter(|words| !words.is_empty())
                    .map(|words| speech.say_of("chosen-words", "words", words)),
                |query| &mut query.q,
            ),
        ];
        let link = |(name, part): (Option<String>, Part)| {
            let mut without = self.query.clone();
            part(&mut without).clear();
            Some(Link {
                name: name?,
                href: view.link(&address("/events", &without)),
            })
        };
        names.into_iter().filter_map(link).collect()
    }

    /// Events near to what was looked for: those with most of the words, without the days, else without the place, else
    /// what is next.
    fn suggestions(&self, view: &View) -> Vec<Card> {
        let with_most = Criteria {
            found: Some(self.nearly.clone()),
            sort: Sort::Best,
            ..self.criteria.clone()
        };
        let with_most_anywhere = Criteria {
            found: Some(self.nearly.clone()),
            ..Criteria::default()
        };
        let without_days = Criteria {
            from: None,
            to: None,
            soon: None,
            ..self.criteria.clone()
        };
        let without_place = Criteria {
            city: None,
            venue: None,
            ..without_days.clone()
        };
        let only_category = Criteria {
            category: self.criteria.category,
            ..Criteria::default()
        };
        let only_city = Criteria {
            city: self.criteria.city,
            ..Criteria::default()
        };
        let wishes = [
            with_most,
            with_most_anywhere,
            without_days,
            without_place,
            only_category,
            only_city,
            Criteria::default(),
        ];
        let found = wishes
            .iter()
            .map(|wish| find(&view.catalogue, wish, view.now).events);
        let found = found
            .into_iter()
            .find(|events| !events.is_empty())
            .unwrap_or_default();
        let shown = found.iter().take(SUGGESTIONS);
        shown
            .map(|(event, sessions)| view.card(*event, sessions))
            .collect()
    }

    fn suggestion_links(&self, view: &View, count: usize) -> Vec<Link> {
        if count > 0 {
            return Vec::new();
        }
        self.chosen(view)
    }
}

/// Those of which there is something, or that are chosen, each with how much there is.
fn choices<'a>(
    named: impl Iterator<Item = (&'a str, String)>,
    counts: &HashMap<usize, usize>,
    chosen: Option<usize>,
) -> Vec<Choice> {
    let choice = |(index, (slug, name)): (usize, (&str, String))| {
        let count = counts.get(&index).copied().unwrap_or_default();
        let is_chosen = chosen == Some(index);
        (count > 0 || is_chosen).then(|| Choice {
            value: slug.to_owned(),
            name: format!("{name} ({count})"),
            is_chosen,
        })
    };
    named.enumerate().filter_map(choice).collect()
}
