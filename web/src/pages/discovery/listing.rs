//! What is on, by category, city, artist, venue, date and words. All that is chosen stands in the address.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{Datelike, NaiveDate};
use fluent_bundle::FluentArgs;
use serde::{Deserialize, Serialize};
use store::discovery::Named;

use super::cards::Card;
use super::view::{Head, Link, View};
use super::{encoded, moved, structured};
use crate::discovery::{Catalogue, Criteria, Findings, PAGE_EVENTS, Soon, Sort, find};
use crate::error::Answer;

/// Longer words are cut before anybody looks at them.
const WORDS_CHARACTERS_MAX: usize = 200;
/// How many events a page suggests that found none.
const SUGGESTIONS: usize = 4;

/// What the address says. All of it is text: what is no choice of ours is passed over, and said.
#[derive(Deserialize, Default, Clone)]
pub struct Query {
    #[serde(default)]
    q: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    city: String,
    #[serde(default)]
    artist: String,
    #[serde(default)]
    venue: String,
    #[serde(default)]
    when: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: String,
}

#[derive(Serialize)]
struct Listing {
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

/// One of the choices in an address.
type Part = fn(&mut Query) -> &mut String;

/// What the address's words mean.
struct Wish {
    query: Query,
    criteria: Criteria,
    instead: Option<String>,
    unknown: Vec<String>,
    page: usize,
}

/// All events.
pub async fn show(view: View, query: web::Query<Query>) -> Answer<HttpResponse> {
    if let Some(kept) = view.kept() {
        return Ok(kept);
    }
    let wish = Wish::of(&view, query.into_inner()).await?;
    let speech = view.speech();
    let heading = if wish.query.q.is_empty() {
        speech.say("events-title")
    } else {
        speech.say_of("search-title", "words", &wish.query.q)
    };
    respond(&view, wish, heading, speech.say("events-intro"), "/events")
}

/// The events of a category.
pub async fn category(
    view: View,
    slug: web::Path<String>,
    query: web::Query<Query>,
) -> Answer<HttpResponse> {
    of(view, &CATEGORY, &slug, query.into_inner()).await
}

/// The events of a city.
pub async fn city(
    view: View,
    slug: web::Path<String>,
    query: web::Query<Query>,
) -> Answer<HttpResponse> {
    of(view, &CITY, &slug, query.into_inner()).await
}

/// What has a page of its events: where it stands, what chooses it, and how the page begins.
struct Subject {
    named: Named,
    folder: &'static str,
    slug: fn(&Catalogue, usize) -> &str,
    part: Part,
    heading: fn(&View, usize) -> String,
    intro: fn(&View, usize) -> String,
}

const CATEGORY: Subject = Subject {
    named: Named::Category,
    folder: "/categories",
    slug: |catalogue, index| &catalogue.categories[index].slug,
    part: |query| &mut query.category,
    heading: |view, index| view.category_name(&view.catalogue.categories[index]),
    intro: category_intro,
};

const CITY: Subject = Subject {
    named: Named::City,
    folder: "/cities",
    slug: |catalogue, index| &catalogue.cities[index].slug,
    part: |query| &mut query.city,
    heading: |view, index| view.catalogue.cities[index].name.clone(),
    intro: city_intro,
};

impl Subject {
    fn place(&self, catalogue: &Catalogue, index: usize) -> String {
        format!("{}/{}", self.folder, (self.slug)(catalogue, index))
    }
}

async fn of(view: View, subject: &Subject, slug: &str, mut query: Query) -> Answer<HttpResponse> {
    if let Some(kept) = view.kept() {
        return Ok(kept);
    }
    let Some(index) = view.catalogue.named(subject.named, slug) else {
        let place = |catalogue: &Catalogue, index| subject.place(catalogue, index);
        return moved(&view, subject.named, slug, place).await;
    };
    let place = subject.place(&view.catalogue, index);
    (subject.slug)(&view.catalogue, index).clone_into((subject.part)(&mut query));
    let wish = Wish::of(&view, query).await?;
    let (heading, intro) = (
        (subject.heading)(&view, index),
        (subject.intro)(&view, index),
    );
    respond(&view, wish, heading, intro, &place)
}

fn category_intro(view: &View, index: usize) -> String {
    let (row, speech) = (&view.catalogue.categories[index], view.speech());
    speech.say_or(
        &format!("category-{}-intro", row.slug),
        &speech.say_of("category-intro", "category", &view.category_name(row)),
    )
}

fn city_intro(view: &View, index: usize) -> String {
    let row = &view.catalogue.cities[index];
    let venues = view.catalogue.venues.iter();
    let here = venues.filter(|venue| venue.city == index);
    let names: Vec<&str> = here.map(|venue| venue.row.name.as_str()).collect();
    let key = if names.is_empty() {
        "city-intro-empty"
    } else {
        "city-intro"
    };
    let country = view.country_name(&row.country_code, &row.country);
    let parts = [("country", country.as_str()), ("venues", &names.join(", "))];
    view.speech().say_parts(key, &parts)
}

fn respond(
    view: &View,
    wish: Wish,
    heading: String,
    intro: String,
    place: &str,
) -> Answer<HttpResponse> {
    let findings = find(&view.catalogue, &wish.criteria, view.now);
    let pages = findings.events.len().div_ceil(PAGE_EVENTS).max(1);
    let is_beyond = wish.page > pages;
    let shown = findings
        .events
        .iter()
        .skip((wish.page - 1).saturating_mul(PAGE_EVENTS))
        .take(PAGE_EVENTS);
    let cards: Vec<Card> = shown
        .map(|(event, sessions)| view.card(*event, sessions))
        .collect();
    let head = Head {
        title: heading.clone(),
        description: intro.clone(),
        place: Some(canonical_place(&wish, place)),
        data: vec![
            structured::list(view, &cards),
            structured::crumbs(view, &[(&heading, place)]),
        ],
        // What people type, sort or page through is no page of its own.
        hidden: !wish.query.q.is_empty() || is_beyond || cards.is_empty(),
        ..Head::default()
    };
    let status = if is_beyond {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::OK
    };
    let listing = wish.listing(view, findings, cards, (heading, intro), pages);
    view.page_of_status(status, "pages/public/listing.html", &head, &listing)
}

/// One address for what reads alike: the place itself, and its further pages.
fn canonical_place(wish: &Wish, place: &str) -> String {
    let mut query = wish.query.clone();
    query.sort.clear();
    if place != "/events" {
        query.category.clear();
        query.city.clear();
    }
    address(place, &query)
}

impl Wish {
    async fn of(view: &View, mut query: Query) -> Answer<Self> {
        query.q = query.q.trim().chars().take(WORDS_CHARACTERS_MAX).collect();
        let mut unknown = Vec::new();
        let mut named = |kind, slug: &mut String, word: &str| {
            if slug.is_empty() {
                return None;
            }
            let found = view.catalogue.named(kind, slug);
            if found.is_none() {
                unknown.push(view.speech().say(word));
                slug.clear();
            }
            found
        };
        let category = named(Named::Category, &mut query.category, "filter-category");
        let city = named(Named::City, &mut query.city, "filter-city");
        let artist = named(Named::Artist, &mut query.artist, "filter-artist");
        let venue = named(Named::Venue, &mut query.venue, "filter-venue");
        let (from, to, soon) = span(view, &mut query, &mut unknown);
        let sort = sort_of(&mut query.sort);
        let page = query
            .page
            .parse()
            .ok()
            .filter(|page| *page > 0)
            .unwrap_or(1);
        query.page.clear();
        let (found, instead) = search(view, &query.q).await?;
        let criteria = Criteria {
            category,
            city,
            artist,
            venue,
            from,
            to,
            soon,
            found,
            sort,
        };
        Ok(Self {
            query,
            criteria,
            instead,
            unknown,
            page,
        })
    }

