//! Putting a performance on sale: the venue's plan is frozen, and a session sells it.

use domain::manifest::InvalidManifest;
use domain::{Currency, EventId, ManifestId, SessionId, Timestamp};
use sqlx::PgPool;
use thiserror::Error;

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
    _pool: &PgPool,
    _request: &PutOnSale,
) -> Result<PublishedSession, PublishError> {
    todo!()
}
