//! Events, sessions, and the places of a session.

use actors::{SessionInfo, Snapshot};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use domain::manifest::{Placement, Seat, Section, Shape};
use domain::{SectionIndex, Timestamp};
use serde::{Deserialize, Serialize, Serializer};
use store::catalogue::{EventPage, ListedEvent, ListedSession, SessionDetail};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::live::Standing;
use super::order::Money;

/// Which events to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// A category's slug or id.
    pub category: Option<String>,
    /// A city's slug or id.
    pub city: Option<String>,
    /// An artist's slug or id.
    pub artist: Option<String>,
    /// A venue's slug or id.
    pub venue: Option<String>,
    /// Words to look for.
    pub q: Option<String>,
    /// The earliest start, RFC 3339 or a date.
    pub from: Option<String>,
    /// The end of the range, RFC 3339 or a date.
    pub to: Option<String>,
    /// Which page: the `nextPage` of the one before.
    pub page: Option<String>,
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Events {
    pub items: Vec<Event>,
    /// What to ask for as `page` next; null on the last one.
    pub next_page: Option<u32>,
}

/// An event with its sessions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    pub event_id: Uuid,
    pub slug: String,
    pub title: String,
    pub sessions: Vec<EventSession>,
}

/// A session in a listing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventSession {
    pub session_id: Uuid,
    pub starts_at: DateTime<Utc>,
    pub time_zone: String,
    pub on_sale: bool,
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub session_id: Uuid,
    pub event: SessionEvent,
    pub venue: SessionVenue,
    pub starts_at: DateTime<Utc>,
    pub time_zone: String,
    /// `on_sale`, `paused`, `sold_out`, `postponed` or `cancelled`.
    pub status: String,
    pub on_sale_from: DateTime<Utc>,
    pub on_sale_until: Option<DateTime<Utc>>,
    pub currency: String,
    pub max_per_order: u32,
    pub hold_secs: u32,
}

/// What is performed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionEvent {
    pub event_id: Uuid,
    pub slug: String,
    pub title: String,
}

/// Where it is performed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionVenue {
    pub venue_id: Uuid,
    pub slug: String,
    pub name: String,
    pub city: String,
    pub country: String,
}

/// All places of a session. It never changes once the session is published.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    pub session_id: Uuid,
    pub sections: Vec<ManifestSection>,
}

/// A section: geometry in plan units and degrees, absolute in the plan.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManifestSection {
    pub section_id: Uuid,
    pub name: String,
    /// `seated` or `standing`.
    pub kind: &'static str,
    pub price: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    #[serde(flatten)]
    pub drawing: Drawing,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seats: Option<Vec<ManifestSeat>>,
}

/// A seat.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManifestSeat {
    pub index: u32,
    pub row: String,
    pub number: String,
    #[serde(flatten)]
    pub drawing: Drawing,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub accessible: bool,
}

/// Where and how a thing is drawn: its centre, its rotation clockwise, its full size.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Drawing {
    pub position_x: Hundredths,
    pub position_y: Hundredths,
    pub rotation: Hundredths,
    /// `ellipse`, `rectangle` or `rounded_rectangle`.
    #[schema(value_type = String)]
    pub shape: Shape,
    pub size_x: Hundredths,
    pub size_y: Hundredths,
}

/// A number kept in hundredths and written in whole units.
#[derive(Debug, Clone, Copy, ToSchema)]
#[schema(value_type = f64)]
pub struct Hundredths(pub i32);

/// The committed state of all places.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Availability {
    pub session_id: Uuid,
    pub epoch: u32,
    pub sequence: u64,
    /// Base64 of two bits a seat, lowest bits first: 0 free, 1 held, 2 sold, 3 not on sale.
    pub seats: String,
    pub standing: Vec<Standing>,
}

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 100 == 0 {
            serializer.serialize_i32(self.0 / 100)
        } else {
            serializer.serialize_f64(f64::from(self.0) / 100.0)
        }
    }
}

impl Events {
    /// The page as it stands at `now`.
    #[must_use]
    pub fn new(page: EventPage, now: Timestamp) -> Self {
        let items = page
            .events
            .into_iter()
            .map(|event| Event::new(event, now))
            .collect();
        Self {
            items,
            next_page: page.next_page,
        }
    }
}

