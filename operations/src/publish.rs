//! Putting a performance on sale: the venue's plan is frozen, and a session sells it.
//!
//! Sessions of one venue share a manifest for as long as its plan does not change.

#[cfg(test)]
mod tests;

use std::fmt::Write;

use domain::manifest::{InvalidManifest, Seat, Section, SectionIndex};
use domain::{
    ArtistId, Currency, EventId, Manifest, ManifestId, Money, SectionId, SessionId, Timestamp,
};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool};
use store::catalogue::SessionStatus;
use store::events::{EventKey, NewEvent, NewSession};
use store::places::{PlanSeat, StoredPlan, StoredSection};
use thiserror::Error;

use crate::import_plan::prices;
use crate::refunds::{self, ReturnTerms};

const TITLE_CHARACTERS_MAX: usize = 200;
/// More places in one order are a mistake: a claim is answered within one batch.
const PER_ORDER_MAX: u32 = 100;
/// A cart hold lasts a day at most.
const HOLD_SECS_MAX: u32 = 86_400;

/// A performance to sell.
#[derive(Debug, Clone)]
pub struct PutOnSale {
    /// The venue's slug.
    pub venue: String,
    /// The event's title. An event of this title is used if there is one.
    pub title: String,
    /// A new event's description.
    pub description: String,
    /// A new event's category, by its slug; made if there is none.
    pub category: String,
    /// A new event's artists, by name; made if there are none.
    pub artists: Vec<String>,
    /// When it begins.
    pub starts_at: Timestamp,
    /// From when tickets are admitted; at any time if not given.
    pub doors_open_at: Option<Timestamp>,
    /// When the sale begins.
    pub on_sale_from: Timestamp,
    /// When the sale ends; never if not given.
    pub on_sale_until: Option<Timestamp>,
    /// The most places of one order.
    pub max_per_order: u32,
    /// The most places of one buyer, over all their orders.
    pub max_per_buyer: Option<u32>,
    /// How long a cart hold lasts.
    pub hold_secs: u32,
    /// Prices in minor units, as `Ground floor, Category I=8000`; else a section's starting price counts.
    pub section_prices: Vec<String>,
    /// Whether its buyers may return tickets themselves.
    pub returns: Option<ReturnTerms>,
}

/// A session that is on sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedSession {
    /// The session.
    pub session_id: SessionId,
    /// Its event.
    pub event_id: EventId,
    /// The event's slug, part of its page's address.
    pub event_slug: String,
    /// The plan as it was frozen.
    pub manifest_id: ManifestId,
    /// The currency of its prices.
    pub currency: Currency,
    /// How many seats it has.
    pub seats: usize,
    /// How many standing places it has.
    pub standing_places: u64,
}

