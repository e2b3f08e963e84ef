//! What a session's actor reads before it begins.

use domain::{Currency, Manifest, ManifestId, Money, SessionId, Timestamp};
use sqlx::PgExecutor;
use sqlx::types::Json;

use super::SessionStatus;
use crate::columns::{count, currency_of};

/// What a session's actor must know before it loads the places that are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSession {
    /// The session.
    pub session_id: SessionId,
    /// Its places; `manifest` reads them.
    pub manifest_id: ManifestId,
    /// The currency of all its prices.
    pub currency: Currency,
    /// Where it stands with its sale; never `Draft` here.
    pub status: SessionStatus,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When its sale begins.
    pub on_sale_from: Timestamp,
    /// When its sale ends, if that is settled.
    pub on_sale_until: Option<Timestamp>,
    /// The most places of one order.
    pub max_per_order: u32,
    /// The most places of one buyer, over all their orders.
    pub max_per_buyer: Option<u32>,
    /// How long a cart hold lasts.
    pub hold_secs: u32,
    /// The all-in price of a place, by section index.
    pub prices: Vec<Money>,
}

/// What the actor of a published session must know; nothing for a draft or an unknown session.
///
/// # Errors
/// The database does not answer.
pub async fn live_session(
    connection: impl PgExecutor<'_>,
    session_id: SessionId,
) -> Result<Option<LiveSession>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select manifest_id as "manifest_id!", currency, status, starts_at, on_sale_from, on_sale_until,
               max_per_order, max_per_buyer, hold_secs,
               array(select price from session_section section
                     where section.session_id = event_session.session_id
                     order by section_index) as "prices!"
           from event_session
           where session_id = $1 and status <> 'draft' and manifest_id is not null"#,
        session_id.0,
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let currency = currency_of(&row.currency)?;
    Ok(Some(LiveSession {
        session_id,
        manifest_id: ManifestId(row.manifest_id),
        currency,
        status: SessionStatus::from_column(&row.status)?,
        starts_at: row.starts_at.into(),
        on_sale_from: row.on_sale_from.into(),
        on_sale_until: row.on_sale_until.map(Timestamp::from),
        max_per_order: count(row.max_per_order)?,
        max_per_buyer: row.max_per_buyer.map(count).transpose()?,
        hold_secs: count(row.hold_secs)?,
        prices: row
            .prices
            .into_iter()
            .map(|minor| Money { minor, currency })
            .collect(),
    }))
}

/// A frozen plan.
///
/// # Errors
/// The database does not answer, or the document is no manifest.
pub async fn manifest(
    connection: impl PgExecutor<'_>,
    manifest_id: ManifestId,
) -> Result<Option<Manifest>, sqlx::Error> {
    let document = sqlx::query_scalar!(
        r#"select document as "document: Json<Manifest>" from manifest where manifest_id = $1"#,
        manifest_id.0,
    )
    .fetch_optional(connection)
    .await?;
    Ok(document.map(|Json(manifest)| manifest))
}