impl Event {
    fn new(event: ListedEvent, now: Timestamp) -> Self {
        Self {
            event_id: event.event_id.0,
            slug: event.slug,
            title: event.title,
            sessions: event
                .sessions
                .into_iter()
                .map(|it| EventSession::new(it, now))
                .collect(),
        }
    }
}

impl EventSession {
    fn new(session: ListedSession, now: Timestamp) -> Self {
        Self {
            session_id: session.session_id.0,
            starts_at: session.starts_at.to_datetime(),
            time_zone: session.time_zone,
            on_sale: session.sale.is_on(now),
        }
    }
}

impl Session {
    /// A session; `status` is the live one.
    #[must_use]
    pub fn new(detail: SessionDetail, status: &str) -> Self {
        Self {
            session_id: detail.session_id.0,
            event: SessionEvent {
                event_id: detail.event.event_id.0,
                slug: detail.event.slug,
                title: detail.event.title,
            },
            venue: SessionVenue {
                venue_id: detail.venue.venue_id.0,
                slug: detail.venue.slug,
                name: detail.venue.name,
                city: detail.venue.city,
                country: detail.venue.country_code,
            },
            starts_at: detail.starts_at.to_datetime(),
            time_zone: detail.venue.time_zone,
            status: status.to_owned(),
            on_sale_from: detail.sale.from.to_datetime(),
            on_sale_until: detail.sale.until.map(Timestamp::to_datetime),
            currency: detail.currency.code().to_owned(),
            max_per_order: detail.max_per_order,
            hold_secs: detail.hold_secs,
        }
    }
}

impl Manifest {
    /// The places of a live session with their prices.
    #[must_use]
    pub fn new(info: &SessionInfo) -> Self {
        let mut sections: Vec<_> = info
            .manifest
            .section_indexes()
            .zip(info.manifest.sections())
            .map(|(index, section)| ManifestSection::new(info, index, section))
            .collect();
        for (index, seat) in info.manifest.seat_indexes().zip(info.manifest.seats()) {
            let seats = &mut sections[seat.section.position()].seats;
            seats
                .get_or_insert_default()
                .push(ManifestSeat::new(index.0, seat));
        }
        Self {
            session_id: info.session_id.0,
            sections,
        }
    }
}

impl ManifestSection {
    fn new(info: &SessionInfo, index: SectionIndex, section: &Section) -> Self {
        let seated = section.is_seated();
        Self {
            section_id: section.section_id.0,
            name: section.name.clone(),
            kind: if seated { "seated" } else { "standing" },
            price: info.price(index).into(),
            capacity: (!seated).then(|| section.capacity()),
            drawing: section.placement.into(),
            seats: seated.then(Vec::new),
        }
    }
}

impl ManifestSeat {
    fn new(index: u32, seat: &Seat) -> Self {
        Self {
            index,
            row: seat.row.clone(),
            number: seat.number.clone(),
            drawing: seat.placement.into(),
            accessible: seat.accessible,
        }
    }
}

impl From<Placement> for Drawing {
    fn from(placement: Placement) -> Self {
        Self {
            position_x: Hundredths(placement.position_x),
            position_y: Hundredths(placement.position_y),
            rotation: Hundredths(placement.rotation),
            shape: placement.shape,
            size_x: Hundredths(placement.size_x),
            size_y: Hundredths(placement.size_y),
        }
    }
}

impl Availability {
    /// The state as it is committed.
    #[must_use]
    pub fn new(session_id: Uuid, snapshot: &Snapshot) -> Self {
        Self {
            session_id,
            epoch: snapshot.epoch,
            sequence: snapshot.sequence,
            seats: STANDARD.encode(&snapshot.seats),
            standing: snapshot.standing.iter().map(Standing::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundredths_are_written_as_plan_units_without_noise() {
        let numbers = [126_106, -5, 0, 300, -1_250, 33].map(Hundredths);
        let text = serde_json::to_string(&numbers).unwrap();
        assert_eq!(text, "[1261.06,-0.05,0,3,-12.5,0.33]");
    }
}