/// Why a session was not put on sale.
#[derive(Debug, Error)]
pub enum PublishError {
    /// There is no venue of this slug.
    #[error("there is no venue {0:?}")]
    UnknownVenue(String),
    /// The request is wrong: a reason each.
    #[error("{}", .0.join("\n"))]
    Refused(Vec<String>),
    /// The venue's sections have prices in different currencies.
    #[error("the venue's sections have prices in {0} and {1}")]
    MixedCurrencies(Currency, Currency),
    /// The venue's plan cannot be sold.
    #[error(transparent)]
    Manifest(#[from] InvalidManifest),
    /// The database refused.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Freezes the venue's plan and puts a session of it on sale, in one transaction.
///
/// # Errors
/// The venue or a section is unknown, the request or the plan is wrong, or the database does not answer.
pub async fn put_on_sale(
    pool: &PgPool,
    request: &PutOnSale,
) -> Result<PublishedSession, PublishError> {
    let mut transaction = pool.begin().await?;
    let published = put_on_sale_in(&mut transaction, request).await?;
    transaction.commit().await?;
    Ok(published)
}

/// The same within a transaction.
pub(crate) async fn put_on_sale_in(
    connection: &mut PgConnection,
    request: &PutOnSale,
) -> Result<PublishedSession, PublishError> {
    check(request)?;
    let plan = store::places::plan_for_share(connection, &request.venue).await?;
    let plan = plan.ok_or_else(|| PublishError::UnknownVenue(request.venue.clone()))?;
    let currency = currency(&plan)?;
    let overrides = overrides(&plan, &request.section_prices)?;
    let manifest = freeze(&plan)?;
    let hash = content_hash(&manifest);
    let manifest_id =
        store::events::ensure_manifest(connection, plan.venue_id, &hash, &manifest).await?;
    let event = ensure_event(connection, request).await?;
    let session = NewSession {
        event: event.event_id,
        venue: plan.venue_id,
        manifest: manifest_id,
        status: SessionStatus::OnSale,
        starts_at: request.starts_at,
        doors_open_at: request.doors_open_at,
        on_sale_from: request.on_sale_from,
        on_sale_until: request.on_sale_until,
        currency,
        section_prices: &overrides,
        max_per_order: request.max_per_order,
        max_per_buyer: request.max_per_buyer,
        hold_secs: request.hold_secs,
    };
    let session_id = store::events::insert_session(&mut *connection, &session).await?;
    store::returns::set(&mut *connection, session_id, request.returns).await?;
    let prices = prices_by_index(&plan, &overrides);
    store::events::insert_session_sections(connection, session_id, &manifest, &prices).await?;
    let standing = manifest
        .sections()
        .iter()
        .map(|section| u64::from(section.capacity()));
    Ok(PublishedSession {
        session_id,
        event_id: event.event_id,
        event_slug: event.slug,
        manifest_id,
        currency,
        seats: manifest.seats().len(),
        standing_places: standing.sum(),
    })
}

/// The slug as it is typed: lower case letters, digits and hyphens.
fn is_slug(text: &str) -> bool {
    let is_fitting = |letter: char| letter.is_lowercase() || letter.is_numeric() || letter == '-';
    !text.is_empty() && text.chars().count() <= 80 && text.chars().all(is_fitting)
}

fn is_printable(text: &str) -> bool {
    let count = text.trim().chars().count();
    (1..=TITLE_CHARACTERS_MAX).contains(&count) && !text.chars().any(char::is_control)
}

fn check(request: &PutOnSale) -> Result<(), PublishError> {
    let sale_ends = request
        .on_sale_until
        .is_none_or(|until| until > request.on_sale_from);
    let rules = [
        (
            is_printable(&request.title),
            "the title must have 1 to 200 printable characters",
        ),
        (
            request.artists.iter().all(|name| is_printable(name)),
            "an artist's name must have 1 to 200 printable characters",
        ),
        (
            !request.description.contains('\0'),
            "the description has a zero character",
        ),
        // Where the venue's slug cannot be one, there is no such venue; Postgres need not hear of it.
        (
            !request.venue.contains('\0'),
            "the venue's slug has a zero character",
        ),
        (
            is_slug(&request.category),
            "the category must be lower case letters, digits and hyphens, such as music",
        ),
        (sale_ends, "the sale must end after it begins"),
        (
            (1..=PER_ORDER_MAX).contains(&request.max_per_order),
            "an order may have 1 to 100 places",
        ),
        (
            request.max_per_buyer != Some(0),
            "a buyer must be allowed at least one place",
        ),
        (
            (1..=HOLD_SECS_MAX).contains(&request.hold_secs),
            "a cart hold must last from one second to a day",
        ),
        (
            request.returns.is_none_or(refunds::is_sensible),
            "a fee for returns must not be negative, and their end lies within a year before the start",
        ),
    ];
    let broken = rules.into_iter().filter(|(is_kept, _)| !is_kept);
    let broken: Vec<String> = broken.map(|(_, rule)| rule.to_owned()).collect();
    if broken.is_empty() {
        Ok(())
    } else {
        Err(PublishError::Refused(broken))
    }
}

/// The one currency of all sections.
fn currency(plan: &StoredPlan) -> Result<Currency, PublishError> {
    let mut currencies = plan
        .sections
        .iter()
        .map(|section| section.section.starting_price.currency);
    let first = currencies.next().ok_or(InvalidManifest::Empty)?;
    match currencies.find(|currency| *currency != first) {
        Some(other) => Err(PublishError::MixedCurrencies(first, other)),
        None => Ok(first),
    }
}

/// The session's own prices, by section.
fn overrides(plan: &StoredPlan, typed: &[String]) -> Result<Vec<(SectionId, i64)>, PublishError> {
    let typed = prices::parse_all(typed).map_err(PublishError::Refused)?;
    let mut prices = Vec::with_capacity(typed.len());
    let mut unknown = Vec::new();
    for price in typed {
        match plan
            .sections
            .iter()
            .find(|section| section.section.name == price.name)
        {
            Some(section) => prices.push((section.section_id, price.minor)),
            None => unknown.push(unknown_section(plan, &price.name)),
        }
    }
    if unknown.is_empty() {
        Ok(prices)
    } else {
        Err(PublishError::Refused(unknown))
    }
}

fn unknown_section(plan: &StoredPlan, name: &str) -> String {
    let mut message = format!("the venue has no section {name:?}; it has");
    for section in &plan.sections {
        write!(message, " {:?}", section.section.name).expect("writing to a string does not fail");
    }
    message
}

fn freeze(plan: &StoredPlan) -> Result<Manifest, InvalidManifest> {
    let mut seats = Vec::new();
    for (index, section) in plan.sections.iter().enumerate() {
        let index =
            u16::try_from(index).map_err(|_| InvalidManifest::TooLarge(Manifest::MAX_SECTIONS))?;
        let frozen = section
            .section
            .seats
            .iter()
            .map(|seat| frozen_seat(SectionIndex(index), seat));
        seats.extend(frozen);
    }
    let sections = plan.sections.iter().map(frozen_section).collect();
    Manifest::new(sections, seats, plan.focus)
}

fn frozen_section(stored: &StoredSection) -> Section {
    Section {
        section_id: stored.section_id,
        name: stored.section.name.clone(),
        kind: stored.section.kind,
        placement: stored.section.placement,
    }
}

fn frozen_seat(section: SectionIndex, seat: &PlanSeat) -> Seat {
    Seat {
        section,
        row: seat.row.clone(),
        number: seat.number.clone(),
        placement: seat.placement,
        accessible: seat.accessible,
        disabled: seat.disabled,
    }
}

/// Equal plans have equal bytes: the document is written field by field in the order of its types.
fn content_hash(manifest: &Manifest) -> [u8; 32] {
    let document = serde_json::to_vec(manifest).expect("a manifest is plain data");
    Sha256::digest(document).into()
}

fn prices_by_index(plan: &StoredPlan, overrides: &[(SectionId, i64)]) -> Vec<Money> {
    let price = |stored: &StoredSection| {
        let starting = stored.section.starting_price;
        let own = overrides
            .iter()
            .find(|(section_id, _)| *section_id == stored.section_id);
        own.map_or(starting, |(_, minor)| Money {
            minor: *minor,
            ..starting
        })
    };
    plan.sections.iter().map(price).collect()
}

pub(crate) async fn ensure_event(
    connection: &mut PgConnection,
    request: &PutOnSale,
) -> Result<EventKey, store::Error> {
    let title = request.title.trim();
    if let Some(event) = store::events::event_of_title(&mut *connection, title).await? {
        return Ok(event);
    }
    let name = capitalized(&request.category);
    let category = store::events::ensure_category(connection, &request.category, &name).await?;
    let mut artists: Vec<ArtistId> = Vec::with_capacity(request.artists.len());
    for name in &request.artists {
        let artist = store::events::ensure_artist(connection, name.trim()).await?;
        // Named twice, they perform once.
        if !artists.contains(&artist) {
            artists.push(artist);
        }
    }
    let description = request.description.trim();
    let event = NewEvent {
        title,
        description,
        category,
        artists: &artists,
    };
    store::events::insert_event(connection, &event).await
}

/// A new category's name: its slug with a capital and without hyphens.
fn capitalized(slug: &str) -> String {
    let words = slug.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