    fn listing(
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
            (row.slug.as_str(), format!("{}, {country}", row.name))
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
                criteria.city.map(|index| all.cities[index].name.clone()),
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
                    .map(|words| format!("“{words}”")),
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

    /// Events near to what was looked for: without the days, else without the place, else what is next.
    fn suggestions(&self, view: &View) -> Vec<Card> {
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

/// The days that are looked for: from one to another, or soon. What is no day is forgotten, and told.
fn span(
    view: &View,
    query: &mut Query,
    unknown: &mut Vec<String>,
) -> (Option<NaiveDate>, Option<NaiveDate>, Option<Soon>) {
    let mut day = |text: &mut String, word: &str| {
        let day = text
            .parse::<NaiveDate>()
            .ok()
            .filter(|day| (1970..=9999).contains(&day.year()));
        if day.is_none() && !text.is_empty() {
            unknown.push(view.speech().say(word));
            text.clear();
        }
        day
    };
    let from = day(&mut query.from, "filter-from");
    let to = day(&mut query.to, "filter-to");
    let mut soon = Soon::ALL.into_iter().find(|it| it.name() == query.when);
    // Who says days means these.
    if from.is_some() || to.is_some() {
        soon = None;
    }
    if soon.is_none() {
        query.when.clear();
    }
    (from, to, soon)
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

/// The order of a word; a word that is none is forgotten.
fn sort_of(word: &mut String) -> Sort {
    match word.as_str() {
        "date" => Sort::Date,
        "price" => Sort::Price,
        "title" => Sort::Title,
        _ => {
            word.clear();
            Sort::Best
        }
    }
}

async fn search(view: &View, words: &str) -> Answer<(Option<Vec<usize>>, Option<String>)> {
    if words.is_empty() {
        return Ok((None, None));
    }
    let keeper = &view.context.keeper;
    let found = keeper.search(&view.context, &view.catalogue, words).await?;
    let events = found
        .events
        .iter()
        .filter_map(|id| view.catalogue.with_id(id.0));
    Ok((Some(events.collect()), found.instead))
}

/// The address of a choice: only what is chosen is in it, always in the same order.
fn address(place: &str, query: &Query) -> String {
    let page = if query.page == "1" { "" } else { &query.page };
    let parts = [
        ("q", query.q.as_str()),
        ("category", &query.category),
        ("city", &query.city),
        ("artist", &query.artist),
        ("venue", &query.venue),
        ("when", &query.when),
        ("from", &query.from),
        ("to", &query.to),
        ("sort", &query.sort),
        ("page", page),
    ];
    let chosen = parts.iter().filter(|(_, value)| !value.is_empty());
    let chosen: Vec<String> = chosen
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    if chosen.is_empty() {
        place.to_owned()
    } else {
        format!("{place}?{}", chosen.join("&"))
    }
}
